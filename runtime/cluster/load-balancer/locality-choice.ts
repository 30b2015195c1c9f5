import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';
import { overprovisioned } from './overprovisioned.js';

/** Hosts of one place. */
interface Locality {
  readonly hosts: Host[];
  readonly weight: number;
  readonly balancer: LoadBalancer;
  /** Its share of the requests, compared with others; less if many of its hosts are unhealthy. */
  share: number;
}

/** Shares requests out between localities as their weights say, and in each as another balancer does. */
export class LocalityChoice implements LoadBalancer {
  private hosts: readonly Host[] = [];
  private localities: Locality[] = [];
  /** The sum of shares, and of weights. */
  private total = 0;
  private weight = 0;

  /**
   * @param weights by locality; one that is not named has 1
   * @param make the balancer within a locality
   */
  constructor(
    private readonly weights: ReadonlyMap<string, number>,
    private readonly make: () => LoadBalancer,
    private readonly random: RandomSource = Math.random,
  ) {}

  update(hosts: readonly Host[]): void {
    if (hosts !== this.hosts) this.group(hosts);
    this.total = this.weight = 0;
    for (const locality of this.localities) {
      locality.share = locality.weight * overprovisioned(locality.hosts);
      this.total += locality.share;
      this.weight += locality.weight;
    }
  }

  choose(context: ChoiceContext): Host | null {
    const { localities } = this;
    // Where health is not believed it has no say in shares either.
    const { ignoreHealth } = context;
    let left = this.random() * (ignoreHealth ? this.weight : this.total);
    let first: Locality | null = null;
    for (let i = 0; i < localities.length && first === null; i++) {
      const { weight, share } = localities[i]!;
      if ((left -= ignoreHealth ? weight : share) < 0) first = localities[i]!;
    }
    const host = first?.balancer.choose(context) ?? null;
    if (host !== null) return host;
    for (let i = 0; i < localities.length; i++) {
      const other = localities[i]!;
      const found = other === first ? null : other.balancer.choose(context);
      if (found !== null) return found;
    }
    return null;
  }

  private group(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const known = new Map(this.localities.map((locality) => [locality.hosts[0]!.config.locality, locality]));
    const groups = new Map<string, Host[]>();
    for (const host of hosts) {
      const group = groups.get(host.config.locality);
      if (group === undefined) groups.set(host.config.locality, [host]);
      else group.push(host);
    }
    this.localities = [...groups].map(([name, group]) => {
      const balancer = known.get(name)?.balancer ?? this.make();
      balancer.update(group);
      return { hosts: group, weight: this.weights.get(name) ?? 1, balancer, share: 0 };
    });
  }
}
