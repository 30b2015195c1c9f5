import { Coverage } from '../../interpret/coverage.js';
import type { ExternCode } from '../../interpret/extern-code.js';
import { FrameSplitter } from '../../interpret/frame-splitter.js';
import type { Protocol } from '../../model/model.js';
import { loadExterns } from '../load-externs.js';
import { readProtocol } from '../read-protocol.js';
import { readSamples, type Sample } from '../read-samples.js';
import { sideOf } from '../side-of.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface ValidateOptions {
  readonly schema: string;
  readonly protocol?: string;
  readonly valid?: string;
  readonly invalid?: string;
  readonly from?: string;
  readonly coverage: boolean;
}

/** `proto-frame validate`: samples that have to be frames, and samples that must not be. */
export async function validate(options: ValidateOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.valid === undefined && options.invalid === undefined)
    throw new UsageError('name a folder by --valid or --invalid');
  const found = await readProtocol(options.schema, options.protocol, terminal);
  if (found === null) return ExitCode.SchemaErrors;
  const code = await loadExterns(found);
  const protocol = sideOf(found, options.from);
  const coverage = new Coverage(protocol);
  const valid = options.valid === undefined ? [] : await readSamples(options.valid, terminal.cwd);
  const invalid = options.invalid === undefined ? [] : await readSamples(options.invalid, terminal.cwd);
  let wrong = 0;
  for (const sample of valid) {
    const fault = faultOf(sample, protocol, code, coverage);
    if (fault === null) continue;
    wrong++;
    terminal.err(`${sample.name}: should be valid, but ${fault}\n`);
  }
  for (const sample of invalid) {
    if (faultOf(sample, protocol, code, null) !== null) continue;
    wrong++;
    terminal.err(`${sample.name}: should be refused, but is a frame of ${protocol.name}\n`);
  }
  if (options.coverage) showCoverage(coverage, options.schema, terminal);
  const right = valid.length + invalid.length - wrong;
  terminal.out(`${right} samples as expected, ${wrong} not\n`);
  return wrong === 0 ? ExitCode.Ok : ExitCode.SchemaErrors;
}

/** Why the bytes are not whole frames with right checksums; null if they are. */
function faultOf(
  { bytes }: Sample,
  protocol: Protocol,
  code: ExternCode,
  coverage: Coverage | null,
): string | null {
  const splitter = new FrameSplitter(protocol, code);
  let checksum: string | null = null;
  for (const { tree } of splitter.push(bytes)) {
    coverage?.add(tree);
    const bad = tree.fields.find((f) => f.note.includes('WRONG'));
    if (bad !== undefined) checksum ??= `the checksum ${bad.name} is wrong`;
  }
  if (splitter.fault !== null) {
    const { field, offset, message } = splitter.fault;
    return `${field} at byte ${splitter.offset + offset} ${message}`;
  }
  if (splitter.left > 0 || bytes.length === 0)
    return `it ends inside a frame that starts at byte ${splitter.offset}`;
  return checksum;
}

function showCoverage(coverage: Coverage, schema: string, terminal: Terminal): void {
  const { total, reached, missing } = coverage.report();
  terminal.out(`coverage: ${reached} of ${total} fields, arms and branches reached by valid samples\n`);
  for (const { what, line } of missing) terminal.out(`  never reached: ${what} (${schema}:${line})\n`);
}
