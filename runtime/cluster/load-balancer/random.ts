import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** Draws before it looks at all hosts: with half of them gone, one request in 256 gets that far. */
const DRAWS = 8;

/** Hosts at random, each as likely as its weight says. */
export class RandomChoice implements LoadBalancer {
  private hosts: readonly Host[] = [];
  /** The weights up to and with each host. */
  private sums = new Float64Array(0);

  constructor(private readonly random: RandomSource = Math.random) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    this.sums = new Float64Array(hosts.length);
    let sum = 0;
    hosts.forEach((host, i) => (this.sums[i] = sum += host.fullWeight));
  }

  choose(context: ChoiceContext): Host | null {
    const { hosts } = this;
    if (hosts.length === 0) return null;
    for (let i = 0; i < DRAWS; i++) {
      const host = this.draw();
      if (!host.available(context.protocol, context.ignoreHealth)) continue;
      // A host that is just starting gets less than its weight.
      if (host.weight >= host.fullWeight || this.random() * host.fullWeight < host.weight) return host;
    }
    return this.among(context);
  }

  private draw(): Host {
    const { sums } = this;
    const value = this.random() * sums[sums.length - 1]!;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! > value) high = middle;
      else low = middle + 1;
    }
    return this.hosts[low]!;
  }

  /** Among those that are available; as likely as their weights say. */
  private among(context: ChoiceContext): Host | null {
    let sum = 0;
    for (let i = 0; i < this.hosts.length; i++) {
      const host = this.hosts[i]!;
      if (host.available(context.protocol, context.ignoreHealth)) sum += host.weight;
    }
    let left = this.random() * sum;
    let last: Host | null = null;
    for (let i = 0; i < this.hosts.length; i++) {
      const host = this.hosts[i]!;
      if (!host.available(context.protocol, context.ignoreHealth)) continue;
      last = host;
      if ((left -= host.weight) < 0) return host;
    }
    return last;
  }
}
