import { connect, type Socket } from 'node:net';
import { BoltSplitter } from '../../support/bolt-splitter.js';
import { SAMPLE_LENGTH, sampleFrame } from '../sample-frame.js';

/**
 * `node paced-generator.js PORT CONNECTIONS PER_SECOND MILLISECONDS`: sends requests of 412 bytes at a fixed rate, whether
 * replies come or not, and prints one line of JSON: latency percentiles in ms and replies a second. A latency is
 * counted from when its request was due, so that a generator that was held up does not hide it.
 */
const [port, connections, perSecond, milliseconds] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];

const WARM_UP = 500;
/** Ids of requests under way, at most; a reply after so many others counts for another request. */
const IDS = 1 << 16;

const due = new Float64Array(IDS);
const latencies: number[] = [];
const lines: Socket[] = [];
let open = 0;

for (let i = 0; i < connections; i++) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  lines.push(socket);
  const splitter = new BoltSplitter((b, start) => {
    latencies.push(performance.now() - due[b.readUInt32BE(start + 5) & (IDS - 1)]!);
  });
  socket.on('data', (chunk) => splitter.push(chunk));
  socket.on('error', (error) => console.error(error.message));
  socket.once('connect', () => {
    if (++open === connections) begin();
  });
}

function begin(): void {
  const from = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const wanted = Math.floor(((performance.now() - from) * perSecond) / 1000);
    for (; sent < wanted; sent++) {
      const frame = Buffer.allocUnsafe(SAMPLE_LENGTH);
      template.copy(frame);
      frame.writeUInt32BE(sent, 5);
      due[sent & (IDS - 1)] = from + (sent * 1000) / perSecond;
      lines[sent % connections]!.write(frame);
    }
  }, 1);
  setTimeout(() => {
    latencies.length = 0;
    setTimeout(() => {
      clearInterval(timer);
      const rps = (latencies.length * 1000) / milliseconds;
      latencies.sort((a, b) => a - b);
      const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
      console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99), rps }));
      for (const line of lines) line.destroy();
    }, milliseconds);
  }, WARM_UP);
}

const template = sampleFrame(0);
