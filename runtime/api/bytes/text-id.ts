import type { RequestId } from '../x-protocol.js';
import { decimalSize, putDigits } from './decimal.js';
import { hexSize, putHexDigits } from './hex.js';
import { readLatin1, writeLatin1 } from './text.js';

// Request ids that stand as text. The proxy's own are digits; all that is not written as the proxy would write a
// number is a text, a character a byte, so that every id comes back as its caller wrote it.

/** What stands before the 12 digits of an id of the proxy: a UUID of version 4 that no random generator makes. */
const UUID_HEAD = '00000000-0000-4000-8000-';
const UUID_DIGITS = 12;

/**
 * The id whose text is b[from, to).
 *
 * @param padded whether numbers have zeros in front, as those of a fixed width
 */
export function textId(b: Uint8Array, from: number, to: number, base: 10 | 16, padded: boolean): RequestId {
  const id = digitsAt(b, from, to, base);
  return id < 0 || (!padded && to - from > 1 && b[from] === 0x30) ? readLatin1(b, from, to) : id;
}

/** The id whose UUID starts at `from`. */
export function uuidId(b: Uint8Array, from: number): RequestId {
  const digits = from + UUID_HEAD.length;
  const end = digits + UUID_DIGITS;
  for (let i = 0; i < UUID_HEAD.length; i++)
    if (b[from + i] !== UUID_HEAD.charCodeAt(i)) return readLatin1(b, from, end);
  const id = digitsAt(b, digits, end, 16);
  return id < 0 ? readLatin1(b, from, end) : id;
}

/** How many bytes an id takes, without zeros in front. */
export function textIdSize(id: RequestId, base: 10 | 16): number {
  if (typeof id === 'string') return id.length;
  return base === 10 ? decimalSize(Number(id)) : hexSize(Number(id));
}

/** Writes an id over b[from, to), a number with zeros in front. False, and nothing is written, if it has another width. */
export function putTextId(b: Uint8Array, from: number, to: number, id: RequestId, base: 10 | 16): boolean {
  const size = textIdSize(id, base);
  if (typeof id === 'string') {
    if (size !== to - from) return false;
    writeLatin1(b, from, id);
    return true;
  }
  if (size > to - from) return false;
  if (base === 10) putDigits(b, from, Number(id), to - from);
  else putHexDigits(b, from, Number(id), to - from);
  return true;
}

/** Writes an id as a UUID at `at`. False, and nothing is written, if it is none. */
export function putUuidId(b: Uint8Array, at: number, id: RequestId): boolean {
  if (typeof id === 'string') {
    if (id.length !== UUID_HEAD.length + UUID_DIGITS) return false;
    writeLatin1(b, at, id);
    return true;
  }
  writeLatin1(b, at, UUID_HEAD);
  putHexDigits(b, at + UUID_HEAD.length, Number(id), UUID_DIGITS);
  return true;
}

/** The number that b[from, to) is in digits, lower case; -1 if it is none, or not exact. */
function digitsAt(b: Uint8Array, from: number, to: number, base: 10 | 16): number {
  if (from >= to) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const byte = b[at]!;
    let digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      if (base === 10 || byte < 0x61 || byte > 0x66) return -1;
      digit = byte - 0x57;
    }
    value = value * base + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}
