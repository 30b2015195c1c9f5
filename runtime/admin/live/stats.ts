/** What `/stats` of the admin port answers, and the live page reads. Counters go up only; the page takes differences. */
export interface LiveStats {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly pid: number;
  readonly ready: boolean;
  readonly uptime_seconds: number;
  readonly resident_bytes: number;
  readonly heap_bytes: number;
  readonly cpu_seconds: number;
  readonly config: ReloadStats;
  /** None if the server runs in one process. */
  readonly workers: readonly WorkerStats[];
  /** Upper bounds of the latency buckets in milliseconds; one more bucket is open. */
  readonly latency_bounds_ms: readonly number[];
  readonly listeners: readonly ListenerStats[];
  readonly clusters: readonly ClusterStats[];
  /** The newest first. */
  readonly errors: readonly ErrorStats[];
}

export interface WorkerStats {
  readonly number: number;
  readonly pid: number;
  readonly state: string;
}

/** How the configuration fared since the start. */
export interface ReloadStats {
  /** When the one in force was taken, epoch milliseconds. */
  readonly loaded_at: number;
  /** How many reloads were taken, and how many refused. */
  readonly reloads: number;
  readonly failures: number;
  /** Why the last attempt was refused; null if it was taken. */
  readonly last_error: string | null;
  readonly last_error_at: number | null;
}

/** What listeners, clusters and hosts have in common. */
export interface TrafficStats {
  readonly connections: number;
  readonly requests_active: number;
  /** Oneway ones included. */
  readonly requests: number;
  /** Replies by the name of their canonical status. */
  readonly responses: Readonly<Record<string, number>>;
  readonly received_bytes: number;
  readonly sent_bytes: number;
  readonly latency: LatencyStats;
}

export interface LatencyStats {
  /** How many fell into each bucket, not cumulative. */
  readonly buckets: readonly number[];
  readonly sum_ms: number;
  readonly count: number;
}

export interface ListenerStats extends TrafficStats {
  readonly name: string;
  /** Where it is bound. */
  readonly address: string;
  readonly protocols: string | readonly string[];
  readonly route_config: string;
  /** Replies made by the proxy itself, by reason. */
  readonly hijacks: Readonly<Record<string, number>>;
}

export interface ClusterStats extends TrafficStats {
  readonly name: string;
  readonly lb: string;
  readonly hosts: readonly HostStats[];
}

export interface HostStats extends TrafficStats {
  /** `address:port`. */
  readonly address: string;
  /** `available`, or why it gets no requests. */
  readonly state: string;
  readonly weight: number;
  /** Failed connects in a row. */
  /** What its active check found wrong; null: nothing, or there is none. */
  readonly failed_check: string | null;
  readonly connect_failures: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ErrorStats {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly listener: string;
  readonly protocol: string;
  readonly service: string | null;
  readonly method: string | null;
  readonly route: string | null;
  readonly cluster: string | null;
  readonly host: string | null;
  /** The canonical status the caller was told; null if he was told none. */
  readonly status: string | null;
  /** Why the proxy answered itself; null if the host did. */
  readonly reason: string | null;
  readonly text: string;
}
