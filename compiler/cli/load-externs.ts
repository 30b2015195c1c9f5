import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExternCode } from '../interpret/extern-code.js';
import type { Extern, Protocol } from '../model/model.js';
import { toJavaScript } from './to-javascript.js';

/**
 * Loads what a protocol's externs name, for tools that read frames without generated code.
 *
 * @throws Error if a module can't be loaded; its types have been checked before
 */
export async function loadExterns(protocol: Protocol): Promise<ExternCode> {
  const { externs } = protocol;
  if (externs.length === 0) return ExternCode.none;
  const folder = await mkdtemp(join(tmpdir(), 'proto-frame-'));
  try {
    const api = import.meta.resolve('@proto-frame/api');
    for (const { name, text } of externs.flatMap((extern) => extern.files)) {
      const path = join(folder, name.replace(/\.ts$/, '.mjs'));
      const code = toJavaScript(text, name)
        .replace(/(['"])@proto-frame\/api\1/g, JSON.stringify(api))
        .replace(/(from\s*['"]\.\/[\w.-]+)\.js(['"])/g, '$1.mjs$2');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, code);
    }
    const exports = new Map<Extern, unknown>();
    for (const extern of externs) {
      const url = pathToFileURL(join(folder, extern.fileName.replace(/\.ts$/, '.mjs'))).href;
      const module = (await import(url)) as Readonly<Record<string, unknown>>;
      exports.set(extern, module[extern.exportName]);
    }
    return new ExternCode(exports);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
