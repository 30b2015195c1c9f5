import { writeFile } from 'node:fs/promises';
import { Report } from '../../diagnostics/diagnostic.js';
import { SourceFile } from '../../source/source-file.js';
import { parse } from '../../syntax/parse.js';
import { print } from '../../syntax/print.js';
import { findFiles } from '../find-files.js';
import { readText, shownPath } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';
import { schemas } from './check.js';

export interface FmtOptions {
  /** Write nothing, name what is not canonical. */
  readonly check: boolean;
}

/** `proto-frame fmt`: brings schemas into canonical form. A file with syntax errors is left as it is. */
export async function fmt(
  names: readonly string[],
  options: FmtOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report();
  const files = await findFiles(names, terminal.cwd);
  const changed: string[] = [];
  for (const path of files) {
    const shown = shownPath(path, terminal.cwd);
    const text = await readText(path).catch((error: unknown) => {
      throw new UsageError(`cannot read ${shown}: ${error instanceof Error ? error.message : String(error)}`);
    });
    const source = new SourceFile(shown, text);
    const before = report.diagnostics.length;
    const file = parse(source, report);
    if (file === null || report.diagnostics.length > before) continue;
    const canonical = print(file);
    if (canonical === text) continue;
    changed.push(shown);
    if (!options.check) await writeFile(path, canonical);
  }
  showReport(report, terminal);
  for (const shown of changed) terminal.out(`${options.check ? 'not formatted: ' : 'formatted '}${shown}\n`);
  if (report.hasErrors) return ExitCode.SchemaErrors;
  if (options.check && changed.length > 0) {
    terminal.err(`run \`proto-frame fmt\` on ${schemas(changed.length)}\n`);
    return ExitCode.SchemaErrors;
  }
  if (changed.length === 0) terminal.out(`${schemas(files.length)} in canonical form\n`);
  return ExitCode.Ok;
}
