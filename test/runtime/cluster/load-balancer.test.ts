import { describe, expect, it } from 'vitest';
import { Host } from '../../../runtime/cluster/host.js';
import { LeastRequest } from '../../../runtime/cluster/load-balancer/least-request.js';
import { RoundRobin } from '../../../runtime/cluster/load-balancer/round-robin.js';
import { UpstreamStats } from '../../../runtime/observe/metrics.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';

/** A host that is available or not, without any connection. */
class FakeHost extends Host {
  up = true;
  constructor(name: string, weight = 1) {
    super({ address: { host: name, port: 1 }, weight, metadata: {} }, new UpstreamStats(), {
      kindOf: () => 'multiplex',
      make() {
        throw new Error('no connections here');
      },
    });
  }
  override available(): boolean {
    return this.up;
  }
}

function count(choose: () => Host | null, times: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const host = choose()?.address ?? 'none';
    counts[host] = (counts[host] ?? 0) + 1;
  }
  return counts;
}

describe('round robin', () => {
  it('takes hosts in turn', () => {
    const hosts = ['a', 'b', 'c'].map((name) => new FakeHost(name));
    const lb = new RoundRobin();
    const order = Array.from({ length: 6 }, () => lb.choose(hosts, handWrittenBolt)!.address);
    expect(order).toEqual(['a:1', 'b:1', 'c:1', 'a:1', 'b:1', 'c:1']);
  });

  it('gives each host exactly its weight, spread evenly', () => {
    const hosts = [new FakeHost('a', 5), new FakeHost('b', 1), new FakeHost('c', 1)];
    const lb = new RoundRobin();
    const order = Array.from(
      { length: 7 },
      () => lb.choose(hosts, handWrittenBolt)!.config.address.host,
    ).join('');
    expect(order).toBe('aabacaa');
    expect(count(() => lb.choose(hosts, handWrittenBolt), 700)).toEqual({
      'a:1': 500,
      'b:1': 100,
      'c:1': 100,
    });
  });

  it('passes over hosts that are not available', () => {
    const hosts = [new FakeHost('a'), new FakeHost('b'), new FakeHost('c')];
    const lb = new RoundRobin();
    hosts[1]!.up = false;
    expect(count(() => lb.choose(hosts, handWrittenBolt), 100)).toEqual({ 'a:1': 50, 'c:1': 50 });
    for (const host of hosts) host.up = false;
    expect(lb.choose(hosts, handWrittenBolt)).toBeNull();
    expect(lb.choose(hosts.slice(0, 1), handWrittenBolt)).toBeNull();
    expect(lb.choose([], handWrittenBolt)).toBeNull();
  });
});

describe('least request', () => {
  it('prefers the host with fewer requests for its weight', () => {
    const hosts = [new FakeHost('busy'), new FakeHost('idle')];
    hosts[0]!.active = 10;
    const lb = new LeastRequest();
    expect(count(() => lb.choose(hosts, handWrittenBolt), 100)).toEqual({ 'idle:1': 100 });
    hosts[0]!.config = { ...hosts[0]!.config, weight: 100 };
    hosts[1]!.active = 1;
    expect(count(() => lb.choose(hosts, handWrittenBolt), 100)).toEqual({ 'busy:1': 100 });
  });

  it('spreads a load that stays', () => {
    const hosts = Array.from({ length: 10 }, (_, i) => new FakeHost(`h${i}`));
    const lb = new LeastRequest();
    for (let i = 0; i < 1_000; i++) lb.choose(hosts, handWrittenBolt)!.active++;
    for (const host of hosts) {
      expect(host.active).toBeGreaterThan(85);
      expect(host.active).toBeLessThan(115);
    }
  });

  it('finds the only available host, and none', () => {
    const hosts = Array.from({ length: 5 }, (_, i) => new FakeHost(`h${i}`));
    for (const host of hosts) host.up = false;
    const lb = new LeastRequest();
    expect(lb.choose(hosts, handWrittenBolt)).toBeNull();
    expect(lb.choose([], handWrittenBolt)).toBeNull();
    hosts[3]!.up = true;
    expect(count(() => lb.choose(hosts, handWrittenBolt), 50)).toEqual({ 'h3:1': 50 });
  });
});
