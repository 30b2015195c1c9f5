import type { FilterFactory, FilterPhase, StreamFilter } from '@proto-frame/api';
import type { FilterConfig, PerFilterConfig } from '../config/snapshot.js';

/** A filter with its place. */
interface Placed {
  readonly name: string;
  readonly phase: FilterPhase;
  readonly filter: StreamFilter;
}

/** The filters of one listener, or of one route of it, sorted by when they run. */
export class FilterChain {
  /** Those with onRequest, by phase, each in the order of configuration. */
  readonly request: Readonly<Record<FilterPhase, readonly StreamFilter[]>>;
  /** Those with onResponse, in reverse. */
  readonly response: readonly StreamFilter[];

  /**
   * @param placed in the order of configuration
   * @param routes the chains of routes that configure filters themselves, by the route's name; null: none does
   */
  constructor(
    private readonly placed: readonly Placed[],
    private readonly routes: ReadonlyMap<string, FilterChain> | null,
  ) {
    const of = (phase: FilterPhase): StreamFilter[] =>
      placed
        .filter((one) => one.phase === phase && one.filter.onRequest !== undefined)
        .map((one) => one.filter);
    this.request = {
      before_route: of('before_route'),
      after_route: of('after_route'),
      after_host: of('after_host'),
    };
    this.response = placed
      .map((one) => one.filter)
      .filter((filter) => filter.onResponse !== undefined)
      .reverse();
  }

  /** Whether no request is ever shown to a filter. */
  get idle(): boolean {
    const { before_route: before, after_route: after, after_host: host } = this.request;
    return this.routes === null && before.length + after.length + host.length + this.response.length === 0;
  }

  /** The chain for requests of this route, once it is chosen. */
  forRoute(name: string): FilterChain {
    return this.routes === null ? this : (this.routes.get(name) ?? this);
  }

  /** Tells the filters that requests will come. */
  start(): void {
    for (const filter of this.all()) filter.start?.();
  }

  /** Tells the filters that no more requests will come. */
  stop(): void {
    for (const filter of this.all()) filter.stop?.();
  }

  /** Every filter once, those of routes included. */
  private all(): Set<StreamFilter> {
    const chains = [this, ...(this.routes?.values() ?? [])];
    return new Set(chains.flatMap(({ placed }) => placed.map(({ filter }) => filter)));
  }
}

/**
 * Makes the filters that a listener's configuration names, and those that its routes configure themselves.
 *
 * @param routes what routes say, by the route's name
 * @returns null for none, so that requests can pass without a look
 * @throws Error if a name is unknown or a factory refuses its configuration
 */
export function makeFilterChain(
  configs: readonly FilterConfig[],
  factories: readonly FilterFactory[],
  routes: ReadonlyMap<string, PerFilterConfig> = new Map(),
): FilterChain | null {
  if (configs.length === 0) return null;
  const placed = configs.map(({ name, config }): Placed => {
    const factory = factoryOf(name, factories);
    return { name, phase: factory.phase, filter: factory.create(config) };
  });
  const chains = new Map<string, FilterChain>();
  for (const [route, overrides] of routes) {
    if (placed.some(({ name }) => Object.hasOwn(overrides, name))) {
      const own = placed.flatMap((one) => overridden(one, overrides, factories));
      chains.set(route, new FilterChain(own, null));
    }
  }
  const chain = new FilterChain(placed, chains.size === 0 ? null : chains);
  return chain.idle ? null : chain;
}

/** The filter a route runs in the place of `one`; none if the route switches it off. */
function overridden(one: Placed, overrides: PerFilterConfig, factories: readonly FilterFactory[]): Placed[] {
  if (!Object.hasOwn(overrides, one.name)) return [one];
  const config = overrides[one.name];
  if (config === false) return [];
  return [{ ...one, filter: factoryOf(one.name, factories).create(config) }];
}

function factoryOf(name: string, factories: readonly FilterFactory[]): FilterFactory {
  const factory = factories.find((candidate) => candidate.name === name);
  if (factory !== undefined) return factory;
  throw new Error(`there is no filter ${name}; known are ${factories.map((f) => f.name).join(', ')}`);
}
