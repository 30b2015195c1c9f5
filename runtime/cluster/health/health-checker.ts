import type { HealthCheckConfig } from '../../config/snapshot.js';
import { Timer } from '../../network/timing-wheel.js';
import type { WorkerLoop } from '../../network/worker-loop.js';
import type { Host } from '../host.js';
import type { HealthProbe } from './health-probe.js';

/** The share of the interval by which the checks of many hosts are spread. */
const JITTER = 0.1;

/** Active health checks of a cluster: each host is asked at intervals, and believed after some of the same answers. */
export class HealthChecker {
  private readonly checks = new Map<Host, HostCheck>();

  /**
   * @param makeProbe how one host is asked
   * @param onChange a host has become healthy or unhealthy
   */
  constructor(
    private readonly config: HealthCheckConfig,
    private readonly loop: WorkerLoop,
    private readonly makeProbe: (host: Host) => HealthProbe,
    private readonly onChange: (host: Host) => void,
  ) {}

  /** From now on these hosts are asked. */
  update(hosts: readonly Host[]): void {
    const stay = new Set(hosts);
    for (const [host, check] of this.checks) {
      if (stay.has(host)) continue;
      check.stop();
      this.checks.delete(host);
    }
    for (const host of hosts) {
      if (this.checks.has(host)) continue;
      const check = new HostCheck(host, this.config, this.loop, this.makeProbe(host), this.onChange);
      this.checks.set(host, check);
      check.start();
    }
  }

  /** Asks nobody any more; all hosts are taken for healthy. */
  stop(): void {
    for (const [host, check] of this.checks) {
      check.stop();
      if (host.failedCheck === null) continue;
      host.failedCheck = null;
      this.onChange(host);
    }
    this.checks.clear();
  }
}

/** The checks of one host. */
class HostCheck {
  private readonly timer: Timer;
  private giveUp: (() => void) | null = null;
  /** The same outcomes in a row. */
  private good = 0;
  private bad = 0;
  private first = true;

  constructor(
    private readonly host: Host,
    private readonly config: HealthCheckConfig,
    private readonly loop: WorkerLoop,
    private readonly probe: HealthProbe,
    private readonly onChange: (host: Host) => void,
  ) {
    this.timer = new Timer(() => this.onTimer());
  }

  /** The first check comes at once; until then the host is taken for healthy. */
  start(): void {
    this.ask();
  }

  stop(): void {
    this.loop.disarm(this.timer);
    this.giveUp?.();
    this.giveUp = null;
  }

  private ask(): void {
    this.host.stats.healthChecks++;
    this.giveUp = this.probe.start((problem) => {
      this.loop.touch();
      this.onAnswer(problem);
    });
    this.loop.arm(this.timer, this.config.timeout);
  }

  private onTimer(): void {
    if (this.giveUp === null) {
      this.ask();
      return;
    }
    this.giveUp();
    this.onAnswer(`no answer in ${this.config.timeout} ms`);
  }

  private onAnswer(problem: string | null): void {
    const { config, host, loop } = this;
    this.giveUp = null;
    loop.disarm(this.timer);
    if (problem === null) {
      this.bad = 0;
      this.good++;
      if (host.failedCheck !== null && this.good >= config.healthyAfter) this.change(null);
    } else {
      host.stats.healthCheckFailures++;
      this.good = 0;
      this.bad++;
      // What never was well is believed at once.
      if (host.failedCheck === null && (this.first || this.bad >= config.unhealthyAfter))
        this.change(problem);
    }
    this.first = false;
    const interval = host.failedCheck === null ? config.interval : config.unhealthyInterval;
    loop.arm(this.timer, interval * (1 - JITTER * Math.random()));
  }

  private change(problem: string | null): void {
    this.host.failedCheck = problem;
    this.onChange(this.host);
  }
}
