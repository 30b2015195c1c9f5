import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BoltSplitter } from '../../support/bolt-splitter.js';

/**
 * `node echo-server.js [CERTIFICATE_FILE KEY_FILE]`: answers every bolt v1 request with its content and every heartbeat
 * with an ack, over TLS 1.3 if it has a certificate; prints its port.
 */
const [certificate, key] = process.argv.slice(2).map((file) => readFileSync(file));

const HEAD = 20;

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let replies: Buffer[] = [];
  const splitter = new BoltSplitter((b, start, end) => {
    if (b[start + 1] !== 1) return;
    const heartbeat = b.readUInt16BE(start + 2) === 0;
    const content = start + 22 + b.readUInt16BE(start + 14) + b.readUInt16BE(start + 16);
    const reply = Buffer.allocUnsafe(HEAD + (end - content));
    b.copy(reply, 0, start, start + 10);
    reply[1] = 0;
    reply.writeUInt16BE(heartbeat ? 0 : 2, 2);
    reply.writeUInt16BE(0, 10);
    reply.writeUInt32BE(0, 12);
    reply.writeUInt32BE(end - content, 16);
    b.copy(reply, HEAD, content, end);
    replies.push(reply);
  });
  socket.on('data', (chunk) => {
    splitter.push(chunk);
    if (replies.length === 0) return;
    socket.write(replies.length === 1 ? replies[0]! : Buffer.concat(replies));
    replies = [];
  });
  socket.on('error', () => socket.destroy());
}

const server =
  certificate === undefined
    ? createServer(serve)
    : createTlsServer({ cert: certificate, key: key!, minVersion: 'TLSv1.3' }, serve);

server.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as { port: number }).port}`);
});
process.once('SIGTERM', () => process.exit(0));
