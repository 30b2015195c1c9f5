import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startNode } from '../support/child.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';
import { SofaClient } from '../support/sofa-client.js';

const HELLO = 'com.demo.Hello';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function startServer(port: number): Promise<Child> {
  const child = startNode('test/demo/sofa-server.mjs', [String(port)]);
  await child.line(/ready/);
  return child;
}

/** The error a call ended with. */
async function errorOf(call: Promise<unknown>): Promise<Error> {
  const value = await call.catch((error: Error) => error);
  if (value instanceof Error) return value;
  throw new Error(`the call succeeded with ${JSON.stringify(value)}`);
}

describe('a SOFARPC client and a SOFARPC server with the sidecar between them', () => {
  let port: number;
  let server: Child;
  let sidecar: Sidecar;
  let client: SofaClient;

  beforeAll(async () => {
    port = await freePort();
    server = await startServer(port);
    sidecar = await startSidecar({
      upstreams: [port],
      match: `{ service: '${HELLO}:1.0' }`,
      cluster: ['reconnect: { base: 20ms, max: 100ms }', 'connect_timeout: 500ms'],
    });
    client = new SofaClient(sidecar.port);
  });

  afterAll(async () => {
    await client?.close();
    expect(await sidecar?.stop()).toBe(0);
    await server?.stop();
  });

  it('calls come back with their results', async () => {
    expect(await client.call(HELLO, 'plus', [1, 2])).toBe(3);
    const user = { $class: 'com.demo.User', $: { name: 'bob', age: 7, friends: ['ann', '名前'] } };
    expect(await client.call(HELLO, 'echo', [user])).toEqual(user.$);
    const text = 'x'.repeat(100_000);
    expect(await client.call(HELLO, 'echo', [text])).toBe(text);
  });

  it('500 calls at once each get their own result', async () => {
    const calls = Array.from({ length: 500 }, (_, n) => client.call(HELLO, 'plus', [n, 1000]));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 500 }, (_, n) => n + 1000));
  });

  it("the service's error reaches the caller", async () => {
    expect((await errorOf(client.call(HELLO, 'boom', []))).message).toContain('kaboom');
  });

  it('a heartbeat is acknowledged', async () => {
    const before = await sidecar.metric('downstream_heartbeats_total');
    await client.heartbeat();
    expect(await sidecar.metric('downstream_heartbeats_total')).toBe(before + 1);
  });

  it('a call without a route fails at once, with a bolt error', async () => {
    const from = performance.now();
    const error = await errorOf(client.call('com.demo.Nowhere', 'plus', [1, 2]));
    expect(error.name).not.toBe('RpcResponseTimeoutError');
    expect(performance.now() - from).toBeLessThan(1000);
  });

  it('a killed server is an error, a restarted one is found again', async () => {
    const underWay = errorOf(client.call(HELLO, 'sleep', [5000], 10_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.stop('SIGKILL');
    expect((await underWay).name).not.toBe('RpcResponseTimeoutError');
    expect((await errorOf(client.call(HELLO, 'plus', [1, 2]))).name).not.toBe('RpcResponseTimeoutError');

    server = await startServer(port);
    await expect
      .poll(() => client.call(HELLO, 'plus', [20, 22]).catch((error: Error) => error.message), {
        timeout: 5000,
      })
      .toBe(42);
  });
});
