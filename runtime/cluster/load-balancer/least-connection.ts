import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** The host with the fewest open connections for its weight, of all; of equal ones any. */
export class LeastConnection implements LoadBalancer {
  private hosts: readonly Host[] = [];

  constructor(private readonly random: RandomSource = Math.random) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
  }

  choose(context: ChoiceContext): Host | null {
    const { hosts } = this;
    const count = hosts.length;
    const from = Math.floor(this.random() * count);
    let best: Host | null = null;
    let fewest = Infinity;
    for (let i = 0; i < count; i++) {
      const host = hosts[(from + i) % count]!;
      if (!host.available(context.protocol, context.ignoreHealth)) continue;
      const load = (host.connections + 1) / host.weight;
      if (load >= fewest) continue;
      fewest = load;
      best = host;
    }
    return best;
  }
}
