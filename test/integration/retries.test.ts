import { Status } from '@proto-frame/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RetryConfig } from '../../runtime/config/snapshot.js';
import type { AccessLog, AccessLogEntry } from '../../runtime/observe/access-log.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltHeartbeat, boltResponse } from '../support/bolt-frames.js';
import { handWrittenLines, linesFrame } from '../support/hand-written-lines.js';
import { LinesClient, startLinesHost } from '../support/lines-peers.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

/** Bolt's own status codes. */
const OK = 0;
const ERROR = 2;
const BUSY = 4;
const NO_PROCESSOR = 6;
const TIMEOUT = 7;

let proxy: WholeProxy;
const upstreams: { kill(): Promise<void> }[] = [];
const sockets: { resetAndDestroy(): unknown }[] = [];
/** Of each finished request. */
let attempts: number[] = [];

async function up(script?: Script): Promise<ScriptedUpstream> {
  const made = await startUpstream(script);
  upstreams.push(made);
  return made;
}

async function deadPort(): Promise<number> {
  const host = await startUpstream();
  await host.kill();
  return host.port;
}

async function run(options: WholeProxyOptions): Promise<void> {
  attempts = [];
  const accessLog = {
    headers: [],
    write: (entry: AccessLogEntry) => void attempts.push(entry.attempts),
  } as unknown as AccessLog;
  proxy = await startProxy({ accessLog, ...options });
}

async function client(): Promise<BoltClient> {
  const made = await BoltClient.open(proxy.port);
  sockets.push(made.socket);
  return made;
}

/** A route with retries; what is not said is as little as possible. */
const retrying = (retry: Partial<RetryConfig>, timeout = 0): ReturnType<typeof routeTo> =>
  routeTo('echo', {
    timeout,
    retry: {
      numRetries: 1,
      on: [],
      statuses: [],
      idempotent: false,
      perTryTimeout: 0,
      backOff: { base: 0, max: 0 },
      ...retry,
    },
  });

/** Answers with a status, heartbeats as they should be. */
const always =
  (status: number): Script =>
  (frame, { socket }) => {
    if (frame.cmd === 0) socket.write(boltHeartbeat(frame.id, true));
    else if (frame.type === 1) socket.write(boltResponse(frame.id, status, Buffer.alloc(0)));
  };
const hangUp: Script = (_frame, { socket }) => void socket.resetAndDestroy();
const never: Script = () => {};

/** Hosts are chosen as by a hash that is always the same: the first one that can be had. */
function chooseTheFirst(): void {
  const cluster = proxy.clusters.get('echo')!;
  cluster.choose = ({ protocol }) => cluster.hosts.find((host) => host.available(protocol)) ?? null;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.upstream.retriesActive).toBe(0);
  expect(proxy.clusters.get('echo')!.active).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  await eventually(() => proxy.loop.timers === 0, 'no timer left');
  for (const upstream of upstreams.splice(0)) await upstream.kill().catch(() => {});
});

/** What a first host that does `script` and a second that answers make of one request. */
async function twoHosts(
  script: Script | 'dead',
  retry: Partial<RetryConfig>,
): Promise<{ status: number; asked: number; answered: number; attempts: number }> {
  const second = await up(echo);
  const first = script === 'dead' ? null : await up(script);
  const ports = [first === null ? await deadPort() : first.port, second.port];
  await run({ clusters: [clusterOf(ports)], routes: [retrying(retry)] });
  const caller = await client();
  caller.send(7, 'body');
  const [reply] = await caller.received(1);
  expect(reply!.id).toBe(7);
  await sleep(15);
  expect(caller.frames).toHaveLength(1);
  return {
    status: reply!.status,
    asked: first?.requests.length ?? 0,
    answered: second.requests.length,
    attempts: attempts[0]!,
  };
}

describe('another host is asked', () => {
  const repeat = { idempotent: true };
  it.each<[string, Script | 'dead', Partial<RetryConfig>]>([
    ['that could not be connected', 'dead', { on: ['connect_failure'] }],
    ['that is overloaded', always(BUSY), { on: ['overload'] }],
    ['that says a status', always(ERROR), { ...repeat, statuses: [Status.INTERNAL] }],
    ['that says OVERLOADED, by its status', always(BUSY), { statuses: [Status.OVERLOADED] }],
    ['that closes the connection', hangUp, { ...repeat, on: ['reset'] }],
    ['that does not answer in time', never, { ...repeat, on: ['timeout'], perTryTimeout: 20 }],
    [
      'that talks nonsense',
      (_, { socket }) => void socket.write(Buffer.alloc(64, 0xff)),
      { ...repeat, on: ['codec_error'] },
    ],
  ])('after one %s', async (_what, script, retry) => {
    const asked = script === 'dead' ? 0 : 1;
    expect(await twoHosts(script, retry)).toEqual({ status: OK, asked, answered: 1, attempts: 2 });
    const { retries, retrySuccesses, retryOverflows } = proxy.upstream;
    expect([retries, retrySuccesses, retryOverflows]).toEqual([1, 1, 0]);
    expect(proxy.metrics.route('test', 'to echo').retries).toBe(1);
    expect(proxy.downstream.errors.list()).toEqual([]);
  });

  it('however the hosts are chosen', async () => {
    const [bad, good] = [await up(always(BUSY)), await up(echo)];
    await run({
      clusters: [clusterOf([bad.port, good.port])],
      routes: [retrying({ on: ['overload'], numRetries: 2 })],
    });
    chooseTheFirst();
    const caller = await client();
    for (let id = 1; id <= 20; id++) {
      caller.send(id, 'x');
      expect((await caller.received(id)).at(-1)!.status).toBe(OK);
    }
    expect([bad.requests.length, good.requests.length]).toEqual([20, 20]);
  });
});

describe('the request is not sent again', () => {
  it.each<[string, Script | 'dead', Partial<RetryConfig>, number]>([
    ['for a condition that is not listed', 'dead', { on: ['reset', 'overload'] }, NO_PROCESSOR],
    ['if the host may have done it: reset', hangUp, { on: ['reset'] }, NO_PROCESSOR],
    ['if the host may have done it: timeout', never, { on: ['timeout'], perTryTimeout: 20 }, TIMEOUT],
    ['if the host may have done it: status', always(ERROR), { statuses: [Status.INTERNAL] }, ERROR],
    ['after too many attempts', always(BUSY), { on: ['overload'], numRetries: 0 }, BUSY],
    [
      'if no time is left for the pause',
      always(BUSY),
      { on: ['overload'], numRetries: 100, backOff: { base: 1e12, max: 1e12 } },
      BUSY,
    ],
  ])('%s', async (_what, script, retry, status) => {
    const asked = script === 'dead' ? 0 : 1;
    expect(await twoHosts(script, retry)).toEqual({ status, asked, answered: 0, attempts: 1 });
  });

  it('if nobody waits for a reply', async () => {
    const [first, second] = [await up(hangUp), await up(echo)];
    await run({
      clusters: [clusterOf([first.port, second.port])],
      routes: [retrying({ on: ['reset', 'connect_failure'], idempotent: true })],
    });
    const caller = await client();
    caller.send(1, 'x', { oneway: true });
    await eventually(() => first.requests.length === 1, 'the request');
    await sleep(30);
    expect(second.requests).toEqual([]);
  });

  it('once the caller has some of several replies', async () => {
    const host = await startLinesHost((line, { socket }) => {
      if (!line.startsWith('TRIPLE')) return;
      socket.write(linesFrame('+', 'first of three'));
      setTimeout(() => socket.resetAndDestroy(), 10);
    });
    upstreams.push(host);
    await run({
      clusters: [clusterOf([host.port])],
      protocols: [handWrittenLines],
      routes: [retrying({ on: ['reset', 'timeout'], idempotent: true, perTryTimeout: 30 })],
    });
    const caller = await LinesClient.open(proxy.port);
    sockets.push(caller.socket);
    caller.send('TRIPLE x');
    expect(await caller.received(1)).toEqual(['+first of three']);
    await eventually(() => proxy.downstream.requestsActive === 0, 'the end of the request');
    await sleep(60);
    expect(host.lines).toHaveLength(1);
    expect(caller.frames).toHaveLength(1);
  });

  it('when the caller has gone', async () => {
    const host = await up(always(BUSY));
    await run({
      clusters: [clusterOf([host.port])],
      routes: [retrying({ on: ['overload'], numRetries: 100, backOff: { base: 400, max: 400 } })],
    });
    const caller = await client();
    caller.send(1, 'x');
    await eventually(() => proxy.upstream.retriesActive === 1, 'a pause');
    caller.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.requestsActive === 0, 'the request is over');
    expect(proxy.upstream.retriesActive).toBe(0);
  });
});

describe('a retry', () => {
  it('goes out though not idempotent if the host never got a byte of the request', async () => {
    let stuck: ScriptedUpstream['peers'][number] | null = null;
    const slow = await up((_, peer) => {
      // Reads no further once the first request is there.
      stuck = peer;
      peer.socket.pause();
    });
    const good = await up(echo);
    const changes = {
      watermarks: { high: 2 ** 28, low: 2 ** 27 },
      retryBudget: { percentage: 0, minRetries: 10 },
    };
    await run({
      clusters: [clusterOf([slow.port, good.port], changes)],
      routes: [retrying({ on: ['reset'], numRetries: 3 })],
      watermarks: changes.watermarks,
    });
    chooseTheFirst();
    const caller = await client();
    caller.send(1, 'first');
    await eventually(() => stuck !== null, 'the first request');
    // More than kernels keep for a peer that does not read: the last of them lies in the proxy.
    for (let id = 2; id <= 4; id++) caller.send(id, Buffer.alloc(6 * 1024 * 1024, id));
    caller.send(5, 'last');
    await eventually(() => proxy.upstream.requestsActive === 5, 'all requests');
    stuck!.socket.resetAndDestroy();
    const replies = new Map((await caller.received(5)).map(({ id, status }) => [id, status]));
    expect([replies.get(1), replies.get(2), replies.get(5)]).toEqual([NO_PROCESSOR, NO_PROCESSOR, OK]);
    expect(String(good.requests.at(-1)!.body)).toBe('last');
  });

  it('is a copy of the request as the host got it first, its id apart', async () => {
    const [bad, good] = [await up(always(BUSY)), await up(echo)];
    await run({
      clusters: [clusterOf([bad.port, good.port])],
      routes: [
        {
          ...retrying({ on: ['overload'] }),
          requestHeaders: [{ remove: [], set: [['who', 'proxy']], append: [] }],
        },
      ],
    });
    const caller = await client();
    const big = Buffer.alloc(300_000, 'b');
    const bodies = [Buffer.from('small'), big];
    for (const [id, body] of bodies.entries()) {
      caller.send(id, body, { headers: { a: 'b' } });
      const replies = await caller.received(id + 1);
      expect(replies[id]!.body.equals(body)).toBe(true);
    }
    const bytes = (frame: { bytes: Buffer }): string =>
      Buffer.concat([frame.bytes.subarray(0, 5), frame.bytes.subarray(9)]).toString('hex');
    expect(good.requests.map(bytes)).toEqual(bad.requests.map(bytes));
    expect(good.requests[0]!.headers).toEqual({ service: 'test', a: 'b', who: 'proxy' });
  });

  it('ends with what the last attempt brought', async () => {
    const host = await up(always(BUSY));
    await run({
      clusters: [clusterOf([host.port])],
      routes: [retrying({ on: ['overload'], numRetries: 3, backOff: { base: 1, max: 2 } })],
    });
    const caller = await client();
    caller.send(1, 'x');
    expect((await caller.received(1))[0]!.status).toBe(BUSY);
    expect([host.requests.length, attempts[0]]).toEqual([4, 4]);
    expect(proxy.upstream.responses.get(Status.OVERLOADED)).toBe(4);
    expect([proxy.upstream.retries, proxy.upstream.retrySuccesses]).toEqual([3, 0]);
  });

  it('has what is left of the time, pauses included', async () => {
    const host = await up(never);
    await run({
      clusters: [clusterOf([host.port])],
      routes: [retrying({ on: ['timeout'], idempotent: true, numRetries: 100, perTryTimeout: 20 }, 150)],
    });
    const caller = await client();
    caller.send(1, 'x');
    expect((await caller.received(1))[0]!.status).toBe(TIMEOUT);
    expect(host.requests.length).toBeGreaterThan(1);
    expect(host.requests.length).toBeLessThan(10);
    expect(proxy.downstream.timeouts).toBe(1);
  });

  it('is dropped when the late reply to the first attempt comes', async () => {
    const late = await up((frame, { socket }) => {
      setTimeout(() => socket.write(boltResponse(frame.id, OK, Buffer.from('late'))), 60);
    });
    const good = await up(echo);
    await run({
      clusters: [clusterOf([late.port, good.port])],
      routes: [retrying({ on: ['timeout'], idempotent: true, perTryTimeout: 20 })],
    });
    const caller = await client();
    caller.send(1, 'body');
    await eventually(() => proxy.upstream.lateReplies === 1, 'the late reply');
    expect(caller.frames.map(({ id, body }) => [id, String(body)])).toEqual([[1, 'body']]);
  });

  it('waits for a connection of its own where they are not shared', async () => {
    const host = await up((frame, { socket }) => {
      setTimeout(() => socket.write(boltResponse(frame.id, OK, frame.body)), 20);
    });
    await run({
      clusters: [clusterOf([host.port], { pool: 'pingpong', maxConnections: 1, maxPendingRequests: 0 })],
      routes: [retrying({ on: ['overload'], numRetries: 100, backOff: { base: 10, max: 20 } })],
    });
    const caller = await client();
    for (let id = 1; id <= 4; id++) caller.send(id, `body ${id}`);
    const replies = await caller.received(4);
    expect(replies.every(({ id, status, body }) => status === OK && String(body) === `body ${id}`)).toBe(
      true,
    );
    expect(host.accepted).toBe(1);
  });
});

describe('a deadline', () => {
  /** The timeout that the host was told, for one that the caller asked for. */
  async function told(asked: number, route: ReturnType<typeof routeTo>): Promise<number> {
    const host = await up(echo);
    await run({ clusters: [clusterOf([host.port])], routes: [route] });
    const caller = await client();
    caller.send(1, 'x', { timeout: asked });
    await caller.received(1);
    return host.requests[0]!.status;
  }

  it.each([
    ['shorter than the route: as it is', 3_000, 5_000, 3_000],
    ['longer than the route', 3_000, 500, 500],
    ['unset, the route has one', 0, 500, 500],
    ['never, the route has one', -1, 500, 500],
    ['unset, and the route has none', 0, 0, 0],
    ['never, and the route has none', -1, 0, -1],
  ])('of the caller, %s', async (_what, asked, route, expected) => {
    expect(await told(asked, routeTo('echo', { timeout: route }))).toBe(expected);
  });

  it('of an attempt is told where it is shorter', async () => {
    expect(await told(3_000, retrying({ perTryTimeout: 400 }))).toBe(400);
  });

  it('of a retry is what is left', async () => {
    const [late, good] = [await up(never), await up(echo)];
    await run({
      clusters: [clusterOf([late.port, good.port])],
      routes: [retrying({ on: ['timeout'], idempotent: true, perTryTimeout: 150 }, 200)],
    });
    const caller = await client();
    caller.send(1, 'x', { timeout: 5_000 });
    await caller.received(1);
    expect(late.requests[0]!.status).toBe(150);
    expect(good.requests[0]!.status).toBeLessThanOrEqual(50);
    expect(good.requests[0]!.status).toBeGreaterThan(0);
  });
});

describe('retries of a whole cluster', () => {
  const busy = { on: ['overload'], numRetries: 1, backOff: { base: 100, max: 100 } } as const;
  it.each([
    ['max_retries', { maxRetries: 2, retryBudget: { percentage: 100, minRetries: 100 } }, 2],
    ['no retries at all', { maxRetries: 0 }, 0],
    ['the least of the budget', { retryBudget: { percentage: 0, minRetries: 5 } }, 5],
    ['a share of the requests under way', { retryBudget: { percentage: 25, minRetries: 0 } }, 10],
  ])('keep to %s', async (_what, changes, allowed) => {
    // All answers come at once, so that all requests are under way when the first fails.
    const waiting: (() => void)[] = [];
    const host = await up((frame, { socket }) => {
      waiting.push(() => void socket.write(boltResponse(frame.id, BUSY, Buffer.alloc(0))));
      if (waiting.length >= 40) for (const answer of waiting) answer();
    });
    await run({ clusters: [clusterOf([host.port], changes)], routes: [retrying(busy)] });
    const cluster = proxy.clusters.get('echo')!;
    const caller = await client();
    for (let id = 1; id <= 40; id++) caller.send(id, 'x');
    await eventually(() => cluster.active === 0 || proxy.upstream.retries > 0, 'the answers');
    await caller.received(40);
    // Those that ended made room neither in the budget nor for others: a share of fewer requests is less.
    expect(proxy.upstream.retries).toBeLessThanOrEqual(allowed);
    expect(proxy.upstream.retries).toBeGreaterThanOrEqual(Math.floor(allowed * 0.7));
    expect(proxy.upstream.retries + proxy.upstream.retryOverflows).toBeGreaterThanOrEqual(40);
    expect(proxy.upstream.retriesActive).toBe(0);
  });
});
