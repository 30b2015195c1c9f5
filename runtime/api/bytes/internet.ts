/** So many bytes can be added as words before the sum has to be folded to stay below 2^31. */
const BLOCK = 0x8000;

/**
 * The internet checksum of bytes[start, end): the complement of the ones' complement sum of their big endian
 * words, the last filled up with a zero byte (RFC 1071). All ones only if every byte is zero.
 */
export function internet(bytes: Uint8Array, start: number, end: number): number {
  const even = end - ((end - start) % 2);
  let sum = 0;
  for (let i = start; i < even;) {
    const until = Math.min(i + BLOCK, even);
    for (; i < until; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  if (even < end) sum += bytes[even]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return 0xffff - sum;
}

/**
 * What a checksum changes by when bytes under it change, for {@link internetPlus}.
 *
 * @param before the old bytes at [beforeAt, beforeAt + length)
 * @param after the new ones at [afterAt, afterAt + length)
 * @param leading how many covered bytes stand before them
 */
export function internetDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  leading: number,
): number {
  let change = 0;
  for (let i = 0; i < length; i++) {
    const byte = before[beforeAt + i]! - after[afterAt + i]!;
    change = (change + ((leading + i) % 2 === 0 ? byte << 8 : byte)) % 0xffff;
  }
  return change < 0 ? change + 0xffff : change;
}

/** A checksum, or a change, with a change added; never all ones, see {@link internetZero}. */
export function internetPlus(sum: number, change: number): number {
  return (sum + change) % 0xffff;
}

/** Whether a checksum of zero over bytes[start, end) has to be written as all ones: every byte is zero. */
export function internetZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
