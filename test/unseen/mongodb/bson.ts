import {
  f64le,
  i32le,
  putF64le,
  put32le,
  put8,
  readLatin1,
  readUtf8,
  u8,
  utf8Length,
  writeLatin1,
  writeUtf8,
} from '@proto-frame/api';

// BSON (bsonspec.org, 1.1) in bytes, as far as a proxy needs it: elements of a document are found and skipped.

/** Of an element: its type, and where its value starts and ends. */
interface Element {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

const [DOUBLE, STRING, BOOLEAN, INT32] = [0x01, 0x02, 0x08, 0x10];
/** Bytes of the types that always have as many. */
const FIXED = new Map([
  [DOUBLE, 8],
  [0x06, 0],
  [0x07, 12],
  [BOOLEAN, 1],
  [0x09, 8],
  [0x0a, 0],
  [INT32, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);
/** Bytes beside those that the length in front counts. */
const COUNTED = new Map([
  [STRING, 4],
  [0x03, 0],
  [0x04, 0],
  [0x05, 5],
  [0x0d, 4],
  [0x0e, 4],
  [0x0f, 0],
]);
/** An error that has no code: UnknownError. */
const UNKNOWN_ERROR = 8;

function ended(b: Uint8Array, from: number): number {
  const end = b.indexOf(0, from);
  return end < 0 ? b.length : end;
}

/** Where a value ends; past the end of the bytes if it is none. */
function valueEnd(b: Uint8Array, type: number, from: number): number {
  const fixed = FIXED.get(type);
  if (fixed !== undefined) return from + fixed;
  const beside = COUNTED.get(type);
  if (beside !== undefined && from + 4 <= b.length) {
    const length = i32le(b, from);
    return length < 0 ? Infinity : from + length + beside;
  }
  // A regular expression: two texts.
  return type === 0x0b ? ended(b, ended(b, from) + 1) + 1 : Infinity;
}

/** The first element of a document with this name; with no name the first one. Null if there is none that is whole. */
function find(b: Uint8Array, name: string | null): Element | null {
  for (let at = 4; at < b.length && u8(b, at) !== 0;) {
    const [type, nameEnd] = [u8(b, at), ended(b, at + 1)];
    const [from, to] = [nameEnd + 1, valueEnd(b, type, nameEnd + 1)];
    if (to > b.length) return null;
    if (name === null || readLatin1(b, at + 1, nameEnd) === name) return { type, from, to };
    at = to;
  }
  return null;
}

/** The name of a document's first element, which of a command is the command; empty without one. */
export function firstName(document: Uint8Array): string {
  return document.length < 6 ? '' : readUtf8(document, 5, ended(document, 5));
}

/** A text by its name; empty without one. */
export function bsonText(document: Uint8Array, name: string): string {
  const found = find(document, name);
  return found?.type === STRING && found.to - found.from > 4
    ? readUtf8(document, found.from + 4, found.to - 1)
    : '';
}

/** A number by its name, without its fraction; 0 without one. */
export function bsonNumber(document: Uint8Array, name: string): number {
  const found = find(document, name);
  if (found?.type === INT32) return i32le(document, found.from);
  if (found?.type === BOOLEAN) return u8(document, found.from);
  return found?.type === DOUBLE ? Math.trunc(f64le(document, found.from)) || 0 : 0;
}

/** The code of a reply's error, 0 where it says ok. */
export function errorCode(document: Uint8Array): number {
  if (bsonNumber(document, 'ok') === 1) return 0;
  const code = bsonNumber(document, 'code');
  return code > 0 ? code : UNKNOWN_ERROR;
}

/** `{ ok: 0.0, errmsg: reason, code: code }` */
export function errorDocument(code: number, reason: string): Uint8Array {
  const text = utf8Length(reason);
  const b = new Uint8Array(4 + 12 + 8 + 5 + text + 10 + 1);
  put32le(b, 0, b.length);
  let at = writeLatin1(b, 4, '\x01ok\0');
  putF64le(b, at, 0);
  at = writeLatin1(b, at + 8, '\x02errmsg\0');
  put32le(b, at, text + 1);
  at = writeLatin1(b, writeUtf8(b, at + 4, reason), '\0\x10code\0');
  put32le(b, at, code);
  put8(b, at + 4, 0);
  return b;
}
