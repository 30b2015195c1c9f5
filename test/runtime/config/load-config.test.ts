import { plainRule } from '../../../runtime/config/build-routes.js';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../runtime/config/config-error.js';
import { fileJsonSchema } from '../../../runtime/config/file-schema.js';
import { checkConfig, parseConfig } from '../../../runtime/config/load-config.js';
import type { Snapshot } from '../../../runtime/config/snapshot.js';
import { vocabulary } from './vocabulary.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';

function load(text: string): Snapshot {
  return checkConfig(parseConfig('/etc/proxy/egress.yaml', text), vocabulary);
}

const SMALLEST = `
listeners:
  - name: egress
    address: 127.0.0.1:12220
    protocol: bolt
    route_config: services
route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ["*"]
        routes:
          - match: { service: "com.demo.Echo:1.0" }
            route: { cluster: echo, timeout: 3s }
clusters:
  - name: echo
    hosts: [ { address: 127.0.0.1:12200 }, { address: "[::1]:12201", weight: 3, metadata: { group: blue } } ]
`;

test('the smallest file gets its defaults', () => {
  const watermarks = { high: 1024 * 1024, low: 512 * 1024 };
  const plain = plainRule('all/0', 'echo');
  expect(load(SMALLEST)).toEqual({
    listeners: [
      {
        name: 'egress',
        address: { host: '127.0.0.1', port: 12220 },
        mode: 0o600,
        tls: null,
        networkFilters: {},
        protocols: ['bolt'],
        routeConfig: 'services',
        metadata: {},
        fallback: null,
        maxFrame: 16 * 1024 * 1024,
        watermarks,
        maxConnections: 0,
        maxRequests: 10_000,
        deadlines: { firstBytes: 10_000, frame: 30_000, idle: 3_600_000 },
        filters: [],
      },
    ],
    routeConfigs: [
      {
        name: 'services',
        virtualHosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [
              {
                ...plain,
                match: { ...plain.match, service: { kind: 'exact', value: 'com.demo.Echo:1.0' } },
                timeout: 3_000,
              },
            ],
          },
        ],
      },
    ],
    clusters: [
      {
        name: 'echo',
        lb: 'round_robin',
        subsetFallback: 'none',
        localityWeights: null,
        panicThreshold: 0.5,
        slowStart: null,
        dns: null,
        healthCheck: null,
        outlier: null,
        hosts: [
          { address: { host: '127.0.0.1', port: 12200 }, weight: 1, priority: 0, locality: '', metadata: {} },
          {
            address: { host: '::1', port: 12201 },
            weight: 3,
            priority: 0,
            locality: '',
            metadata: { group: 'blue' },
          },
        ],
        tls: null,
        connectTimeout: 3_000,
        pool: null,
        maxConnections: 0,
        maxPendingRequests: 1_024,
        maxRequests: 10_000,
        maxRetries: 1_024,
        retryBudget: { percentage: 20, minRetries: 3 },
        maxRequestsPerConnection: 0,
        keepalive: { interval: 15_000, timeout: 1_000, failures: 2 },
        reconnect: { base: 100, max: 10_000 },
        idleTimeout: 600_000,
        watermarks,
      },
    ],
    admin: null,
    accessLog: null,
    tracing: null,
    codecs: [],
    drainTimeout: 30_000,
    watchdog: 1_000,
    overload: {
      shrinkHeap: 0.92,
      refuseRequests: 0.95,
      refuseConnections: 0.98,
      loopDelay: 2_000,
      maxQueued: 1024 ** 3,
    },
  });
});

test('everything can be said', () => {
  const snapshot = load(`
listeners:
  - name: egress
    address: "[::1]:0"
    protocol: [bolt, bolt2]
    route_config: services
    metadata: { zone: east }
    fallback: echo
    max_frame: 64KiB
    max_connections: 7
    max_requests: 8
    watermarks: { high: 64KiB, low: 1KiB }
    deadlines: { first_bytes: 250ms, frame: 1.5s, idle: 0s }
    filters: [ { name: picky, config: { limit: 3 } } ]
  - { name: any, address: "localhost:0", protocol: auto, route_config: services, watermarks: { high: 2KiB } }
route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ["*"]
        routes:
          - name: canary
            match:
              service: { prefix: com.demo. }
              method: { regex: "get.*" }
              headers:
                - { name: zone, exact: "" }
                - { name: user, prefix: x, invert: true }
                - { name: trace, regex: "[0-9a-f]+" }
                - { name: debug, present: true, invert: true }
            route: { weighted_clusters: [ { name: echo, weight: 1 }, { name: spare, weight: 0 } ] }
clusters:
  - name: echo
    lb: least_request
    hosts: []
    connect_timeout: 1s
    pool: pingpong
    max_connections: 4
    max_pending_requests: 9
    max_requests: 5
    max_requests_per_connection: 6
    max_retries: 7
    retry_budget: { percentage: 12.5, min_retries: 0 }
    idle_timeout: 0s
    keepalive: { enabled: false }
    reconnect: { base: 10ms, max: 20ms }
    watermarks: { high: 1MiB, low: 0B }
  - { name: spare, hosts: [], keepalive: { interval: 1s, timeout: 50ms, failures: 3 } }
admin: {}
access_log: { path: logs/access.log, buffer: 8KiB }
codecs: [ ../codecs/mine.js ]
drain_timeout: 5s
`);
  const [egress, any] = snapshot.listeners;
  expect(egress).toEqual({
    name: 'egress',
    address: { host: '::1', port: 0 },
    mode: 0o600,
    tls: null,
    networkFilters: {},
    protocols: ['bolt', 'bolt2'],
    routeConfig: 'services',
    metadata: { zone: 'east' },
    fallback: plainRule('fallback', 'echo'),
    maxFrame: 65_536,
    maxConnections: 7,
    maxRequests: 8,
    watermarks: { high: 65_536, low: 1_024 },
    deadlines: { firstBytes: 250, frame: 1_500, idle: 0 },
    filters: [{ name: 'picky', config: { limit: 3 } }],
  });
  expect(any).toMatchObject({ protocols: null, watermarks: { high: 2_048, low: 1_024 } });
  const plain = plainRule('canary', 'echo');
  expect(snapshot.routeConfigs[0]!.virtualHosts[0]!.routes[0]).toEqual({
    ...plain,
    match: {
      ...plain.match,
      service: { kind: 'prefix', value: 'com.demo.' },
      method: { kind: 'regex', value: 'get.*' },
      headers: [
        { name: 'zone', value: { kind: 'exact', value: '' }, invert: false },
        { name: 'user', value: { kind: 'prefix', value: 'x' }, invert: true },
        { name: 'trace', value: { kind: 'regex', value: '[0-9a-f]+' }, invert: false },
        { name: 'debug', value: null, invert: true },
      ],
    },
  });
  expect(snapshot.clusters[0]).toEqual({
    name: 'echo',
    lb: 'least_request',
    subsetFallback: 'none',
    localityWeights: null,
    panicThreshold: 0.5,
    slowStart: null,
    dns: null,
    healthCheck: null,
    outlier: null,
    hosts: [],
    tls: null,
    connectTimeout: 1_000,
    pool: 'pingpong',
    maxConnections: 4,
    maxPendingRequests: 9,
    maxRequests: 5,
    maxRetries: 7,
    retryBudget: { percentage: 12.5, minRetries: 0 },
    maxRequestsPerConnection: 6,
    keepalive: null,
    reconnect: { base: 10, max: 20 },
    idleTimeout: 0,
    watermarks: { high: 1024 * 1024, low: 0 },
  });
  expect(snapshot.clusters[1]!.keepalive).toEqual({ interval: 1_000, timeout: 50, failures: 3 });
  expect(snapshot.admin).toEqual({ address: { host: '127.0.0.1', port: 15000 }, allowRemote: false });
  expect(snapshot.accessLog).toEqual({ path: '/etc/proxy/logs/access.log', buffer: 8_192, format: null });
  expect(snapshot.codecs).toEqual(['/etc/codecs/mine.js']);
  expect(snapshot.drainTimeout).toBe(5_000);
});

test('a byte order mark and Windows line ends are no mistakes', () => {
  expect(load(`\ufeff${SMALLEST.replaceAll('\n', '\r\n')}`).clusters).toHaveLength(1);
});

test('the codecs of a file that is wrong elsewhere are known', () => {
  expect(parseConfig('/etc/proxy/x.yaml', 'codecs: [a.js, 3, /b.js]\nnonsense: 1').codecs).toEqual([
    '/etc/proxy/a.js',
    '/b.js',
  ]);
});

const levels = (count: number, open: string): string => open.repeat(count);
test.each([
  ['100,000 open brackets', levels(100_000, '['), 'nested over 100 levels deep'],
  ['100,000 open braces', levels(100_000, '{a: '), 'nested over 100 levels deep'],
  ['100,000 compact lists', levels(100_000, '- '), 'nested over 100 levels deep'],
  [
    '2,000 levels of indentation',
    Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
    'nested over 100',
  ],
  ['4 MiB and more', `#${'x'.repeat(4 * 1024 * 1024)}`, 'characters'],
  ['an alias bomb', 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]', 'an alias; write the value out'],
  ['a tab for indentation', 'listeners:\n\t- name: x', 'not YAML: '],
  ['bytes that are no text', '\u0000\u0001\u0002', 'expected a map of keys to values'],
])('%s: refused within 500 ms of processor time', (_, text, expected) => {
  const before = cpuMilliseconds();
  expect(() => load(text)).toThrow(expect.objectContaining({ name: 'ConfigError' }));
  expect(cpuMilliseconds() - before).toBeLessThan(500);
  expect(() => load(text)).toThrow(expected);
});

test('a flood of mistakes is cut short', () => {
  const keys = Array.from({ length: 1_000 }, (_, i) => `unknown${i}: 1`).join('\n');
  try {
    load(keys);
    expect.unreachable();
  } catch (error) {
    const { message, problems } = error as ConfigError;
    expect(problems.length).toBe(1_001);
    expect(message).toContain('1001 errors in /etc/proxy/egress.yaml, 951 of them not shown');
    expect(message.split('\n').length).toBeLessThan(300);
  }
});

test('a long line is shown around the mistake', () => {
  try {
    load(`{ ${'a'.repeat(500)}: 1, listeners: 3 }`);
    expect.unreachable();
  } catch (error) {
    const lines = (error as ConfigError).message.split('\n');
    const at = lines.findIndex((line) => line.includes('listeners: expected a list, found 3'));
    const [excerpt, carets] = [lines[at + 1]!, lines[at + 2]!];
    expect(excerpt.length).toBeLessThan(140);
    expect(excerpt[carets.indexOf('^')]).toBe('3');
  }
});

test('no object of the process is reached through keys', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).length;
  expect(() => load('__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }')).toThrow(
    ConfigError,
  );
  expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before);
});

test('the JSON Schema lists the keys and allows no others', () => {
  const keys = (schema: object): string[] => {
    const { properties, items, anyOf } = schema as {
      properties?: Record<string, object>;
      items?: object;
      anyOf?: object[];
    };
    return [
      ...Object.entries(properties ?? {}).flatMap(([key, inner]) => [key, ...keys(inner)]),
      ...(items === undefined ? [] : keys(items)),
      ...(anyOf ?? []).flatMap(keys),
    ];
  };
  const schema = fileJsonSchema();
  expect(schema['additionalProperties']).toBe(false);
  expect(keys(schema)).toEqual(
    expect.arrayContaining(['listeners', 'max_frame', 'weighted_clusters', 'keepalive', 'regex', 'metadata']),
  );
  expect(JSON.stringify(schema)).toContain('"default":"16MiB"');
});
