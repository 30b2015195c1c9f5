function total(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum = (sum + bytes[i]!) | 0;
  return sum;
}

/** The sum of the bytes[start, end) modulo 2^8. */
export function sum8(bytes: Uint8Array, start: number, end: number): number {
  return total(bytes, start, end) & 0xff;
}

/** The sum of the bytes[start, end) modulo 2^16. */
export function sum16(bytes: Uint8Array, start: number, end: number): number {
  return total(bytes, start, end) & 0xffff;
}

/**
 * What a sum of bytes changes by when bytes under it change: to be added to the old value; may be negative.
 *
 * @param before the old bytes at [beforeAt, beforeAt + length)
 * @param after the new ones at [afterAt, afterAt + length)
 */
export function sum8Delta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
): number {
  return total(after, afterAt, afterAt + length) - total(before, beforeAt, beforeAt + length);
}

/** See {@link sum8Delta}. */
export const sum16Delta = sum8Delta;

/** The bytes[start, end) xor-ed. */
export function xor8(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum ^= bytes[i]!;
  return sum;
}

/** As {@link sum8Delta}, to be xor-ed onto the old value. */
export function xor8Delta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
): number {
  return xor8(before, beforeAt, beforeAt + length) ^ xor8(after, afterAt, afterAt + length);
}
