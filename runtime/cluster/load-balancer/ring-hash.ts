import { hashText } from '../../route/hash-text.js';
import type { Host } from '../host.js';
import { type ChoiceContext, NO_HASH } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** Points of a host of weight 1 where all weights are 1: a host's share is then within some 10 % of what is due. */
const POINTS = 160;
/** The most points of all hosts. */
const MOST_POINTS = 1 << 20;

/**
 * Consistent hashing: every host has points on a ring of 2^32 places, and a request goes to the host whose point
 * comes next after its hash. When a host goes, only its own requests move. Requests without a hash go anywhere.
 */
export class RingHash implements LoadBalancer {
  private hosts: readonly Host[] = [];
  private places = new Uint32Array(0);
  private owners: Host[] = [];

  constructor(private readonly random: RandomSource = Math.random) {}

  update(hosts: readonly Host[]): void {
    // Health alone makes no other ring.
    if (hosts === this.hosts) return;
    this.hosts = hosts;
    const total = hosts.reduce((sum, host) => sum + host.fullWeight, 0);
    const least = hosts.reduce((weight, host) => Math.min(weight, host.fullWeight), Infinity);
    const perWeight = Math.min(POINTS / least, MOST_POINTS / total);
    const points = hosts.flatMap((host) => {
      const count = Math.max(1, Math.round(host.fullWeight * perWeight));
      return Array.from({ length: count }, (_, i) => ({ place: hashText(host.address, i), host }));
    });
    // Of two points at one place the same is first whatever the order of the configuration.
    points.sort((a, b) => a.place - b.place || (a.host.address < b.host.address ? -1 : 1));
    this.places = Uint32Array.from(points, ({ place }) => place);
    this.owners = points.map(({ host }) => host);
  }

  choose(context: ChoiceContext): Host | null {
    const { hash } = context;
    const { owners } = this;
    const from = this.after(hash === NO_HASH ? this.random() * 2 ** 32 : hash);
    for (let i = 0; i < owners.length; i++) {
      const host = owners[(from + i) % owners.length]!;
      if (host.available(context.protocol, context.ignoreHealth)) return host;
    }
    return null;
  }

  /** The first point at or after a place, beyond the last if there is none. */
  private after(hash: number): number {
    const { places } = this;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
