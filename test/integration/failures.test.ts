import type { XProtocol } from '@proto-frame/api';
import { afterEach, describe, expect, it } from 'vitest';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltGoaway, boltHeartbeat, boltRequest, boltResponse } from '../support/bolt-frames.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { startDeafHost } from '../support/deaf-host.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

/** Bolt's own status codes, as far as the proxy makes them. */
const BUSY = 4;
const NO_PROCESSOR = 6;
const TIMEOUT = 7;
const CODEC = 9;

let proxy: WholeProxy;
let upstreams: ScriptedUpstream[] = [];
const clients: BoltClient[] = [];
/** Whether onError is to be quiet. */
let expectedErrors = 0;

async function up(script?: Script, port?: number): Promise<ScriptedUpstream> {
  const made = await startUpstream(script, port);
  upstreams.push(made);
  return made;
}

async function run(options: WholeProxyOptions): Promise<void> {
  proxy = await startProxy(options);
}

async function client(): Promise<BoltClient> {
  const made = await BoltClient.open(proxy.port);
  clients.push(made);
  return made;
}

/** A port of loopback on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = await startUpstream();
  await server.kill();
  return server.port;
}

/** Bolt with a bug: `method` throws for the frames that `where` picks. */
function throwsOn(method: keyof XProtocol, where: (bytes: Uint8Array, at: number) => boolean): XProtocol {
  const sound = handWrittenBolt[method] as (...args: unknown[]) => unknown;
  const buggy: { -readonly [Key in keyof XProtocol]: XProtocol[Key] } = {
    ...handWrittenBolt,
    [method](...args: unknown[]): unknown {
      if (where(args[0] as Uint8Array, args[1] as number)) throw new TypeError('a bug');
      return sound(...args);
    },
  };
  buggy.replies = buggy;
  return buggy;
}

const never: Script = () => {};

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.downstream.bufferedBytes).toBe(0);
  expect(proxy.errors).toHaveLength(expectedErrors);
  expectedErrors = 0;
  await proxy.close();
  for (const upstream of upstreams) await upstream.kill().catch(() => {});
  upstreams = [];
});

describe('answers of the proxy itself', () => {
  it('no route', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port])], routes: [routeTo('echo', {}, 'known')] });
    const caller = await client();
    caller.send(1, 'x', {}, 'unknown');
    caller.send(2, 'y', {}, 'known');
    const replies = await caller.received(2);
    expect(replies.map((r) => [r.id, r.status])).toEqual([
      [1, NO_PROCESSOR],
      [2, 0],
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('a route by method and header', async () => {
    const [a, b] = [await up(), await up()];
    await run({
      clusters: [clusterOf([a.port]), clusterOf([b.port], { name: 'other' })],
      routes: [
        routeTo('other', {
          match: {
            service: null,
            method: { kind: 'exact', value: 'special' },
            headers: [{ name: 'env', value: { kind: 'prefix', value: 'gr' }, invert: false }],
          },
        }),
        routeTo('echo'),
      ],
    });
    const caller = await client();
    caller.send(1, 'x', { headers: { sofa_head_method_name: 'special', env: 'gray' } });
    caller.send(2, 'y', { headers: { sofa_head_method_name: 'special', env: 'blue' } });
    await caller.received(2);
    expect([a.requests[0]!.body.toString(), b.requests[0]!.body.toString()]).toEqual(['y', 'x']);
  });

  it('connect failure, then no healthy host at once, then recovery when the host is back', async () => {
    const port = await deadPort();
    await run({ clusters: [clusterOf([port])] });
    const caller = await client();
    caller.send(1, 'x');
    const [first] = await caller.received(1);
    expect([first!.id, first!.status]).toEqual([1, NO_PROCESSOR]);
    expect(proxy.upstream.connectFailures).toBe(1);
    caller.send(2, 'y');
    await caller.received(2, 500);
    await up(echo, port);
    let id = 3;
    await eventually(() => {
      caller.send(id++, 'z');
      return caller.frames.some((r) => r.status === 0);
    }, 'a reply after the host came back');
    expect(proxy.clusters.hosts()[0]!.connectFailures).toBe(0);
  });

  it('another host while one can not be reached', async () => {
    const [alive, dead] = [await up(), await deadPort()];
    await run({ clusters: [clusterOf([dead, alive.port], { reconnect: { base: 5_000, max: 5_000 } })] });
    const caller = await client();
    for (let id = 0; id < 40; id++) {
      caller.send(id, 'x');
      await caller.received(id + 1);
    }
    expect(caller.frames.filter((r) => r.status !== 0)).toHaveLength(1);
  });

  it('connect timeout', async () => {
    const { port, stop } = await startDeafHost();
    await run({ clusters: [clusterOf([port], { connectTimeout: 60 })] });
    const caller = await client();
    const started = performance.now();
    caller.send(1, 'x');
    const [reply] = await caller.received(1, 1_000);
    expect(reply!.status).toBe(NO_PROCESSOR);
    expect(performance.now() - started).toBeGreaterThan(55);
    expect(performance.now() - started).toBeLessThan(60 + 300);
    expect(proxy.upstream.connectTimeouts).toBe(1);
    await stop();
  });

  it.each([
    ['of the frame', 40, 0],
    ['of the route', 0, 40],
    ['the shorter of both: frame', 40, 5_000],
    ['the shorter of both: route', 5_000, 40],
    ['of the route for a frame that would wait for ever', -1, 40],
  ])('timeout %s', async (_what, frame, route) => {
    const upstream = await up(never);
    await run({ clusters: [clusterOf([upstream.port])], routes: [routeTo('echo', { timeout: route })] });
    const caller = await client();
    const started = performance.now();
    caller.send(1, 'x', { timeout: frame });
    const [reply] = await caller.received(1, 1_000);
    const took = performance.now() - started;
    expect([reply!.id, reply!.status]).toEqual([1, TIMEOUT]);
    expect(took).toBeGreaterThanOrEqual(39);
    expect(took).toBeLessThan(40 + 250);
  });

  it('upstream reset for every request under way, once each, and recovery', async () => {
    const upstream = await up(never);
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    for (let id = 0; id < 50; id++) caller.send(id, 'x');
    await eventually(() => upstream.requests.length === 50, 'the requests');
    await upstream.kill();
    const replies = await caller.received(50);
    expect(replies.map((r) => r.id).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(replies.every((r) => r.status === NO_PROCESSOR)).toBe(true);
    expect(proxy.upstream.resets).toBe(50);
    await up(echo, upstream.port);
    let id = 100;
    await eventually(() => {
      caller.send(id++, 'again');
      return caller.frames.some((r) => r.status === 0);
    }, 'recovery');
  });

  it('upstream that dies in the middle of a reply: an error, and nothing of the part', async () => {
    const upstream = await up((frame, { socket }) => {
      socket.write(boltResponse(frame.id, 0, Buffer.alloc(5_000, 0x45)).subarray(0, 3_000), () =>
        socket.destroy(),
      );
    });
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    caller.send(1, 'x');
    const [reply] = await caller.received(1);
    expect([reply!.id, reply!.status, reply!.body.length]).toEqual([1, NO_PROCESSOR, 0]);
  });

  it('upstream that sends what is no frame: codec error', async () => {
    const upstream = await up((_frame, { socket }) => socket.write(Buffer.alloc(100, 0x45)));
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    caller.send(1, 'x');
    const [reply] = await caller.received(1);
    expect(reply!.status).toBe(CODEC);
  });

  it('overload of the listener, of the cluster, and of the ids of a connection', async () => {
    const upstream = await up(never);
    const small = {
      ...handWrittenBolt,
      traits: { ...handWrittenBolt.traits, idMin: 1, idMax: 4 },
    };
    for (const options of [
      { clusters: [clusterOf([upstream.port])], maxInFlight: 4 },
      { clusters: [clusterOf([upstream.port], { maxRequests: 4 })] },
      { clusters: [clusterOf([upstream.port])], protocols: [small] },
    ]) {
      await run(options);
      const caller = await client();
      for (let id = 1; id <= 6; id++) caller.send(id, 'x');
      const replies = await caller.received(2);
      expect(replies.map((r) => [r.id, r.status])).toEqual([
        [5, BUSY],
        [6, BUSY],
      ]);
      caller.socket.resetAndDestroy();
      await eventually(() => proxy.proxy.connectionCount === 0, 'the caller gone');
      await proxy.close();
    }
  });

  it('opens another connection when the ids of one are used up', async () => {
    const upstream = await up(never);
    const small = { ...handWrittenBolt, traits: { ...handWrittenBolt.traits, idMin: 1, idMax: 4 } };
    await run({ clusters: [clusterOf([upstream.port], { maxConnections: 2 })], protocols: [small] });
    const caller = await client();
    for (let id = 1; id <= 10; id++) caller.send(id, 'x');
    const replies = await caller.received(2);
    expect(replies.map((r) => r.id)).toEqual([9, 10]);
    await eventually(() => upstream.requests.length === 8, 'eight requests');
    expect(upstream.accepted).toBe(2);
  });

  it('retires a connection on which too many ids wait for late replies', async () => {
    const upstream = await up((frame, peer) => {
      if (frame.body.toString() === 'fast') echo(frame, peer);
    });
    const small = { ...handWrittenBolt, traits: { ...handWrittenBolt.traits, idMin: 1, idMax: 8 } };
    await run({ clusters: [clusterOf([upstream.port])], protocols: [small] });
    const caller = await client();
    for (let id = 1; id <= 5; id++) caller.send(id, 'slow', { timeout: 30 });
    await caller.received(5);
    caller.send(6, 'fast');
    const replies = await caller.received(6);
    expect([replies[5]!.id, replies[5]!.status]).toEqual([6, 0]);
    expect(upstream.accepted).toBe(2);
    await eventually(() => upstream.peers.length === 1, 'the old connection to close');
  });

  it('closes the connection for a protocol that has no error reply', async () => {
    const mute = { ...handWrittenBolt, hijack: () => null };
    const upstream = await up(never);
    await run({ clusters: [clusterOf([upstream.port])], protocols: [mute] });
    const caller = await client();
    caller.send(1, 'x', { timeout: 30 });
    await caller.closedByPeer();
    expect(caller.frames).toEqual([]);
  });
});

describe('bad input', () => {
  it('refuses a frame of 4 GiB at its header while others go on', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port])] });
    const [evil, good] = [await client(), await client()];
    const header = boltRequest(1, 'test', Buffer.alloc(0));
    header.writeUInt32BE(0xffffffff, 18);
    evil.socket.write(header.subarray(0, 22));
    await evil.closedByPeer(2_000);
    good.send(1, 'fine');
    expect((await good.received(1))[0]!.body.toString()).toBe('fine');
    expect([...proxy.metrics.protocol('bolt').decodeErrors]).toEqual([['too_large', { count: 1 }]]);
  });

  it('answers a malformed request with an error if it can, closes, and reads nothing after it', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    const bad = boltRequest(7, 'test', Buffer.from('x'));
    bad[0] = 9; // no protocol code of bolt
    caller.socket.write(Buffer.concat([bad, boltRequest(8, 'test', Buffer.from('y'))]));
    await caller.closedByPeer();
    expect(caller.frames.map((r) => [r.id, r.status])).toEqual([[7, CODEC]]);
    expect(upstream.requests).toEqual([]);
  });

  it.each(['check', 'idOf', 'remember', 'methodOf', 'setId', 'headerOf'] as const)(
    'a codec whose %s throws on a request costs one connection and no more',
    async (method) => {
      const upstream = await up();
      const broken = throwsOn(method, (bytes, at) => bytes[at + 1] === 1 && bytes[at + 9] === 66);
      await run({
        clusters: [clusterOf([upstream.port])],
        protocols: [broken],
        routes: [
          routeTo('echo', {
            match: {
              service: null,
              method: null,
              headers: [{ name: 'service', value: null, invert: false }],
            },
          }),
        ],
      });
      const [evil, good] = [await client(), await client()];
      good.send(1, 'before');
      await good.received(1);
      const bad = boltRequest(2, 'test', Buffer.from('x'));
      bad[9] = 66;
      evil.socket.write(bad);
      await eventually(() => evil.closed || evil.ended || evil.frames.length === 1, 'an end');
      good.send(3, 'after');
      expect((await good.received(2)).map((r) => r.status)).toEqual([0, 0]);
      expect(evil.frames.every((r) => r.id === 2 && r.status !== 0)).toBe(true);
      expectedErrors = 1;
    },
  );

  it.each(['check', 'idOf', 'setId', 'wireStatusOf', 'toCanonical'] as const)(
    'a codec whose %s throws on a reply gives that caller an error and goes on',
    async (method) => {
      const upstream = await up();
      let bad = false;
      const broken = throwsOn(method, (bytes, at) =>
        method === 'toCanonical' ? bad : bad && bytes[at + 1] === 0 && bytes.length > at + 20,
      );
      await run({ clusters: [clusterOf([upstream.port])], protocols: [broken] });
      const caller = await client();
      caller.send(1, 'before');
      await caller.received(1);
      bad = true;
      caller.send(2, 'bad');
      const replies = await caller.received(2);
      bad = false;
      expect([replies[1]!.id, replies[1]!.body.length]).toEqual([2, 0]);
      expect(replies[1]!.status).not.toBe(0);
      caller.send(3, 'after');
      expect((await caller.received(3))[2]!.body.toString()).toBe('after');
      expectedErrors = 1;
    },
  );

  it('drops a frame that is not finished in time, and only that caller', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port])], deadlines: { frame: 60 } });
    const [slow, good] = [await client(), await client()];
    const bytes = boltRequest(1, 'test', Buffer.alloc(100));
    const drip = setInterval(() => slow.socket.write(bytes.subarray(0, 1)), 20); // progress does not help
    slow.socket.write(bytes.subarray(0, 30));
    await slow.closedByPeer(2_000);
    clearInterval(drip);
    good.send(1, 'fine');
    await good.received(1);
    expect(proxy.downstream.frameTimeouts).toBe(1);
  });

  it('closes a connection that says nothing, says something else, or is idle', async () => {
    const upstream = await up();
    const other = { ...handWrittenBolt, name: 'other', match: () => 0 as const };
    await run({
      clusters: [clusterOf([upstream.port])],
      protocols: [handWrittenBolt, other],
      protocolNames: null,
      deadlines: { firstBytes: 300, idle: 400 },
    });
    const [mute, stranger, idle] = [await client(), await client(), await client()];
    stranger.socket.write('GET / HTTP/1.1\r\n\r\n');
    idle.send(1, 'x');
    await idle.received(1);
    await mute.closedByPeer(5_000);
    await stranger.closedByPeer(5_000);
    expect(proxy.downstream.firstBytesTimeouts).toBe(1);
    expect(proxy.downstream.protocolUnknown).toBe(1);
    await idle.closedByPeer(5_000);
    expect(proxy.downstream.idleTimeouts).toBe(1);
  });

  it('survives resets at any moment', async () => {
    const upstream = await up((frame, peer) => void setTimeout(() => echo(frame, peer), Math.random() * 3));
    await run({ clusters: [clusterOf([upstream.port])] });
    for (let round = 0; round < 10; round++) {
      const storm = await Promise.all(Array.from({ length: 20 }, client));
      for (const caller of storm) {
        for (let id = 0; id < 5; id++) caller.send(id, 'x');
        setTimeout(() => caller.socket.resetAndDestroy(), Math.random() * 5);
      }
      await eventually(() => storm.every((caller) => caller.closed), 'the storm to pass');
    }
    const caller = await client();
    caller.send(1, 'fine');
    await caller.received(1);
  });
});

describe('upstream connections', () => {
  it('takes goaway: running requests finish, new ones go elsewhere, then it closes', async () => {
    const held: (() => void)[] = [];
    const upstream = await up((frame, peer) => {
      if (frame.body.toString() === 'hold') held.push(() => echo(frame, peer));
      else echo(frame, peer);
    });
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    caller.send(1, 'hold');
    await eventually(() => held.length === 1, 'the first request');
    const first = upstream.peers[0]!;
    first.socket.write(boltGoaway(5));
    await eventually(() => proxy.upstream.goawaysReceived === 1, 'the goaway');
    caller.send(2, 'new');
    await caller.received(1);
    expect(caller.frames[0]!.id).toBe(2);
    expect(upstream.accepted).toBe(2);
    expect(first.socket.closed).toBe(false);
    held[0]!();
    await caller.received(2);
    await eventually(() => upstream.peers.length === 1, 'the first connection to close');
  });

  it('sends heartbeats, keeps their answers to itself, and closes after failures', async () => {
    let answer = true;
    const upstream = await up((frame, peer) => {
      if (frame.cmd !== 0 || answer) echo(frame, peer);
    });
    await run({
      clusters: [clusterOf([upstream.port], { keepalive: { interval: 30, timeout: 20, failures: 2 } })],
    });
    const caller = await client();
    caller.send(1, 'x');
    await caller.received(1);
    await eventually(
      () => upstream.peers[0]!.frames.filter((f) => f.cmd === 0).length >= 3,
      'three heartbeats',
    );
    expect(caller.frames).toHaveLength(1);
    expect(upstream.peers).toHaveLength(1);
    answer = false;
    await eventually(() => upstream.peers.length === 0, 'the connection to be given up');
    expect(proxy.upstream.heartbeatFailures).toBe(2);
    expect(new Set(upstream.requests.map((f) => f.id)).size).toBe(upstream.requests.length);
  });

  it('asks at once whether a host is still there when it leaves a request unanswered', async () => {
    let alive = true;
    const upstream = await up((frame, peer) => {
      const unanswered = frame.cmd === 1 && frame.body.toString() === 'hold';
      if (alive && !unanswered) echo(frame, peer);
    });
    const keepalive = { interval: 3_600_000, timeout: 200, failures: 2 };
    await run({ clusters: [clusterOf([upstream.port], { keepalive })] });
    const caller = await client();
    const heartbeats = (): number => upstream.peers[0]!.frames.filter(({ cmd }) => cmd === 0).length;
    caller.send(1, 'hold', { timeout: 20 });
    await caller.received(1);
    await eventually(() => heartbeats() === 1, 'a heartbeat');
    caller.send(2, 'x');
    await caller.received(2);
    expect([upstream.accepted, proxy.upstream.heartbeatFailures]).toEqual([1, 0]);
    // Not more often than answers may take.
    await new Promise((resolve) => setTimeout(resolve, keepalive.timeout + 50));
    alive = false;
    caller.send(3, 'x', { timeout: 50 });
    await caller.received(3);
    await eventually(() => upstream.peers.length === 0, 'the connection to be given up');
    expect(proxy.upstream.heartbeatFailures).toBe(2);
    alive = true;
    caller.send(4, 'x');
    await caller.received(4);
    expect(upstream.accepted).toBe(2);
  });

  it('takes replies for signs of life while the answer to a heartbeat is late', async () => {
    const upstream = await up((frame, peer) => void (frame.cmd !== 0 && echo(frame, peer)));
    await run({
      clusters: [clusterOf([upstream.port], { keepalive: { interval: 10, timeout: 200, failures: 1 } })],
    });
    const caller = await client();
    const busy = setInterval(() => caller.send(1, 'x'), 20);
    await eventually(() => proxy.upstream.heartbeatsSent > 0, 'a heartbeat');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([upstream.accepted, proxy.upstream.heartbeatFailures]).toEqual([1, 0]);
    clearInterval(busy);
    await eventually(() => upstream.peers.length === 0, 'the connection to be given up');
  });

  it('answers the heartbeats of a host and drops what it pushes', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port])] });
    const caller = await client();
    caller.send(1, 'x');
    await caller.received(1);
    upstream.peers[0]!.socket.write(
      Buffer.concat([boltHeartbeat(77), boltRequest(5, 'push', Buffer.from('EVIL'))]),
    );
    await eventually(() => upstream.peers[0]!.frames.length === 2, 'the answer');
    expect(upstream.peers[0]!.frames[1]!.id).toBe(77);
    expect(proxy.upstream.pushesDropped).toBe(1);
    caller.send(2, 'y');
    await caller.received(2);
  });

  it('opens a further connection when one is busy, up to the limit, and shares the load', async () => {
    const upstream = await up(never);
    await run({ clusters: [clusterOf([upstream.port], { maxConnections: 3 })] });
    const caller = await client();
    for (let id = 0; id < 1_000; id++) caller.send(id, 'x');
    await eventually(() => upstream.requests.length === 1_000, 'the requests');
    expect(upstream.accepted).toBe(3);
    const loads = upstream.peers.map((peer) => peer.frames.length);
    expect(Math.min(...loads)).toBeGreaterThan(100);
  });

  it('retires a connection after its number of requests, and has opened the next one by then', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port], { maxRequestsPerConnection: 10 })] });
    const caller = await client();
    for (let id = 0; id < 35; id++) {
      caller.send(id, 'x');
      await caller.received(id + 1);
      if (id === 9) await eventually(() => upstream.accepted === 2, 'the next connection');
    }
    expect(caller.frames.every((r) => r.status === 0)).toBe(true);
    expect(upstream.accepted).toBe(4);
  });

  it('closes an idle connection and opens another when needed', async () => {
    const upstream = await up();
    await run({ clusters: [clusterOf([upstream.port], { idleTimeout: 50 })] });
    const caller = await client();
    caller.send(1, 'x');
    await caller.received(1);
    await eventually(() => upstream.peers.length === 0, 'the idle connection to close', 1_000);
    caller.send(2, 'y');
    const replies = await caller.received(2);
    expect(replies[1]!.status).toBe(0);
  });

  it('frees connections on both sides that carry nothing but heartbeats', async () => {
    const upstream = await up();
    const keepalive = { interval: 20, timeout: 5_000, failures: 2 };
    await run({
      clusters: [clusterOf([upstream.port], { idleTimeout: 300, keepalive })],
      deadlines: { idle: 600 },
    });
    const caller = await client();
    caller.send(1, 'x');
    await caller.received(1);
    const beating = setInterval(() => caller.socket.write(boltHeartbeat(7)), 20);
    await eventually(() => upstream.peers.length === 0, "the host's connection to close");
    await caller.closedByPeer(5_000);
    clearInterval(beating);
    expect(proxy.upstream.heartbeatsSent).toBeGreaterThan(1);
    expect(proxy.upstream.heartbeatFailures).toBe(0);
    expect(proxy.upstream.idleCloses).toBe(1);
    expect(proxy.downstream.heartbeats).toBeGreaterThan(1);
    expect(proxy.downstream.idleTimeouts).toBe(1);
  });

  it('moves to another set of hosts without losing a request', async () => {
    const [a, b] = [await up((frame, peer) => void setTimeout(() => echo(frame, peer), 10)), await up()];
    await run({ clusters: [clusterOf([a.port])] });
    const caller = await client();
    for (let id = 0; id < 20; id++) caller.send(id, 'x');
    await eventually(() => a.requests.length === 20, 'the requests');
    proxy.clusters.update([clusterOf([b.port])]);
    for (let id = 20; id < 40; id++) caller.send(id, 'y');
    const replies = await caller.received(40);
    expect(replies.every((r) => r.status === 0)).toBe(true);
    expect([a.requests.length, b.requests.length]).toEqual([20, 20]);
    await eventually(() => a.peers.length === 0, 'the old connection to close');
  });
});
