import { statusName } from '@proto-frame/api';
import { Counter, Gauge, Registry } from 'prom-client';
import type { AccessLog } from './access-log.js';
import type { BoundedMap } from './bounded-map.js';
import type { CertificateStats } from './certificate-stats.js';
import { boundedHosts, countHosts, type HostHealth } from './host-health.js';
import { HIJACK_REASONS } from './hijack-reason.js';
import { type Histogram, LATENCY_BOUNDS } from './histogram.js';
import { type Distribution, HistogramSeries, type Scale } from './histogram-series.js';
import type { ConfigStats } from './config-stats.js';
import type { DownstreamStats, Metrics, ProtocolStats, UpstreamStats } from './metrics.js';
import type { OverloadStats } from './overload-stats.js';
import type { ProcessStats } from './process-stats.js';
import { SIZE_BOUNDS } from './size-histogram.js';
import type { StatusCounts } from './status-counts.js';

const MILLISECONDS: Scale = { bounds: LATENCY_BOUNDS, unit: 1_000 };
const BYTES: Scale = { bounds: SIZE_BOUNDS, unit: 1 };

/** So long a scrape may work before others have a turn, in ms. */
const SHARE_MS = 5;

/** Authorities' files may hold hundreds. */
const MOST_CERTIFICATES = 1_000;

type Labels = Readonly<Record<string, string>>;
/** One number of a series. */
type Sample = (labels: Labels, value: number) => void;
/** Column: name without prefix, help, how to read it off `T`. */
type Column<T> = readonly [name: string, help: string, read: (stats: T) => number];

const DOWNSTREAM_COUNTERS: readonly Column<DownstreamStats>[] = [
  ['connections_total', 'Connections accepted', (s) => s.connectionsTotal],
  ['connections_refused_total', 'Connections over max_connections', (s) => s.connectionsRefused],
  ['connections_denied_total', 'Connections from addresses that may not connect', (s) => s.connectionsDenied],
  ['connections_limited_total', 'Connections over connection_rate', (s) => s.connectionsLimited],
  ['tls_handshakes_total', 'TLS handshakes that ended well', (s) => s.tlsHandshakes],
  ['tls_failures_total', 'TLS handshakes that broke off, and first bytes of none', (s) => s.tlsFailures],
  ['tls_timeouts_total', 'TLS handshakes that took too long', (s) => s.tlsTimeouts],
  ['tls_rejected_total', 'Callers whose certificate was not accepted', (s) => s.tlsRejected],
  ['tls_refused_total', 'TLS handshakes not begun because too many others waited', (s) => s.tlsRefused],
  ['protocol_unknown_total', 'Connections whose first bytes no protocol matched', (s) => s.protocolUnknown],
  [
    'first_bytes_timeouts_total',
    'Connections closed before a protocol was known',
    (s) => s.firstBytesTimeouts,
  ],
  ['frame_timeouts_total', 'Connections closed over an incomplete frame', (s) => s.frameTimeouts],
  ['idle_timeouts_total', 'Connections closed because they were idle', (s) => s.idleTimeouts],
  ['requests_total', 'Requests that expect a reply', (s) => s.requests],
  ['oneway_total', 'Requests without a reply', (s) => s.oneway],
  ['request_timeouts_total', 'Requests answered because the time was up', (s) => s.timeouts],
  ['cancels_total', 'Requests whose caller went away first', (s) => s.cancels],
  ['heartbeats_total', 'Heartbeats answered', (s) => s.heartbeats],
  ['goaways_sent_total', 'Goaways sent to callers', (s) => s.goawaysSent],
  ['pauses_total', 'Times a side was no longer read because of the high watermark', (s) => s.pauses],
  ['received_bytes_total', 'Bytes from callers', (s) => s.bytesReceived],
  ['sent_bytes_total', 'Bytes to callers', (s) => s.bytesSent],
];
const DOWNSTREAM_GAUGES: readonly Column<DownstreamStats>[] = [
  ['connections_active', 'Connections open', (s) => s.connectionsActive],
  ['tls_handshakes_active', 'Callers whose TLS handshake has not ended', (s) => s.tlsActive],
  ['requests_active', 'Requests under way', (s) => s.requestsActive],
  ['buffered_bytes', 'Bytes queued for callers', (s) => s.bufferedBytes],
];
const UPSTREAM_COUNTERS: readonly Column<UpstreamStats>[] = [
  ['connections_total', 'Connections opened', (s) => s.connectionsTotal],
  ['connect_failures_total', 'Connects refused or broken', (s) => s.connectFailures],
  ['connect_timeouts_total', 'Connects that took longer than connect_timeout', (s) => s.connectTimeouts],
  ['requests_total', 'Requests that expect a reply', (s) => s.requests],
  ['oneway_total', 'Requests without a reply', (s) => s.oneway],
  ['request_timeouts_total', 'Requests without a reply in time', (s) => s.timeouts],
  ['resets_total', 'Requests whose connection closed before the reply', (s) => s.resets],
  ['overflows_total', 'Requests over max_requests', (s) => s.overflows],
  ['late_replies_total', 'Replies after their request had ended, dropped', (s) => s.lateReplies],
  ['unknown_replies_total', 'Replies to no request; each closed its connection', (s) => s.unknownReplies],
  ['pushes_dropped_total', 'Frames nobody asked for, dropped', (s) => s.pushesDropped],
  ['pushes_forwarded_total', 'Frames nobody asked for, handed to a bound caller', (s) => s.pushesForwarded],
  ['request_limits_total', 'Connections retired by max_requests_per_connection', (s) => s.requestLimits],
  ['idle_closes_total', 'Connections closed by idle_timeout', (s) => s.idleCloses],
  ['connection_overflows_total', 'Requests that found all connections busy', (s) => s.connectionOverflows],
  ['pending_total', 'Requests that waited for a connection', (s) => s.pendingTotal],
  ['pending_overflows_total', 'Requests over max_pending_requests', (s) => s.pendingOverflows],
  ['heartbeats_sent_total', 'Heartbeats sent', (s) => s.heartbeatsSent],
  ['heartbeat_failures_total', 'Heartbeats without an answer in time', (s) => s.heartbeatFailures],
  ['health_checks_total', 'Active health checks', (s) => s.healthChecks],
  [
    'health_check_failures_total',
    'Active health checks that found something wrong',
    (s) => s.healthCheckFailures,
  ],
  ['ejections_total', 'Hosts taken out of the balancing because their replies failed', (s) => s.ejections],
  ['goaways_received_total', 'Goaways received', (s) => s.goawaysReceived],
  ['pauses_total', 'Times a side was no longer read because of the high watermark', (s) => s.pauses],
  ['received_bytes_total', 'Bytes from hosts', (s) => s.bytesReceived],
  ['sent_bytes_total', 'Bytes to hosts', (s) => s.bytesSent],
];
const UPSTREAM_GAUGES: readonly Column<UpstreamStats>[] = [
  ['connections_active', 'Connections open', (s) => s.connectionsActive],
  ['pending_active', 'Requests that wait for a connection', (s) => s.pendingActive],
  ['requests_active', 'Requests under way', (s) => s.requestsActive],
  ['buffered_bytes', 'Bytes queued for hosts', (s) => s.bufferedBytes],
];
/** Of clusters only. */
const CLUSTER_COUNTERS: readonly Column<UpstreamStats>[] = [
  ['tls_handshakes_total', 'Connections secured', (s) => s.tlsHandshakes],
  [
    'tls_failures_total',
    'TLS handshakes that broke off, or whose certificate was not accepted',
    (s) => s.tlsFailures,
  ],
  ['retries_total', 'Attempts after the first', (s) => s.retries],
  ['retry_successes_total', 'Requests answered by a host after a retry', (s) => s.retrySuccesses],
  ['retry_overflows_total', 'Failures over max_retries or the retry budget', (s) => s.retryOverflows],
  ['mirrors_total', 'Copies of requests to other clusters', (s) => s.mirrors],
  [
    'mirrors_dropped_total',
    'Copies that found no connection, or too much under way',
    (s) => s.mirrorsDropped,
  ],
];
const CLUSTER_GAUGES: readonly Column<UpstreamStats>[] = [
  ['retries_active', 'Retries under way, pauses before them included', (s) => s.retriesActive],
];
const PROTOCOL_COUNTERS: readonly Column<ProtocolStats>[] = [
  ['connections_total', 'Connections found to speak the protocol', (s) => s.connectionsMatched],
  ['frames_received_total', 'Frames read', (s) => s.framesReceived],
  ['frames_sent_total', 'Frames written', (s) => s.framesSent],
  ['received_bytes_total', 'Bytes of frames read', (s) => s.bytesReceived],
  ['sent_bytes_total', 'Bytes of frames written', (s) => s.bytesSent],
  ['heartbeats_total', 'Heartbeats read from callers and sent to hosts', (s) => s.heartbeats],
  ['goaways_total', 'Goaways read and sent', (s) => s.goaways],
  ['need_more_total', 'Times a frame was not complete in the bytes at hand', (s) => s.needMore],
];

/**
 * Turns the counters into Prometheus text when asked. The data path knows nothing of it, and nothing is
 * kept here between two scrapes.
 */
export class PrometheusRenderer {
  private readonly registry = new Registry();

  /** @param health of all hosts there are, asked at each scrape */
  constructor(
    metrics: Metrics,
    process: ProcessStats,
    accessLog: AccessLog | null,
    health: () => readonly HostHealth[] = () => [],
  ) {
    const { listeners, clusters, hosts, protocols, routes } = metrics.all;
    const byListener = labelled(listeners, (name) => ({ listener: name }));
    const byCluster = labelled(clusters, (name) => ({ cluster: name }));
    const byHost = labelled(hosts, (key) => pair(key, 'cluster', 'host'));
    const byProtocol = labelled(protocols, (name) => ({ protocol: name }));

    const byRoute = labelled(routes, (key) => pair(key, 'route_config', 'route'));

    this.columns('downstream', 'counter', ['listener'], DOWNSTREAM_COUNTERS, byListener);
    this.columns('downstream', 'gauge', ['listener'], DOWNSTREAM_GAUGES, byListener);
    this.downstreamReplies(byListener);
    this.latency('downstream', ['listener'], byListener);

    this.columns('cluster', 'counter', ['cluster'], UPSTREAM_COUNTERS, byCluster);
    this.columns('cluster', 'counter', ['cluster'], CLUSTER_COUNTERS, byCluster);
    this.columns('cluster', 'gauge', ['cluster'], UPSTREAM_GAUGES, byCluster);
    this.columns('cluster', 'gauge', ['cluster'], CLUSTER_GAUGES, byCluster);
    this.statuses('cluster', ['cluster'], byCluster);
    this.latency('cluster', ['cluster'], byCluster);

    this.columns('host', 'counter', ['cluster', 'host'], UPSTREAM_COUNTERS, byHost);
    this.columns('host', 'gauge', ['cluster', 'host'], UPSTREAM_GAUGES, byHost);
    this.statuses('host', ['cluster', 'host'], byHost);
    this.latency('host', ['cluster', 'host'], byHost);
    this.healthSeries(health);

    this.columns('protocol', 'counter', ['protocol'], PROTOCOL_COUNTERS, byProtocol);
    this.histogram('protocol_received_frame_bytes', 'Sizes of frames read', ['protocol'], BYTES, () =>
      byProtocol().map(([labels, { receivedSizes }]) => [labels, receivedSizes] as const),
    );
    this.histogram('protocol_sent_frame_bytes', 'Sizes of frames written', ['protocol'], BYTES, () =>
      byProtocol().map(([labels, { sentSizes }]) => [labels, sentSizes] as const),
    );
    this.series(
      'counter',
      'protocol_decode_errors_total',
      'Bytes that were no frame',
      ['protocol', 'code'],
      (add) => {
        for (const [labels, stats] of byProtocol()) {
          for (const [code, { count }] of stats.decodeErrors) add({ ...labels, code }, count);
        }
      },
    );
    this.series(
      'counter',
      'route_requests_total',
      'Requests by the route they took',
      ['route_config', 'route'],
      (add) => {
        for (const [labels, { requests }] of byRoute()) add(labels, requests);
      },
    );
    this.series(
      'counter',
      'route_retries_total',
      'Attempts after the first',
      ['route_config', 'route'],
      (add) => {
        for (const [labels, { retries }] of byRoute()) add(labels, retries);
      },
    );
    this.statuses('route', ['route_config', 'route'], byRoute);
    this.latency('route', ['route_config', 'route'], byRoute);
    this.configSeries(metrics.config);
    this.overloadSeries(metrics.overload);
    this.certificateSeries(metrics.certificates);
    this.processSeries(process, accessLog);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** With 1,000 hosts it takes half a second of work, between whose parts others have their turn. */
  async render(): Promise<string> {
    const parts: string[] = [];
    let from = performance.now();
    for (const { name } of this.registry.getMetricsAsArray()) {
      parts.push(await this.registry.getSingleMetricAsString(name));
      if (performance.now() - from < SHARE_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      from = performance.now();
    }
    return `${parts.join('\n\n')}\n`;
  }

  private columns<T>(
    prefix: string,
    type: 'counter' | 'gauge',
    labelNames: readonly string[],
    columns: readonly Column<T>[],
    entries: () => Iterable<readonly [Labels, T]>,
  ): void {
    for (const [name, help, read] of columns) {
      this.series(type, `${prefix}_${name}`, help, labelNames, (add) => {
        for (const [labels, stats] of entries()) add(labels, read(stats));
      });
    }
  }

  private downstreamReplies(entries: () => Iterable<readonly [Labels, DownstreamStats]>): void {
    this.statuses('downstream', ['listener'], entries);
    const help = 'Replies made by the proxy itself';
    this.series('counter', 'downstream_hijacks_total', help, ['listener', 'reason'], (add) => {
      for (const [labels, { hijacks }] of entries()) {
        HIJACK_REASONS.forEach((reason, i) => add({ ...labels, reason }, hijacks[i]!));
      }
    });
  }

  private statuses(
    prefix: string,
    labelNames: readonly string[],
    entries: () => Iterable<readonly [Labels, { readonly responses: StatusCounts }]>,
  ): void {
    const help = 'Replies by canonical status';
    this.series('counter', `${prefix}_responses_total`, help, [...labelNames, 'status'], (add) => {
      for (const [labels, { responses }] of entries()) {
        for (const [status, count] of responses) add({ ...labels, status: statusName(status) }, count);
      }
    });
  }

  private latency(
    prefix: string,
    labelNames: readonly string[],
    entries: () => Iterable<readonly [Labels, { readonly latency: Histogram }]>,
  ): void {
    const name = `${prefix}_request_duration_seconds`;
    this.histogram(name, 'From a request to its reply', labelNames, MILLISECONDS, () =>
      Array.from(entries(), ([labels, { latency }]) => [labels, latency] as const),
    );
  }

  private histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    scale: Scale,
    read: () => readonly (readonly [Labels, Distribution])[],
  ): void {
    const about = { name: `proto_frame_${name}`, help, labelNames, registers: [this.registry] };
    new HistogramSeries(about, scale, read);
  }

  private healthSeries(read: () => readonly HostHealth[]): void {
    const help = '1: it may get requests; 0: its check fails, it is ejected, or it can not be reached';
    this.series('gauge', 'host_healthy', help, ['cluster', 'host'], (add) => {
      for (const { cluster, address: host, healthy } of boundedHosts(read()))
        add({ cluster, host }, Number(healthy));
    });
    this.series('gauge', 'cluster_hosts', 'Hosts there are', ['cluster'], (add) => {
      for (const [cluster, { all }] of countHosts(read())) add({ cluster }, all);
    });
    this.series('gauge', 'cluster_hosts_healthy', 'Hosts that may get requests', ['cluster'], (add) => {
      for (const [cluster, { healthy }] of countHosts(read())) add({ cluster }, healthy);
    });
  }

  private configSeries(config: ConfigStats): void {
    const help = 'Attempts to reload the configuration';
    this.series('counter', 'config_reloads_total', help, ['result'], (add) => {
      add({ result: 'taken' }, config.reloads);
      add({ result: 'refused' }, config.failures);
    });
    const last = 'Whether the last reload was taken';
    this.series('gauge', 'config_last_reload_successful', last, [], (add) =>
      add({}, config.lastError === null ? 1 : 0),
    );
    this.series(
      'gauge',
      'config_loaded_timestamp_seconds',
      'Since when the configuration is in force',
      [],
      (add) => add({}, config.loadedAt / 1_000),
    );
  }

  private overloadSeries(overload: OverloadStats): void {
    const share = "Share of V8's heap in use, 0 to 1";
    this.series('gauge', 'overload_heap_share_max', share, [], (add) => add({}, overload.heapShare));
    const queued = 'Share of overload.max_queued that is queued for peers, 0 and up';
    this.series('gauge', 'overload_queued_share_max', queued, [], (add) => add({}, overload.queuedShare));
    const active =
      'Whether caches are let go, requests refused, connections refused, for want of memory or time';
    this.series('gauge', 'overload_active', active, ['stage'], (add) => {
      add({ stage: 'shrink_heap' }, Number(overload.shrinking));
      add({ stage: 'refuse_requests' }, Number(overload.refusesRequests));
      add({ stage: 'refuse_connections' }, Number(overload.refusesConnections));
    });
    this.series('counter', 'overload_begun_total', 'How often a stage began', ['stage'], (add) => {
      add({ stage: 'shrink_heap' }, overload.shrinks);
      add({ stage: 'refuse_requests' }, overload.requestStops);
      add({ stage: 'refuse_connections' }, overload.connectionStops);
    });
  }

  private certificateSeries(stats: CertificateStats): void {
    const help = 'When a certificate expires';
    const labels = ['owner', 'use', 'file', 'subject'];
    this.series('gauge', 'certificate_expiry_timestamp_seconds', help, labels, (add) => {
      for (const { owner, use, file, subject, validTo } of stats.certificates.slice(0, MOST_CERTIFICATES)) {
        add({ owner, use, file, subject }, validTo / 1_000);
      }
    });
    this.series('counter', 'certificate_reloads_total', 'Changes of certificate files', ['result'], (add) => {
      add({ result: 'taken' }, stats.reloads);
      add({ result: 'refused' }, stats.failures);
    });
  }

  private processSeries(process: ProcessStats, accessLog: AccessLog | null): void {
    const gauge = (name: string, help: string, read: () => number): void =>
      this.series('gauge', name, help, [], (add) => add({}, read()));
    const counter = (name: string, help: string, read: () => number): void =>
      this.series('counter', name, help, [], (add) => add({}, read()));
    gauge('resident_memory_bytes', 'Resident memory', () => process.residentBytes);
    gauge('heap_used_bytes', "Memory used on V8's heap", () => process.heapBytes);
    counter('cpu_seconds_total', 'CPU time', () => process.cpuSeconds);
    gauge('uptime_seconds', 'Since the start', () => process.uptimeSeconds);
    gauge(
      'loop_delay_max_seconds',
      'Longest delay of the event loop in the last 15 to 30 seconds',
      () => process.loopDelaySeconds,
    );
    if (accessLog !== null) {
      counter('access_log_lines_total', 'Lines written', () => accessLog.written);
      counter(
        'access_log_dropped_total',
        'Lines lost because the disk did not keep up or failed',
        () => accessLog.dropped,
      );
    }
  }

  private series(
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (add: Sample) => void,
  ): void {
    const common = { name: `proto_frame_${name}`, help, labelNames, registers: [this.registry] };
    if (type === 'gauge') {
      new Gauge<string>({
        ...common,
        collect() {
          this.reset();
          read((labels, value) => this.set(labels, value));
        },
      });
    } else {
      new Counter<string>({
        ...common,
        collect() {
          this.reset();
          read((labels, value) => this.inc(labels, value));
        },
      });
    }
  }
}

/** The entries of a map with labels made of their keys, read anew every time. */
function labelled<T>(map: BoundedMap<T>, toLabels: (key: string) => Labels): () => (readonly [Labels, T])[] {
  return () => Array.from(map, ([key, stats]) => [toLabels(key), stats] as const);
}

/** Splits a key made of two names; `other`, made of none, stands for both. */
function pair(key: string, first: string, second: string): Labels {
  const at = key.indexOf('\n');
  return at < 0
    ? { [first]: key, [second]: key }
    : { [first]: key.slice(0, at), [second]: key.slice(at + 1) };
}
