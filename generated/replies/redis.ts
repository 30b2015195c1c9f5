// Generated from redis.proto-frame (sha256 81455dc584b82cb9) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Reply, in bytes:
//   0              kind           Kind
//   1              line           text utf8 until CRLF
//   1              blob           Blob
//   1              n              dec(i64) until CRLF in -1..1048576
//   items          items          list of Value count n max 1048576 nullable
//   1              pairs          dec(i64) until CRLF in 0..524288
//   entries        entries        list of Value count pairs * 2 max 1048576
//   1              about          dec(i64) until CRLF in 0..524288
//   meta           meta           list of Value count about * 2 max 1048576
//   value          value          Value

import {
  CONTRACT_VERSION,
  copyBytes,
  Cursor,
  decimal,
  decimalLineEnd,
  decimalOf,
  decimalPassed,
  decimalSize,
  DecodeError,
  defineProtocol,
  EncodeError,
  ended,
  frameBytes,
  FrameKind,
  type HeaderMap,
  Marks,
  Match,
  put8,
  putDecimal,
  readUtf8,
  requireDelimited,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  Status,
  u16,
  u8,
  unended,
  untilEnd,
  untilGoesOn,
  utf8Length,
  writeLatin1,
  writeUtf8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

const CRLF = new Uint8Array([13, 10]);

/** The first byte of a value says what it is. */
export const Kind = {
  simple: 43,
  error: 45,
  integer: 58,
  bulk: 36,
  array: 42,
  nil: 95,
  boolean: 35,
  double: 44,
  bignum: 40,
  blobError: 33,
  verbatim: 61,
  dict: 37,
  set: 126,
  push: 62,
  attribute: 124,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A length, that many bytes, and an end of line; -1 is null. */
export interface Blob {
  readonly data?: Uint8Array | null | undefined;
}

/** A Value. */
export interface Value {
  readonly kind: Kind;
  readonly line?: string | undefined;
  readonly blob?: Blob | undefined;
  readonly items?: readonly Value[] | null | undefined;
  readonly entries?: readonly Value[] | undefined;
  readonly meta?: readonly Value[] | undefined;
  readonly value?: Value | undefined;
}

/** What a new Reply is made of; lengths, constants and checksums are not given. */
export interface ReplyInit {
  readonly kind: Kind;
  readonly line?: string | undefined;
  readonly blob?: Blob | undefined;
  readonly items?: readonly Value[] | null | undefined;
  readonly entries?: readonly Value[] | undefined;
  readonly meta?: readonly Value[] | undefined;
  readonly value?: Value | undefined;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(10);

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (
    u8(b, from) !== 33 &&
    (u8(b, from) < 35 || u8(b, from) > 37) &&
    u8(b, from) !== 40 &&
    (u8(b, from) < 42 || u8(b, from) > 45) &&
    u8(b, from) !== 58 &&
    (u8(b, from) < 61 || u8(b, from) > 62) &&
    u8(b, from) !== 95 &&
    u8(b, from) !== 124 &&
    u8(b, from) !== 126
  )
    return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 3) {
    state.need = 3;
    return 0;
  }

  const walks = state.begin(from);
  marks.start(b, from);
  const kind = u8(b, from);
  let p: number;
  switch (kind) {
    case Kind.simple:
    case Kind.error:
    case Kind.integer:
    case Kind.bignum:
    case Kind.double:
    case Kind.boolean:
    case Kind.nil: {
      const p2 = untilGoesOn(b, from + 1, to, CRLF, 65536, walks);
      if (p2 <= 0) return unended(p2, from, to, state);
      marks.keep(0, p2);
      p = p2;
      break;
    }

    case Kind.bulk:
    case Kind.blobError:
    case Kind.verbatim: {
      if (to - from < 4) {
        state.need = 4;
        return 0;
      }

      const p3 = blobEnd(b, from + 1, to);
      if (p3 <= 0) return unended(p3, from, to, state);
      marks.keep(1, p3);
      p = p3;
      break;
    }

    case Kind.array:
    case Kind.set:
    case Kind.push: {
      if (to - from < 4) {
        state.need = 4;
        return 0;
      }

      const p4 = decimalLineEnd(b, from + 1, to, 20);
      if (p4 <= 0) return unended(p4, from, to, state);
      marks.keep(2, p4);
      const n = decimalOf(b, from + 1, p4 - 2);
      if (n < -1 || n > 1048576) return ScanFault.malformed;
      const p5 = replyItemsEnd(b, p4, to, Math.max(0, n), 32, walks);
      if (p5 <= 0) return unended(p5, from, to, state);
      marks.keep(3, p5);
      p = p5;
      break;
    }

    case Kind.dict: {
      if (to - from < 4) {
        state.need = 4;
        return 0;
      }

      const p6 = decimalLineEnd(b, from + 1, to, 20);
      if (p6 <= 0) return unended(p6, from, to, state);
      marks.keep(4, p6);
      const pairs = decimalOf(b, from + 1, p6 - 2);
      if (pairs < 0 || pairs > 524288) return ScanFault.malformed;
      const p7 = replyEntriesEnd(b, p6, to, pairs * 2, 32, walks);
      if (p7 <= 0) return unended(p7, from, to, state);
      marks.keep(5, p7);
      p = p7;
      break;
    }

    case Kind.attribute: {
      if (to - from < 4) {
        state.need = 4;
        return 0;
      }

      const p8 = decimalLineEnd(b, from + 1, to, 20);
      if (p8 <= 0) return unended(p8, from, to, state);
      marks.keep(6, p8);
      const about = decimalOf(b, from + 1, p8 - 2);
      if (about < 0 || about > 524288) return ScanFault.malformed;
      const p9 = replyMetaEnd(b, p8, to, about * 2, 32, walks);
      if (p9 <= 0) return unended(p9, from, to, state);
      marks.keep(7, p9);
      if (to < p9 + 3) {
        state.need = p9 + 3 - from;
        return 0;
      }

      const p10 = valueEnd(b, p9, to, 32, walks);
      if (p10 <= 0) return unended(p10, from, to, state);
      marks.keep(8, p10);
      p = p10;
      break;
    }

    default:
      return ScanFault.malformed;
  }

  marks.end(9, p);
  return p - from;
}

/** Where the Blob that starts at `at` ends; 0 if it is malformed, -n if n bytes more are needed to know. */
function blobEnd(b: Uint8Array, at: number, to: number): number {
  let p = at;
  const lenEnd = decimalLineEnd(b, p, to, 20);
  if (lenEnd <= 0) return lenEnd;
  const len = decimalPassed;
  if (len < -1 || len > 536870912) return 0;
  p = lenEnd;
  p += Math.max(0, len);
  if (p > to) return to - p;
  if (len !== -1) {
    if (to < p + 2) return to - (p + 2);
    if (u16(b, p) !== 0x0d0a) return 0;
    return p + 2;
  }

  return p;
}

/** Where the Value that starts at `at` ends; 0 if it is malformed, -n if n bytes more are needed to know. */
function valueEnd(b: Uint8Array, at: number, to: number, depth: number, state: ScanState | null): number {
  if (depth === 0) return 0;
  let p = at;
  if (to < p + 1) return to - (p + 1);
  const kind = u8(b, p);
  p += 1;
  switch (kind) {
    case Kind.simple:
    case Kind.error:
    case Kind.integer:
    case Kind.bignum:
    case Kind.double:
    case Kind.boolean:
    case Kind.nil: {
      return untilGoesOn(b, p, to, CRLF, 65536, state);
    }

    case Kind.bulk:
    case Kind.blobError:
    case Kind.verbatim: {
      return blobEnd(b, p, to);
    }

    case Kind.array:
    case Kind.set:
    case Kind.push: {
      const nEnd = decimalLineEnd(b, p, to, 20);
      if (nEnd <= 0) return nEnd;
      const n = decimalPassed;
      if (n < -1 || n > 1048576) return 0;
      p = nEnd;
      return valueItemsEnd(b, p, to, Math.max(0, n), depth - 1, state);
    }

    case Kind.dict: {
      const pairsEnd = decimalLineEnd(b, p, to, 20);
      if (pairsEnd <= 0) return pairsEnd;
      const pairs = decimalPassed;
      if (pairs < 0 || pairs > 524288) return 0;
      p = pairsEnd;
      return valueEntriesEnd(b, p, to, pairs * 2, depth - 1, state);
    }

    case Kind.attribute: {
      const aboutEnd = decimalLineEnd(b, p, to, 20);
      if (aboutEnd <= 0) return aboutEnd;
      const about = decimalPassed;
      if (about < 0 || about > 524288) return 0;
      p = aboutEnd;
      p = valueMetaEnd(b, p, to, about * 2, depth - 1, state);
      if (p <= 0) return p;
      return valueEnd(b, p, to, depth - 1, state);
    }

    default:
      return 0;
  }
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function replyItemsEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function replyEntriesEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function replyMetaEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function valueItemsEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function valueEntriesEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function valueMetaEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  depth: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    if (state !== null) state.inside(walk);
    const next = valueEnd(b, p, to, depth, state);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  return marks.keep(
    0,
    ended(untilEnd(b, at + 1, b.length, CRLF, 65536), 'Reply.line', at + 1 - at, 'redis.proto-frame:90:76'),
  );
}

/** Where end2 starts. */
function end2At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  return marks.keep(
    1,
    ended(blobEnd(b, at + 1, b.length), 'Reply.blob', at + 1 - at, 'redis.proto-frame:91:46'),
  );
}

/** Where items starts. */
function itemsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  return marks.keep(
    2,
    ended(decimalLineEnd(b, at + 1, b.length, 20), 'Reply.n', at + 1 - at, 'redis.proto-frame:93:9'),
  );
}

/** Where end3 starts. */
function end3At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 3);
  if (known > 0) return known;
  const p = itemsAt(b, at);
  return marks.keep(
    3,
    ended(
      replyItemsEnd(b, p, b.length, Math.max(0, decimalOf(b, at + 1, p - 2)), 32, null),
      'Reply.items',
      p - at,
      'redis.proto-frame:94:9',
    ),
  );
}

/** Where entries starts. */
function entriesAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 4);
  if (known > 0) return known;
  return marks.keep(
    4,
    ended(decimalLineEnd(b, at + 1, b.length, 20), 'Reply.pairs', at + 1 - at, 'redis.proto-frame:97:9'),
  );
}

/** Where end4 starts. */
function end4At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 5);
  if (known > 0) return known;
  const p = entriesAt(b, at);
  return marks.keep(
    5,
    ended(
      replyEntriesEnd(b, p, b.length, decimalOf(b, at + 1, p - 2) * 2, 32, null),
      'Reply.entries',
      p - at,
      'redis.proto-frame:98:9',
    ),
  );
}

/** Where meta starts. */
function metaAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 6);
  if (known > 0) return known;
  return marks.keep(
    6,
    ended(decimalLineEnd(b, at + 1, b.length, 20), 'Reply.about', at + 1 - at, 'redis.proto-frame:101:9'),
  );
}

/** Where value starts. */
function valueAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 7);
  if (known > 0) return known;
  const p = metaAt(b, at);
  return marks.keep(
    7,
    ended(
      replyMetaEnd(b, p, b.length, decimalOf(b, at + 1, p - 2) * 2, 32, null),
      'Reply.meta',
      p - at,
      'redis.proto-frame:102:9',
    ),
  );
}

/** Where end5 starts. */
function end5At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 8);
  if (known > 0) return known;
  const p = valueAt(b, at);
  return marks.keep(
    8,
    ended(valueEnd(b, p, b.length, 32, null), 'Reply.value', p - at, 'redis.proto-frame:103:9'),
  );
}

/** Where end6 starts. */
function end6At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 9);
  if (known > 0) return known;
  const kind = u8(b, at);
  return marks.keep(
    9,
    kind === Kind.simple ||
      kind === Kind.error ||
      kind === Kind.integer ||
      kind === Kind.bignum ||
      kind === Kind.double ||
      kind === Kind.boolean ||
      kind === Kind.nil
      ? endAt(b, at)
      : kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim
        ? end2At(b, at)
        : kind === Kind.array || kind === Kind.set || kind === Kind.push
          ? end3At(b, at)
          : kind === Kind.dict
            ? end4At(b, at)
            : end5At(b, at),
  );
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 3) {
    throw new DecodeError('window', 'Reply', 0, `has ${end - at} bytes, needs 3`, 'redis.proto-frame:87:9');
  }

  const kind = u8(b, at);
  if (
    kind !== Kind.simple &&
    kind !== Kind.error &&
    kind !== Kind.integer &&
    kind !== Kind.bulk &&
    kind !== Kind.array &&
    kind !== Kind.nil &&
    kind !== Kind.boolean &&
    kind !== Kind.double &&
    kind !== Kind.bignum &&
    kind !== Kind.blobError &&
    kind !== Kind.verbatim &&
    kind !== Kind.dict &&
    kind !== Kind.set &&
    kind !== Kind.push &&
    kind !== Kind.attribute
  ) {
    throw new DecodeError('enum', 'Reply.kind', 0, `${kind} is no Kind`, 'redis.proto-frame:88:5');
  }

  switch (kind) {
    case Kind.array:
    case Kind.set:
    case Kind.push: {
      const n = decimal(b, at + 1, b.length);
      if (n < -1 || n > 1048576) {
        throw new DecodeError(
          'range',
          'Reply.n',
          1,
          `is ${n}, has to be -1 to 1048576`,
          'redis.proto-frame:93:9',
        );
      }

      break;
    }

    case Kind.dict: {
      const pairs = decimal(b, at + 1, b.length);
      if (pairs < 0 || pairs > 524288) {
        throw new DecodeError(
          'range',
          'Reply.pairs',
          1,
          `is ${pairs}, has to be 0 to 524288`,
          'redis.proto-frame:97:9',
        );
      }

      break;
    }

    case Kind.attribute: {
      const about = decimal(b, at + 1, b.length);
      if (about < 0 || about > 524288) {
        throw new DecodeError(
          'range',
          'Reply.about',
          1,
          `is ${about}, has to be 0 to 524288`,
          'redis.proto-frame:101:9',
        );
      }

      break;
    }
  }

  const p = end6At(b, at);
  if (end !== p) {
    throw new DecodeError(
      'window',
      'Reply',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'redis.proto-frame:87:9',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const kind = u8(b, at);
  return kind === Kind.push ? FrameKind.push : FrameKind.response;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const kind = u8(b, at);
  return kind === Kind.error || kind === Kind.blobError ? 1 : 0;
}

function toCanonical(wire: number): Status {
  switch (wire) {
    case 0:
      return Status.OK;
    case 1:
      return Status.INTERNAL;
    default:
      return Status.UNKNOWN;
  }
}

function toWire(status: Status): number {
  switch (status) {
    case Status.OK:
      return 0;
    default:
      return 1;
  }
}

/** Reads a Blob at the cursor and moves it on. @throws DecodeError */
function readBlob(c: Cursor): Blob {
  const lenEnd = ended(decimalLineEnd(c.bytes, c.at, c.end, 20), 'Blob.len', c.at, 'redis.proto-frame:37:5');
  const len = decimalOf(c.bytes, c.at, lenEnd - 2);
  c.at = lenEnd;
  if (len < -1 || len > 536870912)
    throw new DecodeError(
      'range',
      'Blob.len',
      c.at,
      `is ${len}, has to be -1 to 536870912`,
      'redis.proto-frame:37:5',
    );
  const dataSize = Math.max(0, len);
  const dataEnd = c.reach(dataSize, 'Blob.data', 'redis.proto-frame:38:5');
  const data = len === -1 ? null : c.bytes.subarray(c.at, dataEnd);
  c.at = dataEnd;
  if (data != null) {
    const eolEnd = c.reach(2, 'Blob.eol', 'redis.proto-frame:39:25');
    if (u16(c.bytes, c.at) !== 0x0d0a)
      throw new DecodeError('constant', 'Blob.eol', c.at, 'has to be "\\r\\n"', 'redis.proto-frame:39:25');
    c.at = eolEnd;
  }

  return { data };
}

/** How many bytes a Blob takes. @throws EncodeError */
function sizeOfBlob(v: Blob): number {
  const { data = null } = v;
  let size = 0;
  const dataSize = data === null ? 0 : data.length;
  size += dataSize;
  size += data != null ? 2 : 0;
  const len = data === null ? -1 : dataSize;
  requireInteger('Blob.len', len, -1, 536870912);
  size += decimalSize(len) + 2;
  return size;
}

/** Writes a Blob and returns where it ends. */
function writeBlob(b: Uint8Array, at: number, v: Blob): number {
  const { data = null } = v;
  let size = 0;
  const dataSize = data === null ? 0 : data.length;
  size += dataSize;
  size += data != null ? 2 : 0;
  const len = data === null ? -1 : dataSize;
  requireInteger('Blob.len', len, -1, 536870912);
  size += decimalSize(len) + 2;
  let p = at;
  p = putDecimal(b, p, len);
  b.set(CRLF, p);
  p += 2;
  if (data !== null) {
    b.set(data, p);
    p += data.length;
  }

  if (data != null) {
    p = writeLatin1(b, p, '\r\n');
  }

  return p;
}

/** Reads a Value at the cursor and moves it on. @throws DecodeError */
function readValue(c: Cursor, depth: number): Value {
  if (depth === 0)
    throw new DecodeError('limit', 'Value', c.at, 'is over 32 structs deep', 'redis.proto-frame:42:20');
  const kindEnd = c.reach(1, 'Value.kind', 'redis.proto-frame:43:5');
  const kind = u8(c.bytes, c.at) as Kind;
  c.at = kindEnd;
  if (
    kind !== Kind.simple &&
    kind !== Kind.error &&
    kind !== Kind.integer &&
    kind !== Kind.bulk &&
    kind !== Kind.array &&
    kind !== Kind.nil &&
    kind !== Kind.boolean &&
    kind !== Kind.double &&
    kind !== Kind.bignum &&
    kind !== Kind.blobError &&
    kind !== Kind.verbatim &&
    kind !== Kind.dict &&
    kind !== Kind.set &&
    kind !== Kind.push &&
    kind !== Kind.attribute
  )
    throw new DecodeError('enum', 'Value.kind', c.at, `${String(kind)} is no Kind`, 'redis.proto-frame:43:5');
  let line: string | undefined;
  let blob: Blob | undefined;
  let n: number | undefined;
  let items: readonly Value[] | null | undefined;
  let pairs: number | undefined;
  let entries_: readonly Value[] | undefined;
  let about: number | undefined;
  let meta: readonly Value[] | undefined;
  let value_: Value | undefined;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    const lineValueEnd = ended(
      untilEnd(c.bytes, c.at, c.end, CRLF, 65536),
      'Value.line',
      c.at,
      'redis.proto-frame:45:76',
    );
    const lineValue = readUtf8(c.bytes, c.at, lineValueEnd - 2);
    c.at = lineValueEnd;
    line = lineValue;
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    const blobValue = readBlob(c);
    blob = blobValue;
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    const nValueEnd = ended(
      decimalLineEnd(c.bytes, c.at, c.end, 20),
      'Value.n',
      c.at,
      'redis.proto-frame:48:9',
    );
    const nValue = decimalOf(c.bytes, c.at, nValueEnd - 2);
    c.at = nValueEnd;
    n = nValue;
    if (n < -1 || n > 1048576)
      throw new DecodeError(
        'range',
        'Value.n',
        c.at,
        `is ${n}, has to be -1 to 1048576`,
        'redis.proto-frame:48:9',
      );
    const itemsValueItems: Value[] = [];
    if (n > 1048576)
      throw new DecodeError(
        'limit',
        'Value.items',
        c.at,
        `has ${n} elements, the limit is 1048576`,
        'redis.proto-frame:49:9',
      );
    for (let i = 0; i < n; i++) {
      const item = readValue(c, depth - 1);
      itemsValueItems.push(item);
    }

    const itemsValue = n === -1 ? null : itemsValueItems;
    items = itemsValue;
  } else if (kind === Kind.dict) {
    const pairsValueEnd = ended(
      decimalLineEnd(c.bytes, c.at, c.end, 20),
      'Value.pairs',
      c.at,
      'redis.proto-frame:52:9',
    );
    const pairsValue = decimalOf(c.bytes, c.at, pairsValueEnd - 2);
    c.at = pairsValueEnd;
    pairs = pairsValue;
    if (pairs < 0 || pairs > 524288)
      throw new DecodeError(
        'range',
        'Value.pairs',
        c.at,
        `is ${pairs}, has to be 0 to 524288`,
        'redis.proto-frame:52:9',
      );
    const entries_Value: Value[] = [];
    if (pairs * 2 > 1048576)
      throw new DecodeError(
        'limit',
        'Value.entries',
        c.at,
        `has ${pairs * 2} elements, the limit is 1048576`,
        'redis.proto-frame:53:9',
      );
    for (let i = 0; i < pairs * 2; i++) {
      const item = readValue(c, depth - 1);
      entries_Value.push(item);
    }

    entries_ = entries_Value;
  } else if (kind === Kind.attribute) {
    const aboutValueEnd = ended(
      decimalLineEnd(c.bytes, c.at, c.end, 20),
      'Value.about',
      c.at,
      'redis.proto-frame:56:9',
    );
    const aboutValue = decimalOf(c.bytes, c.at, aboutValueEnd - 2);
    c.at = aboutValueEnd;
    about = aboutValue;
    if (about < 0 || about > 524288)
      throw new DecodeError(
        'range',
        'Value.about',
        c.at,
        `is ${about}, has to be 0 to 524288`,
        'redis.proto-frame:56:9',
      );
    const metaValue: Value[] = [];
    if (about * 2 > 1048576)
      throw new DecodeError(
        'limit',
        'Value.meta',
        c.at,
        `has ${about * 2} elements, the limit is 1048576`,
        'redis.proto-frame:57:9',
      );
    for (let i = 0; i < about * 2; i++) {
      const item = readValue(c, depth - 1);
      metaValue.push(item);
    }

    meta = metaValue;
    const value_Value = readValue(c, depth - 1);
    value_ = value_Value;
  } else {
    throw new DecodeError('variant', 'Value', c.at, 'no arm takes this', 'redis.proto-frame:44:5');
  }

  return { kind, line, blob, items, entries: entries_, meta, value: value_ };
}

/** How many bytes a Value takes. @throws EncodeError */
function sizeOfValue(v: Value, depth: number): number {
  const { kind, line = '', blob, items = null, entries = [], meta = [], value } = v;
  if (depth === 0) throw new EncodeError('Value', 'is over 32 structs deep');
  if (
    kind !== Kind.simple &&
    kind !== Kind.error &&
    kind !== Kind.integer &&
    kind !== Kind.bulk &&
    kind !== Kind.array &&
    kind !== Kind.nil &&
    kind !== Kind.boolean &&
    kind !== Kind.double &&
    kind !== Kind.bignum &&
    kind !== Kind.blobError &&
    kind !== Kind.verbatim &&
    kind !== Kind.dict &&
    kind !== Kind.set &&
    kind !== Kind.push &&
    kind !== Kind.attribute
  )
    throw new EncodeError('Value.kind', `${String(kind)} is no Kind`);
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    requirePresent('Value.blob', blob);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
  } else if (kind === Kind.dict) {
  } else {
    requirePresent('Value.value', value);
  }

  let n = 0,
    pairs = 0,
    about = 0;
  let size = 1;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    size += 2 + utf8Length(line);
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    size += sizeOfBlob(blob!);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    requireInteger('Value.items (elements)', items === null ? 0 : items.length, 0, 1048576);
    const itemsSize = items === null ? 0 : sizeOfValueItems(items, depth - 1);
    size += itemsSize;
    n = items === null ? -1 : items.length;
    requireInteger('Value.n', n, -1, 1048576);
    size += decimalSize(n) + 2;
  } else if (kind === Kind.dict) {
    requireInteger('Value.entries (elements)', entries.length, 0, 1048576);
    const entriesSize = sizeOfValueEntries(entries, depth - 1);
    size += entriesSize;
    pairs = entries.length / 2;
    requireInteger('Value.pairs', pairs, 0, 524288);
    size += decimalSize(pairs) + 2;
  } else {
    requireInteger('Value.meta (elements)', meta.length, 0, 1048576);
    const metaSize = sizeOfValueMeta(meta, depth - 1);
    size += metaSize;
    size += sizeOfValue(value!, depth - 1);
    about = meta.length / 2;
    requireInteger('Value.about', about, 0, 524288);
    size += decimalSize(about) + 2;
  }

  return size;
}

/** Writes a Value and returns where it ends. */
function writeValue(b: Uint8Array, at: number, v: Value): number {
  const { kind, line = '', blob, items = null, entries = [], meta = [], value } = v;
  if (
    kind !== Kind.simple &&
    kind !== Kind.error &&
    kind !== Kind.integer &&
    kind !== Kind.bulk &&
    kind !== Kind.array &&
    kind !== Kind.nil &&
    kind !== Kind.boolean &&
    kind !== Kind.double &&
    kind !== Kind.bignum &&
    kind !== Kind.blobError &&
    kind !== Kind.verbatim &&
    kind !== Kind.dict &&
    kind !== Kind.set &&
    kind !== Kind.push &&
    kind !== Kind.attribute
  )
    throw new EncodeError('Value.kind', `${String(kind)} is no Kind`);
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    requirePresent('Value.blob', blob);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
  } else if (kind === Kind.dict) {
  } else {
    requirePresent('Value.value', value);
  }

  let n = 0,
    pairs = 0,
    about = 0;
  let size = 1;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    size += 2 + utf8Length(line);
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    size += sizeOfBlob(blob!);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    requireInteger('Value.items (elements)', items === null ? 0 : items.length, 0, 1048576);
    const itemsSize = items === null ? 0 : sizeOfValueItems(items, 32);
    size += itemsSize;
    n = items === null ? -1 : items.length;
    requireInteger('Value.n', n, -1, 1048576);
    size += decimalSize(n) + 2;
  } else if (kind === Kind.dict) {
    requireInteger('Value.entries (elements)', entries.length, 0, 1048576);
    const entriesSize = sizeOfValueEntries(entries, 32);
    size += entriesSize;
    pairs = entries.length / 2;
    requireInteger('Value.pairs', pairs, 0, 524288);
    size += decimalSize(pairs) + 2;
  } else {
    requireInteger('Value.meta (elements)', meta.length, 0, 1048576);
    const metaSize = sizeOfValueMeta(meta, 32);
    size += metaSize;
    size += sizeOfValue(value!, 32);
    about = meta.length / 2;
    requireInteger('Value.about', about, 0, 524288);
    size += decimalSize(about) + 2;
  }

  let p = at;
  put8(b, p, kind);
  p += 1;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    {
      const from = p;
      p = writeUtf8(b, p, line);
      b.set(CRLF, p);
      p += 2;
      requireDelimited('Value.line', b, from, p, CRLF, 65536);
    }
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    p = writeBlob(b, p, blob!);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    p = putDecimal(b, p, n);
    b.set(CRLF, p);
    p += 2;
    if (items !== null) p = writeValueItems(b, p, items);
  } else if (kind === Kind.dict) {
    p = putDecimal(b, p, pairs);
    b.set(CRLF, p);
    p += 2;
    p = writeValueEntries(b, p, entries);
  } else {
    p = putDecimal(b, p, about);
    b.set(CRLF, p);
    p += 2;
    p = writeValueMeta(b, p, meta);
    p = writeValue(b, p, value!);
  }

  return p;
}

function sizeOfReplyItems(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeReplyItems(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

function sizeOfReplyEntries(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeReplyEntries(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

function sizeOfReplyMeta(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeReplyMeta(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

function sizeOfValueItems(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeValueItems(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

function sizeOfValueEntries(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeValueEntries(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

function sizeOfValueMeta(items: readonly Value[], depth: number): number {
  let size = 0;
  for (const item of items) size += sizeOfValue(item, depth);
  return size;
}

function writeValueMeta(b: Uint8Array, at: number, items: readonly Value[]): number {
  let p = at;
  for (const item of items) {
    p = writeValue(b, p, item);
  }

  return p;
}

/** A new Reply. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeReply(init: ReplyInit): Uint8Array {
  const { kind, line = '', blob, items = null, entries = [], meta = [], value } = init;
  if (
    kind !== Kind.simple &&
    kind !== Kind.error &&
    kind !== Kind.integer &&
    kind !== Kind.bulk &&
    kind !== Kind.array &&
    kind !== Kind.nil &&
    kind !== Kind.boolean &&
    kind !== Kind.double &&
    kind !== Kind.bignum &&
    kind !== Kind.blobError &&
    kind !== Kind.verbatim &&
    kind !== Kind.dict &&
    kind !== Kind.set &&
    kind !== Kind.push &&
    kind !== Kind.attribute
  )
    throw new EncodeError('Reply.kind', `${String(kind)} is no Kind`);
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    requirePresent('Reply.blob', blob);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
  } else if (kind === Kind.dict) {
  } else {
    requirePresent('Reply.value', value);
  }

  let n = 0,
    pairs = 0,
    about = 0;
  let size = 1;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    size += 2 + utf8Length(line);
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    size += sizeOfBlob(blob!);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    requireInteger('Reply.items (elements)', items === null ? 0 : items.length, 0, 1048576);
    const itemsSize = items === null ? 0 : sizeOfReplyItems(items, 32);
    size += itemsSize;
    n = items === null ? -1 : items.length;
    requireInteger('Reply.n', n, -1, 1048576);
    size += decimalSize(n) + 2;
  } else if (kind === Kind.dict) {
    requireInteger('Reply.entries (elements)', entries.length, 0, 1048576);
    const entriesSize = sizeOfReplyEntries(entries, 32);
    size += entriesSize;
    pairs = entries.length / 2;
    requireInteger('Reply.pairs', pairs, 0, 524288);
    size += decimalSize(pairs) + 2;
  } else {
    requireInteger('Reply.meta (elements)', meta.length, 0, 1048576);
    const metaSize = sizeOfReplyMeta(meta, 32);
    size += metaSize;
    size += sizeOfValue(value!, 32);
    about = meta.length / 2;
    requireInteger('Reply.about', about, 0, 524288);
    size += decimalSize(about) + 2;
  }

  if (size > 536870912) throw new EncodeError('Reply', `has ${size} bytes, the limit is 536870912`);
  const b = frameBytes(size);
  let p = 0;
  put8(b, p, kind);
  p += 1;
  if (
    kind === Kind.simple ||
    kind === Kind.error ||
    kind === Kind.integer ||
    kind === Kind.bignum ||
    kind === Kind.double ||
    kind === Kind.boolean ||
    kind === Kind.nil
  ) {
    {
      const from = p;
      p = writeUtf8(b, p, line);
      b.set(CRLF, p);
      p += 2;
      requireDelimited('Reply.line', b, from, p, CRLF, 65536);
    }
  } else if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
    p = writeBlob(b, p, blob!);
  } else if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
    p = putDecimal(b, p, n);
    b.set(CRLF, p);
    p += 2;
    if (items !== null) p = writeReplyItems(b, p, items);
  } else if (kind === Kind.dict) {
    p = putDecimal(b, p, pairs);
    b.set(CRLF, p);
    p += 2;
    p = writeReplyEntries(b, p, entries);
  } else {
    p = putDecimal(b, p, about);
    b.set(CRLF, p);
    p += 2;
    p = writeReplyMeta(b, p, meta);
    p = writeValue(b, p, value!);
  }

  return b;
}

/** The frame with other headers, another body, or both; null leaves them as they are. @throws EncodeError */
function reencode(
  b: Uint8Array,
  at: number,
  end: number,
  headers: HeaderMap | null,
  body: Uint8Array | null,
): Uint8Array {
  if (headers !== null && headers.size > 0) throw new EncodeError('Reply', 'has no headers');
  if (body !== null && body.length > 0) throw new EncodeError('Reply', 'has no body');
  return copyBytes(b, at, end);
}

export function heartbeatAck(): Uint8Array {
  return encodeReply({ kind: Kind.simple, line: 'PONG' });
}

/** What an error reply takes from its request. */
export interface ReplyMemo {}

export function hijack(_memo: ReplyMemo, _status: Status, reason: string): Uint8Array {
  return encodeReply({ kind: Kind.error, line: reason });
}

/** Every field of a Reply, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ReplyFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get kind(): Kind {
    return u8(this.bytes, this.start) as Kind;
  }

  get line(): string | undefined {
    const { bytes: b, start: at } = this;
    const kind = u8(b, at);
    if (
      kind === Kind.simple ||
      kind === Kind.error ||
      kind === Kind.integer ||
      kind === Kind.bignum ||
      kind === Kind.double ||
      kind === Kind.boolean ||
      kind === Kind.nil
    ) {
      return readUtf8(b, at + 1, endAt(b, at) - 2);
    }

    return undefined;
  }

  get blob(): Blob | undefined {
    const { bytes: b, start: at, end } = this;
    const kind = u8(b, at);
    if (kind === Kind.bulk || kind === Kind.blobError || kind === Kind.verbatim) {
      const c = new Cursor(b, at + 1, end);
      const value = readBlob(c);
      return value;
    }

    return undefined;
  }

  get n(): number | undefined {
    const { bytes: b, start: at } = this;
    const kind = u8(b, at);
    return kind === Kind.array || kind === Kind.set || kind === Kind.push
      ? decimal(b, at + 1, b.length)
      : undefined;
  }

  get items(): readonly Value[] | null | undefined {
    const { bytes: b, start: at, end } = this;
    const kind = u8(b, at);
    if (kind === Kind.array || kind === Kind.set || kind === Kind.push) {
      const p = itemsAt(b, at);
      const c = new Cursor(b, p, end);
      if (decimalOf(b, at + 1, p - 2) === -1) return null;
      const valueItems: Value[] = [];
      if (decimalOf(b, at + 1, p - 2) > 1048576)
        throw new DecodeError(
          'limit',
          'Reply.items',
          c.at,
          `has ${decimalOf(b, at + 1, p - 2)} elements, the limit is 1048576`,
          'redis.proto-frame:94:9',
        );
      for (let i = 0; i < decimalOf(b, at + 1, p - 2); i++) {
        const item = readValue(c, 32);
        valueItems.push(item);
      }

      const value = decimalOf(b, at + 1, p - 2) === -1 ? null : valueItems;
      return value;
    }

    return undefined;
  }

  get pairs(): number | undefined {
    const { bytes: b, start: at } = this;
    const kind = u8(b, at);
    return kind === Kind.dict ? decimal(b, at + 1, b.length) : undefined;
  }

  get entries(): readonly Value[] | undefined {
    const { bytes: b, start: at, end } = this;
    const kind = u8(b, at);
    if (kind === Kind.dict) {
      const p = entriesAt(b, at);
      const c = new Cursor(b, p, end);
      const value: Value[] = [];
      if (decimalOf(b, at + 1, p - 2) * 2 > 1048576)
        throw new DecodeError(
          'limit',
          'Reply.entries',
          c.at,
          `has ${decimalOf(b, at + 1, p - 2) * 2} elements, the limit is 1048576`,
          'redis.proto-frame:98:9',
        );
      for (let i = 0; i < decimalOf(b, at + 1, p - 2) * 2; i++) {
        const item = readValue(c, 32);
        value.push(item);
      }

      return value;
    }

    return undefined;
  }

  get about(): number | undefined {
    const { bytes: b, start: at } = this;
    const kind = u8(b, at);
    return kind === Kind.attribute ? decimal(b, at + 1, b.length) : undefined;
  }

  get meta(): readonly Value[] | undefined {
    const { bytes: b, start: at, end } = this;
    const kind = u8(b, at);
    if (kind === Kind.attribute) {
      const p = metaAt(b, at);
      const c = new Cursor(b, p, end);
      const value: Value[] = [];
      if (decimalOf(b, at + 1, p - 2) * 2 > 1048576)
        throw new DecodeError(
          'limit',
          'Reply.meta',
          c.at,
          `has ${decimalOf(b, at + 1, p - 2) * 2} elements, the limit is 1048576`,
          'redis.proto-frame:102:9',
        );
      for (let i = 0; i < decimalOf(b, at + 1, p - 2) * 2; i++) {
        const item = readValue(c, 32);
        value.push(item);
      }

      return value;
    }

    return undefined;
  }

  get value(): Value | undefined {
    const { bytes: b, start: at, end } = this;
    const kind = u8(b, at);
    if (kind === Kind.attribute) {
      const p = valueAt(b, at);
      const c = new Cursor(b, p, end);
      const value = readValue(c, 32);
      return value;
    }

    return undefined;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ReplyFrame {
    return new ReplyFrame(frame.bytes, frame.start, frame.end);
  }
}

export const redisReplies: XProtocol<ReplyInit> = defineProtocol<ReplyInit, object>({
  name: 'redis',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'pipeline',
    correlation: 'order',
    idMin: 0,
    idMax: 0,
    idReserved: [],
    maxFrame: 536870912,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  wireStatusOf,
  toCanonical,
  toWire,
  reencode,
  encode: encodeReply,
});
