#!/usr/bin/env node
import { limitYoungGeneration } from './young-generation.js';

// The bin of the package: nothing else may import this file.
limitYoungGeneration();
const { runCli } = await import('./cli.js'); // Loaded after the limit is set, or the heap has grown already.
process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
// Output on a pipe is written in the background and finishes first; the server has closed all it opened.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
