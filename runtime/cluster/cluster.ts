import type { XProtocol } from '@proto-frame/api';
import { type ClusterConfig, formatAddress } from '../config/snapshot.js';
import type { Metrics, UpstreamStats } from '../observe/metrics.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import { Host, type PoolMaker } from './host.js';
import type { ChoiceContext } from './load-balancer/choice-context.js';
import { type LoadBalancer, makeLoadBalancer } from './load-balancer/load-balancer.js';
import type { ConnectionPool } from './pool/connection-pool.js';
import { makePool, type PoolKind, poolKindOf } from './pool/pool-kind.js';

/** What clusters are built with. */
export interface ClusterContext {
  readonly loop: WorkerLoop;
  readonly metrics: Metrics;
  /** The request id that every upstream connection begins with; the protocol's lowest if left out. For tests. */
  readonly firstRequestId?: number;
  /** Something threw that should not have; it concerned one connection only. */
  onError(error: unknown): void;
}

/** From the first byte of a reply to its last, in ms. */
const FRAME_DEADLINE_MS = 30_000;

/** A service: its hosts, and the choice between them. */
export class Cluster {
  readonly name: string;
  readonly stats: UpstreamStats;
  /** Requests under way. */
  active = 0;
  hosts: readonly Host[] = [];

  private config: ClusterConfig;
  private balancer: LoadBalancer;
  private readonly pools: PoolMaker = {
    kindOf: (protocol) => this.config.pool ?? poolKindOf(protocol.traits),
    make: (host, protocol, kind) => this.pool(host, protocol, kind),
  };

  constructor(
    config: ClusterConfig,
    private readonly context: ClusterContext,
  ) {
    this.name = config.name;
    this.config = config;
    this.stats = context.metrics.cluster(config.name);
    this.balancer = makeLoadBalancer(config.lb);
    this.setHosts(config);
  }

  /** Whether one more request would be more than max_requests. */
  get full(): boolean {
    return this.active >= this.config.maxRequests;
  }

  /** Whether requests of this protocol get a connection of their caller's own. */
  binds(protocol: XProtocol): boolean {
    return this.pools.kindOf(protocol) === 'binding';
  }

  /** The host for one request, or null if none is available. */
  choose(context: ChoiceContext): Host | null {
    return this.balancer.choose(this.hosts, context.protocol);
  }

  /**
   * Takes another configuration. Hosts that stay keep their connections, unless what a connection is opened
   * with has changed: then those finish and new ones are opened.
   */
  update(config: ClusterConfig): void {
    const before = this.config;
    this.config = config;
    if (before.lb !== config.lb) this.balancer = makeLoadBalancer(config.lb);
    if (connectionSettings(before) !== connectionSettings(config)) {
      this.close();
      this.hosts = [];
    }
    this.setHosts(config);
  }

  /** Takes no more requests; running ones finish. */
  close(): void {
    for (const host of this.hosts) host.close();
  }

  destroy(): void {
    for (const host of this.hosts) host.destroy();
  }

  private setHosts(config: ClusterConfig): void {
    const left = new Map(this.hosts.map((host) => [host.address, host]));
    this.hosts = config.hosts.map((hostConfig) => {
      const address = formatAddress(hostConfig.address);
      const known = left.get(address);
      if (known === undefined) {
        return new Host(hostConfig, this.context.metrics.host(config.name, address), this.pools);
      }
      left.delete(address);
      known.config = hostConfig;
      return known;
    });
    for (const host of left.values()) host.close();
  }

  private pool(host: Host, protocol: XProtocol, kind: PoolKind): ConnectionPool {
    const { config, context } = this;
    return makePool(kind, {
      loop: context.loop,
      protocol,
      address: host.config.address,
      maxFrame: protocol.traits.maxFrame,
      limits: config.watermarks,
      connectTimeout: config.connectTimeout,
      frameDeadline: FRAME_DEADLINE_MS,
      idleTimeout: config.idleTimeout,
      maxRequests: config.maxRequestsPerConnection,
      keepalive: config.keepalive,
      oneAtATime: false,
      stats: [this.stats, host.stats],
      protocolStats: context.metrics.protocol(protocol.name),
      maxConnections: config.maxConnections,
      maxPending: config.maxPendingRequests,
      reconnect: config.reconnect,
      firstRequestId: context.firstRequestId ?? protocol.traits.idMin,
      onError: (error) => context.onError(error),
    });
  }
}

/** What connections were opened with, to be compared. */
function connectionSettings(config: ClusterConfig): string {
  const {
    pool,
    connectTimeout,
    maxConnections,
    maxPendingRequests,
    maxRequestsPerConnection,
    keepalive,
    reconnect,
    idleTimeout,
    watermarks,
  } = config;
  return JSON.stringify([
    pool,
    connectTimeout,
    maxConnections,
    maxPendingRequests,
    maxRequestsPerConnection,
    keepalive,
    reconnect,
    idleTimeout,
    watermarks,
  ]);
}
