import { BOLT } from './codec/bolt.js';
import type { Claim, Part } from './codec/claim.js';
import { DUBBO } from './codec/dubbo.js';
import { REDIS } from './codec/redis.js';
import { TARS } from './codec/tars.js';
import { THRIFT } from './codec/thrift.js';
import { compare, sunk } from './measure.js';
import { chosenOf, commandLine } from '../support/command-line.js';

/**
 * `npm run bench:codec`: the generated codecs against index arithmetic written by hand for the same work, against
 * general parsers, and against the decoders and encoders of real peers. Every line is a ratio of two things
 * timed in alternation in this process.
 */
const PARTS: readonly Part[] = [BOLT, DUBBO, REDIS, TARS, THRIFT];

const HELP = `Generated codecs against code written by hand for the same work, and against the decoders of others, as ratios.

npm run bench:codec [-- --only bolt,dubbo --assert]

  --only NAMES   only these parts, separated by commas: ${PARTS.map(({ name }) => name).join(', ')}
  --assert       a missed target makes the exit code 1
  ROUNDS=n       how often each pair is timed, 101 if not given

npm run bench:codec -- --only redis
ROUNDS=15 npm run bench:codec`;

const { values } = commandLine(HELP, { only: { type: 'string' }, assert: { type: 'boolean' } });

const rounds = Number(process.env['ROUNDS'] ?? 2000);
const TURN_MS = 0.4;

let missed = 0;
for (const { name, about, claims } of chosenOf(values.only, PARTS)) {
  console.log(`${name}: ${about}, a tenth of ${rounds} turns\n`);
  for (const claim of await claims()) if (!holds(claim)) missed++;
  console.log();
}
console.log(`(sum of all results: ${sunk()})`);
if (missed > 0 && values.assert === true) process.exitCode = 1;

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
