import { type FilterCall, type FilterFactory, Status, Verdict } from '@proto-frame/api';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dubbo } from '../../runtime/filter/builtin/dubbo.js';
import { makeFault } from '../../runtime/filter/builtin/fault.js';
import { headerToMetadata } from '../../runtime/filter/builtin/header-to-metadata.js';
import { ipAccess } from '../../runtime/filter/builtin/ip-access.js';
import { payloadLimit } from '../../runtime/filter/builtin/payload-limit.js';
import { makeRateLimit } from '../../runtime/filter/builtin/rate-limit.js';
import { HijackReason } from '../../runtime/observe/hijack-reason.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltResponse } from '../support/bolt-frames.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

let proxy: WholeProxy;
let upstreams: ScriptedUpstream[] = [];
let caller: BoltClient;

async function start(options: Partial<WholeProxyOptions>, script: Script = echo): Promise<void> {
  upstreams = [await startUpstream(script), await startUpstream(script)];
  const [echoPort, otherPort] = upstreams.map(({ port }) => port);
  const clusters = [clusterOf([echoPort!]), clusterOf([otherPort!], { name: 'other' })];
  proxy = await startProxy({ clusters, ...options });
  caller = await BoltClient.open(proxy.port);
}

afterEach(async () => {
  caller.socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'the caller gone');
  expect(proxy.proxy.inFlight).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  for (const upstream of upstreams) await upstream.kill();
});

/** What the caller got under each id, by canonical status, once there are `count` replies. */
async function statuses(count: number): Promise<Record<number, number>> {
  const frames = await caller.received(count);
  return Object.fromEntries(frames.map((frame) => [frame.id, handWrittenBolt.toCanonical(frame.status)]));
}
const filterHijacks = (): number => proxy.downstream.hijacks[HijackReason.filter]!;

describe('fault', () => {
  it('delays and aborts the share it is told, as drawn', async () => {
    const draws = [0.099, 0.5, 0.1, 0.5, 0.5, 0.249, 0.5, 0.25];
    const factory = makeFault(() => draws.shift()!);
    const config = {
      delay: { fixed_delay: '80ms', percentage: 10 },
      abort: { status: 'TIMEOUT', percentage: 25 },
    };
    await start({ filters: [{ name: 'fault', config }], factories: [factory] });
    const begun = performance.now();
    for (let id = 1; id <= 4; id++) caller.send(id, 'x');
    expect(await statuses(3)).toEqual({ 2: Status.OK, 3: Status.TIMEOUT, 4: Status.OK });
    const late = await caller.received(4);
    expect(late[3]!.id).toBe(1);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
    expect(upstreams[0]!.requests).toHaveLength(3);
    expect(filterHijacks()).toBe(1);
  });

  it('aborts after the delay, and what ends in between stays ended', async () => {
    const config = { delay: { fixed_delay: '60ms' }, abort: { status: 'OVERLOADED' } };
    await start({ filters: [{ name: 'fault', config }], factories: [makeFault()] });
    caller.send(1, 'x', { timeout: 20 });
    caller.send(2, 'x');
    expect(await statuses(2)).toEqual({ 1: Status.TIMEOUT, 2: Status.OVERLOADED });
    caller.send(3, 'x');
    await eventually(() => proxy.proxy.inFlight === 1, 'the third under way');
    caller.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.cancels === 1, 'its cancel');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(filterHijacks()).toBe(1);
  });

  it('draws as often as it says', async () => {
    const config = { abort: { status: 'OVERLOADED', percentage: 30 } };
    await start({ filters: [{ name: 'fault', config }], factories: [makeFault()] });
    for (let id = 1; id <= 2_000; id++) caller.send(id, 'x');
    await caller.received(2_000);
    // Binomial, 600 with a deviation of 20.5: six of them are 123.
    expect(Math.abs(filterHijacks() - 600)).toBeLessThan(124);
  });
});

describe('rate_limit', () => {
  it('lets so many through, then more as time goes by', async () => {
    let now = 0;
    const config = { token_bucket: { max_tokens: 3, tokens_per_fill: 2, fill_interval: '1s' } };
    await start({ filters: [{ name: 'rate_limit', config }], factories: [makeRateLimit(() => now)] });
    for (let id = 1; id <= 5; id++) caller.send(id, 'x');
    const first = await statuses(5);
    expect([1, 2, 3].map((id) => first[id])).toEqual([Status.OK, Status.OK, Status.OK]);
    expect(filterHijacks()).toBe(2);
    now = 1_000;
    for (let id = 6; id <= 8; id++) caller.send(id, 'x');
    await caller.received(8);
    expect(filterHijacks()).toBe(3);
    expect(upstreams[0]!.requests).toHaveLength(5);
  });

  it('counts by route, by caller, by any header; a route may have its own rate or none', async () => {
    const bucket = (max: number) => ({ token_bucket: { max_tokens: max, fill_interval: '1h' } });
    await start({
      filters: [{ name: 'rate_limit', config: { ...bucket(1), per: ['service', { header: 'user' }] } }],
      factories: [makeRateLimit(() => 0)],
      routes: [
        routeTo('echo', { name: 'own', perFilterConfig: { rate_limit: bucket(2) } }, 'own'),
        routeTo('echo', { name: 'free', perFilterConfig: { rate_limit: false } }, 'free'),
        routeTo('echo', { name: 'rest' }),
      ],
    });
    let id = 0;
    const sent: [string, string][] = [
      ['a', 'x'],
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'x'],
      // As if its name ran into the user's.
      ['ax', ''],
      ['own', 'x'],
      ['own', 'y'],
      ['own', 'z'],
      ['free', 'x'],
      ['free', 'x'],
      ['free', 'x'],
    ];
    for (const [service, user] of sent) caller.send(++id, 'x', { headers: { user } }, service);
    const got = await statuses(sent.length);
    const refused = sent.map((_, i) => i + 1).filter((one) => got[one] !== Status.OK);
    expect(refused).toEqual([2, 8]);
  });
});

describe('ip_access', () => {
  const rules = [
    { action: 'deny', addresses: ['10.1.0.0/16', '2001:db8::/32'] },
    { action: 'allow', addresses: ['127.0.0.0/8', '10.0.0.0/8', '2001::/16'] },
  ];
  it.each([
    [undefined, true],
    ['10.2.3.4', true],
    ['10.1.3.4', false],
    ['192.0.2.1', false],
    ['2001:db8::1', false],
    ['2001:1::1', true],
    ['::1', false],
    ['no address', true],
    ['', true],
  ])('%j: %j', async (address, allowed) => {
    const config = { default_action: 'deny', rules, header: 'from' };
    await start({ filters: [{ name: 'ip_access', config }], factories: [ipAccess] });
    caller.send(1, 'x', address === undefined ? {} : { headers: { from: address } });
    await caller.received(1);
    expect(upstreams[0]!.requests).toHaveLength(allowed ? 1 : 0);
    expect(filterHijacks()).toBe(allowed ? 0 : 1);
  });

  it('judges the connection, and no header unless told to', async () => {
    const config = { default_action: 'allow', rules: [{ action: 'deny', addresses: ['127.0.0.1'] }] };
    await start({ filters: [{ name: 'ip_access', config }], factories: [ipAccess] });
    caller.send(1, 'x', { headers: { from: '10.0.0.1' } });
    await caller.received(1);
    expect(filterHijacks()).toBe(1);
  });
});

describe('payload_limit', () => {
  it('refuses larger requests and replies, to the byte, by route', async () => {
    const config = { max_request_body: '100B', max_response_body: '50B' };
    await start(
      {
        filters: [{ name: 'payload_limit', config }],
        factories: [payloadLimit],
        routes: [
          routeTo('echo', { perFilterConfig: { payload_limit: { max_request_body: '1KiB' } } }, 'large'),
          routeTo('echo', { name: 'rest' }),
        ],
      },
      (frame, { socket }) =>
        socket.write(boltResponse(frame.id, 0, frame.body.subarray(0, frame.body.length - 50))),
    );
    caller.send(1, 'x'.repeat(100));
    caller.send(2, 'x'.repeat(101), {}, 'large');
    caller.send(3, 'x'.repeat(1_024), {}, 'large');
    caller.send(4, 'x'.repeat(101));
    caller.send(5, 'x'.repeat(1_025), {}, 'large');
    const replies = await caller.received(5);
    const bodies = Object.fromEntries(replies.map(({ id, body }) => [id, body.length]));
    expect(bodies).toEqual({ 1: 50, 2: 51, 3: 974, 4: 0, 5: 0 });
    expect(filterHijacks()).toBe(2);
  });

  it('a reply over the limit does not reach the caller', async () => {
    await start(
      {
        filters: [{ name: 'payload_limit', config: { max_response_body: '50B' } }],
        factories: [payloadLimit],
      },
      (frame, { socket }) => socket.write(boltResponse(frame.id, 0, Buffer.alloc(51))),
    );
    caller.send(1, 'x');
    const [reply] = await caller.received(1);
    expect([reply!.status === 0, reply!.body.length]).toEqual([false, 0]);
    expect(filterHijacks()).toBe(1);
  });
});

describe('header_to_metadata', () => {
  it('notes headers, or that they are missing, and takes them out', async () => {
    const seen: (string | undefined)[][] = [];
    const spy: FilterFactory = {
      name: 'spy',
      phase: 'after_route',
      create: () => ({
        onRequest(call: FilterCall) {
          seen.push([call.metadata('group'), call.metadata('zone'), call.metadata('toString')]);
          return Verdict.continue;
        },
      }),
    };
    const config = {
      request_rules: [
        {
          header: 'x-group',
          on_header_present: { key: 'group' },
          on_header_missing: { key: 'group', value: 'none' },
          remove: true,
        },
        { header: 'x-zone', on_header_present: { key: 'zone', value: 'known' } },
      ],
    };
    await start({
      filters: [
        { name: 'header_to_metadata', config },
        { name: 'spy', config: null },
      ],
      factories: [headerToMetadata, spy],
    });
    caller.send(1, 'x', { headers: { 'x-group': 'blue', 'x-zone': 'z1', other: 'o' } });
    caller.send(2, 'x');
    await caller.received(2);
    expect(seen).toEqual([
      ['blue', 'known', undefined],
      ['none', undefined, undefined],
    ]);
    expect(upstreams[0]!.requests[0]!.headers).toEqual({ service: 'test', 'x-zone': 'z1', other: 'o' });
  });

  it('what is noted can be a key of rate_limit', async () => {
    const rule = { header: 'x-group', on_header_present: { key: 'group' } };
    const limit = { token_bucket: { max_tokens: 1, fill_interval: '1h' }, per: [{ metadata: 'group' }] };
    await start({
      filters: [
        { name: 'header_to_metadata', config: { request_rules: [rule] } },
        { name: 'rate_limit', config: limit },
      ],
      factories: [headerToMetadata, makeRateLimit()],
    });
    ['blue', 'blue', 'green'].forEach((group, i) =>
      caller.send(i + 1, 'x', { headers: { 'x-group': group } }),
    );
    const got = await statuses(3);
    expect([got[1], got[3]]).toEqual([Status.OK, Status.OK]);
    expect(got[2]).not.toBe(Status.OK);
  });
});

describe('dubbo', () => {
  it('routes by host, path and the labels of the workload, which are not sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dubbo-filter-'));
    const file = join(folder, 'labels');
    try {
      writeFileSync(file, 'app="caller"\ngroup="blue"\n');
      const header = (name: string, value: string) => ({
        name,
        value: { kind: 'exact', value } as const,
        invert: false,
      });
      const match = (group: string) => ({
        service: null,
        method: null,
        headers: [header('host', 'test'), header('path', '/'), header('group', group)],
      });
      await start({
        filters: [{ name: 'dubbo', config: { protocols: [handWrittenBolt.name], labels_file: file } }],
        factories: [dubbo],
        routes: [
          routeTo('echo', { name: 'blue', match: match('blue') }),
          routeTo('other', { name: 'green', match: match('green') }),
        ],
      });
      proxy.filters!.start();
      // The caller's own header is not believed.
      caller.send(1, 'x', { headers: { group: 'green' } });
      await caller.received(1);
      expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 0]);
      expect(upstreams[0]!.requests[0]!.headers).toEqual({ service: 'test', group: 'green' });
      writeFileSync(file, 'group="green"\n');
      let id = 1;
      await expect
        .poll(
          async () => {
            caller.send(++id, 'x');
            await caller.received(id);
            return upstreams[1]!.requests.length > 0;
          },
          { timeout: 10_000, interval: 100 },
        )
        .toBe(true);
    } finally {
      proxy.filters!.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('sends the labels if told to, and leaves other protocols alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dubbo-filter-'));
    const file = join(folder, 'labels');
    writeFileSync(file, 'group="blue"');
    const config = { labels_file: file, send_labels: true };
    await start({
      filters: [
        { name: 'dubbo', config: { ...config, protocols: [handWrittenBolt.name] } },
        { name: 'dubbo', config: { ...config, protocols: ['dubbo'] } },
      ],
      factories: [dubbo],
    });
    proxy.filters!.start();
    proxy.filters!.stop();
    rmSync(folder, { recursive: true });
    caller.send(1, 'x');
    await caller.received(1);
    expect(upstreams[0]!.requests[0]!.headers).toEqual({ service: 'test', group: 'blue' });
  });
});
