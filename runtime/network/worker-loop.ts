import { performance } from 'node:perf_hooks';
import { BlockPool } from './block-pool.js';
import { TICK_MS, type Timer, TimingWheel } from './timing-wheel.js';

/** Something with output to be written at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** Something that stopped after its share of a turn and has more to do. */
export interface Resumable {
  resume(): void;
}

/** After how many peers with output a turn is cut short, so that joined output does not pile up. */
const DIRTY_LIMIT = 128;

/**
 * A tick that comes so late, in ms, follows a standstill: of the process, or of the machine. What has arrived
 * meanwhile is read before anybody's time is said to be up.
 */
const LATE_MS = 100;

/**
 * What one worker does once in a turn of its event loop, however many connections were read in it: the time
 * is looked up, output for one peer is written in one go, and connections that used up their share go on.
 * Owns the timing wheel and the block pool. One per process; tests make their own.
 */
export class WorkerLoop {
  /** Milliseconds of a monotonic clock, as of the last {@link touch}. */
  now: number;
  /** What to add to `now` for milliseconds since 1970. */
  readonly epoch: number;
  readonly blocks = new BlockPool();
  /** Bytes queued for the peers of all connections, as far as known. */
  queued = 0;
  /** Whose bytes are looked at at the moment; to be told if that never ends. */
  serving: { readonly peer: string } | null = null;

  private readonly wheel: TimingWheel;
  private dirty: Flushable[] = [];
  private backlog: Resumable[] = [];
  private scheduled = false;
  private ticking = false;
  /** When the last tick was, or the first was asked for. */
  private ticked = 0;
  private readonly runBound = (): void => this.run();
  private readonly tickBound = (): void => this.tick();
  private readonly expireBound = (): void => this.expire();

  /** @param clock milliseconds; a test hands in one it can move */
  constructor(private readonly clock: () => number = () => performance.now()) {
    this.now = clock();
    this.epoch = Date.now() - this.now;
    this.wheel = new TimingWheel(this.now);
  }

  /** How many deadlines are running. */
  get timers(): number {
    return this.wheel.size;
  }

  /** Looks up the time. Called where a turn of work begins: bytes arrived, a timer fired. */
  touch(): void {
    this.now = this.clock();
  }

  /** Lets `timer` expire in `delay` ms. */
  arm(timer: Timer, delay: number): void {
    this.wheel.arm(timer, this.now, delay);
    if (!this.ticking) {
      this.ticking = true;
      this.ticked = this.clock();
      setTimeout(this.tickBound, TICK_MS).unref();
    }
  }

  disarm(timer: Timer): void {
    this.wheel.disarm(timer);
  }

  /** `peer` is flushed before the next reads. Called once until then, see Connection. */
  markDirty(peer: Flushable): void {
    if (this.dirty.push(peer) > DIRTY_LIMIT) this.flush();
    else this.schedule();
  }

  /** `reader` goes on after other connections had their turn. */
  postpone(reader: Resumable): void {
    this.backlog.push(reader);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.runBound);
  }

  private run(): void {
    this.scheduled = false;
    if (this.backlog.length > 0) {
      const backlog = this.backlog;
      this.backlog = [];
      this.touch();
      for (let i = 0; i < backlog.length; i++) backlog[i]!.resume();
    }
    this.flush();
  }

  private flush(): void {
    const dirty = this.dirty;
    this.dirty = [];
    for (let i = 0; i < dirty.length; i++) dirty[i]!.flush();
  }

  private tick(): void {
    // Timers go first in a turn; what setImmediate calls comes after the sockets.
    if (this.clock() - this.ticked > LATE_MS) setImmediate(this.expireBound);
    else this.expire();
  }

  private expire(): void {
    this.touch();
    this.ticked = this.now;
    this.wheel.advance(this.now);
    if (this.wheel.size === 0) this.ticking = false;
    else setTimeout(this.tickBound, TICK_MS).unref();
  }
}
