import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

let server: ChildProcess;
let sidecar: Sidecar;
let port: number;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const found = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(found));
    });
  });
}

beforeAll(async () => {
  port = await freePort();
  server = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.stdout!.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  sidecar = await startSidecar({ protocol: 'redis', upstreams: [port], match: "{ service: 'redis' }" });
});

afterAll(async () => {
  expect(await sidecar?.stop()).toBe(0);
  server?.kill();
});

test('ioredis: values of all kinds, pipelines, errors', async () => {
  const redis = new Redis({ port: sidecar.port, host: '127.0.0.1', lazyConnect: true });
  await redis.connect();
  expect(await redis.set('a', '1')).toBe('OK');
  expect(await redis.get('a')).toBe('1');
  expect(await redis.get('none')).toBeNull();
  expect(await redis.incrby('n', 41)).toBe(41);
  await redis.hset('h', { x: '1', y: 'zwei' });
  expect(await redis.hgetall('h')).toEqual({ x: '1', y: 'zwei' });
  await redis.rpush('l', 'a', 'b', 'c');
  expect(await redis.lrange('l', 0, -1)).toEqual(['a', 'b', 'c']);
  const large = 'x'.repeat(300_000);
  await redis.set('large', large);
  expect(await redis.get('large')).toBe(large);
  await expect(redis.incr('h')).rejects.toThrow(/WRONGTYPE/);
  const replies = await redis.pipeline().set('p', 1).incr('p').get('p').exec();
  expect(replies).toEqual([
    [null, 'OK'],
    [null, 2],
    [null, '2'],
  ]);
  redis.disconnect();
});

test('ioredis: a transaction and a subscription have connections of their own', async () => {
  const redis = new Redis({ port: sidecar.port, host: '127.0.0.1' });
  const other = new Redis({ port: sidecar.port, host: '127.0.0.1' });
  expect(await redis.multi().set('t', 1).incr('t').exec()).toEqual([
    [null, 'OK'],
    [null, 2],
  ]);
  const heard = new Promise<string>((resolve) => redis.on('message', (_channel, text) => resolve(text)));
  await redis.subscribe('news');
  await other.publish('news', 'hello');
  expect(await heard).toBe('hello');
  redis.disconnect();
  other.disconnect();
});

test('redis 6 with RESP3', async () => {
  const redis = createClient({ RESP: 3, socket: { port: sidecar.port, host: '127.0.0.1' } });
  await redis.connect();
  await redis.set('k', 'v');
  expect(await redis.get('k')).toBe('v');
  await redis.hSet('m', { f: '1' });
  expect({ ...(await redis.hGetAll('m')) }).toEqual({ f: '1' });
  redis.destroy();
});

test('callers that share a connection each get their own replies', async () => {
  const callers = Array.from(
    { length: 8 },
    () => new Redis({ port: sidecar.port, host: '127.0.0.1', enableReadyCheck: false }),
  );
  const wrong: string[] = [];
  await Promise.all(
    callers.map(async (redis, c) => {
      for (let round = 0; round < 20; round++) {
        const texts = Array.from({ length: 50 }, (_, i) => `${c}-${round}-${i}`);
        const got = await Promise.all(texts.map((text) => redis.echo(text)));
        got.forEach((text, i) => text === texts[i] || wrong.push(`${texts[i]!} got ${text}`));
      }
    }),
  );
  expect(wrong).toEqual([]);
  callers.forEach((redis) => redis.disconnect());
});

test('redis-benchmark runs through the sidecar', () => {
  const out = execFileSync(
    'redis-benchmark',
    [
      '-h',
      '127.0.0.1',
      '-p',
      String(sidecar.port),
      '-n',
      '20000',
      '-c',
      '20',
      '-P',
      '8',
      '-q',
      '-t',
      'set,get,lpush',
    ],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect(out).toMatch(/GET: .*requests per second/);
  console.log(
    out
      .trim()
      .replace(/\r/g, '\n')
      .split('\n')
      .filter((l) => l.includes('per second'))
      .join('\n'),
  );
});
