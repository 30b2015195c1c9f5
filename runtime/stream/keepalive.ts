import type { RequestFacts } from '@proto-frame/api';
import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import type { ClientStream } from './stream.js';

/** Milliseconds; `failures` in a row close the connection. */
export interface KeepaliveOptions {
  readonly interval: number;
  readonly timeout: number;
  readonly failures: number;
}

/** What a keepalive needs of its connection. */
export interface KeepaliveTarget {
  /** Sends a heartbeat whose answer goes to `stream`; its id, or -1 if there is none to be had. */
  sendHeartbeat(stream: ClientStream): number;
  /** Whether the host was seen alive since this was asked last, though its answer to the heartbeat is late. */
  progressed(): boolean;
  /** The heartbeat `id` was not answered in time. */
  onHeartbeatFailed(id: number): void;
  /** Too many were not. */
  onDead(): void;
}

/** The share of the interval by which heartbeats of many connections are spread. */
const JITTER = 0.1;

/** Heartbeats on one upstream connection, whether requests run or not. Their answers end here. */
export class Keepalive implements ClientStream {
  /** Of the heartbeat that waits for its answer. */
  facts: RequestFacts | null = null;
  private readonly timer: Timer;
  private waitingFor = -1;
  private failed = 0;
  /** When a heartbeat was sent last. */
  private asked = -Infinity;

  constructor(
    private readonly loop: WorkerLoop,
    private readonly target: KeepaliveTarget,
    private readonly options: KeepaliveOptions,
  ) {
    this.timer = new Timer(() => this.onTimer());
  }

  start(): void {
    this.loop.arm(this.timer, this.options.interval * (1 - JITTER * Math.random()));
  }

  /**
   * A request was given up: is the host still there? Asks at once instead of after the interval, but not again
   * within the time that an answer may take.
   */
  probe(): void {
    if (!this.timer.armed || this.waitingFor >= 0) return;
    if (this.loop.now - this.asked >= this.options.timeout) this.loop.arm(this.timer, 0);
  }

  stop(): void {
    this.loop.disarm(this.timer);
  }

  onReply(): void {
    this.waitingFor = -1;
    this.failed = 0;
    this.start();
  }

  onReset(): void {
    this.stop();
  }

  onForwarded(): void {
    // Heartbeats of ours are not sent where callers have connections of their own.
  }

  private onTimer(): void {
    if (this.waitingFor >= 0) {
      if (this.target.progressed()) {
        this.loop.arm(this.timer, this.options.timeout);
        return;
      }
      this.target.onHeartbeatFailed(this.waitingFor);
      this.waitingFor = -1;
      if (++this.failed >= this.options.failures) {
        this.target.onDead();
        return;
      }
    }
    this.asked = this.loop.now;
    this.waitingFor = this.target.sendHeartbeat(this);
    if (this.waitingFor < 0) this.start();
    else this.loop.arm(this.timer, this.options.timeout);
  }
}
