import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../support/root.js';
import { type Result, scenario } from '../scenario.js';
import { signal } from './versions.js';

const CODEC = pathToFileURL(`${ROOT}test/dist/reliability/codecs/narrow-ids.js`).href;
const GOOD = `export { bolt16 } from '${CODEC}';\n`;
const BROKEN = {
  'that does not load': 'throw new Error("broken");\n',
  'that exits at once': 'process.exit(3);\n',
  'that exits once it is ready': `${GOOD}setTimeout(() => process.exit(4), 300);\n`,
  'that never gets ready': `${GOOD}await new Promise(() => {});\n`,
  'that is no JavaScript': 'export const = ;\n',
};

/** E5. Hot restarts to a version that is broken: the old one goes on, and the next restart works. */
export async function brokenVersion(seed: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'proto-frame-version-'));
  const codec = join(folder, 'codec.mjs');
  writeFileSync(codec, GOOD);
  const setup = { top: ['workers: 2'], protocol: 'bolt_16', codecs: [codec] };
  try {
    return await scenario('E5 broken new versions', seed, setup, async (stage) => {
      const { sidecar, steady, verdict, check, notes } = stage;
      const callers = steady(50, { pause: 20 });
      for (const [what, source] of Object.entries(BROKEN)) {
        writeFileSync(codec, source);
        const stayed = await signal(sidecar, 'SIGUSR2', /no hot restart, the old workers stay/);
        check(stayed, `a version ${what} was taken`);
        check((await sidecar.metric('workers')) >= 2, `a version ${what} cost a worker`);
      }
      const asked = callers.reduce((sum, { goaways }) => sum + goaways, 0);
      check(asked === 0, `${asked} callers were asked to leave for a version that did not come`);
      writeFileSync(codec, GOOD);
      check(await signal(sidecar, 'SIGUSR2', /hot restart done/), 'the restart after them did not work');
      await Promise.all(callers.map((caller) => caller.stop()));
      const refused = callers.reduce((sum, caller) => sum + caller.refused, 0);
      check(refused === 0, `${refused} connections were refused`);
      check(verdict.localError + verdict.closed === 0, 'a request failed');
      notes.push(Object.keys(BROKEN).join(', '));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
