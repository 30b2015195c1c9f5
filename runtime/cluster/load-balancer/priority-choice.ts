import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { LoadBalancer, RandomSource } from './load-balancer.js';
import { overprovisioned } from './overprovisioned.js';

/** Hosts of one priority. */
interface Level {
  readonly hosts: Host[];
  readonly balancer: LoadBalancer;
  /** Its share of the requests, 0 to 1. */
  share: number;
  /** Whether health is not believed here. */
  panic: boolean;
}

/**
 * Requests go to hosts of the best priority, and as far as too many of these are unhealthy, to the next. Where
 * no priority has enough healthy hosts and one has fewer than the panic threshold, health is not believed there:
 * rather all hosts get requests than few get all.
 */
export class PriorityChoice implements LoadBalancer {
  private hosts: readonly Host[] = [];
  private levels: Level[] = [];

  /**
   * @param panicThreshold the share of healthy hosts, 0 to 1; 0: health is always believed
   * @param make the balancer within a priority
   */
  constructor(
    private readonly panicThreshold: number,
    private readonly make: () => LoadBalancer,
    private readonly random: RandomSource = Math.random,
  ) {}

  update(hosts: readonly Host[]): void {
    if (hosts !== this.hosts) this.group(hosts);
    else for (const { hosts: own, balancer } of this.levels) balancer.update(own);
    this.share();
  }

  choose(context: ChoiceContext): Host | null {
    const { levels } = this;
    if (levels.length === 1) return choose(levels[0]!, context);
    let left = this.random();
    let first: Level | null = null;
    for (let i = 0; i < levels.length && first === null; i++)
      if ((left -= levels[i]!.share) < 0) first = levels[i]!;
    const host = first === null ? null : choose(first, context);
    if (host !== null) return host;
    for (let i = 0; i < levels.length; i++) {
      const other = levels[i]!;
      const found = other === first ? null : choose(other, context);
      if (found !== null) return found;
    }
    return null;
  }

  private group(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const known = new Map(this.levels.map((level) => [level.hosts[0]!.config.priority, level]));
    const groups = new Map<number, Host[]>();
    for (const host of hosts) {
      const group = groups.get(host.config.priority);
      if (group === undefined) groups.set(host.config.priority, [host]);
      else group.push(host);
    }
    this.levels = [...groups]
      .sort(([a], [b]) => a - b)
      .map(([priority, group]) => {
        const balancer = known.get(priority)?.balancer ?? this.make();
        balancer.update(group);
        return { hosts: group, balancer, share: 0, panic: false };
      });
  }

  private share(): void {
    const able = this.levels.map((level) => overprovisioned(level.hosts));
    const total = Math.min(
      1,
      able.reduce((sum, one) => sum + one, 0),
    );
    let left = 1;
    this.levels.forEach((level, i) => {
      // With nobody healthy at all the best priority is as good as any.
      level.share = total === 0 ? (i === 0 ? 1 : 0) : Math.min(left, able[i]! / total);
      left -= level.share;
      const healthy = level.hosts.filter((host) => host.healthy).length / level.hosts.length;
      level.panic = total < 1 && healthy < this.panicThreshold;
    });
  }
}

function choose(level: Level, context: ChoiceContext): Host | null {
  context.ignoreHealth = level.panic;
  return level.balancer.choose(context);
}
