import { parentPort } from 'node:worker_threads';
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

// Runs in a worker thread. The generator is loaded while the main thread still checks the schemas; a share
// comes when they are found good, is read anew, which costs little, and answered one protocol a message.
if (parentPort !== null) {
  const port = parentPort;
  port.once('message', ({ files, cwd, emit }: Share) => {
    void (async () => {
      const report = new Report();
      const { roots, resolve } = await readSources(files, cwd, report);
      for (const protocol of analyse(roots, resolve, report))
        port.postMessage(await generateOne(protocol, emit));
      port.close();
    })();
  });
  await import('../codegen/generate.js');
}
