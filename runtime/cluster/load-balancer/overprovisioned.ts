import type { Host } from '../host.js';

/** Hosts can take so many times their usual load before others have to help. */
const OVERPROVISIONING = 1.4;

/** How much of its usual load a group of hosts can take, 0 to 1: all of it up to some 28 % unhealthy ones. */
export function overprovisioned(hosts: readonly Host[]): number {
  if (hosts.length === 0) return 0;
  const healthy = hosts.filter((host) => host.healthy).length;
  return Math.min(1, (OVERPROVISIONING * healthy) / hosts.length);
}
