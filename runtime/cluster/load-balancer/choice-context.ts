import type { XProtocol } from '@proto-frame/api';

/** Of a request that nothing is known by. */
export const NO_HASH = -1;

/** What the choice of a host may depend on. Filled anew for every request, so nobody keeps it. */
export interface ChoiceContext {
  readonly protocol: XProtocol;
  /** What the request is known by again: a whole number from 0 to 2^32 - 1, spread evenly; or {@link NO_HASH}. */
  readonly hash: number;
  /** What the host's metadata has to say; null: any host. */
  readonly subset: ReadonlyMap<string, string> | null;
  /** Unhealthy hosts will do: set where too many are unhealthy to believe it, see PriorityChoice. */
  ignoreHealth: boolean;
}
