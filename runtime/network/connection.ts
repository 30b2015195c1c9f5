import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { openEvent } from './dialer.js';
import { SecuredSink } from './secured-sink.js';
import { Timer } from './timing-wheel.js';
import type { WorkerLoop } from './worker-loop.js';
import { type Sink, WriteQueue } from './write-queue.js';

/** What a connection tells its owner. Each may close the connection. */
export interface ConnectionOwner {
  /** Bytes arrived; they belong to the owner from now on. */
  onChunk(chunk: Buffer): void;
  /** Reading was stopped by {@link Connection.hold}; what is being read should stop soon. */
  onHeld(): void;
  /** Reading may go on. */
  onReleased(): void;
  /** The peer will send no more. It may still read. */
  onEnd(): void;
  /** Much is queued for the peer and it takes nothing. */
  onStalled(): void;
  /** The last call. */
  onClose(error: Error | null): void;
}

/** Counters of one side, as far as connections fill them. */
export interface ConnectionStats {
  bytesReceived: number;
  bytesSent: number;
  bufferedBytes: number;
  pauses: number;
}

/** Bytes queued for the peer. */
export interface ConnectionLimits {
  /** From here on those who feed this connection are held. */
  readonly high: number;
  /** From here on downwards they are released. */
  readonly low: number;
}

/** How long a closing connection may take to get rid of what is queued, in ms. */
const LINGER_MS = 5_000;

/**
 * One socket: what is queued for the peer, when others must stop feeding it, and its end. Output is written
 * once a turn. Counting of bytes goes to every object in `stats`.
 */
export class Connection {
  /** True from close() or destroy() on: nothing is read or queued any more. */
  closed = false;
  /** True while so much is queued for the peer that whoever feeds it should stop, see {@link throttle}. */
  choked = false;
  /** How many hold this connection: nothing is read while it is over 0. */
  holds = 0;

  private readonly queue: WriteQueue;
  private readonly sink: Sink;
  private readonly timer: Timer;
  /** What the socket held when last looked at; only ever too high. */
  private handedOver = 0;
  /** See {@link expectProgress}. */
  private patience = 0;
  /** What was last added to the gauges. */
  private reported = 0;
  private dirty = false;
  private open: boolean;
  /** Those that are held for us. */
  private feeders: Connection[] | null = null;
  private failure: Error | null = null;
  /** close() or end() was called: our side ends when the queue is empty. */
  private ending = false;
  private sated = false;
  private total = 0;
  /** What was in the queue when it was given up; -1 before. */
  private lost = -1;

  /**
   * @param socket connected, or connecting: then output waits
   * @param stats all are counted in
   */
  constructor(
    private readonly socket: Socket,
    private readonly loop: WorkerLoop,
    private readonly owner: ConnectionOwner,
    private readonly limits: ConnectionLimits,
    private readonly stats: readonly ConnectionStats[],
  ) {
    this.queue = new WriteQueue(loop.blocks);
    this.sink = socket instanceof TLSSocket ? new SecuredSink(socket, () => this.onTaken()) : socket;
    this.timer = new Timer(() => this.onTimer());
    this.open = !socket.connecting;
    socket.on('error', (error) => (this.failure = error));
    socket.on('close', () => this.onClose());
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('end', () => {
      if (!this.closed) this.owner.onEnd();
    });
    socket.on('drain', () => this.onDrain());
    if (!this.open) socket.once(openEvent(socket), () => this.onConnect());
  }

  /** Bytes that were ever given to {@link write}. */
  get given(): number {
    return this.total;
  }

  /** How many of them the peer may have got. All that came after never left this process. */
  get sent(): number {
    return this.lost < 0 ? this.total - this.queue.length : this.total - this.lost;
  }

  /** Bytes that the peer has not taken, as far as known. */
  get queued(): number {
    return this.queue.length + this.handedOver;
  }

  /** Queues bytes[start, end), which must stay as they are. Written at the end of the turn. */
  write(bytes: Uint8Array, start: number, end: number): void {
    if (this.closed) return;
    this.queue.append(bytes, start, end);
    this.total += end - start;
    if (!this.dirty) {
      this.dirty = true;
      this.loop.markDirty(this);
    }
    if (!this.choked && this.queue.length + this.handedOver >= this.limits.high) this.choke();
  }

  /** For the loop, at the end of a turn. */
  flush(): void {
    this.dirty = false;
    if (!this.open || this.queue.length === 0) return;
    const socket = this.socket;
    const before = this.queue.length;
    this.queue.flushTo(this.sink);
    const sent = before - this.queue.length;
    for (let i = 0; i < this.stats.length; i++) this.stats[i]!.bytesSent += sent;
    this.handedOver = socket.writableLength;
    if (this.handedOver + this.queue.length !== this.reported) this.report();
    if (this.choked && this.queued <= this.limits.low) this.unchoke();
  }

  /** Stops reading until as many {@link release} as hold. */
  hold(): void {
    if (this.holds++ > 0 || this.closed) return;
    this.socket.pause();
    this.owner.onHeld();
  }

  release(): void {
    if (--this.holds > 0 || this.closed) return;
    if (!this.sated) this.socket.resume();
    this.owner.onReleased();
  }

  /** Whether the owner wants no more bytes for now: it has enough to do. Independent of being held. */
  setSated(sated: boolean): void {
    if (this.sated === sated || this.closed) return;
    this.sated = sated;
    if (sated) this.socket.pause();
    else if (this.holds === 0) this.socket.resume();
  }

  /** Holds `feeder` until this connection is no longer choked. It may be this one itself. */
  throttle(feeder: Connection): void {
    if (this.closed || feeder.closed) return;
    feeder.hold();
    for (let i = 0; i < feeder.stats.length; i++) feeder.stats[i]!.pauses++;
    (this.feeders ??= []).push(feeder);
  }

  /** Starts the time within which the peer has to take something, again and again, in ms. */
  expectProgress(ms: number): void {
    this.patience = ms;
    if (!this.timer.armed) this.loop.arm(this.timer, ms);
  }

  /** Writes what is queued, then ends our side; the peer may take LINGER_MS over it. */
  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    if (!this.open) {
      this.socket.destroy();
      return;
    }
    this.ending = true;
    this.loop.arm(this.timer, LINGER_MS);
    this.socket.resume();
    if (this.queue.length === 0) this.socket.end();
  }

  /** Writes what is queued, then tells the peer that no more comes; reading goes on. */
  end(): void {
    if (this.closed || this.ending) return;
    this.flush();
    this.ending = true;
    if (this.open && this.queue.length === 0) this.socket.end();
  }

  /** Closes at once; what is queued is lost. */
  destroy(): void {
    this.closed = true;
    this.giveUp();
    this.socket.destroy();
  }

  /** As destroy, and tells the peer with a reset, as far as its kind of socket has one. */
  reset(): void {
    this.closed = true;
    this.giveUp();
    resetSocket(this.socket);
  }

  private onData(chunk: Buffer): void {
    if (this.closed) return;
    this.loop.touch();
    for (let i = 0; i < this.stats.length; i++) this.stats[i]!.bytesReceived += chunk.length;
    this.owner.onChunk(chunk);
  }

  private onConnect(): void {
    this.open = true;
    this.loop.touch();
    this.flush();
    if (this.ending && this.queue.length === 0) this.socket.end();
  }

  /** A secured socket, which takes nothing at once, has passed on what it was given. */
  private onTaken(): void {
    if (this.socket.destroyed) return;
    this.handedOver = this.socket.writableLength;
    if (this.reported !== this.queued) this.report();
    if (this.choked && this.queued <= this.limits.low) this.unchoke();
  }

  private onDrain(): void {
    this.handedOver = 0;
    this.loop.touch();
    if (this.timer.armed) this.loop.arm(this.timer, this.closed ? LINGER_MS : this.patience);
    this.flush();
    if (this.ending && this.queue.length === 0) this.socket.end();
    if (this.reported !== this.queued) this.report();
    if (this.choked && this.queued <= this.limits.low) this.unchoke();
  }

  private onTimer(): void {
    if (this.closed) this.socket.destroy();
    else this.owner.onStalled();
  }

  private onClose(): void {
    this.closed = true;
    this.giveUp();
    this.handedOver = 0;
    this.report();
    this.loop.touch();
    this.unchoke();
    this.owner.onClose(this.failure);
  }

  /** What is queued will never be written. */
  private giveUp(): void {
    if (this.lost < 0) this.lost = this.queue.length;
    this.queue.clear();
  }

  private choke(): void {
    this.choked = true;
  }

  private unchoke(): void {
    this.choked = false;
    this.loop.disarm(this.timer);
    const feeders = this.feeders;
    if (feeders === null) return;
    this.feeders = null;
    for (const feeder of feeders) feeder.release();
  }

  private report(): void {
    const delta = this.queued - this.reported;
    this.reported = this.queued;
    this.loop.queued += delta;
    for (let i = 0; i < this.stats.length; i++) this.stats[i]!.bufferedBytes += delta;
  }
}

/** Only TCP has resets; what is secured lies on a socket of TCP, unless it is a unix socket. */
function resetSocket(socket: Socket): void {
  const carrier: unknown = socket instanceof TLSSocket ? Reflect.get(socket, '_parent') : socket;
  if (carrier instanceof Socket && carrier.remoteFamily !== undefined) carrier.resetAndDestroy();
  else socket.destroy();
}
