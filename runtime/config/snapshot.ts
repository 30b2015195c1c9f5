import type { NetworkFiltersFile } from './network-schema.js';
import type { RouteConfig, RouteRule } from './route-snapshot.js';
import type { ClusterTlsConfig, ListenerTlsConfig } from './tls-snapshot.js';

export type * from './route-snapshot.js';
export type * from './tls-snapshot.js';

/**
 * One immutable configuration, as the rest of the runtime reads it: names checked, defaults filled in,
 * durations in milliseconds, sizes in bytes, addresses split. Made by load-config.ts, never changed after.
 */
export interface Snapshot {
  readonly listeners: readonly ListenerConfig[];
  readonly routeConfigs: readonly RouteConfig[];
  readonly clusters: readonly ClusterConfig[];
  /** null: no admin port. */
  readonly admin: AdminConfig | null;
  /** null: no access log. */
  readonly accessLog: AccessLogConfig | null;
  /** null: requests are not traced. */
  readonly tracing: TracingConfig | null;
  /** Codec modules besides the bundled ones, absolute paths. */
  readonly codecs: readonly string[];
  /** How long requests under way may take to finish when the process is asked to stop. */
  readonly drainTimeout: number;
  /** For how long a worker's event loop may stand still, in ms; 0: for ever. */
  readonly watchdog: number;
  readonly overload: OverloadConfig;
}

/** What is done as the process comes to the end of its means. Shares of V8's heap, 0 to 1. */
export interface OverloadConfig {
  /** Caches are let go and garbage is collected. */
  readonly shrinkHeap: number;
  /** New requests are answered OVERLOADED. */
  readonly refuseRequests: number;
  /** New connections are closed. */
  readonly refuseConnections: number;
  /** Requests are refused as well while the event loop is so late, in ms; 0: however late it is. */
  readonly loopDelay: number;
  /** Bytes queued for peers that are as bad as a full heap; 0: there is no limit. */
  readonly maxQueued: number;
}

export interface Address {
  /** A host name or an IP address, IPv6 without brackets; '' for a unix socket. */
  readonly host: string;
  /** 0 in a listener: any free port. */
  readonly port: number;
  /** Of a unix socket, absolute. Only those have one. */
  readonly path?: string;
  /** What a host whose address was found by a name is called. */
  readonly name?: string;
}

export interface ListenerConfig {
  readonly name: string;
  readonly address: Address;
  /** Who may connect to a unix socket, as permission bits. */
  readonly mode: number;
  /** null: plain text only. */
  readonly tls: ListenerTlsConfig | null;
  /** Asked about every connection before anything is read of it. */
  readonly networkFilters: NetworkFiltersConfig;
  /** The protocols tried on a connection's first bytes, in this order; one: no matching. null: all that are loaded. */
  readonly protocols: readonly string[] | null;
  /** The name of a RouteConfig. */
  readonly routeConfig: string;
  /** What routes can ask for. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The way of connections that speak none of the protocols. null: they are closed. */
  readonly fallback: RouteRule | null;
  /** The largest frame accepted, in bytes; the protocol's own limit holds as well. */
  readonly maxFrame: number;
  readonly watermarks: Watermarks;
  /** Connections accepted at a time. 0: a share of the process's file descriptors. */
  readonly maxConnections: number;
  /** Requests under way, at most; more are answered OVERLOADED. */
  readonly maxRequests: number;
  readonly deadlines: Deadlines;
  readonly filters: readonly FilterConfig[];
}

/** See Admission. Times in ms; addresses with the number of bits that count. */
export type NetworkFiltersConfig = NetworkFiltersFile;

/** Bytes queued for a peer: from `high` on nothing more is read for it, at `low` reading goes on. */
export interface Watermarks {
  readonly high: number;
  readonly low: number;
}

/** Milliseconds; 0: never. */
export interface Deadlines {
  /** From accept until the protocol is known. */
  readonly firstBytes: number;
  /** From the first byte of a frame to its last. */
  readonly frame: number;
  /** Without a request under way. Heartbeats don't count. */
  readonly idle: number;
}

export interface FilterConfig {
  /** The name of a FilterFactory. */
  readonly name: string;
  /** What the factory makes its filter of; the factory has accepted it once. */
  readonly config: unknown;
}

export interface ClusterConfig {
  readonly name: string;
  readonly lb: LoadBalancing;
  /** Where requests go whose subset has no hosts: nowhere, anywhere, or to the hosts with this metadata. */
  readonly subsetFallback: 'none' | 'any' | Readonly<Record<string, string>>;
  /** Shares of localities; null: where a host is makes no difference. */
  readonly localityWeights: Readonly<Record<string, number>> | null;
  /** With a smaller share of healthy hosts than this, 0 to 1, health is not believed. */
  readonly panicThreshold: number;
  /** null: a new host gets its whole share at once. */
  readonly slowStart: SlowStartConfig | null;
  readonly hosts: readonly HostConfig[];
  /** Further hosts, from DNS. null: there are no others. */
  readonly dns: DnsConfig | null;
  /** null: hosts are not asked. */
  readonly healthCheck: HealthCheckConfig | null;
  /** null: replies have no influence on whether a host is healthy. */
  readonly outlier: OutlierConfig | null;
  /** null: plain text. */
  readonly tls: ClusterTlsConfig | null;
  /** Until requests can be sent, a TLS handshake included. */
  readonly connectTimeout: number;
  /** How requests use connections; null: as their protocol asks for. */
  readonly pool: 'pingpong' | 'binding' | null;
  /** Connections to one host, at most. 0: 1 where requests share them, 1024 where they don't. */
  readonly maxConnections: number;
  /** Requests that wait for a connection in the whole cluster, at most; more are answered OVERLOADED. */
  readonly maxPendingRequests: number;
  /** Requests under way in the whole cluster, at most; more are answered OVERLOADED. */
  readonly maxRequests: number;
  /** Retries under way in the whole cluster, at most; further failures are answered. */
  readonly maxRetries: number;
  readonly retryBudget: RetryBudget;
  /** Requests after which a connection takes no new ones. 0: no limit. */
  readonly maxRequestsPerConnection: number;
  /** null: no heartbeats are sent. */
  readonly keepalive: KeepaliveConfig | null;
  readonly reconnect: ReconnectConfig;
  /** An upstream connection without requests is closed after this time. 0: never. */
  readonly idleTimeout: number;
  readonly watermarks: Watermarks;
}

export type LoadBalancing =
  'round_robin' | 'random' | 'least_request' | 'least_connection' | 'peak_ewma' | 'ring_hash' | 'maglev';

/** See SlowStart. */
export interface SlowStartConfig {
  /** ms */
  readonly window: number;
  readonly aggression: number;
  /** The share a host begins with, 0 to 1. */
  readonly least: number;
}

export interface HostConfig {
  readonly address: Address;
  /** The share of requests, 1 to 128. */
  readonly weight: number;
  /** Hosts of a greater number get requests where too many of a smaller one are unhealthy. */
  readonly priority: number;
  /** Where it is, such as a zone; '' if that is not said. */
  readonly locality: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Names whose addresses are hosts. */
export interface DnsConfig {
  readonly names: readonly DnsName[];
  /** Who is asked, by IP address; none: those of the machine. */
  readonly servers: readonly Address[];
  /** ms between two lookups; less where the answer says that it holds for less. */
  readonly refresh: number;
}

export interface DnsName {
  readonly name: string;
  /** Of the hosts; null: what SRV records say. */
  readonly port: number | null;
  readonly weight: number;
  readonly priority: number;
  readonly locality: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Active checks. Times in ms. */
export interface HealthCheckConfig {
  /** The protocol whose heartbeat is sent; null: a TCP connection is enough. */
  readonly protocol: string | null;
  readonly interval: number;
  /** Between checks of a host that is unhealthy. */
  readonly unhealthyInterval: number;
  readonly timeout: number;
  /** So many failures in a row make a host unhealthy; the first one of all does so at once. */
  readonly unhealthyAfter: number;
  /** So many successes in a row make it healthy again. */
  readonly healthyAfter: number;
}

/** Passive checks. Times in ms. */
export interface OutlierConfig {
  /** So many failures in a row eject a host; 0: none do. */
  readonly consecutiveFailures: number;
  /** null: shares of successes are not compared. */
  readonly successRate: {
    /** Hosts with enough requests that there have to be for a comparison. */
    readonly minHosts: number;
    /** In an interval, for a host to be compared. */
    readonly minRequests: number;
    /** A host is ejected so many standard deviations below the mean. */
    readonly deviations: number;
  } | null;
  /** How often shares are compared, and earlier ejections are forgiven. */
  readonly interval: number;
  /** The first ejection; the second is twice as long, and so on up to `maxEjection`. */
  readonly baseEjection: number;
  readonly maxEjection: number;
  /** The share of hosts, 0 to 1, that may be ejected at a time; one always may. */
  readonly maxEjected: number;
}

/** How many requests under way may be retries. */
export interface RetryBudget {
  /** Of the requests under way, 0 to 100. */
  readonly percentage: number;
  /** So many however few requests there are. */
  readonly minRetries: number;
}

/** Heartbeats on an upstream connection. */
export interface KeepaliveConfig {
  /** Between two heartbeats. */
  readonly interval: number;
  /** What one may take. */
  readonly timeout: number;
  /** How many in a row may fail before the connection is closed. */
  readonly failures: number;
}

/** The pause after a failed connect: `base`, doubled every time up to `max`, with jitter. */
export interface ReconnectConfig {
  readonly base: number;
  readonly max: number;
}

export interface AdminConfig {
  readonly address: Address;
  /** Whether `address` may be another than loopback. */
  readonly allowRemote: boolean;
}

export interface AccessLogConfig {
  /** An absolute path; null: standard output. */
  readonly path: string | null;
  /** How much may wait for the disk, in bytes; what comes on top is dropped and counted. */
  readonly buffer: number;
  /** A template, see observe/log-format.ts; null: JSON. */
  readonly format: string | null;
}

export interface TracingConfig {
  /** Registers a tracer provider when it is loaded. An absolute path. */
  readonly module: string;
}

/** `127.0.0.1:12200`, `[::1]:12200`, `unix:/run/bolt.sock`. */
export function formatAddress(address: Address): string {
  if (address.path !== undefined) return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
