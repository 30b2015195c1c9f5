import { percentile } from './percentile.js';
import type { TrafficStats } from './stats.js';

/** How many points a chart shows: two minutes of one a second. */
export const POINTS = 120;

/** What happened between two looks; null where nothing can be said. */
export interface Point {
  /** Requests a second. */
  readonly rate: number;
  /** Replies other than OK a second. */
  readonly errors: number;
  /** Latency in milliseconds. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** The last points of one listener, cluster or host, made of the differences of its counters. */
export class History {
  readonly points: Point[] = [];
  private before: TrafficStats | null = null;
  private time = 0;

  /** The newest point. */
  get last(): Point | null {
    return this.points.at(-1) ?? null;
  }

  /**
   * @param time of `stats`, epoch milliseconds
   * @param bounds of the latency buckets, in milliseconds
   */
  add(time: number, bounds: readonly number[], stats: TrafficStats): void {
    const { before } = this;
    const seconds = (time - this.time) / 1_000;
    if (before !== null && seconds <= 0) return;
    this.before = stats;
    this.time = time;
    // The first look, or the process was restarted in between.
    if (before === null || stats.requests < before.requests || stats.latency.count < before.latency.count) {
      this.points.length = 0;
      return;
    }
    const buckets = stats.latency.buckets.map((count, i) => count - (before.latency.buckets[i] ?? 0));
    this.points.push({
      rate: (stats.requests - before.requests) / seconds,
      errors: (failures(stats) - failures(before)) / seconds,
      p50: percentile(bounds, buckets, 0.5),
      p90: percentile(bounds, buckets, 0.9),
      p99: percentile(bounds, buckets, 0.99),
    });
    if (this.points.length > POINTS) this.points.shift();
  }
}

function failures(stats: TrafficStats): number {
  let sum = 0;
  for (const [status, count] of Object.entries(stats.responses)) if (status !== 'OK') sum += count;
  return sum;
}
