import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { boltHeartbeat, boltRequest } from '../../support/bolt-frames.js';
import { parsePrometheus } from '../observe/parse-prometheus.js';
import { admin, Harness } from './harness.js';
import { TestCaller, type TestHost } from './peers.js';

const harness = new Harness();
afterEach(() => harness.cleanup());

const yaml = (hosts: readonly TestHost[], more = '', listener = ''): string => `
listeners:
  - { name: egress, address: "127.0.0.1:0", protocol: bolt, route_config: services${listener} }
route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ["*"]
        routes:
          - { name: echo, match: { service: "com.demo.Echo" }, route: { cluster: echo, timeout: 3s } }
          - match: { service: { prefix: "com.split." } }
            route: { weighted_clusters: [ { name: echo, weight: 3 }, { name: spare, weight: 1 } ] }
clusters:
  - name: echo
    hosts: [ { address: "127.0.0.1:${hosts[0]!.port}", metadata: { zone: blue } } ]
    reconnect: { base: 20ms, max: 50ms }
  - name: spare
    hosts: [ { address: "127.0.0.1:${hosts.at(-1)!.port}" } ]
admin: { address: "127.0.0.1:0" }
${more}`;
const echo = (id: number, body: string): Buffer => boltRequest(id, 'com.demo.Echo', Buffer.from(body));

test('a request goes to its cluster and back, and everything is accounted for', async () => {
  const log = join(harness.folder, 'access.log');
  const echoHost = await harness.host('echo');
  const { server, address } = await harness.server(yaml([echoHost], `access_log: { path: ${log} }`));
  expect(server.ready).toBe(true);
  const one = await harness.caller(address('egress'));
  one.send(echo(0xfffffff0, 'hello'));
  expect((await one.reply(0xfffffff0)).body.toString()).toBe('echo:hello');
  one.send(boltRequest(2, 'com.demo.Nowhere', Buffer.alloc(0)));
  expect((await one.reply(2)).status).toBe(6);
  one.send(boltHeartbeat(3));
  expect((await one.reply(3)).cmd).toBe(0);

  const { text } = await admin(address('admin'), '/stats/prometheus');
  const families = parsePrometheus(text);
  const total = (name: string): number =>
    families.get(`proto_frame_${name}`)!.samples.reduce((sum, sample) => sum + sample.value, 0);
  expect(total('downstream_requests_total')).toBe(2);
  expect(total('downstream_requests_active')).toBe(0);
  expect(total('downstream_connections_active')).toBe(1);
  expect(total('downstream_heartbeats_total')).toBe(1);
  expect(total('downstream_hijacks_total')).toBe(1);
  expect(total('cluster_requests_total')).toBe(1);
  expect(total('host_connections_active')).toBe(1);
  expect(total('route_requests_total')).toBe(1);
  expect(total('protocol_frames_received_total')).toBeGreaterThanOrEqual(4);
  const latency = families.get('proto_frame_downstream_request_duration_seconds')!.samples;
  expect(latency.find(({ name }) => name.endsWith('_count'))!.value).toBe(2);

  const clusters = JSON.parse((await admin(address('admin'), '/clusters')).text) as object[];
  expect(clusters[0]).toEqual({
    name: 'echo',
    lb: 'round_robin',
    requests_active: 0,
    hosts: [
      {
        address: `127.0.0.1:${echoHost.port}`,
        weight: 1,
        state: 'available',
        failed_check: null,
        connect_failures: 0,
        connections: 1,
        requests_active: 0,
        metadata: { zone: 'blue' },
      },
    ],
  });
  expect(JSON.parse((await admin(address('admin'), '/listeners')).text)).toEqual([
    {
      name: 'egress',
      address: address('egress'),
      protocols: ['bolt'],
      route_config: 'services',
      connections: 1,
      requests_active: 0,
    },
  ]);
  const dump = JSON.parse((await admin(address('admin'), '/config_dump')).text) as object;
  expect(dump).toMatchObject({ listeners: [{ name: 'egress', maxFrame: 16 * 1024 * 1024 }] });

  await server.close();
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      service: 'com.demo.Echo',
      route: 'echo',
      cluster: 'echo',
      status: 'OK',
      host: `127.0.0.1:${echoHost.port}`,
    },
    { service: 'com.demo.Nowhere', hijack: 'no_route', status: 'NO_ROUTE', wire_status: 6 },
  ]);
  expect(Date.now() - Date.parse((JSON.parse(lines[0]!) as { time: string }).time)).toBeLessThan(60_000);
});

test('weighted clusters get exactly their share of 10,000 requests', async () => {
  const hosts = [await harness.host('echo'), await harness.host('spare')];
  const { address } = await harness.server(yaml(hosts));
  const one = await harness.caller(address('egress'));
  for (let sent = 0; sent < 10_000; sent += 1_000) {
    const ids = Array.from({ length: 1_000 }, (_, i) => sent + i + 1);
    one.send(Buffer.concat(ids.map((id) => boltRequest(id, 'com.split.Any', Buffer.from('x')))));
    await expect.poll(() => one.frames.length).toBe(sent + 1_000);
  }
  expect(hosts.map(({ requests }) => requests.length)).toEqual([7_500, 2_500]);
});

test('a filter of the configuration changes what reaches the wire', async () => {
  const echoHost = await harness.host('echo');
  const filters = ', filters: [ { name: header_rewrite, config: { request: { set: { zone: blue } } } } ]';
  const { address } = await harness.server(yaml([echoHost], '', filters));
  const one = await harness.caller(address('egress'));
  one.send(echo(1, 'x'));
  await one.reply(1);
  expect(echoHost.requests[0]!.headers).toEqual({ service: 'com.demo.Echo', zone: 'blue' });
});

test('a host that is away shows as backing off, and comes back', async () => {
  const echoHost = await harness.host('echo');
  const { port } = echoHost;
  const { address } = await harness.server(yaml([echoHost]));
  const one = await harness.caller(address('egress'));
  one.send(echo(1, 'x'));
  await one.reply(1);
  await echoHost.stop();
  await expect
    .poll(async () => {
      one.send(echo(2, 'x'));
      return (await admin(address('admin'), '/clusters')).text;
    })
    .toContain('backing_off');
  await harness.host('echo', port);
  await expect
    .poll(async () => (await admin(address('admin'), '/clusters')).text)
    .not.toContain('backing_off');
  one.send(echo(3, 'again'));
  expect((await one.reply(3)).body.toString()).toBe('echo:again');
});

test('hosts whose checks or replies fail show as unhealthy and ejected', async () => {
  const [failing, unchecked] = [await harness.host('echo'), await harness.host('spare')];
  const { address } = await harness.server(
    yaml([failing, unchecked])
      .replace('reconnect: { base: 20ms, max: 50ms }', 'outlier_detection: { consecutive_failures: 1 }')
      .replace(
        '  - name: spare',
        '  - name: spare\n    health_check: { interval: 20ms, unhealthy_after: 1 }',
      ),
  );
  const one = await harness.caller(address('egress'));
  await Promise.all([failing.stop(), unchecked.stop()]);
  one.send(echo(1, 'x'));
  await one.reply(1);
  const states = async (): Promise<unknown> => {
    const clusters = JSON.parse((await admin(address('admin'), '/clusters')).text) as {
      hosts: { state: string; failed_check: string | null }[];
    }[];
    return clusters.map(({ hosts }) => hosts.map((host) => [host.state, host.failed_check !== null]));
  };
  await expect.poll(states).toEqual([[['ejected', false]], [['unhealthy', true]]]);
  const { text } = await admin(address('admin'), '/stats/prometheus');
  for (const [cluster, { port }] of [['echo', failing] as const, ['spare', unchecked] as const])
    expect(text).toContain(`proto_frame_host_healthy{cluster="${cluster}",host="127.0.0.1:${port}"} 0`);
  expect(text).toContain('proto_frame_cluster_hosts_healthy{cluster="echo"} 0');
});

test('draining finishes what is under way, then all is closed', async () => {
  const echoHost = await harness.host('echo');
  const { server, address } = await harness.server(yaml([echoHost]));
  const one = await harness.caller(address('egress'));
  echoHost.hold = true;
  one.send(echo(77, 'slow'));
  await expect.poll(() => echoHost.requests.length).toBe(1);
  const ports = { egress: address('egress'), admin: address('admin') };
  const drained = server.drain();
  expect(server.ready).toBe(false);
  expect(await admin(ports.admin, '/ready')).toMatchObject({ status: 503 });
  await expect(TestCaller.connect(ports.egress)).rejects.toThrow('ECONNREFUSED');
  await expect.poll(() => one.frames.some((frame) => frame.cmd === 100)).toBe(true);
  expect(one.closed).toBe(false);
  echoHost.release();
  expect((await one.reply(77)).body.toString()).toBe('echo:slow');
  expect(await drained).toBe(true);
  await expect.poll(() => one.closed).toBe(true);
  await expect(admin(ports.admin, '/ready')).rejects.toThrow();
  expect(server.metrics.listener('egress').connectionsActive).toBe(0);
  expect(server.metrics.listener('egress').requestsActive).toBe(0);
  await expect.poll(() => server.metrics.cluster('echo').connectionsActive).toBe(0);
});

test('draining has an end', async () => {
  const echoHost = await harness.host('echo');
  const { server, address } = await harness.server(yaml([echoHost]));
  const one = await harness.caller(address('egress'));
  echoHost.hold = true;
  one.send(echo(1, 'never'));
  await expect.poll(() => echoHost.requests.length).toBe(1);
  const before = performance.now();
  expect(await server.drain(200)).toBe(false);
  expect(performance.now() - before).toBeLessThan(2_000);
  await expect.poll(() => one.closed).toBe(true);
});

test('connections over the limit are refused and counted', async () => {
  const { server, address } = await harness.server(
    yaml([await harness.host('echo')], '', ', max_connections: 2'),
  );
  const two = [await harness.caller(address('egress')), await harness.caller(address('egress'))];
  two.forEach((one, i) => one.send(echo(i + 1, 'x')));
  await Promise.all(two.map((one, i) => one.reply(i + 1)));
  const third = await harness.caller(address('egress'));
  await expect.poll(() => third.closed).toBe(true);
  expect(server.metrics.listener('egress').connectionsRefused).toBe(1);
  two[0]!.send(echo(9, 'still'));
  expect((await two[0]!.reply(9)).body.toString()).toBe('echo:still');
});

test('requests over the limit are answered as overloaded', async () => {
  const echoHost = await harness.host('echo');
  const { server, address } = await harness.server(yaml([echoHost], '', ', max_requests: 2'));
  const one = await harness.caller(address('egress'));
  echoHost.hold = true;
  for (const id of [1, 2, 3]) one.send(echo(id, 'x'));
  expect((await one.reply(3)).status).toBe(4);
  echoHost.release();
  expect([(await one.reply(1)).status, (await one.reply(2)).status]).toEqual([0, 0]);
  expect(server.metrics.listener('egress').requestsActive).toBe(0);
});

test('an address in use stops the start, and nothing is left open', async () => {
  const echoHost = await harness.host('echo');
  const taken = `127.0.0.1:${echoHost.port}`;
  const config = yaml([echoHost]).replace('"127.0.0.1:0", protocol', `"${taken}", protocol`);
  await expect(harness.server(config)).rejects.toThrow('EADDRINUSE');
});
