import { type FilterFactory, Verdict } from '@proto-frame/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/bolt-client.js';
import { handWrittenLines, linesFrame } from '../support/hand-written-lines.js';
import {
  answer,
  LinesClient,
  type LinesHost,
  type LinesScript,
  startLinesHost,
} from '../support/lines-peers.js';
import { Random } from '../support/random.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

// A protocol whose replies find their requests by their order, through the whole proxy.

let proxy: WholeProxy;
let hosts: LinesHost[] = [];
const clients: LinesClient[] = [];

async function host(script: LinesScript = answer, port = 0): Promise<LinesHost> {
  const made = await startLinesHost(script, port);
  hosts.push(made);
  return made;
}

async function run(options: WholeProxyOptions): Promise<void> {
  proxy = await startProxy({ protocols: [handWrittenLines], ...options });
}

async function client(): Promise<LinesClient> {
  const made = await LinesClient.open(proxy.port);
  clients.push(made);
  return made;
}

/** Routes by method, the first word of a line. */
function byMethod(method: string, cluster: string, timeout = 0): ReturnType<typeof routeTo> {
  return routeTo(cluster, {
    name: method,
    match: { service: null, method: { kind: 'exact', value: method }, headers: [] },
    timeout,
  });
}

/** Answers every line in order, each only when told to. */
function reluctant(): { script: LinesScript; next(count?: number): void; waiting(): number } {
  const waiting: (() => void)[] = [];
  return {
    script: (line, peer) => void waiting.push(() => answer(line, peer)),
    next(count = 1) {
      for (const reply of waiting.splice(0, count)) reply();
    },
    waiting: () => waiting.length,
  };
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.downstream.bufferedBytes).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  for (const made of hosts) await made.kill().catch(() => {});
  hosts = [];
});

describe('pipelining', () => {
  it('gives every caller its own replies in its own order, over few connections and slow hosts', async () => {
    const random = new Random(5);
    const jittery: LinesScript = (line, peer) => {
      const before = queues.get(peer) ?? Promise.resolve();
      const pause = random.next() < 0.02 ? random.below(4) : 0;
      queues.set(
        peer,
        pause === 0
          ? before.then(() => answer(line, peer))
          : before.then(() => sleep(pause)).then(() => answer(line, peer)),
      );
    };
    const queues = new WeakMap<object, Promise<void>>();
    const [a, b] = [await host(jittery), await host(jittery)];
    await run({ clusters: [clusterOf([a.port, b.port], { maxConnections: 2 })] });
    const callers = await Promise.all(Array.from({ length: 32 }, () => client()));
    const sent = await Promise.all(
      callers.map(async (caller, c) => {
        const expected: string[] = [];
        for (let r = 0; r < 100; r++) {
          const text = `${c}.${r}`;
          const kind = random.below(10);
          if (kind < 6) {
            caller.send(`ECHO ${text}`);
            expected.push(`+${text}`);
          } else if (kind < 8) {
            caller.send(`TRIPLE ${text}`);
            expected.push(`+0 ${text}`, `+1 ${text}`, `+2 ${text}`);
          } else if (kind < 9) {
            caller.send(`FAIL ${text}`);
            expected.push(`-9 ${text}`);
          } else caller.send(`QUIET ${text}`);
          if (random.below(20) === 0) await sleep(1);
        }
        return expected;
      }),
    );
    for (const [c, expected] of sent.entries()) {
      expect(await callers[c]!.received(expected.length, 10_000)).toEqual(expected);
    }
    const quiet = 3200 - proxy.downstream.requests;
    await eventually(() => a.lines.length + b.lines.length === 3200, 'all lines');
    expect(proxy.downstream.oneway).toBe(quiet);
    expect(proxy.upstream.oneway).toBe(quiet);
    expect([a.accepted, b.accepted]).toEqual([2, 2]);
    expect(proxy.upstream.unknownReplies + proxy.upstream.lateReplies).toBe(0);
  });

  it("keeps the order of requests when the replies come from several hosts, and the proxy's own among them", async () => {
    const slow = reluctant();
    const [a, b] = [await host(slow.script), await host()];
    await run({
      clusters: [clusterOf([a.port]), clusterOf([b.port], { name: 'fast' })],
      routes: [byMethod('SLOW', 'echo'), byMethod('ECHO', 'fast')],
    });
    const caller = await client();
    caller.send('ECHO 1', 'SLOW 2', 'ECHO 3', 'NOWHERE 4', 'PING', 'ECHO 5');
    await eventually(() => b.lines.length === 3 && slow.waiting() === 1, 'requests at the hosts');
    await sleep(20);
    expect(caller.frames).toEqual(['+1']);
    hosts[0]!.peers[0]!.socket.write(linesFrame('+', '2'));
    expect(await caller.received(6)).toEqual(['+1', '+2', '+3', '-1 no route for lines', '+PONG', '+5']);
  });

  it('reads no more from a caller when too much waits for its turn, and goes on when it has come', async () => {
    const big = 'x'.repeat(60_000);
    const [stuck, fast] = [await host(() => {}), await host()];
    await run({
      clusters: [clusterOf([stuck.port], { name: 'stuck' }), clusterOf([fast.port])],
      routes: [byMethod('STUCK', 'stuck', 400), byMethod('ECHO', 'echo')],
    });
    const caller = await client();
    caller.send('STUCK', ...Array.from({ length: 200 }, (_, i) => `ECHO ${i} ${big}`));
    await eventually(() => fast.lines.length > 4, 'some requests');
    await sleep(100);
    // The high watermark is 256 KiB, and 64 KiB of requests may have been read together.
    expect(fast.lines.length).toBeLessThan(20);
    expect(caller.frames).toEqual([]);
    const frames = await caller.received(201, 10_000);
    expect(frames[0]).toBe('-4 the request was not answered in time');
    expect(frames.slice(1)).toEqual(Array.from({ length: 200 }, (_, i) => `+${i} ${big}`));
  });
});

describe('a long pipeline', () => {
  it('is read in shares, so that it never is too much', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({ clusters: [clusterOf([made.port], { maxRequests: 300 })], maxInFlight: 300 });
    const caller = await client();
    const texts = Array.from({ length: 3_000 }, (_, i) => `${i}`);
    caller.send(...texts.map((text) => `ECHO ${text}`));
    let most = 0;
    while (caller.frames.length < 3_000) {
      await eventually(() => slow.waiting() > 0 || caller.frames.length === 3_000, 'more at the host');
      most = Math.max(most, slow.waiting());
      slow.next(100);
      await sleep(1);
    }
    expect(caller.frames).toEqual(texts.map((text) => `+${text}`));
    expect(most).toBe(256);
  });
});

describe('a reply that does not come', () => {
  it('keeps its place after a timeout, and its late reply reaches nobody', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({
      clusters: [clusterOf([made.port])],
      routes: [byMethod('TRIPLE', 'echo', 40), routeTo('echo')],
    });
    const [hasty, patient] = [await client(), await client()];
    hasty.send('TRIPLE late');
    await eventually(() => slow.waiting() === 1, 'the first at the host');
    patient.send('ECHO mine');
    await eventually(() => slow.waiting() === 2, 'the second at the host');
    expect(await hasty.received(1)).toEqual(['-4 the request was not answered in time']);
    hasty.send('ECHO again');
    await eventually(() => slow.waiting() === 3, 'the third at the host');
    slow.next(3);
    expect(await patient.received(1)).toEqual(['+mine']);
    expect(await hasty.received(2)).toEqual(['-4 the request was not answered in time', '+again']);
    expect(proxy.upstream.lateReplies).toBe(3);
    expect(proxy.downstream.timeouts).toBe(1);
    expect(made.accepted).toBe(1);
  });

  it('keeps its place when the caller leaves', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({ clusters: [clusterOf([made.port])] });
    const gone = await Promise.all(Array.from({ length: 20 }, () => client()));
    const stays = await client();
    for (const [i, caller] of gone.entries()) {
      caller.send(`ECHO gone ${i}`);
      await eventually(() => slow.waiting() === 2 * i + 1, 'at the host');
      stays.send(`ECHO ${i}`);
      await eventually(() => slow.waiting() === 2 * i + 2, 'at the host');
    }
    for (const caller of gone) caller.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.cancels === 20, 'all cancelled');
    slow.next(40);
    expect(await stays.received(20)).toEqual(Array.from({ length: 20 }, (_, i) => `+${i}`));
    expect(proxy.upstream.lateReplies).toBe(20);
  });

  it('is told to every caller, in order, when the host dies, and the next goes to a new connection', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({ clusters: [clusterOf([made.port])] });
    const callers = await Promise.all(Array.from({ length: 10 }, () => client()));
    for (const [c, caller] of callers.entries()) for (let r = 0; r < 10; r++) caller.send(`ECHO ${c}.${r}`);
    await eventually(() => slow.waiting() === 100, 'all at the host');
    slow.next(35);
    await eventually(
      () => callers.reduce((sum, caller) => sum + caller.frames.length, 0) === 35,
      '35 replies',
    );
    made.peers[0]!.socket.resetAndDestroy();
    for (const [c, caller] of callers.entries()) {
      const frames = await caller.received(10);
      const good = frames.filter((frame) => frame.startsWith('+'));
      expect(good).toEqual(Array.from(good, (_, r) => `+${c}.${r}`));
      expect(frames.slice(good.length).every((frame) => frame.endsWith('closed the connection'))).toBe(true);
    }
    expect(proxy.upstream.resets).toBe(65);
    slow.next(65);
    callers[0]!.send('ECHO after');
    await eventually(() => slow.waiting() === 1, 'the next');
    slow.next();
    expect((await callers[0]!.received(11))[10]).toBe('+after');
    expect(made.accepted).toBe(2);
  });

  it('closes the caller if it has a part of its replies already', async () => {
    const made = await host((line, { socket }) => {
      socket.write(linesFrame('+', 'first of three'));
      if (line === 'TRIPLE x') setTimeout(() => socket.resetAndDestroy(), 10);
    });
    await run({ clusters: [clusterOf([made.port])] });
    const caller = await client();
    caller.send('TRIPLE x');
    await caller.over();
    expect(caller.frames).toEqual(['+first of three']);
  });
});

describe('anything', () => {
  it("goes wrong without one caller getting what is another one's", async () => {
    const random = new Random(77);
    const erratic: LinesScript = (line, peer) => {
      const before = queues.get(peer) ?? Promise.resolve();
      const dice = random.below(1_000);
      queues.set(
        peer,
        before.then(async () => {
          if (dice < 40) await sleep(random.below(10));
          if (dice === 999) peer.socket.resetAndDestroy();
          else answer(line, peer);
        }),
      );
    };
    const queues = new WeakMap<object, Promise<void>>();
    const made = [await host(erratic), await host(erratic), await host(erratic)];
    await run({
      clusters: [
        clusterOf(
          made.map(({ port }) => port),
          { maxConnections: 2, maxRequestsPerConnection: 500 },
        ),
      ],
      routes: [routeTo('echo', { timeout: 25 })],
    });
    let answered = 0;
    let failed = 0;
    const live = async (name: number): Promise<void> => {
      for (let life = 0; life < 4; life++) {
        const caller = await client();
        const sent: string[] = [];
        while (sent.length < 100 && !caller.closed) {
          for (let burst = random.below(6); burst >= 0; burst--) {
            sent.push(`${name}.${life}.${sent.length}`);
            caller.send(`ECHO ${sent.at(-1)!}`);
          }
          await sleep(random.below(3));
        }
        // Half of them leave in the middle.
        if (random.below(2) === 0) await caller.received(sent.length);
        for (const [i, frame] of caller.frames.entries()) {
          if (frame.startsWith('+')) expect(frame).toBe(`+${sent[i]!}`);
          else expect(frame).toMatch(/not answered in time|closed the connection|connect|reached/);
          if (frame.startsWith('+')) answered++;
          else failed++;
        }
        caller.socket.resetAndDestroy();
      }
    };
    await Promise.all(Array.from({ length: 24 }, (_, name) => live(name)));
    expect(answered).toBeGreaterThan(1_000);
    expect(failed).toBeGreaterThan(0);
    expect(proxy.upstream.lateReplies).toBeGreaterThan(0);
    expect(proxy.upstream.unknownReplies).toBe(0);
  });
});

describe('what nobody asked for', () => {
  it('closes the connection if it is a reply', async () => {
    const made = await host((line, peer) => {
      answer(line, peer);
      peer.socket.write(linesFrame('+', 'EVIL'));
    });
    await run({ clusters: [clusterOf([made.port])] });
    const caller = await client();
    for (let i = 0; i < 5; i++) {
      caller.send(`ECHO ${i}`);
      await caller.received(i + 1);
      await eventually(() => made.peers.length === 0, 'the connection closed');
    }
    expect(caller.frames).toEqual(['+0', '+1', '+2', '+3', '+4']);
    expect([proxy.upstream.unknownReplies, made.accepted]).toEqual([5, 5]);
  });

  it('is dropped and counted if it is a push', async () => {
    const made = await host((line, peer) => {
      peer.socket.write(linesFrame('!', 'news'));
      answer(line, peer);
    });
    await run({ clusters: [clusterOf([made.port])] });
    const caller = await client();
    caller.send('ECHO 1', 'ECHO 2');
    expect(await caller.received(2)).toEqual(['+1', '+2']);
    expect(proxy.upstream.pushesDropped).toBe(2);
  });
});

describe('a bad line', () => {
  it('is answered behind the replies to those before it, and the caller closed', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({ clusters: [clusterOf([made.port])] });
    const caller = await client();
    caller.send('ECHO 1', 'ECHO 2', 'bad', 'ECHO 3');
    await eventually(() => slow.waiting() === 2, 'two at the host');
    await sleep(20);
    expect(caller.frames).toEqual([]);
    slow.next(2);
    expect(await caller.received(3)).toEqual(['+1', '+2', '-1 Line.word at byte 0: is no word']);
    await caller.over();
    expect(made.lines).toEqual(['ECHO 1', 'ECHO 2']);
  });
});

describe('connections to the host', () => {
  it('end by goaway, after so many requests, and when idle, and none of it loses a request', async () => {
    const made = await host((line, peer) => {
      if (line === 'ECHO 5') peer.socket.write(linesFrame('~', ''));
      answer(line, peer);
    });
    await run({ clusters: [clusterOf([made.port], { maxRequestsPerConnection: 4, idleTimeout: 400 })] });
    const caller = await client();
    for (let i = 0; i < 8; i++) {
      caller.send(`ECHO ${i}`);
      await caller.received(i + 1);
    }
    expect(caller.frames).toEqual(Array.from({ length: 8 }, (_, i) => `+${i}`));
    expect([proxy.upstream.requestLimits, proxy.upstream.goawaysReceived, made.accepted]).toEqual([1, 1, 3]);
    await eventually(() => made.peers.length === 0, 'the idle connection closed');
    expect(proxy.upstream.idleCloses).toBe(1);
  });

  it('are closed when heartbeats are not answered, though requests wait', async () => {
    const made = await host(
      (line, { socket }) => void (line === 'PING' && socket.write(linesFrame('+', 'PONG'))),
    );
    const deaf = await host(() => {});
    const keepalive = { interval: 20, timeout: 30, failures: 2 };
    await run({
      clusters: [clusterOf([deaf.port], { keepalive }), clusterOf([made.port], { name: 'alive', keepalive })],
      routes: [byMethod('DEAF', 'echo'), routeTo('alive')],
    });
    const caller = await client();
    caller.send('DEAF x');
    const [reply] = await caller.received(1);
    expect(reply).toMatch(/closed the connection$/);
    expect(proxy.upstream.heartbeatFailures).toBe(2);
    caller.send('HELLO');
    await eventually(() => made.lines.length === 1, 'the request');
    // Behind a request without a reply the PONG would be the reply: this protocol's hosts answer in order.
    await caller.received(2);
    expect(caller.frames[1]).toBe('+PONG');
  });

  it('are not closed for a late heartbeat while replies before it come', async () => {
    const slow: LinesScript = (line, peer) => {
      const before = queues.get(peer) ?? Promise.resolve();
      queues.set(
        peer,
        before.then(() => sleep(15)).then(() => answer(line, peer)),
      );
    };
    const queues = new WeakMap<object, Promise<void>>();
    const made = await host(slow);
    const keepalive = { interval: 20, timeout: 60, failures: 1 };
    await run({ clusters: [clusterOf([made.port], { keepalive })] });
    const caller = await client();
    caller.send(...Array.from({ length: 30 }, (_, i) => `ECHO ${i}`));
    expect(await caller.received(30)).toEqual(Array.from({ length: 30 }, (_, i) => `+${i}`));
    expect([made.accepted, proxy.upstream.heartbeatFailures]).toEqual([1, 0]);
    expect(proxy.upstream.heartbeatsSent).toBeGreaterThan(0);
  });

  it('get the callers spread, each caller on one of them', async () => {
    const made = await host();
    await run({ clusters: [clusterOf([made.port], { maxConnections: 3 })] });
    const callers = await Promise.all(Array.from({ length: 6 }, () => client()));
    for (const [c, caller] of callers.entries()) {
      for (let r = 0; r < 4; r++) caller.send(`ECHO ${c}`);
      await caller.received(4);
    }
    expect(made.peers.map(({ lines }) => lines.length)).toEqual([8, 8, 8]);
    expect(made.peers.every(({ lines }) => new Set(lines).size === 2)).toBe(true);
  });
});

describe('a slow caller', () => {
  it('is reset, and others on the same connection go on', async () => {
    const made = await host();
    await run({ clusters: [clusterOf([made.port])], watermarks: { high: 16_384, low: 8_192 } });
    const [deaf, good] = [await client(), await client()];
    deaf.socket.pause();
    const line = `TRIPLE ${'x'.repeat(60_000)}`;
    deaf.send(...Array.from({ length: 200 }, () => line));
    for (let i = 0; i < 20; i++) {
      good.send(`ECHO ${i}`);
      await good.received(i + 1);
    }
    expect(good.frames).toEqual(Array.from({ length: 20 }, (_, i) => `+${i}`));
    deaf.socket.destroy();
  });
});

describe('an exclusive request', () => {
  it('binds its caller to a connection of its own, and pushes reach it', async () => {
    const made = await host();
    await run({ clusters: [clusterOf([made.port])] });
    const [watcher, other] = [await client(), await client()];
    other.send('ECHO shared');
    await other.received(1);
    watcher.send('ECHO before', 'WATCH cats', 'ECHO after', 'PING');
    expect(await watcher.received(7)).toEqual([
      '+before',
      '+watching',
      '!cats 0',
      '!cats 1',
      '!cats 2',
      '+after',
      '+PONG',
    ]);
    other.send('ECHO still shared');
    expect(await other.received(2)).toEqual(['+shared', '+still shared']);
    expect(made.peers.map(({ lines }) => lines)).toEqual([
      ['ECHO shared', 'ECHO before', 'ECHO still shared'],
      ['WATCH cats', 'ECHO after', 'PING'],
    ]);
    expect([proxy.upstream.pushesForwarded, proxy.upstream.pushesDropped]).toEqual([3, 0]);
    made.peers[1]!.socket.write(linesFrame('!', 'cats 4'));
    expect((await watcher.received(8))[7]).toBe('!cats 4');
  });

  it('waits until those before it are answered', async () => {
    const slow = reluctant();
    const made = await host(slow.script);
    await run({ clusters: [clusterOf([made.port])] });
    const watcher = await client();
    watcher.send('ECHO 1', 'ECHO 2', 'WATCH cats', 'ECHO 3');
    await eventually(() => slow.waiting() === 2, 'the first two');
    await sleep(20);
    expect(made.lines).toEqual(['ECHO 1', 'ECHO 2']);
    slow.next(2);
    await eventually(() => slow.waiting() === 2, 'the others');
    slow.next(2);
    expect(await watcher.received(7)).toEqual([
      '+1',
      '+2',
      '+watching',
      '!cats 0',
      '!cats 1',
      '!cats 2',
      '+3',
    ]);
  });

  it('closes both connections when one closes', async () => {
    const made = await host();
    await run({ clusters: [clusterOf([made.port])] });
    const [a, b, c] = [await client(), await client(), await client()];
    for (const [i, watcher] of [a, b, c].entries()) {
      watcher.send(`WATCH ${i}`);
      await watcher.received(4);
    }
    expect(made.peers).toHaveLength(3);
    made.peers[0]!.socket.end(linesFrame('!', 'last words'));
    await a.over();
    expect(a.frames.at(-1)).toBe('!last words');
    b.socket.resetAndDestroy();
    await eventually(() => made.peers.length === 1, 'the connection of b');
    c.socket.end('ECHO bye\n');
    expect((await c.received(5))[4]).toBe('+bye');
    await c.over();
    await eventually(() => made.peers.length === 0, 'the connection of c');
    expect(proxy.upstream.connectionsActive).toBe(0);
  });

  it('is answered with an error if the host can not be reached, or too many are bound', async () => {
    const made = await host();
    const { port } = await host();
    await hosts.pop()!.kill();
    await run({
      clusters: [clusterOf([made.port], { maxConnections: 2 }), clusterOf([port], { name: 'dead' })],
      routes: [byMethod('WATCH', 'echo'), routeTo('dead')],
    });
    const callers = await Promise.all(Array.from({ length: 3 }, () => client()));
    for (const caller of callers) {
      caller.send('WATCH x');
      await caller.received(1);
    }
    expect(callers.map(({ frames }) => frames[0])).toEqual([
      '+watching',
      '+watching',
      '-3 the connections to cluster echo are full',
    ]);
    expect(proxy.upstream.connectionOverflows).toBe(1);
    callers[2]!.send('ECHO x');
    expect((await callers[2]!.received(2))[1]).toMatch(/^-1 can't connect to/);
    callers[0]!.socket.resetAndDestroy();
    await eventually(() => made.peers.length === 1, 'one place free');
    callers[2]!.send('WATCH x');
    expect((await callers[2]!.received(3))[2]).toBe('+watching');
  });

  it('that can not be connected does not keep others from the shared connection', async () => {
    const made = await host();
    await run({ clusters: [clusterOf([made.port], { reconnect: { base: 5_000, max: 5_000 } })] });
    const [watcher, other] = [await client(), await client()];
    other.send('ECHO 0');
    await other.received(1);
    made.stopListening();
    watcher.send('WATCH x');
    expect((await watcher.received(1))[0]).toMatch(/^-1 can't connect to/);
    watcher.send('WATCH x');
    expect((await watcher.received(2))[1]).toBe('-3 the connections to cluster echo are full');
    for (let i = 1; i < 5; i++) {
      other.send(`ECHO ${i}`);
      expect((await other.received(i + 1))[i]).toBe(`+${i}`);
    }
    expect(made.accepted).toBe(1);
  });

  it('goes its way when the one before it fails late, in a filter', async () => {
    const made = await host();
    const late: FilterFactory = {
      name: 'late',
      phase: 'after_route',
      create: () => ({
        onRequest(call) {
          if (call.method !== 'ECHO') return Verdict.continue;
          setTimeout(() => call.resume(), 10);
          return Verdict.stop;
        },
      }),
    };
    await run({
      clusters: [clusterOf([made.port]), clusterOf([], { name: 'empty' })],
      routes: [byMethod('ECHO', 'empty'), routeTo('echo')],
      filters: [{ name: 'late', config: {} }],
      factories: [late],
    });
    const watcher = await client();
    watcher.send('ECHO 1', 'WATCH cats', 'TRIPLE x');
    expect(await watcher.received(8)).toEqual([
      '-1 no host of cluster empty can be reached',
      '+watching',
      ...[0, 1, 2].map((i) => `!cats ${i}`),
      ...[0, 1, 2].map((i) => `+${i} x`),
    ]);
    expect(made.peers.map(({ lines }) => lines)).toEqual([['WATCH cats', 'TRIPLE x']]);
  });
});
