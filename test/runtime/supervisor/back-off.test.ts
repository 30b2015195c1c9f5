import { expect, test } from 'vitest';
import { BackOff } from '../../../runtime/supervisor/back-off.js';

test('doubles with every failure up to its limit, and forgets after a quiet time', () => {
  let now = 0;
  const backOff = new BackOff(100, 1_000, () => now);
  const next = (later: number): number => {
    now += later;
    return backOff.next();
  };
  expect([0, 100, 200, 400, 800, 1_000, 29_999].map(next)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  expect(next(30_001)).toBe(100);
  expect(next(1)).toBe(200);
});
