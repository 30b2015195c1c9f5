import { describe, expect, it } from 'vitest';
import { LocalityChoice } from '../../../../runtime/cluster/load-balancer/locality-choice.js';
import { PriorityChoice } from '../../../../runtime/cluster/load-balancer/priority-choice.js';
import { RoundRobin } from '../../../../runtime/cluster/load-balancer/round-robin.js';
import {
  SubsetChoice,
  type SubsetFallback,
} from '../../../../runtime/cluster/load-balancer/subset-choice.js';
import { Random, seedFromEnvironment } from '../../../support/random.js';
import { choice, count, FakeHost, of } from './fake-host.js';

const inner = (): RoundRobin => new RoundRobin();
const source = (): (() => number) => {
  const random = new Random(seedFromEnvironment());
  return () => random.next();
};

/** Four hosts of each priority: p0-0 .. p0-3, p1-0 .. */
function priorities(levels: number): FakeHost[] {
  return Array.from(
    { length: levels * 4 },
    (_, i) => new FakeHost(`p${Math.floor(i / 4)}-${i % 4}`, { priority: Math.floor(i / 4) }),
  );
}

/** The share of each group, named by what stands before the dash. */
function shares(lb: Parameters<typeof count>[0], times = 10_000): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, n] of Object.entries(count(lb, times))) {
    const group = name.split('-')[0]!;
    sums[group] = (sums[group] ?? 0) + n / times;
  }
  return sums;
}

describe('priorities', () => {
  const sick = (list: readonly FakeHost[], names: readonly string[]): void => {
    for (const host of list) host.healthy = !names.includes(host.config.address.host);
  };

  it('use the best as long as enough of its hosts are healthy', () => {
    const list = priorities(2);
    const lb = of(new PriorityChoice(0.5, inner, source()), list);
    expect(shares(lb)).toEqual({ p0: 1 });
    sick(list, ['p0-3']);
    lb.update(list);
    expect(shares(lb)).toEqual({ p0: 1 });
  });

  it('hand over what the best can not take', () => {
    const list = priorities(2);
    const lb = of(new PriorityChoice(0.5, inner, source()), list);
    sick(list, ['p0-1', 'p0-2', 'p0-3']);
    lb.update(list);
    // A quarter of the hosts, 1.4 times over.
    expect(shares(lb)['p0']).toBeCloseTo(0.35, 1.7);
    expect(Object.keys(count(lb, 1_000)).filter((name) => name.startsWith('p0'))).toEqual(['p0-0']);
  });

  it('go on to the last, and to any that is reachable', () => {
    const list = priorities(3);
    const lb = of(new PriorityChoice(0, inner, source()), list);
    sick(
      list,
      list.slice(0, 8).map((host) => host.config.address.host),
    );
    lb.update(list);
    expect(shares(lb)).toEqual({ p2: 1 });
    for (const host of list.slice(8)) host.up = false;
    expect(shares(lb)).toEqual({ none: 1 });
    list[1]!.healthy = true;
    expect(shares(lb)).toEqual({ p0: 1 });
  });

  it('do not believe health where too few are left', () => {
    const list = priorities(1);
    const lb = of(new PriorityChoice(0.5, inner, source()), list);
    sick(list, ['p0-0', 'p0-1']);
    lb.update(list);
    expect(Object.keys(count(lb, 100)).sort()).toEqual(['p0-2', 'p0-3']);
    sick(list, ['p0-0', 'p0-1', 'p0-2']);
    lb.update(list);
    expect(Object.keys(count(lb, 100)).sort()).toEqual(['p0-0', 'p0-1', 'p0-2', 'p0-3']);
    sick(list, []);
    lb.update(list);
    expect(count(lb, 4)).toEqual({ 'p0-0': 1, 'p0-1': 1, 'p0-2': 1, 'p0-3': 1 });
  });
});

describe('localities', () => {
  const places = (): FakeHost[] =>
    Array.from({ length: 12 }, (_, i) => new FakeHost(`${'abc'[i % 3]!}-${i}`, { locality: 'abc'[i % 3]! }));

  it('get their weights, whatever the number of their hosts', () => {
    const list = places().slice(0, 11);
    const lb = of(
      new LocalityChoice(
        new Map([
          ['a', 7],
          ['b', 2],
        ]),
        inner,
        source(),
      ),
      list,
    );
    const found = shares(lb, 20_000);
    expect(found['a']).toBeCloseTo(0.7, 1.7);
    expect(found['b']).toBeCloseTo(0.2, 1.7);
    expect(found['c']).toBeCloseTo(0.1, 1.7);
  });

  it('get less when their hosts are unhealthy, and nothing when all are', () => {
    const list = places();
    const lb = of(new LocalityChoice(new Map(), inner, source()), list);
    for (const host of list)
      if (host.config.locality === 'a' && host.config.address.host !== 'a-0') host.healthy = false;
    lb.update(list);
    expect(shares(lb, 20_000)['a']).toBeCloseTo(0.35 / 2.35, 1.7);
    list[0]!.healthy = false;
    expect(shares(lb)['a']).toBeUndefined();
  });
});

it('localities keep their weights where health is not believed', () => {
  const list = ['a', 'b'].flatMap((locality) =>
    Array.from({ length: 4 }, (_, i) => new FakeHost(`${locality}-${i}`, { locality })),
  );
  const weights = new Map([
    ['a', 3],
    ['b', 1],
  ]);
  const lb = new PriorityChoice(0.5, () => new LocalityChoice(weights, inner, source()), source());
  for (const host of list) host.healthy = false;
  expect(shares(of(lb, list))['a']).toBeCloseTo(0.75, 1.7);
  list[0]!.healthy = true;
  lb.update(list);
  expect(shares(lb)['a']).toBeCloseTo(0.75, 1.7);
});

describe('subsets', () => {
  const list = ['blue', 'blue', 'green', ''].map(
    (version, i) =>
      new FakeHost(`${version}-${i}`, { metadata: version === '' ? {} : { version, zone: `z${i}` } }),
  );
  const make = (fallback: SubsetFallback): SubsetChoice => of(new SubsetChoice(fallback, inner), list);
  const asked = (criteria: Record<string, string>) => choice({ subset: new Map(Object.entries(criteria)) });

  it('take exactly the hosts that have all of the metadata', () => {
    const lb = make('none');
    expect(count(lb, 8)).toEqual({ 'blue-0': 2, 'blue-1': 2, 'green-2': 2, '-3': 2 });
    expect(count(lb, 8, asked({ version: 'blue' }))).toEqual({ 'blue-0': 4, 'blue-1': 4 });
    expect(count(lb, 8, asked({ version: 'blue', zone: 'z1' }))).toEqual({ 'blue-1': 8 });
  });

  it('without hosts go where the fallback says', () => {
    const red = { version: 'red' };
    expect(count(make('none'), 3, asked(red))).toEqual({ none: 3 });
    expect(Object.keys(count(make('any'), 8, asked(red))).length).toBe(4);
    expect(count(make(new Map([['version', 'green']])), 3, asked(red))).toEqual({ 'green-2': 3 });
    expect(count(make(new Map([['version', 'no']])), 3, asked(red))).toEqual({ none: 3 });
    expect(count(make('none'), 3, asked({ constructor: 'x' }))).toEqual({ none: 3 });
  });

  it('follow hosts that come and go', () => {
    const lb = make('none');
    const blue = asked({ version: 'blue' });
    expect(count(lb, 2, blue)).toEqual({ 'blue-0': 1, 'blue-1': 1 });
    const newer = new FakeHost('blue-9', { metadata: { version: 'blue' } });
    lb.update([list[1]!, newer]);
    expect(count(lb, 4, blue)).toEqual({ 'blue-1': 2, 'blue-9': 2 });
    lb.update([list[2]!]);
    expect(count(lb, 2, blue)).toEqual({ none: 2 });
    lb.update([newer]);
    expect(count(lb, 2, blue)).toEqual({ 'blue-9': 2 });
  });
});
