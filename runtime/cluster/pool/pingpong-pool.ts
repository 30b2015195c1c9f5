import type { ClientConnection } from '../../stream/client-connection.js';
import { ConnectionPool, type PoolWaiter } from './connection-pool.js';

/**
 * Connections that carry one request at a time. The one used last is used first, so that the others can go
 * idle. When all are busy and no more are allowed, requests wait. One whose request was given up is closed: its
 * late reply would answer the next.
 */
export class PingPongPool extends ConnectionPool {
  /** Connected and without a request, the one used last at the end. */
  private readonly idle: ClientConnection[] = [];
  private readonly waiters = new Set<PoolWaiter>();

  lease(): ClientConnection | null {
    const ready = this.takeIdle();
    if (ready !== null) return ready;
    if (this.closed || this.failures > 0) return null;
    if (this.size < this.options.maxConnections) return this.connect();
    this.countOverflow();
    return null;
  }

  override wait(waiter: PoolWaiter): boolean {
    if (!this.available) return false;
    const { stats, maxPending } = this.options;
    if (stats[0]!.pendingActive >= maxPending) {
      for (const s of stats) s.pendingOverflows++;
      return false;
    }
    this.waiters.add(waiter);
    for (const s of stats) {
      s.pendingActive++;
      s.pendingTotal++;
    }
    return true;
  }

  override leave(waiter: PoolWaiter): void {
    if (!this.waiters.delete(waiter)) return;
    for (const stats of this.options.stats) stats.pendingActive--;
  }

  override onOpen(connection: ClientConnection): void {
    super.onOpen(connection);
    // One that was opened in the background has no request yet.
    if (connection.inFlight === 0) this.onFree(connection);
  }

  override onReplied(connection: ClientConnection): void {
    if (connection.inFlight === 0 && !connection.idle) this.onFree(connection);
    else if (this.waiters.size > 0) this.serve();
  }

  override onCancelled(connection: ClientConnection): void {
    connection.giveUp();
  }

  override onRetired(connection: ClientConnection): void {
    this.forget(connection);
    super.onRetired(connection);
  }

  override onClosed(connection: ClientConnection, failed: boolean): void {
    this.forget(connection);
    super.onClosed(connection, failed);
    if (this.failures === 0) this.serve();
    else if (this.connections.length === 0) this.refuseAll();
  }

  /** Those that wait get connections all the same: they had been promised one. */
  override close(): void {
    super.close();
    if (this.failures === 0) this.serve();
    else this.refuseAll();
  }

  override destroy(): void {
    super.destroy();
    this.refuseAll();
  }

  /** It has no request: it gets the next one, or waits for it. */
  private onFree(connection: ClientConnection): void {
    if (!connection.usable || connection.closed || !connection.open) return;
    connection.idle = true;
    this.idle.push(connection);
    if (this.waiters.size > 0) this.serve();
    if (this.closed && connection.idle) connection.retire();
  }

  /** Gives connections to those that wait, as far as there are any. */
  private serve(): void {
    while (this.waiters.size > 0) {
      let connection = this.takeIdle();
      if (connection === null) {
        if (this.failures > 0 || this.size >= this.options.maxConnections) return;
        connection = this.connect();
      }
      const waiter = this.waiters.values().next().value!;
      this.leave(waiter);
      waiter.onLeased(connection);
    }
  }

  /** The idle connection used last; one that waits for the answer to a heartbeat is passed over. */
  private takeIdle(): ClientConnection | null {
    for (let i = this.idle.length - 1; i >= 0; i--) {
      const connection = this.idle[i]!;
      if (connection.probing) continue;
      this.idle.splice(i, 1);
      connection.idle = false;
      if (connection.usable && !connection.closed) return connection;
    }
    return null;
  }

  private forget(connection: ClientConnection): void {
    const at = this.idle.indexOf(connection);
    connection.idle = false;
    if (at >= 0) this.idle.splice(at, 1);
  }

  private refuseAll(): void {
    for (const waiter of [...this.waiters]) {
      this.leave(waiter);
      waiter.onLeaseFailed();
    }
  }
}
