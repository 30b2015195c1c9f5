import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createSecuredServer, type TlsOptions, TLSSocket } from 'node:tls';
import { type BoltFrame, BoltReader, boltHeartbeat, boltResponse } from '../../support/bolt-frames.js';

/** A host that answers every request with its own name and the request's body. */
export interface TestHost {
  readonly port: number;
  /** Requests received, heartbeats not counted. */
  readonly requests: BoltFrame[];
  /** Bytes received. */
  bytes: number;
  /** Connections taken. */
  connections: number;
  /** TLS handshakes that ended well, in their order. */
  readonly handshakes: { servername: string | false; resumed: boolean; subject: string | undefined }[];
  /** Answers wait until it is false. */
  hold: boolean;
  release(): void;
  stop(): Promise<void>;
}

/**
 * @param tls what it is secured with; plain if left out
 * @param path of a unix socket, instead of a port
 * @param large the body of the answer to a request whose body is `large`
 */
export async function startHost(
  name: string,
  port = 0,
  { tls, path, large }: { tls?: TlsOptions; path?: string; large?: Buffer } = {},
): Promise<TestHost> {
  const sockets = new Set<Socket>();
  const requests: BoltFrame[] = [];
  const held: (() => void)[] = [];
  const onConnection = (socket: Socket): void => {
    sockets.add(socket);
    host.connections++;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (socket instanceof TLSSocket) {
      host.handshakes.push({
        servername: socket.servername ?? false,
        resumed: socket.isSessionReused(),
        subject: socket.getPeerX509Certificate()?.subject,
      });
    }
    const reader = new BoltReader();
    socket.on('data', (chunk) => {
      host.bytes += chunk.length;
      for (const frame of reader.push(chunk)) {
        if (frame.cmd === 0) {
          socket.write(boltHeartbeat(frame.id, true));
          continue;
        }
        requests.push(frame);
        const answer = (): void => {
          const echo = Buffer.concat([Buffer.from(`${name}:`), frame.body]);
          const asked = large !== undefined && frame.body.toString() === 'large';
          socket.write(boltResponse(frame.id, 0, asked ? large : echo));
        };
        if (host.hold) held.push(answer);
        else answer();
      }
    });
  };
  const server = tls === undefined ? createServer(onConnection) : createSecuredServer(tls, onConnection);
  const where = path === undefined ? { port, host: '127.0.0.1' } : { path };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const host: TestHost = {
    port: path === undefined ? (server.address() as AddressInfo).port : 0,
    requests,
    bytes: 0,
    connections: 0,
    handshakes: [],
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

  /** Its own end, as the server sees it. */
  get address(): string {
    return `${this.socket.localAddress}:${this.socket.localPort}`;
  }

  /** @param address `host:port`, or `unix:/path` */
  static async connect(address: string): Promise<TestCaller> {
    return TestCaller.over(connect(addressOf(address)), 'connect');
  }

  /** @param open the event with which `socket` is ready */
  static async over(socket: Socket, open: string): Promise<TestCaller> {
    const caller = new TestCaller(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once(open, resolve);
      socket.once('error', reject);
    });
    return caller;
  }

  send(frame: Buffer): void {
    this.socket.write(frame);
  }

  /** Reads no more until {@link resume}. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  get paused(): boolean {
    return this.socket.isPaused();
  }

  /** Ends its side; replies may still come. */
  finish(): void {
    this.socket.end();
  }

  /** The response with this id, once it is there; a goaway of the proxy's may have the same. */
  async reply(id: number, ms = 5_000): Promise<BoltFrame> {
    for (const end = Date.now() + ms; Date.now() < end;) {
      const frame = this.frames.find((one) => one.type === 0 && one.id === id);
      if (frame !== undefined) return frame;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`no reply to ${id} within ${ms} ms`);
  }

  end(): void {
    this.socket.destroy();
  }
}

/** What node:net connects to. */
export function addressOf(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) };
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}
