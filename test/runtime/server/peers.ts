import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type BoltFrame, BoltReader, boltHeartbeat, boltResponse } from '../../support/bolt-frames.js';

/** A host that answers every request with its own name and the request's body. */
export interface TestHost {
  readonly port: number;
  /** Requests received, heartbeats not counted. */
  readonly requests: BoltFrame[];
  /** Answers wait until it is false. */
  hold: boolean;
  release(): void;
  stop(): Promise<void>;
}

export async function startHost(name: string, port = 0): Promise<TestHost> {
  const sockets = new Set<Socket>();
  const requests: BoltFrame[] = [];
  const held: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const reader = new BoltReader();
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        if (frame.cmd === 0) {
          socket.write(boltHeartbeat(frame.id, true));
          continue;
        }
        requests.push(frame);
        const answer = (): void => {
          socket.write(boltResponse(frame.id, 0, Buffer.concat([Buffer.from(`${name}:`), frame.body])));
        };
        if (host.hold) held.push(answer);
        else answer();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const host: TestHost = {
    port: (server.address() as AddressInfo).port,
    requests,
    hold: false,
    release() {
      host.hold = false;
      for (const answer of held.splice(0)) answer();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return host;
}

/** A caller that remembers all it received. */
export class TestCaller {
  readonly frames: BoltFrame[] = [];
  closed = false;
  private readonly reader = new BoltReader();

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.frames.push(...this.reader.push(chunk)));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => {});
  }

  static async connect(address: string): Promise<TestCaller> {
    const at = address.lastIndexOf(':');
    const socket = connect(Number(address.slice(at + 1)), address.slice(0, at));
    const caller = new TestCaller(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return caller;
  }

  send(frame: Buffer): void {
    this.socket.write(frame);
  }

  /** The frame with this id, once it is there. */
  async reply(id: number, ms = 5_000): Promise<BoltFrame> {
    for (const end = Date.now() + ms; Date.now() < end;) {
      const frame = this.frames.find((one) => one.id === id);
      if (frame !== undefined) return frame;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`no reply to ${id} within ${ms} ms`);
  }

  end(): void {
    this.socket.destroy();
  }
}
