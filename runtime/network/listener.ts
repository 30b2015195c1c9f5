import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Connections open at a time; more are closed at once. */
  readonly maxConnections: number;
  /** Takes a new connection and answers for its errors. */
  onConnection(socket: Socket): void;
  /** A connection was refused: over maxConnections. */
  onRefused(): void;
}

const BACKLOG = 4096;

/** After how long a silence the kernel asks whether the peer is still there, in ms. */
export const TCP_KEEPALIVE_MS = 60_000;

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
  async start(): Promise<{ host: string; port: number }> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port, backlog: BACKLOG }, () => {
        this.server.removeListener('error', reject);
        // Errors of accept (EMFILE) end with the attempt; the server goes on.
        this.server.on('error', () => this.options.onRefused());
        resolve();
      });
    });
    const bound = this.server.address() as AddressInfo;
    return { host: bound.address, port: bound.port };
  }

  /** Accepts no more; open connections stay. */
  stop(): void {
    if (this.server.listening) this.server.close();
  }
}
