import { afterEach, describe, expect, it } from 'vitest';
import { headerRewrite } from '../../runtime/filter/builtin/header-rewrite.js';
import { WorkerLoop } from '../../runtime/network/worker-loop.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltRequest, boltResponse } from '../support/bolt-frames.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { clusterOf, startProxy, type WholeProxy, type WholeProxyOptions } from '../support/whole-proxy.js';

const MIB = 1024 * 1024;

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
  expect(proxy.downstream.bufferedBytes).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  await upstream.kill();
});

describe('watermarks', () => {
  it.each([
    ['without filters', {}],
    [
      'with a response filter',
      {
        filters: [{ name: 'header_rewrite', config: { response: { set: { via: 'us' } } } }],
        factories: [headerRewrite],
      },
    ],
  ])(
    'keeps a bounded amount for a caller that does not read, resets it, and serves the others, %s',
    async (_what, options) => {
      const body = Buffer.alloc(256 * 1024, 7);
      await start((frame, { socket }) => {
        socket.write(boltResponse(frame.id, 0, frame.body.toString() === 'large' ? body : frame.body));
      }, options);
      const [stalled, good] = [await client(), await client()];
      stalled.socket.pause();
      let [most, ofProcess] = [0, 0];
      const watch = setInterval(() => {
        most = Math.max(most, proxy.downstream.bufferedBytes);
        ofProcess = Math.max(ofProcess, proxy.loop.queued);
      }, 1);
      // 64 MiB of replies: more than the kernel hides.
      for (let id = 0; id < 256; id++) stalled.send(id, 'large');
      await eventually(() => proxy.downstream.cancels > 0, 'the stalled caller to be reset', 10_000);
      clearInterval(watch);
      expect(most).toBeGreaterThan(256 * 1024);
      expect(most).toBeLessThan(1 * MIB + body.length + 128 * 1024);
      expect(ofProcess).toBeGreaterThanOrEqual(most);
      expect(proxy.downstream.pauses).toBeGreaterThan(0);
      good.send(1, 'small');
      expect((await good.received(1))[0]!.body.toString()).toBe('small');
      await eventually(
        () => stalled.socket.destroyed || proxy.proxy.connectionCount === 1,
        'one caller left',
      );
      expect([proxy.downstream.bufferedBytes, proxy.loop.queued]).toEqual([0, 0]);
    },
  );

  it('has less patience with it while others wait for the same upstream connection', async () => {
    let now = 0;
    const loop = new WorkerLoop(() => now);
    const body = Buffer.alloc(256 * 1024, 7);
    const script: Script = (frame, { socket }) => {
      if (frame.body.toString() === 'large') socket.write(boltResponse(frame.id, 0, body));
    };
    for (const shared of [false, true]) {
      await start(script, { loop });
      const [stalled, waiting] = [await client(), await client()];
      stalled.socket.pause();
      if (shared) waiting.send(1, 'never answered');
      await eventually(() => upstream.requests.length === (shared ? 1 : 0), 'the one that waits');
      for (let id = 0; id < 256; id++) stalled.send(id, 'large');
      await eventually(() => proxy.upstream.pauses > 0, 'the upstream connection to be held');
      // What the kernel takes in the meantime is progress.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const since = now;
      await eventually(() => {
        if (proxy.proxy.connectionCount > 1) now += 10;
        return proxy.proxy.connectionCount === 1;
      }, 'the stalled caller to be reset');
      if (shared) expect(now - since).toBeLessThan(1_000);
      else expect(now - since).toBeGreaterThanOrEqual(1_000);
      if (shared) continue;
      for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
      await proxy.close();
      await upstream.kill();
    }
  });

  it('loses nothing of a caller that reads slowly', async () => {
    const size = 200_000;
    await start((frame, { socket }) =>
      socket.write(boltResponse(frame.id, 0, Buffer.alloc(size, frame.id & 0xff))),
    );
    const caller = await client();
    const pace = setInterval(
      () => (caller.socket.isPaused() ? caller.socket.resume() : caller.socket.pause()),
      3,
    );
    for (let id = 0; id < 200; id++) caller.send(id, 'x');
    const replies = await caller.received(200, 15_000);
    clearInterval(pace);
    caller.socket.resume();
    expect(new Set(replies.map((r) => r.id)).size).toBe(200);
    expect(replies.every((r) => r.body.length === size && r.status === 0)).toBe(true);
    expect(proxy.downstream.cancels).toBe(0);
  });

  it('stops reading callers while the host does not read, and goes on when it does', async () => {
    const held: ScriptedUpstream['peers'] = [];
    await start((frame, peer) => {
      if (held.length === 0) {
        held.push(peer);
        peer.socket.pause();
      }
      echo(frame, peer);
    });
    const callers = [await client(), await client()];
    const body = Buffer.alloc(64 * 1024, 3);
    const count = 160;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, proxy.upstream.bufferedBytes)), 1);
    for (let id = 0; id < count; id++) for (const caller of callers) caller.send(id, body); // 20 MiB
    await eventually(() => proxy.downstream.pauses >= 2, 'both callers to be held');
    // What is on its way is still read; then nothing is.
    let sentWhileHeld = -1;
    for (let looks = 0; sentWhileHeld !== proxy.upstream.requests; looks++) {
      expect(looks).toBeLessThan(20);
      sentWhileHeld = proxy.upstream.requests;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(sentWhileHeld).toBeLessThan(2 * count);
    held[0]!.socket.resume();
    for (const caller of callers) {
      const replies = await caller.received(count, 10_000);
      expect(replies.map((r) => r.id)).toEqual(Array.from({ length: count }, (_, i) => i));
    }
    clearInterval(watch);
    expect(most).toBeLessThan(256 * 1024 + 4 * body.length + 128 * 1024);
    expect(proxy.upstream.bufferedBytes).toBe(0);
  });

  it('does not keep the large chunks behind many small replies for a caller that does not read', async () => {
    await start();
    const [stalled, other] = [await client(), await client()];
    stalled.socket.pause();
    // Replies of both alternate in every chunk from the host.
    const rounds = 100;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < 100; i++) {
        stalled.send(i, 'x'.repeat(40));
        other.send(i, 'y'.repeat(600));
      }
      await other.received((round + 1) * 100);
    }
    expect(other.frames.every((r) => r.body.length === 600)).toBe(true);
    stalled.socket.resume();
    const replies = await stalled.received(rounds * 100);
    expect(replies.every((r) => r.body.length === 40)).toBe(true);
  });
});

describe('fairness', () => {
  it('serves others while one caller sends thousands of tiny frames at once', async () => {
    await start();
    const [greedy, good] = [await client(), await client()];
    const one = boltRequest(1, 'test', Buffer.from('x'));
    const count = 20_000;
    greedy.socket.write(Buffer.concat(Array.from({ length: count }, () => one)));
    await eventually(() => proxy.downstream.requests > 100, 'the flood to arrive');
    good.send(1, 'me too');
    await good.received(1);
    expect(greedy.frames.length).toBeLessThan(count);
    await greedy.received(count, 20_000);
  });
});

describe('half-close', () => {
  it('delivers replies after the caller has ended its side, then closes', async () => {
    await start((frame, peer) => void setTimeout(() => echo(frame, peer), 60));
    const caller = await client();
    for (let id = 0; id < 10; id++) caller.send(id, `n${id}`);
    caller.socket.end();
    const replies = await caller.received(10);
    expect(replies.map((r) => r.body.toString())).toEqual(Array.from({ length: 10 }, (_, i) => `n${i}`));
    await eventually(() => caller.ended, 'the end of the connection');
    await eventually(() => proxy.proxy.connectionCount === 0, 'no connection left');
  });

  it('closes at once if nothing is under way, half a frame included', async () => {
    await start();
    const caller = await client();
    caller.socket.end(boltRequest(1, 'test', Buffer.from('x')).subarray(0, 20));
    await eventually(() => caller.ended, 'the end of the connection', 500);
    expect(caller.frames).toEqual([]);
  });

  it('takes a host that ends its side for closed', async () => {
    await start((_frame, { socket }) => void socket.end());
    const caller = await client();
    caller.send(1, 'x');
    const [reply] = await caller.received(1, 1_000);
    expect(reply!.status).toBe(6);
  });
});

describe('drain', () => {
  it('sends goaway, lets requests finish, and closes', async () => {
    await start((frame, peer) => void setTimeout(() => echo(frame, peer), 150));
    const [busy, idle] = [await client(), await client()];
    for (let id = 0; id < 5; id++) busy.send(id, 'x');
    await eventually(() => proxy.downstream.requests === 5, 'the requests');
    const drained = proxy.proxy.drain();
    await idle.until(() => idle.frames.some((f) => f.cmd === 100), 'goaway');
    await busy.until(() => busy.frames.filter((f) => f.cmd === 2).length === 5, 'five replies');
    expect(busy.frames.filter((f) => f.cmd === 100)).toHaveLength(1);
    expect(busy.frames.filter((f) => f.type === 0).every((f) => f.status === 0)).toBe(true);
    await eventually(() => busy.ended && idle.ended, 'both connections to end', 2_000);
    busy.socket.end();
    idle.socket.end();
    await drained;
    expect(proxy.downstream.goawaysSent).toBe(2);
  });

  it('still answers a request that crosses the goaway', async () => {
    await start();
    const caller = await client();
    const drained = proxy.proxy.drain();
    caller.send(1, 'crossing');
    await caller.until(() => caller.frames.some((f) => f.body.toString() === 'crossing'), 'the reply');
    await eventually(() => caller.ended, 'the end', 2_000);
    caller.socket.end();
    await drained;
  });

  it('gives a caller that was busy a second to hear of the goaway, and one that was not a moment', async () => {
    let now = 0;
    await start(echo, { loop: new WorkerLoop(() => now) });
    const [idle, busy] = [await client(), await client()];
    await eventually(() => proxy.proxy.connectionCount === 2, 'both');
    now += 10_000;
    busy.send(1, 'before');
    await busy.received(1);
    const drained = proxy.proxy.drain();
    await busy.received(2);
    now += 500;
    await idle.closedByPeer();
    expect(busy.ended).toBe(false);
    busy.send(2, 'late');
    expect((await busy.received(3))[2]!.body.toString()).toBe('late');
    now += 2_000;
    await busy.closedByPeer();
    await drained;
  });

  it('reads no more in the end of a caller that goes on asking, and answers what is under way', async () => {
    const held: (() => void)[] = [];
    await start((frame, peer) => held.push(() => echo(frame, peer)));
    const caller = await client();
    caller.send(1, 'under way');
    await eventually(() => held.length === 1, 'the request');
    const drained = proxy.proxy.drain();
    proxy.proxy.finish();
    caller.send(2, 'too late');
    held[0]!();
    await caller.until(() => caller.frames.some((f) => f.body.toString() === 'under way'), 'the reply');
    await caller.closedByPeer();
    await drained;
    expect(held).toHaveLength(1);
  });

  it('is cut short by destroy', async () => {
    await start(() => {});
    const caller = await client();
    caller.send(1, 'never answered', { timeout: -1 });
    await eventually(() => proxy.downstream.requestsActive === 1, 'the request');
    const drained = proxy.proxy.drain();
    proxy.proxy.destroy();
    await drained;
    expect(proxy.proxy.connectionCount).toBe(0);
  });
});
