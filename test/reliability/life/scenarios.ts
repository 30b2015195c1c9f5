import type { Scenarios } from '../scenario.js';
import { badConfigs } from './bad-configs.js';
import { brokenVersion } from './broken-version.js';
import { gracefulStop } from './graceful-stop.js';
import { hang } from './hang.js';
import { hotRestart } from './hot-restart.js';
import { listenerChange } from './listener-change.js';
import { reloads } from './reloads.js';
import { workerKill } from './worker-kill.js';

/** Section E: reloads, restarts, crashes and the end, under load. */
export const life: Scenarios = {
  E1: async (seed) => [await reloads(30, seed, 0), await reloads(30, seed, 2)],
  E2: async (seed) => [await listenerChange(seed)],
  E3: async (seed) => [await badConfigs(seed)],
  E4: async (seed) => [await hotRestart(3, seed)],
  E5: async (seed) => [await brokenVersion(seed)],
  E6: async (seed) => [await workerKill(20, seed)],
  E7: async (seed) => [await hang(2, seed)],
  E8: (seed) => gracefulStop(1_000, seed),
};
