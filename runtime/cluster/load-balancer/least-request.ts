import type { XProtocol } from '@proto-frame/api';
import type { Host } from '../host.js';
import type { LoadBalancer } from './load-balancer.js';

/** Of two hosts drawn at random the one with fewer requests under way for its weight. */
export class LeastRequest implements LoadBalancer {
  /** @param random 0 <= x < 1; a test hands in its own */
  constructor(private readonly random: () => number = Math.random) {}

  choose(hosts: readonly Host[], protocol: XProtocol): Host | null {
    const first = this.draw(hosts, protocol, null);
    if (first === null) return null;
    const second = this.draw(hosts, protocol, first);
    if (second === null) return first;
    return load(second) < load(first) ? second : first;
  }

  /** The first available host from a random place on, other than `not`. */
  private draw(hosts: readonly Host[], protocol: XProtocol, not: Host | null): Host | null {
    const count = hosts.length;
    const from = Math.floor(this.random() * count);
    for (let i = 0; i < count; i++) {
      const host = hosts[(from + i) % count]!;
      if (host !== not && host.available(protocol)) return host;
    }
    return null;
  }
}

function load(host: Host): number {
  return (host.active + 1) / host.weight;
}
