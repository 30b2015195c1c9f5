/** Upper bounds of the size buckets in bytes: powers of 4, the last bucket is open. */
export const SIZE_BOUNDS: readonly number[] = [
  64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
];

/** A distribution of sizes. Recording allocates nothing and does not search for its bucket. */
export class SizeHistogram {
  /** How many values fell into each bucket (not cumulative); one more than there are bounds. */
  readonly buckets = new Float64Array(SIZE_BOUNDS.length + 1);
  /** Of all values, in bytes. */
  sum = 0;
  count = 0;

  /** @param size in bytes, below 2^32 */
  record(size: number): void {
    // The digits of size - 1 in base 2, from the 7th on in pairs.
    const bucket = size <= 64 ? 0 : (27 - Math.clz32(size - 1)) >> 1;
    this.buckets[bucket < SIZE_BOUNDS.length ? bucket : SIZE_BOUNDS.length]! += 1;
    this.sum += size;
    this.count += 1;
  }
}
