import type { RequestId } from '@proto-frame/api';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/bolt-client.js';
import { cutFrames } from '../support/cut-frames.js';
import { idFrame, idsProtocol, type IdWidth, readIdFrame } from '../support/hand-written-ids.js';
import { Random } from '../support/random.js';
import { clusterOf, startProxy, type WholeProxy } from '../support/whole-proxy.js';

let proxy: WholeProxy;
let server: Server;
const sockets: Socket[] = [];

/** Calls `take` with each frame of two bytes of length. */
function frames(socket: Socket, take: (frame: Buffer) => void): void {
  sockets.push(socket);
  cutFrames(socket, (bytes) => (bytes.length < 2 ? 0 : bytes.readUInt16BE(0)), take);
}

/** A proxy before a host that echoes and notes the ids it sees. */
async function start(width: IdWidth, firstRequestId: number): Promise<RequestId[]> {
  const seen: RequestId[] = [];
  server = createServer({ noDelay: true }, (socket) =>
    frames(socket, (frame) => {
      const { id, payload } = readIdFrame(width, frame);
      seen.push(id);
      socket.write(idFrame(width, '!', id, payload));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy = await startProxy({
    protocols: [idsProtocol(width)],
    clusters: [clusterOf([port])],
    firstRequestId,
  });
  return seen;
}

async function ask(width: IdWidth, requests: readonly (readonly [RequestId, string])[]): Promise<string[]> {
  const socket = connect(proxy.port, '127.0.0.1');
  const replies: string[] = [];
  frames(socket, (frame) => {
    const { id, payload } = readIdFrame(width, frame);
    replies.push(`${id} ${payload}`);
  });
  socket.write(Buffer.concat(requests.map(([id, payload]) => idFrame(width, '?', id, payload))));
  await eventually(() => replies.length === requests.length, `${requests.length} replies`);
  return replies;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
  expect(proxy.errors).toEqual([]);
});

describe('ids that vary in width', () => {
  it('become others on the way and come back as they were, whatever the widths', async () => {
    const seen = await start('varint', 100);
    const random = new Random(41);
    const requests = Array.from({ length: 400 }, (_, i): [number, string] => {
      return [Math.floor(2 ** (random.next() * 53)), `payload ${i} ${'x'.repeat(random.below(300))}`];
    });
    const replies = await ask('varint', requests);
    expect(replies.sort()).toEqual(requests.map(([id, payload]) => `${id} ${payload}`).sort());
    // 100 to 499: one byte, then two.
    expect(seen).toEqual(Array.from({ length: 400 }, (_, i) => 100 + i));
  });

  it('are refused in the protocol if the frame has no room for another', async () => {
    await start('varint', 2 ** 40);
    const [reply] = await ask('varint', [[5, 'x'.repeat(65_535 - 4)]]);
    expect(reply).toBe('5 error 0');
    expect(await ask('varint', [[6, 'small']])).toEqual(['6 small']);
  });
});

describe('ids of 64 bits', () => {
  it('come back bit for bit', async () => {
    await start('u64', 0);
    const random = new Random(43);
    const ids = [0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
    for (let i = 0; i < 300; i++)
      ids.push((BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)));
    const replies = await ask(
      'u64',
      ids.map((id, i): [RequestId, string] => [id, `${i}`]),
    );
    expect(replies.sort()).toEqual(ids.map((id, i) => `${id} ${i}`).sort());
  });
});
