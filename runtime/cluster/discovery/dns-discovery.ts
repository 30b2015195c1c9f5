import { formatAddress, type DnsConfig, type DnsName, type HostConfig } from '../../config/snapshot.js';
import { Timer } from '../../network/timing-wheel.js';
import type { WorkerLoop } from '../../network/worker-loop.js';
import type { NameResolver, Resolved } from './name-resolver.js';

/** However short answers hold. */
const SHORTEST_MS = 1_000;
/** As in the file: what a host's weight may be. */
const HEAVIEST = 128;

/** Of an SRV name: a certificate is for the domain behind them (RFC 6125, 6.5.1), not for what the answer names. */
const SERVICE_LABELS = /^(?:_[^.]*\.)+/;

/** Looks names up again and again, and tells when their addresses have changed. While lookups fail, the last answer holds. */
export class DnsDiscovery {
  private readonly known = new Map<string, readonly HostConfig[]>();
  private readonly timers: Timer[] = [];
  private told = '';
  private stopped = false;

  /**
   * @param onHosts all hosts, in the order of the names, each once
   * @param onProblem a name could not be looked up
   */
  constructor(
    private readonly config: DnsConfig,
    private readonly loop: WorkerLoop,
    private readonly resolver: NameResolver,
    private readonly onHosts: (hosts: readonly HostConfig[]) => void,
    private readonly onProblem: (name: string, error: Error) => void,
  ) {
    for (const name of config.names) this.watch(name);
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) this.loop.disarm(timer);
  }

  private watch(name: DnsName): void {
    const ask = (): void => {
      const answer =
        name.port === null ? this.resolver.services(name.name) : this.resolver.addresses(name.name);
      void answer.then(
        (resolved) => this.onAnswer(name, resolved, timer),
        (error: unknown) => this.onFailure(name, error as Error, timer),
      );
    };
    const timer = new Timer(ask);
    this.timers.push(timer);
    ask();
  }

  private onAnswer(name: DnsName, resolved: Resolved, timer: Timer): void {
    if (this.stopped) return;
    this.known.set(keyOf(name), hostsOf(name, resolved));
    const hold = Math.max(SHORTEST_MS, Math.min(this.config.refresh, resolved.ttl ?? Infinity));
    this.again(timer, Math.min(this.config.refresh, hold));
    const hosts = new Map<string, HostConfig>();
    for (const one of this.config.names)
      for (const host of this.known.get(keyOf(one)) ?? []) {
        const address = formatAddress(host.address);
        if (!hosts.has(address)) hosts.set(address, host);
      }
    const all = [...hosts.values()];
    const text = JSON.stringify(all);
    if (text === this.told) return;
    this.told = text;
    this.onHosts(all);
  }

  private onFailure(name: DnsName, error: Error, timer: Timer): void {
    if (this.stopped) return;
    this.onProblem(name.name, error);
    this.again(timer, this.config.refresh);
  }

  private again(timer: Timer, delay: number): void {
    this.loop.touch();
    this.loop.arm(timer, delay);
  }
}

function keyOf({ name, port }: DnsName): string {
  return `${name}:${port ?? ''}`;
}

/** In one order, whatever the order of the answer: servers turn it round to share out. */
function hostsOf(name: DnsName, { hosts }: Resolved): HostConfig[] {
  const called = name.name.replace(SERVICE_LABELS, '');
  const heaviest = hosts.reduce((most, host) => Math.max(most, host.weight), 0);
  return hosts
    .map(({ address, port, weight, priority }) => ({
      address: { host: address, port: name.port ?? port ?? 0, name: called },
      // SRV weights go up to 65535; 0 is "hardly ever".
      weight:
        heaviest === 0
          ? name.weight
          : Math.max(1, Math.round((weight / Math.max(heaviest, HEAVIEST)) * HEAVIEST)),
      priority: name.priority + priority,
      locality: name.locality,
      metadata: name.metadata,
    }))
    .filter(({ address }) => address.port > 0)
    .sort((a, b) => (formatAddress(a.address) < formatAddress(b.address) ? -1 : 1));
}
