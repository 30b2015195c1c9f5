import { EncodeError, type XProtocol } from '@proto-frame/api';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { ClientConnection } from '../stream/client-connection.js';
import { Deadline } from '../stream/deadline.js';
import { NO_ID } from '../stream/id-allocator.js';
import type { ServerConnection } from '../stream/server-connection.js';
import type { ClientStream } from '../stream/stream.js';
import type { ProxyContext } from './proxy-context.js';

/**
 * A copy of a request on its way to another cluster. Nothing that becomes of it reaches the caller: where there
 * is no room for it it is dropped, and so is its reply.
 */
export class MirroredRequest implements ClientStream {
  /** Nobody reads its reply. */
  readonly facts = null;
  private host: Host | null = null;
  private upstream: ClientConnection | null = null;
  private id = 0;
  private readonly deadline: Deadline;

  constructor(
    private readonly context: ProxyContext,
    private readonly cluster: Cluster,
    private readonly protocol: XProtocol,
    private readonly caller: ServerConnection,
  ) {
    this.deadline = new Deadline(context.options.loop, () => this.onTimeout());
  }

  /**
   * @param bytes the copy, which is its own
   * @param timeout for the reply, in ms
   */
  send(bytes: Uint8Array, oneway: boolean, hash: number, timeout: number): void {
    try {
      const connection = this.connect(hash);
      if (connection === null || !this.write(connection, bytes, oneway)) {
        this.cluster.stats.mirrorsDropped++;
        return;
      }
      this.cluster.stats.mirrors++;
      if (!oneway) this.deadline.arm(timeout);
    } catch (error) {
      this.cluster.stats.mirrorsDropped++;
      if (!(error instanceof EncodeError)) this.context.options.onError(error);
    }
  }

  onReply(_bytes: Uint8Array, _at: number, _end: number, more: boolean): void {
    if (!more) this.end();
  }

  onReset(): void {
    this.end();
  }

  onForwarded(): void {
    this.end();
  }

  /** Null if there is no connection that takes it at once. */
  private connect(hash: number): ClientConnection | null {
    const { cluster, protocol, caller } = this;
    // A connection of the caller's own would bring it the replies.
    if (cluster.full || caller.exclusive || cluster.binds(protocol)) return null;
    this.host = cluster.choose(this.context.choice.set(protocol, hash, null));
    const connection = this.host === null ? null : this.host.lease(protocol, caller);
    if (connection === null) return null;
    // Copies don't pile up for a host that does not keep up.
    return connection.connection.choked && connection.inFlight > 0 ? null : connection;
  }

  private write(connection: ClientConnection, bytes: Uint8Array, oneway: boolean): boolean {
    const { cluster } = this;
    const host = this.host!;
    if (oneway) return connection.sendOneway(bytes, 0, bytes.length) !== NO_ID;
    this.id = connection.send(bytes, 0, bytes.length, this);
    if (this.id === NO_ID) return false;
    this.upstream = connection;
    cluster.active++;
    host.active++;
    for (const stats of [cluster.stats, host.stats]) {
      stats.requests++;
      stats.requestsActive++;
    }
    return true;
  }

  private onTimeout(): void {
    const upstream = this.upstream!;
    this.end();
    upstream.cancel(this.id);
  }

  private end(): void {
    const { cluster } = this;
    const host = this.host!;
    this.deadline.disarm();
    this.upstream = null;
    cluster.active--;
    host.active--;
    cluster.stats.requestsActive--;
    host.stats.requestsActive--;
  }
}
