#!/usr/bin/env node
import { run } from './run.js';

const stop = new AbortController();
const args = process.argv.slice(2);
// Only a watch is ended in an orderly way; anything else dies at once, as it should.
if (args.includes('--watch'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// `proto-frame decode … | head` closes the pipe early, which is no mistake: nobody wants the rest.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (stream === process.stdout) process.exit();
  });

const { NO_COLOR, FORCE_COLOR } = process.env;
const interactive = process.stderr.isTTY === true;
process.exitCode = await run(args, {
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: FORCE_COLOR ? FORCE_COLOR !== '0' : interactive && !NO_COLOR,
  interactive,
  signal: stop.signal,
});
