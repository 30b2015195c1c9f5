import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from '../analyse.js';
import { Report } from '../diagnostics/diagnostic.js';
import { generateOne, type Emitted } from './generate-one.js';
import { readSources } from './read-sources.js';

/** What a worker of generate-all is given: the files of the run, and which of their protocols are its share. */
export interface Share {
  readonly files: readonly string[];
  readonly cwd: string;
  readonly protocols: readonly string[];
  readonly emit: readonly Emitted[];
}

// Runs in a worker thread: reads the schemas anew, which costs little, and generates its share of them.
if (parentPort !== null) {
  const { files, cwd, protocols, emit } = workerData as Share;
  const report = new Report();
  const { roots, resolve } = await readSources(files, cwd, report);
  for (const protocol of analyse(roots, resolve, report)) {
    if (protocols.includes(protocol.name)) parentPort.postMessage(await generateOne(protocol, emit));
  }
}
