import { BoundConnection } from '../../stream/bound-connection.js';
import type { ClientConnection } from '../../stream/client-connection.js';
import type { ServerConnection } from '../../stream/server-connection.js';
import { ConnectionPool } from './connection-pool.js';

/** One connection for each caller, which is bound to it: frames go both ways as they are. */
export class BindingPool extends ConnectionPool {
  /** The host could not be reached a moment ago. */
  private pausing = false;

  override get available(): boolean {
    return !this.closed && !this.pausing;
  }

  lease(caller: ServerConnection): ClientConnection | null {
    if (!this.available) return null;
    if (this.size >= this.options.maxConnections) {
      this.countOverflow();
      return null;
    }
    const connection = new BoundConnection(this.options, this, caller);
    this.connections.push(connection);
    caller.bind(connection);
    return connection;
  }

  override onOpen(connection: ClientConnection): void {
    super.onOpen(connection);
    this.pausing = false;
  }

  override onClosed(connection: ClientConnection, failed: boolean): void {
    super.onClosed(connection, failed);
    this.pausing = this.failures > 0;
  }

  /** Connections belong to callers, so the next one shows whether the host is back. */
  protected override recover(): void {
    this.pausing = false;
  }
}
