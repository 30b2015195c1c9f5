/** Largest prime below 2^16 (RFC 1950). */
const BASE = 65521;
/** So many bytes can be added before the sums have to be reduced to stay below 2^32. */
const BLOCK = 5552;

/** Adler-32 of bytes[start, end) as an unsigned number (RFC 1950). */
export function adler32(bytes: Uint8Array, start: number, end: number): number {
  let low = 1;
  let high = 0;
  for (let i = start; i < end;) {
    const until = Math.min(i + BLOCK, end);
    for (; i < until; i++) {
      low += bytes[i]!;
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return high * 0x10000 + low;
}

/**
 * What a checksum changes by when bytes under it change, for {@link adler32Plus}.
 *
 * @param before the old bytes at [beforeAt, beforeAt + length)
 * @param after the new ones at [afterAt, afterAt + length)
 * @param trailing how many covered bytes follow them
 */
export function adler32Delta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i++) {
    const change = after[afterAt + i]! - before[beforeAt + i]!;
    low += change;
    high = (high + change * ((trailing + length - i) % BASE)) % BASE;
  }
  return (high < 0 ? high + BASE : high) * 0x10000 + (((low % BASE) + BASE) % BASE);
}

/** A checksum, or a change, with a change added: each half modulo its prime. */
export function adler32Plus(sum: number, change: number): number {
  const high = ((sum >>> 16) + (change >>> 16)) % BASE;
  return high * 0x10000 + (((sum & 0xffff) + (change & 0xffff)) % BASE);
}
