import { commandLine } from '../support/command-line.js';
import { seedFromEnvironment } from '../support/random.js';
import { abuse } from './abuse/scenarios.js';
import { certificateRotation } from './certificate-rotation.js';
import { extraBytes, killedMidResponse } from './broken-replies.js';
import { callersIds, cancelStorm } from './callers.js';
import { callersDeadlines } from './deadline-scenarios.js';
import { dubboDeadlines, wideIds } from './dubbo-scenarios.js';
import { nameServers } from './dns-scenarios.js';
import { failFast, outliers } from './host-scenarios.js';
import { inOrder } from './in-order.js';
import { heartbeatIds, poolKey, retryAndMirror } from './isolation.js';
import { life } from './life/scenarios.js';
import { peers } from './peers/scenarios.js';
import { breakers, retryStorm } from './retry-scenarios.js';
import type { Result, Scenarios } from './scenario.js';
import { crossTalk, idCollision, idWrap, lateReplies, uninvitedReplies } from './scenarios.js';
import { tlsFlood, wrongBeginnings } from './tls-flood.js';
import { overload } from './overload.js';
import { clockJumps, logsBroken } from './surroundings.js';

const seed = seedFromEnvironment('clock');
const all: Scenarios = {
  A1: () => crossTalk(100_000, seed),
  A2: () => killedMidResponse(20, seed),
  A3: () => idWrap(10_000, seed),
  A4: () => idCollision(20, seed),
  A5: () => lateReplies(100_000, seed),
  A6: () => inOrder(200_000, seed),
  A7: () => uninvitedReplies(20_000, seed),
  A8: () => extraBytes(20_000, seed),
  A9: () => cancelStorm(100_000, seed),
  A10: () => callersIds(20_000, seed),
  A11: () => wideIds(10_000, seed),
  A12: () => retryAndMirror(20_000, seed),
  A13: () => heartbeatIds(20_000, seed),
  A14: () => poolKey(10_000, seed),
  ...abuse,
  D1: () => retryStorm(50_000, seed),
  D2: () => breakers(seed),
  D3: () => outliers(seed),
  D4: () => failFast(4_000, seed),
  D5: async () => [await callersDeadlines(4_000, seed), await dubboDeadlines(1_000, seed)],
  D6: () => overload(20, seed),
  D7: () => nameServers(seed),
  D8: () => clockJumps(20_000, seed),
  D9: () => logsBroken(10_000, seed),
  ...life,
  ...peers,
  C13: () => tlsFlood(1_000, seed),
  C14: () => wrongBeginnings(),
  E9: () => certificateRotation(500, seed),
};

const HELP = `The tests of shared/design/reliability.md at full size, a line for each with its figures; exit code 1 if one fails.

npm run test:reliability [-- [--json] A1 D3 …]

  names      only these: ${Object.keys(all).join(', ')}
  --json     an object for each, for machines
  SEED=n     repeats the run that printed it

npm run test:reliability -- A1 A7
SEED=7 npm run test:reliability -- --json peers`;

const { values, positionals: chosen } = commandLine(HELP, { json: { type: 'boolean' } }, Object.keys(all));
const asJson = values.json === true;

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
