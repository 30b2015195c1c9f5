import { DecodeError, FrameKind, Match, Status, type XProtocol } from '@proto-frame/api';
import type { Socket } from 'node:net';
import type { Connection, ConnectionLimits } from '../network/connection.js';
import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import type { ProtocolMatcher } from '../protocol/engine.js';
import { RAW_BYTES } from '../protocol/raw-bytes.js';
import { FrameConnection, type FrameFault, type FrameOwner } from '../protocol/frame-connection.js';
import type { BoundCaller, BoundConnection } from './bound-connection.js';
import type { ClientConnection } from './client-connection.js';
import type { ProtocolCounters, ServerStats } from './connection-stats.js';
import { firstId } from './id-allocator.js';
import { ReplyOrder, type ReplySlot, type ReplyTarget } from './reply-order.js';
import type { ServerStream } from './stream.js';

/** What all connections of one listener share. */
export interface ServerConnectionOptions {
  readonly loop: WorkerLoop;
  readonly matcher: ProtocolMatcher;
  /** In bytes; the protocol's own limit holds as well. */
  readonly maxFrame: number;
  readonly limits: ConnectionLimits;
  /** Milliseconds, 0: never. */
  readonly deadlines: { readonly firstBytes: number; readonly frame: number; readonly idle: number };
  readonly stats: ServerStats;
  protocolStats(protocol: string): ProtocolCounters;
  /** Whether a connection that speaks none of the protocols is carried as bytes; else it is closed. */
  readonly rawBytes: boolean;
}

/** Who takes the requests. */
export interface ServerHandler {
  /**
   * A request, or a oneway frame, at bytes[at, end). The handler owns the bytes from now on. What it throws
   * is taken for a fault of the frame.
   */
  onRequest(connection: ServerConnection, bytes: Uint8Array, at: number, end: number, oneway: boolean): void;
  /** A frame was answered with an error that says `reason` by the connection, which closes. */
  onRefused(connection: ServerConnection, reason: string): void;
  /** Something threw that is neither a DecodeError nor to be expected. */
  onError(error: unknown): void;
  onClosed(connection: ServerConnection): void;
}

/** A caller that takes nothing is reset when this many times the high watermark is queued for it. */
const MOST_QUEUED = 4;
/** How long it may take nothing, in ms, while nobody else waits for replies that come the same way, and else. */
const STALL_MS = 1_000;
const STALL_SHARED_MS = 250;
/**
 * How long a draining connection has to be without a request before it closes, in ms: some may be on their way.
 * Longer where there were some a moment ago, or it is new: its caller may need that long to hear of the goaway.
 */
const DRAIN_QUIET_MS = 100;
const DRAIN_BUSY_QUIET_MS = 1_000;
/** A request so long ago, in ms, is no sign of the next one. */
const BUSY_MS = 5_000;
/** How long a connection that was taken just before draining may take to say something, in ms. */
const DRAIN_FIRST_BYTES_MS = 1_000;
/** Requests of one caller under way, for protocols without ids; no more are read until half of them are done. */
const MOST_PIPELINED = 256;
/** How much may wait for replies that have to come before it, in bytes; a caller with more is reset. */
const MOST_PARKED = 16 * 1024 * 1024;
/** A caller that said it will send no more, on a connection of its own to a host, is closed when all is quiet. */
const HALF_OPEN_QUIET_MS = 30_000;
/** More first bytes than this without a decision are no protocol. */
const MOST_FIRST_BYTES = 4096;

/**
 * A caller's connection: finds out its protocol, answers heartbeats, hands requests on, and keeps the list of
 * those not answered yet. Once it is bound to an upstream connection of its own, all frames go there.
 */
export class ServerConnection implements FrameOwner, ReplyTarget, BoundCaller {
  /** Null until known. */
  protocol: XProtocol | null = null;
  /** `address:port` of the caller; `unix` on a unix socket. */
  readonly peer: string;
  /** Requests not answered yet. */
  inFlight = 0;
  /** Whether requests need an upstream connection of the caller's own from now on. */
  exclusive = false;
  /** That connection, once there is one. */
  bound: BoundConnection | null = null;

  private readonly frames: FrameConnection;
  private readonly loop: WorkerLoop;
  private stats: ProtocolCounters | null = null;
  private streams: ServerStream | null = null;
  /** Null where replies find their requests by id. */
  private order: ReplyOrder | null = null;
  /** Where what the bound connection brings has its place. */
  private rest: ReplySlot | null = null;
  /** An exclusive request that waits until those before it are answered. */
  private deferred: { bytes: Uint8Array; at: number; end: number } | null = null;
  /** Held because too many requests are under way, or too much waits for its turn. */
  private crowded = false;
  private firstBytes: Buffer | null = null;
  /** First bytes, idle and drain, one after the other. */
  private readonly timer: Timer;
  private lastRequest: number;
  private draining = false;
  private drainQuiet = DRAIN_QUIET_MS;
  private ended = false;

  constructor(
    socket: Socket,
    private readonly options: ServerConnectionOptions,
    private readonly handler: ServerHandler,
    /** In the caller's certificate, verified; the first one is what it is called. */
    readonly peerNames: readonly string[] = [],
  ) {
    const { loop, deadlines, matcher } = options;
    this.loop = loop;
    const { remoteAddress, remotePort } = socket;
    this.peer = remoteAddress === undefined ? 'unix' : `${remoteAddress}:${remotePort}`;
    this.timer = new Timer(() => this.onTimer());
    this.lastRequest = loop.now;
    this.frames = new FrameConnection(socket, loop, this, options.limits, [options.stats], deadlines.frame);
    options.stats.connectionsTotal++;
    options.stats.connectionsActive++;
    if (matcher.only !== null && !options.rawBytes) this.start(matcher.only, null);
    else if (deadlines.firstBytes > 0) loop.arm(this.timer, deadlines.firstBytes);
  }

  get closed(): boolean {
    return this.frames.connection.closed;
  }

  /** For {@link Connection.throttle}. */
  get connection(): Connection {
    return this.frames.connection;
  }

  /** Puts a request on the list of those to be answered. */
  add(stream: ServerStream): void {
    stream.previousStream = null;
    stream.nextStream = this.streams;
    if (this.streams !== null) this.streams.previousStream = stream;
    this.streams = stream;
    this.inFlight++;
    if (this.order !== null && this.bound === null) stream.slot = this.order.open();
  }

  /** Takes a request off the list: it has ended. */
  remove(stream: ServerStream): void {
    const { previousStream, nextStream } = stream;
    if (previousStream === null) this.streams = nextStream;
    else previousStream.nextStream = nextStream;
    if (nextStream !== null) nextStream.previousStream = previousStream;
    stream.previousStream = stream.nextStream = null;
    this.inFlight--;
    if (stream.slot !== null) this.finishSlot(stream);
    if (this.inFlight > 0) return;
    if (this.deferred !== null && !this.closed) this.goOn();
    else if (this.ended && this.bound === null) this.frames.close();
  }

  /**
   * Queues a reply to `stream`, behind those to the requests before it if the protocol keeps replies in order.
   * @param from as in {@link write}
   */
  reply(
    stream: ServerStream,
    bytes: Uint8Array,
    at: number,
    end: number,
    from: ClientConnection | null,
  ): void {
    if (this.order === null) {
      this.write(bytes, at, end, from);
      return;
    }
    stream.slot ??= this.order.open();
    if (this.order.park(stream.slot, bytes, at, end)) this.limitParked(this.order);
    else this.write(bytes, at, end, from);
  }

  writeNow(bytes: Uint8Array, at: number, end: number): void {
    this.write(bytes, at, end, null);
  }

  /** From now on frames go to `connection`, and what it brings goes to the caller. */
  bind(connection: BoundConnection): void {
    this.exclusive = true;
    this.bound = connection;
    if (this.order !== null) this.rest = this.order.open();
    if (this.ended) this.onEnd();
  }

  unbind(_connection: BoundConnection, opened: boolean): void {
    this.bound = null;
    if (this.rest !== null) {
      this.order!.finish(this.rest);
      this.rest = null;
    }
    // With no request to answer, nobody would tell the caller.
    if (opened || this.inFlight === 0) this.frames.close();
  }

  forward(bytes: Uint8Array, at: number, end: number, from: BoundConnection): void {
    this.lastRequest = this.loop.now;
    if (this.rest !== null && this.order!.park(this.rest, bytes, at, end)) {
      this.limitParked(this.order!);
      return;
    }
    const { connection } = this.frames;
    this.frames.write(bytes, at, end);
    if (connection.choked && from.connection.holds === 0) connection.throttle(from.connection);
  }

  /** Reads no more, and closes once the requests under way have been answered, as far as that can be told. */
  finish(): void {
    this.deferred = null;
    if (this.inFlight === 0 || this.bound !== null) this.frames.close();
    else if (!this.ended) {
      this.ended = true;
      this.frames.connection.hold();
    }
  }

  /**
   * Queues a reply.
   * @param from where it came from; held if this caller does not read. Null for the proxy's own replies
   */
  write(bytes: Uint8Array, at: number, end: number, from: ClientConnection | null): void {
    const { connection } = this.frames;
    const choked = connection.choked;
    this.frames.write(bytes, at, end);
    if (!connection.choked) return;
    if (!choked) connection.throttle(connection);
    if (connection.queued < this.options.limits.high * MOST_QUEUED) return;
    // The request answered here counts on this side still.
    const shared = from !== null && from.inFlight >= this.inFlight;
    connection.expectProgress(shared ? STALL_SHARED_MS : STALL_MS);
    if (from !== null && from.connection.holds === 0) connection.throttle(from.connection);
  }

  /** Closes after what is queued has been written; requests under way are cancelled. */
  close(): void {
    this.frames.close();
  }

  /** Closes at once. */
  destroy(): void {
    this.frames.destroy();
  }

  /** Asks the caller for no more requests and closes once none has been under way for a moment. */
  drain(): void {
    if (this.draining || this.closed) return;
    this.draining = true;
    if (this.protocol === null) this.loop.arm(this.timer, DRAIN_FIRST_BYTES_MS);
    else this.sayGoaway(this.protocol);
  }

  private sayGoaway(protocol: XProtocol): void {
    let goaway: Uint8Array | null = null;
    try {
      goaway = protocol.goaway(firstId(protocol.traits));
    } catch (error) {
      this.handler.onError(error);
    }
    if (goaway !== null) {
      this.frames.write(goaway, 0, goaway.length);
      this.options.stats.goawaysSent++;
      this.stats!.goaways++;
    }
    if (this.loop.now - this.lastRequest < BUSY_MS) this.drainQuiet = DRAIN_BUSY_QUIET_MS;
    this.lastRequest = this.loop.now;
    this.loop.arm(this.timer, this.drainQuiet);
  }

  onBytes(): void {
    // Only the upstream side asks what was under way.
  }

  onFirstBytes(chunk: Buffer): void {
    const bytes = this.firstBytes === null ? chunk : Buffer.concat([this.firstBytes, chunk]);
    let found: ReturnType<ProtocolMatcher['match']>;
    try {
      found = this.options.matcher.match(bytes, 0, bytes.length);
    } catch (error) {
      this.handler.onError(error);
      found = Match.no;
    }
    if (found === Match.no || (found === Match.more && bytes.length > MOST_FIRST_BYTES)) {
      if (this.options.rawBytes) this.startRaw(bytes);
      else {
        this.options.stats.protocolUnknown++;
        this.frames.destroy();
      }
    } else if (found === Match.more) this.firstBytes = bytes;
    else {
      this.firstBytes = null;
      this.loop.disarm(this.timer);
      this.start(found, bytes);
    }
  }

  onFrame(bytes: Uint8Array, at: number, end: number): void {
    try {
      this.dispatch(this.protocol!, bytes, at, end);
    } catch (error) {
      this.refuse(error, bytes, at, end);
    }
  }

  onFault(code: FrameFault, error: unknown): void {
    this.stats!.countDecodeError(code);
    if (error !== null) this.handler.onError(error);
    this.frames.close();
  }

  onFrameTimeout(): void {
    this.options.stats.frameTimeouts++;
    this.frames.destroy();
  }

  onEnd(): void {
    if (this.firstBytes !== null && this.options.rawBytes) this.startRaw(this.firstBytes);
    this.ended = true;
    if (this.bound !== null) {
      this.bound.end();
      this.lastRequest = this.loop.now;
      this.loop.arm(this.timer, HALF_OPEN_QUIET_MS);
    } else if (this.inFlight === 0) this.frames.close();
  }

  onStalled(): void {
    this.frames.reset();
  }

  onClose(): void {
    this.loop.disarm(this.timer);
    this.options.stats.connectionsActive--;
    for (let stream = this.streams; stream !== null;) {
      const next: ServerStream | null = stream.nextStream;
      stream.onCancel();
      stream = next;
    }
    this.bound?.destroy();
    this.handler.onClosed(this);
  }

  /** No protocol matches, and the listener says where such bytes go. */
  private startRaw(bytes: Buffer): void {
    this.firstBytes = null;
    this.loop.disarm(this.timer);
    this.start(RAW_BYTES, bytes);
  }

  private start(protocol: XProtocol, first: Buffer | null): void {
    this.protocol = protocol;
    this.stats = this.options.protocolStats(protocol.name);
    this.stats.connectionsMatched++;
    const { poolMode, correlation } = protocol.traits;
    this.exclusive = poolMode === 'binding' || (correlation === 'none' && poolMode !== 'pingpong');
    if (correlation !== 'id') this.order = new ReplyOrder(this);
    if (this.options.deadlines.idle > 0) this.loop.arm(this.timer, this.options.deadlines.idle);
    this.frames.start(protocol, this.options.maxFrame, this.stats, first);
    if (this.draining && !this.closed) this.sayGoaway(protocol);
  }

  private dispatch(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    protocol.check(bytes, at, end);
    const kind = protocol.kindOf(bytes, at, end);
    if (this.bound !== null) this.dispatchBound(this.bound, kind, bytes, at, end);
    else if (kind === FrameKind.request && !this.exclusive && protocol.isExclusive(bytes, at, end)) {
      this.exclusive = true;
      if (this.inFlight > 0) this.defer(bytes, at, end);
      else this.request(protocol, bytes, at, end);
    } else if (protocol.isHeartbeat(bytes, at, end)) {
      // An answer to a heartbeat is nothing we asked for: we send none to callers.
      if (kind !== FrameKind.response) this.answerHeartbeat(protocol, bytes, at, end);
    } else if (protocol.isGoaway(bytes, at, end)) {
      this.stats!.goaways++; // We send callers no requests, so there is nothing to stop.
    } else if (kind === FrameKind.request) this.request(protocol, bytes, at, end);
    else if (kind === FrameKind.oneway || this.exclusive) {
      this.lastRequest = this.loop.now;
      this.handler.onRequest(this, bytes, at, end, true);
    } else {
      this.stats!.countDecodeError('unexpected');
    }
  }

  private request(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    this.lastRequest = this.loop.now;
    const oneway = this.order !== null && protocol.expects(bytes, at, end) === 0;
    this.handler.onRequest(this, bytes, at, end, oneway);
    if (this.order !== null && this.inFlight >= MOST_PIPELINED) this.crowd();
  }

  /** Requests take the way of all requests; everything else goes to the host as it is. */
  private dispatchBound(
    bound: BoundConnection,
    kind: FrameKind,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    const protocol = this.protocol!;
    this.lastRequest = this.loop.now;
    if (kind === FrameKind.request || kind === FrameKind.oneway) {
      if (!protocol.isHeartbeat(bytes, at, end) && !protocol.isGoaway(bytes, at, end)) {
        this.handler.onRequest(this, bytes, at, end, kind === FrameKind.oneway);
        return;
      }
    }
    bound.sendOther(bytes, at, end);
    if (bound.connection.choked) bound.connection.throttle(this.frames.connection);
  }

  /** Keeps an exclusive request until those before it are answered, so that hosts see them in this order. */
  private defer(bytes: Uint8Array, at: number, end: number): void {
    this.deferred = { bytes, at, end };
    this.frames.connection.hold();
  }

  private goOn(): void {
    const { bytes, at, end } = this.deferred!;
    this.deferred = null;
    try {
      this.request(this.protocol!, bytes, at, end);
    } catch (error) {
      this.refuse(error, bytes, at, end);
    }
    this.frames.connection.release();
  }

  private finishSlot(stream: ServerStream): void {
    const order = this.order!;
    order.finish(stream.slot!);
    stream.slot = null;
    if (!this.crowded || this.inFlight * 2 > MOST_PIPELINED) return;
    if (order.parkedBytes > this.options.limits.low) return;
    this.crowded = false;
    this.frames.connection.release();
  }

  /** Reads no more until there is less to do. */
  private crowd(): void {
    if (this.crowded) return;
    this.crowded = true;
    this.frames.connection.hold();
  }

  private limitParked(order: ReplyOrder): void {
    if (order.parkedBytes > MOST_PARKED) this.frames.reset();
    else if (order.parkedBytes > this.options.limits.high) this.crowd();
  }

  private answerHeartbeat(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    this.options.stats.heartbeats++;
    this.stats!.heartbeats++;
    const ack = protocol.heartbeatAck(bytes, at, end);
    if (ack !== null) this.insert(ack);
  }

  /** Queues a frame of the proxy's own, behind the replies to the requests before it. */
  private insert(frame: Uint8Array): void {
    if (this.order === null) {
      this.write(frame, 0, frame.length, null);
      return;
    }
    const slot = this.order.open();
    if (!this.order.park(slot, frame, 0, frame.length)) this.write(frame, 0, frame.length, null);
    this.order.finish(slot);
  }

  /** Answers a frame that is none with the protocol's error if it can, and closes: what follows is not read. */
  private refuse(error: unknown, bytes: Uint8Array, at: number, end: number): void {
    const protocol = this.protocol!;
    if (error instanceof DecodeError) this.stats!.countDecodeError(error.code);
    else {
      this.stats!.countDecodeError('internal');
      this.handler.onError(error);
    }
    try {
      if (this.rest === null && protocol.kindOf(bytes, at, end) === FrameKind.request) {
        const memo = protocol.remember(bytes, at, end);
        const reason = error instanceof Error ? error.message : 'the frame could not be read';
        const reply = protocol.hijack(memo, Status.CODEC_ERROR, reason);
        if (reply !== null) {
          this.insert(reply);
          this.handler.onRefused(this, reason);
        }
      }
    } catch {
      // Nothing of it can be read, so there is nobody to answer.
    }
    if (this.order === null || this.bound !== null) this.frames.close();
    else this.finish();
  }

  private onTimer(): void {
    const { deadlines, stats } = this.options;
    if (this.protocol === null && this.firstBytes !== null && this.options.rawBytes) {
      this.startRaw(this.firstBytes);
      return;
    }
    if (this.protocol === null) {
      if (!this.draining) stats.firstBytesTimeouts++;
      this.frames.destroy();
      return;
    }
    const halfOpen = this.ended && this.bound !== null;
    const allowed = halfOpen ? HALF_OPEN_QUIET_MS : this.draining ? this.drainQuiet : deadlines.idle;
    const busy = this.inFlight > 0 || (this.bound !== null && this.bound.outstanding > 0 && !halfOpen);
    const left = busy ? allowed : allowed - (this.loop.now - this.lastRequest);
    if (left > 0) {
      this.loop.arm(this.timer, left);
      return;
    }
    if (!this.draining && !halfOpen) stats.idleTimeouts++;
    this.frames.close();
  }
}
