import { afterEach, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../runtime/cluster/discovery/name-resolver.js';
import type { ClusterConfig, HealthCheckConfig, OutlierConfig } from '../../runtime/config/snapshot.js';
import { BoltClient, eventually } from '../support/bolt-client.js';
import { boltHeartbeat, boltResponse } from '../support/bolt-frames.js';
import { handWrittenBolt } from '../support/hand-written-bolt.js';
import { type DnsServer, startDnsServer } from '../support/dns-server.js';
import { echo, type Script, type ScriptedUpstream, startUpstream } from '../support/scripted-upstream.js';
import { clusterOf, startProxy, type WholeProxy, type WholeProxyOptions } from '../support/whole-proxy.js';

// Which hosts get requests: those that are asked and well, whose replies do not fail, and whom DNS names.

let proxy: WholeProxy;
let dns: DnsServer | null = null;
const hosts: ScriptedUpstream[] = [];
const clients: BoltClient[] = [];

async function host(script: Script = echo, port = 0): Promise<ScriptedUpstream> {
  const made = await startUpstream(script, port);
  hosts.push(made);
  return made;
}

async function run(cluster: ClusterConfig, changes: Partial<WholeProxyOptions> = {}): Promise<BoltClient> {
  proxy = await startProxy({ clusters: [cluster], ...changes });
  const client = await BoltClient.open(proxy.port);
  clients.push(client);
  return client;
}

let id = 0;
/** Of hosts that DNS tells of. */
const NAME = { weight: 1, priority: 0, locality: '', metadata: {} };

/** How many of `count` requests each host gets, in the order of `hosts`; every one is answered. */
async function spread(client: BoltClient, count: number): Promise<number[]> {
  const before = hosts.map((one) => one.requests.length);
  const have = client.frames.length;
  for (let i = 0; i < count; i++) client.send(++id, 'x');
  await client.received(have + count);
  return hosts.map((one, i) => one.requests.length - before[i]!);
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await proxy.close();
  await Promise.all(hosts.splice(0).map((one) => one.kill()));
  dns?.close();
  dns = null;
});

describe('active checks', () => {
  const check: HealthCheckConfig = {
    protocol: null,
    interval: 40,
    unhealthyInterval: 40,
    timeout: 200,
    unhealthyAfter: 2,
    healthyAfter: 2,
  };

  it('by connecting take a host out that is gone, and in again when it is back', async () => {
    const [a, b] = [await host(), await host()];
    const client = await run(clusterOf([a.port, b.port], { healthCheck: check }));
    expect(await spread(client, 10)).toEqual([5, 5]);
    await b.kill();
    const [first, second] = proxy.clusters.hosts();
    await eventually(() => proxy.clusters.hosts()[1]!.failedCheck !== null, 'the host to fail its check');
    expect(proxy.clusters.hosts()[1]!.failedCheck).toMatch(/^can't connect: .*ECONNREFUSED/);
    expect([first!.failedCheck, second!.address]).toEqual([null, `127.0.0.1:${b.port}`]);
    expect((await spread(client, 10))[0]).toBe(10);
    hosts.pop();
    await host(echo, b.port);
    await eventually(() => proxy.clusters.hosts()[1]!.failedCheck === null, 'the host to be well');
    // Its pool may still make a pause after what failed.
    await eventually(() => proxy.clusters.hosts()[1]!.connectFailures === 0, 'the pause to end');
    expect(await spread(client, 10)).toEqual([5, 5]);
    expect(proxy.upstream.healthCheckFailures).toBe(0);
  });

  it("by the protocol's heartbeat see that a host no longer answers, though it takes connections", async () => {
    let deaf = false;
    const [a] = [await host()];
    await host((frame, peer, ...rest) => {
      if (frame.cmd === 0 && deaf) return;
      echo(frame, peer, ...rest);
    });
    const client = await run(
      clusterOf([a!.port, hosts[1]!.port], { healthCheck: { ...check, protocol: handWrittenBolt.name } }),
    );
    expect(await spread(client, 10)).toEqual([5, 5]);
    deaf = true;
    await eventually(() => proxy.clusters.hosts()[1]!.failedCheck !== null, 'the host to fail its check');
    expect(proxy.clusters.hosts()[1]!.failedCheck).toBe('no answer in 200 ms');
    expect(await spread(client, 10)).toEqual([10, 0]);
    deaf = false;
    await eventually(() => proxy.clusters.hosts()[1]!.failedCheck === null, 'the host to be well');
    expect(await spread(client, 10)).toEqual([5, 5]);
  });

  it('believe the first answer of all, and then none that stands alone', async () => {
    const answers = [false, true, true, false, true, true];
    let asked = 0;
    await host();
    await host((frame, peer, ...rest) => {
      if (frame.cmd !== 0) echo(frame, peer, ...rest);
      else if (answers[asked++] ?? true) peer.socket.write(boltHeartbeat(frame.id, true));
      else peer.socket.write('what?');
    });
    await run(
      clusterOf(
        hosts.map((one) => one.port),
        { healthCheck: { ...check, protocol: handWrittenBolt.name } },
      ),
    );
    const seen: boolean[] = [];
    await eventually(() => {
      const healthy = proxy.clusters.hosts()[1]!.failedCheck === null;
      if (asked > seen.length) seen[asked - 1] = healthy;
      return asked >= 6;
    }, 'six checks');
    expect(proxy.clusters.hosts()[1]!.failedCheck).toBeNull();
    const stats = proxy.metrics.host('echo', `127.0.0.1:${hosts[1]!.port}`);
    expect(stats.healthCheckFailures).toBe(2);
  });
});

describe('outlier detection', () => {
  const outlier: OutlierConfig = {
    consecutiveFailures: 3,
    successRate: null,
    interval: 20,
    baseEjection: 150,
    maxEjection: 1_000,
    maxEjected: 0.5,
  };
  const SERVER_EXCEPTION = 1;

  it('takes a host out whose replies fail, and lets it in again', async () => {
    let broken = true;
    await host();
    await host((frame, { socket }) => {
      if (frame.cmd === 1) socket.write(boltResponse(frame.id, broken ? SERVER_EXCEPTION : 0, frame.body));
    });
    const client = await run(
      clusterOf(
        hosts.map((one) => one.port),
        { outlier },
      ),
    );
    // One after the other, so that the third failure is known before the next request.
    let bad = 0;
    for (let i = 0; i < 20; i++) bad += (await spread(client, 1))[1]!;
    expect(bad).toBe(3);
    expect(proxy.clusters.hosts().map((one) => one.ejected)).toEqual([false, true]);
    broken = false;
    await eventually(() => !proxy.clusters.hosts()[1]!.ejected, 'the ejection to end');
    expect(await spread(client, 10)).toEqual([5, 5]);
  });

  it('counts requests that are not answered in time', async () => {
    await host();
    await host((frame, peer) => void (frame.cmd === 0 && echo(frame, peer)));
    const client = await run(
      clusterOf(
        hosts.map((one) => one.port),
        { outlier: { ...outlier, baseEjection: 60_000, maxEjection: 60_000 } },
      ),
    );
    for (let i = 0; i < 6; i++) client.send(++id, 'x', { timeout: 20 });
    await eventually(() => proxy.clusters.hosts()[1]!.ejected, 'the ejection');
    expect(await spread(client, 10)).toEqual([10, 0]);
  });

  it('counts connections that break', async () => {
    await host();
    await host((_, { socket }) => void socket.destroy());
    const client = await run(
      clusterOf(
        hosts.map((one) => one.port),
        { outlier: { ...outlier, baseEjection: 60_000, maxEjection: 60_000 } },
      ),
    );
    await eventually(() => {
      client.send(++id, 'x');
      return proxy.clusters.hosts()[1]!.ejected;
    }, 'the ejection');
    const before = client.frames.length;
    const [good, bad] = await spread(client, 10);
    expect(bad).toBe(0);
    expect(good).toBeGreaterThanOrEqual(10);
    expect(client.frames.length).toBeGreaterThanOrEqual(before + 10);
  });
});

it('checks and discovery go on when connections are opened with other settings', async () => {
  dns = await startDnsServer();
  const [one, other] = [await host(), await host()];
  dns.records.set('echo.test', [{ type: 'A', address: '127.0.0.1', ttl: 1 }]);
  const changes = {
    dns: { refresh: 50, servers: [], names: [{ ...NAME, name: 'echo.test', port: one.port }] },
    healthCheck: {
      protocol: null,
      interval: 20,
      unhealthyInterval: 20,
      timeout: 200,
      unhealthyAfter: 1,
      healthyAfter: 1,
    },
  };
  const client = await run(clusterOf([other.port], changes), { resolver: new DnsResolver([dns.address]) });
  await eventually(() => proxy.clusters.hosts().length === 2, 'the host');
  expect(await spread(client, 4)).toEqual([2, 2]);
  proxy.clusters.update([clusterOf([other.port], { ...changes, connectTimeout: 900 })]);
  expect(proxy.clusters.hosts().length).toBe(2);
  expect(await spread(client, 4)).toEqual([2, 2]);
  await other.kill();
  await eventually(() => proxy.clusters.hosts()[0]!.failedCheck !== null, 'the host to fail its check');
  const asked = dns.questions;
  await eventually(() => dns!.questions > asked + 1, 'further questions', 5_000);
});

describe('hosts by DNS', () => {
  const config = { refresh: 100, names: [], servers: [] };
  const name = (of: string, port: number | null) => ({ ...NAME, name: of, port });

  it('come and go with the answers, and stay while there is none', async () => {
    dns = await startDnsServer();
    const one = await host();
    dns.records.set('echo.test', [{ type: 'A', address: '127.0.0.1', ttl: 1 }]);
    const problems: string[] = [];
    const client = await run(clusterOf([], { dns: { ...config, names: [name('echo.test', one.port)] } }), {
      resolver: new DnsResolver([dns.address]),
      onProblem: (message) => problems.push(message),
    });
    await eventually(() => proxy.clusters.hosts().length === 1, 'the host');
    expect(await spread(client, 3)).toEqual([3]);
    const kept = proxy.clusters.get('echo')!.hosts[0];
    dns.broken = true;
    await eventually(() => problems.length > 0, 'a lookup to fail');
    expect(problems[0]).toMatch(/^cluster echo: can't look up echo\.test: /);
    expect(await spread(client, 3)).toEqual([3]);
    dns.broken = false;
    dns.records.set('echo.test', [
      { type: 'A', address: '127.0.0.2', ttl: 1 },
      { type: 'A', address: '127.0.0.1', ttl: 1 },
    ]);
    await eventually(() => proxy.clusters.hosts().length === 2, 'the second host', 10_000);
    // The one that was there keeps its connections.
    expect(proxy.clusters.get('echo')!.hosts[0]).toBe(kept);
    expect(kept!.connections).toBe(1);
  });

  it('are taken by the thousand', async () => {
    dns = await startDnsServer();
    const addresses = Array.from(
      { length: 1_000 },
      (_, i) => `127.0.${Math.floor(i / 250)}.${1 + (i % 250)}`,
    );
    dns.records.set(
      'echo.test',
      addresses.map((address) => ({ type: 'A', address, ttl: 1 })),
    );
    await run(clusterOf([], { dns: { ...config, names: [name('echo.test', 1)] } }), {
      resolver: new DnsResolver([dns.address]),
    });
    await eventually(() => proxy.clusters.hosts().length === 1_000, 'the hosts');
    const asked = dns.questions;
    await eventually(() => dns!.questions > asked, 'the next question');
  });

  it('with their ports, weights and priorities by SRV', async () => {
    dns = await startDnsServer();
    const [a, b, spare] = [await host(), await host(), await host()];
    const srv = (port: number, weight: number, priority = 0) =>
      ({ type: 'SRV', priority, weight, port, target: 'echo.test' }) as const;
    dns.records.set('echo.test', [{ type: 'A', address: '127.0.0.1', ttl: 60 }]);
    dns.records.set('_bolt._tcp.test', [srv(a.port, 30), srv(b.port, 10), srv(spare.port, 10, 1)]);
    const client = await run(clusterOf([], { dns: { ...config, names: [name('_bolt._tcp.test', null)] } }), {
      resolver: new DnsResolver([dns.address]),
    });
    await eventually(() => proxy.clusters.hosts().length === 3, 'the hosts');
    expect(await spread(client, 40)).toEqual([30, 10, 0]);
  });
});
