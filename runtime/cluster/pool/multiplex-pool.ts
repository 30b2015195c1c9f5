import type { XProtocol } from '@proto-frame/api';
import type { ReconnectConfig } from '../../config/snapshot.js';
import { Timer } from '../../network/timing-wheel.js';
import {
  ClientConnection,
  type ClientConnectionOptions,
  type ClientConnectionOwner,
} from '../../stream/client-connection.js';

export interface MultiplexPoolOptions extends ClientConnectionOptions {
  /** Connections to the host at a time. */
  readonly maxConnections: number;
  readonly reconnect: ReconnectConfig;
}

/** With this many requests under way on each connection another one is opened, if allowed. */
const BUSY = 128;

/**
 * The connections to one host for one protocol, shared by all requests. A connection is opened when a request
 * needs one, and a further one when all are busy. After a failed connect the host counts as unavailable until
 * an attempt in the background succeeded; the pauses between attempts grow, with jitter.
 */
export class MultiplexPool implements ClientConnectionOwner {
  /** Failed connects in a row. */
  failures = 0;

  /** Those that take requests. */
  private readonly connections: ClientConnection[] = [];
  /** Those that only finish what is under way. */
  private readonly retired = new Set<ClientConnection>();
  private readonly timer: Timer;
  private closed = false;

  constructor(private readonly options: MultiplexPoolOptions) {
    this.timer = new Timer(() => this.connect());
  }

  get protocol(): XProtocol {
    return this.options.protocol;
  }

  /** How many connections there are, those that are finishing included. */
  get size(): number {
    return this.connections.length + this.retired.size;
  }

  /** Whether a request may be sent here: not while the host can't be reached. */
  get available(): boolean {
    return !this.closed && (this.failures === 0 || this.connections.some((connection) => connection.open));
  }

  /**
   * The connection for one request: the open one with the fewest under way, or one that is connecting.
   * @returns null if the host can't be reached, or no connection has an id left
   */
  lease(): ClientConnection | null {
    let best: ClientConnection | null = null;
    for (let i = 0; i < this.connections.length; i++) {
      const connection = this.connections[i]!;
      if (!connection.usable) continue;
      if (best === null || isBetter(connection, best)) best = connection;
    }
    if (best !== null && (best.inFlight < BUSY || this.connections.length >= this.options.maxConnections)) {
      return best.open || this.failures === 0 ? best : null;
    }
    if (this.failures > 0 || this.closed || this.connections.length >= this.options.maxConnections)
      return best;
    const fresh = this.connect();
    return best ?? fresh;
  }

  /** Takes no more requests; the connections close when those under way have ended. */
  close(): void {
    this.closed = true;
    this.options.loop.disarm(this.timer);
    for (const connection of [...this.connections]) connection.retire();
  }

  /** Closes all connections at once. */
  destroy(): void {
    this.closed = true;
    this.options.loop.disarm(this.timer);
    for (const connection of [...this.connections, ...this.retired]) connection.destroy();
  }

  onOpen(): void {
    this.failures = 0;
    this.options.loop.disarm(this.timer);
  }

  onRetired(connection: ClientConnection): void {
    if (this.drop(connection)) this.retired.add(connection);
  }

  onClosed(connection: ClientConnection, opened: boolean): void {
    this.drop(connection);
    this.retired.delete(connection);
    if (opened || this.closed) return;
    this.failures++;
    const { base, max } = this.options.reconnect;
    const pause = Math.min(max, base * 2 ** Math.min(this.failures - 1, 20));
    this.options.loop.arm(this.timer, pause * (0.5 + 0.5 * Math.random()));
  }

  private connect(): ClientConnection {
    const connection = new ClientConnection(this.options, this);
    this.connections.push(connection);
    return connection;
  }

  private drop(connection: ClientConnection): boolean {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    return at >= 0;
  }
}

/** Open before connecting, one that reads before one that does not, then the fewer requests. */
function isBetter(a: ClientConnection, b: ClientConnection): boolean {
  if (a.open !== b.open) return a.open;
  if (a.connection.choked !== b.connection.choked) return b.connection.choked;
  return a.inFlight < b.inFlight;
}
