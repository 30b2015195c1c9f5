import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { ROOT } from '../../support/root.js';

/**
 * Writes the hand-written bolt codec as a JavaScript module, as a user's own codec would lie on disk.
 *
 * @param edit changes its source
 * @returns its path
 */
export function writeCodecModule(
  folder: string,
  name: string,
  edit = (source: string): string => source,
): string {
  const source = readFileSync(join(ROOT, 'test/support/hand-written-bolt.ts'), 'utf8');
  const api = pathToFileURL(join(ROOT, 'runtime/api/dist/index.js')).href;
  const edited = edit(source.replace("name: 'bolt'", `name: '${name}'`)).replace('@proto-frame/api', api);
  const { outputText } = ts.transpileModule(edited, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, outputText);
  return path;
}
