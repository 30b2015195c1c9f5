import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { bolt2 } from '#codecs/bolt2.js';
import { BoltClient } from '../support/bolt-client.js';
import { startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

// Bytes that no protocol of the listener takes go to the cluster of its `fallback`.

const open: { close(): Promise<void> | void }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function plainServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

/** Answers with the same bytes. */
const echo = (socket: Socket): void => void socket.pipe(socket);

async function proxyTo(port: number, changes: Partial<WholeProxyOptions> = {}): Promise<WholeProxy> {
  const proxy = await startProxy({
    clusters: [clusterOf([]), { ...clusterOf([port]), name: 'plain' }],
    fallback: 'plain',
    ...changes,
  });
  open.push(proxy);
  return proxy;
}

async function exchange(port: number, bytes: Buffer, end = true): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const got: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => got.push(chunk));
  const done = new Promise<void>((resolve, reject) => {
    socket.on('end', resolve);
    socket.on('error', reject);
  });
  if (end) socket.end(bytes);
  else socket.write(bytes);
  await done;
  socket.destroy();
  return Buffer.concat(got);
}

test('what speaks none of the protocols is carried as it is, to its end', async () => {
  const proxy = await proxyTo(await plainServer(echo));
  const text = Buffer.from('GET / HTTP/1.1\r\nHost: nobody\r\n\r\n');
  expect(await exchange(proxy.port, text)).toEqual(text);
  expect(proxy.downstream.protocolUnknown).toBe(0);
  expect(proxy.errors).toEqual([]);
});

test('as much as there is, both ways at once, within the watermarks', async () => {
  const proxy = await proxyTo(await plainServer(echo));
  const large = Buffer.alloc(24 * 1024 * 1024, 'gopher ');
  const before = process.memoryUsage().external;
  const got = await exchange(proxy.port, large);
  expect(got.length).toBe(large.length);
  expect(got.equals(large)).toBe(true);
  // What was collected, twice; no second copy in the proxy.
  expect(process.memoryUsage().external - before).toBeLessThan(3 * large.length);
});

test('a server that speaks last is heard to its end', async () => {
  const port = await plainServer((socket) => {
    let length = 0;
    socket.on('data', (chunk: Buffer) => (length += chunk.length));
    socket.on('end', () => socket.end(`${length} bytes`));
  });
  const proxy = await proxyTo(port);
  expect((await exchange(proxy.port, Buffer.alloc(100_000, 'z'))).toString()).toBe('100000 bytes');
});

test('a server that hangs up first takes the caller with it', async () => {
  const proxy = await proxyTo(await plainServer((socket) => void socket.end('no\n')));
  expect((await exchange(proxy.port, Buffer.from('hello'), false)).toString()).toBe('no\n');
});

test('too few bytes to tell go there when the first bytes are due', async () => {
  const proxy = await proxyTo(await plainServer((socket) => void socket.once('data', (b) => socket.end(b))), {
    protocols: [bolt2],
    deadlines: { firstBytes: 50 },
  });
  // The first byte of bolt2, and nothing after it.
  expect([...(await exchange(proxy.port, Buffer.from([2]), false))]).toEqual([2]);
});

test('the end of a caller that said too little is passed on too', async () => {
  const proxy = await proxyTo(await plainServer(echo), { protocols: [bolt2] });
  expect([...(await exchange(proxy.port, Buffer.from([2])))]).toEqual([2]);
});

test('with no host for it, the caller is closed and nobody else minds', async () => {
  const proxy = await startProxy({
    clusters: [clusterOf([]), { ...clusterOf([]), name: 'plain' }],
    fallback: 'plain',
  });
  open.push(proxy);
  expect(await exchange(proxy.port, Buffer.from('hello'), false)).toEqual(Buffer.alloc(0));
  expect(proxy.errors).toEqual([]);
});

test('the protocol of the listener is served beside it', async () => {
  const bolt = await startUpstream();
  open.push({ close: () => bolt.kill() });
  const plain = await plainServer(echo);
  const proxy = await startProxy({
    clusters: [clusterOf([bolt.port]), { ...clusterOf([plain]), name: 'plain' }],
    routes: [routeTo('echo')],
    fallback: 'plain',
  });
  open.push(proxy);
  const client = await BoltClient.open(proxy.port);
  client.send(7, 'hello');
  const [reply] = await client.received(1);
  expect([reply!.id, reply!.body.toString()]).toEqual([7, 'hello']);
  client.socket.destroy();
  expect((await exchange(proxy.port, Buffer.from('plain'))).toString()).toBe('plain');
});
