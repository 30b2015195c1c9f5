import { hashText } from '../../route/hash-text.js';
import type { Host } from '../host.js';
import { type ChoiceContext, NO_HASH } from './choice-context.js';
import { highestHash } from './highest-hash.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';

/** A prime, so that every step through the table reaches all places; as in the paper (Eisenbud et al., 2016). */
const PLACES = 65_537;
const SEED = 0x6d61676c;
/** Places that are looked at for one whose host is available. */
const LOOKS = 16;

/**
 * Consistent hashing by a table: each host has an order in which it would like the places, and they take turns,
 * as often as their weights say, in taking the next free one. Shares are even to within one place; when a host
 * goes, few requests of others move. Requests without a hash go anywhere.
 */
export class Maglev implements LoadBalancer {
  private hosts: readonly Host[] = [];
  private table: Host[] = [];

  constructor(private readonly random: RandomSource = Math.random) {}

  update(hosts: readonly Host[]): void {
    // Health alone makes no other table.
    if (hosts === this.hosts) return;
    this.hosts = hosts;
    if (hosts.length === 0) {
      this.table = [];
      return;
    }
    const heaviest = hosts.reduce((weight, host) => Math.max(weight, host.fullWeight), 0);
    // Whatever the order of the configuration, every process makes the same table.
    const takers = [...hosts]
      .sort((a, b) => (a.address < b.address ? -1 : 1))
      .map((host) => ({
        host,
        at: hashText(host.address) % PLACES,
        step: 1 + (hashText(host.address, SEED) % (PLACES - 1)),
        /** Turns come when it is 1 or more. */
        credit: 0,
        share: host.fullWeight / heaviest,
      }));
    const table = new Array<Host | undefined>(PLACES).fill(undefined);
    for (let filled = 0; ;) {
      for (const taker of takers) {
        taker.credit += taker.share;
        if (taker.credit < 1) continue;
        taker.credit -= 1;
        while (table[taker.at] !== undefined) taker.at = (taker.at + taker.step) % PLACES;
        table[taker.at] = taker.host;
        if (++filled === PLACES) {
          this.table = table as Host[];
          return;
        }
      }
    }
  }

  choose(context: ChoiceContext): Host | null {
    const { table } = this;
    if (table.length === 0) return null;
    const hash = context.hash === NO_HASH ? Math.floor(this.random() * 2 ** 32) : context.hash;
    for (let i = 0; i < LOOKS; i++) {
      const host = table[(hash + i) % PLACES]!;
      if (host.available(context.protocol, context.ignoreHealth)) return host;
    }
    return highestHash(this.hosts, context, hash);
  }
}
