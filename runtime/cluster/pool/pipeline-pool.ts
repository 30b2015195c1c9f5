import type { ClientConnection } from '../../stream/client-connection.js';
import type { ServerConnection } from '../../stream/server-connection.js';
import { ConnectionPool } from './connection-pool.js';

/**
 * Connections shared by all requests, whose replies come in the order of the requests. All requests of a
 * caller take the same connection as long as it takes any, so that the host sees them in the caller's order;
 * callers are spread evenly.
 */
export class PipelinePool extends ConnectionPool {
  /** By place; a place whose connection takes no more requests gets another one. */
  private readonly places: (ClientConnection | null)[] = [];
  /** The place of each caller. */
  private readonly callers = new WeakMap<ServerConnection, number>();
  private next = 0;

  lease(caller: ServerConnection): ClientConnection | null {
    let place = this.callers.get(caller);
    if (place === undefined) {
      place = this.next;
      this.next = (place + 1) % this.options.maxConnections;
      this.callers.set(caller, place);
    }
    const known = this.places[place] ?? null;
    if (known !== null && known.usable && !known.closed) {
      return known.open || this.failures === 0 ? known : this.anyOpen();
    }
    if (this.closed) return null;
    if (this.failures > 0) return this.anyOpen();
    // One that is full still has its place; one that is finishing has given it up.
    if (known !== null && !known.retired && !known.closed) {
      this.countOverflow();
      return null;
    }
    const fresh = this.connect();
    this.places[place] = fresh;
    return fresh;
  }

  protected override recover(): void {
    const lost = this.places.findIndex((known) => known === null || known.closed || known.retired);
    this.places[Math.max(lost, 0)] = this.connect();
  }

  /** While the host refuses further connections those that are open do for all. */
  private anyOpen(): ClientConnection | null {
    return this.connections.find((connection) => connection.open && connection.usable) ?? null;
  }
}
