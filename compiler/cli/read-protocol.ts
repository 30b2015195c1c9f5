import { analyse } from '../analyse.js';
import { Report } from '../diagnostics/diagnostic.js';
import type { Protocol } from '../model/model.js';
import { findFiles } from './find-files.js';
import { readSources } from './read-sources.js';
import { showReport } from './show-report.js';
import { UsageError, type Terminal } from './terminal.js';

/**
 * The one protocol of a schema, or the one named.
 *
 * @returns null if the schema has errors, which have been shown
 * @throws UsageError if it has several and none is named, or not the one that is
 */
export async function readProtocol(
  schema: string,
  name: string | undefined,
  terminal: Terminal,
): Promise<Protocol | null> {
  const report = new Report();
  const sources = await readSources(await findFiles([schema], terminal.cwd), terminal.cwd, report);
  const protocols = analyse(sources.roots, sources.resolve, report);
  if (report.hasErrors) {
    showReport(report, terminal);
    return null;
  }
  const found = name === undefined ? protocols : protocols.filter((p) => p.name === name);
  const names = protocols.map((p) => p.name).join(', ');
  if (found.length === 0)
    throw new UsageError(
      name === undefined ? `${schema} has no protocol` : `${schema} has no protocol ${name}; it has ${names}`,
    );
  if (found.length > 1)
    throw new UsageError(`${schema} has several protocols; name one by --protocol: ${names}`);
  return found[0]!;
}
