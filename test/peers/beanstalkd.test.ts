import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import JackdClient from 'jackd';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { protoFrame } from '../compiler/cli/cli.js';
import { accepting } from '../support/accepting.js';
import { freePort } from '../support/free-port.js';
import { ROOT } from '../support/root.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

// A protocol of lines that only its schema in test/unseen knows, between npm's jackd and Debian's beanstalkd.

let folder: string;
let server: ChildProcess;
let sidecar: Sidecar;
const clients: JackdClient[] = [];

async function client(): Promise<JackdClient> {
  const made = new JackdClient();
  await made.connect({ host: '127.0.0.1', port: sidecar.port });
  clients.push(made);
  return made;
}

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  folder = mkdtempSync(`${ROOT}test/dist/beanstalkd-`);
  const schema = 'test/unseen/beanstalkd/beanstalkd.proto-frame';
  const compiled = await protoFrame(ROOT, ['compile', schema, '--out', folder, '--emit', 'js']);
  expect([compiled.code, compiled.err]).toEqual([0, '']);
  const port = await freePort();
  server = spawn('beanstalkd', ['-l', '127.0.0.1', '-p', String(port)]);
  await accepting(port);
  sidecar = await startSidecar({
    protocol: 'beanstalkd',
    upstreams: [port],
    match: '{ service: beanstalkd }',
    codecs: [join(folder, 'beanstalkd.js')],
  });
});

afterEach(async () => {
  for (const one of clients.splice(0)) await one.close();
});

afterAll(async () => {
  server?.kill();
  expect(await sidecar?.stop()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test('jobs go in and come out as they are, whatever is in them', async () => {
  const [producer, worker] = [await client(), await client()];
  await producer.use('mail');
  await worker.watch('mail');
  // As texts: jackd makes JSON of a Buffer.
  for (const job of ['hello', '\r\nput 0 0 60 1\r\n\r\n', 'x'.repeat(60_000)]) {
    const id = await producer.put(job);
    const taken = await worker.reserve();
    expect([taken.id, Buffer.from(taken.payload).toString()]).toEqual([id, job]);
    await worker.delete(id);
  }
  await expect(worker.delete('999999')).rejects.toThrow('NOT_FOUND');
  await expect(worker.reserveWithTimeout(0)).rejects.toThrow('TIMED_OUT');
  expect(await producer.listTubes()).toContain('mail');
});

test('a worker that waits for a job holds nobody else up, and many producers each get their own ids', async () => {
  const worker = await client();
  await worker.watch('waiting');
  const waited = worker.reserve();
  const ids = await Promise.all(
    Array.from({ length: 8 }, async (_, c) => {
      const producer = await client();
      await producer.use(`tube-${c}`);
      const found: string[] = [];
      for (let n = 0; n < 20; n++) {
        const id = await producer.put(`job ${n} of ${c}`);
        expect(Buffer.from((await producer.peek(id)).payload).toString()).toBe(`job ${n} of ${c}`);
        found.push(id);
      }
      return found;
    }),
  );
  expect(new Set(ids.flat()).size).toBe(160);
  const last = await client();
  await last.use('waiting');
  const id = await last.put('at last');
  expect((await waited).id).toBe(id);
});
