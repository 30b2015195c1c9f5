import { expect, it, vi } from 'vitest';
import { WorkerLoop } from '../../../runtime/network/worker-loop.js';
import { Keepalive } from '../../../runtime/stream/keepalive.js';

it('spreads the heartbeats of connections that were opened together over a tenth of the interval', () => {
  const loop = new WorkerLoop(() => 0);
  const arm = vi.spyOn(loop, 'arm').mockImplementation(() => {});
  const target = { sendHeartbeat: () => 1, progressed: () => false, onHeartbeatFailed() {}, onDead() {} };
  const options = { interval: 1_000, timeout: 100, failures: 2 };
  for (let i = 0; i < 1_000; i++) new Keepalive(loop, target, options).start();
  const delays = arm.mock.calls.map(([, delay]) => delay);
  expect(Math.min(...delays)).toBeGreaterThan(899);
  expect(Math.max(...delays)).toBeLessThanOrEqual(1_000);
  // None of ten parts of that tenth is empty, but once in 10^44 runs.
  expect(new Set(delays.map((delay) => Math.ceil(delay / 10))).size).toBe(10);
});
