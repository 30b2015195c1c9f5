import type { FilterFactory, FilterPhase, StreamFilter } from '@proto-frame/api';
import type { FilterConfig } from '../config/snapshot.js';

/** The filters of one listener, sorted by when they run. */
export interface FilterChain {
  /** Those with onRequest, by phase, each in the order of configuration. */
  readonly request: Readonly<Record<FilterPhase, readonly StreamFilter[]>>;
  /** Those with onResponse, in reverse. */
  readonly response: readonly StreamFilter[];
}

/**
 * Makes the filters that a listener's configuration names.
 * @returns null for none, so that requests can pass without a look
 * @throws Error if a name is unknown or a factory refuses its configuration
 */
export function makeFilterChain(
  configs: readonly FilterConfig[],
  factories: readonly FilterFactory[],
): FilterChain | null {
  if (configs.length === 0) return null;
  const request = { before_route: [], after_route: [], after_host: [] } as Record<
    FilterPhase,
    StreamFilter[]
  >;
  const response: StreamFilter[] = [];
  for (const { name, config } of configs) {
    const factory = factories.find((candidate) => candidate.name === name);
    if (factory === undefined) {
      throw new Error(`there is no filter ${name}; known are ${factories.map((f) => f.name).join(', ')}`);
    }
    const filter = factory.create(config);
    if (filter.onRequest !== undefined) request[factory.phase].push(filter);
    if (filter.onResponse !== undefined) response.unshift(filter);
  }
  return { request, response };
}
