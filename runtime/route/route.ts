import type { RouteRule } from '../config/snapshot.js';
import { WeightedChoice } from './weighted-choice.js';

/** Where matching requests go. One object for each rule of the configuration, shared by all requests. */
export class Route {
  readonly name: string;
  /** Milliseconds, 0: unset. */
  readonly timeout: number;
  /** Whether {@link clusterName} always gives the same. */
  readonly fixedCluster: boolean;

  private readonly single: string;
  private readonly choice: WeightedChoice | null;

  constructor(rule: RouteRule) {
    this.name = rule.name;
    this.timeout = rule.timeout;
    this.single = rule.clusters[0]!.name;
    this.fixedCluster = rule.clusters.length === 1;
    this.choice = this.fixedCluster
      ? null
      : new WeightedChoice(
          rule.clusters.map((cluster) => cluster.name),
          rule.clusters.map((cluster) => cluster.weight),
        );
  }

  /** The cluster for the next request; to be asked exactly once a request, so that shares are exact. */
  clusterName(): string {
    return this.choice === null ? this.single : this.choice.next();
  }
}
