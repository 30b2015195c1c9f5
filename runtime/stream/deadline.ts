import { Timer } from '../network/timing-wheel.js';
import type { WorkerLoop } from '../network/worker-loop.js';

/** The deadline of a stream, on the worker's wheel. */
export class Deadline {
  private readonly timer: Timer;

  /** @param onExpire must not throw */
  constructor(
    private readonly loop: WorkerLoop,
    onExpire: () => void,
  ) {
    this.timer = new Timer(onExpire);
  }

  /** @param delay in ms from now; one that has passed expires with the next tick */
  arm(delay: number): void {
    this.loop.arm(this.timer, delay);
  }

  disarm(): void {
    this.loop.disarm(this.timer);
  }
}
