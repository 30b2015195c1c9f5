import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectSecured } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { ServerTlsContext } from '../../../runtime/network/tls/server-context.js';
import { TlsAcceptor, type TlsStats } from '../../../runtime/network/tls/tls-acceptor.js';
import { WorkerLoop } from '../../../runtime/network/worker-loop.js';
import { makeServerCertificate } from '../../support/certificates.js';

const LIMIT_MS = 5_000;

const ends: (() => unknown)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

const { ca, server: own } = makeServerCertificate();
const context = new ServerTlsContext({
  certificates: [{ ...own, passphrase: null, serverNames: null }],
  alpn: [],
  minVersion: 'TLSv1.2',
  clientCertificate: 'none',
  ca: null,
});

/** An acceptor that has a single place, on a port, with a clock that stands still. */
async function stage(): Promise<{
  clock: { now: number };
  stats: TlsStats;
  port: number;
  /** Calls with nothing but a ClientHello; resolves to all that came back, once it is closed. */
  stall(): Promise<Buffer>;
  /** Bytes that have come. */
  received(): number;
}> {
  const clock = { now: 0 };
  const loop = new WorkerLoop(() => clock.now);
  const stats = {
    tlsHandshakes: 0,
    tlsFailures: 0,
    tlsTimeouts: 0,
    tlsRejected: 0,
    tlsRefused: 0,
    tlsActive: 0,
  };
  const settings = {
    context,
    handshakeTimeout: LIMIT_MS,
    maxHandshakes: 1,
    plaintextAfter: null,
    admits: null,
  };
  const owner = {
    onSecured: (socket: Socket) => void ends.push(() => socket.destroy()),
    onPlaintext() {},
    onTurnedAway() {},
  };
  const acceptor = new TlsAcceptor(settings, loop, stats, owner);
  let bytes = 0;
  const port = await listen((socket) => {
    socket.on('data', (chunk) => (bytes += chunk.length));
    acceptor.accept(socket);
  });
  const hello = await clientHello();
  const stall = (): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk)).write(hello);
    return new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(chunks))));
  };
  return { clock, stats, port, stall, received: () => bytes };
}

it('counts the wait for a place as part of the handshake', async () => {
  const { clock, stats, stall, received } = await stage();
  // They go no further: one has the only place, the others wait for it.
  for (let i = 0; i < 4; i++) void stall();
  await expect.poll(() => stats.tlsActive).toBe(4);
  await expect.poll(received).toBeGreaterThan(4 * 200);
  clock.now = LIMIT_MS - 1_000;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stats.tlsActive).toBe(4);
  clock.now = LIMIT_MS + 100;
  await expect.poll(() => stats.tlsActive).toBe(0);
  expect([stats.tlsTimeouts, stats.tlsFailures, stats.tlsRefused]).toEqual([4, 0, 0]);
});

it('refuses those whose turn will not come in time as soon as that shows, with an alert', async () => {
  const { clock, stats, port, stall } = await stage();
  void stall();
  await expect.poll(() => stats.tlsActive).toBe(1);
  const caller = connectSecured({ port, host: '127.0.0.1', ca: ca.certificate });
  ends.push(() => caller.destroy());
  await expect.poll(() => stats.tlsActive).toBe(2);
  const behind = Array.from({ length: 40 }, () => stall());
  await expect.poll(() => stats.tlsActive).toBe(42);
  // The first one has its place no more. At the pace of one in 2.1 s one or two more of them could end.
  clock.now = 2_100;
  await expect.poll(() => stats.tlsHandshakes).toBe(1);
  await expect.poll(() => stats.tlsRefused).toBeGreaterThan(30);
  expect(stats.tlsRefused).toBeLessThan(38);
  expect((await behind.at(-1))!.toString('hex')).toBe('15030300020250');
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
