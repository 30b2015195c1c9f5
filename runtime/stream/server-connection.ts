import { DecodeError, FrameKind, Match, Status, type XProtocol } from '@proto-frame/api';
import type { Socket } from 'node:net';
import type { Connection, ConnectionLimits } from '../network/connection.js';
import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import type { ProtocolMatcher } from '../protocol/engine.js';
import { FrameConnection, type FrameFault, type FrameOwner } from '../protocol/frame-connection.js';
import type { ClientConnection } from './client-connection.js';
import type { ProtocolCounters, ServerStats } from './connection-stats.js';
import { firstId } from './id-allocator.js';
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
/** How long a draining connection has to be without a request before it closes: some may be on their way. */
const DRAIN_QUIET_MS = 100;
/** More first bytes than this without a decision are no protocol. */
const MOST_FIRST_BYTES = 4096;

/**
 * A caller's connection: finds out its protocol, answers heartbeats, hands requests on, and keeps the list of
 * those not answered yet.
 */
export class ServerConnection implements FrameOwner {
  /** Null until known. */
  protocol: XProtocol | null = null;
  /** `address:port` of the caller. */
  readonly peer: string;
  /** Requests not answered yet. */
  inFlight = 0;

  private readonly frames: FrameConnection;
  private readonly loop: WorkerLoop;
  private stats: ProtocolCounters | null = null;
  private streams: ServerStream | null = null;
  private firstBytes: Buffer | null = null;
  /** First bytes, idle and drain, one after the other. */
  private readonly timer: Timer;
  private lastRequest: number;
  private draining = false;
  private ended = false;

  constructor(
    socket: Socket,
    private readonly options: ServerConnectionOptions,
    private readonly handler: ServerHandler,
  ) {
    const { loop, deadlines, matcher } = options;
    this.loop = loop;
    this.peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.timer = new Timer(() => this.onTimer());
    this.lastRequest = loop.now;
    this.frames = new FrameConnection(socket, loop, this, options.limits, [options.stats], deadlines.frame);
    options.stats.connectionsTotal++;
    options.stats.connectionsActive++;
    if (matcher.only !== null) this.start(matcher.only, null);
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
  }

  /** Takes a request off the list: it has ended. */
  remove(stream: ServerStream): void {
    const { previousStream, nextStream } = stream;
    if (previousStream === null) this.streams = nextStream;
    else previousStream.nextStream = nextStream;
    if (nextStream !== null) nextStream.previousStream = previousStream;
    stream.previousStream = stream.nextStream = null;
    if (--this.inFlight === 0 && this.ended) this.frames.close();
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
    connection.expectProgress();
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
    if (this.protocol === null) {
      this.frames.close();
      return;
    }
    let goaway: Uint8Array | null = null;
    try {
      goaway = this.protocol.goaway(firstId(this.protocol.traits));
    } catch (error) {
      this.handler.onError(error);
    }
    if (goaway !== null) {
      this.frames.write(goaway, 0, goaway.length);
      this.options.stats.goawaysSent++;
      this.stats!.goaways++;
    }
    this.lastRequest = this.loop.now;
    this.loop.arm(this.timer, DRAIN_QUIET_MS);
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
      this.options.stats.protocolUnknown++;
      this.frames.destroy();
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
    this.ended = true;
    if (this.inFlight === 0) this.frames.close();
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
    this.handler.onClosed(this);
  }

  private start(protocol: XProtocol, first: Buffer | null): void {
    this.protocol = protocol;
    this.stats = this.options.protocolStats(protocol.name);
    this.stats.connectionsMatched++;
    if (this.options.deadlines.idle > 0) this.loop.arm(this.timer, this.options.deadlines.idle);
    this.frames.start(protocol, this.options.maxFrame, this.stats, first);
  }

  private dispatch(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    protocol.check(bytes, at, end);
    const kind = protocol.kindOf(bytes, at, end);
    if (protocol.isHeartbeat(bytes, at, end)) {
      // An answer to a heartbeat is nothing we asked for: we send none to callers.
      if (kind !== FrameKind.response) this.answerHeartbeat(protocol, bytes, at, end);
    } else if (protocol.isGoaway(bytes, at, end)) {
      this.stats!.goaways++; // We send callers no requests, so there is nothing to stop.
    } else if (kind === FrameKind.request || kind === FrameKind.oneway) {
      this.lastRequest = this.loop.now;
      this.handler.onRequest(this, bytes, at, end, kind === FrameKind.oneway);
    } else {
      this.stats!.countDecodeError('unexpected');
    }
  }

  private answerHeartbeat(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    this.options.stats.heartbeats++;
    this.stats!.heartbeats++;
    const ack = protocol.heartbeatAck(bytes, at, end);
    if (ack !== null) this.write(ack, 0, ack.length, null);
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
      if (protocol.kindOf(bytes, at, end) === FrameKind.request) {
        const memo = protocol.remember(bytes, at, end);
        const reason = error instanceof Error ? error.message : 'the frame could not be read';
        const reply = protocol.hijack(memo, Status.CODEC_ERROR, reason);
        if (reply !== null) {
          this.frames.write(reply, 0, reply.length);
          this.handler.onRefused(this, reason);
        }
      }
    } catch {
      // Nothing of it can be read, so there is nobody to answer.
    }
    this.frames.close();
  }

  private onTimer(): void {
    const { deadlines, stats } = this.options;
    if (this.protocol === null) {
      stats.firstBytesTimeouts++;
      this.frames.destroy();
      return;
    }
    const allowed = this.draining ? DRAIN_QUIET_MS : deadlines.idle;
    const left = this.inFlight > 0 ? allowed : allowed - (this.loop.now - this.lastRequest);
    if (left > 0) {
      this.loop.arm(this.timer, left);
      return;
    }
    if (!this.draining) stats.idleTimeouts++;
    this.frames.close();
  }
}
