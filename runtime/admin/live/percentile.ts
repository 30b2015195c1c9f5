/**
 * The value below which the share `q` of all values lies, linear within its bucket.
 *
 * @param bounds upper bounds of the buckets, rising; one more bucket is open
 * @param buckets how many values fell into each, one more than there are bounds
 * @returns null without values; the last bound for what lies in the open bucket
 */
export function percentile(bounds: readonly number[], buckets: readonly number[], q: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = q * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = buckets[i] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const from = i === 0 ? 0 : bounds[i - 1]!;
      return from + ((bounds[i]! - from) * (wanted - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}
