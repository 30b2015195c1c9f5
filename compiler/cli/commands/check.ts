import { analyse } from '../../analyse.js';
import { COMPILER_VERSION } from '../../compiler-version.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { renderJson } from '../../diagnostics/render-json.js';
import { renderSarif } from '../../diagnostics/render-sarif.js';
import { findFiles } from '../find-files.js';
import { readSources } from '../read-sources.js';
import { showReport, sorted } from '../show-report.js';
import { ExitCode, type Terminal } from '../terminal.js';

export const FORMATS = ['text', 'json', 'sarif'] as const;

export interface CheckOptions {
  readonly format: (typeof FORMATS)[number];
}

/** `proto-frame check`: everything the compiler has to say about some schemas, and nothing written. */
export async function check(
  names: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report();
  const files = await findFiles(names, terminal.cwd);
  const sources = await readSources(files, terminal.cwd, report);
  analyse(sources.roots, sources.resolve, report);

  if (options.format === 'json') terminal.out(renderJson(sorted(report)));
  else if (options.format === 'sarif') terminal.out(renderSarif(sorted(report), COMPILER_VERSION));
  else {
    showReport(report, terminal);
    if (!report.hasErrors) terminal.out(`${schemas(files.length)} checked, no errors\n`);
  }
  return report.hasErrors ? ExitCode.SchemaErrors : ExitCode.Ok;
}

export function schemas(count: number): string {
  return `${count} schema${count === 1 ? '' : 's'}`;
}
