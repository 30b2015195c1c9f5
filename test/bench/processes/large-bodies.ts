import { connect } from 'node:net';
import { BoltSplitter } from '../../support/bolt-splitter.js';
import { buildBolt } from '../../support/reference-frames.js';

/**
 * `node large-bodies.js PORT CONNECTIONS REQUESTS BYTES`: sends so many requests with so large a body on each connection,
 * one after the other, and prints one line of JSON: how many replies are missing or hold another body.
 */
const [port, connections, requests, bytes] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];
const headers: [string, string][] = [['sofa_head_target_service', 'com.demo.Echo:1.0']];

/** Resolves to how many replies were right. */
function run(index: number): Promise<number> {
  const content = Buffer.alloc(bytes, index + 1);
  let right = 0;
  let sent = 0;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const send = (): void => {
      content.writeUInt32BE(++sent, 0);
      socket.write(buildBolt({ id: sent, className: 'x', headers, content }));
    };
    const splitter = new BoltSplitter((b, start, end) => {
      // The content is all that the echo server puts behind the head of a reply.
      const body = b.subarray(end - bytes, end);
      if (end - start > bytes && b.readUInt32BE(start + 5) === sent && body.equals(content)) right++;
      if (sent === requests) socket.destroy();
      else send();
    });
    socket.on('connect', send);
    socket.on('data', (chunk) => splitter.push(chunk));
    socket.on('error', (error) => console.error(error.message));
    socket.on('close', () => resolve(right));
  });
}

const right = await Promise.all(Array.from({ length: connections }, (_, index) => run(index)));
console.log(JSON.stringify({ wrong: connections * requests - right.reduce((a, b) => a + b) }));
