import { BoundedMap } from './bounded-map.js';
import { CertificateStats } from './certificate-stats.js';
import { ConfigStats } from './config-stats.js';
import { HIJACK_REASONS } from './hijack-reason.js';
import { Histogram } from './histogram.js';
import { OverloadStats } from './overload-stats.js';
import { RecentErrors } from './recent-errors.js';
import { SizeHistogram } from './size-histogram.js';
import { StatusCounts } from './status-counts.js';

/**
 * The counters of the data path: plain numbers in plain objects, which whoever counts increments directly.
 * They are turned into Prometheus text only when somebody asks (prometheus.ts). Fields that end in `Active`
 * and `bufferedBytes` go up and down, all others only up.
 */

/** The caller's side of one listener. */
export class DownstreamStats {
  connectionsTotal = 0;
  connectionsActive = 0;
  /** Over max_connections. */
  connectionsRefused = 0;
  /** By network_filters: from addresses that may not connect, and over the rate. */
  connectionsDenied = 0;
  connectionsLimited = 0;
  /** Those that ended well, and callers whose handshake has not ended. */
  tlsHandshakes = 0;
  tlsActive = 0;
  /** Handshakes that broke off, first bytes that are none, those that took too long, certificates not accepted. */
  tlsFailures = 0;
  tlsTimeouts = 0;
  tlsRejected = 0;
  /** Not begun because too many others waited. */
  tlsRefused = 0;
  /** Closed because no protocol of the listener matched the first bytes. */
  protocolUnknown = 0;
  /** Closed by a deadline. */
  firstBytesTimeouts = 0;
  frameTimeouts = 0;
  idleTimeouts = 0;
  /** With a reply expected. */
  requests = 0;
  requestsActive = 0;
  oneway = 0;
  /** All replies, the proxy's own included. */
  readonly responses = new StatusCounts();
  /** Replies made by the proxy, index: HijackReason. */
  readonly hijacks = new Float64Array(HIJACK_REASONS.length);
  timeouts = 0;
  /** Requests whose caller went away before the reply. */
  cancels = 0;
  heartbeats = 0;
  goawaysSent = 0;
  /** How often reading stopped because too much was queued for the other side. */
  pauses = 0;
  bytesReceived = 0;
  bytesSent = 0;
  /** Queued for callers and not yet taken by the kernel. */
  bufferedBytes = 0;
  /** From the request's last byte to the reply's being written, in ms. */
  readonly latency = new Histogram();
  readonly errors = new RecentErrors();
}

/** The called side: one for each cluster and one for each of its hosts. */
export class UpstreamStats {
  connectionsTotal = 0;
  connectionsActive = 0;
  connectFailures = 0;
  connectTimeouts = 0;
  /** Of clusters: connections secured, and handshakes that broke off or whose certificate was not accepted. */
  tlsHandshakes = 0;
  tlsFailures = 0;
  requests = 0;
  requestsActive = 0;
  oneway = 0;
  readonly responses = new StatusCounts();
  timeouts = 0;
  /** Requests whose connection closed before the reply. */
  resets = 0;
  /** Copies of other clusters' requests, and those that found no room. */
  mirrors = 0;
  mirrorsDropped = 0;
  /** Attempts after the first, and those under way, pauses before them included. */
  retries = 0;
  retriesActive = 0;
  /** Requests that had a reply after a retry which asks for no other one. */
  retrySuccesses = 0;
  /** Failures that were answered because of max_retries or the retry budget. */
  retryOverflows = 0;
  /** Refused because max_requests were under way. */
  overflows = 0;
  /** Replies that came after their request had timed out or was cancelled. */
  lateReplies = 0;
  /** Replies to an id never issued; each closed its connection. */
  unknownReplies = 0;
  /** Frames the host sent unasked, dropped. */
  pushesDropped = 0;
  /** Those that reached a caller with a connection of its own. */
  pushesForwarded = 0;
  /** Connections that took no more requests because of max_requests_per_connection. */
  requestLimits = 0;
  /** Connections closed because of idle_timeout. */
  idleCloses = 0;
  /** Requests that found all connections busy and no further one allowed by max_connections. */
  connectionOverflows = 0;
  /** Requests that wait, or waited, for a connection. */
  pendingActive = 0;
  pendingTotal = 0;
  /** Refused because max_pending_requests waited. */
  pendingOverflows = 0;
  heartbeatsSent = 0;
  heartbeatFailures = 0;
  /** Active checks, and those that found something wrong. */
  healthChecks = 0;
  healthCheckFailures = 0;
  /** How often replies that failed took it out of the balancing. */
  ejections = 0;
  goawaysReceived = 0;
  pauses = 0;
  bytesReceived = 0;
  bytesSent = 0;
  bufferedBytes = 0;
  /** From the request's being written to the reply's last byte, in ms. */
  readonly latency = new Histogram();
}

/** One protocol, both sides together. */
export class ProtocolStats {
  connectionsMatched = 0;
  framesReceived = 0;
  framesSent = 0;
  bytesReceived = 0;
  bytesSent = 0;
  heartbeats = 0;
  goaways = 0;
  /** How often a frame was not complete in the bytes at hand. */
  needMore = 0;
  /** Of frames, in bytes. */
  readonly receivedSizes = new SizeHistogram();
  readonly sentSizes = new SizeHistogram();
  /** By DecodeError.code, and `malformed` and `too_large` from the framer. */
  readonly decodeErrors = new BoundedMap<{ count: number }>(() => ({ count: 0 }), 32);

  countDecodeError(code: string): void {
    this.decodeErrors.get(code).count += 1;
  }
}

/** Requests by the route they took. */
export class RouteStats {
  /** Oneway ones included. */
  requests = 0;
  /** Attempts after the first. */
  retries = 0;
  /** All replies, the proxy's own included. */
  readonly responses = new StatusCounts();
  /** From the request's last byte to the reply's being written, in ms. */
  readonly latency = new Histogram();
}

/** All counters of a process. One is made in server.ts and handed down. */
export class Metrics {
  readonly startedAt = Date.now();
  readonly config = new ConfigStats();
  readonly overload = new OverloadStats();
  readonly certificates = new CertificateStats();
  private readonly listeners = new BoundedMap(() => new DownstreamStats());
  private readonly protocols = new BoundedMap(() => new ProtocolStats());
  private readonly clusters = new BoundedMap(() => new UpstreamStats());
  private readonly hosts = new BoundedMap(() => new UpstreamStats());
  private readonly routes = new BoundedMap(() => new RouteStats());

  /** Look-ups are for start-up and configuration: keep the object, don't ask for it once a request. */
  listener(name: string): DownstreamStats {
    return this.listeners.get(name);
  }

  protocol(name: string): ProtocolStats {
    return this.protocols.get(name);
  }

  cluster(name: string): UpstreamStats {
    return this.clusters.get(name);
  }

  /** @param address as formatAddress gives it */
  host(cluster: string, address: string): UpstreamStats {
    return this.hosts.get(`${cluster}\n${address}`);
  }

  route(routeConfig: string, name: string): RouteStats {
    return this.routes.get(`${routeConfig}\n${name}`);
  }

  /** For rendering. Keys of hosts are cluster and address with a line feed between, of routes alike. */
  get all(): {
    readonly listeners: BoundedMap<DownstreamStats>;
    readonly protocols: BoundedMap<ProtocolStats>;
    readonly clusters: BoundedMap<UpstreamStats>;
    readonly hosts: BoundedMap<UpstreamStats>;
    readonly routes: BoundedMap<RouteStats>;
  } {
    const { listeners, protocols, clusters, hosts, routes } = this;
    return { listeners, protocols, clusters, hosts, routes };
  }
}
