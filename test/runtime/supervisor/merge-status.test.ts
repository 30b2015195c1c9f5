import { expect, test } from 'vitest';
import { mergeStatus } from '../../../runtime/supervisor/merge-status.js';

const page = (requests: number, state: string, hosts = ['h1']) => ({
  time: requests,
  ready: requests > 1,
  latency_bounds_ms: [1, 2],
  clusters: [
    {
      name: 'echo',
      lb: 'random',
      requests,
      latency: { buckets: [requests, 1], sum_ms: 0.5 },
      responses: requests > 1 ? { OK: requests } : {},
      hosts: hosts.map((address) => ({ address, weight: 2, state, connections: 1, metadata: { zone: 'a' } })),
    },
  ],
  errors: [{ time: requests, listener: 'in', text: `error ${requests}` }],
});

test('things of one name become one, with their numbers added up', () => {
  expect(mergeStatus([page(1, 'available'), page(5, 'backing_off', ['h1', 'h2'])])).toEqual({
    time: 5,
    ready: true,
    latency_bounds_ms: [1, 2],
    clusters: [
      {
        name: 'echo',
        lb: 'random',
        requests: 6,
        latency: { buckets: [6, 2], sum_ms: 1 },
        responses: { OK: 5 },
        hosts: [
          { address: 'h1', weight: 2, state: 'backing_off', connections: 2, metadata: { zone: 'a' } },
          { address: 'h2', weight: 2, state: 'backing_off', connections: 1, metadata: { zone: 'a' } },
        ],
      },
    ],
    errors: [
      { time: 5, listener: 'in', text: 'error 5' },
      { time: 1, listener: 'in', text: 'error 1' },
    ],
  });
});

test('one page stays as it is', () => {
  expect(mergeStatus([page(3, 'available')])).toEqual(page(3, 'available'));
});
