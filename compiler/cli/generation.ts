import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Protocol } from '../model/model.js';
import { type Emitted, type Generated, generateOne } from './generate-one.js';
import type { Share } from './generate-share.js';
import type { Terminal } from './terminal.js';
import type { Output } from './write-outputs.js';

/** From so many schemas on it pays to start further threads, each of which loads the generator again. */
const WORTH_THREADS = 16;
const MOST_THREADS = 4;

/**
 * The generating of every protocol of a run, on several threads if there are many schemas. The threads begin at
 * once, while the schemas are still checked here: what they make of schemas with errors is thrown away.
 */
export class Generation {
  private readonly workers: Worker[] = [];
  private readonly done = new Map<string, readonly Output[]>();
  /** Each ends with null, or with what went wrong. */
  private readonly runs: Promise<Error | null>[] = [];
  /** How many there will be, once known. */
  private total = 0;

  /** @param files the schema files of the run */
  constructor(
    files: readonly string[],
    private readonly emit: readonly Emitted[],
    private readonly terminal: Terminal,
  ) {
    if (files.length < WORTH_THREADS) return;
    const threads = Math.min(availableParallelism(), MOST_THREADS);
    for (let k = 0; k < threads; k++) {
      const share: Share = { files: files.filter((_, i) => i % threads === k), cwd: terminal.cwd, emit };
      // Printing makes much short-lived memory: with the usual young generation a fifth of the time goes into it.
      const resourceLimits = { maxYoungGenerationSizeMb: 128 };
      const url = new URL('./generate-share.js', import.meta.url);
      const worker = new Worker(url, { workerData: share, resourceLimits });
      this.workers.push(worker);
      this.runs.push(ending(worker, (one) => this.keep(one)));
    }
  }

  /** The outputs in the order of the protocols, all of which have been found good. */
  async run(protocols: readonly Protocol[]): Promise<Output[]> {
    this.total = protocols.length;
    if (this.workers.length === 0) {
      for (const protocol of protocols) this.keep(await generateOne(protocol, this.emit));
    }
    const failure = (await Promise.all(this.runs)).find((error) => error !== null);
    if (failure !== undefined) throw failure;
    if (this.shows) this.terminal.err('\r\x1b[K');
    return protocols.flatMap((protocol) => this.done.get(protocol.name) ?? []);
  }

  /** Ends the threads that have not ended of themselves, for a run with errors. */
  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private get shows(): boolean {
    return this.terminal.interactive && this.total > 2;
  }

  private keep({ protocol, outputs }: Generated): void {
    this.done.set(protocol, outputs);
    if (this.shows) this.terminal.err(`\r\x1b[K[${this.done.size}/${this.total}] ${protocol}`);
  }
}

function ending(worker: Worker, keep: (one: Generated) => void): Promise<Error | null> {
  return new Promise((resolve) => {
    worker.on('message', keep);
    worker.on('error', resolve);
    worker.on('exit', (code) =>
      resolve(code === 0 ? null : new Error(`a generating thread ended with ${code}`)),
    );
  });
}
