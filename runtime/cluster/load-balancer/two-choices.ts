import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** Draws before hosts are looked at in order: with half of them gone, one request in 16 gets that far. */
const DRAWS = 4;

/** Of two hosts drawn at random the one that costs less: near to the best of all, without looking at all. */
export abstract class TwoChoices implements LoadBalancer {
  private hosts: readonly Host[] = [];

  constructor(private readonly random: RandomSource = Math.random) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
  }

  choose(context: ChoiceContext): Host | null {
    const first = this.draw(context, null);
    if (first === null) return null;
    const second = this.draw(context, first);
    if (second === null) return first;
    return this.cost(second) < this.cost(first) ? second : first;
  }

  /** What one more request costs here; only compared. */
  protected abstract cost(host: Host): number;

  /** An available host, other than `not`: any, or where most are gone the first from a random place on. */
  private draw(context: ChoiceContext, not: Host | null): Host | null {
    const { hosts } = this;
    const count = hosts.length;
    let from = 0;
    for (let draws = DRAWS; draws > 0; draws--) {
      from = Math.floor(this.random() * count);
      const host = hosts[from];
      if (host !== undefined && host !== not && host.available(context.protocol, context.ignoreHealth))
        return host;
    }
    for (let i = 0; i < count; i++) {
      const host = hosts[(from + i) % count]!;
      if (host !== not && host.available(context.protocol, context.ignoreHealth)) return host;
    }
    return null;
  }
}
