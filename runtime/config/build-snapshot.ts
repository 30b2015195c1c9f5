import { resolve } from 'node:path';
import { buildHealth } from './build-health.js';
import { buildRouteConfig, plainRule } from './build-routes.js';
import { buildClusterTls, buildListenerTls } from './build-tls.js';
import type { ConfigFile } from './file-schema.js';
import type { ClusterConfig, ListenerConfig, Snapshot, Watermarks } from './snapshot.js';

/** Permissions of a unix socket. */
const OWN_USER = 0o600;

/**
 * The snapshot of a file that passed all checks.
 *
 * @param directory paths in the file are relative to it
 */
export function buildSnapshot(file: ConfigFile, directory: string): Snapshot {
  return {
    listeners: file.listeners.map((listener) => buildListener(listener, directory)),
    routeConfigs: file.route_configs.map(buildRouteConfig),
    clusters: file.clusters.map((cluster) => buildCluster(cluster, directory)),
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
    watchdog: file.watchdog,
    overload: {
      shrinkHeap: file.overload.shrink_heap / 100,
      refuseRequests: file.overload.refuse_requests / 100,
      refuseConnections: file.overload.refuse_connections / 100,
      loopDelay: file.overload.loop_delay,
      maxQueued: file.overload.max_queued,
    },
  };
}

function buildListener(listener: ConfigFile['listeners'][number], directory: string): ListenerConfig {
  const { protocol, deadlines } = listener;
  return {
    name: listener.name,
    address: listener.address,
    mode: listener.mode ?? OWN_USER,
    tls: buildListenerTls(listener.tls, directory),
    networkFilters: listener.network_filters,
    protocols: protocol === 'auto' ? null : typeof protocol === 'string' ? [protocol] : protocol,
    routeConfig: listener.route_config,
    metadata: listener.metadata,
    fallback: listener.fallback === undefined ? null : plainRule('fallback', listener.fallback),
    maxFrame: listener.max_frame,
    watermarks: buildWatermarks(listener.watermarks),
    maxConnections: listener.max_connections,
    maxRequests: listener.max_requests,
    deadlines: { firstBytes: deadlines.first_bytes, frame: deadlines.frame, idle: deadlines.idle },
    filters: listener.filters.map(({ name, config }) => ({ name, config })),
  };
}

function buildWatermarks({ high, low }: ConfigFile['listeners'][number]['watermarks']): Watermarks {
  return { high, low: low ?? Math.floor(high / 2) };
}

function buildCluster(cluster: ConfigFile['clusters'][number], directory: string): ClusterConfig {
  const { interval, timeout, failures, enabled } = cluster.keepalive;
  const budget = cluster.retry_budget;
  const start = cluster.slow_start;
  return {
    name: cluster.name,
    lb: cluster.lb,
    subsetFallback: cluster.subset_fallback,
    localityWeights: cluster.locality_weights ?? null,
    panicThreshold: cluster.panic_threshold / 100,
    slowStart:
      start === undefined
        ? null
        : { window: start.window, aggression: start.aggression, least: start.least / 100 },
    hosts: cluster.hosts,
    ...buildHealth(cluster),
    tls: buildClusterTls(cluster.tls, directory),
    connectTimeout: cluster.connect_timeout,
    pool: cluster.pool === 'protocol' ? null : cluster.pool,
    maxConnections: cluster.max_connections ?? 0,
    maxPendingRequests: cluster.max_pending_requests,
    maxRequests: cluster.max_requests,
    maxRetries: cluster.max_retries,
    retryBudget: { percentage: budget.percentage, minRetries: budget.min_retries },
    maxRequestsPerConnection: cluster.max_requests_per_connection,
    keepalive: enabled ? { interval, timeout, failures } : null,
    reconnect: cluster.reconnect,
    idleTimeout: cluster.idle_timeout,
    watermarks: buildWatermarks(cluster.watermarks),
  };
}
