import { DecodeError, FrameKind, type XProtocol } from '@proto-frame/api';
import { connect } from 'node:net';
import type { Connection, ConnectionLimits } from '../network/connection.js';
import { TCP_KEEPALIVE_MS } from '../network/listener.js';
import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import { FrameConnection, type FrameFault, type FrameOwner } from '../protocol/frame-connection.js';
import type { ClientStats, ProtocolCounters } from './connection-stats.js';
import { IdAllocator, NO_ID } from './id-allocator.js';
import { Keepalive, type KeepaliveOptions, type KeepaliveTarget } from './keepalive.js';
import { type ClientStream, ResetCause } from './stream.js';

/** What the connections to one host share. */
export interface ClientConnectionOptions {
  readonly loop: WorkerLoop;
  readonly protocol: XProtocol;
  readonly address: { readonly host: string; readonly port: number };
  /** In bytes; the protocol's own limit holds as well. */
  readonly maxFrame: number;
  readonly limits: ConnectionLimits;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** From the first byte of a reply to its last, in ms. */
  readonly frameDeadline: number;
  /** Without a request, in ms; 0: never. */
  readonly idleTimeout: number;
  /** Requests after which it takes no new ones; 0: no limit. */
  readonly maxRequests: number;
  readonly keepalive: KeepaliveOptions | null;
  /** The id of the first request, within the protocol's range. */
  readonly firstRequestId: number;
  /** All are counted in: the cluster's and the host's. */
  readonly stats: readonly ClientStats[];
  readonly protocolStats: ProtocolCounters;
  /** Something threw that is no DecodeError. */
  onError(error: unknown): void;
}

/** Who owns the connections to a host. */
export interface ClientConnectionOwner {
  onOpen(connection: ClientConnection): void;
  /** It takes no new requests any more. */
  onRetired(connection: ClientConnection): void;
  /** @param opened whether it ever was connected */
  onClosed(connection: ClientConnection, opened: boolean): void;
}

/**
 * A connection to a host that carries the requests of many callers. Requests can be sent while it is still
 * connecting: they wait in its queue.
 */
export class ClientConnection implements FrameOwner, KeepaliveTarget {
  /** Requests that wait for a reply. */
  inFlight = 0;
  /** Connected. */
  open = false;
  /** No new requests: goaway, too many ids spoiled, or it is closing. */
  retired = false;

  private readonly ids: IdAllocator<ClientStream>;
  private readonly frames: FrameConnection;
  private readonly keepalive: Keepalive | null;
  /** Connect, then idle. */
  private readonly timer: Timer;
  private lastRequest: number;
  private requests = 0;
  /** Whether nobody waited for anything when the bytes at hand arrived. */
  private idleAtChunk = true;
  private cause: ResetCause = ResetCause.connectFailed;

  constructor(
    private readonly options: ClientConnectionOptions,
    private readonly owner: ClientConnectionOwner,
  ) {
    const { loop, protocol, address, keepalive, stats } = options;
    this.ids = new IdAllocator(protocol.traits);
    this.ids.setNext(options.firstRequestId);
    this.keepalive = keepalive === null ? null : new Keepalive(loop, this, keepalive);
    this.lastRequest = loop.now;
    this.timer = new Timer(() => this.onTimer());
    loop.arm(this.timer, options.connectTimeout);
    for (const s of stats) s.connectionsTotal++;
    // Half-open, so that the end of the host's side is ours to handle.
    const socket = connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      allowHalfOpen: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEPALIVE_MS,
    });
    this.frames = new FrameConnection(socket, loop, this, options.limits, stats, options.frameDeadline);
    this.frames.start(protocol, options.maxFrame, options.protocolStats, null);
    socket.once('connect', () => this.onConnect());
  }

  get closed(): boolean {
    return this.frames.connection.closed;
  }

  /** For {@link Connection.throttle}. */
  get connection(): Connection {
    return this.frames.connection;
  }

  /** Whether a request can be sent now. */
  get usable(): boolean {
    return !this.retired && !this.ids.exhausted;
  }

  /** How many ids wait for late replies. */
  get quarantined(): number {
    return this.ids.quarantined;
  }

  /**
   * Sends the request bytes[at, end) under an id of our own, written into it in place.
   * @returns the id; {@link NO_ID} if none is left; {@link NO_PLACE} if the frame can't take one
   */
  send(bytes: Uint8Array, at: number, end: number, stream: ClientStream): number {
    const id = this.ids.allocate(stream);
    if (id === NO_ID) return NO_ID;
    let written = false;
    try {
      written = this.options.protocol.setId(bytes, at, end, id);
    } finally {
      // Whatever happened: nobody may be found under an id that is not on the wire.
      if (!written) this.ids.take(id);
    }
    if (!written) return NO_PLACE;
    this.inFlight++;
    this.frames.write(bytes, at, end);
    this.countRequest();
    return id;
  }

  /** As {@link send}, for a frame that is never answered: its id is free again at once. */
  sendOneway(bytes: Uint8Array, at: number, end: number): number {
    const id = this.ids.allocate(NOBODY);
    if (id === NO_ID) return NO_ID;
    this.ids.take(id);
    if (!this.options.protocol.setId(bytes, at, end, id)) return NO_PLACE;
    this.frames.write(bytes, at, end);
    this.countRequest();
    return id;
  }

  /** Nobody waits for the reply to `id` any more: a timeout, or the caller has gone. */
  cancel(id: number): void {
    this.ids.quarantine(id);
    this.inFlight--;
    if (this.ids.spoiled) this.retire();
    this.closeIfDone();
  }

  /** Takes no new requests; closes when those under way have ended. */
  retire(): void {
    if (!this.retired) {
      this.retired = true;
      this.owner.onRetired(this);
    }
    this.closeIfDone();
  }

  /** Closes at once; requests under way end with a reset. */
  destroy(): void {
    this.retired = true;
    this.frames.destroy();
  }

  sendHeartbeat(stream: ClientStream): number {
    const id = this.ids.allocate(stream);
    if (id === NO_ID) return NO_ID;
    let frame: Uint8Array | null = null;
    try {
      frame = this.options.protocol.heartbeat(id);
    } catch (error) {
      this.options.onError(error);
    }
    if (frame === null) {
      this.ids.take(id);
      return NO_ID;
    }
    for (const stats of this.options.stats) stats.heartbeatsSent++;
    this.options.protocolStats.heartbeats++;
    this.frames.write(frame, 0, frame.length);
    return id;
  }

  onHeartbeatFailed(id: number): void {
    this.ids.quarantine(id);
    for (const stats of this.options.stats) stats.heartbeatFailures++;
  }

  onDead(): void {
    this.destroy();
  }

  onBytes(): void {
    this.idleAtChunk = this.ids.inFlight + this.ids.quarantined === 0;
  }

  onFirstBytes(): void {
    // Never called: the protocol is known from the start.
  }

  onFrame(bytes: Uint8Array, at: number, end: number): void {
    try {
      this.dispatch(this.options.protocol, bytes, at, end);
    } catch (error) {
      if (error instanceof DecodeError) this.fail(error.code);
      else {
        this.options.onError(error);
        this.fail('internal');
      }
    }
  }

  onFault(code: FrameFault, error: unknown): void {
    if (error !== null) this.options.onError(error);
    this.fail(code);
  }

  onFrameTimeout(): void {
    this.fail('frame_timeout');
  }

  /** The host sends no more, so nothing under way will be answered. */
  onEnd(): void {
    this.destroy();
  }

  onStalled(): void {
    this.destroy();
  }

  onClose(): void {
    const { loop, stats } = this.options;
    loop.disarm(this.timer);
    this.keepalive?.stop();
    this.retired = true;
    const { cause, open } = this;
    this.open = false;
    for (const s of stats) {
      if (open) s.connectionsActive--;
      else s.connectFailures++;
    }
    this.inFlight = 0;
    this.owner.onClosed(this, open);
    for (const stream of this.ids.clear()) {
      try {
        stream.onReset(cause);
      } catch (error) {
        this.options.onError(error); // The others have to hear of it all the same.
      }
    }
  }

  private onConnect(): void {
    const { loop, stats, idleTimeout } = this.options;
    this.open = true;
    this.cause = ResetCause.closed;
    for (const s of stats) s.connectionsActive++;
    loop.disarm(this.timer);
    this.lastRequest = loop.now;
    if (idleTimeout > 0) loop.arm(this.timer, idleTimeout);
    this.keepalive?.start();
    this.owner.onOpen(this);
  }

  private dispatch(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    protocol.check(bytes, at, end);
    const kind = protocol.kindOf(bytes, at, end);
    if (kind === FrameKind.response) this.onResponse(protocol, bytes, at, end);
    else if (protocol.isGoaway(bytes, at, end)) {
      for (const stats of this.options.stats) stats.goawaysReceived++;
      this.options.protocolStats.goaways++;
      this.retire();
    } else if (protocol.isHeartbeat(bytes, at, end)) {
      const ack = protocol.heartbeatAck(bytes, at, end);
      if (ack !== null) this.frames.write(ack, 0, ack.length);
    } else {
      for (const stats of this.options.stats) stats.pushesDropped++;
    }
  }

  private onResponse(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    const id = protocol.idOf(bytes, at, end);
    const stream = this.ids.take(id);
    if (stream === null) {
      this.onStray(id);
      return;
    }
    if (stream === this.keepalive) {
      stream.onReply(bytes, at, end);
      return;
    }
    this.inFlight--;
    stream.onReply(bytes, at, end);
    if (this.retired) this.closeIfDone();
  }

  /** A reply that nobody waits for never reaches anybody. */
  private onStray(id: number | bigint): void {
    const stray = this.ids.absorb(id);
    const unknown = stray === 'unknown' || (stray === 'duplicate' && this.idleAtChunk);
    for (const stats of this.options.stats) {
      if (unknown) stats.unknownReplies++;
      else stats.lateReplies++;
    }
    if (unknown) this.destroy();
  }

  private fail(code: string): void {
    this.options.protocolStats.countDecodeError(code);
    this.cause = ResetCause.codecError;
    this.destroy();
  }

  private countRequest(): void {
    this.lastRequest = this.options.loop.now;
    this.requests++;
    if (this.requests === this.options.maxRequests) this.retire();
  }

  private closeIfDone(): void {
    if (this.retired && this.inFlight === 0 && !this.closed) this.frames.close();
  }

  private onTimer(): void {
    const { loop, stats, idleTimeout } = this.options;
    if (!this.open) {
      for (const s of stats) s.connectTimeouts++;
      this.destroy();
      return;
    }
    const left = this.inFlight > 0 ? idleTimeout : idleTimeout - (loop.now - this.lastRequest);
    if (left > 0) loop.arm(this.timer, left);
    else this.retire();
  }
}

/** What send gives when the frame can't carry an id of ours. */
export const NO_PLACE = -2;

/** Who waits for the answer to a oneway frame. */
const NOBODY: ClientStream = { onReply() {}, onReset() {} };
