import { parseArgs } from 'node:util';
import { protocolsUnderTest } from '../support/protocols.js';
import { seedFromEnvironment } from '../support/random.js';
import { fuzzCodec } from './fuzz-codec.js';

/** `npm run fuzz [-- --frames 200000 --protocol bolt]`: mutated frames for every codec. SEED= repeats a run. */
const { values } = parseArgs({
  options: { frames: { type: 'string', default: '200000' }, protocol: { type: 'string' } },
});
const frames = Number(values.frames);
const chosen = protocolsUnderTest.filter(
  ({ name }) => values.protocol === undefined || name === values.protocol,
);
if (chosen.length === 0 || !(frames > 0)) {
  console.error(`--frames N, --protocol ${protocolsUnderTest.map(({ name }) => `"${name}"`).join(' | ')}`);
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
