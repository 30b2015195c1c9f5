import { chosenOf, commandLine } from '../support/command-line.js';
import { protocolsUnderTest } from '../support/protocols.js';
import { seedFromEnvironment } from '../support/random.js';
import { fuzzCodec } from './fuzz-codec.js';

const HELP = `Mutated frames for every codec; exit code 1 if one takes them wrongly, throws, hangs or grows.

npm run fuzz [-- --frames 200000 --protocol bolt]

  --frames N         frames for each codec, 200000 if not given
  --protocol NAMES   only these, separated by commas: ${protocolsUnderTest.map(({ name }) => name).join(', ')}
  SEED=n             repeats the run that printed it

npm run fuzz -- --protocol "redis requests" --frames 20000
SEED=7 npm run fuzz`;

const { values } = commandLine(HELP, {
  frames: { type: 'string', default: '200000' },
  protocol: { type: 'string' },
});
const frames = Number(values.frames);
const chosen = chosenOf(values.protocol, protocolsUnderTest);
if (!(frames > 0)) {
  console.error(`--frames takes a number above 0, not ${values.frames}`);
  process.exit(2);
}

const MOST_GROWTH = 32 * 1024 * 1024;
const seed = seedFromEnvironment('clock');
console.log(`SEED=${seed}, ${frames} frames for each codec\n`);
for (const tested of chosen) {
  const from = performance.now();
  const report = fuzzCodec(tested, frames, seed);
  const refused = [...report.refused].map(([code, count]) => `${code} ${count}`).join(', ');
  console.log(
    `${tested.name}: ${report.frames} frames in ${((performance.now() - from) / 1000).toFixed(1)} s`,
  );
  console.log(`  accepted and written again ${report.accepted}; refused: ${refused}`);
  console.log(
    `  slowest ${report.slowest.toFixed(2)} ms, memory grew by ${(report.growth / 1024 / 1024).toFixed(1)} MiB`,
  );
  for (const failure of report.failures) console.log(`  FAILED ${failure}`);
  if (report.failures.length > 0 || report.growth > MOST_GROWTH) process.exitCode = 1;
}
