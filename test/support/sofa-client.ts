import { createRequire } from 'node:module';

/** What is used of sofa-rpc-node, which has no types. */
interface Consumer {
  ready(): Promise<void>;
  invoke(method: string, args: unknown[]): Promise<unknown>;
}
interface RpcConnection {
  heartbeat(): void;
  _decoder: { once(event: 'heartbeat_ack', heard: () => void): void };
}
interface RpcClient {
  connectionManager: { _connections: Map<string, Promise<RpcConnection>> };
  createConsumer(options: { interfaceName: string; serverHost: string; responseTimeout: number }): Consumer;
  close(): Promise<void>;
}

const quiet = (): void => {};
const logger = { info: quiet, debug: quiet, warn: quiet, error: quiet };

/** A real SOFARPC client that calls one interface at one port of 127.0.0.1. */
export class SofaClient {
  private readonly client: RpcClient;

  constructor(private readonly port: number) {
    const { RpcClient } = (
      createRequire(import.meta.url)('sofa-rpc-node') as {
        client: { RpcClient: new (options: object) => RpcClient };
      }
    ).client;
    // maxIdleTime -1: heartbeat() sends one even if a call was made just now.
    this.client = new RpcClient({ logger, connectionOpts: { maxIdleTime: -1 } });
  }

  /** What the service answered; rejects with its error, or with the proxy's. */
  async call(interfaceName: string, method: string, args: unknown[], timeout = 3000): Promise<unknown> {
    const serverHost = `bolt://127.0.0.1:${this.port}`;
    const consumer = this.client.createConsumer({ interfaceName, serverHost, responseTimeout: timeout });
    await consumer.ready();
    return consumer.invoke(method, args);
  }

  /** Sends a heartbeat on the open connection; resolves once it is acknowledged. */
  async heartbeat(): Promise<void> {
    const [connection] = await Promise.all(this.client.connectionManager._connections.values());
    const acknowledged = new Promise<void>((resolve) => connection!._decoder.once('heartbeat_ack', resolve));
    connection!.heartbeat();
    await acknowledged;
  }

  async close(): Promise<void> {
    await this.client.close().catch(quiet);
  }
}
