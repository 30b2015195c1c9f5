// Copied from hessian2.ts beside the schema. Do not edit.
import {
  equalsText,
  EncodeError,
  type ExternMap,
  type ExternType,
  type HeaderMap,
  readUtf8,
  TextCache,
} from '@proto-frame/api';

// Hessian 2.0 (http://hessian.caucho.com/doc/hessian-serialization.html, section 10: the bytecode map) as far as
// a proxy needs it: values are skipped, texts and maps of texts read and written.

/** Values in each other, and class definitions in one row of values: more is refused. */
const DEEPEST = 64;
const MOST_CLASSES = 256;

/** How many fields the classes defined so far have; one row of values is walked at a time. */
const fieldsOf = new Int32Array(MOST_CLASSES);
let classes = 0;

/** Where the value at p ends; 0 if there is none, -n if n bytes more are needed. Class definitions are kept. */
function skip(b: Uint8Array, p: number, to: number, depth: number): number {
  if (p >= to) return -1;
  const tag = b[p]!;
  // Most values are short texts.
  return tag < 0x20 ? charsEnd(b, p + 1, to, tag) : skipOther(b, p, to, depth, tag);
}

function skipOther(b: Uint8Array, p: number, to: number, depth: number, tag: number): number {
  if (depth > DEEPEST) return 0;
  if ((tag >= 0x30 && tag < 0x34) || tag === 0x52 || tag === 0x53) return longTextEnd(b, p, to);
  if (tag < 0x30) return fixed(p + 1 + tag - 0x20, to);
  if (tag < 0x38) return p + 2 > to ? -1 : fixed(p + 2 + ((tag - 0x34) << 8) + b[p + 1]!, to);
  if (tag < 0x40) return fixed(p + 3, to);
  if (tag >= 0x80) return fixed(p + sizeOfCompact(tag), to);
  if (tag >= 0x70) return list(b, p + 1, to, depth, tag < 0x78, tag & 7);
  if (tag >= 0x60) return fields(b, p + 1, to, depth, tag - 0x60);
  switch (tag) {
    case 0x41: // 'A', a chunk of bytes that is not the last
    case 0x42: // 'B', the last
      return bytesEnd(b, p, to);
    case 0x43: // 'C', a class: name, number of fields, their names; then a value
      return classEnd(b, p + 1, to, depth);
    case 0x46: // 'F'
    case 0x4e: // 'N'
    case 0x54: // 'T'
    case 0x5b: // 0.0
    case 0x5c: // 1.0
      return p + 1;
    case 0x5d:
      return fixed(p + 2, to);
    case 0x5e:
      return fixed(p + 3, to);
    case 0x49: // 'I'
    case 0x4b: // 'K', minutes
    case 0x59: // 'Y', a long of 32 bits
    case 0x5f: // a double of 32 bits
      return fixed(p + 5, to);
    case 0x44: // 'D'
    case 0x4a: // 'J', milliseconds
    case 0x4c: // 'L'
      return fixed(p + 9, to);
    case 0x48: // 'H', a map
      return untilZ(b, p + 1, to, depth);
    case 0x4d: // 'M', a map with a type
      return typed(b, p + 1, to, depth, untilZ);
    case 0x57: // 'W', a list
      return untilZ(b, p + 1, to, depth);
    case 0x55: // 'U', a list with a type
      return typed(b, p + 1, to, depth, untilZ);
    case 0x56: // 'V', a list with a type and a length
    case 0x58: // 'X', a list with a length
      return counted(b, p + 1, to, depth, tag === 0x56);
    case 0x4f: {
      // 'O', an object of a class
      const end = intEnd(b, p + 1, to);
      return end <= 0 ? end : fields(b, end, to, depth, intAt(b, p + 1));
    }
    case 0x51: // 'Q', a reference
      return intEnd(b, p + 1, to);
    default:
      return 0;
  }
}

function fixed(end: number, to: number): number {
  return end > to ? to - end : end;
}

/** Ints and longs of one to three bytes. */
function sizeOfCompact(tag: number): number {
  if (tag < 0xc0) return 1;
  if (tag < 0xd0) return 2;
  if (tag < 0xd8) return 3;
  return tag < 0xf0 ? 1 : 2;
}

/** Where a text ends, all its chunks included. */
function textEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return -1;
  const tag = b[p]!;
  return tag < 0x20 ? charsEnd(b, p + 1, to, tag) : longTextEnd(b, p, to);
}

function longTextEnd(b: Uint8Array, p: number, to: number): number {
  let at = p;
  for (;;) {
    if (at >= to) return -1;
    const tag = b[at]!;
    let count: number;
    let from: number;
    if (tag < 0x20) {
      count = tag;
      from = at + 1;
    } else if (tag >= 0x30 && tag < 0x34) {
      if (at + 2 > to) return -1;
      count = ((tag - 0x30) << 8) | b[at + 1]!;
      from = at + 2;
    } else if (tag === 0x52 || tag === 0x53) {
      if (at + 3 > to) return -1;
      count = (b[at + 1]! << 8) | b[at + 2]!;
      from = at + 3;
    } else return 0;
    at = charsEnd(b, from, to, count);
    if (at <= 0 || tag !== 0x52) return at;
  }
}

/** Where `count` UTF-16 units in UTF-8 end; a character of four bytes counts as two of them. */
function charsEnd(b: Uint8Array, p: number, to: number, count: number): number {
  let at = p;
  const all = p + count;
  if (all <= to) {
    // Names and most values are ASCII: four at a time.
    while (at + 4 <= all && (b[at]! | b[at + 1]! | b[at + 2]! | b[at + 3]!) < 0x80) at += 4;
    while (at < all && b[at]! < 0x80) at++;
    if (at === all) return at;
  }
  return wideCharsEnd(b, at, to, all - at);
}

function wideCharsEnd(b: Uint8Array, p: number, to: number, count: number): number {
  let at = p;
  for (let left = count; left > 0; left--) {
    if (at >= to) return -left;
    const byte = b[at]!;
    if (byte < 0x80) at += 1;
    else if (byte >= 0xf0) {
      at += 4;
      left--;
    } else at += byte >= 0xe0 ? 3 : 2;
  }
  return at > to ? to - at : at;
}

function bytesEnd(b: Uint8Array, p: number, to: number): number {
  let at = p;
  for (;;) {
    if (at + 3 > to) return -1;
    const tag = b[at]!;
    if (tag !== 0x41 && tag !== 0x42) return tag >= 0x20 && tag < 0x38 ? skip(b, at, to, 0) : 0;
    at += 3 + ((b[at + 1]! << 8) | b[at + 2]!);
    if (at > to) return to - at;
    if (tag === 0x42) return at;
  }
}

/** Where an int ends. */
function intEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return -1;
  const tag = b[p]!;
  if (tag === 0x49) return fixed(p + 5, to);
  return tag >= 0x80 && tag < 0xd8 ? fixed(p + sizeOfCompact(tag), to) : 0;
}

/** The int at p, whose end has been found. */
function intAt(b: Uint8Array, p: number): number {
  const tag = b[p]!;
  if (tag < 0x80) return (b[p + 1]! << 24) | (b[p + 2]! << 16) | (b[p + 3]! << 8) | b[p + 4]!;
  if (tag < 0xc0) return tag - 0x90;
  if (tag < 0xd0) return ((tag - 0xc8) << 8) | b[p + 1]!;
  return ((tag - 0xd4) << 16) | (b[p + 1]! << 8) | b[p + 2]!;
}

/** Values up to the byte 'Z'. */
function untilZ(b: Uint8Array, p: number, to: number, depth: number): number {
  let at = p;
  while (at < to && b[at] !== 0x5a) {
    at = skip(b, at, to, depth + 1);
    if (at <= 0) return at;
  }
  return at < to ? at + 1 : -1;
}

/** A type, a text or a number that refers to one, then the rest. */
function typed(
  b: Uint8Array,
  p: number,
  to: number,
  depth: number,
  rest: (b: Uint8Array, p: number, to: number, depth: number) => number,
): number {
  const end = typeEnd(b, p, to);
  return end <= 0 ? end : rest(b, end, to, depth);
}

function typeEnd(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return -1;
  const tag = b[p]!;
  return tag === 0x49 || (tag >= 0x80 && tag < 0xd8) ? intEnd(b, p, to) : textEnd(b, p, to);
}

function counted(b: Uint8Array, p: number, to: number, depth: number, hasType: boolean): number {
  const from = hasType ? typeEnd(b, p, to) : p;
  if (from <= 0) return from;
  const end = intEnd(b, from, to);
  return end <= 0 ? end : values(b, end, to, depth, intAt(b, from));
}

function list(b: Uint8Array, p: number, to: number, depth: number, hasType: boolean, count: number): number {
  const from = hasType ? typeEnd(b, p, to) : p;
  return from <= 0 ? from : values(b, from, to, depth, count);
}

/** So many values; each takes at least a byte, so that a great number is refused at once. */
function values(b: Uint8Array, p: number, to: number, depth: number, count: number): number {
  if (count < 0) return 0;
  if (count > to - p) return to - p - count;
  let at = p;
  for (let i = 0; i < count; i++) {
    at = skip(b, at, to, depth + 1);
    if (at <= 0) return at;
  }
  return at;
}

function classEnd(b: Uint8Array, p: number, to: number, depth: number): number {
  const name = textEnd(b, p, to);
  if (name <= 0) return name;
  let at = intEnd(b, name, to);
  if (at <= 0) return at;
  const count = intAt(b, name);
  if (count < 0 || classes === MOST_CLASSES) return 0;
  if (count > to - at) return to - at - count;
  for (let i = 0; i < count; i++) {
    at = textEnd(b, at, to);
    if (at <= 0) return at;
  }
  fieldsOf[classes++] = count;
  return skip(b, at, to, depth + 1);
}

function fields(b: Uint8Array, p: number, to: number, depth: number, of: number): number {
  if (of < 0 || of >= classes) return 0;
  return values(b, p, to, depth, fieldsOf[of]!);
}

const texts = new TextCache(plain);

/** The text whose end has been found. */
function textAt(b: Uint8Array, p: number, end: number): string {
  const tag = b[p]!;
  if (tag < 0x34) {
    const from = tag < 0x20 ? p + 1 : p + 2;
    return texts.read(b, from, end);
  }
  if (tag === 0x53) return plain(b, p + 3, end);
  let text = '';
  for (let at = p; at < end;) {
    const last = textEndOfChunk(b, at, end);
    text += plain(b, b[at]! < 0x20 ? at + 1 : b[at]! < 0x34 ? at + 2 : at + 3, last);
    at = last;
  }
  return text;
}

function textEndOfChunk(b: Uint8Array, p: number, to: number): number {
  const tag = b[p]!;
  if (tag < 0x20) return charsEnd(b, p + 1, to, tag);
  if (tag < 0x34) return charsEnd(b, p + 2, to, ((tag - 0x30) << 8) | b[p + 1]!);
  return charsEnd(b, p + 3, to, (b[p + 1]! << 8) | b[p + 2]!);
}

/** Whether a character outside of the first plane is written as two of three bytes each. */
function hasSurrogates(b: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to - 1; i++) if (b[i] === 0xed && b[i + 1]! >= 0xa0) return true;
  return false;
}

/** UTF-8, also with surrogates as characters of their own, which Java writes. */
function plain(b: Uint8Array, from: number, to: number): string {
  if (!hasSurrogates(b, from, to)) return readUtf8(b, from, to);
  let text = '';
  for (let i = from; i < to;) {
    const byte = b[i]!;
    if (byte >= 0xe0 && byte < 0xf0) {
      text += String.fromCharCode(((byte & 15) << 12) | ((b[i + 1]! & 63) << 6) | (b[i + 2]! & 63));
      i += 3;
    } else {
      const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : 4;
      text += readUtf8(b, i, i + size);
      i += size;
    }
  }
  return text;
}

/** The most UTF-16 units in one chunk. */
const CHUNK = 0x8000;

function textSize(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  }
  const chunks = Math.max(1, Math.ceil(text.length / CHUNK));
  const last = text.length - (chunks - 1) * CHUNK;
  return size + 3 * (chunks - 1) + (last < 32 ? 1 : last < 1024 ? 2 : 3);
}

/** Writes a text, a UTF-16 unit after the other as Java does, and gives its end. */
function putText(b: Uint8Array, at: number, text: string): number {
  let p = at;
  let i = 0;
  do {
    const count = Math.min(CHUNK, text.length - i);
    const isLast = i + count === text.length;
    if (isLast && count < 32) b[p++] = count;
    else if (isLast && count < 1024) {
      b[p++] = 0x30 + (count >> 8);
      b[p++] = count & 255;
    } else {
      b[p++] = isLast ? 0x53 : 0x52;
      b[p++] = count >> 8;
      b[p++] = count & 255;
    }
    for (const end = i + count; i < end; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) b[p++] = unit;
      else if (unit < 0x800) {
        b[p++] = 0xc0 | (unit >> 6);
        b[p++] = 0x80 | (unit & 63);
      } else {
        b[p++] = 0xe0 | (unit >> 12);
        b[p++] = 0x80 | ((unit >> 6) & 63);
        b[p++] = 0x80 | (unit & 63);
      }
    }
  } while (i < text.length);
  return p;
}

/** A string, or null. */
export const str: ExternType<string | null> = {
  end: (b, from, to) => (from < to && b[from] === 0x4e ? from + 1 : textEnd(b, from, to)),
  read: (b, from, to) => (b[from] === 0x4e ? null : textAt(b, from, to)),
  size: (value) => (value === null ? 1 : textSize(value)),
  write: (b, at, value) => {
    if (value !== null) return putText(b, at, value);
    b[at] = 0x4e;
    return at + 1;
  },
};

function copied(b: Uint8Array, at: number, value: Uint8Array): number {
  b.set(value, at);
  return at + value.length;
}

/** Any value, as the bytes it stands in. */
export const any: ExternType<Uint8Array> = {
  end: (b, from, to) => {
    classes = 0;
    return skip(b, from, to, 0);
  },
  read: (b, from, to) => b.subarray(from, to),
  size: (value) => value.length,
  write: copied,
};

/**
 * The value that {@link allButLast} has just walked over to the end of its window: who asks next where it ends need
 * not walk again. Nothing else hangs on it, and it holds for one question only.
 */
let walked = -1;
let walkedTo = -1;

/**
 * All values of a window but the last, as the bytes they stand in: Dubbo's arguments, which may be of classes
 * that an argument before defines; the attachments follow.
 */
export const allButLast: ExternType<Uint8Array> = {
  end: (b, from, to) => {
    classes = 0;
    let last = from;
    for (let at = from; at < to;) {
      last = at;
      at = skip(b, at, to, 0);
      if (at <= 0) return at;
    }
    walked = last;
    walkedTo = to;
    return last;
  },
  read: (b, from, to) => b.subarray(from, to),
  size: (value) => value.length,
  write: copied,
};

/** Where the entries of a map begin; `to` for null; 0 if this is no map. */
function entriesStart(b: Uint8Array, from: number, to: number): number {
  if (from >= to) return 0;
  if (b[from] === 0x4e) return to;
  if (b[from] === 0x48) return from + 1;
  return b[from] === 0x4d ? typeEnd(b, from + 1, to) : 0;
}

/** A value as the text nearest to it: numbers in digits, others by their kind. */
function nearText(b: Uint8Array, p: number, end: number): string | null {
  const tag = b[p]!;
  if (tag === 0x4e) return null;
  if (tag === 0x54 || tag === 0x46) return String(tag === 0x54);
  if (tag < 0x20 || (tag >= 0x30 && tag < 0x34) || tag === 0x52 || tag === 0x53) return textAt(b, p, end);
  if (intEnd(b, p, end) === end) return String(intAt(b, p));
  if (tag >= 0xd8 && tag < 0xf0) return String(tag - 0xe0);
  if (tag >= 0xf0) return String(((tag - 0xf8) << 8) | b[p + 1]!);
  if (tag >= 0x38 && tag < 0x40) return String(((tag - 0x3c) << 16) | (b[p + 1]! << 8) | b[p + 2]!);
  const view = new DataView(b.buffer, b.byteOffset + p, end - p);
  if (tag === 0x59) return String(view.getInt32(1));
  return tag === 0x4c ? String(view.getBigInt64(1)) : '';
}

function isText(b: Uint8Array, p: number, end: number, text: string): boolean {
  const tag = b[p]!;
  if (tag >= 0x34) return textAt(b, p, end) === text;
  const units = tag < 0x20 ? tag : ((tag - 0x30) << 8) | b[p + 1]!;
  if (units !== text.length) return false;
  const from = tag < 0x20 ? p + 1 : p + 2;
  return equalsText(b, from, end, text) || (hasSurrogates(b, from, end) && plain(b, from, end) === text);
}

/** A map whose keys are strings: attachments. */
export const strmap: ExternMap = {
  end: (b, from, to) => {
    const isWalked = from === walked && to === walkedTo;
    walked = -1;
    classes = 0;
    if (from < to && b[from] === 0x4e) return from + 1;
    if (from < to && b[from] !== 0x48 && b[from] !== 0x4d) return 0;
    return isWalked ? to : skip(b, from, to, 0);
  },
  get: (b, from, to, key) => {
    classes = 0;
    for (let at = entriesStart(b, from, to); at > 0 && at < to - 1;) {
      const value = textEnd(b, at, to);
      const next = value <= 0 ? value : skip(b, value, to, 1);
      if (next <= 0) return undefined;
      if (isText(b, at, value, key)) return nearText(b, value, next);
      at = next;
    }
    return undefined;
  },
  readHeaders: (b, from, to, into, most) => {
    classes = 0;
    let at = entriesStart(b, from, to);
    if (at <= 0) return false;
    while (at < to - 1) {
      const value = textEnd(b, at, to);
      const next = value <= 0 ? value : skip(b, value, to, 1);
      if (next <= 0 || into.size === most) return false;
      into.append(textAt(b, at, value), nearText(b, value, next), at, next);
      at = next;
    }
    return true;
  },
  size: (headers, source, from = -1) => {
    if (staysNull(headers, source, from)) return 1;
    let size = 1 + headSize(source, from);
    for (let i = 0; i < headers.size; i++) {
      const start = headers.startAt(i);
      if (start >= 0) size += headers.endAt(i) - start;
      else size += textSize(headers.keyAt(i)) + valueSize(headers, i);
    }
    return size;
  },
  write: (b, at, headers, source, from = -1) => {
    if (staysNull(headers, source, from)) {
      b[at] = 0x4e;
      return at + 1;
    }
    // A map that had a type keeps it.
    const head = headSize(source, from);
    if (head === 1) b[at] = 0x48;
    else b.set(source.subarray(from, from + head), at);
    let p = at + head;
    for (let i = 0; i < headers.size; i++) {
      const start = headers.startAt(i);
      if (start >= 0) {
        b.set(source.subarray(start, headers.endAt(i)), p);
        p += headers.endAt(i) - start;
        continue;
      }
      p = putText(b, p, headers.keyAt(i));
      const value = headers.valueAt(i);
      if (value === null) b[p++] = 0x4e;
      else p = putText(b, p, value);
    }
    b[p++] = 0x5a;
    return p;
  },
};

/** Whether a map that was null has no entry now either. */
function staysNull(headers: HeaderMap, source: Uint8Array | undefined, from: number): boolean {
  return headers.size === 0 && source !== undefined && from >= 0 && source[from] === 0x4e;
}

/** How many bytes stand before the entries of the map that was at `from`; -1: there was none. */
function headSize(source: Uint8Array | undefined, from: number): number {
  if (source === undefined || from < 0 || source[from] !== 0x4d) return 1;
  return typeEnd(source, from + 1, source.length) - from;
}

function valueSize(headers: HeaderMap, i: number): number {
  if (headers.keyAt(i) === '') throw new EncodeError('attachments', 'a key has no characters');
  const value = headers.valueAt(i);
  return value === null ? 1 : textSize(value);
}
