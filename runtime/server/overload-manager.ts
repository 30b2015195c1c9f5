import type { OverloadConfig } from '../config/snapshot.js';
import type { OverloadStats } from '../observe/overload-stats.js';
import type { OverloadWatch } from '../proxy/proxy-context.js';

/** How often it is looked, in ms. */
const PERIOD_MS = 100;
/** A stage ends so far below where it began, as a share of the heap, or it would begin again at once. */
const HYSTERESIS = 0.02;
/** Between two collections of all garbage while memory is short, in ms. */
const COLLECT_MS = 5_000;

export interface OverloadOptions {
  readonly stats: OverloadStats;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How full the heap is, 0 to 1. */
  readonly heap: () => number;
  /** Bytes queued for peers, which lie outside of the heap. */
  readonly queued: () => number;
  /** Lets go of what is only kept to be used again, and collects garbage. */
  readonly shrink: () => void;
  /** A stage has begun or ended. */
  readonly onChange: (message: string) => void;
}

/**
 * Keeps the process alive when more comes than it can bear: as the heap fills up, or what is queued for peers, first
 * caches are let go and garbage is collected, then requests are refused, then connections. A late event loop counts as well, as then
 * more has been taken on than there is time for.
 */
export class OverloadManager implements OverloadWatch {
  private timer: NodeJS.Timeout | null = null;
  private lastTick: number;
  private lastCollect = -Infinity;
  /** Looks in a row that came too late. */
  private late = 0;

  constructor(
    private config: OverloadConfig,
    private readonly options: OverloadOptions,
  ) {
    this.lastTick = options.now();
  }

  start(): void {
    this.lastTick = this.options.now();
    this.timer = setInterval(() => this.tick(), PERIOD_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  update(config: OverloadConfig): void {
    this.config = config;
  }

  get refusesRequests(): boolean {
    return this.options.stats.refusesRequests;
  }

  /** Called every 100 ms, as far as there is time. */
  tick(): void {
    const { config } = this;
    const now = this.options.now();
    const lateness = now - this.lastTick - PERIOD_MS;
    this.lastTick = now;
    // One stop may be a pause of the whole machine.
    this.late = config.loopDelay > 0 && lateness > config.loopDelay ? this.late + 1 : 0;
    this.look();
    // What a collection took says nothing of the load.
    this.lastTick = this.options.now();
  }

  /** Looks at the heap; takes some 10 us. */
  look(): void {
    const { config, options } = this;
    const { stats } = options;
    const now = options.now();
    const heap = options.heap();
    const queued = config.maxQueued > 0 ? options.queued() / config.maxQueued : 0;
    const share = Math.max(heap, queued);
    stats.heapShare = heap;
    stats.queuedShare = queued;
    const over = (threshold: number, already: boolean): boolean =>
      share >= (already ? threshold - HYSTERESIS : threshold);
    const before = describe(stats);
    const shrinking = over(config.shrinkHeap, stats.shrinking);
    const requests = over(config.refuseRequests, stats.refusesRequests) || this.late >= 2;
    const connections = over(config.refuseConnections, stats.refusesConnections);
    if (shrinking && !stats.shrinking) stats.shrinks++;
    if (requests && !stats.refusesRequests) stats.requestStops++;
    if (connections && !stats.refusesConnections) stats.connectionStops++;
    stats.shrinking = shrinking;
    stats.refusesRequests = requests;
    stats.refusesConnections = connections;
    const after = describe(stats);
    const what = queued > heap ? 'bytes that may be queued for peers are' : 'heap is';
    if (after !== before) options.onChange(`${after}: ${Math.round(share * 100)} % of the ${what} in use`);
    // Old garbage goes by itself only once the heap is full. What is queued is none.
    if (!shrinking || queued > heap || now - this.lastCollect < COLLECT_MS) return;
    this.lastCollect = now;
    options.shrink();
  }
}

function describe({ shrinking, refusesRequests, refusesConnections }: OverloadStats): string {
  if (refusesConnections) return 'overload: connections and requests are refused';
  if (refusesRequests) return 'overload: requests are refused';
  return shrinking ? 'overload: memory is short' : 'overload is over';
}
