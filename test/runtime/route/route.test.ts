import { HeaderMap } from '@proto-frame/api';
import { expect, test } from 'vitest';
import type { HashPolicyConfig, SubsetMatch } from '../../../runtime/config/snapshot.js';
import { NO_HASH } from '../../../runtime/route/hash-policy.js';
import { hashText } from '../../../runtime/route/hash-text.js';
import { HeaderEdit } from '../../../runtime/route/header-edit.js';
import { Route } from '../../../runtime/route/route.js';
import type { RouteInput } from '../../../runtime/route/route-input.js';
import { Share } from '../../../runtime/route/share.js';
import { routeTo, type RuleChanges } from '../../support/whole-proxy.js';

const WEIGHTED = {
  clusters: [
    { name: 'a', weight: 70 },
    { name: 'b', weight: 29 },
    { name: 'c', weight: 1 },
  ],
};

function call(
  headers: Readonly<Record<string, string | null>> = {},
  more: Partial<RouteInput> = {},
): RouteInput {
  return {
    service: 'com.demo.Echo',
    method: 'say',
    sourceIp: '10.0.0.7',
    callerNames: [],
    listenerMetadata: {},
    metadata: () => undefined,
    group: headers['group'],
    version: headers['version'],
    header: (key) => (Object.hasOwn(headers, key) ? headers[key] : undefined),
    ...more,
  };
}

function clusterOf(changes: RuleChanges, input = call(), hash = NO_HASH): string | undefined {
  return new Route(routeTo('echo', changes)).destination(input, hash)?.cluster;
}

const count = (all: readonly unknown[], one: unknown): number => all.filter((each) => each === one).length;

test('weights are kept exactly over 10,000 requests, and evenly on the way', () => {
  const route = new Route(routeTo('echo', WEIGHTED));
  const chosen = Array.from({ length: 10_000 }, () => route.destination(call(), NO_HASH)!.cluster);
  expect(['a', 'b', 'c'].map((name) => count(chosen, name))).toEqual([7_000, 2_900, 100]);
  for (let at = 0; at < chosen.length; at += 100) {
    const stretch = chosen.slice(at, at + 100);
    expect(['a', 'b', 'c'].map((name) => count(stretch, name))).toEqual([70, 29, 1]);
  }
  // Spread, not in blocks: among any ten in a row no more than one `b` above its share of 2.9.
  for (let at = 0; at + 10 <= 1_000; at++) {
    expect(count(chosen.slice(at, at + 10), 'b')).toBeLessThanOrEqual(4);
  }
});

test('a hash leads to the same of the weighted clusters, each with its share', () => {
  const route = new Route(routeTo('echo', { ...WEIGHTED, hashedClusters: true }));
  const at = (hash: number): string => route.destination(call(), hash)!.cluster;
  const hashes = Array.from({ length: 10_000 }, (_, i) => hashText(`user-${i}`));
  const chosen = hashes.map(at);
  expect(hashes.map(at)).toEqual(chosen);
  // Three standard deviations of 10,000 draws.
  expect(Math.abs(count(chosen, 'a') - 7_000)).toBeLessThan(3 * Math.sqrt(10_000 * 0.7 * 0.3));
  expect(Math.abs(count(chosen, 'b') - 2_900)).toBeLessThan(3 * Math.sqrt(10_000 * 0.29 * 0.71));
  expect(Math.abs(count(chosen, 'c') - 100)).toBeLessThan(3 * Math.sqrt(10_000 * 0.01 * 0.99));
  expect(['a', 'b', 'c']).toContain(at(0));
  expect(['a', 'b', 'c']).toContain(at(2 ** 32 - 1));
});

test('without a hash the turn decides between weighted clusters', () => {
  const route = new Route(routeTo('echo', { ...WEIGHTED, hashedClusters: true }));
  const chosen = Array.from({ length: 100 }, () => route.destination(call(), NO_HASH)!.cluster);
  expect(['a', 'b', 'c'].map((name) => count(chosen, name))).toEqual([70, 29, 1]);
});

test('a header names the cluster', () => {
  const changes: RuleChanges = { clusters: [{ name: '', weight: 1 }], clusterHeader: 'x-cluster' };
  expect(clusterOf(changes, call({ 'x-cluster': 'canary' }))).toBe('canary');
  expect(clusterOf(changes, call({ 'x-cluster': null }))).toBeUndefined();
  expect(clusterOf(changes, call())).toBeUndefined();
});

function subsetOf(subset: readonly SubsetMatch[], input = call()): [string, string][] | null {
  const route = new Route(routeTo('echo', { clusters: [{ name: 'echo', weight: 1, subset }] }));
  const values = route.destination(input, NO_HASH)!.subset?.of(input) ?? null;
  return values === null ? null : [...values];
}

test('a subset is what the route, headers and filters say', () => {
  const text: SubsetMatch = { key: 'group', source: 'text', value: 'blue' };
  const header: SubsetMatch = { key: 'zone', source: 'header', value: 'x-zone' };
  const noted: SubsetMatch = { key: 'tier', source: 'metadata', value: 't' };
  const input = call({ 'x-zone': 'a' }, { metadata: (key) => (key === 't' ? 'gold' : undefined) });
  expect(subsetOf([])).toBeNull();
  expect(subsetOf([text])).toEqual([['group', 'blue']]);
  expect(subsetOf([text, header, noted], input)).toEqual([
    ['group', 'blue'],
    ['zone', 'a'],
    ['tier', 'gold'],
  ]);
  expect(subsetOf([text, header, noted])).toEqual([['group', 'blue']]);
  expect(subsetOf([header], call({ 'x-zone': null }))).toBeNull();
});

function hashOf(policies: readonly Partial<HashPolicyConfig>[], input = call()): number {
  const hashPolicy = policies.map((one): HashPolicyConfig => ({
    source: 'header',
    header: '',
    terminal: false,
    ...one,
  }));
  return new Route(routeTo('echo', { hashPolicy })).hashPolicy!.hash(input);
}

test('a hash is made of what the policies find, in their order', () => {
  const user = { header: 'user' };
  const ip = { source: 'source_ip' } as const;
  const alice = call({ user: 'alice' });
  expect(hashOf([user], alice)).toBe(hashText('alice'));
  expect(hashOf([user])).toBe(NO_HASH);
  expect(hashOf([user], call({ user: null }))).toBe(NO_HASH);
  expect(hashOf([ip])).toBe(hashText('10.0.0.7'));
  expect(hashOf([{ source: 'service' }])).toBe(hashText('com.demo.Echo'));
  expect(hashOf([{ source: 'method' }])).toBe(hashText('say'));
  expect(hashOf([{ source: 'service' }], call({}, { service: undefined }))).toBe(NO_HASH);
  const both = hashOf([user, ip], alice);
  expect([hashText('alice'), hashText('10.0.0.7')]).not.toContain(both);
  expect(hashOf([ip, user], alice)).not.toBe(both);
  expect(hashOf([user, user], alice)).not.toBe(0);
  expect(hashOf([user, ip])).toBe(hashText('10.0.0.7'));
  expect(hashOf([{ ...user, terminal: true }, ip], alice)).toBe(hashText('alice'));
  expect(hashOf([{ ...user, terminal: true }, ip])).toBe(hashText('10.0.0.7'));
});

test('hashes are whole numbers below 2^32, and differ where texts do', () => {
  const hashes = Array.from({ length: 50_000 }, (_, i) => hashText(`10.0.${i >> 8}.${i & 255}`));
  expect(hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32)).toBe(true);
  // 50,000 of 2^32: some 0.3 collisions are to be expected.
  expect(new Set(hashes).size).toBeGreaterThan(49_990);
  const buckets = new Array<number>(16).fill(0);
  for (const hash of hashes) buckets[Math.floor(hash / 2 ** 28)]!++;
  const chiSquare = buckets.reduce((sum, seen) => sum + (seen - 3_125) ** 2 / 3_125, 0);
  expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
  expect(hashText('')).toBe(0);
});

test.each([0, 0.01, 0.1, 12.5, 33.3333, 50, 99.9, 100])(
  '%d %% of requests are exactly that',
  (percentage) => {
    const share = new Share(percentage);
    const taken = Array.from({ length: 20_000 }, () => share.next());
    expect(count(taken, true)).toBe(Math.floor(percentage * 200));
    expect(count(taken.slice(0, 10_000), true)).toBe(Math.floor(percentage * 100));
  },
);

test('headers are removed, set and appended, the virtual host first', () => {
  const edit = HeaderEdit.of([
    { remove: ['gone'], set: [['who', 'host']], append: [['trail', '1']] },
    { remove: [], set: [], append: [] },
    { remove: ['trail-x'], set: [['who', 'route']], append: [['trail', '2']] },
  ])!;
  const headers = new HeaderMap();
  for (const [key, value] of [
    ['gone', 'x'],
    ['kept', 'y'],
    ['gone', 'z'],
    ['trail', '0'],
  ] as const) {
    headers.append(key, value, -1, -1);
  }
  edit.apply(headers);
  expect([...headers]).toEqual([
    ['kept', 'y'],
    ['trail', '0'],
    ['who', 'route'],
    ['trail', '1'],
    ['trail', '2'],
  ]);
  expect(HeaderEdit.of([{ remove: [], set: [], append: [] }])).toBeNull();
});
