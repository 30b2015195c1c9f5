import { Host } from '../../../../runtime/cluster/host.js';
import { type ChoiceContext, NO_HASH } from '../../../../runtime/cluster/load-balancer/choice-context.js';
import type { LoadBalancer } from '../../../../runtime/cluster/load-balancer/load-balancer.js';
import { SlowStart } from '../../../../runtime/cluster/slow-start.js';
import type { HostConfig } from '../../../../runtime/config/snapshot.js';
import { UpstreamStats } from '../../../../runtime/observe/metrics.js';
import { handWrittenBolt } from '../../../support/hand-written-bolt.js';

/** The clock of all fake hosts; tests move it. */
export const clock = { now: 0 };

/** A host that is reachable or not, without any connection. */
export class FakeHost extends Host {
  up = true;
  private well = true;
  open = 0;
  /** How often it was asked whether it is available. */
  asked = 0;

  constructor(name: string, config: Partial<HostConfig> = {}, slowStart: SlowStart | null = null) {
    super(
      { address: { host: name, port: 1 }, weight: 1, priority: 0, locality: '', metadata: {}, ...config },
      new UpstreamStats(),
      {
        clock,
        slowStart,
        kindOf: () => 'multiplex',
        make() {
          throw new Error('no connections here');
        },
      },
    );
  }

  override get healthy(): boolean {
    return this.well;
  }

  override set healthy(healthy: boolean) {
    this.well = healthy;
  }

  override available(_protocol: unknown, ignoreHealth: boolean): boolean {
    this.asked++;
    return this.up && (this.healthy || ignoreHealth);
  }

  override get connections(): number {
    return this.open;
  }
}

export function hosts(count: number, weights: readonly number[] = [1]): FakeHost[] {
  return Array.from(
    { length: count },
    (_, i) => new FakeHost(`h${i}`, { weight: weights[i % weights.length]! }),
  );
}

export function choice(changes: Partial<ChoiceContext> = {}): ChoiceContext {
  return { protocol: handWrittenBolt, hash: NO_HASH, subset: null, ignoreHealth: false, ...changes };
}

/** How often each host is chosen, by name. */
export function count(lb: LoadBalancer, times: number, context = choice()): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    context.ignoreHealth = false;
    const name = lb.choose(context)?.config.address.host ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A balancer that knows these hosts. */
export function of<Balancer extends LoadBalancer>(lb: Balancer, list: readonly Host[]): Balancer {
  lb.update(list);
  return lb;
}
