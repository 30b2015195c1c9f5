import { spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expect, test } from 'vitest';
import type { Pair, PeerServer } from '../reliability/peers/pair.js';
import { sideBySide } from '../reliability/peers/side-by-side.js';
import { freePort } from '../support/free-port.js';
import { seedFromEnvironment } from '../support/random.js';

/** redis-server, with a client that echoes texts. The protocol has no goaway. */
function redisPair(name: string, connect: Pair['connect']): Pair {
  const match = "{ service: 'redis' }";
  return { name, protocol: 'redis', match, leaves: false, startServer: startRedis, connect };
}

async function startRedis(): Promise<PeerServer> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.once('close', () => resolve());
        server.kill();
      }),
  };
}

const ioredis = redisPair('ioredis', async (port) => {
  // What was cut is not sent again behind our back: it would be a second call.
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => {});
  await redis.connect();
  return {
    call: async (text) => (await redis.echo(text)) === text,
    close: () => Promise.resolve(redis.disconnect()),
  };
});

const nodeRedis = redisPair('redis', async (port) => {
  const redis = createClient({ socket: { port, host: '127.0.0.1' } });
  redis.on('error', () => {});
  await redis.connect();
  return {
    call: async (text) => (await redis.echo(text)) === text,
    close: () => Promise.resolve(redis.destroy()),
  };
});

test.each([ioredis, nodeRedis].map((pair) => [pair.name, pair] as const))(
  '%s and redis-server while the sidecar is reloaded, restarted and killed',
  async (_name, pair) => {
    const result = await sideBySide(pair, { reloads: 3, restarts: 1, kills: 1 }, seedFromEnvironment());
    console.log(result.notes.join('; '), result.verdict);
    expect(result.flaws).toEqual([]);
    expect(result.verdict.ok).toBeGreaterThan(0);
  },
  240_000,
);
