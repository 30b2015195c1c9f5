import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectSecured } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { ServerTlsContext } from '../../../runtime/network/tls/server-context.js';
import { TlsAcceptor } from '../../../runtime/network/tls/tls-acceptor.js';
import { WorkerLoop } from '../../../runtime/network/worker-loop.js';
import { makeServerCertificate } from '../../support/certificates.js';

const LIMIT_MS = 5_000;

const ends: (() => unknown)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

it('counts the wait for a place as part of the handshake', async () => {
  let now = 0;
  const loop = new WorkerLoop(() => now);
  const stats = { tlsHandshakes: 0, tlsFailures: 0, tlsTimeouts: 0, tlsRejected: 0, tlsActive: 0 };
  const context = new ServerTlsContext({
    certificates: [{ ...makeServerCertificate().server, passphrase: null, serverNames: null }],
    alpn: [],
    minVersion: 'TLSv1.2',
    clientCertificate: 'none',
    ca: null,
  });
  const settings = {
    context,
    handshakeTimeout: LIMIT_MS,
    maxHandshakes: 1,
    plaintextAfter: null,
    admits: null,
  };
  const owner = { onSecured() {}, onPlaintext() {}, onTurnedAway() {} };
  const acceptor = new TlsAcceptor(settings, loop, stats, owner);
  let bytes = 0;
  const port = await listen((socket) => {
    socket.on('data', (chunk) => (bytes += chunk.length));
    acceptor.accept(socket);
  });
  const hello = await clientHello();
  // They go no further: one has the only place, the others wait for it.
  for (let i = 0; i < 4; i++)
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .write(hello);
  await expect.poll(() => bytes >= 4 * hello.length).toBe(true);
  now = LIMIT_MS - 1_000;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stats.tlsActive).toBe(4);
  now = LIMIT_MS + 100;
  await expect.poll(() => stats.tlsActive).toBe(0);
  expect([stats.tlsTimeouts, stats.tlsFailures]).toEqual([4, 0]);
});

/** What a TLS caller sends first. */
async function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    void listen((socket) =>
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
      }),
    ).then((port) => connectSecured({ port, host: '127.0.0.1' }).on('error', () => {}));
  });
}

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    ends.push(() => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
