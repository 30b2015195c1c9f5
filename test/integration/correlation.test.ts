import { afterEach, describe, expect, it } from 'vitest';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltHeartbeat, boltRequest, boltResponse } from '../support/bolt-frames.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { clusterOf, startProxy, type WholeProxy, type WholeProxyOptions } from '../support/whole-proxy.js';

let proxy: WholeProxy;
let upstream: ScriptedUpstream;
const clients: BoltClient[] = [];

async function start(script?: Script, options: Partial<WholeProxyOptions> = {}): Promise<void> {
  upstream = await startUpstream(script);
  proxy = await startProxy({ clusters: [clusterOf([upstream.port])], ...options });
}

async function client(): Promise<BoltClient> {
  const made = await BoltClient.open(proxy.port);
  clients.push(made);
  return made;
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.proxy.inFlight).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  await upstream.kill();
});

describe('correlation', () => {
  it('gives each caller its own reply under its own id, however replies are ordered', async () => {
    const held: (() => void)[] = [];
    await start((frame, { socket }) => {
      held.push(() => socket.write(boltResponse(frame.id, 0, frame.body)));
      if (held.length === 40) for (const reply of held.splice(0).sort(() => Math.random() - 0.5)) reply();
    });
    const callers = await Promise.all(Array.from({ length: 8 }, client));
    callers.forEach((caller, c) => {
      // All use the same ids, the largest ones too.
      [1, 2, 0, 0xffffffff, 0x80000000].forEach((id) => caller.send(id, `caller ${c} id ${id}`));
    });
    for (const [c, caller] of callers.entries()) {
      const replies = await caller.received(5);
      expect(replies.map((r) => r.body.toString()).sort()).toEqual(
        [1, 2, 0, 0xffffffff, 0x80000000].map((id) => `caller ${c} id ${id}`).sort(),
      );
      for (const reply of replies) expect(reply.body.toString()).toBe(`caller ${c} id ${reply.id}`);
    }
    expect(new Set(upstream.requests.map((r) => r.id)).size).toBe(40);
    expect(upstream.accepted).toBe(1);
  });

  it('carries a request and a reply byte for byte but for the id', async () => {
    await start();
    const caller = await client();
    const request = boltRequest(77, 'test', Buffer.from('body'), {
      headers: { a: 'b', ünï: '' },
      timeout: 5_000,
    });
    caller.socket.write(request);
    const [reply] = await caller.received(1);
    expect(reply!.bytes).toEqual(boltResponse(77, 0, Buffer.from('body')));
    const sent = Buffer.from(upstream.requests[0]!.bytes);
    sent.writeUInt32BE(77, 5);
    expect(sent).toEqual(request);
  });

  it('answers two requests under the same id of one caller, each once', async () => {
    await start();
    const caller = await client();
    caller.send(9, 'first');
    caller.send(9, 'second');
    const replies = await caller.received(2);
    expect(replies.map((r) => [r.id, r.body.toString()])).toEqual([
      [9, 'first'],
      [9, 'second'],
    ]);
  });

  it('takes requests in any pieces', async () => {
    await start();
    const caller = await client();
    const bytes = Buffer.concat([1, 2, 3].map((id) => boltRequest(id, 'test', Buffer.from(`n${id}`))));
    for (const byte of bytes) {
      caller.socket.write(Buffer.of(byte));
      if (byte % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await caller.received(3)).map((r) => r.body.toString())).toEqual(['n1', 'n2', 'n3']);
  });

  it('carries large bodies both ways among small ones', async () => {
    await start();
    const caller = await client();
    const sizes = [10, 3_000_000, 0, 70_000, 200_000, 8_192, 1_000_000];
    sizes.forEach((size, id) => caller.send(id, Buffer.alloc(size, id + 1)));
    const replies = await caller.received(sizes.length, 10_000);
    expect(replies.map((r) => [r.id, r.body.length])).toEqual(sizes.map((size, id) => [id, size]));
    for (const { id, body } of replies) expect(body.every((byte) => byte === id + 1)).toBe(true);
  });

  it('drops and counts a late reply, and never gives its id away before', async () => {
    const late: (() => void)[] = [];
    await start((frame, { socket }) => {
      const reply = (): void => void socket.write(boltResponse(frame.id, 0, frame.body));
      if (frame.body.toString() === 'slow') late.push(reply);
      else reply();
    });
    const caller = await client();
    caller.send(1, 'slow', { timeout: 50 });
    const started = Date.now();
    const [timeout] = await caller.received(1);
    expect([timeout!.id, timeout!.status]).toEqual([1, 7]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(49);
    const slowId = upstream.requests[0]!.id;
    for (let i = 2; i < 50; i++) caller.send(i, 'fast');
    await caller.received(49);
    expect(upstream.requests.slice(1).every((r) => r.id !== slowId)).toBe(true);
    late[0]!();
    await eventually(() => proxy.upstream.lateReplies === 1, 'the late reply');
    expect(caller.frames).toHaveLength(49);
    expect(proxy.downstream.timeouts).toBe(1);
    expect(upstream.peers).toHaveLength(1);
  });

  it('drops a second reply that comes while others are under way', async () => {
    await start((frame, { socket }) => {
      const reply = boltResponse(frame.id, 0, frame.body);
      if (frame.body.toString() === 'twice') socket.write(Buffer.concat([reply, reply]));
      else setTimeout(() => socket.write(reply), 50);
    });
    const caller = await client();
    caller.send(2, 'later');
    caller.send(1, 'twice');
    const replies = await caller.received(2);
    expect(replies.map((r) => r.id)).toEqual([1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(caller.frames).toHaveLength(2);
    expect(proxy.upstream.lateReplies).toBe(1);
    expect(upstream.peers).toHaveLength(1);
  });

  it.each([
    ['a reply to an id never issued', () => boltResponse(123_456, 0, Buffer.from('EVIL'))],
    ['a second reply to a finished id', () => boltResponse(0, 0, Buffer.from('EVIL'))],
    ['bytes that are no frame', () => Buffer.alloc(64, 0x45)],
  ])('destroys an idle upstream connection on %s; nobody sees it', async (_what, bytes) => {
    await start();
    const caller = await client();
    caller.send(1, 'one');
    await caller.received(1);
    const { socket } = upstream.peers[0]!;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(bytes());
    await closed;
    caller.send(2, 'two');
    const replies = await caller.received(2);
    expect(replies.map((r) => r.body.toString())).toEqual(['one', 'two']);
    expect(upstream.accepted).toBe(2);
  });

  it('destroys the connection on a reply to an id never issued while requests wait; they get an error', async () => {
    await start((frame, { socket }) => socket.write(boltResponse(frame.id + 1000, 0, Buffer.from('EVIL'))));
    const caller = await client();
    caller.send(5, 'x');
    const [reply] = await caller.received(1);
    expect([reply!.id, reply!.body.length]).toEqual([5, 0]);
    expect(reply!.status).not.toBe(0);
    expect(proxy.upstream.unknownReplies).toBe(1);
  });

  it('never lets extra bytes after a reply reach anybody', async () => {
    await start((frame, { socket }) => {
      socket.write(
        Buffer.concat([boltResponse(frame.id, 0, frame.body), Buffer.from('EVIL EVIL EVIL EVIL EVIL')]),
      );
    });
    const caller = await client();
    caller.send(1, 'one');
    const [reply] = await caller.received(1);
    expect(reply!.body.toString()).toBe('one');
    await eventually(() => upstream.peers.length === 0, 'the connection to be dropped');
    expect(caller.frames).toHaveLength(1);
  });

  it('answers a heartbeat itself and does not pass it on', async () => {
    await start();
    const caller = await client();
    caller.socket.write(boltHeartbeat(42));
    const [ack] = await caller.received(1);
    expect([ack!.type, ack!.cmd, ack!.id, ack!.status]).toEqual([0, 0, 42, 0]);
    expect(upstream.accepted).toBe(0);
    expect(proxy.downstream.heartbeats).toBe(1);
  });

  it('sends a oneway frame once and ends it when written', async () => {
    await start();
    const caller = await client();
    caller.send(1, 'tell', { oneway: true });
    caller.send(2, 'ask');
    const [reply] = await caller.received(1);
    expect(reply!.id).toBe(2);
    expect(upstream.requests.map((r) => [r.type, r.body.toString()])).toEqual([
      [2, 'tell'],
      [1, 'ask'],
    ]);
    expect(proxy.downstream.oneway).toBe(1);
  });

  it.each([8, 16, 30, 31, 32])('keeps requests apart where ids cross 2^%i', async (bits) => {
    await start((frame, peer) => void setTimeout(() => echo(frame, peer), Math.random() * 4), {
      firstRequestId: 2 ** bits - 100,
    });
    const caller = await client();
    const count = 1_000;
    for (let i = 0; i < count; i++) caller.send(i % 50, `${i}`);
    const replies = await caller.received(count);
    expect(replies.every((r) => r.status === 0 && Number(r.body.toString()) % 50 === r.id)).toBe(true);
    expect(new Set(replies.map((r) => r.body.toString())).size).toBe(count);
    const first = (2 ** bits - 100) % 2 ** 32;
    const sent = upstream.requests.map((r) => r.id);
    expect(sent[0]).toBe(first);
    expect(Math.max(...sent)).toBe(bits === 32 ? 2 ** 32 - 1 : first + count - 1);
  });

  it('passes over an id that is held for ever in a space of 8 bits', async () => {
    const traits = { ...handWrittenBolt.traits, idMin: 0, idMax: 255 };
    await start(
      (frame, peer) => {
        if (frame.body.toString() !== 'hold') echo(frame, peer);
      },
      { protocols: [{ ...handWrittenBolt, traits }] },
    );
    const caller = await client();
    caller.send(7, 'hold');
    for (let i = 0; i < 1_000; i++) caller.send(7, `${i}`);
    const replies = await caller.received(1_000);
    expect(replies.every((r) => r.status === 0 || r.status === 4)).toBe(true);
    const [held, ...others] = upstream.requests.map((r) => r.id);
    expect(others.includes(held!)).toBe(false);
    expect(Math.max(...others)).toBe(255);
  });

  it('cancels what a caller leaves behind and keeps its ids apart', async () => {
    const held: (() => void)[] = [];
    await start(
      (frame, { socket }) => void held.push(() => socket.write(boltResponse(frame.id, 0, frame.body))),
    );
    const leaver = await client();
    for (let i = 0; i < 20; i++) leaver.send(i, 'left');
    await eventually(() => held.length === 20, 'the requests');
    leaver.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.cancels === 20, 'the cancels');
    expect(proxy.upstream.requestsActive).toBe(0);
    const stayer = await client();
    stayer.send(3, 'stayed');
    await eventually(() => held.length === 21, 'the next request');
    for (const reply of held) reply();
    const [reply] = await stayer.received(1);
    expect(reply!.body.toString()).toBe('stayed');
    await eventually(() => proxy.upstream.lateReplies === 20, 'the late replies');
    expect(upstream.peers).toHaveLength(1);
  });
});
