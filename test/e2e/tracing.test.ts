import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BoltClient } from '../support/bolt-client.js';
import { ROOT } from '../support/root.js';
import { echo, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

/** A span as OTLP's JSON has it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status?: { code?: number };
}

let folder: string;
let collector: Server;
let spans: Span[];
let upstream: ScriptedUpstream;
let sidecar: Sidecar;
let caller: BoltClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracing-'));
  spans = [];
  collector = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      if (request.url === '/v1/traces') {
        spans.push(...body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  upstream = await startUpstream(echo);
  const { port } = collector.address() as AddressInfo;
  sidecar = await startSidecar(
    {
      upstreams: [upstream.port],
      match: '{ service: com.demo.Echo }',
      top: [
        `tracing: { module: '${join(ROOT, 'test/examples/otel.mjs')}' }`,
        'access_log:',
        `  path: '${join(folder, 'access.log')}'`,
        `  format: '"%SERVICE%" %STATUS% user="%REQ(user)%" trace=%TRACE_ID%'`,
      ],
    },
    [],
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '100' },
  );
  caller = await BoltClient.open(sidecar.port);
});

afterEach(async () => {
  caller?.socket.destroy();
  await sidecar?.stop();
  await upstream?.kill();
  collector.closeAllConnections();
  await new Promise<void>((resolve) => collector.close(() => resolve()));
  rmSync(folder, { recursive: true, force: true });
});

const attributes = (span: Span): Record<string, unknown> =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

test('a span for each request reaches the collector, between the caller and the host', async () => {
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'a=b', user: 'al "ice"' };
  caller.send(1, 'hello', { headers }, 'com.demo.Echo');
  caller.send(2, 'hello', {}, 'com.demo.Echo');
  caller.send(3, 'hello', {}, 'com.demo.Nobody');
  await caller.received(3);
  // Stopping sends what waits.
  caller.socket.destroy();
  expect(await sidecar.stop()).toBe(0);
  expect(spans).toHaveLength(3);
  const [child] = spans.filter((span) => span.traceId === TRACE);
  expect(child).toMatchObject({ parentSpanId: PARENT, name: 'com.demo.Echo', kind: 2 });
  expect(BigInt(child!.endTimeUnixNano) >= BigInt(child!.startTimeUnixNano)).toBe(true);
  expect(attributes(child!)).toMatchObject({
    'rpc.system': 'bolt',
    'rpc.service': 'com.demo.Echo',
    'proto_frame.listener': 'test',
    'proto_frame.route': 'all/0',
    'proto_frame.cluster': 'echo',
    'proto_frame.host': `127.0.0.1:${upstream.port}`,
    'proto_frame.status': 'OK',
  });
  // The host sees the proxy's span as its parent, and all else as the caller sent it.
  const [first, second] = upstream.requests;
  expect(first!.headers).toEqual({
    service: 'com.demo.Echo',
    ...headers,
    traceparent: `00-${TRACE}-${child!.spanId}-01`,
  });
  expect(first!.body.toString()).toBe('hello');
  const root = spans.find(
    (span) => span.traceId !== TRACE && attributes(span)['proto_frame.status'] === 'OK',
  )!;
  expect(root.parentSpanId ?? '').toBe('');
  expect(second!.headers['traceparent']).toBe(`00-${root.traceId}-${root.spanId}-01`);
  const failed = spans.find((span) => attributes(span)['proto_frame.hijack'] === 'no_route')!;
  expect(failed.status).toEqual({ code: 2 });

  const lines = readFileSync(join(folder, 'access.log'), 'utf8').trimEnd().split('\n').sort();
  expect(lines).toEqual([
    `"com.demo.Echo" OK user="-" trace=${root.traceId}`,
    `"com.demo.Echo" OK user="al \\"ice\\"" trace=${TRACE}`,
    `"com.demo.Nobody" NO_ROUTE user="-" trace=${failed.traceId}`,
  ]);
});

test('a caller who does not sample is not sampled, and the host is told so', async () => {
  const traceparent = `00-${TRACE}-${PARENT}-00`;
  caller.send(1, 'x', { headers: { traceparent } }, 'com.demo.Echo');
  await caller.received(1);
  caller.socket.destroy();
  expect(await sidecar.stop()).toBe(0);
  expect(spans).toEqual([]);
  expect(upstream.requests[0]!.headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
});
