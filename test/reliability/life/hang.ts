import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../support/root.js';
import { type Result, scenario } from '../scenario.js';
import { hasSaid, said } from './versions.js';

const CODEC = pathToFileURL(`${ROOT}test/dist/reliability/codecs/narrow-ids.js`).href;
/** A codec with a bug: it never comes to an end with a frame whose service begins with `spin`. */
const SPINNING = `import { bolt16 } from '${CODEC}';
const spin = Buffer.from('spin');
export const spinning = {
  ...bolt16,
  check(b, at, end) {
    while (Buffer.from(b.buffer, b.byteOffset + at, end - at).includes(spin));
    return bolt16.check(b, at, end);
  },
};
`;
/** Who was served, and by whom, when the event loop stood still. */
const TOLD = /"peer":"127\.0\.0\.1:\d+","stack":\["[^\]]*spinning\.mjs:\d+.*stands still/;
/** The watchdog's own second, and what a busy machine adds. */
const FOUND_MS = 5_000;

/** E7. A plug-in that never returns hangs a worker: the watchdog kills it, and callers are served again. */
export async function hang(times: number, seed: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'proto-frame-hang-'));
  const codec = join(folder, 'spinning.mjs');
  writeFileSync(codec, SPINNING);
  const setup = { top: ['workers: 2'], protocol: 'bolt_16', codecs: [codec] };
  try {
    return await scenario('E7 hanging workers', seed, setup, async (stage) => {
      const { sidecar, steady, once, verdict, check, atMost, notes } = stage;
      const callers = steady(32, { pause: 10 });
      let slowest = 0;
      for (let i = 1; i <= times; i++) {
        const from = performance.now();
        const hung = once({ requests: 1, headers: [['service', 'spin']] });
        check(await hasSaid(sidecar, /worker hangs, killing it/, i), 'a hanging worker was not found');
        slowest = Math.max(slowest, performance.now() - from);
        check(said(sidecar, TOLD) >= i, 'it was not told where the worker hung');
        await hung;
        check(await hasSaid(sidecar, /worker ready/, 2 + i), 'a hanging worker was not replaced');
      }
      for (const caller of callers) caller.took = [];
      check(await served(callers), 'somebody is not served in the end');
      await Promise.all(callers.map((caller) => caller.stop()));
      check(verdict.localError === 0, 'a request got an error');
      check(said(sidecar, /worker hangs/) === times, 'a worker that did not hang was killed');
      atMost('the longest until it was found', Math.round(slowest), ' ms', FOUND_MS);
      notes.push(`${times} hangs, ${verdict.closed} requests cut with them`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function served(callers: readonly { took: number[] }[]): Promise<boolean> {
  for (let tries = 0; tries < 500; tries++) {
    if (callers.every(({ took }) => took.length > 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
