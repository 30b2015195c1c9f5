import fc from 'fast-check';
import { expect, test } from 'vitest';
import type {
  HeaderMatch,
  RouteMatch,
  RouteRule,
  StringMatch,
  VirtualHost,
} from '../../../runtime/config/snapshot.js';
import type { RouteInput } from '../../../runtime/route/route-input.js';
import { RouteTable } from '../../../runtime/route/route-table.js';
import { routeTo } from '../../support/whole-proxy.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';

function rule(
  name: string,
  match: Partial<RouteMatch>,
  clusters: readonly { readonly name: string; readonly weight: number }[] = [{ name, weight: 1 }],
): RouteRule {
  return routeTo(name, { name, match, clusters });
}

function table(...routes: RouteRule[]): RouteTable {
  return tableOf({ name: 'all', domains: ['*'], routes });
}

function tableOf(...virtualHosts: VirtualHost[]): RouteTable {
  return new RouteTable({ name: 'test', virtualHosts });
}

function call(
  service: string | undefined,
  method?: string,
  headers: Readonly<Record<string, string | null>> = {},
  listenerMetadata: Readonly<Record<string, string>> = {},
): RouteInput {
  return {
    service,
    method,
    sourceIp: '127.0.0.1',
    callerNames: [],
    listenerMetadata,
    metadata: () => undefined,
    group: headers['group'],
    version: headers['version'],
    header: (key) => (Object.hasOwn(headers, key) ? headers[key] : undefined),
  };
}

const exact = (value: string) => ({ kind: 'exact', value }) as const;
const prefix = (value: string) => ({ kind: 'prefix', value }) as const;
const suffix = (value: string) => ({ kind: 'suffix', value }) as const;
const contains = (value: string) => ({ kind: 'contains', value }) as const;
const range = (start: number, end: number) => ({ kind: 'range', start, end }) as const;
const metadata = (value: StringMatch): Partial<RouteMatch> => ({
  listenerMetadata: [{ key: 'zone', value }],
});
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
  ['service by suffix', { service: suffix(':1.0') }, call('a.B:1.0'), true],
  ['service by suffix, another', { service: suffix(':1.0') }, call('a.B:1.01'), false],
  ['service by what it contains', { service: contains('.demo.') }, call('com.demo.B'), true],
  ['service by what it contains, another', { service: contains('.demo.') }, call('com.demos.B'), false],
  ['group', { group: exact('blue') }, call('x', 'm', { group: 'blue' }), true],
  ['group, another', { group: exact('blue') }, call('x', 'm', { group: 'green' }), false],
  ['group, none given', { group: prefix('b') }, call('x', 'm'), false],
  ['version', { version: regex('1\\..*') }, call('x', 'm', { version: '1.2' }), true],
  ['version, another', { version: regex('1\\..*') }, call('x', 'm', { version: '2.1' }), false],
  ['path', { path: prefix('/api/') }, call('x', 'm', { path: '/api/v1' }), true],
  ['path, another', { path: prefix('/api/') }, call('x', 'm', { path: '/' }), false],
  ['listener metadata', metadata(exact('a')), call('x', 'm', {}, { zone: 'a' }), true],
  ['listener metadata, another', metadata(exact('a')), call('x', 'm', {}, { zone: 'b' }), false],
  ['listener metadata, none', metadata(prefix('a')), call('x', 'm', { zone: 'a' }), false],
  ['header by suffix', header(suffix('z')), call('x', 'm', { zone: 'xyz' }), true],
  ['header by what it contains', header(contains('y')), call('x', 'm', { zone: 'xyz' }), true],
  ['header by what it contains, another', header(contains('y')), call('x', 'm', { zone: 'xz' }), false],
  ['header in a range', header(range(-5, 10)), call('x', 'm', { zone: '-5' }), true],
  ['header in a range, the last', header(range(-5, 10)), call('x', 'm', { zone: '9' }), true],
  ['header at the end of a range', header(range(-5, 10)), call('x', 'm', { zone: '10' }), false],
  ['header below a range', header(range(-5, 10)), call('x', 'm', { zone: '-6' }), false],
  ['no whole number in a range', header(range(0, 10)), call('x', 'm', { zone: '1.5' }), false],
  ['no number in a range', header(range(0, 10)), call('x', 'm', { zone: '' }), false],
  ['a number too long to compare', header(range(0, 10)), call('x', 'm', { zone: '0000000000000001' }), false],
  ['no number in a range, inverted', header(range(0, 10), true), call('x', 'm', { zone: 'x' }), true],
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

test('a domain chooses the virtual host, the most specific one first', () => {
  const hosts = [
    ['*'],
    ['com.demo.*'],
    ['com.demo.pay.*'],
    ['*.Echo:1.0'],
    ['*:1.0'],
    ['com.demo.Echo:2.0', 'com.demo.Ping'],
  ].map((domains): VirtualHost => {
    return { name: domains[0]!, domains, routes: [rule(domains[0]!, { method: exact('get') })] };
  });
  const routes = tableOf(...hosts);
  const name = (input: RouteInput): string | undefined => routes.match(input)?.name;
  const service = (text: string | undefined): string | undefined => name(call(text, 'get'));
  expect(service('com.demo.Echo:2.0')).toBe('com.demo.Echo:2.0');
  expect(service('com.demo.Ping')).toBe('com.demo.Echo:2.0');
  expect(service('com.demo.Echo:1.0')).toBe('*.Echo:1.0');
  expect(service('com.demo.Pong:1.0')).toBe('*:1.0');
  expect(service(':1.0')).toBe('*');
  expect(service('com.demo.pay.Card')).toBe('com.demo.pay.*');
  expect(service('com.demo.pay.')).toBe('com.demo.*');
  expect(service('com.demo.Card')).toBe('com.demo.*');
  expect(service('com.demo.')).toBe('*');
  expect(service('constructor')).toBe('*');
  expect(service(undefined)).toBe('*');
  // The header host comes first, and no other virtual host is asked if none of the chosen one's rules match.
  expect(name(call('com.demo.Ping', 'get', { host: 'x.Echo:1.0' }))).toBe('*.Echo:1.0');
  expect(name(call('com.demo.Ping', 'get', { host: null }))).toBe('com.demo.Echo:2.0');
  expect(name(call('com.demo.Ping', 'set'))).toBeUndefined();
});

test('without a virtual host for all, others have no route', () => {
  const routes = tableOf({ name: 'one', domains: ['a.B'], routes: [rule('r', {})] });
  expect(routes.match(call('a.B'))?.name).toBe('r');
  expect(routes.match(call('a.C'))).toBeNull();
  expect(routes.match(call(undefined))).toBeNull();
});

test('a look-up among 10,000 services or domains costs what one among 10 costs', () => {
  const make = (count: number): RouteTable =>
    table(
      ...Array.from({ length: count }, (_, i) => rule(`s${i}`, { service: exact(`com.demo.Service${i}`) })),
    );
  const spend = (routes: RouteTable, input: RouteInput): number => {
    const before = cpuMilliseconds();
    for (let i = 0; i < 20_000; i++) if (routes.match(input) === null) throw new Error('no route');
    return cpuMilliseconds() - before;
  };
  const makeHosts = (count: number): RouteTable =>
    tableOf(
      ...Array.from({ length: count }, (_, i) => {
        return { name: `h${i}`, domains: [`com.demo.Service${i}`], routes: [rule(`s${i}`, {})] };
      }),
    );
  const best = (routes: RouteTable, input: RouteInput): number =>
    Math.min(...Array.from({ length: 5 }, () => spend(routes, input)));
  for (const tableFor of [make, makeHosts]) {
    const few = best(tableFor(10), call('com.demo.Service9'));
    // A scan would cost a thousand times as much.
    expect(best(tableFor(10_000), call('com.demo.Service9999'))).toBeLessThan(few * 10 + 1);
  }
});
