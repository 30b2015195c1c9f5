import { hashText } from '../../route/hash-text.js';
import type { Host } from '../host.js';
import { type ChoiceContext, NO_HASH } from './choice-context.js';
import { highestHash } from './highest-hash.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** Points of a host of weight 1 where all weights are 1: a host's share is then within some 10 % of what is due. */
const POINTS = 160;
/** The most points of all hosts. */
const MOST_POINTS = 1 << 17;
/** A point's place and its host in one number: what is sorted is then no object. */
const HOSTS = 1 << 20;
/** Points that are looked at for one whose host is available. */
const LOOKS = 16;

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
    // Of two points at one place the same is first whatever the order of the configuration.
    const sorted = [...hosts].sort((a, b) => (a.address < b.address ? -1 : 1));
    const counts = sorted.map((host) => Math.max(1, Math.round(host.fullWeight * perWeight)));
    const points = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    sorted.forEach(({ address }, host) => {
      for (let i = 0; i < counts[host]!; i++) points[at++] = hashText(address, i) * HOSTS + host;
    });
    points.sort();
    this.places = Uint32Array.from(points, (point) => point / HOSTS);
    this.owners = Array.from(points, (point) => sorted[point % HOSTS]!);
  }

  choose(context: ChoiceContext): Host | null {
    const { owners } = this;
    const hash = context.hash === NO_HASH ? Math.floor(this.random() * 2 ** 32) : context.hash;
    const from = this.after(hash);
    for (let i = 0; i < LOOKS && i < owners.length; i++) {
      const host = owners[(from + i) % owners.length]!;
      if (host.available(context.protocol, context.ignoreHealth)) return host;
    }
    return highestHash(this.hosts, context, hash);
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
