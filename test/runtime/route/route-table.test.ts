import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderMatch, RouteConfig, RouteMatch, RouteRule } from '../../../runtime/config/snapshot.js';
import { type RouteInput, RouteTable } from '../../../runtime/route/route-table.js';

const ANY: RouteMatch = { service: null, method: null, headers: [] };

function rule(name: string, match: Partial<RouteMatch>, clusters = [{ name, weight: 1 }]): RouteRule {
  return { name, match: { ...ANY, ...match }, clusters, timeout: 0, perFilterConfig: {} };
}

function table(...routes: RouteRule[]): RouteTable {
  const config: RouteConfig = { name: 'test', virtualHosts: [{ name: 'all', domains: ['*'], routes }] };
  return new RouteTable(config);
}

function call(
  service: string | undefined,
  method?: string,
  headers: Readonly<Record<string, string | null>> = {},
): RouteInput {
  return { service, method, header: (key) => (Object.hasOwn(headers, key) ? headers[key] : undefined) };
}

const exact = (value: string) => ({ kind: 'exact', value }) as const;
const prefix = (value: string) => ({ kind: 'prefix', value }) as const;
const regex = (value: string) => ({ kind: 'regex', value }) as const;
const header = (value: HeaderMatch['value'], invert = false): { headers: HeaderMatch[] } => ({
  headers: [{ name: 'zone', value, invert }],
});

test.each<[string, Partial<RouteMatch>, RouteInput, boolean]>([
  ['nothing asked', {}, call(undefined), true],
  ['exact service', { service: exact('a.B') }, call('a.B'), true],
  ['exact service, another', { service: exact('a.B') }, call('a.BC'), false],
  ['exact service, none given', { service: exact('a.B') }, call(undefined), false],
  ['exact service named like a property of objects', { service: exact('a') }, call('constructor'), false],
  ['service by prefix', { service: prefix('a.') }, call('a.B'), true],
  ['service by prefix, another', { service: prefix('a.') }, call('b.a.'), false],
  ['service by regex', { service: regex('a\\.(B|C):1\\.[0-9]+') }, call('a.C:1.12'), true],
  ['regex has to match to the end', { service: regex('a\\.(B|C)') }, call('a.BB'), false],
  ['regex has to match from the start', { service: regex('B') }, call('a.B'), false],
  ['regex, none given', { service: regex('.*') }, call(undefined), false],
  ['method', { method: exact('get') }, call('x', 'get'), true],
  ['method, another', { method: exact('get') }, call('x', 'set'), false],
  ['method, none given', { method: prefix('g') }, call('x'), false],
  ['service and method', { service: exact('x'), method: exact('get') }, call('x', 'set'), false],
  ['header', header(exact('a')), call('x', 'm', { zone: 'a' }), true],
  ['header, another value', header(exact('a')), call('x', 'm', { zone: 'b' }), false],
  ['header, absent', header(exact('a')), call('x', 'm', {}), false],
  ['header by prefix', header(prefix('a')), call('x', 'm', { zone: 'ab' }), true],
  ['header by regex', header(regex('[ab]+')), call('x', 'm', { zone: 'ab' }), true],
  ['header present', header(null), call('x', 'm', { zone: '' }), true],
  ['header present without a value', header(null), call('x', 'm', { zone: null }), true],
  ['header not there', header(null), call('x', 'm'), false],
  ['header that must not be there', header(null, true), call('x', 'm'), true],
  ['header that must not be there, but is', header(null, true), call('x', 'm', { zone: 'a' }), false],
  ['inverted value, absent', header(exact('a'), true), call('x', 'm'), true],
  ['inverted value, another', header(exact('a'), true), call('x', 'm', { zone: 'b' }), true],
  ['inverted value, that one', header(exact('a'), true), call('x', 'm', { zone: 'a' }), false],
  ['empty value compares with a null one', header(exact('')), call('x', 'm', { zone: null }), true],
  [
    'all headers have to hold',
    { headers: [...header(exact('a')).headers, { name: 'user', value: null, invert: false }] },
    call('x', 'm', { zone: 'a' }),
    false,
  ],
])('%s', (_, match, input, expected) => {
  expect(table(rule('r', match)).match(input)?.name).toBe(expected ? 'r' : undefined);
});

test('the first rule that matches wins, exact or not', () => {
  const routes = table(
    rule('canary', { service: prefix('com.'), ...header(exact('canary')) }),
    rule('echo', { service: exact('com.Echo') }),
    rule('com', { service: prefix('com.') }),
    rule('pay-get', { service: exact('com.Pay'), method: exact('get') }),
    rule('rest', {}),
    rule('never', { service: exact('org.X') }),
  );
  const name = (input: RouteInput): string | undefined => routes.match(input)?.name;
  expect(name(call('com.Echo', 'm', { zone: 'canary' }))).toBe('canary');
  expect(name(call('com.Echo', 'm'))).toBe('echo');
  expect(name(call('com.Pay', 'get'))).toBe('com');
  expect(name(call('org.X', 'get'))).toBe('rest');
  expect(name(call(undefined))).toBe('rest');
});

test('the index gives what a walk over all rules gives', () => {
  const word = fc.constantFrom('a', 'b', 'ab', 'ba', 'aa');
  const match = fc.option(
    fc.record({ kind: fc.constantFrom('exact' as const, 'prefix' as const), value: word }),
    { nil: null },
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ service: match, method: match }), { maxLength: 12 }),
      fc.option(word, { nil: undefined }),
      fc.option(word, { nil: undefined }),
      (matches, service, method) => {
        const holds = (wanted: (typeof matches)[number]['service'], text: string | undefined): boolean =>
          wanted === null ||
          (text !== undefined &&
            (wanted.kind === 'exact' ? text === wanted.value : text.startsWith(wanted.value)));
        const expected = matches.findIndex((m) => holds(m.service, service) && holds(m.method, method));
        const routes = table(...matches.map((m, i) => rule(`r${i}`, m)));
        expect(routes.match(call(service, method))?.name).toBe(expected < 0 ? undefined : `r${expected}`);
      },
    ),
    { numRuns: 500 },
  );
});

test('it says whether headers matter', () => {
  expect(table(rule('a', { service: exact('x') }), rule('b', {})).dependsOnHeaders).toBe(false);
  expect(table(rule('a', { service: exact('x') }), rule('b', header(null))).dependsOnHeaders).toBe(true);
});

test('a look-up among 10,000 services costs what one among 10 costs', () => {
  const make = (count: number): RouteTable =>
    table(
      ...Array.from({ length: count }, (_, i) => rule(`s${i}`, { service: exact(`com.demo.Service${i}`) })),
    );
  const spend = (routes: RouteTable, input: RouteInput): number => {
    const before = performance.now();
    for (let i = 0; i < 20_000; i++) if (routes.match(input) === null) throw new Error('no route');
    return performance.now() - before;
  };
  const few = make(10);
  const many = make(10_000);
  const best = (routes: RouteTable, input: RouteInput): number =>
    Math.min(...Array.from({ length: 5 }, () => spend(routes, input)));
  // A scan would cost a thousand times as much.
  expect(best(many, call('com.demo.Service9999'))).toBeLessThan(
    best(few, call('com.demo.Service9')) * 10 + 1,
  );
});

test('weights are kept exactly over 10,000 requests, and evenly on the way', () => {
  const route = table(
    rule('r', {}, [
      { name: 'a', weight: 70 },
      { name: 'b', weight: 29 },
      { name: 'c', weight: 1 },
    ]),
  ).match(call('x'))!;
  expect(route.fixedCluster).toBe(false);
  const chosen = Array.from({ length: 10_000 }, () => route.clusterName());
  const count = (names: readonly string[], name: string): number => names.filter((n) => n === name).length;
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

test('a plain cluster is always the same', () => {
  const route = table(rule('r', {}, [{ name: 'only', weight: 7 }])).match(call('x'))!;
  expect(route.fixedCluster).toBe(true);
  expect([route.clusterName(), route.clusterName()]).toEqual(['only', 'only']);
});
