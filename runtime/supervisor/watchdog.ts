import type { WorkerProcess } from './worker-process.js';

const PERIOD_MS = 100;
/** If the supervisor itself did not get to run for so long, in ms, silence says nothing about workers. */
const ASLEEP_MS = 500;

/**
 * Finds workers whose event loop stands still: they say nothing for longer than they may. A worker that was
 * asked something is not among them; what it may take for the answer is limited elsewhere.
 */
export class Watchdog {
  private timer: NodeJS.Timeout | null = null;
  private last = 0;

  /** @param onHang with for how long nothing was heard of it, in ms */
  constructor(
    private readonly workers: () => Iterable<WorkerProcess>,
    private readonly onHang: (worker: WorkerProcess, silence: number) => void,
  ) {}

  start(): void {
    this.last = performance.now();
    this.timer = setInterval(() => this.look(), PERIOD_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private look(): void {
    const now = performance.now();
    const asleep = now - this.last > ASLEEP_MS;
    this.last = now;
    for (const worker of this.workers()) {
      const limit = worker.facts?.watchdog ?? 0;
      if (asleep || limit === 0 || worker.state === 'starting' || worker.busyAnswering) worker.heard = now;
      else if (now - worker.heard > limit) {
        const silence = now - worker.heard;
        worker.heard = now; // It takes a moment to be gone.
        this.onHang(worker, silence);
      }
    }
  }
}
