import { BOLT } from './codec/bolt.js';
import type { Claim, Part } from './codec/claim.js';
import { DUBBO } from './codec/dubbo.js';
import { REDIS } from './codec/redis.js';
import { TARS } from './codec/tars.js';
import { compare, sunk } from './measure.js';

/**
 * `npm run bench:codec`: the generated codecs against index arithmetic written by hand for the same work, against
 * general parsers, and against the decoders and encoders of real peers. Every line is a ratio of two things
 * timed in alternation in this process. `--only bolt,dubbo` picks parts; with --assert a missed target makes the
 * exit code 1.
 */
const PARTS: readonly Part[] = [BOLT, DUBBO, REDIS, TARS];

const rounds = Number(process.env['ROUNDS'] ?? 101);
const TURN_MS = 4;

let missed = 0;
for (const { name, about, claims } of chosen(process.argv)) {
  console.log(`${name}: ${about}, median of ${rounds} rounds\n`);
  for (const claim of await claims()) if (!holds(claim)) missed++;
  console.log();
}
console.log(`(sum of all results: ${sunk()})`);
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

function holds({ says, first, second, most, least }: Claim): boolean {
  const result = compare(first, second, rounds, TURN_MS);
  const met = most === undefined ? result.ratio >= least! : result.ratio <= most;
  const target = most === undefined ? `at least ${least}` : `at most ${most}`;
  console.log(
    `${says.padEnd(50)} ${result.ratio.toFixed(2).padStart(5)}  ${target}  ${met ? 'met' : 'MISSED'}`,
  );
  console.log(
    `    ${first.name} ${result.first.toFixed(0)} ns, ${second.name} ${result.second.toFixed(0)} ns`,
  );
  return met;
}
