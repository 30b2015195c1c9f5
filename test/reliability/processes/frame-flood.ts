import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { ROOT } from '../../support/root.js';
import { corpus } from '../../support/corpus.js';

/**
 * `node frame-flood.js PORT PROTOCOL FRAMES`: sends frames of the corpus, each connection one kind of frame in
 * the way a client does, one after the other into a batch, and reads what comes back. A connection that is
 * closed is opened again. Prints JSON: bytes sent, and CPU time used for it in ms.
 */
const [portText, protocol, framesText] = process.argv.slice(2) as [string, string, string];
const BATCH = 50;
let left = Number(framesText);
let sent = 0;
let open = 0;
// Where each side has frames of its own, those of the client.
const folder = existsSync(`${ROOT}test/corpus/${protocol}/client`) ? `${protocol}/client` : protocol;
const kinds = corpus(folder, 'valid').map(({ bytes }) => bytes);
const before = process.cpuUsage();

function flood(frame: Uint8Array): void {
  const socket = connect({ port: Number(portText), host: '127.0.0.1', noDelay: true });
  let waiting = false;
  open++;
  const send = (): void => {
    waiting = false;
    while (left > 0 && !socket.destroyed) {
      left -= BATCH;
      const batch = Buffer.concat(Array.from({ length: BATCH }, () => Buffer.from(frame)));
      sent += batch.length;
      if (socket.write(batch)) continue;
      waiting = true;
      return;
    }
    socket.end();
  };
  socket.on('connect', send);
  socket.on('drain', () => waiting && send());
  socket.on('data', () => {});
  socket.on('error', () => {});
  socket.on('close', () => {
    open--;
    if (left > 0) flood(frame);
    else if (open === 0) finish();
  });
}

function finish(): void {
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ bytes: sent, cpu: (user + system) / 1000 }));
  process.exit(0);
}

for (const frame of kinds.slice(0, 16)) flood(frame);
