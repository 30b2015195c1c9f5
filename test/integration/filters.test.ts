import {
  EncodeError,
  type FilterCall,
  type FilterFactory,
  type FilterPhase,
  Status,
  type StreamFilter,
  Verdict,
} from '@proto-frame/api';
import { afterEach, describe, expect, it } from 'vitest';
import { headerRewrite } from '../../runtime/filter/builtin/header-rewrite.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltResponse } from '../support/bolt-frames.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

let proxy: WholeProxy;
let upstream: ScriptedUpstream;
let caller: BoltClient;
let expectedErrors = 0;

async function start(options: Partial<WholeProxyOptions>, script: Script = echo): Promise<void> {
  upstream = await startUpstream(script);
  proxy = await startProxy({ clusters: [clusterOf([upstream.port])], ...options });
  caller = await BoltClient.open(proxy.port);
}

/** Options for a proxy with filters made on the spot. */
function withFilters(...filters: [phase: FilterPhase, filter: StreamFilter][]): Partial<WholeProxyOptions> {
  const factories: FilterFactory[] = filters.map(([phase, filter], i) => ({
    name: `f${i}`,
    phase,
    create: () => filter,
  }));
  return { factories, filters: factories.map(({ name }) => ({ name, config: null })) };
}

afterEach(async () => {
  caller.socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'the caller gone');
  expect(proxy.downstream.requestsActive).toBe(0);
  expect(proxy.upstream.requestsActive).toBe(0);
  expect(proxy.proxy.inFlight).toBe(0);
  expect(proxy.errors).toHaveLength(expectedErrors);
  expectedErrors = 0;
  await proxy.close();
  await upstream.kill();
});

describe('header_rewrite', () => {
  it('changes requests and responses on the wire', async () => {
    const config = {
      request: { set: { env: 'gray', service: 'renamed' }, add: { more: 'x' }, remove: ['secret'] },
      response: { set: { via: 'proto-frame' }, remove: ['internal'] },
    };
    await start(
      {
        filters: [{ name: 'header_rewrite', config }],
        factories: [headerRewrite],
        routes: [routeTo('echo', {}, 'renamed')],
      },
      (frame, { socket }) =>
        socket.write(boltResponse(frame.id, 0, frame.body, { internal: 'ip', kept: 'yes' })),
    );
    caller.send(1, 'body', { headers: { secret: 's', env: 'blue', other: 'o' } });
    caller.send(2, Buffer.alloc(100_000, 1));
    const replies = await caller.received(2);
    expect(upstream.requests[0]!.headers).toEqual({ service: 'renamed', env: 'gray', other: 'o', more: 'x' });
    expect(upstream.requests[1]!.headers).toEqual({ service: 'renamed', env: 'gray', more: 'x' });
    expect(upstream.requests.map((r) => r.body.length)).toEqual([4, 100_000]);
    expect(replies.map((r) => r.headers)).toEqual([
      { kept: 'yes', via: 'proto-frame' },
      { kept: 'yes', via: 'proto-frame' },
    ]);
    expect(replies.map((r) => [r.id, r.status, r.body.length])).toEqual([
      [1, 0, 4],
      [2, 0, 100_000],
    ]);
  });

  it('answers with a codec error what does not fit the wire', async () => {
    await start({
      filters: [{ name: 'header_rewrite', config: { request: { set: { large: 'x'.repeat(70_000) } } } }],
      factories: [headerRewrite],
    });
    caller.send(1, 'x');
    const [reply] = await caller.received(1);
    expect([reply!.id, reply!.status]).toEqual([1, 9]);
    expect(upstream.requests).toEqual([]);
  });

  it('does so for a reply as well', async () => {
    await start({
      filters: [{ name: 'header_rewrite', config: { response: { set: { large: 'x'.repeat(70_000) } } } }],
      factories: [headerRewrite],
    });
    caller.send(1, 'x');
    const [reply] = await caller.received(1);
    expect([reply!.id, reply!.status, reply!.body.length]).toEqual([1, 9, 0]);
  });
});

describe('filters', () => {
  it('run phase by phase and see what is known by then; responses in reverse', async () => {
    const log: string[] = [];
    const facts = (call: FilterCall): string =>
      `${call.service} ${call.routeName} ${call.clusterName} ${call.hostAddress !== null}`;
    const filter = (name: string): StreamFilter => ({
      onRequest(call) {
        log.push(`${name} ${facts(call)}`);
        return Verdict.continue;
      },
      onResponse(call) {
        log.push(`${name} ${call.response!.status}`);
        return Verdict.continue;
      },
    });
    await start(
      withFilters(['after_host', filter('h')], ['before_route', filter('b')], ['after_route', filter('r')]),
    );
    caller.send(1, 'x');
    await caller.received(1);
    expect(log).toEqual([
      'b test null null false',
      'r test to echo echo false',
      'h test to echo echo true',
      'r 200',
      'b 200',
      'h 200',
    ]);
  });

  it.each(['before_route', 'after_route', 'after_host'] as const)(
    '%s: stop waits, resume goes on',
    async (phase) => {
      const waiting: FilterCall[] = [];
      await start(
        withFilters([
          phase,
          {
            onRequest(call) {
              if (call.request.header('wait') === undefined) return Verdict.continue;
              waiting.push(call);
              return Verdict.stop;
            },
          },
        ]),
      );
      caller.send(1, 'first', { headers: { wait: '1' } });
      caller.send(2, 'second');
      await caller.received(1);
      expect(caller.frames[0]!.id).toBe(2);
      waiting[0]!.request.headers.set('wait', 'over');
      waiting[0]!.resume();
      waiting[0]!.resume();
      const replies = await caller.received(2);
      expect([replies[1]!.id, replies[1]!.body.toString()]).toEqual([1, 'first']);
      expect(upstream.requests[1]!.headers['wait']).toBe('over');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(caller.frames).toHaveLength(2);
    },
  );

  it('stop and resume of a response', async () => {
    const waiting: FilterCall[] = [];
    await start(
      withFilters([
        'before_route',
        {
          onResponse(call) {
            waiting.push(call);
            return Verdict.stop;
          },
        },
      ]),
    );
    caller.send(1, 'x');
    await eventually(() => waiting.length === 1, 'the response');
    expect(caller.frames).toHaveLength(0);
    waiting[0]!.response!.body = Buffer.from('changed');
    waiting[0]!.resume();
    expect((await caller.received(1))[0]!.body.toString()).toBe('changed');
  });

  it('resume within the call, and hijack at once, later, and in the response', async () => {
    await start(
      withFilters([
        'before_route',
        {
          onRequest(call) {
            const what = call.request.header('do');
            if (what === 'resume') call.resume();
            else if (what === 'hijack') return call.hijack(Status.OVERLOADED, 'not now');
            else if (what === 'later') setTimeout(() => call.hijack(Status.TIMEOUT, 'too late'), 5);
            else return Verdict.continue;
            return Verdict.stop;
          },
          onResponse(call) {
            return call.response!.body.length === 0
              ? call.hijack(Status.CODEC_ERROR, 'empty')
              : Verdict.continue;
          },
        },
      ]),
    );
    for (const [id, what] of ['resume', 'hijack', 'later'].entries()) {
      caller.send(id, 'x', { headers: { do: what } });
      await caller.received(id + 1);
    }
    caller.send(3, '');
    const replies = await caller.received(4);
    expect(replies.map((r) => [r.id, r.status])).toEqual([
      [0, 0],
      [1, 4],
      [2, 7],
      [3, 9],
    ]);
    expect(upstream.requests).toHaveLength(2);
  });

  it('a timeout ends a request that a filter holds, and what the filter does later changes nothing', async () => {
    const waiting: FilterCall[] = [];
    await start(
      withFilters([
        'after_route',
        {
          onRequest(call) {
            waiting.push(call);
            return Verdict.stop;
          },
        },
      ]),
    );
    caller.send(1, 'x', { timeout: 40 });
    const [reply] = await caller.received(1);
    expect(reply!.status).toBe(7);
    waiting[0]!.resume();
    waiting[0]!.hijack(Status.INTERNAL, 'late');
    expect(waiting[0]!.service).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(caller.frames).toHaveLength(1);
    expect(upstream.requests).toEqual([]);
  });

  it('a filter that throws costs one request', async () => {
    expectedErrors = 1;
    await start(
      withFilters([
        'before_route',
        {
          onRequest(call) {
            if (call.request.header('boom') !== undefined) throw new RangeError('a bug in a filter');
            if (call.request.header('fit') !== undefined) throw new EncodeError('x', 'y');
            return Verdict.continue;
          },
        },
      ]),
    );
    caller.send(1, 'x', { headers: { boom: '' } });
    caller.send(2, 'x', { headers: { fit: '' } });
    caller.send(3, 'x');
    const replies = await caller.received(3);
    expect(replies.map((r) => [r.id, r.status])).toEqual([
      [1, 2],
      [2, 9],
      [3, 0],
    ]);
  });

  it('a caller that goes while a filter holds its request leaves nothing behind', async () => {
    const waiting: FilterCall[] = [];
    await start(
      withFilters([
        'before_route',
        {
          onRequest(call) {
            waiting.push(call);
            return Verdict.stop;
          },
        },
      ]),
    );
    caller.send(1, 'x');
    await eventually(() => waiting.length === 1, 'the request');
    caller.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.cancels === 1, 'the cancel');
    waiting[0]!.resume();
    expect(upstream.requests).toEqual([]);
  });

  it('oneway frames pass them too', async () => {
    await start(
      withFilters([
        'before_route',
        {
          onRequest(call) {
            call.request.headers.set('seen', 'yes');
            return Verdict.continue;
          },
        },
      ]),
    );
    caller.send(1, 'tell', { oneway: true });
    await eventually(() => upstream.requests.length === 1, 'the frame');
    expect([upstream.requests[0]!.type, upstream.requests[0]!.headers['seen']]).toEqual([2, 'yes']);
  });
});
