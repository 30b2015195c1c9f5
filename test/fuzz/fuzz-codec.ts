import { DecodeError, HeaderMap, type RequestId, ScanState, Status, type XProtocol } from '@proto-frame/api';
import { corpus } from '../support/corpus.js';
import type { ProtocolUnderTest } from '../support/protocols.js';
import { cpuMilliseconds } from '../support/cpu-time.js';
import { Random } from '../support/random.js';
import { mutate } from './mutate.js';

export interface FuzzReport {
  readonly protocol: string;
  readonly seed: number;
  frames: number;
  /** Frames that check and all readers took, and that were written again. */
  accepted: number;
  /** Frames that were refused, by the code of their DecodeError, or `scan`. */
  readonly refused: Map<string, number>;
  /** The longest time one frame took from scan to the last reader, ms. */
  slowest: number;
  /** What the process grew by in the second half, bytes. */
  growth: number;
  /** What must not have happened: at most ten, each with the frame in hex. */
  readonly failures: string[];
}

/** A codec and its frames; where there is a reference, frames are changed inside of headers and bodies too. */
export type Fuzzed =
  ProtocolUnderTest | (Pick<ProtocolUnderTest, 'name' | 'protocol' | 'corpus'> & { headersInBody?: never });

const isReferenced = (tested: Fuzzed): tested is ProtocolUnderTest => 'facts' in tested;

const SLOWEST_MS = 10;

/**
 * Lets a codec read `frames` mutated frames of its corpus. A frame may be refused, by scan or with a
 * DecodeError, and nothing else may happen: no other error, no read past its end that shows, no slow frame.
 * What is accepted has to be written again as it came.
 */
export function fuzzCodec(tested: Fuzzed, frames: number, seed: number): FuzzReport {
  const random = new Random(seed);
  const short = (verdict: 'valid' | 'invalid'): Uint8Array[] =>
    corpus(tested.corpus, verdict)
      .map(({ bytes }) => bytes)
      .filter((bytes) => bytes.length < 4096);
  const valid = short('valid');
  const invalid = short('invalid');
  const report: FuzzReport = {
    protocol: tested.name,
    seed,
    frames: 0,
    accepted: 0,
    refused: new Map(),
    slowest: 0,
    growth: 0,
    failures: [],
  };
  let before = 0;
  while (report.frames < frames && report.failures.length < 10) {
    const frame = mutate(random, isReferenced(tested) ? tested : null, valid, invalid);
    // The frame lies in a larger buffer of other bytes, so that a read past its end gives something.
    const buffer = Buffer.alloc(frame.length + 64, 0x01);
    frame.copy(buffer, 32);
    const outcome = timed(() => readFrame(tested, random, buffer, 32, 32 + frame.length), report);
    if (outcome === 'accepted') report.accepted++;
    else if (outcome.startsWith('!')) report.failures.push(`${outcome.slice(1)}: ${frame.toString('hex')}`);
    else report.refused.set(outcome, (report.refused.get(outcome) ?? 0) + 1);
    report.frames++;
    if (report.frames === Math.ceil(frames / 2)) before = memory();
  }
  report.growth = Math.max(0, memory() - before);
  return report;
}

/** Resident memory after a collection, if the process lets us ask for one. */
function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** Runs it, and runs it again if it was slow: only what is slow ten times was not the machine's fault. */
function timed(run: () => string, report: FuzzReport): string {
  let outcome = '';
  let fastest = Infinity;
  for (let n = 0; n < 10; n++) {
    const from = cpuMilliseconds();
    outcome = run();
    fastest = Math.min(fastest, cpuMilliseconds() - from);
    if (fastest < SLOWEST_MS) break;
  }
  report.slowest = Math.max(report.slowest, fastest);
  return fastest < SLOWEST_MS ? outcome : `!took ${fastest.toFixed(1)} ms`;
}

/** The frame with another id, in a buffer of its own. */
function changeId(
  protocol: XProtocol<never>,
  b: Uint8Array,
  at: number,
  end: number,
  id: RequestId,
): Uint8Array {
  const copy = Uint8Array.from(b.subarray(at, end));
  return protocol.setId(copy, 0, copy.length, id) ? copy : protocol.withId(copy, 0, copy.length, id);
}

/** 'accepted', the reason of a refusal, or '!' and what went wrong. */
function readFrame(tested: Fuzzed, random: Random, b: Buffer, at: number, to: number): string {
  const { protocol } = tested;
  const state = new ScanState(protocol.traits.maxFrame);
  let length: number;
  try {
    protocol.match(b, at, to);
    const have = random.below(to - at + 1);
    const early = protocol.scan(b, at, at + have, state);
    if (early === 0 && state.need <= have) return `!scan of ${have} bytes needs ${state.need}`;
    state.reset();
    length = protocol.scan(b, at, to, state);
    if (length === 0)
      return state.need <= to - at ? `!scan of ${to - at} bytes needs ${state.need}` : 'incomplete';
    if (early > 0 && early !== length)
      return `!scan says ${length}, said ${early} of the first ${have} bytes`;
    if (!Number.isSafeInteger(length)) return `!scan says ${length}`;
  } catch (error) {
    return `!match or scan threw ${String(error)}`;
  }
  if (length < 0) return 'scan';
  if (length > state.limit) return 'too large';
  const end = at + length;
  if (end > to) return 'incomplete';
  try {
    protocol.check(b, at, end);
  } catch (error) {
    return error instanceof DecodeError ? error.code : `!check threw ${String(error)}`;
  }
  const headers = new HeaderMap(protocol.traits.headerCase);
  let refusal = 'accepted';
  const reads: [name: string, read: () => unknown][] = [
    ['kindOf', () => protocol.kindOf(b, at, end)],
    ['isHeartbeat', () => protocol.isHeartbeat(b, at, end)],
    ['isGoaway', () => protocol.isGoaway(b, at, end)],
    ['timeoutOf', () => protocol.timeoutOf(b, at, end)],
    ['wireStatusOf', () => protocol.toCanonical(protocol.wireStatusOf(b, at, end))],
    ['headerOf', () => protocol.headerOf(b, at, end, random.pick(['service', '', 'nothing', '__proto__']))],
    ['serviceOf', () => protocol.serviceOf(b, at, end)],
    ['methodOf', () => protocol.methodOf(b, at, end)],
    ['groupOf', () => protocol.groupOf(b, at, end)],
    ['versionOf', () => protocol.versionOf(b, at, end)],
    ['readHeaders', () => protocol.readHeaders(b, at, end, headers)],
  ];
  for (const [name, read] of reads) {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DecodeError)) return `!${name} threw ${String(error)}`;
      refusal = error.code;
    }
  }
  const start = protocol.bodyStart(b, at, end);
  const stop = protocol.bodyEnd(b, at, end);
  if (!(at <= start && start <= stop && stop <= end))
    return `!the body is ${start - at}..${stop - at} of ${length}`;
  try {
    const original = Buffer.from(b.subarray(at, end));
    if (!original.equals(protocol.reencode(b, at, end, null, null))) return '!reencode changed the frame';
    const body = b.subarray(start, stop);
    const whole = refusal === 'accepted' ? headers : null;
    const ways: [headers: HeaderMap | null, body: Uint8Array | null][] =
      tested.headersInBody === true
        ? [
            [whole, null],
            [null, body],
          ]
        : [[whole, body]];
    for (const [newHeaders, newBody] of ways)
      if (!original.equals(protocol.reencode(b, at, end, newHeaders, newBody)))
        return '!reencode changed headers or body';
    const id = protocol.idOf(b, at, end);
    if (protocol.traits.correlation === 'id') {
      const other = changeId(protocol, b, at, end, 1);
      if (protocol.idOf(other, 0, other.length) !== 1) return '!the id was not set';
      protocol.check(other, 0, other.length);
      // An id may have come wider than it need be.
      const back = changeId(protocol, other, 0, other.length, id);
      if (!original.equals(back) && back.length >= original.length) return '!setting the id back did not';
    }
    // What answers a request is read as what a server sends.
    const { replies } = protocol;
    const memo = protocol.remember(b, at, end);
    for (const made of [protocol.hijack(memo, Status.TIMEOUT, 'late'), protocol.heartbeatAck(b, at, end)]) {
      if (made === null) continue;
      if (replies.scan(made, 0, made.length, new ScanState(1 << 20)) !== made.length) return '!made no frame';
      replies.check(made, 0, made.length);
      if (replies.idOf(made, 0, made.length) !== id) return '!made a frame with another id';
    }
  } catch (error) {
    // A frame with a wrong checksum may pass, but not be rewritten.
    if (error instanceof DecodeError && error.code === 'checksum') return error.code;
    return `!writing threw ${String(error)}`;
  }
  return refusal;
}
