import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/** What the process itself uses. Watches the event loop from start to stop. */
export class ProcessStats {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.delay.enable();
  }

  stop(): void {
    this.delay.disable();
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

  /** The longest delay since the last call, in seconds; the monitor's own resolution is taken off. */
  takeLoopDelay(): number {
    const longest = this.delay.max / 1e6 - RESOLUTION_MS;
    this.delay.reset();
    return Math.max(0, longest) / 1_000;
  }
}
