import type { XProtocol } from '@proto-frame/api';
import type { Socket } from 'node:net';
import {
  Connection,
  type ConnectionLimits,
  type ConnectionOwner,
  type ConnectionStats,
} from '../network/connection.js';
import { Timer } from '../network/timing-wheel.js';
import type { Resumable, WorkerLoop } from '../network/worker-loop.js';
import { Framer, FramerState, type FrameSink } from './framer.js';

/** What a connection of frames tells its owner. */
export interface FrameOwner extends FrameSink {
  /** With whom it speaks: `address:port`, or a unix socket. */
  readonly peer: string;
  /** Bytes arrived; frames of them follow. */
  onBytes(): void;
  /** Bytes came before {@link FrameConnection.start}. */
  onFirstBytes(chunk: Buffer): void;
  /**
   * The bytes can't be cut into frames; nothing more is read. The owner closes the connection.
   * @param code `malformed`, `too_large`, or `internal` with the error that a codec threw
   */
  onFault(code: FrameFault, error: unknown): void;
  /** A frame was not complete in time. */
  onFrameTimeout(): void;
  /** The peer will send no more, and all it sent has been handed on. */
  onEnd(): void;
  /** Much is queued for the peer and it takes nothing. */
  onStalled(): void;
  /** The last call. Frames that had arrived were handed on before, unless the owner has closed the connection. */
  onClose(error: Error | null): void;
}

export type FrameFault = 'malformed' | 'too_large' | 'internal';

/** Counters of one protocol, as far as connections fill them. */
export interface FrameStats {
  framesReceived: number;
  framesSent: number;
  bytesReceived: number;
  bytesSent: number;
  needMore: number;
  /** Sizes of frames in bytes. */
  readonly receivedSizes: SizeRecorder;
  readonly sentSizes: SizeRecorder;
}

/** Takes one size after the other, in bytes. */
export interface SizeRecorder {
  record(size: number): void;
}

/** How much may wait for its turn before no more is read, in bytes. */
const BACKLOG_LIMIT = 256 * 1024;

/**
 * A connection whose bytes are frames: cuts what arrives, one turn's share at a time, and watches that a
 * frame that was begun is finished in time.
 */
export class FrameConnection implements ConnectionOwner, Resumable, FrameSink {
  readonly connection: Connection;

  private framer: Framer | null = null;
  private frameStats: FrameStats | null = null;
  private readonly timer: Timer;
  /** The frame that the timer runs for, counted from 0. */
  private timedFrame = -1;
  private counted = 0;
  private countedNeedMore = 0;
  private postponed = false;
  private ended = false;
  /** We have closed it: what waits is of no use to anybody. */
  private givenUp = false;

  /**
   * @param frameDeadline from the first byte of a frame to its last, in ms; 0: none
   * @param stats all are counted in
   */
  constructor(
    socket: Socket,
    private readonly loop: WorkerLoop,
    private readonly owner: FrameOwner,
    limits: ConnectionLimits,
    stats: readonly ConnectionStats[],
    private readonly frameDeadline: number,
  ) {
    this.timer = new Timer(() => owner.onFrameTimeout());
    this.connection = new Connection(socket, loop, this, limits, stats);
  }

  /** Reads frames of `protocol` from now on; `first` are the bytes that came before. */
  start(protocol: XProtocol, maxFrame: number, stats: FrameStats, first: Buffer | null): void {
    this.framer = new Framer(protocol, Math.min(maxFrame, protocol.traits.maxFrame));
    this.frameStats = stats;
    if (first !== null) this.onChunk(first);
  }

  /** Queues the frame bytes[at, end). */
  write(bytes: Uint8Array, at: number, end: number): void {
    const stats = this.frameStats!;
    stats.framesSent++;
    stats.bytesSent += end - at;
    stats.sentSizes.record(end - at);
    this.connection.write(bytes, at, end);
  }

  /** Writes what is queued and closes; nothing more is read. */
  close(): void {
    this.stop();
    this.connection.close();
  }

  /** Closes at once. */
  destroy(): void {
    this.stop();
    this.connection.destroy();
  }

  /** Closes at once with a reset. */
  reset(): void {
    this.stop();
    this.connection.reset();
  }

  onChunk(chunk: Buffer): void {
    this.loop.serving = this.owner;
    this.take(chunk);
    this.loop.serving = null;
  }

  /** For the framer. */
  onFrame(bytes: Uint8Array, at: number, end: number): void {
    this.frameStats!.receivedSizes.record(end - at);
    this.owner.onFrame(bytes, at, end);
  }

  /** For the loop: the next share. */
  resume(): void {
    this.postponed = false;
    this.loop.serving = this.owner;
    this.read();
    this.loop.serving = null;
  }

  onHeld(): void {
    this.framer?.stop();
    // The peer can't finish a frame that we don't read.
    this.loop.disarm(this.timer);
  }

  onReleased(): void {
    this.postpone();
  }

  onEnd(): void {
    this.ended = true;
    if (this.framer === null || this.framer.waitingBytes === 0) this.owner.onEnd();
  }

  onStalled(): void {
    this.owner.onStalled();
  }

  onClose(error: Error | null): void {
    this.loop.disarm(this.timer);
    if (error === null && this.ended && !this.givenUp) this.readOut();
    this.owner.onClose(error);
  }

  /**
   * Where our side had ended before, the socket closes with the peer's end, and does not wait for what was
   * held or postponed: that is handed on now, all at once.
   */
  private readOut(): void {
    const { framer } = this;
    if (framer === null) return;
    this.loop.serving = this.owner;
    while (framer.waitingBytes > 0 && !this.givenUp) this.readShare(framer);
    this.loop.serving = null;
  }

  private stop(): void {
    this.givenUp = true;
    this.framer?.stop();
  }

  private take(chunk: Buffer): void {
    const framer = this.framer;
    if (framer === null) {
      this.owner.onFirstBytes(chunk);
      return;
    }
    this.frameStats!.bytesReceived += chunk.length;
    framer.push(chunk);
    this.owner.onBytes();
    if (!this.postponed) this.read();
    else if (framer.waitingBytes > BACKLOG_LIMIT) this.connection.setSated(true);
  }

  private postpone(): void {
    if (this.postponed) return;
    this.postponed = true;
    this.loop.postpone(this);
  }

  private read(): void {
    const framer = this.framer!;
    if (framer === null || this.connection.closed || this.connection.holds > 0) return;
    this.readShare(framer);
  }

  private readShare(framer: Framer): void {
    let state: FramerState;
    try {
      state = framer.read(this);
    } catch (error) {
      this.owner.onFault('internal', error);
      return;
    }
    this.count(framer);
    if (this.givenUp) return;
    if (state === FramerState.more) this.postpone();
    else if (state === FramerState.malformed) this.owner.onFault('malformed', null);
    else if (state === FramerState.tooLarge) this.owner.onFault('too_large', null);
    else if (state === FramerState.empty) this.onEmpty(framer);
  }

  private onEmpty(framer: Framer): void {
    this.connection.setSated(false);
    if (!framer.incomplete) {
      if (this.timer.armed) this.loop.disarm(this.timer);
    } else if (this.frameDeadline > 0 && (this.timedFrame !== framer.frames || !this.timer.armed)) {
      this.timedFrame = framer.frames;
      this.loop.arm(this.timer, this.frameDeadline);
    }
    if (this.ended) this.owner.onEnd();
  }

  private count(framer: Framer): void {
    const stats = this.frameStats!;
    stats.framesReceived += framer.frames - this.counted;
    stats.needMore += framer.needMore - this.countedNeedMore;
    this.counted = framer.frames;
    this.countedNeedMore = framer.needMore;
  }
}
