import type { XProtocol } from '@proto-frame/api';
import type { ReconnectConfig } from '../../config/snapshot.js';
import { Timer } from '../../network/timing-wheel.js';
import type {
  ClientConnection,
  ClientConnectionOptions,
  ClientConnectionOwner,
} from '../../stream/client-connection.js';
import type { ClientStats } from '../../stream/connection-stats.js';
import { IdConnection } from '../../stream/id-connection.js';
import { OrderConnection } from '../../stream/order-connection.js';
import type { ServerConnection } from '../../stream/server-connection.js';

/** Counters of the called side, as far as pools fill them. */
export interface PoolStats extends ClientStats {
  /** Requests that found every connection busy and no further one allowed. */
  connectionOverflows: number;
  /** Requests that wait, or waited, for a connection. */
  pendingActive: number;
  pendingTotal: number;
  /** Requests refused because too many waited. */
  pendingOverflows: number;
}

export interface PoolOptions extends ClientConnectionOptions {
  /** Connections to the host at a time. */
  readonly maxConnections: number;
  /** Requests that wait for a connection, in the whole cluster. */
  readonly maxPending: number;
  readonly reconnect: ReconnectConfig;
  /** The cluster's first, then the host's. */
  readonly stats: readonly PoolStats[];
}

/** A request that waits for a connection. One of the two is called, once, unless it leaves before. */
export interface PoolWaiter {
  onLeased(connection: ClientConnection): void;
  /** The host can't be reached. */
  onLeaseFailed(): void;
}

/**
 * The connections to one host for one protocol. After a failed connect the host counts as unavailable until
 * an attempt in the background succeeded; the pauses between attempts grow, with jitter.
 */
export abstract class ConnectionPool implements ClientConnectionOwner {
  /** Failed connects in a row. */
  failures = 0;

  /** Those that take requests. */
  protected readonly connections: ClientConnection[] = [];
  protected closed = false;
  /** Those that only finish what is under way. */
  private readonly retired = new Set<ClientConnection>();
  private readonly timer: Timer;

  constructor(protected readonly options: PoolOptions) {
    this.timer = new Timer(() => this.recover());
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
   * A connection for one request of `caller`; it may still be connecting.
   * @returns null if the host can't be reached or the limits allow no more
   */
  abstract lease(caller: ServerConnection): ClientConnection | null;

  /** Lets a request wait for a connection; false if requests do not wait here, or too many do. */
  wait(_waiter: PoolWaiter): boolean {
    return false;
  }

  /** The request waits no more. */
  leave(_waiter: PoolWaiter): void {
    // Nobody waits unless wait() allows it.
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

  onOpen(_connection: ClientConnection): void {
    this.failures = 0;
    this.options.loop.disarm(this.timer);
  }

  onRetired(connection: ClientConnection): void {
    if (this.drop(connection)) this.retired.add(connection);
  }

  onReplied(_connection: ClientConnection): void {
    // Where connections are shared, nobody waits for one.
  }

  onCancelled(_connection: ClientConnection): void {
    // Where connections are shared, the others go on.
  }

  onClosed(connection: ClientConnection, failed: boolean): void {
    this.drop(connection);
    this.retired.delete(connection);
    if (!failed || this.closed) return;
    this.failures++;
    const { base, max } = this.options.reconnect;
    const pause = Math.min(max, base * 2 ** Math.min(this.failures - 1, 20));
    this.options.loop.arm(this.timer, pause * (0.5 + 0.5 * Math.random()));
  }

  /** Opens one more connection. */
  protected connect(): ClientConnection {
    const { traits } = this.options.protocol;
    const connection =
      traits.correlation === 'id'
        ? new IdConnection(this.options, this)
        : new OrderConnection(this.options, this);
    this.connections.push(connection);
    return connection;
  }

  /** The pause after a failed connect is over. */
  protected recover(): void {
    this.connect();
  }

  protected countOverflow(): void {
    for (const stats of this.options.stats) stats.connectionOverflows++;
  }

  private drop(connection: ClientConnection): boolean {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    return at >= 0;
  }
}
