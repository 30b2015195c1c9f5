import { startBench } from './proxy/bench.js';
import { BODIES } from './proxy/bodies.js';
import type { Part } from './proxy/claim.js';
import { FEATURES } from './proxy/features.js';
import { IDLE } from './proxy/idle.js';
import { LATENCY } from './proxy/latency.js';
import { ROUTES } from './proxy/routes.js';
import { THROUGHPUT } from './proxy/throughput.js';

/**
 * `npm run bench:proxy`: the sidecar, one worker with all that a default configuration has, against a bare TCP pipe in
 * Node, against itself with a feature more, and against bare sockets. What is compared runs in alternation; load
 * generators, echo server, pipe and sidecars are processes of their own. `--only idle,features` picks parts; with
 * --assert a missed target makes the exit code 1.
 */
const PARTS: readonly Part[] = [THROUGHPUT, FEATURES, LATENCY, IDLE, BODIES, ROUTES];

let missed = 0;
for (const { name, about, run } of chosen(process.argv)) {
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
if (missed > 0 && process.argv.includes('--assert')) process.exitCode = 1;

/** The parts that `--only` names, or all. @throws Error for a name that there is not */
function chosen(args: readonly string[]): readonly Part[] {
  const at = args.indexOf('--only');
  if (at < 0) return PARTS;
  return (args[at + 1] ?? '').split(',').map((name) => {
    const part = PARTS.find((candidate) => candidate.name === name);
    if (part === undefined) {
      throw new Error(`there is no part ${name}, only ${PARTS.map((known) => known.name).join(', ')}`);
    }
    return part;
  });
}
