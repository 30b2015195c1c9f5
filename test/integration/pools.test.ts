import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterConfig } from '../../runtime/config/snapshot.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltHeartbeat, boltGoaway, boltResponse } from '../support/bolt-frames.js';
import { linesFrame, linesWith } from '../support/hand-written-lines.js';
import {
  answer,
  LinesClient,
  type LinesHost,
  type LinesScript,
  startLinesHost,
} from '../support/lines-peers.js';
import { Random } from '../support/random.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

// Connections that are not shared: one request at a time, or one caller each.

let proxy: WholeProxy;
const hosts: { kill(): Promise<void> }[] = [];
const clients: { socket: { resetAndDestroy(): unknown } }[] = [];

async function linesHost(script: LinesScript = answer): Promise<LinesHost> {
  const made = await startLinesHost(script);
  hosts.push(made);
  return made;
}

async function boltHost(script: Script = echo): Promise<ScriptedUpstream> {
  const made = await startUpstream(script);
  hosts.push(made);
  return made;
}

async function run(options: WholeProxyOptions): Promise<void> {
  proxy = await startProxy(options);
}

async function lines(count: number): Promise<LinesClient[]> {
  const made = await Promise.all(Array.from({ length: count }, () => LinesClient.open(proxy.port)));
  clients.push(...made);
  return made;
}

async function bolts(count: number): Promise<BoltClient[]> {
  const made = await Promise.all(Array.from({ length: count }, () => BoltClient.open(proxy.port)));
  clients.push(...made);
  return made;
}

/** Keeps replies until they are told to go. */
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

const pingpongLines = linesWith({ poolMode: 'pingpong' });
const pingpong = (port: number, changes: Partial<ClusterConfig> = {}): WholeProxyOptions => ({
  protocols: [pingpongLines],
  clusters: [clusterOf([port], { maxConnections: 2, ...changes })],
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.upstream.pendingActive).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  await eventually(() => proxy.upstream.connectionsActive === 0, 'all connections to hosts closed');
  for (const made of hosts.splice(0)) await made.kill().catch(() => {});
});

describe('pingpong', () => {
  it('puts one request at a time on a connection, and lets the others wait in their order', async () => {
    const slow = reluctant();
    const made = await linesHost(slow.script);
    await run(pingpong(made.port));
    const callers = await lines(10);
    for (const [i, caller] of callers.entries()) {
      caller.send(`ECHO ${i}`);
      await eventually(() => proxy.downstream.requests === i + 1, 'the request');
    }
    await eventually(() => slow.waiting() === 2, 'two at the host');
    expect([proxy.upstream.pendingActive, proxy.upstream.pendingTotal]).toEqual([8, 8]);
    for (let answered = 1; answered <= 10; answered++) {
      slow.next();
      await eventually(
        () => slow.waiting() === Math.min(2, 10 - answered) && proxy.upstream.requestsActive <= 2,
        'the next at the host',
      );
    }
    for (const [i, caller] of callers.entries()) expect(await caller.received(1)).toEqual([`+${i}`]);
    expect(made.lines).toEqual(Array.from({ length: 10 }, (_, i) => `ECHO ${i}`));
    expect([made.accepted, proxy.upstream.connectionOverflows]).toEqual([2, 8]);
  });

  it('refuses what is over max_pending_requests, exactly', async () => {
    const slow = reluctant();
    const made = await linesHost(slow.script);
    await run(pingpong(made.port, { maxPendingRequests: 3 }));
    const callers = await lines(9);
    for (const [i, caller] of callers.entries()) {
      caller.send(`ECHO ${i}`);
      await eventually(() => proxy.downstream.requests === i + 1, 'the request');
    }
    const refused = await Promise.all(callers.slice(5).map((caller) => caller.received(1)));
    expect(refused).toEqual(Array.from({ length: 4 }, () => ['-3 the connections to cluster echo are full']));
    const { pendingActive, pendingTotal, pendingOverflows, connectionOverflows } = proxy.upstream;
    expect([pendingActive, pendingTotal, pendingOverflows, connectionOverflows]).toEqual([3, 3, 4, 7]);
    await eventually(() => slow.waiting() === 2, 'two at the host');
    slow.next(2);
    await eventually(() => slow.waiting() === 2, 'two more');
    slow.next(2);
    await eventually(() => slow.waiting() === 1, 'the last');
    slow.next();
    const served = await Promise.all(callers.slice(0, 5).map((caller) => caller.received(1)));
    expect(served).toEqual(Array.from({ length: 5 }, (_, i) => [`+${i}`]));
  });

  it('keeps one caller in order though its requests take several connections', async () => {
    const random = new Random(9);
    const made = await linesHost((line, peer) => void setTimeout(() => answer(line, peer), random.below(5)));
    await run(pingpong(made.port, { maxConnections: 4 }));
    const callers = await lines(8);
    for (const [c, caller] of callers.entries()) {
      caller.send(...Array.from({ length: 25 }, (_, r) => `ECHO ${c}.${r}`));
    }
    for (const [c, caller] of callers.entries()) {
      expect(await caller.received(25)).toEqual(Array.from({ length: 25 }, (_, r) => `+${c}.${r}`));
    }
    expect(made.accepted).toBe(4);
  });

  it('uses the same connection again, and never one whose request was given up', async () => {
    const made = await linesHost((line, peer) => {
      if (line.startsWith('SLOW')) setTimeout(() => peer.socket.write(linesFrame('+', 'too late')), 60);
      else answer(line, peer);
    });
    await run({
      ...pingpong(made.port),
      routes: [
        routeTo('echo', { name: 'slow', match: { method: { kind: 'exact', value: 'SLOW' } }, timeout: 30 }),
        routeTo('echo', { name: 'rest' }),
      ],
    });
    const [caller] = await lines(1);
    const expected: string[] = [];
    for (let i = 0; i < 4; i++) {
      caller!.send(`ECHO ${i}`);
      expected.push(`+${i}`);
      expect(await caller!.received(expected.length)).toEqual(expected);
    }
    expect(made.accepted).toBe(1);
    caller!.send('SLOW x');
    expected.push('-4 the request was not answered in time');
    await caller!.received(expected.length);
    for (let i = 0; i < 20; i++) {
      caller!.send(`ECHO after ${i}`);
      expected.push(`+after ${i}`);
      expect(await caller!.received(expected.length)).toEqual(expected);
      await sleep(4);
    }
    expect([made.accepted, proxy.upstream.connectFailures]).toEqual([2, 0]);
  });

  it('gives a place up when the caller leaves or the time is over', async () => {
    const made = await linesHost(() => {});
    await run({
      ...pingpong(made.port, { maxConnections: 1 }),
      routes: [routeTo('echo', { timeout: 150 })],
    });
    const [a, b, c] = await lines(3);
    a!.send('ECHO 1');
    await eventually(() => made.lines.length === 1, 'the first');
    b!.send('ECHO 2');
    c!.send('ECHO 3');
    await eventually(() => proxy.upstream.pendingActive === 2, 'two wait');
    b!.socket.resetAndDestroy();
    await eventually(() => proxy.upstream.pendingActive === 1, 'one waits');
    expect(await c!.received(1)).toEqual(['-4 the request was not answered in time']);
    expect(await a!.received(1)).toEqual(['-4 the request was not answered in time']);
    expect(made.lines).not.toContain('ECHO 2');
  });

  it('returns a connection after a frame without reply', async () => {
    const made = await linesHost();
    await run(pingpong(made.port, { maxConnections: 1 }));
    const [caller] = await lines(1);
    caller!.send('QUIET 1', 'ECHO 2', 'QUIET 3', 'QUIET 4', 'ECHO 5');
    expect(await caller!.received(2)).toEqual(['+2', '+5']);
    await eventually(() => made.lines.length === 5, 'all lines');
    expect([made.accepted, proxy.upstream.oneway]).toEqual([1, 3]);
  });

  it('ends connections by goaway, after so many requests, when idle and when dead', async () => {
    let deaf = false;
    const made = await linesHost((line, peer) => {
      if (deaf) return;
      if (line === 'ECHO 5') peer.socket.write(linesFrame('~', ''));
      answer(line, peer);
    });
    await run(
      pingpong(made.port, {
        maxRequestsPerConnection: 4,
        idleTimeout: 150,
        keepalive: { interval: 20, timeout: 20, failures: 2 },
      }),
    );
    const [caller] = await lines(1);
    for (let i = 0; i < 8; i++) {
      caller!.send(`ECHO ${i}`);
      expect((await caller!.received(i + 1))[i]).toBe(`+${i}`);
    }
    expect([proxy.upstream.requestLimits, proxy.upstream.goawaysReceived, made.accepted]).toEqual([1, 1, 3]);
    await eventually(() => made.peers.length === 0, 'the idle connection closed');
    expect(proxy.upstream.idleCloses).toBe(1);
    expect(proxy.upstream.heartbeatsSent).toBeGreaterThan(0);
    caller!.send('ECHO again');
    await caller!.received(9);
    deaf = true;
    await eventually(() => made.peers.length === 0, 'the dead connection closed');
    expect(proxy.upstream.heartbeatFailures).toBe(2);
  });

  it('tells all that wait when the host can not be reached', async () => {
    const slow = reluctant();
    const made = await linesHost(slow.script);
    await run(pingpong(made.port));
    const callers = await lines(6);
    for (const caller of callers) caller.send('ECHO x');
    await eventually(() => slow.waiting() === 2 && proxy.upstream.pendingActive === 4, 'four wait');
    await made.kill();
    const replies = await Promise.all(callers.map((caller) => caller.received(1)));
    expect(replies.filter(([reply]) => reply!.endsWith('closed the connection'))).toHaveLength(2);
    expect(replies.filter(([reply]) => /can't connect|can be reached/.test(reply!))).toHaveLength(4);
  });

  it('serves those that wait even if the configuration has changed meanwhile', async () => {
    const slow = reluctant();
    const made = await linesHost(slow.script);
    await run(pingpong(made.port));
    const callers = await lines(8);
    for (const caller of callers) caller.send('ECHO x');
    await eventually(() => slow.waiting() === 2 && proxy.upstream.pendingActive === 6, 'six wait');
    proxy.clusters.update([clusterOf([made.port], { maxConnections: 1 })]);
    for (let left = 8; left > 0; left -= 2) {
      await eventually(() => slow.waiting() === 2, 'two at the host');
      slow.next(2);
    }
    for (const caller of callers) expect(await caller.received(1)).toEqual(['+x']);
    await eventually(() => made.peers.length === 0, 'the old connections closed');
    callers[0]!.send('ECHO y');
    callers[1]!.send('ECHO y');
    await eventually(() => slow.waiting() === 1 && proxy.upstream.pendingActive === 1, 'the new limit');
    slow.next();
    await eventually(() => slow.waiting() === 1, 'the last');
    slow.next();
    await callers[1]!.received(2);
  });

  it('never has more than its limits, whatever goes wrong', async () => {
    const random = new Random(31);
    const open = new WeakMap<object, number>();
    let most = 0;
    let connections = 0;
    const made: LinesHost = await linesHost((line, peer) => {
      open.set(peer, (open.get(peer) ?? 0) + 1);
      most = Math.max(most, open.get(peer)!);
      // The host may learn of a new connection before the end of an old one: the proxy's own count holds.
      connections = Math.max(connections, proxy.upstream.connectionsActive);
      const dice = random.below(200);
      const reply = (): void => {
        open.set(peer, open.get(peer)! - 1);
        if (dice === 0) peer.socket.resetAndDestroy();
        else if (dice === 1) peer.socket.end(linesFrame('+', 'half').subarray(0, 4));
        else if (dice === 2) {
          // In one piece: what comes while nobody waits is uninvited; later it would be the next one's reply.
          peer.socket.write(Buffer.concat([linesFrame('+', line.slice(5)), linesFrame('+', 'EVIL')]));
        } else answer(line, peer);
        if (dice === 3) peer.socket.write(linesFrame('~', ''));
      };
      if (dice < 10) setTimeout(reply, random.below(60));
      else reply();
    });
    await run({
      ...pingpong(made.port, { maxConnections: 4, maxPendingRequests: 60, maxRequestsPerConnection: 100 }),
      routes: [routeTo('echo', { timeout: 250 })],
    });
    const seen = { good: 0, refused: 0, failed: 0 };
    const live = async (name: number): Promise<void> => {
      for (let life = 0; life < 4; life++) {
        const [caller] = await lines(1);
        const sent: string[] = [];
        while (sent.length < 60) {
          for (let burst = random.below(8); burst >= 0; burst--) {
            sent.push(`${name}.${life}.${sent.length}`);
            caller!.send(`ECHO ${sent.at(-1)!}`);
          }
          await sleep(random.below(4));
        }
        if (random.below(2) === 0) await caller!.received(sent.length);
        for (const [i, frame] of caller!.frames.entries()) {
          if (frame === `+${sent[i]!}`) seen.good++;
          else if (frame === '-3 the connections to cluster echo are full') seen.refused++;
          else {
            expect(frame).toMatch(/^-\d .*(in time|closed the connection|is no frame|connect to)/);
            seen.failed++;
          }
        }
        caller!.socket.resetAndDestroy();
      }
    };
    await Promise.all(Array.from({ length: 24 }, (_, name) => live(name)));
    expect(most).toBe(1);
    expect(connections).toBeGreaterThan(1);
    expect(connections).toBeLessThanOrEqual(4);
    expect(Math.min(seen.good, seen.refused, seen.failed)).toBeGreaterThan(0);
    const { pendingTotal, pendingOverflows, connectionOverflows } = proxy.upstream;
    expect(connectionOverflows).toBe(pendingTotal + pendingOverflows);
  });

  it('is there for protocols with ids as well, if the cluster asks for it', async () => {
    const held: (() => void)[] = [];
    const made = await boltHost((frame, peer) => void held.push(() => echo(frame, peer)));
    await run({ clusters: [clusterOf([made.port], { pool: 'pingpong', maxConnections: 3 })] });
    const [caller] = await bolts(1);
    for (let id = 1; id <= 7; id++) caller!.send(id, `body ${id}`);
    for (let round = 0; round < 3; round++) {
      const expected = round < 2 ? 3 : 1;
      await eventually(() => held.length === expected, 'at the host');
      await sleep(5);
      expect(held).toHaveLength(expected);
      for (const reply of held.splice(0).reverse()) reply();
    }
    const replies = await caller!.received(7);
    expect(replies.map(({ id, body }) => [id, body.toString()]).sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((id) => [id, `body ${id}`]),
    );
    expect(made.accepted).toBe(3);
  });
});

describe('binding', () => {
  const bindingLines = linesWith({ poolMode: 'binding', correlation: 'none' });

  it('gives every caller a connection of its own, for all it sends', async () => {
    const made = await linesHost();
    await run({ protocols: [bindingLines], clusters: [clusterOf([made.port])] });
    const callers = await lines(5);
    for (const [c, caller] of callers.entries()) {
      caller.send(`ECHO ${c}`, 'PING', `TRIPLE ${c}`, `QUIET ${c}`, `WATCH ${c}`);
      expect(await caller.received(9)).toEqual([
        `+${c}`,
        '+PONG',
        ...[0, 1, 2].map((i) => `+${i} ${c}`),
        '+watching',
        ...[0, 1, 2].map((i) => `!${c} ${i}`),
      ]);
    }
    expect(made.peers.map((peer) => peer.lines[0])).toEqual([0, 1, 2, 3, 4].map((c) => `ECHO ${c}`));
    const { requests, pushesForwarded, connectionsActive } = proxy.upstream;
    expect([requests, pushesForwarded, connectionsActive]).toEqual([20, 15, 5]);
    expect(proxy.upstream.responses.get(200)).toBe(30);
  });

  it('forwards goaway, and closes together', async () => {
    const made = await linesHost();
    await run({ protocols: [bindingLines], clusters: [clusterOf([made.port])] });
    const [a, b] = await lines(2);
    for (const caller of [a!, b!]) {
      caller.send('ECHO x');
      await caller.received(1);
    }
    made.peers[0]!.socket.end(linesFrame('~', ''));
    expect(await a!.received(2)).toEqual(['+x', '~']);
    await a!.over();
    b!.socket.destroy();
    await eventually(() => made.peers.length === 0, 'both closed');
  });

  it('holds the host when the caller reads nothing, and loses nothing', async () => {
    const big = 'x'.repeat(60_000);
    const made = await linesHost((_line, { socket }) => {
      for (let i = 0; i < 300; i++) socket.write(linesFrame('!', `${i} ${big}`));
    });
    await run({
      protocols: [bindingLines],
      clusters: [clusterOf([made.port])],
      watermarks: { high: 65_536, low: 32_768 },
    });
    const [caller] = await lines(1);
    caller!.socket.pause();
    caller!.send('FLOOD');
    await eventually(() => proxy.upstream.pauses > 0, 'the host held');
    await sleep(50);
    expect(proxy.downstream.bufferedBytes).toBeLessThan(1024 * 1024);
    caller!.socket.resume();
    const frames = await caller!.received(300, 10_000);
    expect(frames).toEqual(Array.from({ length: 300 }, (_, i) => `!${i} ${big}`));
  });

  it('takes ids, heartbeats and goaway of a protocol with ids as they are, if the cluster asks for it', async () => {
    const made = await boltHost();
    await run({ clusters: [clusterOf([made.port], { pool: 'binding' })] });
    const [a, b] = await bolts(2);
    for (const caller of [a!, b!]) {
      caller.send(4_000_000_000, 'x');
      await caller.received(1);
      caller.socket.write(boltHeartbeat(77, false));
      expect((await caller.received(2)).map(({ id }) => id)).toEqual([4_000_000_000, 77]);
    }
    expect(made.requests.map(({ id }) => id)).toEqual([4_000_000_000, 4_000_000_000]);
    expect(made.peers.map(({ frames }) => frames.map(({ cmd }) => cmd))).toEqual([
      [1, 0],
      [1, 0],
    ]);
    made.peers[0]!.socket.write(boltGoaway(9));
    expect((await a!.received(3))[2]!.cmd).toBe(100);
    // After that the host may still answer, and what nobody asked for is the caller's affair.
    made.peers[0]!.socket.write(boltResponse(123, 0, Buffer.from('?')));
    expect((await a!.received(4))[3]!.id).toBe(123);
    expect(proxy.upstream.goawaysReceived).toBe(1);
  });

  it('is idle only when no reply is to come, and drains then', async () => {
    const slow = reluctant();
    const made = await linesHost(slow.script);
    await run({ protocols: [bindingLines], clusters: [clusterOf([made.port])], deadlines: { idle: 100 } });
    const [a, b] = await lines(2);
    a!.send('ECHO a');
    b!.send('ECHO b');
    await eventually(() => slow.waiting() === 2, 'both at the host');
    await sleep(250);
    expect([a!.ended, b!.ended]).toEqual([false, false]);
    slow.next();
    expect(await a!.received(1)).toEqual(['+a']);
    await a!.over();
    expect(proxy.downstream.idleTimeouts).toBe(1);
    const drained = proxy.proxy.drain();
    await sleep(150);
    expect(b!.frames).toEqual(['~']);
    slow.next();
    expect(await b!.received(2)).toEqual(['~', '+b']);
    await b!.over();
    for (const caller of [a!, b!]) caller.socket.end();
    await drained;
    await eventually(() => made.peers.length === 0, 'no connection left');
  });

  it('has a limit, and tells every request that could not be connected', async () => {
    const made = await boltHost();
    const dead = await boltHost();
    await dead.kill();
    await run({ clusters: [clusterOf([made.port], { pool: 'binding', maxConnections: 2 })] });
    const [a, b, c] = await bolts(3);
    for (const caller of [a!, b!, c!]) {
      caller.send(1, 'x');
      await caller.received(1);
    }
    expect([a!, b!, c!].map(({ frames }) => frames[0]!.status)).toEqual([0, 0, 4]);
    expect(proxy.upstream.connectionOverflows).toBe(1);
    for (const { socket } of clients.splice(0)) socket.resetAndDestroy();
    await proxy.close();

    await run({ clusters: [clusterOf([dead.port], { pool: 'binding' })] });
    const [d] = await bolts(1);
    for (let id = 1; id <= 5; id++) d!.send(id, 'x');
    const replies = await d!.received(5);
    expect(replies.map(({ id, status }) => [id, status])).toEqual([1, 2, 3, 4, 5].map((id) => [id, 6]));
    expect(proxy.upstream.connectFailures).toBe(1);
  });
});
