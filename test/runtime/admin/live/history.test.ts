import { expect, test } from 'vitest';
import { History, POINTS } from '../../../../runtime/admin/live/history.js';
import { HEIGHT, pathOf, WIDTH } from '../../../../runtime/admin/live/line-path.js';
import type { TrafficStats } from '../../../../runtime/admin/live/stats.js';

const BOUNDS = [1, 10];

function traffic(requests: number, errors: number, buckets: readonly number[]): TrafficStats {
  return {
    connections: 1,
    requests_active: 0,
    requests,
    responses: { OK: requests - errors, ...(errors > 0 && { TIMEOUT: errors }) },
    received_bytes: 0,
    sent_bytes: 0,
    latency: { buckets, sum_ms: 0, count: buckets.reduce((a, b) => a + b, 0) },
  };
}

test('a point is the difference of two looks, by the second', () => {
  const history = new History();
  history.add(1_000, BOUNDS, traffic(100, 5, [90, 10, 0]));
  expect(history.last).toBeNull();
  history.add(3_000, BOUNDS, traffic(140, 15, [90, 50, 0]));
  expect(history.last).toEqual({
    rate: 20,
    errors: 5,
    p50: 5.5,
    p90: expect.closeTo(9.1),
    p99: expect.any(Number),
  });
});

test('without requests there is no latency', () => {
  const history = new History();
  history.add(1_000, BOUNDS, traffic(1, 0, [1, 0, 0]));
  history.add(2_000, BOUNDS, traffic(1, 0, [1, 0, 0]));
  expect(history.last).toEqual({ rate: 0, errors: 0, p50: null, p90: null, p99: null });
});

test('a process that was restarted begins anew, a look at the same time counts once', () => {
  const history = new History();
  history.add(1_000, BOUNDS, traffic(10, 0, [10, 0, 0]));
  history.add(2_000, BOUNDS, traffic(20, 0, [20, 0, 0]));
  history.add(2_000, BOUNDS, traffic(20, 0, [20, 0, 0]));
  expect(history.points).toHaveLength(1);
  history.add(3_000, BOUNDS, traffic(3, 0, [3, 0, 0]));
  expect(history.points).toHaveLength(0);
  history.add(4_000, BOUNDS, traffic(5, 0, [5, 0, 0]));
  expect(history.last?.rate).toBe(2);
});

test('two minutes are kept', () => {
  const history = new History();
  for (let i = 0; i <= POINTS + 10; i++) history.add(i * 1_000 + 1, BOUNDS, traffic(i, 0, [i, 0, 0]));
  expect(history.points).toHaveLength(POINTS);
});

test('the line ends at the right edge, gaps stay open, a lone value is a dot', () => {
  const top = `${WIDTH}.0 2.0`;
  expect(pathOf([0, 5], 5)).toMatch(new RegExp(`^M[\\d.]+ ${HEIGHT - 2}\\.0L${top}$`));
  expect(pathOf([null, 5], 5)).toBe(`M${top}h0`);
  expect(pathOf([5, null, 5, 5], 5).match(/M/g)).toHaveLength(2);
  expect(pathOf([0, 0], 0)).not.toContain('NaN');
  expect(pathOf([], 0)).toBe('');
});
