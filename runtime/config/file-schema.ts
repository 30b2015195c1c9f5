import { z } from 'zod';
import { compileLogFormat } from '../observe/log-format.js';
import { balancing } from './balancing-schema.js';
import { health } from './health-schema.js';
import { networkFilters } from './network-schema.js';
import { routeConfig } from './route-schema.js';
import { anyText, flag, name, percentage, stringMap, text } from './schema-parts.js';
import { clusterTls, listenerTls } from './tls-schema.js';
import { address, count, duration, permissions, size } from './units.js';

/**
 * The shape of the configuration file: which keys there are, of what kind, and what holds if they are left
 * out. What one part says of another (names, sums, order) is checked in check-references.ts. Every key here
 * does something; the JSON Schema that editors use is made from it.
 */
const logFormat = text.superRefine((template, context) => {
  try {
    compileLogFormat(template);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
});

const watermarks = z
  .strictObject({
    high: size(1024, 1024 ** 3)
      .prefault('1MiB')
      .describe('at so many queued bytes the other side is no longer read'),
    low: size(0, 1024 ** 3)
      .optional()
      .describe('at so few queued bytes it is read again; half of high if left out'),
  })
  .prefault({})
  .describe('how much may be queued for a peer that does not keep up');

/** So many processes at most. */
export const MOST_WORKERS = 256;

const listener = z.strictObject({
  name: name.describe('for metrics and logs'),
  address: address(0).describe(
    'host:port to listen on, port 0 takes a free one and prints it; or unix:/path of a socket',
  ),
  mode: permissions()
    .optional()
    .describe('who may connect to a unix socket, such as "0660"; left out: "0600", our own user'),
  tls: listenerTls.optional(),
  network_filters: networkFilters,
  protocol: z
    .union([name, z.array(name).min(1, { error: 'expected at least one protocol' })], {
      error: 'expected a protocol, a list of them, or auto',
    })
    .describe(
      'one protocol; a list, of which the first bytes of a connection decide; or auto: all that are loaded',
    ),
  route_config: name.describe('which of route_configs routes the requests'),
  metadata: stringMap.prefault({}).describe('what routes can ask for by listener_metadata'),
  fallback: name
    .optional()
    .describe(
      'a cluster to which connections are handed that speak none of the protocols; left out: they are closed',
    ),
  max_frame: size(64, 1024 ** 3)
    .prefault('16MiB')
    .describe("a larger frame closes its connection; the protocol's own limit holds as well"),
  max_connections: count(0)
    .prefault(0)
    .describe(
      'at a time, more are closed at once; 0: 45 % of the file descriptor limit, shared by all listeners',
    ),
  max_requests: count(1).prefault(10_000).describe('under way at a time; more are answered as overloaded'),
  watermarks,
  deadlines: z
    .strictObject({
      first_bytes: duration(0).prefault('10s').describe('from accept until the protocol is known'),
      frame: duration(0).prefault('30s').describe("from a frame's first byte to its last"),
      idle: duration(0).prefault('1h').describe('without a request; heartbeats do not count'),
    })
    .prefault({})
    .describe('what a connection may take; 0s: no limit'),
  filters: z
    .array(
      z.strictObject({
        name: name.describe('such as header_rewrite'),
        config: z
          .unknown()
          .optional()
          .describe('what the filter itself asks for; some need none and run where a route configures them'),
      }),
    )
    .prefault([])
    .describe('run on requests in this order, on replies in reverse'),
});

const cluster = z.strictObject({
  name,
  ...balancing,
  ...health,
  hosts: z
    .array(
      z.strictObject({
        address: address(1).describe('host:port, or unix:/path of a socket'),
        weight: count(1, 128).prefault(1).describe("the host's share, relative to the others'"),
        priority: count(0, 16)
          .prefault(0)
          .describe('hosts of a greater number get requests where too many of a smaller one are unhealthy'),
        locality: anyText.prefault('').describe('where it is, such as a zone; for locality_weights'),
        metadata: z
          .record(text, text, { error: 'expected a map of strings' })
          .prefault({})
          .describe('shown by the admin port'),
      }),
    )
    .describe('none: every request is answered with an error'),
  tls: clusterTls.optional(),
  connect_timeout: duration(1).prefault('3s').describe('until requests can be sent, TLS included'),
  pool: z
    .enum(['protocol', 'pingpong', 'binding'], { error: 'expected protocol, pingpong or binding' })
    .prefault('protocol')
    .describe(
      'how requests use connections. protocol: as theirs asks for; pingpong: one request at a time on each; binding: one connection for each caller, frames go both ways as they are',
    ),
  max_connections: count(1, 65_535)
    .optional()
    .describe('to each host; 1 where requests share connections, 1024 where they do not'),
  max_pending_requests: count(0)
    .prefault(1_024)
    .describe('that wait for a connection where requests do not share them; more are answered as overloaded'),
  max_requests: count(1).prefault(10_000).describe('under way at a time; more are answered as overloaded'),
  max_retries: count(0)
    .prefault(1_024)
    .describe('retries under way at a time, pauses before them included; further failures are answered'),
  retry_budget: z
    .strictObject({
      percentage: percentage.prefault(20).describe('of the requests under way'),
      min_retries: count(0).prefault(3).describe('so many however few requests are under way'),
    })
    .prefault({})
    .describe('how many requests under way may be retries, so that they never drown a cluster in trouble'),
  max_requests_per_connection: count(0)
    .prefault(0)
    .describe('after so many a connection takes no new ones and closes when they are done; 0: no limit'),
  idle_timeout: duration(0)
    .prefault('10m')
    .describe('a connection without requests is closed after this time; 0s: never'),
  keepalive: z
    .strictObject({
      enabled: flag.prefault(true).describe('false: no heartbeats are sent'),
      interval: duration(10).prefault('15s').describe('between two heartbeats'),
      timeout: duration(1).prefault('1s').describe('for the answer to one'),
      failures: count(1, 100).prefault(2).describe('so many in a row close the connection'),
    })
    .prefault({})
    .describe(
      "heartbeats of the protocol's own on every upstream connection; where requests have ids also when one was given up",
    ),
  reconnect: z
    .strictObject({
      base: duration(1).prefault('100ms').describe('after the first failure, doubled after each further one'),
      max: duration(1).prefault('10s').describe('at most'),
    })
    .prefault({})
    .describe('the pause after a failed connect, with jitter'),
  watermarks,
});

export const fileSchema = z
  .strictObject({
    listeners: z.array(listener).min(1, { error: 'expected at least one listener' }),
    route_configs: z.array(routeConfig).prefault([]),
    clusters: z.array(cluster).prefault([]),
    admin: z
      .strictObject({
        address: address(0).prefault('127.0.0.1:15000'),
        allow_remote: flag
          .prefault(false)
          .describe('true: address may be another than loopback. There is no password'),
      })
      .optional()
      .describe('readiness, metrics and state over HTTP'),
    access_log: z
      .strictObject({
        path: text.describe('of the file, relative to this one; stdout: standard output'),
        buffer: size(4096, 1024 ** 3)
          .prefault('1MiB')
          .describe('what may wait for the disk; what comes on top is dropped and counted'),
        format: logFormat
          .optional()
          .describe(
            'a template such as %START_TIME% %SERVICE% %REQ(user)% %STATUS% %DURATION%; JSON if left out',
          ),
      })
      .optional()
      .describe('a line for every request'),
    tracing: z
      .strictObject({
        module: text.describe(
          'a JavaScript module, relative to this file, that registers an OpenTelemetry tracer provider when it is loaded; what it exports as shutdown is called at the end',
        ),
      })
      .optional()
      .describe('one span for every request'),
    codecs: z
      .array(text)
      .prefault([])
      .describe('JavaScript modules with further protocols, relative to this file'),
    workers: z
      .union([z.literal('auto'), count(0, MOST_WORKERS)], { error: 'expected auto or a number of workers' })
      .optional()
      .describe(
        'processes that share the work, under a supervisor that replaces those that die; auto or 0: one for each core; left out: one process without a supervisor. Limits hold for each worker',
      ),
    watchdog: duration(0)
      .prefault('1s')
      .describe('a worker whose event loop stands still for so long is replaced; 0s: never'),
    overload: z
      .strictObject({
        shrink_heap: percentage.prefault(92).describe('caches are let go and garbage is collected'),
        refuse_requests: percentage.prefault(95).describe('new requests are answered as overloaded'),
        refuse_connections: percentage.prefault(98).describe('new connections are closed'),
        loop_delay: duration(0)
          .prefault('2s')
          .describe('requests are refused while the event loop is this late; 0s: however late it is'),
        max_queued: size(0, 1024 ** 4)
          .prefault('1GiB')
          .describe('so many bytes queued for peers, of all connections, count as a full heap; 0: no limit'),
      })
      .prefault({})
      .describe("what is done as so many percent of V8's heap (--max-old-space-size) are in use"),
    drain_timeout: duration(0)
      .prefault('30s')
      .describe('how long requests under way may take to finish after SIGTERM'),
  })
  .describe('Configuration of proto-frame-proxy');

/** The file as written, once its shape is right and defaults are filled in. */
export type ConfigFile = z.output<typeof fileSchema>;

/** The JSON Schema (2020-12) of the file, for editors. */
export function fileJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(fileSchema, { io: 'input' });
}
