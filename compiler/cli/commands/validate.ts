import { Coverage, type CoverageReport } from '../../interpret/coverage.js';
import type { ExternCode } from '../../interpret/extern-code.js';
import { FrameSplitter } from '../../interpret/frame-splitter.js';
import { loadExterns } from '../load-externs.js';
import { readProtocol } from '../read-protocol.js';
import { readSamples, type Sample } from '../read-samples.js';
import { sideOf, type Side } from '../side-of.js';
import { ExitCode, UsageError, type Terminal } from '../terminal.js';

export interface ValidateOptions {
  readonly schema: string;
  readonly protocol?: string;
  readonly valid?: string;
  readonly invalid?: string;
  readonly from?: string;
  readonly given?: string;
  readonly coverage: boolean;
  readonly format: 'text' | 'json';
}

/** A sample that is not what it should be. */
interface Failure {
  readonly sample: string;
  readonly should: 'be valid' | 'be refused';
  readonly reason: string;
}

/** `proto-frame validate`: samples that have to be frames, and samples that must not be. */
export async function validate(options: ValidateOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.valid === undefined && options.invalid === undefined)
    throw new UsageError('name a folder by --valid or --invalid');
  const found = await readProtocol(options.schema, options.protocol, terminal);
  if (found === null) return ExitCode.SchemaErrors;
  const code = await loadExterns(found);
  const side = sideOf(found, options.from, options.given);
  const { protocol } = side;
  const coverage = new Coverage(protocol, side.facts);
  const valid = options.valid === undefined ? [] : await readSamples(options.valid, terminal.cwd);
  const invalid = options.invalid === undefined ? [] : await readSamples(options.invalid, terminal.cwd);
  const failures: Failure[] = [];
  for (const sample of valid) {
    const reason = faultOf(sample, side, code, coverage);
    if (reason !== null) failures.push({ sample: sample.name, should: 'be valid', reason });
  }
  for (const sample of invalid) {
    if (faultOf(sample, side, code, null) !== null) continue;
    failures.push({ sample: sample.name, should: 'be refused', reason: `is a frame of ${protocol.name}` });
  }
  const right = valid.length + invalid.length - failures.length;
  const reached = options.coverage ? coverage.report() : null;
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ right, failures, coverage: reached ?? undefined }, null, 2)}\n`);
  } else {
    for (const { sample, should, reason } of failures)
      terminal.err(`${sample}: should ${should}, but ${reason}\n`);
    if (reached !== null) showCoverage(reached, options.schema, terminal);
    terminal.out(`${right} samples as expected, ${failures.length} not\n`);
  }
  return failures.length === 0 ? ExitCode.Ok : ExitCode.SchemaErrors;
}

/** Why the bytes are not whole frames with right checksums; null if they are. */
function faultOf(
  { bytes }: Sample,
  { protocol, facts }: Side,
  code: ExternCode,
  coverage: Coverage | null,
): string | null {
  const splitter = new FrameSplitter(protocol, code, facts);
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

function showCoverage({ total, reached, missing }: CoverageReport, schema: string, terminal: Terminal): void {
  terminal.out(`coverage: ${reached} of ${total} fields, arms and branches reached by valid samples\n`);
  for (const { what, line } of missing) terminal.out(`  never reached: ${what} (${schema}:${line})\n`);
}
