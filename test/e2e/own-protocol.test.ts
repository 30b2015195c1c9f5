import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScanState, type XProtocol } from '@proto-frame/api';
import { protoFrame } from '../compiler/cli/cli.js';
import { ROOT } from '../support/root.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

// What a user does with a protocol of the company's own: write a schema, compile it to JavaScript in CI, name
// the module in the sidecar's configuration. Nothing here knows the protocol but the schema.

/** What the generated view and encoder have; the test is not compiled against the module. */
interface Message {
  readonly op: number;
  readonly result: number;
  readonly seq: number;
  readonly verb?: string;
  readonly meta: Iterable<readonly [string, string | null]>;
  readonly body: Uint8Array;
}
interface Codec {
  readonly acme: XProtocol<Partial<Message> & { ttl?: number }>;
  readonly MessageFrame: new (bytes: Uint8Array, start: number, end: number) => Message;
  readonly Op: {
    readonly ping: number;
    readonly call: number;
    readonly answer: number;
    readonly fire: number;
  };
  readonly Result: Readonly<Record<'ok' | 'noRoute' | 'late', number>>;
}

let folder: string;
let codec: Codec;
let server: Server;
let sidecar: Sidecar;
const sockets = new Set<Socket>();
const received: { verb: string | undefined; meta: unknown; body: string }[] = [];

/** Calls back with every frame of a socket. */
function onFrames(socket: Socket, take: (frame: Message, bytes: Uint8Array) => void): void {
  sockets.add(socket);
  let bytes = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const length = codec.acme.scan(bytes, 0, bytes.length, new ScanState(1 << 20));
      if (length <= 0 || length > bytes.length) return;
      const frame = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      codec.acme.check(frame, 0, length);
      take(new codec.MessageFrame(frame, 0, length), frame);
    }
  });
}

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  folder = mkdtempSync(`${ROOT}test/dist/own-protocol-`);
  const compiled = await protoFrame(ROOT, [
    'compile',
    'test/e2e/own-protocol/acme.proto-frame',
    '--out',
    folder,
    '--emit',
    'js',
  ]);
  expect([compiled.code, compiled.err]).toEqual([0, '']);
  const module = join(folder, 'acme.js');
  codec = (await import(pathToFileURL(module).href)) as Codec;
  const { Op } = codec;
  server = createServer((socket) =>
    onFrames(socket, (frame, bytes) => {
      if (frame.op === Op.ping) return void socket.write(codec.acme.heartbeatAck(bytes, 0, bytes.length)!);
      received.push({ verb: frame.verb, meta: [...frame.meta], body: Buffer.from(frame.body).toString() });
      if (frame.op === Op.fire || frame.verb === 'sleep') return;
      socket.write(
        codec.acme.encode({
          op: Op.answer,
          seq: frame.seq,
          body: Buffer.concat([Buffer.from('done '), frame.body]),
        }),
      );
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sidecar = await startSidecar({
    protocol: 'acme',
    upstreams: [(server.address() as AddressInfo).port],
    codecs: [module],
    match: '{ service: orders }',
    timeout: '200ms',
    listener: ['filters: [{ name: header_rewrite, config: { request: { set: { via: sidecar } } } }]'],
  });
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  await sidecar?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a protocol that only its schema knows goes through the sidecar', async () => {
  const { acme, Op, Result } = codec;
  const socket = connect(sidecar.port, '127.0.0.1');
  const replies = new Map<number, { result: number; body: string }>();
  onFrames(socket, (f) => replies.set(f.seq, { result: f.result, body: Buffer.from(f.body).toString() }));
  const call = (seq: number, verb: string, svc: string, more: object = {}): void =>
    void socket.write(acme.encode({ op: Op.call, seq, verb, meta: [['svc', svc]], ...more }));

  call(4_000_000_000, 'place', 'orders', { body: Buffer.from('one') });
  call(7, 'place', 'nowhere');
  call(8, 'sleep', 'orders', { ttl: 40 });
  socket.write(acme.encode({ op: Op.ping, seq: 9 }));
  socket.write(
    acme.encode({
      op: Op.fire,
      seq: 10,
      verb: 'note',
      meta: [['svc', 'orders']],
      body: Buffer.from('fired'),
    }),
  );
  await expect.poll(() => replies.size, { timeout: 5000 }).toBe(4);
  await expect.poll(() => received.length).toBe(3);

  expect(replies.get(4_000_000_000)).toEqual({ result: Result.ok, body: 'done one' });
  expect(replies.get(7)).toEqual({ result: Result.noRoute, body: 'no route for nowhere' });
  expect(replies.get(8)?.result).toBe(Result.late);
  expect(replies.get(9)).toEqual({ result: Result.ok, body: '' });
  expect(received.find((r) => r.verb === 'note')).toEqual({
    verb: 'note',
    meta: [
      ['svc', 'orders'],
      ['via', 'sidecar'],
    ],
    body: 'fired',
  });
});
