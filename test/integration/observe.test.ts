import { Status } from '@proto-frame/api';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessLog } from '../../runtime/observe/access-log.js';
import { HijackReason } from '../../runtime/observe/hijack-reason.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltResponse } from '../support/bolt-frames.js';
import { type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { clusterOf, routeTo, startProxy, type WholeProxy } from '../support/whole-proxy.js';

let folder: string;
let log: AccessLog;
let upstream: ScriptedUpstream;
let proxy: WholeProxy;
let caller: BoltClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto-frame-'));
  log = new AccessLog(join(folder, 'access.log'), 1024 * 1024);
  upstream = await startUpstream((frame, { socket }) => {
    if (frame.type === 1 && frame.body.toString() !== 'slow') {
      socket.write(boltResponse(frame.id, frame.body.toString() === 'error' ? 2 : 0, frame.body));
    }
  });
  proxy = await startProxy({
    clusters: [clusterOf([upstream.port])],
    routes: [routeTo('echo', {}, 'test')],
    accessLog: log,
  });
  caller = await BoltClient.open(proxy.port);
});

afterEach(async () => {
  caller.socket.resetAndDestroy();
  await proxy.close();
  await upstream.kill();
  await rm(folder, { recursive: true });
});

async function lines(): Promise<Record<string, unknown>[]> {
  await log.close();
  const text = await readFile(join(folder, 'access.log'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what is seen of requests', () => {
  it('one line of the access log each, whatever became of it', async () => {
    const method = { headers: { sofa_head_method_name: 'echo' } };
    caller.send(1, 'fine', method);
    await caller.received(1);
    caller.send(2, 'error');
    await caller.received(2);
    caller.send(3, 'lost', {}, 'nowhere');
    await caller.received(3);
    caller.send(4, 'slow', { timeout: 30 });
    await caller.received(4);
    caller.send(5, 'tell', { oneway: true });
    caller.send(6, 'slow');
    await eventually(() => upstream.requests.length === 5, 'all requests');
    caller.socket.resetAndDestroy();
    await eventually(() => proxy.downstream.cancels === 1, 'the cancel');

    const seen = await lines();
    expect(seen.map((line) => [line['status'], line['hijack'], line['cluster'], line['oneway']])).toEqual([
      ['OK', undefined, 'echo', undefined],
      ['INTERNAL', undefined, 'echo', undefined],
      ['NO_ROUTE', 'no_route', undefined, undefined],
      ['TIMEOUT', 'timeout', 'echo', undefined],
      [undefined, undefined, 'echo', true],
      [undefined, undefined, 'echo', undefined],
    ]);
    expect(seen[0]).toMatchObject({
      listener: 'test',
      protocol: 'bolt',
      service: 'test',
      method: 'echo',
      route: 'to echo',
      host: `127.0.0.1:${upstream.port}`,
      wire_status: 0,
      response_bytes: 24,
    });
    expect(String(seen[0]!['downstream'])).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(Math.abs(Date.parse(String(seen[0]!['time'])) - Date.now())).toBeLessThan(10_000);
    expect(seen[3]!['duration_ms']).toBeGreaterThanOrEqual(30);
    expect(seen[3]!['duration_ms']).toBeLessThan(130);
  });

  it('counters that add up', async () => {
    for (let id = 0; id < 10; id++) caller.send(id, id < 3 ? 'error' : 'fine');
    caller.send(10, 'lost', {}, 'nowhere');
    caller.send(11, 'tell', { oneway: true });
    await caller.received(11);
    const { downstream, upstream: cluster, metrics } = proxy;
    const host = metrics.host('echo', `127.0.0.1:${upstream.port}`);
    expect([downstream.requests, downstream.oneway, downstream.connectionsActive]).toEqual([11, 1, 1]);
    expect(downstream.hijacks[HijackReason.noRoute]).toBe(1);
    expect([
      downstream.responses.get(Status.OK),
      downstream.responses.get(Status.INTERNAL),
      downstream.responses.get(Status.NO_ROUTE),
    ]).toEqual([7, 3, 1]);
    for (const stats of [cluster, host]) {
      expect([stats.requests, stats.oneway, stats.requestsActive, stats.connectionsTotal]).toEqual([
        10, 1, 0, 1,
      ]);
      expect([stats.responses.get(Status.OK), stats.responses.get(Status.INTERNAL)]).toEqual([7, 3]);
      expect(stats.latency.count).toBe(10);
    }
    expect(downstream.latency.count).toBe(11);
    expect(metrics.route('test', 'to echo').requests).toBe(11);
    const bolt = metrics.protocol('bolt');
    expect(bolt.framesReceived).toBe(12 + 10);
    await eventually(() => bolt.framesSent === 11 + 11, 'all frames counted');
    expect(downstream.bytesReceived + cluster.bytesReceived).toBe(bolt.bytesReceived);
    expect(downstream.bytesSent + cluster.bytesSent).toBe(bolt.bytesSent);
    expect(caller.socket.bytesRead).toBe(downstream.bytesSent);
    expect(proxy.clusters.hosts()).toEqual([
      {
        cluster: 'echo',
        address: `127.0.0.1:${upstream.port}`,
        weight: 1,
        connections: 1,
        requestsActive: 0,
        connectFailures: 0,
        failedCheck: null,
        ejected: false,
        metadata: {},
      },
    ]);
  });
});
