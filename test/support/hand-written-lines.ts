import {
  copyBytes,
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  FrameKind,
  type HeaderMap,
  Match,
  put16,
  readUtf8,
  ScanFault,
  type ScanState,
  Status,
  type Traits,
  u16,
  untilEnd,
  type XProtocol,
} from '@proto-frame/api';

/**
 * A small protocol without ids, as Redis is one, written by hand against the contract. Callers send lines:
 *
 *   ECHO text     gets its text back        QUIET text    gets no reply
 *   TRIPLE text   gets it three times       WATCH topic   needs a connection of its own; pushes follow
 *   PING          a heartbeat
 *
 * and what else the host knows. Hosts send a kind, two bytes of length and a payload: `+` a reply, `-` an
 * error, whose payload starts with its code, `!` a push, `~` goaway.
 */
const NEWLINE = Uint8Array.of(0x0a);
const LONGEST_LINE = 64 * 1024;
const PLUS = 0x2b;
const MINUS = 0x2d;
const BANG = 0x21;
const TILDE = 0x7e;

/** The kind of a host's frame. */
export type LinesKind = '+' | '-' | '!' | '~';

export function linesFrame(kind: LinesKind, payload: string): Buffer {
  const out = Buffer.alloc(3 + Buffer.byteLength(payload));
  out.write(kind, 0, 'latin1');
  put16(out, 1, out.length - 3);
  out.write(payload, 3);
  return out;
}

function starts(b: Uint8Array, at: number, end: number, word: string): boolean {
  const after = at + word.length;
  if (after >= end || (b[after] !== 0x20 && b[after] !== 0x0a)) return false;
  for (let i = 0; i < word.length; i++) if (b[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

function bodyStart(b: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end - 1 && b[p] !== 0x20) p++;
  return p === end - 1 ? p : p + 1;
}

function noHeaders(headers: HeaderMap | null): void {
  if (headers !== null && headers.size > 0) throw new EncodeError('Line', 'has no headers');
}

const TRAITS: Traits = {
  poolMode: 'pipeline',
  correlation: 'order',
  idMin: 0,
  idMax: 0,
  idReserved: [],
  maxFrame: LONGEST_LINE + 3,
  maxHeaders: 0,
  headerCase: 'sensitive',
};

function encode(): never {
  throw new EncodeError('Line', 'the hand-written codec makes no new frames');
}

/** What hosts send. */
function replies(traits: Traits): XProtocol {
  return defineProtocol<never, object>({
    name: 'lines',
    contract: CONTRACT_VERSION,
    traits,
    match: () => Match.no,
    scan(b, from, to, state: ScanState) {
      if (to > from && ![PLUS, MINUS, BANG, TILDE].includes(b[from]!)) return ScanFault.malformed;
      if (to - from >= 3) return 3 + u16(b, from + 1);
      state.need = 3;
      return 0;
    },
    check(b, at, end) {
      if (b[at] === MINUS && end - at < 4)
        throw new DecodeError('window', 'Reply.code', 3, 'an error has a code');
    },
    kindOf: (b, at) =>
      b[at] === BANG ? FrameKind.push : b[at] === TILDE ? FrameKind.control : FrameKind.response,
    isGoaway: (b, at) => b[at] === TILDE,
    wireStatusOf: (b, at) => (b[at] === MINUS ? b[at + 3]! - 0x30 : 0),
    toCanonical: (wire) =>
      wire === 0 ? Status.OK : wire === 4 ? Status.TIMEOUT : wire === 3 ? Status.OVERLOADED : Status.INTERNAL,
    bodyStart: (_b, at) => at + 3,
    reencode(b, at, end, headers, body) {
      noHeaders(headers);
      const content = body ?? b.subarray(at + 3, end);
      const out = new Uint8Array(3 + content.length);
      out[0] = b[at]!;
      put16(out, 1, content.length);
      out.set(content, 3);
      return out;
    },
    encode,
  });
}

/** The protocol with other traits: another pool, or replies that nobody can count. */
export function linesWith(changes: Partial<Traits>): XProtocol {
  const traits = { ...TRAITS, ...changes };
  return defineProtocol<never, object>({
    name: 'lines',
    contract: CONTRACT_VERSION,
    traits,
    replies: replies(traits),
    match: (b, from, to) =>
      to === from ? Match.more : b[from]! >= 0x41 && b[from]! <= 0x5a ? Match.yes : Match.no,
    scan(b, from, to, state) {
      const end = untilEnd(b, from, to, NEWLINE, LONGEST_LINE);
      if (end > 0) return end - from;
      if (end === 0) return ScanFault.tooLarge;
      state.need = to - from - end;
      return 0;
    },
    check(b, at) {
      if (!(b[at]! >= 0x41 && b[at]! <= 0x5a)) throw new DecodeError('assert', 'Line.word', 0, 'is no word');
    },
    kindOf: () => FrameKind.request,
    isHeartbeat: (b, at, end) => starts(b, at, end, 'PING'),
    expects: (b, at, end) => (starts(b, at, end, 'QUIET') ? 0 : starts(b, at, end, 'TRIPLE') ? 3 : 1),
    isExclusive: (b, at, end) => starts(b, at, end, 'WATCH'),
    serviceOf: () => 'lines',
    methodOf(b, at, end) {
      const body = bodyStart(b, at, end);
      return readUtf8(b, at, body === end - 1 ? body : body - 1);
    },
    bodyStart,
    bodyEnd: (_b, _at, end) => end - 1,
    toWire: (status) => (status === Status.TIMEOUT ? 4 : status === Status.OVERLOADED ? 3 : 1),
    reencode(b, at, end, headers, body) {
      noHeaders(headers);
      if (body === null) return copyBytes(b, at, end);
      return new Uint8Array(Buffer.concat([b.subarray(at, bodyStart(b, at, end)), body, NEWLINE]));
    },
    encode,
    heartbeat: () => new Uint8Array(Buffer.from('PING\n')),
    heartbeatAck: () => linesFrame('+', 'PONG'),
    goaway: () => linesFrame('~', ''),
    hijack: (_memo, status, reason) =>
      linesFrame('-', `${status === Status.TIMEOUT ? 4 : status === Status.OVERLOADED ? 3 : 1} ${reason}`),
  });
}

export const handWrittenLines = linesWith({});
