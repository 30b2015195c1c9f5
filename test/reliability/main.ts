import { seedFromEnvironment } from '../support/random.js';
import { inOrder } from './in-order.js';
import type { Result } from './scenario.js';
import { crossTalk, idCollision, idWrap, lateReplies, uninvitedReplies } from './scenarios.js';

/** `npm run test:reliability [-- A1 A5]`: the oracle tests at full size. SEED= repeats a run. */
const seed = seedFromEnvironment('clock');
const all: Record<string, () => Promise<Result[]>> = {
  A1: async () => [await crossTalk(100_000, seed)],
  A3: () => idWrap(10_000, seed),
  A4: async () => [await idCollision(20, seed)],
  A5: async () => [await lateReplies(100_000, seed)],
  A6: async () => [await inOrder(200_000, seed)],
  A7: async () => [await uninvitedReplies(20_000, seed)],
};
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`no test ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
  process.exit(2);
}

console.log(`SEED=${seed}`);
let failed = 0;
for (const [name, run] of Object.entries(all)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const { name, requests, verdict, notes, flaws, seconds } of await run()) {
    const counts = Object.entries(verdict).map(([kind, count]) => `${kind} ${count}`);
    console.log(`\n${name}: ${requests} requests in ${seconds.toFixed(1)} s`);
    console.log(`  ${counts.join(', ')}`);
    for (const note of notes) console.log(`  ${note}`);
    for (const flaw of flaws) console.log(`  FAILED: ${flaw}`);
    if (flaws.length > 0) failed++;
  }
}
if (failed > 0) process.exitCode = 1;
console.log(failed === 0 ? '\nall as they should be' : `\n${failed} failed`);
