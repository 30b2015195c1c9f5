import { connect, type Socket } from 'node:net';
import { buildBolt } from '../../support/reference-frames.js';

/**
 * `node idle-connections.js PORT CONNECTIONS`: opens them, some at a time, sends one heartbeat on each, and prints one
 * line of JSON two seconds after the last was answered: how many are open. Then it keeps them until it is ended.
 */
const [port, connections] = process.argv.slice(2).map(Number) as [number, number];

const AT_ONCE = 100;
const QUIET_MS = 2_000;
const heartbeat = buildBolt({ id: 1, cmd: 0 });

const sockets: Socket[] = [];
let answered = 0;
let failed = 0;

function open(): void {
  if (sockets.length === connections) return;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  sockets.push(socket);
  let settled = false;
  const settle = (good: boolean): void => {
    if (settled) return;
    settled = true;
    if (good) answered++;
    else failed++;
    if (answered + failed === connections) setTimeout(report, QUIET_MS);
    open();
  };
  socket.once('connect', () => socket.write(heartbeat));
  socket.on('data', () => settle(true));
  socket.on('error', () => settle(false));
  socket.on('close', () => settle(false));
}

function report(): void {
  console.log(JSON.stringify({ open: sockets.filter((socket) => !socket.destroyed).length }));
}

for (let i = 0; i < AT_ONCE; i++) open();
process.once('SIGTERM', () => process.exit(0));
