import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startNode } from '../support/child.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

const HELLO = 'com.demo.Hello';
const require = createRequire(import.meta.url);

/** What is used of the peers, which have no types that say so. */
interface Consumer {
  ready(): Promise<void>;
  invoke(method: string, args: unknown[]): Promise<unknown>;
}
interface Client {
  connectionManager: { _connections: Map<string, Promise<{ heartbeat(): void }>> };
  createConsumer(options: object): Consumer;
  close(): Promise<void>;
}
interface Answer {
  err: Error | null;
  res: unknown;
}
type Service = Readonly<Record<string, (...args: unknown[]) => Promise<Answer>>>;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

const quiet = (): void => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: quiet };

describe('dubbo-remoting on both sides of the sidecar', () => {
  let server: Child;
  let sidecar: Sidecar;
  let client: Client;
  let hello: Consumer;
  const int = (n: number): object => ({ $class: 'int', $: n });

  beforeAll(async () => {
    const port = await freePort();
    server = startNode('test/e2e/peers/dubbo-remoting-server.mjs', [String(port)]);
    await server.line(/ready on/);
    sidecar = await startSidecar({
      protocol: 'dubbo',
      upstreams: [port],
      match: `{ service: '${HELLO}' }`,
    });
    const protocol = require('dubbo-remoting') as object;
    const { RpcClient } = (require('sofa-rpc-node') as { client: { RpcClient: new (o: object) => Client } })
      .client;
    client = new RpcClient({ logger, protocol, connectionOpts: { protocol, maxIdleTime: -1 } });
    hello = consumer(HELLO);
    await hello.ready();
  });

  function consumer(interfaceName: string): Consumer {
    const serverHost = `dubbo://127.0.0.1:${sidecar.port}?version=1.0.0`;
    return client.createConsumer({ interfaceName, version: '1.0.0', group: '', serverHost });
  }

  afterAll(async () => {
    await client?.close();
    expect(await sidecar?.stop()).toBe(0);
    await server?.stop();
  });

  it('calls come back with their results', async () => {
    expect(await hello.invoke('plus', [int(1), int(2)])).toBe(3);
    const user = { $class: 'com.demo.User', $: { name: 'bob', age: 7 } };
    expect(await hello.invoke('echo', [user])).toMatchObject({ name: 'bob', age: 7 });
  });

  it('300 calls at once each get their own result', async () => {
    const calls = Array.from({ length: 300 }, (_, n) => hello.invoke('plus', [int(n), int(1000)]));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1000));
  });

  it("the service's error reaches the caller", async () => {
    await expect(hello.invoke('boom', [])).rejects.toThrow(/kaboom/);
  });

  it("a service that no route takes is answered by the proxy, and the client shows the proxy's text", async () => {
    const other = consumer('com.demo.Nowhere');
    await other.ready();
    await expect(other.invoke('plus', [int(1), int(2)])).rejects.toThrow(/route/i);
    expect(await hello.invoke('plus', [int(4), int(5)])).toBe(9);
  });

  it('heartbeats are answered by the proxy', async () => {
    const before = await sidecar.metric('heartbeats_total');
    const [connection] = await Promise.all(client.connectionManager._connections.values());
    connection!.heartbeat();
    await expect.poll(() => sidecar.metric('heartbeats_total'), { timeout: 3000 }).toBeGreaterThan(before);
    expect(await hello.invoke('plus', [int(6), int(7)])).toBe(13);
  });
});

describe('dubbo2.js and apache-dubbo-consumer to apache-dubbo-service through the sidecar', () => {
  let server: Child;
  let sidecar: Sidecar;
  const { DirectlyDubbo, java } = require('dubbo2.js') as {
    DirectlyDubbo: { from(o: object): { proxyService(o: object): Service } };
    java: { String(v: string): object; int(v: number): object; combine(c: string, o: object): object };
  };
  const { DubboDirectlyInvoker } = require('apache-dubbo-consumer') as {
    DubboDirectlyInvoker: { from(o: object): { proxyService(o: object): Service } };
  };
  const methods = {
    sayHello: (name: string) => [java.String(name)],
    getUser: (id: number) => [java.combine('com.demo.Req', { id: java.int(id) })],
    boom: () => [],
  };

  beforeAll(async () => {
    server = startNode('test/e2e/peers/apache-dubbo-server.mjs');
    const [, port] = await server.line(/ready on (\d+)/);
    sidecar = await startSidecar({
      protocol: 'dubbo',
      upstreams: [Number(port)],
      match: `{ service: '${HELLO}' }`,
    });
  });

  afterAll(async () => {
    expect(await sidecar?.stop()).toBe(0);
    await server?.stop();
  });

  it('dubbo2.js: values, objects and errors', async () => {
    const dubbo = DirectlyDubbo.from({
      dubboAddress: `127.0.0.1:${sidecar.port}`,
      dubboVersion: '2.0.2',
      dubboInvokeTimeout: 5,
    });
    const hello = dubbo.proxyService({ dubboInterface: HELLO, version: '1.0.0', methods });
    expect((await hello['sayHello']!('peter')).res).toBe('hello peter');
    expect((await hello['getUser']!(7)).res).toMatchObject({ id: 7, name: 'bob' });
    expect((await hello['boom']!()).err?.message).toContain('kaboom');
  });

  it('apache-dubbo-consumer: a timeout attachment that is a number is no obstacle', async () => {
    const dubbo = DubboDirectlyInvoker.from({
      dubboHost: `127.0.0.1:${sidecar.port}`,
      dubboInvokeTimeout: 5000,
    });
    const hello = dubbo.proxyService({ dubboInterface: HELLO, version: '1.0.0', methods });
    expect((await hello['sayHello']!('zed')).res).toBe('hello zed');
  });
});
