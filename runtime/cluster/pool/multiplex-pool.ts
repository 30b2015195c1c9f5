import type { ClientConnection } from '../../stream/client-connection.js';
import { ConnectionPool } from './connection-pool.js';

/** With this many requests under way on each connection another one is opened, if allowed. */
const BUSY = 128;

/**
 * Connections shared by all requests, whose replies come in any order. A connection is opened when a request
 * needs one, a further one when all are busy, and the next one before the last of them has had its
 * max_requests_per_connection, so that no request waits for it.
 */
export class MultiplexPool extends ConnectionPool {
  /** The open connection with the fewest requests under way, or one that is connecting. */
  lease(): ClientConnection | null {
    let best: ClientConnection | null = null;
    let fit = false;
    for (let i = 0; i < this.connections.length; i++) {
      const connection = this.connections[i]!;
      if (!connection.usable) continue;
      if (!connection.wornOut) fit = true;
      if (best === null || isBetter(connection, best)) best = connection;
    }
    // For a moment that may be one more than max_connections.
    if (best !== null && !fit && this.failures === 0 && !this.closed) this.connect();
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
