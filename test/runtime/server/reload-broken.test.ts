import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boltRequest } from '../../support/bolt-frames.js';
import { type Child, startNode } from '../../support/child.js';
import { ROOT } from '../../support/root.js';
import { sidecarYaml } from '../../support/sidecar.js';
import { startHost, TestCaller, type TestHost } from './peers.js';

/** A sidecar that is told again and again to take a configuration which can't be used, while requests flow. */
const CASES = join(ROOT, 'test/golden/config');
const folder = mkdtempSync(join(tmpdir(), 'reload-broken-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'sidecar.yaml');

/** What no golden case can hold: [name, how to make such a file, which is gone before, what the reason says]. */
const UNREADABLE: readonly (readonly [string, () => void, RegExp])[] = [
  ['that is gone', () => {}, /ENOENT.*sidecar\.yaml/],
  ['that is a folder', () => mkdirSync(file), /EISDIR|illegal operation/],
  [
    'that is not UTF-8',
    () =>
      writeFileSync(file, Buffer.concat([Buffer.from('listeners:\n  - name: "caf'), Buffer.of(0xe9, 0x22)])),
    /sidecar\.yaml:2:15: these bytes are no UTF-8/,
  ],
  ['that is no text at all', () => cpSync(process.execPath, file), /bytes, which is no configuration/],
  ['of zeros', () => writeFileSync(file, Buffer.alloc(64 * 1024)), /sidecar\.yaml:1:1: /],
  [
    'with a codec that is not there',
    () => writeFileSync(file, `${good}codecs: [gone.mjs]\n`),
    /codec .*gone\.mjs: Cannot find module/,
  ],
  [
    'with a codec that is no module',
    () => {
      writeFileSync(join(folder, 'broken.mjs'), 'export const x = ;');
      writeFileSync(file, `${good}codecs: [broken.mjs]\n`);
    },
    /codec .*broken\.mjs: Unexpected token/,
  ],
  [
    'with an address in use',
    () => writeFileSync(file, good.replace('127.0.0.1:0\n', `127.0.0.1:${host.port}\n`)),
    /EADDRINUSE/,
  ],
  [
    'with another admin port',
    () => writeFileSync(file, `${good.replace(/^admin:.*$/m, '')}admin: { address: 127.0.0.1:1 }\n`),
    /admin can't be changed without a restart/,
  ],
];

let host: TestHost;
let child: Child;
let good = '';
let stopped = false;
let sent = 0;
const load: Promise<void>[] = [];

/** Keeps ten requests under way until stopped; a request without the right reply fails the test. */
async function keepAsking(caller: TestCaller): Promise<void> {
  while (!stopped) {
    const ids = Array.from({ length: 10 }, () => ++sent);
    for (const id of ids) caller.send(boltRequest(id, 'any', Buffer.from(String(id))));
    for (const id of ids) {
      const { status, body } = await caller.reply(id, 10_000);
      if (status !== 0 || body.toString() !== `echo:${id}`)
        throw new Error(`request ${id} failed: ${status}`);
    }
    caller.frames.length = 0;
  }
}

/** The reason that the sidecar gives for the n-th refusal. */
async function refusal(n: number): Promise<string> {
  const refused = (): string[] => child.output.filter((line) => line.includes('configuration not reloaded'));
  await expect.poll(() => refused().length, { timeout: 10_000, interval: 2 }).toBe(n);
  return (JSON.parse(refused()[n - 1]!) as { reason: string }).reason;
}

beforeAll(async () => {
  host = await startHost('echo');
  good = sidecarYaml({ upstreams: [host.port], match: '{}' }).replace(/^codecs:.*\n/m, '');
  writeFileSync(file, good);
  child = startNode(join(ROOT, 'runtime/dist/server/main.js'), ['-c', file, '--no-watch']);
  const [, address] = await child.line(/^test listens on (\S+)$/);
  await child.line(/^ready$/);
  for (let i = 0; i < 4; i++) load.push(keepAsking(await TestCaller.connect(address!)));
});

afterAll(async () => {
  await child?.stop();
  await host?.stop();
});

test('none of the golden cases is taken, and no request fails', async () => {
  const cases = readdirSync(CASES);
  expect(cases.length).toBeGreaterThanOrEqual(50);
  for (const [i, name] of cases.entries()) {
    cpSync(join(CASES, name, 'input.yaml'), file);
    child.process.kill('SIGHUP');
    expect(await refusal(i + 1), name).toMatch(/sidecar\.yaml(?::\d+:\d+: )/);
  }
  const before = sent;
  for (const [i, [name, break_, reason]] of UNREADABLE.entries()) {
    rmSync(file, { recursive: true, force: true });
    break_();
    child.process.kill('SIGHUP');
    expect(await refusal(cases.length + i + 1), `a file ${name}`).toMatch(reason);
  }
  await expect.poll(() => sent).toBeGreaterThan(before);
  stopped = true;
  await Promise.all(load);
  expect(host.requests.length).toBe(sent);
  // The right one is still taken, and the process has come to no harm.
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, good);
  child.process.kill('SIGHUP');
  await child.line(/"configuration reloaded"/);
  expect(child.output.filter((line) => /uncaught|internal error/.test(line))).toEqual([]);
  expect(await child.stop()).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(good);
}, 60_000);
