import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

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

  /** The first available host from a random place on, other than `not`. */
  private draw(context: ChoiceContext, not: Host | null): Host | null {
    const { hosts } = this;
    const count = hosts.length;
    const from = Math.floor(this.random() * count);
    for (let i = 0; i < count; i++) {
      const host = hosts[(from + i) % count]!;
      if (host !== not && host.available(context.protocol, context.ignoreHealth)) return host;
    }
    return null;
  }
}
