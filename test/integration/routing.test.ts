import { Status } from '@proto-frame/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChoiceContext } from '../../runtime/cluster/load-balancer/choice-context.js';
import type { HeaderEdits } from '../../runtime/config/snapshot.js';
import { headerToMetadata } from '../../runtime/filter/builtin/header-to-metadata.js';
import { HijackReason } from '../../runtime/observe/hijack-reason.js';
import { hashText } from '../../runtime/route/hash-text.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltHeartbeat, boltResponse } from '../support/bolt-frames.js';
import { handWrittenLines } from '../support/hand-written-lines.js';
import { LinesClient, type LinesHost, startLinesHost } from '../support/lines-peers.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

// What routes do to requests, on a whole data plane.

let proxy: WholeProxy;
const upstreams: { kill(): Promise<void> }[] = [];
const sockets: { resetAndDestroy(): unknown }[] = [];

async function up(script?: Script): Promise<ScriptedUpstream> {
  const made = await startUpstream(script);
  upstreams.push(made);
  return made;
}

async function run(options: WholeProxyOptions): Promise<BoltClient> {
  proxy = await startProxy(options);
  const made = await BoltClient.open(proxy.port);
  sockets.push(made.socket);
  return made;
}

/** Notes by what each host was chosen. */
function watchChoices(): Pick<ChoiceContext, 'hash' | 'subset'>[] {
  const seen: Pick<ChoiceContext, 'hash' | 'subset'>[] = [];
  const cluster = proxy.clusters.get('echo')!;
  const choose = cluster.choose.bind(cluster);
  cluster.choose = (context) => {
    seen.push({ hash: context.hash, subset: context.subset });
    return choose(context);
  };
  return seen;
}

const edits = (changes: Partial<HeaderEdits>): HeaderEdits[] => [
  { remove: [], set: [], append: [], ...changes },
];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'all callers gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  for (const upstream of upstreams.splice(0)) await upstream.kill().catch(() => {});
});

describe('answers of a route', () => {
  it('carry the status it says, in order with others', async () => {
    const upstream = await up();
    const caller = await run({
      clusters: [clusterOf([upstream.port])],
      routes: [
        routeTo('', { directResponse: { status: Status.PERMISSION_DENIED, body: 'not here' } }, 'closed'),
        routeTo('', { directResponse: { status: Status.OK, body: '' } }, 'fine'),
        routeTo('echo'),
      ],
    });
    caller.send(1, 'a', {}, 'closed');
    caller.send(2, 'b', {}, 'fine');
    caller.send(3, 'c', { oneway: true }, 'closed');
    caller.send(4, 'd');
    const replies = await caller.received(3);
    expect(replies.map((reply) => [reply.id, reply.status])).toEqual([
      [1, 2],
      [2, 0],
      [4, 0],
    ]);
    expect(upstream.requests.map(({ body }) => String(body))).toEqual(['d']);
    expect(proxy.downstream.hijacks[HijackReason.directResponse]).toBe(3);
    expect(proxy.downstream.errors.list()).toEqual([]);
  });

  it('have the text where a protocol can say one', async () => {
    proxy = await startProxy({
      clusters: [],
      protocols: [handWrittenLines],
      routes: [routeTo('', { directResponse: { status: Status.OVERLOADED, body: 'come back later' } })],
    });
    const caller = await LinesClient.open(proxy.port);
    sockets.push(caller.socket);
    caller.send('ECHO x');
    expect(await caller.received(1)).toEqual(['-3 come back later']);
  });
});

describe('a cluster named by a header', () => {
  it('gets the request; one that is not there, or no name, is no route', async () => {
    const [a, b] = [await up(), await up()];
    const caller = await run({
      clusters: [clusterOf([a.port]), clusterOf([b.port], { name: 'other' })],
      routes: [routeTo('', { clusterHeader: 'to' })],
    });
    caller.send(1, 'x', { headers: { to: 'other' } });
    caller.send(2, 'y', { headers: { to: 'nowhere' } });
    caller.send(3, 'z');
    const replies = await caller.received(3);
    expect(new Map(replies.map(({ id, status }) => [id, status]))).toEqual(
      new Map([
        [1, 0],
        [2, 6],
        [3, 6],
      ]),
    );
    expect([a.requests.length, b.requests.length]).toEqual([0, 1]);
  });
});

describe('edits of headers', () => {
  const withHeaders: Script = (frame, { socket }) => {
    if (frame.cmd === 0) socket.write(boltHeartbeat(frame.id, true));
    else if (frame.type === 1)
      socket.write(boltResponse(frame.id, 0, frame.body, { secret: 's', kept: 'k' }));
  };
  const routes = [
    routeTo('echo', {
      requestHeaders: edits({ remove: ['gone'], set: [['who', 'proxy']] }),
      responseHeaders: edits({ remove: ['secret'], append: [['via', 'proxy']] }),
    }),
  ];

  it.each([
    ['without filters', {}],
    [
      'beside a filter',
      {
        filters: [{ name: 'header_to_metadata', config: { request_rules: [{ header: 'x', remove: true }] } }],
        factories: [headerToMetadata],
      },
    ],
  ])('reach the host and the caller, %s', async (_what, options) => {
    const upstream = await up(withHeaders);
    const caller = await run({ clusters: [clusterOf([upstream.port])], routes, ...options });
    const headers = { gone: 'g', who: 'caller', stays: 's' };
    caller.send(77, 'body', { headers });
    caller.send(78, 'again', { headers, oneway: true });
    const [reply] = await caller.received(1);
    expect([reply!.id, String(reply!.body), reply!.headers]).toEqual([
      77,
      'body',
      { kept: 'k', via: 'proxy' },
    ]);
    await eventually(() => upstream.requests.length === 2, 'both requests');
    for (const request of upstream.requests) {
      expect(request.headers).toEqual({ service: 'test', who: 'proxy', stays: 's' });
    }
  });

  it('that do not fit the protocol are refused', async () => {
    const upstream = await up();
    const set = [['big', 'x'.repeat(70_000)]] as const;
    const caller = await run({
      clusters: [clusterOf([upstream.port])],
      routes: [
        routeTo('echo', { requestHeaders: edits({ set }) }, 'a'),
        routeTo('echo', { responseHeaders: edits({ set }) }, 'b'),
      ],
    });
    caller.send(1, 'x', {}, 'a');
    caller.send(2, 'y', {}, 'b');
    const replies = await caller.received(2);
    expect(replies.map(({ id, status }) => [id, status])).toEqual([
      [1, 9],
      [2, 9],
    ]);
  });

  it('pass by a protocol without headers', async () => {
    const host = await startLinesHost();
    upstreams.push(host);
    const set = [['who', 'proxy']] as const;
    proxy = await startProxy({
      clusters: [clusterOf([host.port])],
      protocols: [handWrittenLines],
      routes: [routeTo('echo', { requestHeaders: edits({ set }), responseHeaders: edits({ set }) })],
    });
    const caller = await LinesClient.open(proxy.port);
    sockets.push(caller.socket);
    caller.send('ECHO x');
    expect(await caller.received(1)).toEqual(['+x']);
  });
});

describe('the choice of a host', () => {
  it('is told the hash and the subset of the request', async () => {
    const upstream = await up();
    const caller = await run({
      clusters: [clusterOf([upstream.port])],
      filters: [
        {
          name: 'header_to_metadata',
          config: { request_rules: [{ header: 'x-tier', on_header_present: { key: 'tier' } }] },
        },
      ],
      factories: [headerToMetadata],
      routes: [
        routeTo(
          'echo',
          {
            hashPolicy: [{ source: 'header', header: 'user', terminal: false }],
            clusters: [
              {
                name: 'echo',
                weight: 1,
                subset: [
                  { key: 'group', source: 'text', value: 'blue' },
                  { key: 'tier', source: 'metadata', value: 'tier' },
                ],
              },
            ],
          },
          'known',
        ),
        routeTo('echo', { hashPolicy: [{ source: 'source_ip', header: '', terminal: false }] }, 'by address'),
        routeTo('echo'),
      ],
    });
    const seen = watchChoices();
    caller.send(1, 'x', { headers: { user: 'alice', 'x-tier': 'gold' } }, 'known');
    await caller.received(1);
    caller.send(2, 'y', {}, 'by address');
    await caller.received(2);
    caller.send(3, 'z');
    await caller.received(3);
    expect(seen).toEqual([
      {
        hash: hashText('alice'),
        subset: new Map([
          ['group', 'blue'],
          ['tier', 'gold'],
        ]),
      },
      { hash: hashText('127.0.0.1'), subset: null },
      { hash: -1, subset: null },
    ]);
  });
});

describe('a mirror', () => {
  const mirrored = (percentage: number): ReturnType<typeof routeTo> =>
    routeTo('echo', { mirror: { cluster: 'shadow', percentage } });

  it('gets its share of the requests as they are, and callers their own replies only', async () => {
    const [real, shadow] = [
      await up(),
      await up((frame, { socket }) => {
        if (frame.type === 1) socket.write(boltResponse(frame.id, 2, Buffer.from('from the mirror')));
      }),
    ];
    const caller = await run({
      clusters: [clusterOf([real.port]), clusterOf([shadow.port], { name: 'shadow' })],
      routes: [mirrored(25)],
    });
    for (let id = 1; id <= 200; id++) caller.send(id, `body ${id}`, { oneway: id % 10 === 0 });
    const replies = await caller.received(180);
    expect(replies.every(({ id, status, body }) => status === 0 && String(body) === `body ${id}`)).toBe(true);
    await eventually(() => shadow.requests.length === 50 && real.requests.length === 200, 'all requests');
    const bodies = shadow.requests.map(({ body }) => String(body)).sort();
    expect(bodies).toEqual(Array.from({ length: 50 }, (_, i) => `body ${4 * (i + 1)}`).sort());
    const stats = proxy.metrics.cluster('shadow');
    await eventually(() => stats.requestsActive === 0, 'all copies answered');
    expect([stats.mirrors, stats.mirrorsDropped, proxy.clusters.get('shadow')!.active]).toEqual([50, 0, 0]);
    await sleep(20);
    expect(caller.frames).toHaveLength(180);
  });

  it.each([
    ['refuses connections', async (): Promise<number> => (await deadHost()).port],
    ['closes them', async () => (await up((_, { socket }) => void socket.destroy())).port],
    ['never answers', async () => (await up(() => {})).port],
    ['talks nonsense', async () => (await up((_, { socket }) => void socket.write('nonsense'))).port],
  ])('that %s is not noticed', async (_what, port) => {
    const real = await up(echo);
    const shadow = clusterOf([await port()], { name: 'shadow' });
    const caller = await run({
      clusters: [clusterOf([real.port]), shadow],
      routes: [{ ...mirrored(100), timeout: 60 }],
    });
    for (let id = 1; id <= 50; id++) caller.send(id, `body ${id}`);
    const replies = await caller.received(50);
    expect(replies.every(({ id, status, body }) => status === 0 && String(body) === `body ${id}`)).toBe(true);
    const stats = proxy.metrics.cluster('shadow');
    await eventually(() => stats.requestsActive === 0, 'no copy under way');
    expect(proxy.clusters.get('shadow')!.active).toBe(0);
    expect(stats.mirrors + stats.mirrorsDropped).toBe(50);
  });

  it('takes no more than its cluster allows', async () => {
    const [real, shadow] = [await up(), await up(() => {})];
    const caller = await run({
      clusters: [clusterOf([real.port]), clusterOf([shadow.port], { name: 'shadow', maxRequests: 3 })],
      routes: [mirrored(100)],
    });
    for (let id = 1; id <= 10; id++) caller.send(id, `body ${id}`);
    await caller.received(10);
    const stats = proxy.metrics.cluster('shadow');
    expect([stats.mirrors, stats.mirrorsDropped]).toEqual([3, 7]);
  });

  it('never shares a connection of the caller: copies are dropped', async () => {
    const [real, shadow] = [await startLinesHost(), await startLinesHost()] as [LinesHost, LinesHost];
    upstreams.push(real, shadow);
    proxy = await startProxy({
      clusters: [clusterOf([real.port]), clusterOf([shadow.port], { name: 'shadow', pool: 'binding' })],
      protocols: [handWrittenLines],
      routes: [mirrored(100)],
    });
    const caller = await LinesClient.open(proxy.port);
    sockets.push(caller.socket);
    caller.send('ECHO a');
    caller.send('TRIPLE b');
    expect(await caller.received(4)).toEqual(['+a', '+0 b', '+1 b', '+2 b']);
    expect(shadow.accepted).toBe(0);
    expect(proxy.metrics.cluster('shadow').mirrorsDropped).toBe(2);
  });
});

async function deadHost(): Promise<ScriptedUpstream> {
  const host = await up();
  await host.kill();
  return host;
}
