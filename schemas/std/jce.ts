import {
  EncodeError,
  type EntryPath,
  type EntryValue,
  equalsText,
  type ExternRecord,
  type HeaderMap,
  i16,
  i32,
  i64,
  i8,
  put16,
  put32,
  put64,
  put8,
  readUtf8,
  type RecordEntries,
  u32,
  u8,
  utf8Length,
  writeUtf8,
} from '@proto-frame/api';

// Structs of Tars (JCE, TUP), after TarsProtocol.md of TarsDocs and Tars.h of TarsCpp. Before each value stands a
// byte with its tag (4 bits; 15: the tag is the next byte) and its type. Integers are of the smallest type that
// holds them. Entries stand in the order of their tags: readers stop at a greater one.

const [INT1, INT2, INT4, INT8, FLOAT, DOUBLE, TEXT1, TEXT4] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [MAP, LIST, STRUCT, STRUCT_END, ZERO, BYTES] = [8, 9, 10, 11, 12, 13] as const;

/** Values in values. */
const DEEPEST = 32;

function typeAt(b: Uint8Array, at: number): number {
  return u8(b, at) & 15;
}

function tagAt(b: Uint8Array, at: number): number {
  const tag = u8(b, at) >> 4;
  return tag === 15 ? u8(b, at + 1) : tag;
}

/** Where the value of the entry at `at` starts, behind tag and type. */
function valueAt(b: Uint8Array, at: number): number {
  return u8(b, at) >> 4 === 15 ? at + 2 : at + 1;
}

/** Where the entry at `at` ends, of a head that most entries have; 0 for all others. */
function shortEnd(b: Uint8Array, at: number, head: number): number {
  if (head >= 0xf0) return 0;
  switch (head & 15) {
    case ZERO:
      return at + 1;
    case INT1:
      return at + 2;
    case INT2:
      return at + 3;
    case INT4:
      return at + 5;
    case TEXT1:
      // Behind the last byte there is none: then this is no number, and no place.
      return at + 2 + b[at + 1]!;
    case MAP:
      return b[at + 1] === ZERO ? at + 2 : 0;
    case BYTES:
      return b[at + 1] === INT1 && b[at + 2] === INT1 && b[at + 3]! < 0x80 ? at + 4 + b[at + 3]! : 0;
    default:
      return 0;
  }
}

/** Where the entry at `at` ends; 0 if it is none that ends by `to`. */
function entryEnd(b: Uint8Array, at: number, to: number, depth: number): number {
  if (at >= to) return 0;
  const value = valueAt(b, at);
  const end = value > to ? 0 : valueEnd(b, value, to, typeAt(b, at), depth);
  return end > to ? 0 : end;
}

function valueEnd(b: Uint8Array, at: number, to: number, type: number, depth: number): number {
  switch (type) {
    case ZERO:
      return at;
    case INT1:
      return at + 1;
    case INT2:
      return at + 2;
    case INT4:
    case FLOAT:
      return at + 4;
    case INT8:
    case DOUBLE:
      return at + 8;
    case TEXT1:
      return at < to ? at + 1 + u8(b, at) : 0;
    case TEXT4:
      return at + 4 <= to ? at + 4 + u32(b, at) : 0;
    case BYTES: {
      // The type of its elements, which are bytes, and how many they are.
      if (at >= to || u8(b, at) !== INT1) return 0;
      const content = entryEnd(b, at + 1, to, 0);
      const count = content === 0 ? undefined : countAt(b, at + 1);
      return count === undefined ? 0 : content + count;
    }
    case MAP:
    case LIST: {
      let p = entryEnd(b, at, to, 0);
      const count = p === 0 ? undefined : countAt(b, at);
      if (count === undefined || depth === 0) return 0;
      // Each element takes a byte at least, so that a count is no more than what there is.
      for (let left = type === MAP ? 2 * count : count; left > 0 && p > 0; left--)
        p = entryEnd(b, p, to, depth - 1);
      return p;
    }
    case STRUCT: {
      if (depth === 0) return 0;
      for (let p = at; p > 0 && p < to; p = entryEnd(b, p, to, depth - 1))
        if (typeAt(b, p) === STRUCT_END) return valueAt(b, p);
      return 0;
    }
    default:
      return 0;
  }
}

/** The number of elements that the entry at `at` says; undefined if it says none. */
function countAt(b: Uint8Array, at: number): number | undefined {
  const count = jce.int(b, at);
  return count !== undefined && count >= 0 && tagAt(b, at) === 0 ? count : undefined;
}

/** Where the pairs of the map at `at` start; -1 if it is none. */
function pairsAt(b: Uint8Array, at: number): number {
  return at < 0 || typeAt(b, at) !== MAP ? -1 : entryEnd(b, valueAt(b, at), b.length, 0);
}

function isText(b: Uint8Array, at: number, tag: number): boolean {
  const type = typeAt(b, at);
  return tagAt(b, at) === tag && (type === TEXT1 || type === TEXT4);
}

function textAt(b: Uint8Array, at: number): string {
  return readUtf8(b, jce.textStart(b, at), jce.textEnd(b, at));
}

/** Calls `take` with each pair of a map of texts until it says to stop. False if the map holds something else. */
function eachPair(
  b: Uint8Array,
  at: number,
  take: (key: number, value: number, end: number) => boolean,
): boolean {
  let key = pairsAt(b, at);
  if (key < 0) return false;
  for (let left = jce.int(b, valueAt(b, at))!; left > 0; left--) {
    const value = entryEnd(b, key, b.length, DEEPEST);
    const end = entryEnd(b, value, b.length, DEEPEST);
    if (!isText(b, key, 0) || !isText(b, value, 1)) return false;
    if (!take(key, value, end)) return true;
    key = end;
  }
  return true;
}

/** Writes at `at`, or only measures where there are no bytes to write to; gives where that ends. */
type Out = Uint8Array | null;

function putEntry(out: Out, at: number, tag: number, type: number): number {
  if (tag > 255) throw new EncodeError(`tag ${tag}`, 'is over 255');
  if (out !== null) {
    put8(out, at, (Math.min(tag, 15) << 4) | type);
    if (tag >= 15) put8(out, at + 1, tag);
  }
  return tag < 15 ? at + 1 : at + 2;
}

function putInteger(out: Out, at: number, tag: number, value: number | bigint): number {
  const type = integerType(value, tag);
  const p = putEntry(out, at, tag, type);
  if (out !== null) putNumber(out, p, type, value);
  return p + (type === ZERO ? 0 : 1 << type);
}

/** The smallest type that holds a number. */
function integerType(value: number | bigint, tag: number): number {
  const whole = typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
  if (!whole) throw new EncodeError(`tag ${tag}`, `${value} is no integer of 64 bits`);
  if (value === 0) return ZERO;
  if (value >= -0x80 && value <= 0x7f) return INT1;
  if (value >= -0x8000 && value <= 0x7fff) return INT2;
  return value >= -0x80000000 && value <= 0x7fffffff ? INT4 : INT8;
}

function putNumber(out: Uint8Array, at: number, type: number, value: number | bigint): void {
  if (type === INT1) put8(out, at, Number(value));
  else if (type === INT2) put16(out, at, Number(value));
  else if (type === INT4) put32(out, at, Number(value));
  else if (type === INT8) put64(out, at, BigInt(value));
}

function putText(out: Out, at: number, tag: number, text: string | null): number {
  if (text === null) throw new EncodeError(`tag ${tag}`, "a text can't be null");
  const size = utf8Length(text);
  const p = putEntry(out, at, tag, size > 255 ? TEXT4 : TEXT1);
  const start = size > 255 ? p + 4 : p + 1;
  if (out === null) return start + size;
  if (size > 255) put32(out, p, size);
  else put8(out, p, size);
  return writeUtf8(out, start, text);
}

function copy(out: Out, at: number, b: Uint8Array, from: number, to: number): number {
  if (out !== null && (out !== b || at !== from)) out.set(b.subarray(from, to), at);
  return at + to - from;
}

/** @param b where entries of a map stand that came */
function putValue(out: Out, at: number, tag: number, value: EntryValue, b: Uint8Array | null): number {
  if (typeof value === 'number' || typeof value === 'bigint') return putInteger(out, at, tag, value);
  if (typeof value === 'string') return putText(out, at, tag, value);
  if (isMap(value)) {
    const p = putInteger(out, putEntry(out, at, tag, MAP), 0, value.size);
    return putPairs(out, p, value, b);
  }
  const p = putInteger(out, putEntry(out, putEntry(out, at, tag, BYTES), 0, INT1), 0, value.length);
  if (out !== null) out.set(value, p);
  return p + value.length;
}

function putPairs(out: Out, at: number, headers: HeaderMap, b: Uint8Array | null): number {
  let p = at;
  for (let i = 0; i < headers.size; i++) {
    const start = b === null ? -1 : headers.startAt(i);
    if (start >= 0) p = copy(out, p, b!, start, headers.endAt(i));
    else p = putText(out, putText(out, p, 0, headers.keyAt(i)), 1, headers.valueAt(i));
  }
  return p;
}

/** The entries [from, to) of a new record, whose paths are the same as far as `depth`. */
function putEntries(
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
    const tag = path[depth]!;
    if (path.length === depth + 1) {
      if (value !== undefined) p = putValue(out, p, tag, value, null);
      i++;
      continue;
    }
    let next = i;
    while (next < to && entries[next]![0][depth] === tag) next++;
    if (entries.slice(i, next).some(([, inner]) => inner !== undefined)) {
      p = putEntries(out, putEntry(out, p, tag, STRUCT), entries, i, next, depth + 1);
      p = putEntry(out, p, 0, STRUCT_END);
    }
    i = next;
  }
  return p;
}

/** What takes the place of [start, end), an entry or none, when what stands at `path` under it gets a value. */
function putChange(
  out: Out,
  at: number,
  path: EntryPath,
  value: EntryValue,
  b: Uint8Array,
  start: number,
  end: number,
): number {
  // Ids, for every frame.
  if (typeof value === 'number' && path.length === 1) {
    if (start < end && jce.int(b, start) === value) return copy(out, at, b, start, end);
    return putInteger(out, at, path[0]!, value);
  }
  const isNew = start === end;
  const [tag, ...inner] = path;
  if (isNew && isNothing(value)) return at;
  if (inner.length > 0) {
    const isStruct = !isNew && typeAt(b, start) === STRUCT;
    const p = putEntry(out, at, tag!, STRUCT);
    if (!isStruct) return putEntry(out, putChange(out, p, inner, value, b, start, start), 0, STRUCT_END);
    const [first, last] = [valueAt(b, start), end - 1];
    const from = jce.changeStart(b, first, last, inner);
    const to = jce.changeEnd(b, from, last, inner);
    const changed = putChange(out, copy(out, p, b, first, from), inner, value, b, from, to);
    return copy(out, changed, b, to, end);
  }
  const kept = isNew ? -1 : keptTo(b, start, end, value);
  if (kept < 0) return putValue(out, at, tag!, value, b);
  const p = copy(out, at, b, start, kept);
  if (kept === end) return p;
  if (isMap(value)) return putPairs(out, p, value, b);
  if (out !== null) out.set(value as Uint8Array, p);
  return p + (value as Uint8Array).length;
}

/** Whether a value is entries of a map; it may come from another copy of the contract. */
function isMap(value: EntryValue): value is HeaderMap {
  return typeof value === 'object' && !(value instanceof Uint8Array);
}

function isNothing(value: EntryValue): boolean {
  return isMap(value) ? value.size === 0 : value instanceof Uint8Array && value.length === 0;
}

/**
 * How far the entry [start, end) stays as it came when it gets a value: its head where bytes or pairs are as many as
 * before, all of it where it holds the value already. -1 if all of it is written anew.
 */
function keptTo(b: Uint8Array, start: number, end: number, value: EntryValue): number {
  if (typeof value === 'number' || typeof value === 'bigint') return jce.int64(b, start) === value ? end : -1;
  if (isMap(value)) {
    const pairs = pairsAt(b, start);
    if (pairs < 0) return value.size === 0 ? end : -1;
    return jce.int(b, valueAt(b, start)) === value.size ? pairs : -1;
  }
  if (typeof value === 'string') return jce.textStart(b, start) >= 0 && textAt(b, start) === value ? end : -1;
  const content = jce.bytesStart(b, start);
  if (content < 0) return value.length === 0 ? end : -1;
  return end - content === value.length ? content : -1;
}

const jce: ExternRecord = {
  isRecord(b, from, to) {
    let before = -1;
    for (let at = from; at < to;) {
      const head = b[at]!;
      const end = shortEnd(b, at, head) || entryEnd(b, at, to, DEEPEST);
      const tag = head < 0xf0 ? head >> 4 : tagAt(b, at);
      if (!(end > 0 && end <= to) || tag <= before) return false;
      before = tag;
      at = end;
    }
    return true;
  },
  find(b, from, to, path) {
    const last = path.length - 1;
    let wanted = path[0]!;
    let end = to;
    for (let at = from, depth = 0; at < end;) {
      const head = b[at]!;
      const tag = head < 0xf0 ? head >> 4 : tagAt(b, at);
      if (tag > wanted || (head & 15) === STRUCT_END) return -1;
      if (tag < wanted) at = shortEnd(b, at, head) || entryEnd(b, at, end, DEEPEST);
      else if (depth === last) return at;
      else if ((head & 15) !== STRUCT) return -1;
      else {
        end = entryEnd(b, at, end, DEEPEST);
        at = valueAt(b, at);
        wanted = path[++depth]!;
      }
    }
    return -1;
  },
  int(b, at) {
    if (at < 0) return undefined;
    const value = valueAt(b, at);
    switch (typeAt(b, at)) {
      case ZERO:
        return 0;
      case INT1:
        return i8(b, value);
      case INT2:
        return i16(b, value);
      case INT4:
        return i32(b, value);
      case INT8: {
        const number = Number(i64(b, value));
        return Number.isSafeInteger(number) ? number : undefined;
      }
      default:
        return undefined;
    }
  },
  int64(b, at) {
    return jce.int(b, at) ?? (at >= 0 && typeAt(b, at) === INT8 ? i64(b, valueAt(b, at)) : undefined);
  },
  putInt(b, at, value) {
    const type = typeAt(b, at);
    if (type > INT8 || integerType(value, tagAt(b, at)) > type) return type === ZERO && value === 0;
    putNumber(b, valueAt(b, at), type, value);
    return true;
  },
  textStart(b, at) {
    if (at < 0) return -1;
    const type = typeAt(b, at);
    return type === TEXT1 ? valueAt(b, at) + 1 : type === TEXT4 ? valueAt(b, at) + 4 : -1;
  },
  textEnd(b, at) {
    const value = valueAt(b, at);
    return typeAt(b, at) === TEXT1 ? value + 1 + u8(b, value) : value + 4 + u32(b, value);
  },
  bytesStart(b, at) {
    return at < 0 || typeAt(b, at) !== BYTES ? -1 : entryEnd(b, valueAt(b, at) + 1, b.length, 0);
  },
  bytesEnd(b, at) {
    return at < 0 || typeAt(b, at) !== BYTES ? -1 : entryEnd(b, at, b.length, 0);
  },
  header(b, from, to, path, key) {
    let found: string | undefined;
    eachPair(b, jce.find(b, from, to, path), (start, value) => {
      if (!equalsText(b, jce.textStart(b, start), jce.textEnd(b, start), key)) return true;
      found = textAt(b, value);
      return false;
    });
    return found;
  },
  readHeaders(b, from, to, path, into, most) {
    const place = jce.find(b, from, to, path);
    if (place < 0) return true;
    let fits = true;
    const whole = eachPair(b, place, (key, value, end) => {
      fits = into.size < most;
      if (fits) into.append(textAt(b, key), textAt(b, value), key, end);
      return fits;
    });
    return whole && fits;
  },
  size: (entries) => putEntries(null, 0, entries, 0, entries.length, 0),
  write: (b, at, entries) => putEntries(b, at, entries, 0, entries.length, 0),
  changeStart(b, from, to, path) {
    let at = path.length === 1 ? jce.find(b, from, to, path) : -1;
    if (at >= 0) return at;
    at = from;
    while (at < to && tagAt(b, at) < path[0]!) at = shortEnd(b, at, b[at]!) || entryEnd(b, at, to, DEEPEST);
    return at;
  },
  changeEnd(b, start, to, path) {
    if (start >= to || tagAt(b, start) !== path[0]) return start;
    return shortEnd(b, start, b[start]!) || entryEnd(b, start, to, DEEPEST);
  },
  changedSize: (b, start, end, path, value) => putChange(null, 0, path, value, b, start, end),
  writeChanged: putChange,
};

/** The format as a schema names it. */
export const struct: ExternRecord = jce;
