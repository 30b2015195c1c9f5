import type { XProtocol } from '@proto-frame/api';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { loadCodec } from '../compiler/codegen/load-codec.js';
import { eventually } from '../support/bolt-client.js';
import { cutFrames } from '../support/cut-frames.js';
import { clusterOf, startProxy, type WholeProxy } from '../support/whole-proxy.js';

// Ids that are no single integer, from a schema to the wire: the host sees ids of the proxy in the protocol's form, the
// caller its own, byte for byte.

let proxy: WholeProxy;
let server: Server;
const sockets: Socket[] = [];

/** Calls `take` with each frame: a byte, a length of two bytes, and as many bytes. */
function frames(socket: Socket, take: (frame: Buffer) => void): void {
  sockets.push(socket);
  cutFrames(socket, (bytes) => (bytes.length < 3 ? 0 : 3 + bytes.readUInt16BE(1)), take);
}

/** A proxy before a host that answers in pairs, the second first, and notes what it is sent. */
async function start(type: string, least: number, id: string, firstRequestId: number): Promise<Buffer[]> {
  const text = `protocol ids {
    frame F { answer : bool(u8); n : u16 in ${least}..999; within (n) { ${type} payload : bytes rest; } }
    semantics { kind = match (answer) { true => response, false => request }; id = ${id}; service = "echo"; }
    synth hijack none;
  }`;
  const { exports } = await loadCodec('ids.proto-frame', text);
  const seen: Buffer[] = [];
  server = createServer({ noDelay: true }, (socket) => {
    let waiting: Buffer | null = null;
    frames(socket, (frame) => {
      seen.push(Buffer.from(frame.subarray(3)));
      const reply = Buffer.concat([Buffer.of(1), frame.subarray(1)]);
      if (waiting === null) waiting = reply;
      else {
        socket.write(Buffer.concat([reply, waiting]));
        waiting = null;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy = await startProxy({
    protocols: [exports['ids'] as XProtocol],
    clusters: [clusterOf([port])],
    firstRequestId,
  });
  return seen;
}

/** Sends contents in frames on one connection; gives those of the replies once as many have come. */
async function ask(contents: readonly Buffer[]): Promise<string[]> {
  const socket = connect(proxy.port, '127.0.0.1');
  const replies: string[] = [];
  frames(socket, (frame) => replies.push(frame.toString('latin1', 3)));
  const request = (content: Buffer): Buffer => {
    const head = Buffer.alloc(3);
    head.writeUInt16BE(content.length, 1);
    return Buffer.concat([head, content]);
  };
  socket.write(Buffer.concat(contents.map(request)));
  await eventually(() => replies.length === contents.length, `${contents.length} replies`);
  return replies.sort();
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
  expect(proxy.errors).toEqual([]);
});

test('texts of any width come back as they were, also those that look like the proxy’s own', async () => {
  const seen = await start('token : text latin1 until " " max 40;', 1, 'token', 8);
  const ids = ['8', '9', '08', '0', '', 'order-17', 'caf\u00e9', '99999999999999999999', '-1', '1e3'];
  const contents = ids.map((id, i) => Buffer.from(`${id} payload ${i}`, 'latin1'));
  expect(await ask(contents)).toEqual(contents.map((c) => c.toString('latin1')).sort());
  // One digit, then two.
  expect(seen.map((c) => c.toString('latin1').split(' ')[0])).toEqual(ids.map((_, i) => String(8 + i)));
});

test('UUIDs are UUIDs on both sides, the same id of two callers included', async () => {
  const seen = await start('token : text ascii size 36;', 36, 'uuid(token)', 254);
  const own = '00000000-0000-4000-8000-0000000000fe';
  const ids = ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6', own];
  const contents = [...ids, 'no UUID at all, but as long as one is'.slice(0, 36)].map((id) =>
    Buffer.from(id),
  );
  const replies = contents.map((c) => c.toString()).sort();
  expect(await Promise.all([ask(contents), ask(contents)])).toEqual([replies, replies]);
  expect(seen.map(String).sort()).toEqual(
    Array.from(
      { length: 8 },
      (_, i) => `00000000-0000-4000-8000-${(254 + i).toString(16).padStart(12, '0')}`,
    ),
  );
});

test('numbers composed of several fields come back in each of them', async () => {
  const seen = await start('client : u64; session : u16;', 10, 'concat(client, session)', 65_535);
  const contents = [
    'ffffffffffffffff0000',
    '0000000000000000ffff',
    '00000000000100000000',
    '12345678abcdef010203',
  ]
    .concat(['00000000000000000000', 'fedcba9876543210ffff'])
    .map((hex) => Buffer.from(hex, 'hex'));
  const replies = contents.map((c) => c.toString('latin1')).sort();
  expect(await ask(contents)).toEqual(replies);
  // The high part goes on where the low one is full.
  expect(seen[0]?.toString('hex')).toBe('0000000000000000ffff');
  expect(seen[1]?.toString('hex')).toBe('00000000000000010000');
});
