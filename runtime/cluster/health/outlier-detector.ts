import type { OutlierConfig } from '../../config/snapshot.js';
import { Timer } from '../../network/timing-wheel.js';
import type { WorkerLoop } from '../../network/worker-loop.js';
import type { Host } from '../host.js';

/** What is known of one host's replies. */
interface Record {
  /** Failures since the last success. */
  inRow: number;
  /** Since the last look at success rates. */
  total: number;
  ok: number;
  /** Until when it gets no requests, ms on the loop's clock; 0: it gets some. */
  ejectedUntil: number;
  /** How often it was ejected, less one for every interval that went well. */
  times: number;
  /** When it was let in, ms on the loop's clock. */
  backSince: number;
}

/** Passive health checks: hosts whose replies fail get no requests for a while, each time for longer. */
export class OutlierDetector {
  private readonly records = new Map<Host, Record>();
  private readonly timer: Timer;
  /** Goes off when the next ejection ends. */
  private readonly ends: Timer;
  private hosts: readonly Host[] = [];
  /** Of the hosts, how many are ejected. */
  private ejected = 0;

  /**
   * @param onChange a host was ejected or let in again
   */
  constructor(
    private readonly config: OutlierConfig,
    private readonly loop: WorkerLoop,
    private readonly onChange: (host: Host) => void,
  ) {
    this.timer = new Timer(() => this.onTimer());
    this.ends = new Timer(() => this.onEjectionOver());
    loop.arm(this.timer, config.interval);
  }

  /** Others are forgotten, and no longer ejected. */
  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const stay = new Set(hosts);
    for (const [host, record] of this.records) {
      if (stay.has(host)) continue;
      if (record.ejectedUntil > 0) this.letIn(host, record);
      this.records.delete(host);
    }
  }

  /** A request to `host` ended. */
  note(host: Host, ok: boolean): void {
    const record = this.recordOf(host);
    record.total++;
    if (ok) {
      record.ok++;
      record.inRow = 0;
      return;
    }
    const { consecutiveFailures } = this.config;
    if (++record.inRow >= consecutiveFailures && consecutiveFailures > 0) this.eject(host, record);
  }

  /** Whether and until when a host is ejected: ms on the loop's clock, 0 if it is not. */
  ejectedUntil(host: Host): number {
    return this.records.get(host)?.ejectedUntil ?? 0;
  }

  stop(): void {
    this.loop.disarm(this.timer);
    this.loop.disarm(this.ends);
    for (const [host, record] of this.records) if (record.ejectedUntil > 0) this.letIn(host, record);
  }

  private recordOf(host: Host): Record {
    let record = this.records.get(host);
    if (record === undefined) {
      record = { inRow: 0, total: 0, ok: 0, ejectedUntil: 0, times: 0, backSince: 0 };
      this.records.set(host, record);
    }
    return record;
  }

  private onTimer(): void {
    const start = this.loop.now - this.config.interval;
    for (const record of this.records.values()) {
      const wasIn = record.ejectedUntil === 0 && record.backSince <= start;
      if (wasIn && record.times > 0 && record.ok === record.total) record.times--;
    }
    this.ejectUnsuccessful();
    for (const record of this.records.values()) record.total = record.ok = 0;
    this.loop.arm(this.timer, this.config.interval);
  }

  private onEjectionOver(): void {
    const { now } = this.loop;
    for (const [host, record] of this.records)
      if (record.ejectedUntil > 0 && now >= record.ejectedUntil) this.letIn(host, record);
    this.awaitEnd();
  }

  private awaitEnd(): void {
    let next = Infinity;
    for (const { ejectedUntil } of this.records.values())
      if (ejectedUntil > 0 && ejectedUntil < next) next = ejectedUntil;
    if (next < Infinity) this.loop.arm(this.ends, next - this.loop.now);
  }

  /** Those whose share of successes lies far below what is usual among all. */
  private ejectUnsuccessful(): void {
    const { successRate } = this.config;
    if (successRate === null) return;
    const rated = [...this.records].filter(
      ([, record]) => record.ejectedUntil === 0 && record.total >= successRate.minRequests,
    );
    if (rated.length < successRate.minHosts) return;
    const rates = rated.map(([, record]) => record.ok / record.total);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
    const least = mean - successRate.deviations * Math.sqrt(variance);
    rated.forEach(([host, record], i) => {
      if (rates[i]! < least) this.eject(host, record);
    });
  }

  private eject(host: Host, record: Record): void {
    if (record.ejectedUntil > 0 || !this.hosts.includes(host)) return;
    const { baseEjection, maxEjection, maxEjected } = this.config;
    // One may always go, or small clusters would never get rid of a broken host.
    if (this.ejected > 0 && this.ejected + 1 > this.hosts.length * maxEjected) return;
    record.times++;
    record.inRow = 0;
    record.ejectedUntil = this.loop.now + Math.min(baseEjection * record.times, maxEjection);
    this.ejected++;
    host.ejected = true;
    host.stats.ejections++;
    this.awaitEnd();
    this.onChange(host);
  }

  private letIn(host: Host, record: Record): void {
    record.ejectedUntil = 0;
    record.backSince = this.loop.now;
    this.ejected--;
    host.ejected = false;
    this.onChange(host);
  }
}
