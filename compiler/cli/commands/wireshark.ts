import { resolve } from 'node:path';
import { analyse } from '../../analyse.js';
import { Report } from '../../diagnostics/diagnostic.js';
import { findFiles } from '../find-files.js';
import { readSources, shownPath } from '../read-sources.js';
import { showReport } from '../show-report.js';
import { ExitCode, type Terminal } from '../terminal.js';
import { writeOutputs } from '../write-outputs.js';

export interface WiresharkOptions {
  readonly out: string;
}

/** `proto-frame wireshark`: a Lua dissector for each protocol. With errors nothing is written. */
export async function wireshark(
  names: readonly string[],
  options: WiresharkOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report();
  const files = await findFiles(names, terminal.cwd);
  const sources = await readSources(files, terminal.cwd, report);
  const protocols = analyse(sources.roots, sources.resolve, report);
  showReport(report, terminal);
  if (report.hasErrors) return ExitCode.SchemaErrors;

  const { wiresharkDissector } = await import('../../emit/wireshark/dissector.js');
  const outputs = protocols.map((one) => ({ name: `${one.name}.lua`, text: wiresharkDissector(one) }));
  const folder = resolve(terminal.cwd, options.out);
  const shown = `${shownPath(folder, terminal.cwd)}/`;
  await writeOutputs(folder, outputs);
  for (const { name } of outputs) terminal.out(`wrote ${shown}${name}\n`);
  const [first] = outputs;
  if (first !== undefined)
    terminal.out(`try it: tshark -X lua_script:${shown}${first.name} -r capture.pcap -V\n`);
  return ExitCode.Ok;
}
