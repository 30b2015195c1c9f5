import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** How long a delay is shown at least, in ms: a window's longest until the next window has ended. */
const WINDOW_MS = 15_000;

/** What the process itself uses. Watches the event loop from start to stop. Reading changes nothing. */
export class ProcessStats {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private timer: NodeJS.Timeout | null = null;
  /** Longest of the window before, in ms. */
  private longestBefore = 0;

  start(): void {
    this.delay.enable();
    this.timer = setInterval(() => {
      this.longestBefore = this.longestNow;
      this.delay.reset();
    }, WINDOW_MS);
    this.timer.unref();
  }

  stop(): void {
    this.delay.disable();
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  get residentBytes(): number {
    return process.memoryUsage.rss();
  }

  get heapBytes(): number {
    return process.memoryUsage().heapUsed;
  }

  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  get uptimeSeconds(): number {
    return process.uptime();
  }

  /** The longest delay of the last 15 to 30 s, in seconds. */
  get loopDelaySeconds(): number {
    return Math.max(this.longestNow, this.longestBefore) / 1_000;
  }

  /** Of the window that runs, in ms; the monitor's own resolution is taken off. */
  private get longestNow(): number {
    return Math.max(0, this.delay.max / 1e6 - RESOLUTION_MS);
  }
}
