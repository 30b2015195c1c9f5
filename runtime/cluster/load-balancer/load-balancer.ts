import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';

/** Chooses the host of a request. Knows its hosts beforehand, so that a choice looks at few of them. */
export interface LoadBalancer {
  /** From now on it is these; called again whenever one is added, removed, or has another weight. */
  update(hosts: readonly Host[]): void;
  /** One of the hosts that is available for the request's protocol; null if none is. */
  choose(context: ChoiceContext): Host | null;
}

/** Randomness from 0 to below 1; a test hands in its own. */
export type RandomSource = () => number;
