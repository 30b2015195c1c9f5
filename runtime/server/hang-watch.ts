import { Worker } from 'node:worker_threads';

/** What {@link HangWatch} hands to its thread. */
export interface HangWatchData {
  /** Counted up while the event loop turns. */
  readonly beats: Int32Array;
  /** A loop that stands still for so long hangs, in ms. */
  readonly limit: number;
  /** Process id of who looks after this one. */
  readonly parent: number;
}

/** An event of `process` of which the thread has the main thread tell, within whatever it does. */
export const HANG_EVENT = 'proto-frame:hang';

/** What the thread may take; it does next to nothing. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };
/** Innermost calls that are told. */
const MOST_CALLS = 24;

export interface HangWatchOptions {
  /** A loop that stands still for so long hangs, in ms. */
  readonly limit: number;
  /**
   * Called on top of what never ends.
   * @param stack the calls it consists of, the innermost first
   */
  onHang(stack: readonly string[]): void;
  /** The thread is gone. */
  onError(error: Error): void;
}

/**
 * A thread beside the event loop that looks whether it turns. Where it stands still the thread interrupts it, so
 * that somebody can say where it stands before the process is killed. It takes some 9 MiB. One per process.
 */
export class HangWatch {
  private readonly thread: Worker;
  private readonly beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly tell = (): void => this.options.onHang(callsBelow());

  constructor(private readonly options: HangWatchOptions) {
    const workerData: HangWatchData = { beats: this.beats, limit: options.limit, parent: process.ppid };
    this.thread = new Worker(new URL('./hang-watch-thread.js', import.meta.url), {
      workerData,
      execArgv: [],
      env: {},
      resourceLimits: LIMITS,
    });
    this.thread.on('error', options.onError);
    this.thread.unref();
    process.on(HANG_EVENT, this.tell);
  }

  /** The event loop turns. */
  beat(): void {
    Atomics.add(this.beats, 0, 1);
  }

  stop(): void {
    process.off(HANG_EVENT, this.tell);
    void this.thread.terminate();
  }
}

/** The calls that were interrupted. */
function callsBelow(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_CALLS;
  const lines = (new Error().stack ?? '').split('\n').map((line) => line.trim().replace(/^at /, ''));
  Error.stackTraceLimit = limit;
  // Above them are this function, the event's, and what the thread had evaluated, which has no file.
  return lines.slice(1 + lines.findIndex((line) => line.startsWith('<anonymous>:')));
}
