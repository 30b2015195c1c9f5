import { statusName } from '@proto-frame/api';
import { HIJACK_REASONS } from '../observe/hijack-reason.js';
import { type Histogram, LATENCY_BOUNDS } from '../observe/histogram.js';
import type { ConfigStats } from '../observe/config-stats.js';
import type { DownstreamStats, Metrics, UpstreamStats } from '../observe/metrics.js';
import type { ProcessStats } from '../observe/process-stats.js';
import type { LatencyStats, ListenerStats, LiveStats, ReloadStats, TrafficStats } from './live/stats.js';
import type { ClusterStatus, ListenerStatus } from './status.js';

/** What the figures are taken from. */
export interface LiveSource {
  readonly metrics: Metrics;
  readonly process: ProcessStats;
  readonly ready: boolean;
  readonly listeners: readonly ListenerStatus[];
  readonly clusters: readonly ClusterStatus[];
}

/** The counters as the live page reads them. */
export function liveStats(source: LiveSource): LiveStats {
  const { metrics, process: own } = source;
  return {
    time: Date.now(),
    pid: process.pid,
    ready: source.ready,
    uptime_seconds: own.uptimeSeconds,
    resident_bytes: own.residentBytes,
    heap_bytes: own.heapBytes,
    cpu_seconds: own.cpuSeconds,
    config: reloadStats(metrics.config),
    workers: [],
    latency_bounds_ms: LATENCY_BOUNDS,
    listeners: source.listeners.map((status) => listenerStats(status, metrics.listener(status.name))),
    clusters: source.clusters.map((status) => ({
      ...status,
      ...traffic(metrics.cluster(status.name), status.requests_active),
      hosts: status.hosts.map((host) => ({
        ...host,
        ...traffic(metrics.host(status.name, host.address), host.requests_active),
      })),
    })),
    errors: source.listeners
      .flatMap(({ name }) =>
        metrics
          .listener(name)
          .errors.list()
          .map((error) => ({ listener: name, ...error })),
      )
      .sort((a, b) => b.time - a.time),
  };
}

/** How the configuration fared, as the live page reads it. */
export function reloadStats(config: ConfigStats): ReloadStats {
  const { reloads, failures, lastError } = config;
  return {
    loaded_at: config.loadedAt,
    reloads,
    failures,
    last_error: lastError,
    last_error_at: lastError === null ? null : config.lastErrorAt,
  };
}

function listenerStats(status: ListenerStatus, stats: DownstreamStats): ListenerStats {
  const hijacks: Record<string, number> = {};
  HIJACK_REASONS.forEach((reason, i) => {
    if (stats.hijacks[i]! > 0) hijacks[reason] = stats.hijacks[i]!;
  });
  return { ...status, ...traffic(stats, status.requests_active), hijacks };
}

/** @param active requests under way, which the counters of a listener that was replaced may not tell */
function traffic(stats: DownstreamStats | UpstreamStats, active: number): TrafficStats {
  const responses: Record<string, number> = {};
  for (const [status, count] of stats.responses) responses[statusName(status)] = count;
  return {
    connections: stats.connectionsActive,
    requests_active: active,
    requests: stats.requests + stats.oneway,
    responses,
    received_bytes: stats.bytesReceived,
    sent_bytes: stats.bytesSent,
    latency: latency(stats.latency),
  };
}

function latency({ buckets, sum, count }: Histogram): LatencyStats {
  return { buckets: [...buckets], sum_ms: sum, count };
}
