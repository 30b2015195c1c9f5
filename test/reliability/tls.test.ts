import { describe, expect, it } from 'vitest';
import { seedFromEnvironment } from '../support/random.js';
import { certificateRotation } from './certificate-rotation.js';
import { tlsFlood, wrongBeginnings } from './tls-flood.js';

/** Small versions of what `npm run test:reliability -- C13 C14 E9` runs at full size. */
describe('a sidecar with TLS', () => {
  const seed = seedFromEnvironment();

  it(`serves callers in the middle of garbage, and plain text beside it (SEED=${seed})`, async () => {
    const { flaws, verdict } = await tlsFlood(40, seed, false);
    expect(flaws).toEqual([]);
    expect(verdict.closed).toBe(0);
  }, 120_000);

  it('closes what it can not speak, and counts it', async () => {
    for (const { name, flaws } of await wrongBeginnings()) expect(flaws, name).toEqual([]);
  }, 120_000);

  it(`replaces certificates under load (SEED=${seed})`, async () => {
    const { flaws, verdict } = await certificateRotation(6, seed);
    expect(flaws).toEqual([]);
    expect(verdict.closed + verdict.wrong).toBe(0);
  }, 120_000);
});
