import type { XProtocol } from '@proto-frame/api';
import type { Host } from '../host.js';
import type { LoadBalancer } from './load-balancer.js';

/**
 * Hosts in turn, each as often as its weight says and spread evenly: every host collects its weight with each
 * choice, the one with the most is taken and pays the sum. Hosts that are not available neither collect nor
 * are taken.
 */
export class RoundRobin implements LoadBalancer {
  private readonly collected = new WeakMap<Host, { credit: number }>();
  /** The hosts that `equal` was found for. */
  private known: readonly Host[] | null = null;
  private equal = true;
  private next = 0;

  choose(hosts: readonly Host[], protocol: XProtocol): Host | null {
    if (hosts !== this.known) {
      this.known = hosts;
      this.equal = hosts.every((host) => host.weight === hosts[0]!.weight);
    }
    return this.equal ? this.chooseNext(hosts, protocol) : this.chooseByWeight(hosts, protocol);
  }

  /** With equal weights the turn is known without asking all. */
  private chooseNext(hosts: readonly Host[], protocol: XProtocol): Host | null {
    for (let i = 0; i < hosts.length; i++) {
      if (this.next >= hosts.length) this.next = 0;
      const host = hosts[this.next++]!;
      if (host.available(protocol)) return host;
    }
    return null;
  }

  private chooseByWeight(hosts: readonly Host[], protocol: XProtocol): Host | null {
    let best: Host | null = null;
    let bestAccount: { credit: number } | null = null;
    let sum = 0;
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[i]!;
      if (!host.available(protocol)) continue;
      const account = this.account(host);
      account.credit += host.weight;
      sum += host.weight;
      if (bestAccount === null || account.credit > bestAccount.credit) {
        best = host;
        bestAccount = account;
      }
    }
    if (bestAccount !== null) bestAccount.credit -= sum;
    return best;
  }

  private account(host: Host): { credit: number } {
    let account = this.collected.get(host);
    if (account === undefined) {
      account = { credit: 0 };
      this.collected.set(host, account);
    }
    return account;
  }
}
