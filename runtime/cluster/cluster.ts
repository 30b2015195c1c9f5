import type { XProtocol } from '@proto-frame/api';
import {
  type ClusterConfig,
  formatAddress,
  type HealthCheckConfig,
  type HostConfig,
} from '../config/snapshot.js';
import type { Metrics, UpstreamStats } from '../observe/metrics.js';
import { Dialer } from '../network/dialer.js';
import type { ClientTlsContext } from '../network/tls/client-context.js';
import type { WorkerLoop } from '../network/worker-loop.js';
import { DnsDiscovery } from './discovery/dns-discovery.js';
import { DnsResolver, type NameResolver } from './discovery/name-resolver.js';
import { ConnectProbe } from './health/connect-probe.js';
import { HealthChecker } from './health/health-checker.js';
import type { HealthProbe } from './health/health-probe.js';
import { HeartbeatProbe } from './health/heartbeat-probe.js';
import { OutlierDetector } from './health/outlier-detector.js';
import { Host, type PoolMaker } from './host.js';
import type { ChoiceContext } from './load-balancer/choice-context.js';
import type { LoadBalancer } from './load-balancer/load-balancer.js';
import { makeLoadBalancer } from './load-balancer/make-load-balancer.js';
import type { ConnectionPool } from './pool/connection-pool.js';
import { SlowStart } from './slow-start.js';
import { makePool, type PoolKind, poolKindOf } from './pool/pool-kind.js';

/** What clusters are built with. */
export interface ClusterContext {
  readonly loop: WorkerLoop;
  readonly metrics: Metrics;
  /** The request id that every upstream connection begins with; the protocol's lowest if left out. For tests. */
  readonly firstRequestId?: number;
  /** Asks for the addresses of names; the machine's own way if left out. */
  readonly resolver?: NameResolver;
  /** Something is wrong outside of this process, such as a name that can't be looked up. */
  onProblem?(message: string): void;
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

  /** Retries under way. */
  private retries = 0;
  private config: ClusterConfig;
  private balancer: LoadBalancer;
  private checker: HealthChecker | null = null;
  private outliers: OutlierDetector | null = null;
  private discovery: DnsDiscovery | null = null;
  /** Hosts that DNS has told of. */
  private found: readonly HostConfig[] = [];
  private readonly pools: PoolMaker;
  private readonly dialer: Dialer;

  /** @param tls null: connections are plain */
  constructor(
    config: ClusterConfig,
    private readonly context: ClusterContext,
    private protocols: ReadonlyMap<string, XProtocol>,
    tls: ClientTlsContext | null,
  ) {
    this.pools = {
      clock: context.loop,
      slowStart: slowStartOf(config),
      kindOf: (protocol) => this.config.pool ?? poolKindOf(protocol.traits),
      make: (host, protocol, kind) => this.pool(host, protocol, kind),
    };
    this.name = config.name;
    this.config = config;
    this.stats = context.metrics.cluster(config.name);
    this.dialer = new Dialer(tls, this.stats, (message) =>
      context.onProblem?.(`cluster ${config.name}: ${message}`),
    );
    this.balancer = makeLoadBalancer(config);
    this.watchHealth(config);
    this.discover(config);
    this.setHosts();
  }

  /** Whether one more request would be more than max_requests. */
  get full(): boolean {
    return this.active >= this.config.maxRequests;
  }

  /**
   * Counts one more retry under way, if max_retries and the budget, a share of the requests under way, allow it.
   * {@link endRetry} is called once it is not any more.
   */
  beginRetry(): boolean {
    const { maxRetries, retryBudget } = this.config;
    const budget = Math.max(retryBudget.minRetries, (this.active * retryBudget.percentage) / 100);
    if (this.retries + 1 > Math.min(maxRetries, budget)) {
      this.stats.retryOverflows++;
      return false;
    }
    this.retries++;
    this.stats.retries++;
    this.stats.retriesActive++;
    return true;
  }

  endRetry(): void {
    this.retries--;
    this.stats.retriesActive--;
  }

  /** Whether requests of this protocol get a connection of their caller's own. */
  binds(protocol: XProtocol): boolean {
    return this.pools.kindOf(protocol) === 'binding';
  }

  /** The host for one request, or null if none is available. */
  choose(context: ChoiceContext): Host | null {
    return this.balancer.choose(context);
  }

  /** Connections opened from now on are secured with other certificates; those open stay. */
  secure(tls: ClientTlsContext | null): void {
    this.dialer.use(tls);
  }

  /**
   * Takes another configuration. Hosts that stay keep their connections, unless what a connection is opened
   * with has changed: then those finish and new ones are opened.
   */
  update(
    config: ClusterConfig,
    protocols: ReadonlyMap<string, XProtocol>,
    tls: ClientTlsContext | null,
  ): void {
    const before = this.config;
    this.config = config;
    this.dialer.use(tls);
    this.protocols = protocols;
    this.pools.slowStart = slowStartOf(config);
    if (
      JSON.stringify([before.healthCheck, before.outlier]) !==
      JSON.stringify([config.healthCheck, config.outlier])
    )
      this.watchHealth(config);
    if (JSON.stringify(before.dns) !== JSON.stringify(config.dns)) this.discover(config);
    if (balancing(before) !== balancing(config)) this.balancer = makeLoadBalancer(config);
    if (connectionSettings(before) !== connectionSettings(config)) {
      for (const host of this.hosts) host.close();
      this.hosts = [];
    }
    this.setHosts();
  }

  /** A request to one of the hosts ended: with a reply, or with none. */
  noteOutcome(host: Host, ok: boolean): void {
    this.outliers?.note(host, ok);
  }

  /** Takes no more requests; running ones finish. */
  close(): void {
    this.stopWatching();
    for (const host of this.hosts) host.close();
  }

  destroy(): void {
    this.stopWatching();
    for (const host of this.hosts) host.destroy();
  }

  private stopWatching(): void {
    this.checker?.stop();
    this.outliers?.stop();
    this.discovery?.stop();
    this.checker = this.outliers = this.discovery = null;
  }

  private watchHealth({ healthCheck, outlier }: ClusterConfig): void {
    const { loop } = this.context;
    const onChange = (host: Host): void => {
      if (host.healthy) host.start();
      this.balancer.update(this.hosts);
    };
    this.checker?.stop();
    this.outliers?.stop();
    this.checker =
      healthCheck && new HealthChecker(healthCheck, loop, (host) => this.probe(host, healthCheck), onChange);
    this.outliers = outlier && new OutlierDetector(outlier, loop, onChange);
  }

  private probe({ config }: Host, { protocol }: HealthCheckConfig): HealthProbe {
    const spoken = protocol === null ? undefined : this.protocols.get(protocol);
    return spoken === undefined
      ? new ConnectProbe(config.address, this.dialer)
      : new HeartbeatProbe(config.address, this.dialer, spoken);
  }

  private discover({ dns }: ClusterConfig): void {
    this.discovery?.stop();
    this.discovery = null;
    if (dns === null) {
      this.found = [];
      return;
    }
    const { context } = this;
    this.discovery = new DnsDiscovery(
      dns,
      context.loop,
      context.resolver ?? new DnsResolver(dns.servers.map(formatAddress)),
      (hosts) => {
        this.found = hosts;
        this.setHosts();
      },
      (name, error) => context.onProblem?.(`cluster ${this.name}: can't look up ${name}: ${error.message}`),
    );
  }

  /** Those of the configuration, and those found that are not among them. */
  private setHosts(): void {
    const listed = new Set(this.config.hosts.map((host) => formatAddress(host.address)));
    const found = this.found.filter((host) => !listed.has(formatAddress(host.address)));
    this.replaceHosts([...this.config.hosts, ...found]);
  }

  private replaceHosts(configs: readonly HostConfig[]): void {
    const left = new Map(this.hosts.map((host) => [host.address, host]));
    const first = this.hosts.length === 0;
    this.hosts = configs.map((hostConfig) => {
      const address = formatAddress(hostConfig.address);
      const known = left.get(address);
      if (known === undefined) {
        const host = new Host(hostConfig, this.context.metrics.host(this.name, address), this.pools);
        // Where all start at the same time, each gets its share.
        if (!first) host.start();
        return host;
      }
      left.delete(address);
      known.config = hostConfig;
      return known;
    });
    this.checker?.update(this.hosts);
    this.outliers?.update(this.hosts);
    this.balancer.update(this.hosts);
    for (const host of left.values()) host.close();
  }

  private pool(host: Host, protocol: XProtocol, kind: PoolKind): ConnectionPool {
    const { config, context } = this;
    return makePool(kind, {
      loop: context.loop,
      protocol,
      address: host.config.address,
      dialer: this.dialer,
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

function slowStartOf({ slowStart }: ClusterConfig): SlowStart | null {
  return slowStart && new SlowStart(slowStart.window, slowStart.aggression, slowStart.least);
}

/** How hosts are chosen, to be compared. */
function balancing({ lb, subsetFallback, localityWeights, panicThreshold }: ClusterConfig): string {
  return JSON.stringify([lb, subsetFallback, localityWeights, panicThreshold]);
}

/** What connections were opened with, to be compared. */
function connectionSettings(config: ClusterConfig): string {
  const {
    pool,
    tls,
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
    tls,
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
