import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoltClient } from '../support/bolt-client.js';
import { echo, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

let upstream: ScriptedUpstream;
let sidecar: Sidecar;
beforeEach(async () => {
  upstream = await startUpstream((frame, peer) => void setTimeout(() => echo(frame, peer), 200));
  sidecar = await startSidecar({ upstreams: [upstream.port], match: '{}' });
});
afterEach(async () => {
  await sidecar.stop('SIGKILL');
  await upstream.kill();
});

const url = (page: string): string => `http://127.0.0.1:${sidecar.adminPort}${page}`;
const post = (page: string): Promise<Response> => fetch(url(page), { method: 'POST' });

test('POST /drain finishes what is under way and ends the process with 0', async () => {
  const caller = await BoltClient.open(sidecar.port);
  caller.send(1, 'x');
  await expect.poll(() => upstream.requests.length).toBe(1);
  expect((await post('/drain')).status).toBe(202);
  await expect
    .poll(() => caller.frames.some((frame) => frame.id === 1 && frame.body.toString() === 'x'))
    .toBe(true);
  caller.socket.destroy();
  expect(await sidecar.ended).toBe(0);
  expect(sidecar.output.some((line) => line.includes('"finished":true'))).toBe(true);
});

test('the log level decides what is logged', async () => {
  expect(await (await fetch(url('/logging'))).json()).toEqual({ level: 'info' });
  expect((await post('/logging?level=error')).status).toBe(200);
  expect(await (await fetch(url('/logging'))).json()).toEqual({ level: 'error' });
  expect((await post('/logging?level=__proto__')).status).toBe(400);
  await post('/drain');
  expect(await sidecar.ended).toBe(0);
  expect(sidecar.output.filter((line) => line.includes('drain'))).toEqual([]);
});

test('GET changes nothing, whatever it asks', async () => {
  const { pages } = (await (await fetch(url('/none'))).json()) as { pages: string[] };
  expect(pages.length).toBeGreaterThan(8);
  for (const page of pages) await (await fetch(url(`${page}?level=fatal`))).text();
  expect(await (await fetch(url('/logging'))).json()).toEqual({ level: 'info' });
  expect((await fetch(url('/ready'))).status).toBe(200);
  // Nothing was counted either: looking twice shows the same.
  const counters = async (): Promise<string[]> => {
    const text = await (await fetch(url('/stats/prometheus'))).text();
    return text
      .split('\n')
      .filter((line) => /^proto_frame_(downstream|cluster|host|route|protocol)_/.test(line));
  };
  expect(await counters()).toEqual(await counters());
});
