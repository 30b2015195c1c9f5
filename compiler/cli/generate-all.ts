import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Protocol } from '../model/model.js';
import { type Emitted, type Generated, generateOne } from './generate-one.js';
import type { Share } from './generate-share.js';
import type { Terminal } from './terminal.js';
import type { Output } from './write-outputs.js';

/** From so many protocols on it pays to start further threads, each of which loads the generator again. */
const WORTH_THREADS = 16;
const MOST_THREADS = 4;

/**
 * Generates every protocol, on several threads if there are many.
 *
 * @param files the schema files of the run, for the threads to read
 * @returns the outputs in the order of the protocols
 */
export async function generateAll(
  protocols: readonly Protocol[],
  files: readonly string[],
  emit: readonly Emitted[],
  terminal: Terminal,
): Promise<Output[]> {
  const progress = terminal.interactive && protocols.length > 2;
  const done = new Map<string, readonly Output[]>();
  const keep = ({ protocol, outputs }: Generated): void => {
    done.set(protocol, outputs);
    if (progress) terminal.err(`\r\x1b[K[${done.size}/${protocols.length}] ${protocol}`);
  };
  const threads = protocols.length < WORTH_THREADS ? 1 : Math.min(availableParallelism(), MOST_THREADS);
  const shares = Array.from({ length: threads }, (_, k) => protocols.filter((_, i) => i % threads === k));
  const runs =
    threads === 1
      ? [generateHere(protocols, emit, keep)]
      : shares.map((share) =>
          generateThere({ files, cwd: terminal.cwd, protocols: share.map((p) => p.name), emit }, keep),
        );
  await Promise.all(runs);
  if (progress) terminal.err('\r\x1b[K');
  return protocols.flatMap((protocol) => done.get(protocol.name) ?? []);
}

async function generateHere(
  share: readonly Protocol[],
  emit: readonly Emitted[],
  keep: (one: Generated) => void,
): Promise<void> {
  for (const protocol of share) keep(await generateOne(protocol, emit));
}

function generateThere(share: Share, keep: (one: Generated) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Printing makes much short-lived memory: with the usual young generation a fifth of the time goes into it.
    const worker = new Worker(new URL('./generate-share.js', import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: 128 },
    });
    worker.on('message', keep);
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a generating thread ended with ${code}`)),
    );
  });
}
