import { startsAt } from './until.js';

// Whole numbers from 0 in ASCII hexadecimal digits: read in either case, written in lower case. For the
// results of `End` functions see varints.ts.

/** Numbers of so many digits always are exact. */
const SAFE_DIGITS = 13;

/** 1 to `most` digits, then `delimiter`: the place after the delimiter. 0 also for a number over 2^53 - 1. */
export function hexUntilEnd(
  b: Uint8Array,
  p: number,
  to: number,
  delimiter: Uint8Array,
  most: number,
): number {
  let at = p;
  while (at < to && hexDigit(b[at]!) >= 0) if (++at - p > most) return 0;
  if (at === p) return at < to ? 0 : -1 - delimiter.length;
  const end = at + delimiter.length;
  if (!startsAt(b, at, Math.min(end, to), delimiter)) return 0;
  if (at - p > SAFE_DIGITS && !Number.isSafeInteger(hex(b, p, at))) return 0;
  return end > to ? to - end : end;
}

/** The number whose digits start at p; it ends at `end` or at the first byte that is no digit. */
export function hex(b: Uint8Array, p: number, end: number): number {
  let value = 0;
  for (let at = p; at < end; at++) {
    const digit = hexDigit(b[at]!);
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  return value;
}

/** How many bytes a whole number takes. */
export function hexSize(v: number): number {
  let size = 1;
  for (let rest = v; rest >= 16; rest = Math.floor(rest / 16)) size++;
  return size;
}

/** Writes a whole number in the fewest digits and gives its end. */
export function putHex(b: Uint8Array, p: number, v: number): number {
  return putHexDigits(b, p, v, hexSize(v));
}

/** Exactly `width` digits: the place after them. For up to 13; read them with {@link hex}. */
export function hexDigitsEnd(b: Uint8Array, p: number, to: number, width: number): number {
  const end = p + width;
  for (let at = p; at < end && at < to; at++) if (hexDigit(b[at]!) < 0) return 0;
  return end > to ? to - end : end;
}

/** Writes the last `width` digits of v, zeros in front, and gives their end. */
export function putHexDigits(b: Uint8Array, p: number, v: number, width: number): number {
  let rest = v;
  for (let at = p + width - 1; at >= p; at--) {
    const digit = rest % 16;
    b[at] = digit < 10 ? 0x30 + digit : 0x57 + digit;
    rest = Math.floor(rest / 16);
  }
  return p + width;
}

/** The digit's value, -1 if it is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
