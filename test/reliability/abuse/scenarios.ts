import type { Scenarios } from '../scenario.js';
import { amplification } from './amplification.js';
import { churn } from './churn.js';
import { fileDescriptors } from './file-descriptors.js';
import { halfClose } from './half-close.js';
import { idleFlood } from './idle-flood.js';
import { resetStorm } from './reset-storm.js';
import { reuseRace } from './reuse-race.js';
import { slowLoris } from './slow-loris.js';
import { stalledCaller } from './stalled-caller.js';
import { stopsReading } from './stops-reading.js';
import { tinyFrames } from './tiny-frames.js';
import { unreachable } from './unreachable.js';

/** Section C: what a network, or somebody with a socket, can do to the sidecar. */
export const abuse: Scenarios = {
  C1: async (seed) => [await slowLoris(5_000, seed)],
  C2: (seed) => stopsReading(256, seed),
  C3: async (seed) => [await stalledCaller(seed)],
  C4: (seed) => halfClose(1_000, seed),
  C5: async (seed) => [await resetStorm(20_000, seed)],
  C6: async (seed) => [await churn(10_000, seed)],
  C7: async (seed) => [await fileDescriptors(seed)],
  C8: (seed) => unreachable(seed),
  C9: (seed) => reuseRace(4_000, seed),
  C10: async (seed) => [await tinyFrames(400_000, seed)],
  C11: async (seed) => [await idleFlood(10_000, seed)],
  C12: async (seed) => [await amplification(20_000, seed)],
};
