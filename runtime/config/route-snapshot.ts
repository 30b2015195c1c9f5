import type { Status } from '@proto-frame/api';

/** The part of a Snapshot that says which requests go where. Durations in milliseconds. */
export interface RouteConfig {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
}

export interface VirtualHost {
  readonly name: string;
  /** Exact, `*end`, `begin*` or `*`. */
  readonly domains: readonly string[];
  /** The first that matches wins. */
  readonly routes: readonly RouteRule[];
}

export interface RouteRule {
  /** Unique in its RouteConfig; made from the position if the file gives none. */
  readonly name: string;
  readonly match: RouteMatch;
  /** Where requests go: one entry for a plain `cluster`, one without a name for clusterHeader. */
  readonly clusters: readonly WeightedCluster[];
  /** The header that names the cluster; null: none does. */
  readonly clusterHeader: string | null;
  /** Whether the hash decides between `clusters`, instead of turns. */
  readonly hashedClusters: boolean;
  /** The proxy's own answer; null: hosts are asked. */
  readonly directResponse: DirectResponse | null;
  /** 0: unset. */
  readonly timeout: number;
  /** null: a failed attempt is the last one. */
  readonly retry: RetryConfig | null;
  /** Empty: requests have no hash. */
  readonly hashPolicy: readonly HashPolicyConfig[];
  readonly mirror: MirrorConfig | null;
  /** The virtual host's come first. */
  readonly requestHeaders: readonly HeaderEdits[];
  readonly responseHeaders: readonly HeaderEdits[];
  /** The virtual host's included. */
  readonly perFilterConfig: PerFilterConfig;
}

/** What a route says to filters of its listener, by the filter's name: their configuration, or false: not here. */
export type PerFilterConfig = Readonly<Record<string, unknown>>;

/** All that is given has to hold; nothing given matches every request. */
export interface RouteMatch {
  readonly service: StringMatch | null;
  readonly method: StringMatch | null;
  /** Of the service: roles of its protocol, or headers of these names. The path is a header. */
  readonly group: StringMatch | null;
  readonly version: StringMatch | null;
  readonly path: StringMatch | null;
  /** A name in the caller's certificate. */
  readonly caller: StringMatch | null;
  readonly headers: readonly HeaderMatch[];
  readonly listenerMetadata: readonly MetadataMatch[];
}

/** A regex is RE2 and has to match the whole string. */
export interface StringMatch {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';
  readonly value: string;
}

/** Whole numbers from `start` to below `end`. */
export interface RangeMatch {
  readonly kind: 'range';
  readonly start: number;
  readonly end: number;
}

export interface HeaderMatch {
  readonly name: string;
  /** null: any value, it only has to be there. */
  readonly value: StringMatch | RangeMatch | null;
  /** The opposite. */
  readonly invert: boolean;
}

export interface MetadataMatch {
  readonly key: string;
  readonly value: StringMatch;
}

export interface WeightedCluster {
  /** The name of a ClusterConfig. */
  readonly name: string;
  /** Its share is weight / sum of the weights. */
  readonly weight: number;
  /** What the metadata of hosts has to say, the route's included; empty: any host. */
  readonly subset: readonly SubsetMatch[];
}

/** The host's metadata has to say the same under `key` as the source does. */
export interface SubsetMatch {
  readonly key: string;
  readonly source: 'text' | 'header' | 'metadata';
  /** The value itself, the name of a header, or the key that a filter noted something under. */
  readonly value: string;
}

export interface DirectResponse {
  readonly status: Status;
  /** May be empty. */
  readonly body: string;
}

/** Why an attempt failed, as far as another one may follow. */
export type RetryCondition = 'connect_failure' | 'reset' | 'overload' | 'timeout' | 'codec_error';

export interface RetryConfig {
  /** After the first attempt. */
  readonly numRetries: number;
  readonly on: readonly RetryCondition[];
  readonly statuses: readonly Status[];
  /** Whether a request may be repeated that its host may have carried out. */
  readonly idempotent: boolean;
  /** For one attempt; 0: unset. */
  readonly perTryTimeout: number;
  /** The longest pause before the first retry, and at all. */
  readonly backOff: { readonly base: number; readonly max: number };
}

export interface HashPolicyConfig {
  readonly source: 'header' | 'source_ip' | 'service' | 'method';
  /** The header's name; empty for other sources. */
  readonly header: string;
  /** Those after it only count if it has no value. */
  readonly terminal: boolean;
}

export interface MirrorConfig {
  /** The name of a ClusterConfig. */
  readonly cluster: string;
  /** The share of requests, 0 to 100. */
  readonly percentage: number;
}

/** Carried out in the order remove, set, append. */
export interface HeaderEdits {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [key: string, value: string])[];
  readonly append: readonly (readonly [key: string, value: string])[];
}
