import { startsAt } from './until.js';

// Whole numbers in ASCII digits. For the results of `End` functions see varints.ts.

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const CR = 0x0d;
const LF = 0x0a;
const CRLF = new Uint8Array([CR, LF]);
/** Numbers of so many digits always are exact. */
const SAFE_DIGITS = 15;

/**
 * A sign or none, 1 to `most` digits, then `delimiter`: the place after the delimiter. 0 also for a number
 * whose amount is over 2^53 - 1.
 */
export function decimalUntilEnd(
  b: Uint8Array,
  p: number,
  to: number,
  delimiter: Uint8Array,
  most: number,
): number {
  let at = p;
  if (at < to && (b[at] === MINUS || b[at] === PLUS)) at++;
  const first = at;
  while (at < to && isDigit(b[at]!)) if (++at - first > most) return 0;
  if (at === first) return at < to ? 0 : -1 - delimiter.length;
  const end = at + delimiter.length;
  if (!startsAt(b, at, Math.min(end, to), delimiter)) return 0;
  if (at - first > SAFE_DIGITS && !Number.isSafeInteger(decimal(b, p, at))) return 0;
  return end > to ? to - end : end;
}

/** The number that {@link decimalLineEnd} has passed last: what walks over lines need not go over its digits again. */
export let decimalPassed = 0;

/**
 * As {@link decimalUntilEnd}, up to the end of a line: most lengths and counts there have one digit to three. What it
 * passes is left in {@link decimalPassed}.
 */
export function decimalLineEnd(b: Uint8Array, p: number, to: number, most: number): number {
  if (p + 5 <= to) {
    let value = b[p]! - ZERO;
    let at = p + 1;
    if (value >= 0 && value <= 9) {
      let digit = b[at]! - ZERO;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = b[++at]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          at++;
        }
      }
      if (b[at] === CR && b[at + 1] === LF) {
        decimalPassed = value;
        return at + 2;
      }
    }
  }
  const end = decimalUntilEnd(b, p, to, CRLF, most);
  if (end > 0) decimalPassed = decimalOf(b, p, end - CRLF.length);
  return end;
}

/** The number whose sign and digits start at p; it ends at `end` or at the first byte that is no digit. */
export function decimal(b: Uint8Array, p: number, end: number): number {
  let value = b[p]! - ZERO;
  if (p >= end || value < 0 || value > 9) return signedDecimal(b, p, end);
  for (let at = p + 1; at < end; at++) {
    const digit = b[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** The number whose sign and digits are all of [p, end), where {@link decimalUntilEnd} has seen to that. */
export function decimalOf(b: Uint8Array, p: number, end: number): number {
  let value = b[p]! - ZERO;
  if (value < 0) return signedDecimal(b, p, end);
  for (let at = p + 1; at < end; at++) value = value * 10 + (b[at]! - ZERO);
  return value;
}

function signedDecimal(b: Uint8Array, p: number, end: number): number {
  const negative = b[p] === MINUS;
  let value = 0;
  for (let at = negative || b[p] === PLUS ? p + 1 : p; at < end; at++) {
    const byte = b[at]!;
    if (!isDigit(byte)) break;
    value = value * 10 + (byte - ZERO);
  }
  return negative && value !== 0 ? -value : value;
}

/** How many bytes a whole number takes, its sign included. */
export function decimalSize(v: number): number {
  let size = v < 0 ? 2 : 1;
  for (let rest = Math.abs(v); rest >= 10; rest = Math.floor(rest / 10)) size++;
  return size;
}

/** Writes a whole number in the fewest digits and gives its end. */
export function putDecimal(b: Uint8Array, p: number, v: number): number {
  const size = decimalSize(v);
  if (v < 0) b[p] = MINUS;
  const start = v < 0 ? p + 1 : p;
  putDigits(b, start, Math.abs(v), p + size - start);
  return p + size;
}

/** Exactly `width` digits, no sign: the place after them. For up to 15; read them with {@link decimal}. */
export function digitsEnd(b: Uint8Array, p: number, to: number, width: number): number {
  const end = p + width;
  for (let at = p; at < end && at < to; at++) if (!isDigit(b[at]!)) return 0;
  return end > to ? to - end : end;
}

/** Writes the last `width` digits of v, zeros in front, and gives their end. */
export function putDigits(b: Uint8Array, p: number, v: number, width: number): number {
  let rest = v;
  for (let at = p + width - 1; at >= p; at--) {
    b[at] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return p + width;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
