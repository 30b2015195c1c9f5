/** Values as ranges. */
export function merge(values: readonly number[]): { low: number; high: number }[] {
  const ranges: { low: number; high: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && value <= last.high + 1) last.high = Math.max(last.high, value);
    else ranges.push({ low: value, high: value });
  }
  return ranges;
}
