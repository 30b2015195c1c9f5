import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { SourceFile } from '../../source/source-file.js';
import { parse } from '../../syntax/parse.js';
import { shownPath } from '../read-sources.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface InitOptions {
  readonly dir: string;
}

const LONGEST_NAME = 64;

/** `proto-frame init`: the first files of a new protocol. Replaces nothing: if one of them exists, none is written. */
export async function init(name: string, options: InitOptions, terminal: Terminal): Promise<ExitCode> {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > LONGEST_NAME)
    throw new UsageError(
      `\`${name}\` can't be a protocol's name: it begins with a lower-case letter and has letters, digits and _ only`,
    );
  const { startingFiles } = await import('../../emit/init/starting-files.js');
  const files = startingFiles(name);
  const [schema] = files;
  refuseBadName(name, schema!.text);

  const folder = resolve(terminal.cwd, options.dir);
  const shown = (path: string): string => shownPath(join(folder, path), terminal.cwd);
  for (const { path } of files)
    if ((await stat(join(folder, path)).catch(() => null)) !== null)
      throw new UsageError(`${shown(path)} is there already; nothing was written`);
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
    terminal.out(`wrote ${shown(path)}\n`);
  }
  const slug = name.replaceAll('_', '-');
  terminal.out(`
Next:
  npx proto-frame check ${shown(schema!.path)}
  npx proto-frame compile ${shown(schema!.path)} --out ${shown('generated')} --emit js
  npx proto-frame-proxy --check ${shown(`${slug}-sidecar.yaml`)}
`);
  return ExitCode.Ok;
}

/** Some names mean something in the language or in the generated code. */
function refuseBadName(name: string, text: string): void {
  const report = new Report();
  const file = parse(new SourceFile(`${name}.proto-frame`, text), report);
  if (file !== null && report.diagnostics.length === 0) analyse([file], () => undefined, report);
  const [first] = report.diagnostics;
  if (first !== undefined) throw new UsageError(`\`${name}\` can't be a protocol's name: ${first.message}`);
}
