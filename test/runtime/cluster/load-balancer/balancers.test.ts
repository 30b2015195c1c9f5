import { describe, expect, it } from 'vitest';
import { LeastConnection } from '../../../../runtime/cluster/load-balancer/least-connection.js';
import { LeastRequest } from '../../../../runtime/cluster/load-balancer/least-request.js';
import type { LoadBalancer } from '../../../../runtime/cluster/load-balancer/load-balancer.js';
import { Maglev } from '../../../../runtime/cluster/load-balancer/maglev.js';
import { PeakEwma } from '../../../../runtime/cluster/load-balancer/peak-ewma.js';
import { RandomChoice } from '../../../../runtime/cluster/load-balancer/random.js';
import { RingHash } from '../../../../runtime/cluster/load-balancer/ring-hash.js';
import { RoundRobin } from '../../../../runtime/cluster/load-balancer/round-robin.js';
import { SlowStart } from '../../../../runtime/cluster/slow-start.js';
import { mixHash } from '../../../../runtime/route/hash-text.js';
import { Random, seedFromEnvironment } from '../../../support/random.js';
import { choice, clock, count, FakeHost, hosts, of } from './fake-host.js';

// Every balancer against what it is by definition: exactly, or by chi-square where it draws.

const seed = seedFromEnvironment();
const source = (): (() => number) => {
  const random = new Random(seed);
  return () => random.next();
};

/**
 * How far counts are from what was to be expected, in the normal deviations of chi-square (Wilson and Hilferty):
 * over 4 in one run of 30,000.
 */
function deviation(counts: Record<string, number>, shares: Record<string, number>): number {
  const total = Object.values(counts).reduce((a, b) => a + b);
  const sum = Object.values(shares).reduce((a, b) => a + b);
  let chi = 0;
  for (const [name, share] of Object.entries(shares)) {
    const expected = (total * share) / sum;
    chi += ((counts[name] ?? 0) - expected) ** 2 / expected;
  }
  const freedom = Object.keys(shares).length - 1;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chi / freedom) - (1 - spread)) / Math.sqrt(spread);
}

const sharesOf = (list: readonly FakeHost[]): Record<string, number> =>
  Object.fromEntries(list.map((host) => [host.config.address.host, host.weight]));

const all: [name: string, make: () => LoadBalancer][] = [
  ['round robin', () => new RoundRobin()],
  ['random', () => new RandomChoice(source())],
  ['least request', () => new LeastRequest(source())],
  ['least connection', () => new LeastConnection(source())],
  ['peak EWMA', () => new PeakEwma(source())],
  ['ring hash', () => new RingHash(source())],
  ['Maglev', () => new Maglev(source())],
];

describe.each(all)('%s', (_, make) => {
  it('gives nothing where nothing is', () => {
    const lb = of(make(), []);
    expect(lb.choose(choice())).toBeNull();
    const list = hosts(3);
    for (const host of list) host.up = false;
    lb.update(list);
    expect(lb.choose(choice())).toBeNull();
  });

  it('chooses only available hosts, all of them, and finds the only one', () => {
    const list = hosts(50);
    list.forEach((host, i) => (host.up = i % 2 === 0));
    const lb = of(make(), list);
    const counts = count(lb, 5_000);
    expect(Object.keys(counts).sort()).toEqual(
      list
        .filter((h) => h.up)
        .map((h) => h.config.address.host)
        .sort(),
    );
    for (const host of list) host.up = host === list[48];
    expect(count(lb, 20)).toEqual({ h48: 20 });
  });

  it('finds a light host among heavy ones that are gone', () => {
    const list = hosts(20, [128]);
    list.push(new FakeHost('light'));
    for (const host of list) host.up = host.config.address.host === 'light';
    expect(count(of(make(), list), 50)).toEqual({ light: 50 });
  });

  it('sees soon that nobody is there', () => {
    const list = hosts(5);
    const lb = of(make(), list);
    for (const host of list) host.up = false;
    count(lb, 100);
    expect(list.reduce((sum, host) => sum + host.asked, 0) / 100).toBeLessThanOrEqual(30);
  });

  it('believes unhealth unless it is told not to', () => {
    const list = hosts(2);
    list[0]!.healthy = false;
    const lb = of(make(), list);
    expect(count(lb, 50)).toEqual({ h1: 50 });
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) seen.add(lb.choose(choice({ ignoreHealth: true }))!.config.address.host);
    expect(seen.size).toBe(2);
  });

  it('takes hosts that come and forgets those that go', () => {
    const [a, b, c] = hosts(3);
    const lb = of(make(), [a!, b!]);
    count(lb, 7);
    lb.update([b!, c!]);
    expect(Object.keys(count(lb, 500)).sort()).toEqual(['h1', 'h2']);
  });
});

describe('round robin', () => {
  it('takes hosts in turn', () => {
    const lb = of(new RoundRobin(), hosts(3));
    expect(Array.from({ length: 6 }, () => lb.choose(choice())!.config.address.host)).toEqual([
      'h0',
      'h1',
      'h2',
      'h0',
      'h1',
      'h2',
    ]);
  });

  it('gives each host exactly its weight, spread evenly', () => {
    const list = hosts(3, [5, 1, 1]);
    const lb = of(new RoundRobin(), list);
    for (let round = 0; round < 100; round++) expect(count(lb, 7)).toEqual({ h0: 5, h1: 1, h2: 1 });
    const longest = (order: string): number => Math.max(...order.split(/h[12]/).map((run) => run.length / 2));
    expect(
      longest(Array.from({ length: 700 }, () => lb.choose(choice())!.config.address.host).join('')),
    ).toBeLessThan(6);
  });

  it('gives a host that was gone no more than its share when it is back', () => {
    const list = hosts(3, [100, 1, 1]);
    const lb = of(new RoundRobin(), list);
    list[0]!.up = false;
    expect(count(lb, 1_000)).toEqual({ h1: 500, h2: 500 });
    list[0]!.up = true;
    const { h0, h1, h2 } = count(lb, 204);
    expect([Math.abs(h0! - 200) <= 2, Math.abs(h1! - 2) <= 1, Math.abs(h2! - 2) <= 1]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is exact for 1,000 hosts of any weights over a whole round', () => {
    const random = new Random(seed);
    const list = Array.from(
      { length: 1_000 },
      (_, i) => new FakeHost(`h${i}`, { weight: 1 + random.below(128) }),
    );
    const round = list.reduce((sum, host) => sum + host.weight, 0);
    expect(count(of(new RoundRobin(), list), round)).toEqual(sharesOf(list));
  });

  it('lets a host that comes wait for its turn, and gives nobody more for it', () => {
    const [a, b, c] = hosts(3);
    const lb = of(new RoundRobin(), [a!, b!]);
    count(lb, 100_001);
    lb.update([a!, b!, c!]);
    const counts = count(lb, 300);
    // One of those that were there may have had its turn just before, the other have it now.
    expect(Math.max(...Object.values(counts)) - Math.min(...Object.values(counts))).toBeLessThanOrEqual(2);
  });
});

describe('random', () => {
  it(`gives each host its weight (SEED=${seed})`, () => {
    const list = hosts(12, [1, 2, 3, 128]);
    expect(deviation(count(of(new RandomChoice(source()), list), 50_000), sharesOf(list))).toBeLessThan(4);
  });

  it('gives the rest their weights when most are gone', () => {
    const list = hosts(40, [1, 5]);
    list.forEach((host, i) => (host.up = i >= 37));
    const rest = list.filter((host) => host.up);
    expect(deviation(count(of(new RandomChoice(source()), list), 20_000), sharesOf(rest))).toBeLessThan(4);
  });
});

describe('least request', () => {
  it('gives each host its share of idle ones, whoever is gone', () => {
    const list = hosts(10);
    list[3]!.up = list[4]!.up = list[7]!.up = false;
    const rest = list.filter((host) => host.up);
    expect(deviation(count(of(new LeastRequest(source()), list), 20_000), sharesOf(rest))).toBeLessThan(9);
  });

  it('takes the less busy of two, for their weights', () => {
    const [idle, busy] = hosts(2, [1, 4]);
    const lb = of(new LeastRequest(source()), [idle!, busy!]);
    busy!.active = 4;
    expect(count(lb, 100)).toEqual({ h0: 100 });
    busy!.active = 2;
    expect(count(lb, 100)).toEqual({ h1: 100 });
  });

  it('keeps hosts within a few requests of each other', () => {
    const list = hosts(20);
    const lb = of(new LeastRequest(source()), list);
    for (let i = 0; i < 2_000; i++) lb.choose(choice())!.active++;
    const active = list.map((host) => host.active);
    // Two choices: log log n over the mean; one choice would be some 30 over it.
    expect(Math.max(...active) - 100).toBeLessThanOrEqual(8);
  });
});

describe('least connection', () => {
  it('takes the one with the fewest connections for its weight, of equal ones any', () => {
    const list = hosts(4, [1, 1, 1, 10]);
    [3, 1, 1, 50].forEach((open, i) => (list[i]!.open = open));
    expect(Object.keys(count(of(new LeastConnection(source()), list), 200)).sort()).toEqual(['h1', 'h2']);
    list[3]!.open = 5;
    expect(count(of(new LeastConnection(source()), list), 50)).toEqual({ h3: 50 });
  });
});

describe('peak EWMA', () => {
  it('shares out by latency and load, believes a peak at once, and forgets it', () => {
    clock.now = 1_000;
    const [slow, fast] = hosts(2);
    slow!.latency.note(100, clock.now);
    fast!.latency.note(10, clock.now);
    const lb = of(new PeakEwma(source()), [slow!, fast!]);
    expect(count(lb, 50)).toEqual({ h1: 50 });
    // Ten times as fast bears ten times as much.
    for (let i = 0; i < 1_100; i++) lb.choose(choice())!.active++;
    expect(fast!.active / slow!.active).toBeGreaterThan(9);
    expect(fast!.active / slow!.active).toBeLessThan(11);
    slow!.active = fast!.active = 0;
    fast!.latency.note(500, clock.now);
    expect(count(lb, 50)).toEqual({ h0: 50 });
    clock.now += 40_000;
    slow!.latency.note(100, clock.now);
    expect(count(lb, 50)).toEqual({ h1: 50 });
  });

  it('lowers slowly what it raised at once', () => {
    const [host] = hosts(1);
    clock.now = 0;
    host!.latency.note(100, 0);
    for (let t = 100; t <= 1_000; t += 100) host!.latency.note(10, t);
    expect(host!.latency.at(1_000)).toBeGreaterThan(80);
    for (let t = 1_100; t <= 60_000; t += 100) host!.latency.note(10, t);
    expect(host!.latency.at(60_000)).toBeLessThan(11);
    expect(host!.latency.at(60_000)).toBeGreaterThan(9);
  });
});

/** Which host each of 20,000 hashes goes to. */
function assignment(lb: LoadBalancer): string[] {
  return Array.from(
    { length: 20_000 },
    (_, i) => lb.choose(choice({ hash: mixHash(i) }))!.config.address.host,
  );
}

describe.each([
  ['ring hash', () => new RingHash(), 0.35, 0],
  ['Maglev', () => new Maglev(), 0.06, 0.05],
])('%s', (_, make, unevenness, othersMoved) => {
  it('sends a hash to the same host, however the hosts are ordered', () => {
    const list = hosts(10);
    const lb = of(make(), list);
    expect(assignment(lb)).toEqual(assignment(lb));
    expect(assignment(of(make(), [...list].reverse()))).toEqual(assignment(lb));
  });

  it('gives each host about its weight', () => {
    const list = hosts(10, [1, 1, 2, 4, 1]);
    const counts: Record<string, number> = {};
    for (const name of assignment(of(make(), list))) counts[name] = (counts[name] ?? 0) + 1;
    const total = list.reduce((sum, host) => sum + host.weight, 0);
    for (const host of list) {
      const share = counts[host.config.address.host]! / 20_000 / (host.weight / total);
      expect(Math.abs(share - 1), host.address).toBeLessThan(unevenness);
    }
  });

  it('moves the requests of a host that goes, and few others; and gives them back', () => {
    const list = hosts(10);
    const before = assignment(of(make(), list));
    const after = assignment(of(make(), list.slice(0, 9)));
    const own = before.filter((name) => name === 'h9').length;
    const others = before.filter((name, i) => name !== 'h9' && name !== after[i]).length;
    expect(own / 20_000).toBeLessThan(0.1 * (1 + unevenness));
    expect(others / 20_000).toBeLessThanOrEqual(othersMoved);
    const lb = of(make(), list);
    list[9]!.healthy = false;
    const without = assignment(lb);
    expect(without.filter((name, i) => before[i] !== 'h9' && name !== before[i])).toEqual([]);
    list[9]!.healthy = true;
    expect(assignment(lb)).toEqual(before);
  });

  it('spreads requests without a hash', () => {
    const counts = count(of(make(), hosts(4)), 4_000);
    for (const n of Object.values(counts)) expect(n).toBeGreaterThan(600);
  });
});

describe('slow start', () => {
  it('grows by its curve from the least share to all of it', () => {
    const even = new SlowStart(1_000, 1, 0.1);
    expect([0, 50, 100, 250, 500, 999, 1_000, 5_000].map((age) => even.share(age))).toEqual([
      0.1, 0.1, 0.1, 0.25, 0.5, 0.999, 1, 1,
    ]);
    const fast = new SlowStart(1_000, 2, 0.1);
    expect(fast.share(250)).toBeCloseTo(0.5);
    expect(fast.share(640)).toBeCloseTo(0.8);
  });

  it.each([
    ['round robin', () => new RoundRobin()],
    ['random', () => new RandomChoice(source())],
  ])('%s gives a host that starts its share of the moment', (_, make) => {
    clock.now = 10_000;
    const slowStart = new SlowStart(1_000, 1, 0.1);
    const list = ['a', 'b', 'new'].map((name) => new FakeHost(name, { weight: 2 }, slowStart));
    list[2]!.start();
    const lb = of(make(), list);
    for (const [age, share] of [
      [0, 0.1],
      [300, 0.3],
      [800, 0.8],
      [1_000, 1],
      [9_000, 1],
    ] as const) {
      clock.now = 10_000 + age;
      const counts = count(lb, 21_000);
      expect(counts['new']! / 21_000).toBeCloseTo(share / (2 + share), 1.6);
    }
  });
});
