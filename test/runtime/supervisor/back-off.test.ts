import { expect, test } from 'vitest';
import { BackOff } from '../../../runtime/supervisor/back-off.js';

test('doubles with every failure up to its limit', () => {
  const backOff = new BackOff(100, 1_000);
  expect([0, 0, 50, 0, 0, 2_000].map((worked) => backOff.next(worked))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

test('begins anew with what had worked for long', () => {
  const backOff = new BackOff(100, 1_000);
  expect([0, 0, 900, 500].map((worked) => backOff.next(worked))).toEqual([100, 200, 100, 100]);
  expect([0, 0, 0, 0, 0, 2_001].map((worked) => backOff.next(worked))).toEqual([
    200, 400, 800, 1_000, 1_000, 100,
  ]);
});
