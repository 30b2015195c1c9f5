/** Whether a host may get requests at the moment. */
export interface HostHealth {
  readonly cluster: string;
  /** As formatAddress gives it. */
  readonly address: string;
  /** false: its check fails, it is ejected, or it can't be reached. */
  readonly healthy: boolean;
}

/** One cluster's hosts, counted. */
export interface HostCount {
  all: number;
  healthy: number;
}

/** Hosts, and clusters, that have a series of their own; the rest is `other`, as in BoundedMap. */
const MOST = 1_000;

/** The first hosts one by one, and whether all of the others are healthy, as the host `other` of `other`. */
export function boundedHosts(hosts: readonly HostHealth[]): readonly HostHealth[] {
  if (hosts.length <= MOST) return hosts;
  const healthy = hosts.slice(MOST).every((host) => host.healthy);
  return [...hosts.slice(0, MOST), { cluster: 'other', address: 'other', healthy }];
}

/** How many hosts the clusters have, by their names. */
export function countHosts(hosts: readonly HostHealth[]): ReadonlyMap<string, HostCount> {
  const counts = new Map<string, HostCount>();
  for (const { cluster, healthy } of hosts) {
    const name = counts.has(cluster) || counts.size < MOST ? cluster : 'other';
    let count = counts.get(name);
    if (count === undefined) counts.set(name, (count = { all: 0, healthy: 0 }));
    count.all++;
    if (healthy) count.healthy++;
  }
  return counts;
}
