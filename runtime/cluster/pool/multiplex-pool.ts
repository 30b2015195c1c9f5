import type { ClientConnection } from '../../stream/client-connection.js';
import { ConnectionPool } from './connection-pool.js';

/** With this many requests under way on each connection another one is opened, if allowed. */
const BUSY = 128;

/**
 * Connections shared by all requests, whose replies come in any order. A connection is opened when a request
 * needs one, and a further one when all are busy.
 */
export class MultiplexPool extends ConnectionPool {
  /** The open connection with the fewest requests under way, or one that is connecting. */
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
    if (this.failures > 0 || this.closed || this.connections.length >= this.options.maxConnections) {
      if (best === null && this.failures === 0) this.countOverflow();
      return best;
    }
    const fresh = this.connect();
    return best ?? fresh;
  }
}

/** Open before connecting, one that reads before one that does not, then the fewer requests. */
function isBetter(a: ClientConnection, b: ClientConnection): boolean {
  if (a.open !== b.open) return a.open;
  if (a.connection.choked !== b.connection.choked) return b.connection.choked;
  return a.inFlight < b.inFlight;
}
