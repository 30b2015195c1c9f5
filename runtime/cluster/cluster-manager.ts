import type { XProtocol } from '@proto-frame/api';
import type { ClusterConfig } from '../config/snapshot.js';
import type { ClientTlsContext } from '../network/tls/client-context.js';
import { Cluster, type ClusterContext } from './cluster.js';

/** What the admin port shows of one host. */
export interface HostStatus {
  readonly cluster: string;
  /** `address:port`. */
  readonly address: string;
  readonly weight: number;
  readonly connections: number;
  readonly requestsActive: number;
  /** Failed connects in a row; while it is over 0 the host gets no requests. */
  readonly connectFailures: number;
  /** What its active check found wrong; null: nothing. */
  readonly failedCheck: string | null;
  /** Taken out because its replies failed. */
  readonly ejected: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** All clusters by name, replaced in place when the configuration changes. */
export class ClusterManager {
  private readonly clusters = new Map<string, Cluster>();
  private protocols: ReadonlyMap<string, XProtocol> = new Map();

  constructor(
    configs: readonly ClusterConfig[],
    private readonly context: ClusterContext,
    protocols: readonly XProtocol[] = [],
    tls: ReadonlyMap<string, ClientTlsContext> = new Map(),
  ) {
    this.update(configs, protocols, tls);
  }

  get(name: string): Cluster | undefined {
    return this.clusters.get(name);
  }

  /**
   * Takes another set of clusters. Those that stay keep their hosts and connections; requests under way in
   * one that goes finish there.
   *
   * @param protocols those whose heartbeats health checks can send; as before if left out
   * @param tls what connections are secured with, by the cluster's name; those of others are plain
   */
  update(
    configs: readonly ClusterConfig[],
    protocols?: readonly XProtocol[],
    tls: ReadonlyMap<string, ClientTlsContext> = new Map(),
  ): void {
    if (protocols !== undefined)
      this.protocols = new Map(protocols.map((protocol) => [protocol.name, protocol]));
    const left = new Set(this.clusters.keys());
    for (const config of configs) {
      left.delete(config.name);
      const known = this.clusters.get(config.name);
      const secured = tls.get(config.name) ?? null;
      if (known === undefined)
        this.clusters.set(config.name, new Cluster(config, this.context, this.protocols, secured));
      else known.update(config, this.protocols, secured);
    }
    for (const name of left) {
      this.clusters.get(name)!.close();
      this.clusters.delete(name);
    }
  }

  /** Every host as it is now, in the order of the configuration. */
  hosts(): HostStatus[] {
    return [...this.clusters.values()].flatMap((cluster) =>
      cluster.hosts.map((host) => ({
        cluster: cluster.name,
        address: host.address,
        weight: host.weight,
        connections: host.connections,
        requestsActive: host.active,
        connectFailures: host.failures,
        failedCheck: host.failedCheck,
        ejected: host.ejected,
        metadata: host.config.metadata,
      })),
    );
  }

  /** Closes all upstream connections once their requests have ended. */
  close(): void {
    for (const cluster of this.clusters.values()) cluster.close();
  }

  /** Closes all upstream connections now. */
  destroy(): void {
    for (const cluster of this.clusters.values()) cluster.destroy();
  }
}
