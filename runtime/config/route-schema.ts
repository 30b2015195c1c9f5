import { z } from 'zod';
import {
  anyText,
  flag,
  name,
  percentage,
  statusName,
  stringKinds,
  stringMatch,
  text,
} from './schema-parts.js';
import { count, duration } from './units.js';

/** The shape of route_configs: which requests go where, and what is done to them on the way. */
const perFilterConfig = z
  .record(name, z.unknown(), { error: 'expected a map from names of filters to their configuration' })
  .prefault({})
  .describe("instead of the listener's configuration of these filters; false: the filter does not run");

const wholeNumber = z.int({ error: 'expected a whole number' });

const headerMatch = z.strictObject({
  name: text.describe('the key'),
  ...stringKinds,
  range: z
    .strictObject({
      start: wholeNumber.describe('the lowest value that matches'),
      end: wholeNumber.describe('the lowest value above that does not match any more'),
    })
    .optional()
    .describe('the value is a whole number, at least start and below end'),
  present: z.literal(true, { error: 'expected true' }).optional().describe('it has to be there'),
  invert: flag.prefault(false).describe('true: the condition must not hold'),
});

const match = z
  .strictObject({
    service: stringMatch.optional().describe('a string: exactly this service'),
    method: stringMatch.optional().describe('a string: exactly this method'),
    group: stringMatch.optional().describe('of the service, as the protocol or the header `group` says it'),
    version: stringMatch
      .optional()
      .describe('of the service, as the protocol or the header `version` says it'),
    path: stringMatch.optional().describe('as the header `path` says it; the dubbo filter shows `/`'),
    caller_name: stringMatch
      .optional()
      .describe("one of the names in the caller's certificate; a listener without trusted_ca knows none"),
    headers: z
      .array(headerMatch)
      .prefault([])
      .describe('all have to hold; each has one of exact, prefix, suffix, contains, regex, range, present'),
    listener_metadata: z
      .record(text, stringMatch, { error: 'expected a map from keys to what their values have to be' })
      .prefault({})
      .describe('what the listener that took the request says of itself under metadata'),
  })
  .describe('all that is given has to hold; {} takes every request');

const headerEdits = z
  .strictObject({
    set: z
      .record(text, anyText, { error: 'expected a map of strings' })
      .prefault({})
      .describe('takes the place of what stands under the key, or is added'),
    append: z
      .record(text, anyText, { error: 'expected a map of strings' })
      .prefault({})
      .describe('one more value under the key'),
    remove: z.array(text).prefault([]).describe('keys whose values are all taken out'),
  })
  .optional();

const requestHeaders = headerEdits.describe(
  'changes of what is sent to the host, in the order remove, set, append; nothing where a protocol has no headers',
);
const responseHeaders = headerEdits.describe('the same of replies of hosts');

const metadataMatch = z
  .record(
    text,
    z.union(
      [
        text,
        z.strictObject({
          header: text.optional().describe('what this header of the request says'),
          metadata: text.optional().describe('what a filter noted under this key'),
        }),
      ],
      { error: 'expected a string, { header: name } or { metadata: key }' },
    ),
    { error: 'expected a map from keys to values' },
  )
  .prefault({})
  .describe(
    'only hosts whose metadata says the same are asked; the cluster has subsets by these keys. One that a request has no value for is left out',
  );

const retry = z
  .strictObject({
    num_retries: count(0, 100).prefault(1).describe('after the first attempt'),
    on: z
      .array(
        z.enum(['connect_failure', 'reset', 'overload', 'timeout', 'codec_error'], {
          error: 'expected connect_failure, reset, overload, timeout or codec_error',
        }),
      )
      .prefault(['connect_failure'])
      .describe(
        'connect_failure: the host was not reached; overload: the host said OVERLOADED, or no connection to it was free; reset: its connection closed before the reply, which counts only if the request had not been sent, unless idempotent; timeout: per_try_timeout is over; codec_error: what it sent could not be read',
      ),
    statuses: z
      .array(statusName)
      .prefault([])
      .describe('replies with these are not handed on while an attempt is left'),
    idempotent: flag
      .prefault(false)
      .describe('true: the host may be asked again though it may have done what it was asked for'),
    per_try_timeout: duration(1).optional().describe('for one attempt; the timeout holds for all together'),
    back_off: z
      .strictObject({
        base: duration(0)
          .prefault('25ms')
          .describe('the longest pause before the first retry, doubled for each further one'),
        max: duration(0).prefault('250ms').describe('the longest pause at all'),
      })
      .prefault({})
      .describe('pauses are chosen evenly between nothing and the longest'),
  })
  .optional()
  .describe(
    'what to do when an attempt fails; oneway requests and those that had a reply are never repeated',
  );

const hashPolicy = z
  .strictObject({
    header: text.optional().describe("a header's value"),
    source_ip: z.literal(true, { error: 'expected true' }).optional().describe("the caller's address"),
    attribute: z
      .enum(['service', 'method'], { error: 'expected service or method' })
      .optional()
      .describe('what is called'),
    terminal: flag
      .prefault(false)
      .describe('true: those below only count if this one has no value for a request'),
  })
  .describe('exactly one of header, source_ip and attribute');

const action = z
  .strictObject({
    cluster: name.optional().describe('where requests go'),
    cluster_header: text
      .optional()
      .describe('requests go to the cluster that this header names; a caller can name any cluster'),
    weighted_clusters: z
      .array(
        z.strictObject({
          name: name.describe('of a cluster'),
          weight: count(0, 1_000_000).describe('its share is weight / sum of the weights'),
          metadata_match: metadataMatch,
        }),
      )
      .min(1, { error: 'expected at least one cluster' })
      .optional()
      .describe('where requests go, each cluster taking exactly its share; instead of cluster'),
    use_hash_policy: flag
      .prefault(false)
      .describe('true: requests with the same hash always go to the same of weighted_clusters'),
    metadata_match: metadataMatch,
    hash_policy: z
      .array(hashPolicy)
      .prefault([])
      .describe('what a request is known by again, for ring_hash and maglev: all in one hash'),
    timeout: duration(1)
      .optional()
      .describe('for a reply, if the request asks for none or a longer one; 60s if neither says so'),
    retry,
    mirror: z
      .strictObject({
        cluster: name.describe('where copies go; what it replies is dropped'),
        percentage: percentage.prefault(100).describe('of the requests of this route'),
      })
      .optional()
      .describe('copies of requests to another cluster; callers never notice'),
  })
  .describe('exactly one of cluster, weighted_clusters and cluster_header');

const route = z.strictObject({
  name: name.optional().describe('for metrics and logs; made from the position if left out'),
  match,
  route: action.optional(),
  direct_response: z
    .strictObject({
      status: statusName.describe('in words of the proxy; each protocol has its own number for it'),
      body: anyText.prefault('').describe('the text, where the protocol can carry one'),
    })
    .optional()
    .describe('no host is asked: the proxy answers by itself; instead of route'),
  request_headers: requestHeaders,
  response_headers: responseHeaders,
  per_filter_config: perFilterConfig,
});

export const routeConfig = z.strictObject({
  name,
  virtual_hosts: z
    .array(
      z.strictObject({
        name,
        domains: z
          .array(text)
          .min(1, { error: 'expected at least one domain' })
          .describe(
            "compared with the header `host` that a request has or a filter shows, else with its service: exactly, by '*.end' or 'begin.*'; '*' takes what no other takes. The most specific wins",
          ),
        routes: z.array(route).describe('the first that matches wins'),
        request_headers: requestHeaders,
        response_headers: responseHeaders,
        per_filter_config: perFilterConfig,
      }),
    )
    .min(1, { error: 'expected at least one virtual host' }),
});

export type RouteConfigFile = z.output<typeof routeConfig>;
export type VirtualHostFile = RouteConfigFile['virtual_hosts'][number];
export type RouteFile = VirtualHostFile['routes'][number];
