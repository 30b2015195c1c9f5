import { resolve } from 'node:path';
import type { ConfigFile, StringMatchFile } from './file-schema.js';
import type {
  ClusterConfig,
  HeaderMatch,
  ListenerConfig,
  PerFilterConfig,
  RouteConfig,
  RouteRule,
  Snapshot,
  StringMatch,
  Watermarks,
  WeightedCluster,
} from './snapshot.js';

/**
 * The snapshot of a file that passed all checks.
 *
 * @param directory paths in the file are relative to it
 */
export function buildSnapshot(file: ConfigFile, directory: string): Snapshot {
  return {
    listeners: file.listeners.map(buildListener),
    routeConfigs: file.route_configs.map(buildRouteConfig),
    clusters: file.clusters.map(buildCluster),
    admin:
      file.admin === undefined ? null : { address: file.admin.address, allowRemote: file.admin.allow_remote },
    accessLog:
      file.access_log === undefined
        ? null
        : {
            path: file.access_log.path === 'stdout' ? null : resolve(directory, file.access_log.path),
            buffer: file.access_log.buffer,
            format: file.access_log.format ?? null,
          },
    tracing: file.tracing === undefined ? null : { module: resolve(directory, file.tracing.module) },
    codecs: file.codecs.map((path) => resolve(directory, path)),
    drainTimeout: file.drain_timeout,
  };
}

function buildListener(listener: ConfigFile['listeners'][number]): ListenerConfig {
  const { protocol, deadlines } = listener;
  return {
    name: listener.name,
    address: listener.address,
    protocols: protocol === 'auto' ? null : typeof protocol === 'string' ? [protocol] : protocol,
    routeConfig: listener.route_config,
    fallback:
      listener.fallback === undefined
        ? null
        : fallbackRule(listener.fallback),
    maxFrame: listener.max_frame,
    watermarks: buildWatermarks(listener.watermarks),
    maxConnections: listener.max_connections,
    maxRequests: listener.max_requests,
    deadlines: { firstBytes: deadlines.first_bytes, frame: deadlines.frame, idle: deadlines.idle },
    filters: listener.filters.map(({ name, config }) => ({ name, config })),
  };
}

/** Everything to one cluster. */
function fallbackRule(cluster: string): RouteRule {
  return {
    name: 'fallback',
    match: { service: null, method: null, headers: [] },
    clusters: [{ name: cluster, weight: 1 }],
    timeout: 0,
    perFilterConfig: {},
  };
}

function buildWatermarks({ high, low }: ConfigFile['listeners'][number]['watermarks']): Watermarks {
  return { high, low: low ?? Math.floor(high / 2) };
}

function buildCluster(cluster: ConfigFile['clusters'][number]): ClusterConfig {
  const { interval, timeout, failures, enabled } = cluster.keepalive;
  return {
    name: cluster.name,
    lb: cluster.lb,
    hosts: cluster.hosts,
    connectTimeout: cluster.connect_timeout,
    pool: cluster.pool === 'protocol' ? null : cluster.pool,
    maxConnections: cluster.max_connections ?? 0,
    maxPendingRequests: cluster.max_pending_requests,
    maxRequests: cluster.max_requests,
    maxRequestsPerConnection: cluster.max_requests_per_connection,
    keepalive: enabled ? { interval, timeout, failures } : null,
    reconnect: cluster.reconnect,
    idleTimeout: cluster.idle_timeout,
    watermarks: buildWatermarks(cluster.watermarks),
  };
}

function buildRouteConfig(config: ConfigFile['route_configs'][number]): RouteConfig {
  return {
    name: config.name,
    virtualHosts: config.virtual_hosts.map((host) => ({
      name: host.name,
      domains: host.domains,
      routes: host.routes.map((route, i) => buildRule(route, `${host.name}/${i}`, host.per_filter_config)),
    })),
  };
}

type RouteFile = ConfigFile['route_configs'][number]['virtual_hosts'][number]['routes'][number];

function buildRule(rule: RouteFile, defaultName: string, hostFilters: PerFilterConfig): RouteRule {
  const { match, route } = rule;
  return {
    name: rule.name ?? defaultName,
    match: {
      service: match.service === undefined ? null : buildStringMatch(match.service),
      method: match.method === undefined ? null : buildStringMatch(match.method),
      headers: match.headers.map(buildHeaderMatch),
    },
    clusters: buildTargets(route),
    timeout: route.timeout ?? 0,
    perFilterConfig: { ...hostFilters, ...rule.per_filter_config },
  };
}

/** A list with a single cluster that takes anything is a plain cluster. */
function buildTargets(route: RouteFile['route']): readonly WeightedCluster[] {
  if (route.weighted_clusters === undefined) return [{ name: route.cluster ?? '', weight: 1 }];
  return route.weighted_clusters.filter((cluster) => cluster.weight > 0);
}

function buildStringMatch(match: StringMatchFile): StringMatch {
  if (typeof match === 'string') return { kind: 'exact', value: match };
  if (match.exact !== undefined) return { kind: 'exact', value: match.exact };
  if (match.prefix !== undefined) return { kind: 'prefix', value: match.prefix };
  return { kind: 'regex', value: match.regex ?? '' };
}

function buildHeaderMatch(header: RouteFile['match']['headers'][number]): HeaderMatch {
  const { name, invert, exact, prefix, regex, present } = header;
  if (present === true) return { name, value: null, invert };
  const given = {
    ...(exact !== undefined && { exact }),
    ...(prefix !== undefined && { prefix }),
    ...(regex !== undefined && { regex }),
  };
  return { name, value: buildStringMatch(given), invert };
}
