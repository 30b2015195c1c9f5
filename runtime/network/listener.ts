import { chmodSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type SocketAddress, TCP_KEEPALIVE_MS } from './dialer.js';

export interface ListenerOptions {
  /** Port 0: any free one. The path of a unix socket has to be free, see clearUnixPath. */
  readonly address: SocketAddress;
  /** Who may connect to a unix socket, as permission bits. */
  readonly mode: number;
  /** Connections open at a time; more are closed at once. */
  readonly maxConnections: number;
  /** Takes a new connection and answers for its errors. */
  onConnection(socket: Socket): void;
  /** A connection was refused: over maxConnections. */
  onRefused(): void;
}

const BACKLOG = 4096;

/** A bound address that hands out connections. */
export class Listener {
  private readonly server: Server;

  constructor(private readonly options: ListenerOptions) {
    // Half-open connections are served: a caller may end its side after its last request.
    this.server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS },
      (socket) => options.onConnection(socket),
    );
    this.server.maxConnections = options.maxConnections;
    this.server.on('drop', () => options.onRefused());
  }

  /** Starts to listen and says where. @throws Error if the address can't be bound */
  async start(): Promise<SocketAddress> {
    const { address, mode } = this.options;
    const { host, port, path } = address;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      const where = path === undefined ? { host, port } : { path };
      this.server.listen({ ...where, backlog: BACKLOG }, () => {
        this.server.removeListener('error', reject);
        // Errors of accept (EMFILE) end with the attempt; the server goes on.
        this.server.on('error', () => this.options.onRefused());
        resolve();
      });
    });
    if (path !== undefined) {
      chmodSync(path, mode);
      return address;
    }
    const bound = this.server.address() as AddressInfo;
    return { host: bound.address, port: bound.port };
  }

  /** Changes who may connect to a unix socket. */
  setMode(mode: number): void {
    const { path } = this.options.address;
    if (path !== undefined) chmodSync(path, mode);
  }

  /** Accepts no more; open connections stay. */
  stop(): void {
    if (this.server.listening) this.server.close();
  }
}
