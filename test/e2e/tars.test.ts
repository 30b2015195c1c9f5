import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startNode } from '../support/child.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

const SERVANT = 'TARS.NodeTarsServer.NodeTarsObj';
const require = createRequire(import.meta.url);

/** What is used of @tars/rpc, whose own types say less. */
interface Outcome {
  readonly response: {
    readonly return?: number;
    readonly arguments?: { readonly sValue1: string; readonly sValue2: string };
    readonly error?: { readonly code: number; readonly message: string };
  };
}
interface Worker {
  _requestId: number;
  version: number;
  tars_invoke(name: string, buffer: object, property: object): PromiseLike<Outcome>;
  tup_invoke(name: string, attributes: object, property: object): PromiseLike<TupOutcome>;
}
interface TupOutcome {
  readonly response: { readonly iRet: number; readonly tup: { readString(name: string): string } };
}
interface Proxy {
  readonly _worker: Worker;
  setTimeout(ms: number): void;
  getUsrName(name: string, property?: object): PromiseLike<Outcome>;
  test(property?: object): PromiseLike<Outcome>;
}
interface Communicator {
  stringToProxy(handle: object, name: string): Proxy;
  destroy(): void;
}
const { Communicator } = require('@tars/rpc') as { Communicator: { New(): Communicator } };
const { NodeTarsProxy } = (
  require('@tars/rpc/examples/rpc-tars/demo.1/client.node.proxy/NodeTarsProxy.js') as {
    tars: { NodeTarsProxy: object };
  }
).tars;
const { TarsOutputStream, UniAttribute } = require('@tars/stream') as {
  TarsOutputStream: new () => { getBinBuffer(): object };
  UniAttribute: new () => { tupVersion: number; writeString(name: string, value: string): void };
};

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** What a call came to: its promise gives errors as it gives results. */
function settled<Of>(call: PromiseLike<Of>): Promise<Of> {
  return new Promise((resolve) => void call.then(resolve, resolve as (reason: unknown) => void));
}

describe('@tars/rpc on both sides of the sidecar', () => {
  let server: Child;
  let port: number;
  let sidecar: Sidecar;
  const clients: Communicator[] = [];

  beforeAll(async () => {
    port = await freePort();
    server = startNode('test/e2e/peers/tars-server.mjs', [String(port)]);
    await server.line(/ready on/);
    sidecar = await startSidecar({
      protocol: 'tars',
      upstreams: [port],
      match: `{ service: '${SERVANT}' }`,
    });
  });

  afterAll(async () => {
    for (const client of clients) client.destroy();
    expect(await sidecar?.stop()).toBe(0);
    await server?.stop();
  });

  function connect(servant = SERVANT, to = sidecar): Proxy {
    const communicator = Communicator.New();
    clients.push(communicator);
    const proxy = communicator.stringToProxy(
      NodeTarsProxy,
      `${servant}@tcp -h 127.0.0.1 -p ${to.port} -t 10000`,
    );
    proxy.setTimeout(20_000);
    return proxy;
  }

  async function hello(client: Proxy, name: string, property?: object): Promise<string | undefined> {
    return (await settled(client.getUsrName(name, property))).response.arguments?.sValue1;
  }

  it('calls come back with their results, and context goes both ways', async () => {
    const client = connect();
    const { response } = await settled(client.getUsrName('peter', { context: { from: 'größer' } }));
    expect([response.return, response.arguments?.sValue1, response.arguments?.sValue2]).toEqual([
      5,
      'hello peter',
      'größer',
    ]);
  });

  it("a host's own error reaches the caller", async () => {
    const { response } = await settled(connect().getUsrName('fail'));
    expect(response.error).toMatchObject({ code: -3, message: 'no such name' });
  });

  it('a call that takes too long is answered by the proxy, with the code of Tars for it', async () => {
    const hasty = await startSidecar({
      protocol: 'tars',
      upstreams: [port],
      match: `{ service: '${SERVANT}' }`,
      timeout: '300ms',
    });
    const client = connect(SERVANT, hasty);
    expect((await settled(client.test())).response.error?.code).toBe(-7);
    expect(await hasty.stop()).toBe(0);
  });

  it("a servant that no route takes is answered by the proxy, and the client has the proxy's text", async () => {
    const { response } = await settled(connect('TARS.Nowhere.Obj').getUsrName('peter'));
    expect(response.error?.code).toBe(-4);
    expect(response.error?.message).toMatch(/route/i);
  });

  it('tars_ping is answered by the proxy, whatever servant it names', async () => {
    const before = await sidecar.metric('heartbeats_total');
    const { _worker } = connect('TARS.Nowhere.Obj');
    const ping = _worker.tars_invoke('tars_ping', new TarsOutputStream().getBinBuffer(), {});
    expect((await settled(ping)).response.error).toBeUndefined();
    expect(await sidecar.metric('heartbeats_total')).toBeGreaterThan(before);
  });

  it('a client of TUP gets replies in the layout of a request, also those that the proxy makes', async () => {
    const call = async (servant: string): Promise<TupOutcome> => {
      const { _worker } = connect(servant);
      _worker.version = 3;
      const attributes = new UniAttribute();
      attributes.tupVersion = 3;
      attributes.writeString('sUsrName', 'peter');
      return settled(_worker.tup_invoke('getUsrName', attributes, {}));
    };
    expect((await call(SERVANT)).response.tup.readString('sValue1')).toBe('hello peter');
    expect(await call('TARS.Nowhere.Obj')).toMatchObject({ error: { code: -4 } });
  });

  it('one-way calls are passed on, and nobody waits for an answer', async () => {
    const client = connect();
    const told = settled(client.getUsrName('nobody waits', { packetType: 1 }));
    expect((await told).response.error?.message).toMatch(/one way/);
    expect(await hello(client, 'somebody')).toBe('hello somebody');
  });

  it('two clients with the same ids at once get what is theirs, 4000 calls in all', async () => {
    const both = [connect(), connect()];
    const names = both.flatMap((client, who) =>
      Array.from({ length: 2000 }, (_, n) => [client, n, `${who}/${n}/${'x'.repeat(n % 50)}`] as const),
    );
    const found = await Promise.all(
      names.map(([client, n, name]) => {
        // Ids of each width, at the same time on both.
        if (n === 700) client._worker._requestId = 0x7f00;
        if (n === 1400) client._worker._requestId = 0x7ffffc00;
        return hello(client, name);
      }),
    );
    expect(found).toEqual(names.map(([, , name]) => `hello ${name}`));
  });
});
