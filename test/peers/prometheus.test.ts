import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BoltClient } from '../support/bolt-client.js';
import { boltHeartbeat, boltRequest, boltResponse } from '../support/bolt-frames.js';
import { type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { type Sidecar, startSidecar } from '../support/sidecar.js';

/** A real Prometheus scrapes a sidecar under traffic and is asked what it understood. */

const SERVICE = 'com.demo.Echo:1.0';
const FINE = 300;
const FAILED = 20;
const SLOW = 10;
const WAIT = { timeout: 20_000, interval: 200 };

let folder: string;
let upstream: ScriptedUpstream;
let sidecar: Sidecar;
let prometheus: ChildProcess;
let api: string;
let complaints = '';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface QueryResult {
  readonly status: string;
  readonly data: { readonly result: { metric: Record<string, string>; value: [number, string] }[] };
}

/** The samples a query gives now: label sets and values. */
async function query(text: string): Promise<{ metric: Record<string, string>; value: number }[]> {
  const response = await fetch(`${api}/query?query=${encodeURIComponent(text)}`);
  const answer = (await response.json()) as QueryResult;
  expect(answer.status).toBe('success');
  return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/** The only sample of a query. */
async function one(text: string): Promise<number> {
  const samples = await query(text);
  expect(samples, text).toHaveLength(1);
  return samples[0]!.value;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  upstream = await startUpstream((frame, { socket }) => {
    const body = frame.body.toString();
    const reply = boltResponse(frame.id, body === 'fail' ? 1 : 0, frame.body);
    if (body === 'slow') setTimeout(() => socket.write(reply), 300);
    else if (frame.cmd === 1) socket.write(reply);
  });
  sidecar = await startSidecar({ upstreams: [upstream.port], cluster: ['keepalive: { enabled: false }'] });
  const port = await freePort();
  const config = [
    'global: { scrape_interval: 1s, scrape_timeout: 1s }',
    'scrape_configs:',
    '  - job_name: sidecar',
    '    metrics_path: /stats/prometheus',
    `    static_configs: [{ targets: ['127.0.0.1:${sidecar.adminPort}'] }]`,
  ].join('\n');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  prometheus.on('error', (error) => (complaints += error.message));
  prometheus.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  api = `http://127.0.0.1:${port}/api/v1`;
  const ready = `http://127.0.0.1:${port}/-/ready`;
  await vi.waitFor(async () => expect((await fetch(ready)).status, complaints.slice(-500)).toBe(200), WAIT);
  await sendTraffic();
}, 60_000);

afterAll(async () => {
  prometheus?.kill('SIGTERM');
  if (prometheus?.pid !== undefined && prometheus.exitCode === null) {
    await new Promise((resolve) => prometheus.once('close', resolve));
  }
  await sidecar?.stop();
  await upstream?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Known numbers of everything, then two scrapes' time. */
async function sendTraffic(): Promise<void> {
  const caller = await BoltClient.open(sidecar.port);
  let id = 0;
  for (let i = 0; i < SLOW; i++) caller.send(++id, 'slow', {}, SERVICE);
  for (let i = 0; i < FINE; i++) caller.send(++id, 'hello', {}, SERVICE);
  for (let i = 0; i < FAILED; i++) caller.send(++id, 'fail', {}, SERVICE);
  caller.send(++id, 'lost', {}, 'nowhere');
  caller.socket.write(boltHeartbeat(++id, false));
  await caller.received(id);
  // A frame in two pieces.
  const frame = boltRequest(++id, SERVICE, Buffer.alloc(5_000));
  caller.socket.write(frame.subarray(0, 30));
  await new Promise((resolve) => setTimeout(resolve, 50));
  caller.socket.write(frame.subarray(30));
  await caller.received(id);
  caller.socket.destroy();
  const hostile = await BoltClient.open(sidecar.port);
  hostile.socket.write(Buffer.alloc(64, 0xff));
  await hostile.closedByPeer();
  const counted = `sum(proto_frame_downstream_requests_total) == ${SLOW + FINE + FAILED + 2}`;
  const refused = 'sum(proto_frame_protocol_decode_errors_total) > 0';
  await vi.waitFor(async () => {
    expect([(await query(counted)).length, (await query(refused)).length]).toEqual([1, 1]);
  }, WAIT);
}

describe('Prometheus', () => {
  test('takes the scrape without a complaint', async () => {
    const response = await fetch(`${api}/targets`);
    const { data } = (await response.json()) as {
      data: { activeTargets: { health: string; lastError: string }[] };
    };
    expect(data.activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual([['up', '']]);
    expect(complaints).not.toMatch(/level=(warn|error)/);
  });

  test('and its own checker finds nothing wrong with the text', async () => {
    const text = await (await fetch(`http://127.0.0.1:${sidecar.adminPort}/stats/prometheus`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text });
    expect([status, `${String(stdout)}${String(stderr)}`]).toEqual([0, '']);
  });

  test('counts what was sent', async () => {
    const by = 'sum by (status) (proto_frame_downstream_responses_total)';
    const statuses = Object.fromEntries(
      (await query(by)).map(({ metric, value }) => [metric['status'], value]),
    );
    expect(statuses).toEqual({ OK: SLOW + FINE + 1, NO_ROUTE: 1, INTERNAL: FAILED });
    expect(await one('proto_frame_downstream_hijacks_total{reason="no_route"}')).toBe(1);
    expect(await one('sum(proto_frame_cluster_requests_total{cluster="echo"})')).toBe(
      SLOW + FINE + FAILED + 1,
    );
    expect(await one(`sum(proto_frame_host_requests_total{host="127.0.0.1:${upstream.port}"})`)).toBe(
      SLOW + FINE + FAILED + 1,
    );
    expect(await one('proto_frame_route_requests_total{route_config="services",route="all/0"}')).toBe(
      SLOW + FINE + FAILED + 1,
    );
    const failed = 'sum(proto_frame_route_responses_total{status!="OK"})';
    expect(await one(failed)).toBe(FAILED);
  });

  test.each([
    ['downstream', SLOW + FINE + FAILED + 2],
    ['cluster', SLOW + FINE + FAILED + 1],
    ['host', SLOW + FINE + FAILED + 1],
    ['route', SLOW + FINE + FAILED + 1],
  ])('%s latency is a histogram it can compute with', async (what, count) => {
    const name = `proto_frame_${what}_request_duration_seconds`;
    expect(await one(`sum(${name}_count)`)).toBe(count);
    expect(await one(`sum(${name}_bucket{le="+Inf"})`)).toBe(count);
    // The slow ones took 300 ms: about three of a hundred, so that half is far below and the last percent above.
    expect(await one(`histogram_quantile(0.5, sum by (le) (${name}_bucket))`)).toBeLessThan(0.25);
    const p99 = await one(`histogram_quantile(0.99, sum by (le) (${name}_bucket))`);
    expect(p99).toBeGreaterThan(0.25);
    expect(p99).toBeLessThan(1);
    expect(await one(`sum(${name}_sum)`)).toBeGreaterThanOrEqual(SLOW * 0.29);
    // Buckets never fall.
    const buckets = await query(`sum by (le) (${name}_bucket)`);
    const rising = buckets
      .map(({ metric, value }) => [Number(metric['le']!.replace('+Inf', 'Infinity')), value] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, value]) => value);
    expect([...rising].sort((a, b) => a - b)).toEqual(rising);
  });

  test('knows frames, bytes, sizes, heartbeats and errors of the protocol', async () => {
    const bolt = (name: string): Promise<number> => one(`proto_frame_protocol_${name}{protocol="bolt"}`);
    const requests = SLOW + FINE + FAILED + 2;
    // Read from the caller: requests and a heartbeat; from the host: replies.
    expect(await bolt('frames_received_total')).toBe(requests + 1 + (requests - 1));
    // Written to the caller: replies and the heartbeat's answer; to the host: requests.
    expect(await bolt('frames_sent_total')).toBe(requests + 1 + (requests - 1));
    expect(await bolt('heartbeats_total')).toBe(1);
    expect(await bolt('need_more_total')).toBeGreaterThanOrEqual(1);
    expect(await bolt('received_frame_bytes_count')).toBe(await bolt('frames_received_total'));
    expect(await bolt('sent_frame_bytes_count')).toBe(await bolt('frames_sent_total'));
    expect(await bolt('sent_frame_bytes_sum')).toBe(await bolt('sent_bytes_total'));
    const large =
      '(proto_frame_protocol_received_frame_bytes_bucket{le="+Inf"} - ignoring(le) proto_frame_protocol_received_frame_bytes_bucket{le="4096"})';
    // The request of 5,000 bytes and its reply.
    expect(await one(large)).toBe(2);
    expect(await one('sum(proto_frame_protocol_decode_errors_total{protocol="bolt"})')).toBe(1);
  });

  test('series stay few', async () => {
    expect(await one('count({job="sidecar"})')).toBeLessThan(1_000);
    const labels = await query('count by (__name__) ({job="sidecar"})');
    expect(labels.length).toBeGreaterThan(60);
  });
});
