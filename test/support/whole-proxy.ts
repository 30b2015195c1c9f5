import type { FilterFactory, XProtocol } from '@proto-frame/api';
import { ClusterManager } from '../../runtime/cluster/cluster-manager.js';
import { plainRule } from '../../runtime/config/build-routes.js';
import type {
  ClusterConfig,
  Deadlines,
  FilterConfig,
  RouteMatch,
  RouteRule,
  Watermarks,
  WeightedCluster,
} from '../../runtime/config/snapshot.js';
import { type FilterChain, makeFilterChain } from '../../runtime/filter/chain.js';
import { Listener } from '../../runtime/network/listener.js';
import { WorkerLoop } from '../../runtime/network/worker-loop.js';
import type { AccessLog } from '../../runtime/observe/access-log.js';
import { type DownstreamStats, Metrics, type UpstreamStats } from '../../runtime/observe/metrics.js';
import type { StreamTracer } from '../../runtime/observe/stream-tracer.js';
import { XProtocolEngine } from '../../runtime/protocol/engine.js';
import type { NameResolver } from '../../runtime/cluster/discovery/name-resolver.js';
import { Proxy } from '../../runtime/proxy/proxy.js';
import { Route } from '../../runtime/route/route.js';
import { RouteTable } from '../../runtime/route/route-table.js';
import { handWrittenBolt } from './hand-written-bolt.js';

const WATERMARKS: Watermarks = { high: 256 * 1024, low: 128 * 1024 };

/** A cluster `echo` of the given ports on loopback; what is not said gets the defaults. */
export function clusterOf(ports: readonly number[], changes: Partial<ClusterConfig> = {}): ClusterConfig {
  return {
    name: 'echo',
    lb: 'round_robin',
    subsetFallback: 'none',
    localityWeights: null,
    panicThreshold: 0.5,
    slowStart: null,
    dns: null,
    healthCheck: null,
    outlier: null,
    hosts: ports.map((port) => ({
      address: { host: '127.0.0.1', port },
      weight: 1,
      priority: 0,
      locality: '',
      metadata: {},
    })),
    tls: null,
    connectTimeout: 1_000,
    pool: null,
    maxConnections: 0,
    maxPendingRequests: 1_024,
    maxRequests: 10_000,
    maxRetries: 1_024,
    retryBudget: { percentage: 20, minRetries: 3 },
    maxRequestsPerConnection: 0,
    keepalive: null,
    reconnect: { base: 20, max: 100 },
    idleTimeout: 0,
    watermarks: WATERMARKS,
    ...changes,
  };
}

export type RuleChanges = Omit<Partial<RouteRule>, 'match' | 'clusters'> & {
  readonly match?: Partial<RouteMatch>;
  readonly clusters?: readonly (Omit<WeightedCluster, 'subset'> & Partial<WeightedCluster>)[];
};

/** A rule that sends everything for `service` (undefined: whatever comes) to `cluster`. */
export function routeTo(cluster: string, changes: RuleChanges = {}, service?: string): RouteRule {
  const plain = plainRule(`to ${cluster}`, cluster);
  const { match, clusters, ...rest } = changes;
  const exact = service === undefined ? null : ({ kind: 'exact', value: service } as const);
  return {
    ...plain,
    ...rest,
    clusters: clusters?.map((one) => ({ subset: [], ...one })) ?? plain.clusters,
    match: { ...plain.match, service: exact, ...match },
  };
}

export interface WholeProxyOptions {
  readonly clusters: readonly ClusterConfig[];
  readonly routes?: readonly RouteRule[];
  readonly protocols?: readonly XProtocol[];
  /** Names tried on first bytes; null: all. */
  readonly protocolNames?: readonly string[] | null;
  readonly filters?: readonly FilterConfig[];
  /** What the listener says of itself. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly factories?: readonly FilterFactory[];
  readonly maxFrame?: number;
  readonly maxInFlight?: number;
  readonly maxConnections?: number;
  readonly watermarks?: Watermarks;
  readonly deadlines?: Partial<Deadlines>;
  readonly accessLog?: AccessLog;
  /** Of clusters with dns. */
  readonly resolver?: NameResolver;
  readonly onProblem?: (message: string) => void;
  /** The cluster of connections that speak none of the protocols. */
  readonly fallback?: string;
  readonly tracer?: StreamTracer;
  /** With a clock of the test's own. */
  readonly loop?: WorkerLoop;
  /** The id that upstream connections begin with. */
  readonly firstRequestId?: number;
}

/** A whole data plane in this process: a listener on a free port of loopback, and all behind it. */
export interface WholeProxy {
  readonly port: number;
  readonly filters: FilterChain | null;
  readonly loop: WorkerLoop;
  readonly proxy: Proxy;
  readonly clusters: ClusterManager;
  readonly metrics: Metrics;
  readonly downstream: DownstreamStats;
  /** Of the cluster `echo`. */
  readonly upstream: UpstreamStats;
  /** What was reported as not to be expected. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function startProxy(options: WholeProxyOptions): Promise<WholeProxy> {
  const loop = options.loop ?? new WorkerLoop();
  const metrics = new Metrics();
  const engine = new XProtocolEngine();
  const protocols = options.protocols ?? [handWrittenBolt];
  for (const protocol of protocols) engine.register(protocol);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const { firstRequestId } = options;
  const { resolver, onProblem } = options;
  const context = {
    loop,
    metrics,
    onError,
    ...(resolver === undefined ? {} : { resolver }),
    ...(onProblem === undefined ? {} : { onProblem }),
    ...(firstRequestId === undefined ? {} : { firstRequestId }),
  };
  const clusters = new ClusterManager(options.clusters, context, protocols);
  const downstream = metrics.listener('test');
  const routes = options.routes ?? [routeTo('echo')];
  const perRoute = new Map(routes.map((rule) => [rule.name, rule.perFilterConfig]));
  const filters = makeFilterChain(options.filters ?? [], options.factories ?? [], perRoute);
  const proxy = new Proxy({
    name: 'test',
    loop,
    matcher: engine.matcher(
      options.protocolNames === undefined ? [protocols[0]!.name] : options.protocolNames,
    ),
    maxFrame: options.maxFrame ?? 16 * 1024 * 1024,
    limits: options.watermarks ?? WATERMARKS,
    deadlines: { firstBytes: 10_000, frame: 30_000, idle: 0, ...options.deadlines },
    stats: downstream,
    protocolStats: (name) => metrics.protocol(name),
    metadata: options.metadata ?? {},
    routes: new RouteTable({ name: 'test', virtualHosts: [{ name: 'all', domains: ['*'], routes }] }),
    routeStats: (config, route) => metrics.route(config, route),
    clusters,
    rawBytes: options.fallback !== undefined,
    fallback: options.fallback === undefined ? null : new Route(routeTo(options.fallback)),
    filters,
    accessLog: options.accessLog ?? null,
    tracer: options.tracer ?? null,
    maxInFlight: options.maxInFlight ?? 10_000,
    overload: { refusesRequests: false, look() {} },
    onError,
  });
  const listener = new Listener({
    address: { host: '127.0.0.1', port: 0 },
    mode: 0o600,
    maxConnections: options.maxConnections ?? 1_000,
    onConnection: (socket) => proxy.accept(socket),
    onRefused: () => void downstream.connectionsRefused++,
  });
  const { port } = await listener.start();
  return {
    port,
    filters,
    loop,
    proxy,
    clusters,
    metrics,
    downstream,
    upstream: metrics.cluster('echo'),
    errors,
    async close() {
      listener.stop();
      proxy.destroy();
      clusters.destroy();
      await proxy.drain();
    },
  };
}
