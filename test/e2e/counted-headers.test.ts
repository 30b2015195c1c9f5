import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { protoFrame } from '../compiler/cli/cli.js';
import { ROOT } from '../support/root.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

// A protocol of varints with headers behind their count, between a client and a server that write its bytes by hand.

let folder: string;
let server: Server;
let sidecar: Sidecar;
const sockets = new Set<Socket>();
/** What stands behind the id of each request that the server had. */
const received: string[] = [];

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** The varint at a place, and where it ends. */
function readVarint(bytes: Uint8Array, at: number): [value: number, end: number] {
  const byte = bytes[at]!;
  if (byte < 0x80) return [byte, at + 1];
  const [rest, end] = readVarint(bytes, at + 1);
  return [(byte & 0x7f) + rest * 0x80, end];
}

function text(value: string): number[] {
  return [...varint(value.length), ...Buffer.from(value)];
}

function frame(op: number, id: number, rest: readonly number[]): Buffer {
  const content = [op, ...varint(id), ...rest];
  return Buffer.from([...varint(content.length), ...content]);
}

/** Calls back with what each frame of a socket holds: its operation, its id, and the bytes behind that. */
function onFrames(socket: Socket, take: (op: number, id: number, rest: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.some((byte) => byte < 0x80)) {
      const [length, from] = readVarint(bytes, 0);
      if (bytes.length < from + length) return;
      const content = bytes.subarray(from, from + length);
      bytes = bytes.subarray(from + length);
      const [id, end] = readVarint(content, 1);
      take(content[0]!, id, content.subarray(end));
    }
  });
}

async function open(): Promise<Socket> {
  const socket = connect(sidecar.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  folder = mkdtempSync(`${ROOT}test/dist/counted-headers-`);
  const schema = 'test/golden/shapes/counted-headers/input.proto-frame';
  const compiled = await protoFrame(ROOT, ['compile', schema, '--out', folder, '--emit', 'js']);
  expect([compiled.code, compiled.err]).toEqual([0, '']);
  server = createServer((socket) =>
    onFrames(socket, (_op, id, rest) => {
      received.push(rest.toString('latin1'));
      socket.write(frame(2, id, [1, ...text('from'), ...text('server'), ...Buffer.from('done')]));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const change = '{ request: { set: { via: sidecar }, remove: [secret] } }';
  sidecar = await startSidecar({
    protocol: 'counted_headers',
    upstreams: [(server.address() as AddressInfo).port],
    codecs: [join(folder, 'counted-headers.js')],
    match: '{ service: echo }',
    listener: [`filters: [{ name: header_rewrite, config: ${change} }]`],
  });
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  await sidecar?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('headers are set and deleted with their count, and others keep their bytes', async () => {
  const socket = await open();
  const replies: [number, number, string][] = [];
  onFrames(socket, (op, id, rest) => replies.push([op, id, rest.toString('latin1')]));
  // The length of the second key takes a byte more than it needs.
  const kept = [0x81, 0x00, ...Buffer.from('k'), ...text('v'.repeat(200))];
  const pairs = [...text('svc'), ...text('echo'), ...kept, ...text('secret'), ...text('x')];
  socket.write(frame(1, 300, [3, ...pairs, ...text('ping'), ...Buffer.from('body')]));
  socket.write(frame(1, 7, [0, ...text('ping')]));
  await expect.poll(() => replies.length, { timeout: 5000 }).toBe(2);
  const pair = [...text('svc'), ...text('echo'), ...kept, ...text('via'), ...text('sidecar')];
  const wanted = Buffer.from([3, ...pair, ...text('ping'), ...Buffer.from('body')]);
  expect(received).toEqual([wanted.toString('latin1')]);
  const answer = Buffer.from([1, ...text('from'), ...text('server'), ...Buffer.from('done')]);
  expect(replies.find(([, id]) => id === 300)).toEqual([2, 300, answer.toString('latin1')]);
  // Nothing routes the service `default`: the sidecar's own error has no headers.
  expect(replies.find(([, id]) => id === 7)?.[0]).toBe(3);
});

test('a count over its range, and texts that run over their window, end their connection only', async () => {
  const good = await open();
  const replies: number[] = [];
  onFrames(good, (_op, id) => replies.push(id));
  const hostile = [
    frame(1, 1, [17, ...Array.from({ length: 17 }, () => [0, 0]).flat(), 0]),
    frame(1, 1, [2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 1]),
  ];
  await Promise.all(
    hostile.map(async (bytes) => {
      const socket = await open();
      sockets.add(socket);
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }),
  );
  good.write(frame(1, 9, [1, ...text('svc'), ...text('echo'), ...text('ping')]));
  await expect.poll(() => replies, { timeout: 5000 }).toEqual([9]);
});
