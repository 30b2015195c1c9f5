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
 * Generates every protocol of a run, on several threads if there are many schemas. Made before the schemas are
 * checked, so that the threads load the generator meanwhile.
 */
export class Generation {
  private readonly workers: Worker[] = [];

  /** @param files the schema files of the run */
  constructor(
    private readonly files: readonly string[],
    private readonly emit: readonly Emitted[],
    private readonly terminal: Terminal,
  ) {
    if (files.length < WORTH_THREADS) return;
    for (let i = 0; i < Math.min(availableParallelism(), MOST_THREADS); i++) {
      // Printing makes much short-lived memory: with the usual young generation a fifth of the time goes into it.
      const resourceLimits = { maxYoungGenerationSizeMb: 128 };
      this.workers.push(new Worker(new URL('./generate-share.js', import.meta.url), { resourceLimits }));
    }
  }

  /** The outputs in the order of the protocols. */
  async run(protocols: readonly Protocol[]): Promise<Output[]> {
    const { terminal, workers, emit, files } = this;
    const progress = terminal.interactive && protocols.length > 2;
    const done = new Map<string, readonly Output[]>();
    const keep = ({ protocol, outputs }: Generated): void => {
      done.set(protocol, outputs);
      if (progress) terminal.err(`\r\x1b[K[${done.size}/${protocols.length}] ${protocol}`);
    };
    if (workers.length === 0) for (const protocol of protocols) keep(await generateOne(protocol, emit));
    const runs = workers.map((worker, k) => {
      const share: Share = {
        files: files.filter((_, i) => i % workers.length === k),
        cwd: terminal.cwd,
        emit,
      };
      return generateThere(worker, share, keep);
    });
    await Promise.all(runs);
    if (progress) terminal.err('\r\x1b[K');
    return protocols.flatMap((protocol) => done.get(protocol.name) ?? []);
  }

  /** Ends the threads that have not ended of themselves: a run with errors gives them nothing to do. */
  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function generateThere(worker: Worker, share: Share, keep: (one: Generated) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', keep);
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a generating thread ended with ${code}`)),
    );
    worker.postMessage(share);
  });
}
