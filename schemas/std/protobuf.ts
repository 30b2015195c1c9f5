import {
  copyBytes,
  EncodeError,
  type EntryPath,
  type EntryValue,
  equalsText,
  type ExternRecord,
  type HeaderMap,
  readUtf8,
  type RecordEntries,
  u8,
  utf8Bytes,
} from '@proto-frame/api';

// A message of protobuf that nobody decodes: fields are found by their numbers and replaced where they stand
// (protobuf.dev/programming-guides/encoding). Fields stand in any order, and a number may come again: of a single
// field the last one counts, messages that come in parts are one message, entries of maps are fields of one number.

const [VARINT, FIXED64, DELIMITED, FIXED32] = [0, 1, 2, 5] as const;

/** Bytes of a varint of 64 bits. */
const WIDEST = 10;

/** Where the varint at `at` ends; 0 if it does not by `to`, or has bits beyond the 64th, which readers drop. */
function varintEnd(b: Uint8Array, at: number, to: number): number {
  const last = Math.min(to, at + WIDEST);
  for (let p = at; p < last; p++)
    if (u8(b, p) < 0x80) return p - at === WIDEST - 1 && u8(b, p) > 1 ? 0 : p + 1;
  return 0;
}

/** The varint at `at`: exact below 2^53, and larger than that for what is larger. */
function varint(b: Uint8Array, at: number): number {
  let value = 0;
  for (let p = at, unit = 1; ; p++, unit *= 128) {
    const byte = u8(b, p);
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value;
  }
}

/** The varint at `at` as an integer of 64 bits with a sign: negative ones take ten bytes. */
function varint64(b: Uint8Array, at: number): number | bigint {
  const near = varint(b, at);
  if (near <= Number.MAX_SAFE_INTEGER) return near;
  let value = 0n;
  for (let p = at, shift = 0n; ; p++, shift += 7n) {
    value |= BigInt(u8(b, p) & 0x7f) << shift;
    if (u8(b, p) < 0x80) break;
  }
  const exact = BigInt.asIntN(64, value);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

/** Where the value of the field at `at` starts. */
function valueAt(b: Uint8Array, at: number): number {
  return varintEnd(b, at, b.length);
}

/** Field number and type. */
function numberAt(b: Uint8Array, at: number): number {
  return Math.floor(varint(b, at) / 8);
}

function typeAt(b: Uint8Array, at: number): number {
  return u8(b, at) & 7;
}

/** Where the field at `at` ends; 0 if it is none that ends by `to`. Groups are none: nobody writes them any more. */
function fieldEnd(b: Uint8Array, at: number, to: number): number {
  const value = varintEnd(b, at, to);
  if (value === 0) return 0;
  const number = numberAt(b, at);
  if (number === 0 || number > 0x1fffffff) return 0;
  let end = 0;
  switch (typeAt(b, at)) {
    case VARINT:
      return varintEnd(b, value, to);
    case FIXED64:
      end = value + 8;
      break;
    case FIXED32:
      end = value + 4;
      break;
    case DELIMITED: {
      const content = varintEnd(b, value, to);
      end = content === 0 ? 0 : content + varint(b, value);
    }
  }
  return end > to ? 0 : end;
}

function isMessage(b: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to;) {
    at = fieldEnd(b, at, to);
    if (at === 0) return false;
  }
  return true;
}

/** The last field of this number in [from, to); -1 if there is none. */
function lastOf(b: Uint8Array, from: number, to: number, number: number): number {
  let found = -1;
  for (let at = from; at < to; at = fieldEnd(b, at, to)) if (numberAt(b, at) === number) found = at;
  return found;
}

function contentAt(b: Uint8Array, at: number): number {
  return at < 0 || typeAt(b, at) !== DELIMITED ? -1 : varintEnd(b, valueAt(b, at), b.length);
}

function contentEnd(b: Uint8Array, at: number): number {
  return at < 0 || typeAt(b, at) !== DELIMITED ? -1 : fieldEnd(b, at, b.length);
}

/** Where the field at the path's end stands, in the last message around it that has one. */
function findFrom(b: Uint8Array, from: number, to: number, path: EntryPath, depth: number): number {
  if (depth === path.length - 1) return lastOf(b, from, to, path[depth]!);
  let found = -1;
  for (let at = from; at < to; at = fieldEnd(b, at, to)) {
    if (numberAt(b, at) !== path[depth]) continue;
    const [start, end] = [contentAt(b, at), contentEnd(b, at)];
    if (start < 0 || !isMessage(b, start, end)) continue;
    const inner = findFrom(b, start, end, path, depth + 1);
    if (inner >= 0) found = inner;
  }
  return found;
}

/** Calls `take` with the key and value of each entry of a map until it says to stop. False if one is no pair of texts. */
function eachEntry(
  b: Uint8Array,
  from: number,
  to: number,
  path: EntryPath,
  take: (key: string, value: string, at: number, end: number) => boolean,
): boolean {
  const last = path.length - 1;
  // The map stands in the message that its last entry stands in.
  const [start, stop] = last === 0 ? [from, to] : around(b, from, to, path);
  for (let at = start; at < stop; at = fieldEnd(b, at, stop)) {
    if (numberAt(b, at) !== path[last]) continue;
    const [content, end] = [contentAt(b, at), contentEnd(b, at)];
    if (content < 0 || !isMessage(b, content, end)) return false;
    const [key, value] = [lastOf(b, content, end, 1), lastOf(b, content, end, 2)];
    // What is missing is empty.
    const isText = (field: number): boolean => field < 0 || typeAt(b, field) === DELIMITED;
    if (!isText(key) || !isText(value)) return false;
    if (!take(textOf(b, key), textOf(b, value), at, end)) return true;
  }
  return true;
}

function textOf(b: Uint8Array, at: number): string {
  return at < 0 ? '' : readUtf8(b, contentAt(b, at), contentEnd(b, at));
}

/** Where the message around the field at the path's end starts and ends; an empty place where there is none. */
function around(b: Uint8Array, from: number, to: number, path: EntryPath): readonly [number, number] {
  const outer = findFrom(b, from, to, path.slice(0, -1), 0);
  const start = contentAt(b, outer);
  const end = contentEnd(b, outer);
  return start < 0 || !isMessage(b, start, end) ? [from, from] : [start, end];
}

/** Writes at `at`, or only measures where there are no bytes to write to; gives where that ends. */
type Out = Uint8Array | null;

function putVarint(out: Out, at: number, value: number | bigint): number {
  let p = at;
  if (typeof value === 'number' && value >= 0) {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) {
      if (out !== null) out[p] = (rest % 128) | 0x80;
      p++;
    }
    if (out !== null) out[p] = rest;
    return p + 1;
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) {
    if (out !== null) out[p] = Number(rest & 0x7fn) | 0x80;
    p++;
  }
  if (out !== null) out[p] = Number(rest);
  return p + 1;
}

function putHead(out: Out, at: number, number: number, type: number): number {
  return putVarint(out, at, number * 8 + type);
}

function putBytes(out: Out, at: number, number: number, bytes: Uint8Array): number {
  const p = putVarint(out, putHead(out, at, number, DELIMITED), bytes.length);
  if (out !== null) out.set(bytes, p);
  return p + bytes.length;
}

function copy(out: Out, at: number, b: Uint8Array, from: number, to: number): number {
  if (out !== null && (out !== b || at !== from)) out.set(b.subarray(from, to), at);
  return at + to - from;
}

/** @param b where entries of a map stand that came */
function putValue(out: Out, at: number, number: number, value: EntryValue, b: Uint8Array | null): number {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const whole =
      typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
    if (!whole) throw new EncodeError(`field ${number}`, `${value} is no integer of 64 bits`);
    return putVarint(out, putHead(out, at, number, VARINT), value);
  }
  if (typeof value === 'string') return putBytes(out, at, number, utf8Bytes(value));
  if (!isMap(value)) return putBytes(out, at, number, value);
  let p = at;
  for (let i = 0; i < value.size; i++) {
    const start = b === null ? -1 : value.startAt(i);
    if (start >= 0) p = copy(out, p, b!, start, value.endAt(i));
    else p = putPair(out, p, number, value.keyAt(i), value.valueAt(i));
  }
  return p;
}

function putPair(out: Out, at: number, number: number, key: string, value: string | null): number {
  if (value === null) throw new EncodeError(`field ${number}`, "a text can't be null");
  const [keyBytes, valueBytes] = [utf8Bytes(key), utf8Bytes(value)];
  const size = putBytes(null, putBytes(null, 0, 1, keyBytes), 2, valueBytes);
  const p = putVarint(out, putHead(out, at, number, DELIMITED), size);
  return putBytes(out, putBytes(out, p, 1, keyBytes), 2, valueBytes);
}

/** The fields [from, to) of a new message, whose paths are the same as far as `depth`. */
function putFields(
  out: Out,
  at: number,
  entries: RecordEntries,
  from: number,
  to: number,
  depth: number,
): number {
  let p = at;
  for (let i = from; i < to;) {
    const [path, value] = entries[i]!;
    const number = path[depth]!;
    if (path.length === depth + 1) {
      if (value !== undefined) p = putValue(out, p, number, value, null);
      i++;
      continue;
    }
    let next = i;
    while (next < to && entries[next]![0][depth] === number) next++;
    if (entries.slice(i, next).some(([, inner]) => inner !== undefined)) {
      const size = putFields(null, 0, entries, i, next, depth + 1);
      p = putVarint(out, putHead(out, p, number, DELIMITED), size);
      p = putFields(out, p, entries, i, next, depth + 1);
    }
    i = next;
  }
  return p;
}

/** What takes the place of [start, end) when the field at `path` under it gets a value. */
function putChange(
  out: Out,
  at: number,
  path: EntryPath,
  value: EntryValue,
  b: Uint8Array,
  start: number,
  end: number,
): number {
  const [number, ...inner] = path;
  if (start === end && isNothing(value)) return at;
  if (inner.length > 0) {
    const content = start === end ? -1 : contentAt(b, start);
    const isWhole = content >= 0 && isMessage(b, content, end);
    const [first, last] = isWhole ? [content, end] : [start, start];
    const from = protobuf.changeStart(b, first, last, inner);
    const to = protobuf.changeEnd(b, from, last, inner);
    const size = last - first - (to - from) + putChange(null, 0, inner, value, b, from, to);
    const p = putVarint(out, putHead(out, at, number!, DELIMITED), size);
    return copy(out, putChange(out, copy(out, p, b, first, from), inner, value, b, from, to), b, to, last);
  }
  if (isMap(value) && keepsEntries(b, start, end, number!, value)) return copy(out, at, b, start, end);
  if (start === end) return putValue(out, at, number!, value, b);
  const last = lastOf(b, start, end, number!);
  // Entries of a map come first, then what stood between them; a single value takes the place of the last one.
  let p = isMap(value) ? putValue(out, at, number!, value, b) : at;
  for (let field = start; field < end;) {
    const next = fieldEnd(b, field, end);
    const isReplaced = isMap(value)
      ? numberAt(b, field) === number
      : field === last && !holds(b, field, next, value);
    if (!isReplaced) p = copy(out, p, b, field, next);
    else if (!isMap(value)) p = putValue(out, p, number!, value, b);
    field = next;
  }
  return p;
}

/** Whether a value is entries of a map; it may come from another copy of the contract. */
function isMap(value: EntryValue): value is HeaderMap {
  return typeof value === 'object' && !(value instanceof Uint8Array);
}

function isNothing(value: EntryValue): boolean {
  return isMap(value) ? value.size === 0 : value instanceof Uint8Array && value.length === 0;
}

/** Whether the entries of a map are those that stand in [start, end) already. */
function keepsEntries(
  b: Uint8Array,
  start: number,
  end: number,
  number: number,
  headers: HeaderMap,
): boolean {
  let i = 0;
  for (let at = start; at < end; at = fieldEnd(b, at, end)) {
    if (numberAt(b, at) !== number) continue;
    if (i >= headers.size || headers.startAt(i) !== at) return false;
    i++;
  }
  return i === headers.size;
}

/** Whether the field [start, end) holds the value already. */
function holds(b: Uint8Array, start: number, end: number, value: EntryValue): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return protobuf.int64(b, start) === value;
  const content = contentAt(b, start);
  if (content < 0) return isNothing(value);
  if (typeof value === 'string') return equalsText(b, content, end, value);
  const bytes = value as Uint8Array;
  return bytes.length === end - content && bytes.every((byte, i) => byte === b[content + i]);
}

const protobuf: ExternRecord = {
  isRecord: isMessage,
  find: (b, from, to, path) => findFrom(b, from, to, path, 0),
  int(b, at) {
    const value = protobuf.int64(b, at);
    return typeof value === 'bigint' ? undefined : value;
  },
  int64: (b, at) => (at < 0 || typeAt(b, at) !== VARINT ? undefined : varint64(b, valueAt(b, at))),
  putInt(b, at, value) {
    if (typeAt(b, at) !== VARINT || value < 0) return false;
    const [from, to] = [valueAt(b, at), fieldEnd(b, at, b.length)];
    if (putVarint(null, from, value) > to) return false;
    let p = putVarint(b, from, value);
    // Wider than it need be: the value goes on with zeros.
    if (p < to) b[p - 1] = u8(b, p - 1) | 0x80;
    for (; p < to; p++) b[p] = p === to - 1 ? 0 : 0x80;
    return true;
  },
  textStart: contentAt,
  textEnd: contentEnd,
  bytesStart: contentAt,
  bytesEnd: contentEnd,
  header(b, from, to, path, key) {
    let found: string | undefined;
    // Of a key that comes twice the last one counts.
    eachEntry(b, from, to, path, (own, value) => {
      if (own === key) found = value;
      return true;
    });
    return found;
  },
  readHeaders(b, from, to, path, into, most) {
    let fits = true;
    const whole = eachEntry(b, from, to, path, (key, value, at, end) => {
      // Of a key that comes twice receivers take the last, so that nobody may see the first.
      fits = into.size < most && !into.has(key);
      if (fits) into.append(key, value, at, end);
      return fits;
    });
    return whole && fits;
  },
  size: (entries) => putFields(null, 0, entries, 0, entries.length, 0),
  write: (b, at, entries) => putFields(b, at, entries, 0, entries.length, 0),
  changeStart(b, from, to, path) {
    if (path.length === 1) return fieldsOf(b, from, to, path[0]!)[0];
    const inner = findFrom(b, from, to, path, 0);
    for (let at = from; at < to;) {
      const end = fieldEnd(b, at, to);
      if (inner >= at && inner < end) return at;
      at = end;
    }
    const outer = lastOf(b, from, to, path[0]!);
    return outer < 0 ? to : outer;
  },
  changeEnd(b, start, to, path) {
    if (start >= to || numberAt(b, start) !== path[0]) return start;
    return path.length === 1 ? fieldsOf(b, start, to, path[0])[1] : fieldEnd(b, start, to);
  },
  changedSize: (b, start, end, path, value) => putChange(null, 0, path, value, b, start, end),
  writeChanged: putChange,
};

/** Where the first field of this number starts and the last one ends; the end of the message where there is none. */
function fieldsOf(b: Uint8Array, from: number, to: number, number: number): readonly [number, number] {
  let start = to;
  let end = to;
  for (let at = from; at < to;) {
    const next = fieldEnd(b, at, to);
    if (numberAt(b, at) === number) {
      if (start === to) start = at;
      end = next;
    }
    at = next;
  }
  return [start, end];
}

/** The format as a schema names it. */
export const message: ExternRecord = protobuf;

/** The value of the field at `path` of a whole message: a number, or bytes where they stand; undefined if there is none. */
export function fieldOf(bytes: Uint8Array, path: EntryPath): number | bigint | Uint8Array | undefined {
  if (!isMessage(bytes, 0, bytes.length)) return undefined;
  const at = findFrom(bytes, 0, bytes.length, path, 0);
  const start = contentAt(bytes, at);
  return start < 0 ? protobuf.int64(bytes, at) : bytes.subarray(start, contentEnd(bytes, at));
}

/** The message with another value at `path`, all lengths around it right and all else byte for byte. @throws EncodeError */
export function withField(bytes: Uint8Array, path: EntryPath, value: EntryValue): Uint8Array {
  if (!isMessage(bytes, 0, bytes.length))
    throw new EncodeError(`field ${path.join('.')}`, 'is in no message');
  const start = protobuf.changeStart(bytes, 0, bytes.length, path);
  const end = protobuf.changeEnd(bytes, start, bytes.length, path);
  const out = new Uint8Array(start + bytes.length - end + putChange(null, 0, path, value, bytes, start, end));
  out.set(copyBytes(bytes, 0, start));
  const after = putChange(out, start, path, value, bytes, start, end);
  out.set(bytes.subarray(end), after);
  return out;
}
