import type { RouteConfig, RouteRule } from './route-snapshot.js';

export type * from './route-snapshot.js';

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
}

export interface Address {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** 0 in a listener: any free port. */
  readonly port: number;
}

export interface ListenerConfig {
  readonly name: string;
  readonly address: Address;
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
  readonly hosts: readonly HostConfig[];
  readonly connectTimeout: number;
  /** How requests use connections; null: as their protocol asks for. */
  readonly pool: 'pingpong' | 'binding' | null;
  /** Connections to one host, at most. 0: 1 where requests share them, 1024 where they don't. */
  readonly maxConnections: number;
  /** Requests that wait for a connection in the whole cluster, at most; more are answered OVERLOADED. */
  readonly maxPendingRequests: number;
  /** Requests under way in the whole cluster, at most; more are answered OVERLOADED. */
  readonly maxRequests: number;
  /** Requests after which a connection takes no new ones. 0: no limit. */
  readonly maxRequestsPerConnection: number;
  /** null: no heartbeats are sent. */
  readonly keepalive: KeepaliveConfig | null;
  readonly reconnect: ReconnectConfig;
  /** An upstream connection without requests is closed after this time. 0: never. */
  readonly idleTimeout: number;
  readonly watermarks: Watermarks;
}

export type LoadBalancing = 'round_robin' | 'least_request';

export interface HostConfig {
  readonly address: Address;
  /** The share of requests, 1 to 128. */
  readonly weight: number;
  readonly metadata: Readonly<Record<string, string>>;
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

/** `127.0.0.1:12200`, `[::1]:12200`. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
