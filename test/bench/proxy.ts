import { startBench } from './proxy/bench.js';
import { BODIES } from './proxy/bodies.js';
import type { Part } from './proxy/claim.js';
import { FEATURES } from './proxy/features.js';
import { IDLE } from './proxy/idle.js';
import { LATENCY } from './proxy/latency.js';
import { ROUTES } from './proxy/routes.js';
import { THROUGHPUT } from './proxy/throughput.js';
import { chosenOf, commandLine } from '../support/command-line.js';

/**
 * `npm run bench:proxy`: the sidecar, one worker with all that a default configuration has, against a bare TCP pipe in
 * Node, against itself with a feature more, and against bare sockets. What is compared runs in alternation; load
 * generators, echo server, pipe and sidecars are processes of their own.
 */
const PARTS: readonly Part[] = [THROUGHPUT, FEATURES, LATENCY, IDLE, BODIES, ROUTES];

const HELP = `The sidecar against a bare TCP pipe in Node, and what its features cost, as ratios in one run.

npm run bench:proxy [-- --only idle,features --assert]

  --only NAMES   only these parts, separated by commas: ${PARTS.map(({ name }) => name).join(', ')}
  --assert       a missed target makes the exit code 1

npm run bench:proxy -- --only throughput`;

const { values } = commandLine(HELP, { only: { type: 'string' }, assert: { type: 'boolean' } });

let missed = 0;
for (const { name, about, run } of chosenOf(values.only, PARTS)) {
  console.log(`${name}: ${about}\n`);
  const bench = await startBench();
  try {
    for (const { says, figure, bar, met } of await run(bench)) {
      if (!met) missed++;
      console.log(
        `${says.padEnd(62)} ${figure.padStart(14)}  ${bar === '' ? '' : `${bar} ${met ? 'met' : 'MISSED'}`}`,
      );
    }
  } finally {
    await bench.stop();
  }
  console.log();
}
if (missed > 0 && values.assert === true) process.exitCode = 1;
