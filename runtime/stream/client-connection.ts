import { DecodeError, FrameKind, type XProtocol } from '@proto-frame/api';
import type { Connection, ConnectionLimits } from '../network/connection.js';
import { type Dialer, openEvent, type SocketAddress } from '../network/dialer.js';
import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import { FrameConnection, type FrameFault, type FrameOwner } from '../protocol/frame-connection.js';
import type { ClientStats, ProtocolCounters } from './connection-stats.js';
import { NO_ID } from './id-allocator.js';
import { Keepalive, type KeepaliveOptions, type KeepaliveTarget } from './keepalive.js';
import { type ClientStream, ResetCause } from './stream.js';

/** What the connections to one host share. */
export interface ClientConnectionOptions {
  readonly loop: WorkerLoop;
  readonly protocol: XProtocol;
  readonly address: SocketAddress;
  /** Opens connections as the cluster asks for. */
  readonly dialer: Dialer;
  /** In bytes; the protocol's own limit holds as well. */
  readonly maxFrame: number;
  readonly limits: ConnectionLimits;
  /** Milliseconds, until requests can be sent. */
  readonly connectTimeout: number;
  /** From the first byte of a reply to its last, in ms. */
  readonly frameDeadline: number;
  /** Without a request, in ms; 0: never. */
  readonly idleTimeout: number;
  /** Requests after which it takes no new ones; 0: no limit. */
  readonly maxRequests: number;
  readonly keepalive: KeepaliveOptions | null;
  /** Whether the pool gives it one request at a time. */
  readonly oneAtATime: boolean;
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
  /** There is one request less under way, or one could not be sent, or a heartbeat was answered. */
  onReplied(connection: ClientConnection): void;
  /** The reply to a request that was sent is not wanted any more; it may still come. */
  onCancelled(connection: ClientConnection): void;
  /** @param failed whether it could not be connected */
  onClosed(connection: ClientConnection, failed: boolean): void;
}

/** So many requests before its limit, at most, a connection is worn out. */
const LAST_REQUESTS = 128;

/**
 * A connection to a host: connecting, idling, keepalive, goaway and faults. How a reply finds its request is
 * up to the classes derived from it. Requests can be sent while it is still connecting: they wait in its
 * queue.
 */
export abstract class ClientConnection implements FrameOwner, KeepaliveTarget {
  /** Requests that wait for a reply. */
  inFlight = 0;
  /** Connected. */
  open = false;
  /** No new requests: goaway, too many ids spoiled, or it is closing. */
  retired = false;
  /** A heartbeat waits for its answer. */
  probing = false;
  /** For the pool: whether it lies among those without a request. */
  idle = false;

  protected readonly frames: FrameConnection;
  protected readonly keepalive: Keepalive | null;
  /** Reads what the host sends. */
  protected readonly replies: XProtocol;
  /** Whether a reply can be checked only by the facts of the request that waits for it. */
  protected readonly asksRequests: boolean;
  /** Whether nobody waited for anything when the bytes at hand arrived. */
  protected idleAtChunk = true;
  /** Bytes came since {@link progressed} was asked, or a heartbeat was sent. */
  private heard = false;
  /** Connect, then idle. */
  private readonly timer: Timer;
  private lastRequest: number;
  private requests = 0;
  private givenUp = false;
  private cause: ResetCause = ResetCause.connectFailed;

  constructor(
    protected readonly options: ClientConnectionOptions,
    protected readonly owner: ClientConnectionOwner,
  ) {
    const { loop, protocol, address, keepalive, stats } = options;
    this.replies = protocol.replies;
    this.asksRequests = protocol.factsOf !== null;
    this.keepalive = keepalive === null ? null : new Keepalive(loop, this, keepalive);
    this.lastRequest = loop.now;
    this.timer = new Timer(() => this.onTimer());
    loop.arm(this.timer, options.connectTimeout);
    for (const s of stats) s.connectionsTotal++;
    const socket = options.dialer.connect(address);
    this.frames = new FrameConnection(socket, loop, this, options.limits, stats, options.frameDeadline);
    this.frames.start(this.replies, options.maxFrame, options.protocolStats, null);
    socket.once(openEvent(socket), () => this.onConnect());
  }

  get closed(): boolean {
    return this.frames.connection.closed;
  }

  /** `address:port` of the host, or the path of its unix socket. */
  get peer(): string {
    const { host, port, path } = this.options.address;
    return path ?? `${host}:${port}`;
  }

  /** For {@link Connection.throttle}. */
  get connection(): Connection {
    return this.frames.connection;
  }

  /** Whether a request can be sent now. */
  abstract get usable(): boolean;

  /** Whether it will take few more requests before its limit: time to open the next one. */
  get wornOut(): boolean {
    const { maxRequests } = this.options;
    return maxRequests > 0 && maxRequests - this.requests <= Math.min(LAST_REQUESTS, maxRequests / 10);
  }

  /** How many replies are still to come that nobody wants. */
  abstract get quarantined(): number;

  /** How many replies are still to come, those to heartbeats and those that nobody wants included. */
  protected abstract get awaited(): number;

  /**
   * Sends the request bytes[at, end); an id of our own may be written into it in place.
   * @returns what {@link cancel} takes; {@link NO_ID} if no further request can wait for a reply
   * @throws EncodeError if the frame can't take an id of ours; nothing was sent
   */
  abstract send(bytes: Uint8Array, at: number, end: number, stream: ClientStream): number;

  /** As {@link send}, for a frame that is never answered. */
  abstract sendOneway(bytes: Uint8Array, at: number, end: number): number;

  /** Nobody waits for the reply to what {@link send} gave `id` for: a timeout, or the caller has gone. */
  abstract cancel(id: number): void;

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

  /** As {@link destroy}, when nobody wants what was sent; if it is still connecting that is no failure. */
  giveUp(): void {
    this.givenUp = true;
    this.destroy();
  }

  sendHeartbeat(stream: ClientStream): number {
    // Where requests have a connection to themselves, the one under way shows soon enough what is wrong.
    if (this.options.oneAtATime && this.inFlight > 0) return NO_ID;
    this.heard = false;
    const id = this.writeHeartbeat(stream);
    this.probing = id >= 0;
    return id;
  }

  progressed(): boolean {
    const { heard } = this;
    this.heard = false;
    // The answer may lie behind much else, in the host's queue or, while we do not read, in the kernel's.
    return heard || this.connection.holds > 0;
  }

  onHeartbeatFailed(id: number): void {
    this.probing = false;
    this.forgetHeartbeat(id);
    for (const stats of this.options.stats) stats.heartbeatFailures++;
  }

  onDead(): void {
    this.destroy();
  }

  onBytes(): void {
    this.idleAtChunk = this.awaited === 0;
    this.heard = true;
  }

  onFirstBytes(): void {
    // Never called: the protocol is known from the start.
  }

  onFrame(bytes: Uint8Array, at: number, end: number): void {
    try {
      this.dispatch(this.replies, bytes, at, end);
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
    const failed = !open && !this.givenUp;
    this.open = false;
    for (const s of stats) {
      if (open) s.connectionsActive--;
      if (failed) s.connectFailures++;
    }
    this.inFlight = 0;
    this.owner.onClosed(this, failed);
    for (const stream of this.clear()) {
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
    this.opened();
  }

  /** It has just been connected. */
  protected opened(): void {
    // Only some have to know.
  }

  /** Sends a heartbeat whose answer goes to `stream`; what {@link forgetHeartbeat} takes, or -1. */
  protected abstract writeHeartbeat(stream: ClientStream): number;
  /** Nobody waits for the answer to that heartbeat any more. */
  protected abstract forgetHeartbeat(id: number): void;
  /** A response was read. */
  protected abstract onResponse(bytes: Uint8Array, at: number, end: number): void;
  /** Forgets who waits, and gives them back. */
  protected abstract clear(): ClientStream[];

  /** A frame from the host, once it is checked. */
  protected dispatch(replies: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    if (!this.asksRequests) replies.check(bytes, at, end);
    const kind = replies.kindOf(bytes, at, end);
    if (kind === FrameKind.response) this.onResponse(bytes, at, end);
    else if (replies.isGoaway(bytes, at, end)) {
      this.countGoaway();
      this.retire();
    } else if (replies.isHeartbeat(bytes, at, end)) {
      const ack = this.options.protocol.heartbeatAck(bytes, at, end);
      if (ack !== null) this.frames.write(ack, 0, ack.length);
    } else {
      for (const stats of this.options.stats) stats.pushesDropped++;
    }
  }

  /** Checks a reply by what its request says, if anybody waits for it. @throws DecodeError */
  protected checkBy(stream: ClientStream | null, bytes: Uint8Array, at: number, end: number): void {
    if (stream !== null && stream.facts !== null) this.replies.check(bytes, at, end, stream.facts);
  }

  /** Writes a heartbeat of ours; false if the protocol has none. */
  protected writeOwn(id: number): boolean {
    const { protocol } = this.options;
    let frame: Uint8Array | null = null;
    try {
      frame = protocol.heartbeat(id);
      if (frame !== null && this.asksRequests)
        this.keepalive!.facts = protocol.factsOf!(frame, 0, frame.length);
    } catch (error) {
      this.options.onError(error);
    }
    if (frame === null) return false;
    for (const stats of this.options.stats) stats.heartbeatsSent++;
    this.options.protocolStats.heartbeats++;
    this.frames.write(frame, 0, frame.length);
    return true;
  }

  protected onHeartbeatReply(): void {
    this.probing = false;
    this.keepalive!.onReply();
    this.owner.onReplied(this);
  }

  /** A stream got its last reply. */
  protected replied(): void {
    this.owner.onReplied(this);
    if (this.retired) this.closeIfDone();
  }

  /** A stream does without its reply. */
  protected cancelled(): void {
    this.owner.onCancelled(this);
    this.closeIfDone();
  }

  /** A reply that nobody waits for never reaches anybody. @param unknown nor could anybody have */
  protected onStray(unknown: boolean): void {
    for (const stats of this.options.stats) {
      if (unknown) stats.unknownReplies++;
      else stats.lateReplies++;
    }
    if (unknown) this.destroy();
  }

  protected countGoaway(): void {
    for (const stats of this.options.stats) stats.goawaysReceived++;
    this.options.protocolStats.goaways++;
  }

  protected fail(code: string): void {
    this.options.protocolStats.countDecodeError(code);
    this.cause = ResetCause.codecError;
    this.destroy();
  }

  protected countRequest(): void {
    this.lastRequest = this.options.loop.now;
    this.requests++;
    if (this.requests !== this.options.maxRequests) return;
    for (const stats of this.options.stats) stats.requestLimits++;
    this.retire();
  }

  protected closeIfDone(): void {
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
    if (left > 0) {
      loop.arm(this.timer, left);
      return;
    }
    for (const s of stats) s.idleCloses++;
    this.retire();
  }
}
