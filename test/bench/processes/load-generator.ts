import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import { BoltSplitter } from '../../support/bolt-splitter.js';
import { SAMPLE_LENGTH, sampleFrame } from '../sample-frame.js';

/**
 * `node load-generator.js PORT CONNECTIONS IN_FLIGHT MILLISECONDS [CA_FILE]`: opens all connections, says
 * `connected`, keeps IN_FLIGHT requests of 412 bytes under way on each and prints one line of JSON: requests answered
 * a second, latency percentiles in ms, replies with an error status, replies that are not their request's (id and
 * content are compared), and all replies, those of the warm-up included. With a CA_FILE connections are TLS 1.3.
 *
 * Frames are built once, one for each request in flight, and patched in place: a slot's bytes are written
 * again only after its reply has come, so they have left the process by then.
 */
const [port, connections, inFlight, milliseconds] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];

/** PEM of who signed the server's certificate; undefined: plain text. */
const ca = process.argv[6] === undefined ? undefined : readFileSync(process.argv[6]);

const WARM_UP = 500;
const CONTENT_AT = SAMPLE_LENGTH - 135;

interface Line {
  readonly socket: Socket;
  readonly index: number;
  /** The frames of all slots, one after another. */
  readonly frames: Buffer;
  /** When each slot's request was sent, ms. */
  readonly sent: Float64Array;
  /** The id each slot waits for. */
  readonly ids: Uint32Array;
}

let answered = 0;
let replies = 0;
let miscorrelated = 0;
let errors = 0;
let counting = false;
let begun = false;
let stopping = false;
let open = 0;
let connected = 0;
const latencies: number[] = [];

function renew(line: Line, slot: number): void {
  const at = slot * SAMPLE_LENGTH;
  const id = (line.ids[slot] = (line.ids[slot]! + inFlight) >>> 0);
  line.frames.writeUInt32BE(id, at + 5);
  line.frames.writeUInt32BE(line.index, at + CONTENT_AT);
  line.frames.writeUInt32BE(id, at + CONTENT_AT + 4);
  line.sent[slot] = performance.now();
}

/** Writes the slots, neighbours together. */
function send(line: Line, slots: number[]): void {
  slots.sort((a, b) => a - b);
  line.socket.cork();
  for (let i = 0; i < slots.length;) {
    let last = i;
    while (last + 1 < slots.length && slots[last + 1] === slots[last]! + 1) last++;
    line.socket.write(line.frames.subarray(slots[i]! * SAMPLE_LENGTH, (slots[last]! + 1) * SAMPLE_LENGTH));
    i = last + 1;
  }
  line.socket.uncork();
}

function openSocket(): Socket {
  const to = { port, host: '127.0.0.1' };
  const socket = ca === undefined ? connect(to) : connectByTls({ ...to, ca, minVersion: 'TLSv1.3' });
  return socket.setNoDelay(true);
}

function start(index: number): Line {
  const line: Line = {
    socket: openSocket(),
    index,
    frames: Buffer.concat(Array.from({ length: inFlight }, () => sampleFrame(0))),
    sent: new Float64Array(inFlight),
    ids: Uint32Array.from({ length: inFlight }, (_, slot) => slot),
  };
  open++;
  let freed: number[] = [];
  const splitter = new BoltSplitter((b, at, end) => {
    const id = b.readUInt32BE(at + 5);
    const slot = id % inFlight;
    const content = end - 135;
    if (b.readUInt16BE(at + 10) !== 0) errors++;
    else if (content < at + 20 || b.readUInt32BE(content) !== index || b.readUInt32BE(content + 4) !== id) {
      miscorrelated++;
    }
    if (line.ids[slot] !== id) {
      miscorrelated++;
      return;
    }
    replies++;
    if (counting) {
      answered++;
      if ((answered & 15) === 0) latencies.push(performance.now() - line.sent[slot]!);
    }
    freed.push(slot);
  });
  line.socket.on('data', (chunk: Buffer) => {
    splitter.push(chunk);
    if (stopping) return void line.socket.end();
    for (const slot of freed) renew(line, slot);
    send(line, freed);
    freed = [];
  });
  line.socket.on('error', (error) => {
    if (!begun) throw error;
    console.error(error.message);
    errors++;
  });
  line.socket.on('close', () => {
    if (!begun) throw new Error('closed before all were connected');
    open--;
    if (!stopping) errors++;
  });
  line.socket.once(ca === undefined ? 'connect' : 'secureConnect', () => {
    if (++connected === connections) begin();
  });
  return line;
}

const lines = Array.from({ length: connections }, (_, index) => start(index));

/** Once all are connected, so that what connections cost is not among what requests cost. */
function begin(): void {
  begun = true;
  console.log('connected');
  for (const line of lines) {
    const slots = Array.from({ length: inFlight }, (_, slot) => slot);
    for (const slot of slots) renew(line, slot);
    send(line, slots);
  }
  setTimeout(() => {
    counting = true;
    const from = performance.now();
    setTimeout(() => {
      counting = false;
      const seconds = (performance.now() - from) / 1000;
      stopping = true;
      latencies.sort((a, b) => a - b);
      const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
      const result = {
        rps: answered / seconds,
        p50: at(0.5),
        p99: at(0.99),
        errors,
        miscorrelated,
        replies,
        open,
      };
      console.log(JSON.stringify(result));
      for (const line of lines) line.socket.destroy();
    }, milliseconds);
  }, WARM_UP);
}
