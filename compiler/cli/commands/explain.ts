import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { findFiles } from '../find-files.js';
import { readSources } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, type Terminal } from '../terminal.js';

export interface ExplainOptions {
  readonly format: 'text' | 'json';
}

/** `proto-frame explain`: what the compiler has worked out, protocol by protocol. */
export async function explain(name: string, options: ExplainOptions, terminal: Terminal): Promise<ExitCode> {
  const report = new Report();
  const files = await findFiles([name], terminal.cwd);
  const sources = await readSources(files, terminal.cwd, report);
  const protocols = analyse(sources.roots, sources.resolve, report);
  showReport(report, terminal);
  if (report.hasErrors) return ExitCode.SchemaErrors;

  const emit = await import('../../emit/explain.js');
  if (options.format === 'json')
    terminal.out(`${JSON.stringify(protocols.map(emit.explainJson), null, 2)}\n`);
  else terminal.out(protocols.map((one) => emit.explain(one)).join('\n'));
  return ExitCode.Ok;
}
