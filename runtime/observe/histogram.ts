/** Upper bounds of the latency buckets in milliseconds, the last is open. */
export const LATENCY_BOUNDS: readonly number[] = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
];

/** A distribution in fixed buckets. Recording allocates nothing. */
export class Histogram {
  /** How many values fell into each bucket (not cumulative); one more than there are bounds. */
  readonly buckets = new Float64Array(LATENCY_BOUNDS.length + 1);
  /** Of all values, in milliseconds. */
  sum = 0;
  count = 0;

  /** @param value in milliseconds */
  record(value: number): void {
    let i = 0;
    while (i < LATENCY_BOUNDS.length && value > LATENCY_BOUNDS[i]!) i++;
    this.buckets[i]! += 1;
    this.sum += value;
    this.count += 1;
  }
}
