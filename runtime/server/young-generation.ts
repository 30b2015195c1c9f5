import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Two semi-spaces of 2 MiB. */
const SIZE = 4 * 1024 * 1024;
const MOST_ROUNDS = 64;

/**
 * Keeps V8's young generation at 4 MiB instead of letting it grow to 32 MiB. What a proxy allocates is short
 * of life and mostly buffers outside of the heap, which wait for the next collection of the young generation
 * to be freed: the larger it is, the more of them wait. Measured under load (16 x 16, 64 x 8, 256 x 1
 * callers x requests under way): 79 MB resident instead of 128, and no slower, since it fits the cache.
 *
 * V8 reads --max-semi-space-size only at its own start, but the factor it grows by at each growth; so this has
 * to be called before much is loaded. It first lets the young generation grow to the size wanted.
 */
export function limitYoungGeneration(): void {
  for (let round = 0; youngGeneration() < SIZE && round < MOST_ROUNDS; round++) {
    const survivors: object[] = [];
    for (let i = 0; i < 20_000; i++) survivors.push({ i });
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngGeneration(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return space === undefined ? SIZE : space.space_size;
}
