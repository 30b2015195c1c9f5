import { Status } from '@proto-frame/api';
import type {
  HashPolicyConfig,
  HeaderEdits,
  HeaderMatch,
  RetryConfig,
  RouteConfig,
  RouteMatch,
  RouteRule,
  StringMatch,
  SubsetMatch,
  WeightedCluster,
} from './route-snapshot.js';
import type { RouteConfigFile, RouteFile, VirtualHostFile } from './route-schema.js';
import type { StringMatchFile } from './schema-parts.js';

type ActionFile = NonNullable<RouteFile['route']>;
type HeaderFile = RouteFile['match']['headers'][number];

export function buildRouteConfig(config: RouteConfigFile): RouteConfig {
  return {
    name: config.name,
    virtualHosts: config.virtual_hosts.map((host) => ({
      name: host.name,
      domains: host.domains,
      routes: host.routes.map((route, i) => buildRule(route, `${host.name}/${i}`, host)),
    })),
  };
}

/** A rule that sends everything to one cluster. */
export function plainRule(name: string, cluster: string): RouteRule {
  return {
    name,
    match: {
      service: null,
      method: null,
      group: null,
      version: null,
      path: null,
      caller: null,
      headers: [],
      listenerMetadata: [],
    },
    clusters: [{ name: cluster, weight: 1, subset: [] }],
    clusterHeader: null,
    hashedClusters: false,
    directResponse: null,
    timeout: 0,
    retry: null,
    hashPolicy: [],
    mirror: null,
    requestHeaders: [],
    responseHeaders: [],
    perFilterConfig: {},
  };
}

function buildRule(rule: RouteFile, defaultName: string, host: VirtualHostFile): RouteRule {
  const { route: action, direct_response: direct } = rule;
  return {
    name: rule.name ?? defaultName,
    match: buildMatch(rule.match),
    clusters: action === undefined ? [] : buildTargets(action),
    clusterHeader: action?.cluster_header ?? null,
    hashedClusters: action?.use_hash_policy ?? false,
    directResponse: direct === undefined ? null : { status: Status[direct.status], body: direct.body },
    timeout: action?.timeout ?? 0,
    retry: buildRetry(action?.retry),
    hashPolicy: (action?.hash_policy ?? []).map(buildHashPolicy),
    mirror: action?.mirror ?? null,
    requestHeaders: buildEdits(host.request_headers, rule.request_headers),
    responseHeaders: buildEdits(host.response_headers, rule.response_headers),
    perFilterConfig: { ...host.per_filter_config, ...rule.per_filter_config },
  };
}

function buildMatch(match: RouteFile['match']): RouteMatch {
  return {
    service: buildOptional(match.service),
    method: buildOptional(match.method),
    group: buildOptional(match.group),
    version: buildOptional(match.version),
    path: buildOptional(match.path),
    caller: buildOptional(match.caller_name),
    headers: match.headers.map(buildHeaderMatch),
    listenerMetadata: Object.entries(match.listener_metadata).map(([key, value]) => ({
      key,
      value: buildStringMatch(value),
    })),
  };
}

/** A list with a single cluster that takes anything is a plain cluster. */
function buildTargets(action: ActionFile): readonly WeightedCluster[] {
  if (action.weighted_clusters !== undefined) {
    return action.weighted_clusters
      .filter((cluster) => cluster.weight > 0)
      .map(({ name, weight, metadata_match: own }) => {
        return { name, weight, subset: buildSubset({ ...action.metadata_match, ...own }) };
      });
  }
  return [{ name: action.cluster ?? '', weight: 1, subset: buildSubset(action.metadata_match) }];
}

function buildSubset(match: ActionFile['metadata_match']): SubsetMatch[] {
  return Object.entries(match).map(([key, from]) => {
    if (typeof from === 'string') return { key, source: 'text', value: from };
    if (from.header !== undefined) return { key, source: 'header', value: from.header };
    return { key, source: 'metadata', value: from.metadata ?? '' };
  });
}

function buildRetry(retry: ActionFile['retry']): RetryConfig | null {
  if (retry === undefined || retry.num_retries === 0) return null;
  return {
    numRetries: retry.num_retries,
    on: retry.on,
    statuses: retry.statuses.map((name) => Status[name]),
    idempotent: retry.idempotent,
    perTryTimeout: retry.per_try_timeout ?? 0,
    backOff: retry.back_off,
  };
}

function buildHashPolicy(policy: ActionFile['hash_policy'][number]): HashPolicyConfig {
  const { header, attribute, terminal } = policy;
  if (header !== undefined) return { source: 'header', header, terminal };
  return { source: attribute ?? 'source_ip', header: '', terminal };
}

function buildEdits(...all: (VirtualHostFile['request_headers'] | undefined)[]): HeaderEdits[] {
  return all.flatMap((edits) =>
    edits === undefined
      ? []
      : [{ remove: edits.remove, set: Object.entries(edits.set), append: Object.entries(edits.append) }],
  );
}

function buildOptional(match: StringMatchFile | undefined): StringMatch | null {
  return match === undefined ? null : buildStringMatch(match);
}

export function buildStringMatch(match: StringMatchFile): StringMatch {
  if (typeof match === 'string') return { kind: 'exact', value: match };
  for (const kind of ['exact', 'prefix', 'suffix', 'contains', 'regex'] as const) {
    const value = match[kind];
    if (value !== undefined) return { kind, value };
  }
  return { kind: 'prefix', value: '' };
}

function buildHeaderMatch(header: HeaderFile): HeaderMatch {
  const { name, invert, present, range, ...kinds } = header;
  if (present === true) return { name, value: null, invert };
  if (range !== undefined) return { name, value: { kind: 'range', ...range }, invert };
  return { name, value: buildStringMatch(kinds), invert };
}
