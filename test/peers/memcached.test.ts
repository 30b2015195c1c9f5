import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { Client } from 'memjs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accepting } from '../support/accepting.js';
import { cutFrames } from '../support/cut-frames.js';
import { eventually } from '../support/bolt-client.js';
import { freePort } from '../support/free-port.js';
import { memcachedReference } from '../support/references/memcached.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

let server: ChildProcess;
let sidecar: Sidecar;
let port: number;
const clients: Client[] = [];
const sockets: Socket[] = [];

/** A client whose timeout, in seconds, is of no account, and that tells of the first failure. */
function client(at = sidecar.port): Client {
  const made = Client.create(`127.0.0.1:${at}`, { timeout: 60, retries: 1, logger: { log: () => {} } });
  clients.push(made);
  return made;
}

/** A packet as the protocol's text draws it. */
function packet(opcode: number, opaque: number, key = '', extras = '', value = ''): Buffer {
  const head = Buffer.alloc(24);
  head[0] = 0x80;
  head[1] = opcode;
  head.writeUInt16BE(key.length, 2);
  head[4] = extras.length / 2;
  head.writeUInt32BE(opaque, 12);
  const front = Buffer.concat([head, Buffer.from(extras, 'hex'), Buffer.from(key)]);
  return memcachedReference.rebuild(front, { body: Buffer.from(value) }) as Buffer;
}

/** A connection of no client's, and what came on it: opcode, status, opaque and text of each packet. */
function bare(at = sidecar.port): { socket: Socket; seen: string[] } {
  const socket = connect(at, '127.0.0.1');
  sockets.push(socket);
  const seen: string[] = [];
  cutFrames(socket, memcachedReference.length, (packet) => {
    const { id, wireStatus, body } = memcachedReference.facts(packet);
    seen.push(`${packet[1]!} ${wireStatus} ${id} ${Buffer.from(body).toString()}`);
  });
  return { socket, seen };
}

beforeAll(async () => {
  port = await freePort();
  const asUser = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  server = spawn('memcached', [...asUser, '-l', '127.0.0.1', '-p', String(port), '-m', '128', '-I', '2m']);
  // It says nothing when it is ready.
  await accepting(port);
  sidecar = await startSidecar({ protocol: 'memcached', upstreams: [port], match: '{ service: memcached }' });
});

afterEach(() => {
  for (const one of clients.splice(0)) one.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(async () => {
  expect(await sidecar?.stop()).toBe(0);
  server?.kill();
});

test('memjs: values, numbers, misses and errors', async () => {
  const cache = client();
  expect(await cache.set('a', 'one', {})).toBe(true);
  expect((await cache.get('a')).value?.toString()).toBe('one');
  expect((await cache.get('none')).value).toBeNull();
  expect(await cache.add('a', 'two', {})).toBe(false);
  expect(await cache.replace('none', 'two', {})).toBe(false);
  expect(await cache.append('a', ' and more')).toBe(true);
  expect((await cache.get('a')).value?.toString()).toBe('one and more');
  expect((await cache.increment('n', 5, { initial: 37 })).value).toBe(37);
  expect((await cache.increment('n', 5, {})).value).toBe(42);
  await expect(cache.increment('a', 1, {})).rejects.toThrow('Incr/Decr on non-numeric value');
  expect(await cache.touch('a', 100)).toBe(true);
  expect(await cache.delete('a')).toBe(true);
  expect(await cache.delete('a')).toBe(false);
  // memcached closes over a key that long; the caller sees the error and goes on.
  await expect(cache.get('k'.repeat(251))).rejects.toThrow('Invalid arguments');
});

test('memjs: a value of 1 MiB as it is, one too large refused by the server', async () => {
  const cache = client();
  const large = Buffer.alloc(1 << 20, 'value of a MiB ');
  expect(await cache.set('large', large, {})).toBe(true);
  expect((await cache.get('large')).value?.equals(large)).toBe(true);
  await expect(cache.set('larger', Buffer.alloc(3 << 20), {})).rejects.toThrow('Value too large');
  expect((await cache.get('large')).value?.length).toBe(1 << 20);
});

test('memjs: statistics, many answers to one request', async () => {
  const found = await new Promise<Record<string, string | null> | null>((resolve, reject) =>
    client().stats((error, _server, stats) => (error === null ? resolve(stats) : reject(error))),
  );
  expect(found).toMatchObject({ max_connections: '1024', pid: String(server.pid) });
});

test('many clients at once each see their own values, whatever one of them sends', async () => {
  const wrong: string[] = [];
  const callers = Array.from({ length: 12 }, async (_, c) => {
    const cache = client();
    for (let round = 0; round < 15; round++) {
      const keys = Array.from({ length: 20 }, (_, i) => `${c}-${i}`);
      await Promise.all(keys.map((key) => cache.set(key, `${key} in ${round}`, {})));
      const values = await Promise.all(keys.map((key) => cache.get(key)));
      values.forEach(({ value }, i) => {
        const expected = `${keys[i]!} in ${round}`;
        if (value?.toString() !== expected) wrong.push(`${expected} got ${value?.toString()}`);
      });
    }
  });
  // memcached answers an unknown command, and then takes as many bytes of what follows for its body: on a shared
  // connection it would miss a request of another caller, and every answer behind would reach the wrong one.
  let hostile = 0;
  const stop = new AbortController();
  const attack = (async () => {
    while (!stop.signal.aborted) {
      const { socket } = bare();
      socket.write(packet(0x55, 1, 'k', '', 'x'.repeat(24)));
      socket.write(packet(0x00, 2, 'no-extras', '00000000'));
      hostile++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
    }
  })();
  await Promise.all(callers);
  stop.abort();
  await attack;
  expect(wrong).toEqual([]);
  expect(hostile).toBeGreaterThan(0);
});

test('quiet commands answer only what has to be said, and their errors', async () => {
  const { socket, seen } = bare();
  const [GETQ, NOOP, SETQ, GETKQ, INCREMENTQ] = [0x09, 0x0a, 0x11, 0x0d, 0x15];
  const none = '0000000000000000';
  socket.write(
    Buffer.concat([
      packet(SETQ, 1, 'quiet', none, 'silence'),
      packet(GETQ, 2, 'missing'),
      packet(GETQ, 3, 'quiet'),
      packet(INCREMENTQ, 4, 'quiet', `${none}${none}00000000`),
      packet(GETKQ, 5, 'missing'),
      packet(NOOP, 6),
    ]),
  );
  await eventually(() => seen.length === 3, 'a hit, an error and the end mark');
  expect(seen).toEqual([
    `${GETQ} 0 3 silence`,
    `${INCREMENTQ} 6 4 Non-numeric server-side value for incr or decr`,
    `${NOOP} 0 6 `,
  ]);
});

test('where no host answers, memjs shows an error of the sidecar, and a packet says why', async () => {
  const nowhere = await freePort();
  const alone = await startSidecar({
    protocol: 'memcached',
    upstreams: [nowhere],
    match: '{ service: memcached }',
  });
  try {
    await expect(client(alone.port).get('a')).rejects.toThrow('Temporary failure');
    const { socket, seen } = bare(alone.port);
    socket.write(packet(0x00, 7, 'a'));
    await eventually(() => seen.length === 1, 'an answer');
    expect(seen).toEqual([`0 ${0x86} 7 no host of cluster echo can be reached`]);
  } finally {
    expect(await alone.stop()).toBe(0);
  }
});

test("libmemcached's suite of the binary protocol passes through the sidecar", () => {
  const out = execFileSync('memccapable', ['-h', '127.0.0.1', '-p', String(sidecar.port), '-b'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(out).toContain('All tests passed');
  expect(out.match(/\[pass\]/g)!.length).toBeGreaterThanOrEqual(27);
});
