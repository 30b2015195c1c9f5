import { connect } from 'node:net';
import { buildBolt } from '../../support/reference-frames.js';

/**
 * `node slow-loris.js PORT CONNECTIONS MILLISECONDS`: a third of the connections say nothing, a third send a
 * header and a third a body at one byte in so many milliseconds. Prints `all open`, and when the last one was
 * closed a line of JSON: how long the first and the last of each kind were let in.
 */
const [port, connections, every] = process.argv.slice(2).map(Number) as [number, number, number];
const FRAME = buildBolt({ id: 1, headers: [['service', 'com.demo.Echo:1.0']], content: Buffer.alloc(1000) });
const KINDS = ['silent', 'header', 'body'] as const;
/** Bytes sent at once in the beginning. */
const HEAD_START = { silent: 0, header: 1, body: 200 };

const lives: Record<(typeof KINDS)[number], { closed: number; shortest: number; longest: number }> = {
  silent: { closed: 0, shortest: Infinity, longest: 0 },
  header: { closed: 0, shortest: Infinity, longest: 0 },
  body: { closed: 0, shortest: Infinity, longest: 0 },
};
let open = 0;
let left = connections;

function start(kind: (typeof KINDS)[number]): void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let at = HEAD_START[kind];
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  socket.once('connect', () => {
    since = performance.now();
    if (at > 0) {
      socket.write(FRAME.subarray(0, at));
      timer = setInterval(() => socket.write(FRAME.subarray(at, ++at)), every);
    }
    if (++open === connections) console.log('all open');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(timer);
    const life = lives[kind];
    life.closed++;
    life.shortest = Math.min(life.shortest, performance.now() - since);
    life.longest = Math.max(life.longest, performance.now() - since);
    if (--left === 0) console.log(JSON.stringify(lives));
  });
  socket.resume();
}

// A few at a time, or the queue of new connections overflows and the kernel makes the rest wait for seconds.
let started = 0;
const opening = setInterval(() => {
  for (let i = 0; i < 100 && started < connections; i++) start(KINDS[started++ % 3]!);
  if (started === connections) clearInterval(opening);
}, 10);
