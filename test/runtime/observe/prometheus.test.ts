import { Status } from '@proto-frame/api';
import { expect, test } from 'vitest';
import { HijackReason } from '../../../runtime/observe/hijack-reason.js';
import { Metrics } from '../../../runtime/observe/metrics.js';
import { ProcessStats } from '../../../runtime/observe/process-stats.js';
import { PrometheusRenderer } from '../../../runtime/observe/prometheus.js';
import { type Family, parsePrometheus } from './parse-prometheus.js';

async function scrape(renderer: PrometheusRenderer): Promise<Map<string, Family>> {
  return parsePrometheus(await renderer.render());
}

function values(families: Map<string, Family>, name: string): unknown[] {
  return families.get(`proto_frame_${name}`)!.samples.map(({ labels, value }) => ({ ...labels, value }));
}

test('counters appear as they are counted, scrape after scrape', async () => {
  const metrics = new Metrics();
  const renderer = new PrometheusRenderer(metrics, new ProcessStats(), null);
  const egress = metrics.listener('egress');
  egress.requests = 3;
  egress.requestsActive = 2;
  egress.responses.add(Status.OK);
  egress.responses.add(Status.OK);
  egress.responses.add(Status.TIMEOUT);
  egress.hijacks[HijackReason.timeout]! += 1;
  metrics.host('echo', '127.0.0.1:12200').connectFailures = 4;
  metrics.protocol('bolt').countDecodeError('window');
  metrics.protocol('bolt').countDecodeError('too_large');
  metrics.protocol('bolt').countDecodeError('window');
  metrics.route('services', 'all/0').requests = 9;

  const first = await scrape(renderer);
  expect(values(first, 'downstream_requests_total')).toEqual([{ listener: 'egress', value: 3 }]);
  expect(values(first, 'downstream_requests_active')).toEqual([{ listener: 'egress', value: 2 }]);
  expect(values(first, 'downstream_responses_total')).toEqual([
    { listener: 'egress', status: 'OK', value: 2 },
    { listener: 'egress', status: 'TIMEOUT', value: 1 },
  ]);
  expect(values(first, 'downstream_hijacks_total')).toContainEqual({
    listener: 'egress',
    reason: 'timeout',
    value: 1,
  });
  expect(values(first, 'host_connect_failures_total')).toEqual([
    { cluster: 'echo', host: '127.0.0.1:12200', value: 4 },
  ]);
  expect(values(first, 'protocol_decode_errors_total')).toEqual([
    { protocol: 'bolt', code: 'window', value: 2 },
    { protocol: 'bolt', code: 'too_large', value: 1 },
  ]);
  expect(values(first, 'route_requests_total')).toEqual([
    { route_config: 'services', route: 'all/0', value: 9 },
  ]);
  expect(first.get('proto_frame_downstream_requests_total')!.type).toBe('counter');
  expect(first.get('proto_frame_downstream_requests_active')!.type).toBe('gauge');
  expect(values(first, 'resident_memory_bytes')).toEqual([{ value: expect.any(Number) as number }]);

  egress.requests += 1;
  egress.requestsActive = 0;
  const second = await scrape(renderer);
  expect(values(second, 'downstream_requests_total')).toEqual([{ listener: 'egress', value: 4 }]);
  expect(values(second, 'downstream_requests_active')).toEqual([{ listener: 'egress', value: 0 }]);
});

test('sizes of frames, and routes, are histograms as well', async () => {
  const metrics = new Metrics();
  for (const size of [20, 64, 65, 1_000_000]) metrics.protocol('bolt').receivedSizes.record(size);
  metrics.protocol('bolt').sentSizes.record(30_000_000);
  metrics.route('services', 'all/0').latency.record(7);
  metrics.route('services', 'all/0').responses.add(Status.OVERLOADED);
  const families = await scrape(new PrometheusRenderer(metrics, new ProcessStats(), null));
  const bucket = (name: string, le: string): unknown =>
    families
      .get(`proto_frame_${name}`)!
      .samples.find(({ name: sample, labels }) => sample.endsWith('_bucket') && labels['le'] === le)?.value;
  expect(['64', '256', '1048576', '+Inf'].map((le) => bucket('protocol_received_frame_bytes', le))).toEqual([
    2, 3, 4, 4,
  ]);
  expect(['16777216', '+Inf'].map((le) => bucket('protocol_sent_frame_bytes', le))).toEqual([0, 1]);
  expect(['0.005', '0.01'].map((le) => bucket('route_request_duration_seconds', le))).toEqual([0, 1]);
  expect(values(families, 'route_responses_total')).toEqual([
    { route_config: 'services', route: 'all/0', status: 'OVERLOADED', value: 1 },
  ]);
});

test('latency is a real histogram, in seconds', async () => {
  const metrics = new Metrics();
  const { latency } = metrics.listener('egress');
  for (const ms of [0.2, 0.5, 3, 80, 100_000]) latency.record(ms);
  const family = (await scrape(new PrometheusRenderer(metrics, new ProcessStats(), null))).get(
    'proto_frame_downstream_request_duration_seconds',
  )!;
  expect(family.type).toBe('histogram');
  const of = (suffix: string) => family.samples.filter(({ name }) => name.endsWith(suffix));
  const buckets = of('_bucket');
  const at = (le: string): number => buckets.find(({ labels }) => labels['le'] === le)!.value;
  expect([at('0.0005'), at('0.001'), at('0.005'), at('0.1'), at('60'), at('+Inf')]).toEqual([
    2, 2, 3, 4, 4, 5,
  ]);
  for (let i = 1; i < buckets.length; i++)
    expect(buckets[i]!.value).toBeGreaterThanOrEqual(buckets[i - 1]!.value);
  expect(of('_count')[0]!.value).toBe(5);
  expect(of('_sum')[0]!.value).toBeCloseTo(100.0837, 6);
});

test('label sets are bounded: 1,000, and one for all others', async () => {
  const metrics = new Metrics();
  for (let i = 0; i < 3_000; i++) metrics.host('echo', `10.0.${i >> 8}.${i & 255}:80`).requests = 1;
  let turns = 0;
  const others = setInterval(() => turns++, 0);
  const families = await scrape(new PrometheusRenderer(metrics, new ProcessStats(), null));
  clearInterval(others);
  // It takes a while, in which others go on.
  expect(turns).toBeGreaterThan(10);
  const { samples } = families.get('proto_frame_host_requests_total')!;
  expect(samples).toHaveLength(1_001);
  expect(samples.at(-1)).toMatchObject({ labels: { cluster: 'other', host: 'other' } });
});

test('the health of hosts is shown one by one, of the first 1,000, and counted by cluster', async () => {
  const hosts = [
    ...Array.from({ length: 1_500 }, (_, i) => ({ cluster: 'echo', address: `h${i}`, healthy: i !== 1_400 })),
    { cluster: 'spare', address: 'h0', healthy: true },
  ];
  const families = await scrape(new PrometheusRenderer(new Metrics(), new ProcessStats(), null, () => hosts));
  const health = values(families, 'host_healthy');
  expect(health).toHaveLength(1_001);
  expect(health[0]).toEqual({ cluster: 'echo', host: 'h0', value: 1 });
  expect(health[1_000]).toEqual({ cluster: 'other', host: 'other', value: 0 });
  expect(values(families, 'cluster_hosts')).toEqual([
    { cluster: 'echo', value: 1_500 },
    { cluster: 'spare', value: 1 },
  ]);
  expect(values(families, 'cluster_hosts_healthy')).toEqual([
    { cluster: 'echo', value: 1_499 },
    { cluster: 'spare', value: 1 },
  ]);
});

test('hostile label values stay inside their quotes', async () => {
  const metrics = new Metrics();
  const name = 'a"} 1\nforged_total{x="\\';
  metrics.listener(name).requests = 1;
  const families = await scrape(new PrometheusRenderer(metrics, new ProcessStats(), null));
  expect(families.get('proto_frame_downstream_requests_total')!.samples[0]!.labels).toEqual({
    listener: name,
  });
  expect(families.has('forged_total')).toBe(false);
});

test('two renderers do not share anything', async () => {
  const one = new Metrics();
  one.listener('one').requests = 1;
  const other = new PrometheusRenderer(new Metrics(), new ProcessStats(), null);
  new PrometheusRenderer(one, new ProcessStats(), null);
  expect(values(await scrape(other), 'downstream_requests_total')).toEqual([]);
});
