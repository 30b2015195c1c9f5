import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import type { Version } from '../../emit/diff/places.js';
import { findFiles } from '../find-files.js';
import { readSources } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface DiffOptions {
  readonly format: 'text' | 'json';
}

/**
 * `proto-frame diff`: what has changed between two versions of some schemas. Exits with 1 if a change breaks the
 * wire. A version with errors can't be compared, which is a wrong use of the command.
 */
export async function diff(
  before: string,
  after: string,
  options: DiffOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const old = await read(before, terminal);
  const now = await read(after, terminal);
  const { compareVersions } = await import('../../emit/diff/compare-versions.js');
  const { renderChanges, renderChangesJson } = await import('../../emit/diff/render-changes.js');
  const changes = compareVersions(old, now);
  terminal.out(options.format === 'json' ? renderChangesJson(changes) : renderChanges(changes));
  return changes.some((change) => change.severity === 'breaking') ? ExitCode.SchemaErrors : ExitCode.Ok;
}

async function read(name: string, terminal: Terminal): Promise<Version[]> {
  const report = new Report();
  const files = await findFiles([name], terminal.cwd);
  const { roots, resolve } = await readSources(files, terminal.cwd, report);
  const protocols = analyse(roots, resolve, report);
  if (report.hasErrors) {
    showReport(report, terminal);
    throw new UsageError(`${name} has errors and can't be compared`);
  }
  const { versionsOf } = await import('../../emit/diff/places.js');
  return versionsOf(protocols, roots, resolve);
}
