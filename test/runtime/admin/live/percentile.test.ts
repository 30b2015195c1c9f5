import { expect, test } from 'vitest';
import { percentile } from '../../../../runtime/admin/live/percentile.js';

const BOUNDS = [1, 2, 4, 8];

test.each([
  ['no values', [0, 0, 0, 0, 0], 0.5, null],
  ['the middle of one bucket', [10, 0, 0, 0, 0], 0.5, 0.5],
  ['its end', [10, 0, 0, 0, 0], 1, 1],
  ['a later bucket', [0, 0, 10, 0, 0], 0.5, 3],
  ['across buckets', [50, 40, 10, 0, 0], 0.99, 3.8],
  ['an empty bucket in between', [50, 0, 0, 50, 0], 0.75, 6],
  ['the open bucket says the last bound', [0, 0, 0, 0, 5], 0.99, 8],
])('%s', (_what, buckets, q, expected) => {
  const found = percentile(BOUNDS, buckets, q);
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 9);
});

test('it is never lower for a larger share', () => {
  const buckets = [3, 0, 7, 1, 4];
  const values = [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1].map((q) => percentile(BOUNDS, buckets, q)!);
  expect([...values].sort((a, b) => a - b)).toEqual(values);
});
