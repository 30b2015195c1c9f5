import { describe, expect, it } from 'vitest';
import { seedFromEnvironment } from '../support/random.js';
import { inOrder } from './in-order.js';
import { crossTalk, uninvitedReplies } from './scenarios.js';

/** Small versions of what `npm run test:reliability` runs at full size. */
describe('a sidecar between 64 callers and one service', () => {
  const seed = seedFromEnvironment();

  it(`hands 5,000 replies to those they are for (SEED=${seed})`, async () => {
    const { flaws, verdict } = await crossTalk(5000, seed, 32 * 1024);
    expect(flaws).toEqual([]);
    expect(verdict.ok).toBeGreaterThanOrEqual(5000);
  });

  it(`lets no uninvited reply through (SEED=${seed})`, async () => {
    const { flaws } = await uninvitedReplies(2000, seed);
    expect(flaws).toEqual([]);
  });

  it(`shifts no reply in a protocol without ids (SEED=${seed})`, async () => {
    const { flaws, verdict } = await inOrder(20_000, seed);
    expect(flaws).toEqual([]);
    expect(verdict.ok).toBeGreaterThan(0);
  });
});
