import { seedFromEnvironment } from '../support/random.js';
import { abuse } from './abuse/scenarios.js';
import { certificateRotation } from './certificate-rotation.js';
import { inOrder } from './in-order.js';
import { life } from './life/scenarios.js';
import { peers } from './peers/scenarios.js';
import type { Result, Scenarios } from './scenario.js';
import { crossTalk, idCollision, idWrap, lateReplies, uninvitedReplies } from './scenarios.js';
import { tlsFlood, wrongBeginnings } from './tls-flood.js';

/**
 * `npm run test:reliability [-- [--json] A1 D3]`: the tests of shared/design/reliability.md at full size, a line
 * for each with its figures; with --json a JSON object for each. SEED= repeats a run.
 */
const seed = seedFromEnvironment('clock');
const all: Scenarios = {
  A1: () => crossTalk(100_000, seed),
  A3: () => idWrap(10_000, seed),
  A4: () => idCollision(20, seed),
  A5: () => lateReplies(100_000, seed),
  A6: () => inOrder(200_000, seed),
  A7: () => uninvitedReplies(20_000, seed),
  ...abuse,
  ...life,
  ...peers,
  C13: () => tlsFlood(1_000, seed),
  C14: () => wrongBeginnings(),
  E9: () => certificateRotation(500, seed),
};

const asJson = process.argv.includes('--json');
const chosen = process.argv.slice(2).filter((argument) => argument !== '--json');
const unknown = chosen.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`no test ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
  process.exit(2);
}

let failed = 0;
if (!asJson) console.log(`SEED=${seed}`);
for (const [name, run] of Object.entries(all)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const result of [await run(seed)].flat()) {
    console.log(asJson ? JSON.stringify({ seed, ...result }) : inWords(result));
    if (result.flaws.length > 0) failed++;
  }
}
if (failed > 0) process.exitCode = 1;
if (!asJson) console.log(failed === 0 ? 'all as they should be' : `${failed} failed`);

/** One line; one more for each flaw. */
function inWords({ name, requests, verdict, figures, notes, flaws, seconds }: Result): string {
  const ended = Object.entries(verdict).map(([how, count]) => `${how} ${count}`);
  const measured = (figures ?? []).map(({ what, value, target }) => `${what} ${value} (${target})`);
  const parts = [`${requests} requests in ${seconds.toFixed(1)} s`, ended.join(', '), ...measured, ...notes];
  const line = `${name}: ${flaws.length === 0 ? 'ok' : 'FAILED'}; ${parts.join('; ')}`;
  return [line, ...flaws.map((flaw) => `  FAILED: ${flaw}`)].join('\n');
}
