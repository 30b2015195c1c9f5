import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from '../analyse.js';
import { Report } from '../diagnostics/diagnostic.js';
import { type Emitted, generateOne } from './generate-one.js';
import { readSources } from './read-sources.js';

/** A thread's part of a run: the schema files it generates from. */
export interface Share {
  readonly files: readonly string[];
  readonly cwd: string;
  readonly emit: readonly Emitted[];
}

// Runs in a worker thread: reads its files anew, which costs little, and answers one protocol a message. Errors
// are the main thread's to report, which checks all files together.
if (parentPort !== null) {
  const { files, cwd, emit } = workerData as Share;
  const report = new Report();
  const { roots, resolve } = await readSources(files, cwd, report);
  const protocols = analyse(roots, resolve, report);
  if (!report.hasErrors) {
    for (const protocol of protocols) parentPort.postMessage(await generateOne(protocol, emit));
  }
}
