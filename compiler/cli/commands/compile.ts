import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { resolve } from 'node:path';
import { findFiles } from '../find-files.js';
import { generateAll } from '../generate-all.js';
import type { Emitted } from '../generate-all.js';
import { readSources, shownPath } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';
import { watchFiles } from '../watch-files.js';
import { compareOutputs, writeOutputs } from '../write-outputs.js';
import { schemas } from './check.js';

export interface CompileOptions {
  readonly out: string;
  /** Write nothing; fail if the output on disk is not current. */
  readonly check: boolean;
  readonly watch: boolean;
  readonly emit: readonly Emitted[];
}

/** `proto-frame compile`: one TypeScript module for each protocol. With errors nothing is written. */
export async function compile(
  names: readonly string[],
  options: CompileOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.check && options.watch) throw new UsageError('--check and --watch exclude each other');
  if (!options.watch) return (await compileOnce(names, options, terminal)).code;

  const once = async (): Promise<readonly string[]> => {
    try {
      return (await compileOnce(names, options, terminal)).paths;
    } catch (error) {
      // A file may be away for the moment in which an editor replaces it.
      if (!(error instanceof UsageError)) throw error;
      terminal.err(`proto-frame: ${error.message}\n`);
      return names.map((name) => resolve(terminal.cwd, name));
    }
  };
  await watchFiles(once, terminal);
  return ExitCode.Ok;
}

/** @returns the exit code, and the files that the result depends on */
async function compileOnce(
  names: readonly string[],
  options: CompileOptions,
  terminal: Terminal,
): Promise<{ code: ExitCode; paths: readonly string[] }> {
  const started = performance.now();
  const report = new Report();
  const files = await findFiles(names, terminal.cwd);
  const { roots, resolve: resolveUse, paths } = await readSources(files, terminal.cwd, report);
  const protocols = analyse(roots, resolveUse, report);
  showReport(report, terminal);
  if (report.hasErrors) return { code: ExitCode.SchemaErrors, paths };

  const outputs = await generateAll(protocols, options.emit, terminal);
  const folder = resolve(terminal.cwd, options.out);
  const shown = `${shownPath(folder, terminal.cwd)}/`;
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;

  if (options.check) {
    const stale = (await compareOutputs(folder, outputs)).filter(({ state }) => state !== 'current');
    for (const { name, state } of stale)
      terminal.err(`${shown}${name} is ${state === 'stale' ? 'not current' : 'missing'}\n`);
    if (stale.length > 0) {
      terminal.err('run `proto-frame compile` without --check and commit the result\n');
      return { code: ExitCode.SchemaErrors, paths };
    }
    terminal.out(`${shown} is current (${schemas(files.length)}, ${seconds()})\n`);
    return { code: ExitCode.Ok, paths };
  }
  const written = await writeOutputs(folder, outputs);
  const changes = written.length === 0 ? 'nothing changed' : `${written.length} written`;
  terminal.out(`${schemas(files.length)} compiled to ${shown} in ${seconds()} (${changes})\n`);
  return { code: ExitCode.Ok, paths };
}
