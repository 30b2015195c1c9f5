import { expect, test } from 'vitest';
import { SIZE_BOUNDS, SizeHistogram } from '../../../runtime/observe/size-histogram.js';

/** By looking for it. */
function bucketOf(size: number): number {
  const found = SIZE_BOUNDS.findIndex((bound) => size <= bound);
  return found < 0 ? SIZE_BOUNDS.length : found;
}

test('every size falls into the bucket that bounds it, at the borders as well', () => {
  const borders = SIZE_BOUNDS.flatMap((bound) => [bound - 1, bound, bound + 1, 2 * bound, 3 * bound]);
  for (const size of [0, 1, 2, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1, ...borders]) {
    const histogram = new SizeHistogram();
    histogram.record(size);
    expect([size, histogram.buckets.indexOf(1)]).toEqual([size, bucketOf(size)]);
    expect([histogram.sum, histogram.count]).toEqual([size, 1]);
  }
});
