import { Status } from '@proto-frame/api';
import { expect, test } from 'vitest';
import { plainRule } from '../../../runtime/config/build-routes.js';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import type { RouteRule } from '../../../runtime/config/snapshot.js';
import { vocabulary } from './vocabulary.js';

/** The rules of a virtual host that has these routes. */
function rules(routes: string, more = ''): readonly RouteRule[] {
  const text = `
listeners: [{ name: egress, address: '127.0.0.1:0', protocol: bolt, route_config: services }]
route_configs: [{ name: services, virtual_hosts: [{ name: h, domains: ['a.*'], ${more} routes: [${routes}] }] }]
clusters: [{ name: echo, hosts: [] }, { name: other, hosts: [] }]
`;
  const snapshot = checkConfig(parseConfig('x.yaml', text), vocabulary);
  expect(snapshot.routeConfigs[0]!.virtualHosts[0]!.domains).toEqual(['a.*']);
  return snapshot.routeConfigs[0]!.virtualHosts[0]!.routes;
}

const plain = plainRule('h/0', 'echo');

test('what a route can match by', () => {
  const match = `
    service: { suffix: ':1.0' }, method: { contains: et }, group: { prefix: b }, version: { regex: '1.*' },
    path: /, listener_metadata: { zone: east, tier: { prefix: g } },
    headers: [
      { name: a, suffix: x }, { name: b, contains: x, invert: true }, { name: c, range: { start: -1, end: 5 } }
    ]`;
  const is = (kind: string, value: string): unknown => ({ kind, value });
  expect(rules(`{ match: { ${match} }, route: { cluster: echo } }`)[0]!.match).toEqual({
    service: is('suffix', ':1.0'),
    caller: null,
    method: is('contains', 'et'),
    group: is('prefix', 'b'),
    version: is('regex', '1.*'),
    path: is('exact', '/'),
    listenerMetadata: [
      { key: 'zone', value: is('exact', 'east') },
      { key: 'tier', value: is('prefix', 'g') },
    ],
    headers: [
      { name: 'a', value: is('suffix', 'x'), invert: false },
      { name: 'b', value: is('contains', 'x'), invert: true },
      { name: 'c', value: { kind: 'range', start: -1, end: 5 }, invert: false },
    ],
  });
});

test('where a route can lead', () => {
  const [weighted, named, direct] = rules(`
    { match: {}, route: {
      weighted_clusters: [
        { name: echo, weight: 3, metadata_match: { group: green } }, { name: other, weight: 1 }
      ],
      metadata_match: { group: blue, zone: { header: x-zone }, tier: { metadata: tier } },
      use_hash_policy: true,
      hash_policy: [{ header: user, terminal: true }, { source_ip: true }, { attribute: method }],
      mirror: { cluster: other }
    } },
    { match: {}, route: { cluster_header: to, mirror: { cluster: other, percentage: 2.5 } } },
    { match: {}, direct_response: { status: LIMIT_EXCEEDED, body: enough } }`);
  const own = [
    { key: 'zone', source: 'header', value: 'x-zone' },
    { key: 'tier', source: 'metadata', value: 'tier' },
  ];
  expect(weighted).toEqual({
    ...plain,
    clusters: [
      { name: 'echo', weight: 3, subset: [{ key: 'group', source: 'text', value: 'green' }, ...own] },
      { name: 'other', weight: 1, subset: [{ key: 'group', source: 'text', value: 'blue' }, ...own] },
    ],
    hashedClusters: true,
    hashPolicy: [
      { source: 'header', header: 'user', terminal: true },
      { source: 'source_ip', header: '', terminal: false },
      { source: 'method', header: '', terminal: false },
    ],
    mirror: { cluster: 'other', percentage: 100 },
  });
  expect(named).toMatchObject({
    clusterHeader: 'to',
    clusters: [{ name: '', weight: 1, subset: [] }],
    mirror: { cluster: 'other', percentage: 2.5 },
  });
  expect(direct).toEqual({
    ...plain,
    name: 'h/2',
    clusters: [],
    directResponse: { status: Status.LIMIT_EXCEEDED, body: 'enough' },
  });
});

test("edits of headers: the virtual host's come first", () => {
  const [both, host] = rules(
    `{ match: {}, route: { cluster: echo }, request_headers: { set: { a: '1' }, append: { b: '' } } },
     { match: {}, route: { cluster: echo } }`,
    'request_headers: { remove: [x] }, response_headers: { set: { y: z } },',
  );
  const removed = { remove: ['x'], set: [], append: [] };
  const set = { remove: [], set: [['y', 'z']], append: [] };
  expect(both).toMatchObject({
    requestHeaders: [removed, { remove: [], set: [['a', '1']], append: [['b', '']] }],
    responseHeaders: [set],
  });
  expect(host).toMatchObject({ requestHeaders: [removed], responseHeaders: [set] });
});

test('retries', () => {
  const [full, defaults, none] = rules(`
    { match: {}, route: { cluster: echo, timeout: 2s, retry: {
      num_retries: 3, on: [reset, timeout], statuses: [INTERNAL, UNKNOWN], idempotent: true,
      per_try_timeout: 500ms, back_off: { base: 0s, max: 1s } } } },
    { match: {}, route: { cluster: echo, retry: {} } },
    { match: {}, route: { cluster: echo, retry: { num_retries: 0 } } }`);
  expect(full!.retry).toEqual({
    numRetries: 3,
    on: ['reset', 'timeout'],
    statuses: [Status.INTERNAL, Status.UNKNOWN],
    idempotent: true,
    perTryTimeout: 500,
    backOff: { base: 0, max: 1_000 },
  });
  expect(defaults!.retry).toEqual({
    numRetries: 1,
    on: ['connect_failure'],
    statuses: [],
    idempotent: false,
    perTryTimeout: 0,
    backOff: { base: 25, max: 250 },
  });
  expect(none!.retry).toBeNull();
});
