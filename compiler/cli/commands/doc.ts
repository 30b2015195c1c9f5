import { readdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { findFiles } from '../find-files.js';
import { readSources, shownPath } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, type Terminal } from '../terminal.js';
import { compareOutputs, writeOutputs } from '../write-outputs.js';
import { schemas } from './check.js';

export interface DocOptions {
  readonly out: string;
  /** Write nothing; fail if the pages on disk are not current. */
  readonly check: boolean;
}

/** `proto-frame doc`: a Markdown page and its diagrams for each protocol. With errors nothing is written. */
export async function doc(
  names: readonly string[],
  options: DocOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report();
  const files = await findFiles(names, terminal.cwd);
  const sources = await readSources(files, terminal.cwd, report);
  const protocols = analyse(sources.roots, sources.resolve, report);
  showReport(report, terminal);
  if (report.hasErrors) return ExitCode.SchemaErrors;

  const { protocolPage } = await import('../../emit/doc/protocol-page.js');
  const outputs = protocols.flatMap(protocolPage);
  const folder = resolve(terminal.cwd, options.out);
  const shown = `${shownPath(folder, terminal.cwd)}/`;
  const left = await leftOver(folder, new Set(outputs.map((one) => one.name)));

  if (options.check) {
    const wrong = [
      ...(await compareOutputs(folder, outputs)).filter(({ state }) => state !== 'current'),
      ...left.map((name) => ({ name, state: 'left over' as const })),
    ];
    for (const { name, state } of wrong)
      terminal.err(`${shown}${name} is ${state === 'stale' ? 'not current' : state}\n`);
    if (wrong.length > 0) {
      terminal.err('run `proto-frame doc` without --check and commit the result\n');
      return ExitCode.SchemaErrors;
    }
    terminal.out(`${shown} is current (${schemas(files.length)})\n`);
    return ExitCode.Ok;
  }
  const written = await writeOutputs(folder, outputs);
  for (const name of left) await rm(resolve(folder, name));
  const changes = [
    ...(written.length > 0 ? [`${written.length} written`] : []),
    ...(left.length > 0 ? [`${left.length} removed`] : []),
  ];
  terminal.out(
    `${schemas(files.length)} documented in ${shown} (${changes.length === 0 ? 'nothing changed' : changes.join(', ')})\n`,
  );
  return ExitCode.Ok;
}

/** Diagrams of the pages written now, `<page>.<part>.svg`, whose part is no longer in the schema. */
async function leftOver(folder: string, names: ReadonlySet<string>): Promise<string[]> {
  const present = await readdir(folder).catch(() => []);
  return present
    .filter((name) => /^[a-z0-9-]+\.[a-z0-9-]+\.svg$/.test(name) && !names.has(name))
    .filter((name) => names.has(`${name.slice(0, name.indexOf('.'))}.md`))
    .sort();
}
