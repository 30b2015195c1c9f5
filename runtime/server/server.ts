import type { FilterFactory, XProtocol } from '@proto-frame/api';
import type { Socket } from 'node:net';
import { AdminServer } from '../admin/admin-server.js';
import { ClusterManager } from '../cluster/cluster-manager.js';
import { formatAddress, type ListenerConfig, type Snapshot } from '../config/snapshot.js';
import { makeFilterChain } from '../filter/chain.js';
import { Listener } from '../network/listener.js';
import { WorkerLoop } from '../network/worker-loop.js';
import { AccessLog } from '../observe/access-log.js';
import type { Logger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { ProcessStats } from '../observe/process-stats.js';
import { PrometheusRenderer } from '../observe/prometheus.js';
import { XProtocolEngine } from '../protocol/engine.js';
import { Proxy } from '../proxy/proxy.js';
import { RouteTable } from '../route/route-table.js';
import { BUILTIN_FILTERS } from './builtin-filters.js';
import { connectionLimit } from './connection-limit.js';

export interface ServerOptions {
  /** For what goes wrong without anybody to tell. */
  readonly logger: Logger;
  /** Filters beside the bundled ones. */
  readonly filters?: readonly FilterFactory[];
}

/** Where the server listens: a listener's name (`admin` for the admin port) and `host:port`. */
export interface BoundAddress {
  readonly name: string;
  readonly address: string;
}

interface Running {
  readonly config: ListenerConfig;
  readonly proxy: Proxy;
  readonly listener: Listener;
  bound: string;
}

/** At most so many log lines a second about errors that should not happen. */
const ERROR_LOG_PERIOD_MS = 1_000;

/** A running sidecar. The one place that knows all parts and puts them together. */
export class Server {
  readonly metrics = new Metrics();
  /** Accepting requests: false once draining has begun. */
  ready = false;

  private readonly loop = new WorkerLoop();
  private readonly process = new ProcessStats();
  private readonly clusters: ClusterManager;
  private readonly listeners: readonly Running[];
  private readonly accessLog: AccessLog | null;
  private readonly admin: AdminServer | null;
  private readonly connectionLimit = connectionLimit();
  private adminBound: string | null = null;
  private lastErrorLog = 0;
  private errorsUnlogged = 0;
  private draining: Promise<boolean> | null = null;

  private constructor(
    private readonly snapshot: Snapshot,
    codecs: readonly XProtocol[],
    private readonly options: ServerOptions,
  ) {
    const engine = new XProtocolEngine();
    for (const codec of codecs) engine.register(codec);
    const { accessLog, admin } = snapshot;
    this.accessLog = accessLog === null ? null : new AccessLog(accessLog.path, accessLog.buffer);
    this.clusters = new ClusterManager(snapshot.clusters, {
      loop: this.loop,
      metrics: this.metrics,
      onError: (error) => this.onError(error),
    });
    const tables = new Map(snapshot.routeConfigs.map((config) => [config.name, new RouteTable(config)]));
    this.listeners = snapshot.listeners.map((config) => this.build(config, engine, tables));
    this.admin = admin === null ? null : new AdminServer(admin, this.adminSource());
  }

  /**
   * Builds everything and listens.
   *
   * @param snapshot checked: names in it lead somewhere
   * @throws Error if a codec does not fit, or an address can't be bound; then nothing is left open
   */
  static async start(
    snapshot: Snapshot,
    codecs: readonly XProtocol[],
    options: ServerOptions,
  ): Promise<Server> {
    const server = new Server(snapshot, codecs, options);
    try {
      await server.listen();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get boundAddresses(): readonly BoundAddress[] {
    const bound = this.listeners.map(({ config, bound }) => ({ name: config.name, address: bound }));
    return this.adminBound === null ? bound : [...bound, { name: 'admin', address: this.adminBound }];
  }

  /**
   * Stops gracefully: no new connections, callers are asked for no more requests, those under way finish.
   *
   * @param timeout after which the rest is cut off, in ms
   * @returns whether everything had finished by then
   */
  drain(timeout: number = this.snapshot.drainTimeout): Promise<boolean> {
    this.draining ??= this.drainAll(timeout);
    return this.draining;
  }

  /** Stops now. */
  async close(): Promise<void> {
    this.ready = false;
    for (const { listener } of this.listeners) listener.stop();
    for (const { proxy } of this.listeners) proxy.destroy();
    this.clusters.destroy();
    this.process.stop();
    await this.admin?.close();
    await this.accessLog?.close();
  }

  /** Opens the access log's file anew, after it was rotated. */
  reopenAccessLog(): void {
    this.accessLog?.reopen();
  }

  private build(
    config: ListenerConfig,
    engine: XProtocolEngine,
    tables: ReadonlyMap<string, RouteTable>,
  ): Running {
    const stats = this.metrics.listener(config.name);
    const routes = tables.get(config.routeConfig);
    if (routes === undefined) {
      throw new Error(`listener ${config.name}: there is no route config ${config.routeConfig}`);
    }
    const proxy = new Proxy({
      name: config.name,
      loop: this.loop,
      matcher: engine.matcher(config.protocols),
      maxFrame: config.maxFrame,
      limits: config.watermarks,
      deadlines: config.deadlines,
      maxInFlight: config.maxRequests,
      stats,
      protocolStats: (protocol) => this.metrics.protocol(protocol),
      routeStats: (routeConfig, route) => this.metrics.route(routeConfig, route),
      routes,
      clusters: this.clusters,
      filters: makeFilterChain(config.filters, [...BUILTIN_FILTERS, ...(this.options.filters ?? [])]),
      accessLog: this.accessLog,
      onError: (error) => this.onError(error),
    });
    const listener = new Listener({
      host: config.address.host,
      port: config.address.port,
      maxConnections: config.maxConnections === 0 ? this.connectionLimit : config.maxConnections,
      onConnection: (socket) => this.accept(socket, proxy, stats),
      onRefused: () => void stats.connectionsRefused++,
    });
    return { config, proxy, listener, bound: formatAddress(config.address) };
  }

  private async listen(): Promise<void> {
    for (const running of this.listeners) {
      running.bound = formatAddress(await running.listener.start());
    }
    if (this.admin !== null) this.adminBound = await this.admin.start();
    this.process.start();
    this.ready = true;
  }

  /** The limit of the process holds for all listeners together. */
  private accept(socket: Socket, proxy: Proxy, stats: { connectionsRefused: number }): void {
    let open = 0;
    for (const running of this.listeners) open += running.proxy.connectionCount;
    if (open < this.connectionLimit) {
      proxy.accept(socket);
      return;
    }
    stats.connectionsRefused++;
    socket.on('error', () => {});
    socket.destroy();
  }

  private async drainAll(timeout: number): Promise<boolean> {
    this.ready = false;
    for (const { listener } of this.listeners) listener.stop();
    let cut: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      cut = setTimeout(() => resolve(false), timeout);
    });
    const done = Promise.all(this.listeners.map(({ proxy }) => proxy.drain())).then(() => true);
    const finished = await Promise.race([done, late]);
    clearTimeout(cut);
    await this.close();
    return finished;
  }

  private onError(error: unknown): void {
    const now = Date.now();
    if (now - this.lastErrorLog < ERROR_LOG_PERIOD_MS) {
      this.errorsUnlogged++;
      return;
    }
    this.options.logger.error({ err: error, unlogged: this.errorsUnlogged }, 'internal error');
    this.lastErrorLog = now;
    this.errorsUnlogged = 0;
  }

  private adminSource(): ConstructorParameters<typeof AdminServer>[1] {
    const prometheus = new PrometheusRenderer(this.metrics, this.process, this.accessLog);
    return {
      ready: () => this.ready,
      metrics: async () => ({ type: prometheus.contentType, text: await prometheus.render() }),
      configDump: () => this.snapshot,
      clusters: () => this.describeClusters(),
      listeners: () => this.describeListeners(),
    };
  }

  private describeClusters(): unknown {
    const hosts = this.clusters.hosts();
    return this.snapshot.clusters.map(({ name, lb }) => ({
      name,
      lb,
      requests_active: this.clusters.get(name)?.active ?? 0,
      hosts: hosts
        .filter((host) => host.cluster === name)
        .map((host) => ({
          address: host.address,
          weight: host.weight,
          state: host.connectFailures > 0 ? 'backing_off' : 'available',
          connect_failures: host.connectFailures,
          connections: host.connections,
          requests_active: host.requestsActive,
          metadata: host.metadata,
        })),
    }));
  }

  private describeListeners(): unknown {
    return this.listeners.map(({ config, proxy, bound }) => ({
      name: config.name,
      address: bound,
      protocols: config.protocols ?? 'auto',
      route_config: config.routeConfig,
      connections: proxy.connectionCount,
      requests_active: proxy.inFlight,
    }));
  }
}
