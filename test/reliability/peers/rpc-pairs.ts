import { createRequire } from 'node:module';
import { startNode } from '../../support/child.js';
import { freePort } from '../../support/free-port.js';
import type { Pair } from './pair.js';

const require = createRequire(import.meta.url);
const HELLO = 'com.demo.Hello';

/** What is used of the peers, which have no types that say so. */
interface Consumer {
  ready(): Promise<void>;
  invoke(method: string, args: unknown[]): Promise<unknown>;
}
interface RpcClient {
  createConsumer(options: object): Consumer;
  close(): Promise<void>;
}
type Service = Readonly<Record<string, (...args: unknown[]) => Promise<{ err: Error | null; res: unknown }>>>;

const quiet = (): void => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: quiet };
const CALL_TIMEOUT_MS = 10_000;

/** sofa-rpc-node on both sides, with its own bolt or with dubbo-remoting as its protocol. */
function rpcPair(protocol: 'bolt' | 'dubbo', server: string, match: string, options: object): Pair {
  return {
    name: protocol === 'bolt' ? 'sofa-rpc-node' : 'dubbo-remoting',
    protocol,
    match,
    leaves: false,
    async startServer() {
      const port = await freePort();
      const child = startNode(server, [String(port)]);
      await child.line(/ready/, 60_000);
      return { port, stop: () => child.stop() };
    },
    async connect(port) {
      const { RpcClient } = (
        require('sofa-rpc-node') as { client: { RpcClient: new (o: object) => RpcClient } }
      ).client;
      const remoting = protocol === 'dubbo' ? { protocol: require('dubbo-remoting') as object } : {};
      const client = new RpcClient({ logger, ...remoting, connectionOpts: remoting });
      const consumer = client.createConsumer({
        interfaceName: HELLO,
        serverHost: `${protocol}://127.0.0.1:${port}${protocol === 'dubbo' ? '?version=1.0.0' : ''}`,
        responseTimeout: CALL_TIMEOUT_MS,
        ...options,
      });
      await consumer.ready();
      return {
        call: async (text) => (await consumer.invoke('echo', [text])) === text,
        close: () => client.close().catch(quiet),
      };
    },
  };
}

export const sofaRpc = rpcPair('bolt', 'test/demo/sofa-server.mjs', `{ service: '${HELLO}:1.0' }`, {});
export const dubboRemoting = rpcPair(
  'dubbo',
  'test/e2e/peers/dubbo-remoting-server.mjs',
  `{ service: '${HELLO}' }`,
  { version: '1.0.0', group: '' },
);

/** dubbo2.js and apache-dubbo-service. */
export const dubbo2: Pair = {
  name: 'dubbo2.js',
  protocol: 'dubbo',
  match: `{ service: '${HELLO}' }`,
  leaves: false,
  async startServer() {
    const child = startNode('test/e2e/peers/apache-dubbo-server.mjs');
    const [, port] = await child.line(/ready on (\d+)/, 60_000);
    return { port: Number(port), stop: () => child.stop() };
  },
  async connect(port) {
    const { DirectlyDubbo, java } = require('dubbo2.js') as {
      DirectlyDubbo: { from(o: object): { proxyService(o: object): Service } };
      java: { String(v: string): object };
    };
    const service = DirectlyDubbo.from({
      dubboAddress: `127.0.0.1:${port}`,
      dubboVersion: '2.0.2',
      dubboInvokeTimeout: CALL_TIMEOUT_MS / 1000,
    }).proxyService({
      dubboInterface: HELLO,
      version: '1.0.0',
      methods: { sayHello: (name: string) => [java.String(name)] },
    });
    return {
      async call(text) {
        const { err, res } = await service['sayHello']!(text);
        if (err !== null && err !== undefined) throw err;
        return res === `hello ${text}`;
      },
    };
  },
};
