/** A listener as `/listeners` shows it. */
export interface ListenerStatus {
  readonly name: string;
  /** Where it is bound. */
  readonly address: string;
  readonly protocols: 'auto' | readonly string[];
  readonly route_config: string;
  readonly connections: number;
  readonly requests_active: number;
}

/** A cluster as `/clusters` shows it. */
export interface ClusterStatus {
  readonly name: string;
  readonly lb: string;
  readonly requests_active: number;
  readonly hosts: readonly HostStatus[];
}

/** One of its hosts. */
export interface HostStatus {
  /** `address:port`. */
  readonly address: string;
  readonly weight: number;
  /** `available`, or why it gets no requests: `unhealthy`, `ejected`, `backing_off`. */
  readonly state: string;
  /** What its active check found wrong; null: nothing, or there is none. */
  readonly failed_check: string | null;
  /** Failed connects in a row. */
  readonly connect_failures: number;
  readonly connections: number;
  readonly requests_active: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A certificate in force as `/certs` shows it. */
export interface CertStatus {
  /** `listener ingress`, `cluster echo`. */
  readonly owner: string;
  /** `certificate`, or `trusted_ca` of an authority. */
  readonly use: string;
  readonly file: string;
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names. */
  readonly names: readonly string[];
  readonly serial: string;
  /** ISO 8601. */
  readonly valid_from: string;
  readonly valid_to: string;
  /** Whole days; negative once it has expired. */
  readonly days_left: number;
}
