import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer } from './load-balancer.js';

/** What metadata a route asks of the hosts. */
type Criteria = ReadonlyMap<string, string>;

/** Where requests go whose subset has no hosts: nowhere, to any host, or to another subset. */
export type SubsetFallback = 'none' | 'any' | Criteria;

/** Chooses among the hosts whose metadata say what the request's route asks for. */
export class SubsetChoice implements LoadBalancer {
  private hosts: readonly Host[] = [];
  private readonly all: LoadBalancer;
  /** By their criteria in writing. As many as hosts have combinations of metadata; others are not kept. */
  private subsets = new Map<string, { readonly hosts: readonly Host[]; readonly balancer: LoadBalancer }>();
  /** Of criteria that many requests share, so that nothing is put in writing for each. */
  private known = new WeakMap<Criteria, LoadBalancer>();

  /** @param make the balancer within a subset */
  constructor(
    private readonly fallback: SubsetFallback,
    private readonly make: () => LoadBalancer,
  ) {
    this.all = make();
  }

  update(hosts: readonly Host[]): void {
    this.all.update(hosts);
    if (hosts === this.hosts) {
      for (const { hosts: own, balancer } of this.subsets.values()) balancer.update(own);
      return;
    }
    this.hosts = hosts;
    this.known = new WeakMap();
    const before = this.subsets;
    this.subsets = new Map();
    for (const [key, { balancer }] of before) {
      const own = matching(hosts, new Map(JSON.parse(key) as [string, string][]));
      if (own.length === 0) continue;
      balancer.update(own);
      this.subsets.set(key, { hosts: own, balancer });
    }
  }

  choose(context: ChoiceContext): Host | null {
    if (context.subset === null) return this.all.choose(context);
    const balancer = this.of(context.subset);
    if (balancer !== null) return balancer.choose(context);
    if (this.fallback === 'none') return null;
    if (this.fallback === 'any') return this.all.choose(context);
    return this.of(this.fallback)?.choose(context) ?? null;
  }

  /** The balancer of a subset; null if no host is in it. */
  private of(criteria: Criteria): LoadBalancer | null {
    const known = this.known.get(criteria);
    if (known !== undefined) return known;
    const key = JSON.stringify([...criteria]);
    let subset = this.subsets.get(key);
    if (subset === undefined) {
      const hosts = matching(this.hosts, criteria);
      if (hosts.length === 0) return null;
      subset = { hosts, balancer: this.make() };
      subset.balancer.update(hosts);
      this.subsets.set(key, subset);
    }
    this.known.set(criteria, subset.balancer);
    return subset.balancer;
  }
}

function matching(hosts: readonly Host[], criteria: Criteria): Host[] {
  return hosts.filter(({ config: { metadata } }) => {
    for (const [key, value] of criteria)
      if (!Object.hasOwn(metadata, key) || metadata[key] !== value) return false;
    return true;
  });
}
