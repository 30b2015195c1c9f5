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
  /** `available`, or why it gets no requests. */
  readonly state: string;
  /** Failed connects in a row. */
  readonly connect_failures: number;
  readonly connections: number;
  readonly requests_active: number;
  readonly metadata: Readonly<Record<string, string>>;
}
