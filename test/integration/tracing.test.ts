import { propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Status } from '@proto-frame/api';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeFault } from '../../runtime/filter/builtin/fault.js';
import { StreamTracer } from '../../runtime/observe/stream-tracer.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import {
  clusterOf,
  routeTo,
  startProxy,
  type WholeProxy,
  type WholeProxyOptions,
} from '../support/whole-proxy.js';

const exporter = new InMemorySpanExporter();
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let upstream: ScriptedUpstream;
let proxy: WholeProxy;
let caller: BoltClient;

beforeAll(() => {
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
});

async function start(options: Partial<WholeProxyOptions> = {}, script: Script = echo): Promise<void> {
  upstream = await startUpstream(script);
  proxy = await startProxy({
    clusters: [clusterOf([upstream.port])],
    routes: [routeTo('echo', {}, 'test')],
    tracer: new StreamTracer(trace.getTracer('test'), propagation),
    ...options,
  });
  caller = await BoltClient.open(proxy.port);
}

afterEach(async () => {
  caller.socket.resetAndDestroy();
  await eventually(() => proxy.proxy.connectionCount === 0, 'the caller gone');
  expect(proxy.proxy.inFlight).toBe(0);
  expect(proxy.errors).toEqual([]);
  await proxy.close();
  await upstream.kill();
  exporter.reset();
});

describe('spans', () => {
  it('end once, however the request ends', async () => {
    await start({}, (frame, peer) => {
      if (frame.type !== 2 && frame.body.toString() !== 'slow') echo(frame, peer);
    });
    caller.send(1, 'fine');
    caller.send(2, 'nowhere', {}, 'nowhere');
    caller.send(3, 'slow', { timeout: 30 });
    caller.send(4, 'fine', { oneway: true });
    await caller.received(3);
    caller.send(5, 'slow');
    await eventually(() => upstream.requests.length === 4, 'the last request');
    caller.socket.resetAndDestroy();
    await eventually(() => exporter.getFinishedSpans().length === 5, 'five spans');
    const ends = exporter
      .getFinishedSpans()
      .map(({ status, attributes }) => [
        status.code === SpanStatusCode.ERROR,
        attributes['proto_frame.status'] ?? null,
        attributes['proto_frame.oneway'] ?? false,
      ]);
    expect(ends).toEqual(
      expect.arrayContaining([
        [false, 'OK', false],
        [true, 'NO_ROUTE', false],
        [true, 'TIMEOUT', false],
        [false, null, true],
        [false, null, false],
      ]),
    );
  });

  it('carry the context through filters as well', async () => {
    await start({
      filters: [{ name: 'fault', config: { delay: { fixed_delay: '10ms' } } }],
      factories: [makeFault()],
    });
    caller.send(1, 'x', { headers: { traceparent: TRACEPARENT, other: 'o' } });
    await caller.received(1);
    const [span] = exporter.getFinishedSpans();
    const { traceId, spanId } = span!.spanContext();
    expect(upstream.requests[0]!.headers).toEqual({
      service: 'test',
      traceparent: `00-${traceId}-${spanId}-01`,
      other: 'o',
    });
    expect(span!.parentSpanContext?.spanId).toBe(TRACEPARENT.split('-')[2]);
  });

  it.each(['garbage', '00-0-0-01', '', '\u0000', TRACEPARENT + 'x'.repeat(10_000)])(
    'begin anew for the traceparent %j',
    async (traceparent) => {
      await start();
      caller.send(1, 'x', { headers: { traceparent } });
      const [reply] = await caller.received(1);
      expect(reply!.status).toBe(0);
      const [span] = exporter.getFinishedSpans();
      expect(span!.parentSpanContext).toBeUndefined();
      expect(upstream.requests[0]!.headers['traceparent']).toContain(span!.spanContext().spanId);
    },
  );

  it('leave a request alone that has no room for another header', async () => {
    await start();
    // The length of all headers has to fit 16 bits; what the service's own takes is left free, and little more.
    const large = 'x'.repeat(65_535 - 8 - 'service'.length - 'test'.length - 8 - 'large'.length - 10);
    caller.send(1, 'x', { headers: { large } });
    const [reply] = await caller.received(1);
    expect(reply!.status).toBe(0);
    expect(upstream.requests[0]!.headers).toEqual({ service: 'test', large });
    expect(exporter.getFinishedSpans()[0]!.events.map(({ name }) => name)).toEqual(['context not sent']);
  });

  it('cost a request nothing when tracing is off: it is sent byte for byte', async () => {
    await start({ tracer: undefined });
    caller.send(1, 'x', { headers: { traceparent: TRACEPARENT } });
    const [reply] = await caller.received(1);
    expect(handWrittenBolt.toCanonical(reply!.status)).toBe(Status.OK);
    expect(upstream.requests[0]!.headers['traceparent']).toBe(TRACEPARENT);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
