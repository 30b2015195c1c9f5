import { connect } from 'node:net';
import { buildBolt } from '../../support/reference-frames.js';

/**
 * `node tiny-frames.js PORT CONNECTIONS FRAMES`: sends that many requests nobody has a route for, in chunks of
 * 64 KiB as fast as they are taken. Prints `sending` and, when all are answered, `done`.
 */
const [port, connections, frames] = process.argv.slice(2).map(Number) as [number, number, number];
const FRAME = buildBolt({ id: 1, headers: [['service', 'none']], content: Buffer.alloc(100) });
const CHUNK = Buffer.concat(Array.from({ length: Math.floor(65_536 / FRAME.length) }, () => FRAME));
const EACH = Math.ceil(frames / connections);

let replyLength = 0;
let left = connections;
for (let i = 0; i < connections; i++) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let toSend = EACH;
  let received = 0;
  const send = (): void => {
    while (toSend > 0) {
      const bytes = Math.min(toSend * FRAME.length, CHUNK.length);
      toSend -= bytes / FRAME.length;
      if (!socket.write(CHUNK.subarray(0, bytes))) return;
    }
  };
  socket.on('connect', send);
  socket.on('drain', send);
  socket.on('data', (chunk: Buffer) => {
    // All replies are alike, so their bytes tell how many there are.
    if (replyLength === 0)
      replyLength = 20 + chunk.readUInt16BE(12) + chunk.readUInt16BE(14) + chunk.readUInt32BE(16);
    received += chunk.length;
    if (received < EACH * replyLength) return;
    socket.destroy();
    if (--left === 0) console.log('done');
  });
  socket.on('error', (error) => console.log(`failed: ${error.message}`));
}
console.log('sending');
