import type { FilterFactory, XProtocol } from '@proto-frame/api';
import { existsSync } from 'node:fs';
import { AdminServer, type AdminSource } from '../admin/admin-server.js';
import { certStatus } from '../admin/cert-status.js';
import { liveStats } from '../admin/live-stats.js';
import type { ClusterStatus, ListenerStatus } from '../admin/status.js';
import { ClusterManager, type HostStatus } from '../cluster/cluster-manager.js';
import type {
  AccessLogConfig,
  ListenerConfig,
  PerFilterConfig,
  RouteConfig,
  Snapshot,
  HealthCheckConfig,
} from '../config/snapshot.js';
import { makeFilterChain } from '../filter/chain.js';
import type { ClientTlsContext } from '../network/tls/client-context.js';
import type { TlsSettings } from '../network/tls/tls-acceptor.js';
import { WorkerLoop } from '../network/worker-loop.js';
import { AccessLog } from '../observe/access-log.js';
import { compileLogFormat } from '../observe/log-format.js';
import type { HostHealth } from '../observe/host-health.js';
import type { Logger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { ProcessStats } from '../observe/process-stats.js';
import { PrometheusRenderer } from '../observe/prometheus.js';
import { XProtocolEngine } from '../protocol/engine.js';
import { Proxy } from '../proxy/proxy.js';
import { Route } from '../route/route.js';
import { RouteTable } from '../route/route-table.js';
import { ActiveListener, type ListenerParts } from './active-listener.js';
import { BUILTIN_FILTERS } from './builtin-filters.js';
import { Certificates, loadCertificates, type LoadedCertificates } from './certificates.js';
import { connectionLimit } from './connection-limit.js';
import type { Tracing } from './load-tracing.js';
import { collectGarbage, heapShare, oldGeneration } from './old-generation.js';
import { OverloadManager } from './overload-manager.js';
import { SparseLog } from './sparse-log.js';

export interface ServerOptions {
  /** For what goes wrong without anybody to tell. */
  readonly logger: Logger;
  /** Filters beside the bundled ones. */
  readonly filters?: readonly FilterFactory[];
  /** One of several workers: the admin port is the supervisor's. */
  readonly supervised?: boolean;
  /** Whether certificates are read again when their files change; true if left out. */
  readonly watchFiles?: boolean;
}

/** Where the server listens: a listener's name (`admin` for the admin port) and `host:port` or `unix:/path`. */
export interface BoundAddress {
  readonly name: string;
  readonly address: string;
}

/** A configuration that can be taken: everything it needs is bound. */
export interface Preparation {
  /** Takes it; can't fail. */
  commit(): void;
  /** Lets go of what was bound for it. */
  drop(): void;
}

/** At most one log line in so many ms about errors that should not happen. */
const ERROR_LOG_PERIOD_MS = 1_000;
/** How long connections to hosts may take to close once nobody waits for a reply, and how often to look. */
const SETTLE_MS = 1_000;
const SETTLE_STEP_MS = 10;
/** After this share of a drain callers that go on asking are read no more: what is left is for the replies. */
const LAST_CALL = 0.75;
/** Within this share of a drain callers are asked to leave where that happens one after the other. */
const LEAVE_SHARE = 0.5;

/** A running sidecar. The one place that knows all parts and puts them together. */
export class Server {
  readonly metrics = new Metrics();
  /** Accepting requests: false once draining has begun. */
  ready = false;
  /** Resolves when a drain, whoever asked for it, has come to its end: with whether everything had finished. */
  readonly drained: Promise<boolean>;
  /** What the admin port shows, and a supervisor asks for. */
  readonly source: AdminSource;

  private onDrained: (finished: boolean) => void = () => {};
  private readonly loop = new WorkerLoop();
  private readonly process = new ProcessStats();
  private readonly clusters: ClusterManager;
  private readonly accessLog: AccessLog | null;
  private readonly admin: AdminServer | null;
  private tracing: Tracing | null = null;
  private readonly connectionLimit = connectionLimit();
  private readonly overload: OverloadManager;
  private listeners: ActiveListener[] = [];
  /** Gone from the configuration, with connections still open. */
  private readonly leaving = new Set<ActiveListener>();
  private adminBound: string | null = null;
  private lastErrorLog = 0;
  private errorsUnlogged = 0;
  private draining: Promise<boolean> | null = null;
  private readonly certificates: Certificates;
  private readonly turnedAway: SparseLog<{ listener: string; peer: string; reason: string }>;

  private constructor(
    private snapshot: Snapshot,
    private readonly options: ServerOptions,
  ) {
    const { accessLog, admin } = snapshot;
    this.drained = new Promise((resolve) => (this.onDrained = resolve));
    this.accessLog = accessLog === null ? null : makeAccessLog(accessLog);
    this.clusters = new ClusterManager([], {
      loop: this.loop,
      metrics: this.metrics,
      onProblem: (message) => this.options.logger.warn(message),
      onError: (error) => this.onError(error),
    });
    this.overload = new OverloadManager(snapshot.overload, {
      stats: this.metrics.overload,
      now: () => performance.now(),
      heap: () => heapShare(oldGeneration()),
      queued: () => this.loop.queued,
      shrink: () => {
        for (const listener of [...this.listeners, ...this.leaving]) listener.shrink();
        collectGarbage();
      },
      onChange: (message) => this.options.logger.warn(message),
    });
    const { logger, watchFiles = true } = options;
    const users = {
      secureListener: (name: string, settings: TlsSettings) =>
        this.listeners.find((listener) => listener.name === name)?.secure(settings),
      secureCluster: (name: string, context: ClientTlsContext) => this.clusters.get(name)?.secure(context),
    };
    this.certificates = new Certificates(users, this.metrics.certificates, logger, watchFiles);
    this.turnedAway = new SparseLog(ERROR_LOG_PERIOD_MS, (about, unlogged) =>
      logger.warn({ ...about, unlogged }, 'TLS handshake failed'),
    );
    this.source = this.adminSource();
    this.admin = admin === null || options.supervised === true ? null : new AdminServer(admin, this.source);
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
    const server = new Server(snapshot, options);
    try {
      if (snapshot.tracing !== null) {
        // Who does not trace does not load OpenTelemetry.
        const { loadTracing } = await import('./load-tracing.js');
        server.tracing = await loadTracing(snapshot.tracing);
      }
      (await server.bind(snapshot, codecs)).commit();
      if (server.admin !== null) server.adminBound = await server.admin.start();
    } catch (error) {
      await server.close();
      throw error;
    }
    server.process.start();
    server.overload.start();
    server.ready = true;
    return server;
  }

  /**
   * Builds everything and starts nothing: what only shows when the parts meet, such as a protocol that can't
   * be carried, is found without a start.
   *
   * @throws Error as {@link Server.start} does
   */
  static check(snapshot: Snapshot, codecs: readonly XProtocol[], options: ServerOptions): void {
    const { tracing } = snapshot;
    if (tracing !== null && !existsSync(tracing.module)) {
      throw new Error(`tracing module ${tracing.module}: there is no such file`);
    }
    new Server(snapshot, options).plan(snapshot, codecs, loadCertificates(snapshot));
  }

  get boundAddresses(): readonly BoundAddress[] {
    const bound = this.listeners.map(({ name, bound: address }) => ({ name, address }));
    return this.adminBound === null ? bound : [...bound, { name: 'admin', address: this.adminBound }];
  }

  /** Whose bytes are looked at at the moment: a caller's or a host's address; null: nobody's. */
  get serving(): string | null {
    return this.loop.serving?.peer ?? null;
  }

  /**
   * Takes another configuration without closing a connection: listeners, routes, filters and clusters are
   * replaced at once, or not at all. Requests under way keep the routes they began with.
   *
   * @throws Error saying why nothing was changed
   */
  async apply(snapshot: Snapshot, codecs: readonly XProtocol[]): Promise<void> {
    (await this.prepare(snapshot, codecs)).commit();
  }

  /**
   * The part of {@link apply} that can fail: binds what is new. Callers of new listeners wait until it is
   * committed. One preparation has to be committed or dropped before the next begins.
   *
   * @throws Error saying why the configuration can't be taken
   */
  async prepare(snapshot: Snapshot, codecs: readonly XProtocol[]): Promise<Preparation> {
    if (!this.ready) throw new Error('the server is stopping');
    for (const [key, before, after] of [
      ['admin', this.snapshot.admin, snapshot.admin],
      ['access_log', this.snapshot.accessLog, snapshot.accessLog],
      ['tracing', this.snapshot.tracing, snapshot.tracing],
    ] as const) {
      if (JSON.stringify(before) !== JSON.stringify(after)) {
        throw new Error(`${key} can't be changed without a restart`);
      }
    }
    return this.bind(snapshot, codecs);
  }

  /**
   * Stops gracefully: no new connections, callers are asked for no more requests, those under way finish.
   *
   * @param timeout after which the rest is cut off, in ms
   * @param gradually asks callers one after the other, so that not all connect anew at once; asked again without
   * it, a drain under way asks all that are left
   * @returns whether everything had finished by then
   */
  drain(timeout: number = this.snapshot.drainTimeout, gradually = false): Promise<boolean> {
    if (this.draining === null) {
      this.draining = this.drainAll(timeout, gradually).then((finished) => {
        this.onDrained(finished);
        return finished;
      });
    } else if (!gradually) {
      for (const listener of [...this.listeners, ...this.leaving]) void listener.drain();
    }
    return this.draining;
  }

  /** Stops now. */
  async close(): Promise<void> {
    this.ready = false;
    for (const listener of [...this.listeners, ...this.leaving]) listener.destroy();
    this.certificates.close();
    this.clusters.destroy();
    this.process.stop();
    this.overload.stop();
    await this.admin?.close();
    await this.accessLog?.close();
    await this.tracing?.shutdown();
  }

  /** Opens the access log's file anew, after it was rotated. */
  reopenAccessLog(): void {
    this.accessLog?.reopen();
  }

  /** Binds what is new; only when that succeeded the rest can follow, in one turn. */
  private async bind(snapshot: Snapshot, codecs: readonly XProtocol[]): Promise<Preparation> {
    const loaded = loadCertificates(snapshot);
    const planned = this.plan(snapshot, codecs, loaded).map((parts) => {
      return { parts, known: this.listeners.find((listener) => listener.serves(parts.config)) };
    });
    const before = this.listeners;
    const { overload } = this.metrics;
    const mayAccept = (): boolean =>
      !overload.refusesConnections && this.connectionCount() < this.connectionLimit;
    const next = planned.map(({ known, parts }) => {
      const listener = parts.config.name;
      const context = {
        loop: this.loop,
        stats: this.metrics.listener(listener),
        mayAccept,
        limit: this.connectionLimit,
        onTurnedAway: (peer: string, reason: string) => this.turnedAway.write({ listener, peer, reason }),
      };
      return known ?? new ActiveListener(parts, context);
    });
    const fresh = next.filter((listener) => !before.includes(listener));
    const drop = (): void => {
      for (const listener of fresh) listener.destroy();
    };
    try {
      for (const listener of fresh) await listener.start();
    } catch (error) {
      drop();
      throw error;
    }
    const commit = (): void => {
      this.overload.update(snapshot.overload);
      const secured = Array.from(loaded.clusters, ([name, { use }]) => [name, use] as const);
      this.clusters.update(snapshot.clusters, codecs, new Map(secured));
      for (const { known, parts } of planned) known?.update(parts);
      this.listeners = next;
      this.snapshot = snapshot;
      this.certificates.take(snapshot, loaded);
      for (const listener of fresh) listener.open();
      for (const listener of before) if (!next.includes(listener)) this.leave(listener);
    };
    return { commit, drop };
  }

  /** All that can go wrong without a socket. */
  private plan(
    snapshot: Snapshot,
    codecs: readonly XProtocol[],
    { listeners: tls }: LoadedCertificates,
  ): ListenerParts[] {
    const engine = new XProtocolEngine();
    for (const codec of codecs) engine.register(codec);
    for (const { name, healthCheck } of snapshot.clusters) checkHeartbeat(name, healthCheck, codecs);
    const tables = new Map(snapshot.routeConfigs.map((config) => [config.name, new RouteTable(config)]));
    const perRoute = new Map(snapshot.routeConfigs.map((config) => [config.name, perFilterConfigs(config)]));
    return snapshot.listeners.map((config) => ({
      ...this.partsOf(config, engine, tables, perRoute),
      tls: tls.get(config.name)?.use ?? null,
    }));
  }

  private partsOf(
    config: ListenerConfig,
    engine: XProtocolEngine,
    tables: ReadonlyMap<string, RouteTable>,
    perRoute: ReadonlyMap<string, ReadonlyMap<string, PerFilterConfig>>,
  ): Omit<ListenerParts, 'tls'> {
    const routes = tables.get(config.routeConfig);
    if (routes === undefined) {
      throw new Error(`listener ${config.name}: there is no route config ${config.routeConfig}`);
    }
    const routeFilters = perRoute.get(config.routeConfig) ?? new Map<string, PerFilterConfig>();
    const factories = [...BUILTIN_FILTERS, ...(this.options.filters ?? [])];
    const filters = makeFilterChain(config.filters, factories, routeFilters);
    const filterSettings = JSON.stringify([config.filters, [...routeFilters]]);
    const matcher = engine.matcher(config.protocols);
    const proxy = new Proxy({
      name: config.name,
      loop: this.loop,
      matcher,
      maxFrame: config.maxFrame,
      limits: config.watermarks,
      deadlines: config.deadlines,
      maxInFlight: config.maxRequests,
      overload: this.overload,
      stats: this.metrics.listener(config.name),
      protocolStats: (protocol) => this.metrics.protocol(protocol),
      routeStats: (routeConfig, route) => this.metrics.route(routeConfig, route),
      routes,
      metadata: config.metadata,
      rawBytes: config.fallback !== null,
      fallback: config.fallback === null ? null : new Route(config.fallback),
      clusters: this.clusters,
      filters,
      accessLog: this.accessLog,
      tracer: this.tracing === null ? null : this.tracing.tracer,
      onError: (error) => this.onError(error),
    });
    return { config, routes, filters, filterSettings, proxy };
  }

  private connectionCount(): number {
    let open = 0;
    for (const listener of this.listeners) open += listener.connections;
    for (const listener of this.leaving) open += listener.connections;
    return open;
  }

  /** A listener that is no longer configured ends when its callers have gone, at the latest after a drain's time. */
  private leave(listener: ActiveListener): void {
    this.leaving.add(listener);
    const { drainTimeout } = this.snapshot;
    const lastCall = setTimeout(() => listener.finish(), drainTimeout * LAST_CALL);
    const cut = setTimeout(() => listener.destroy(), drainTimeout);
    void listener.drain(drainTimeout * LEAVE_SHARE).then(() => {
      clearTimeout(lastCall);
      clearTimeout(cut);
      this.leaving.delete(listener);
    });
  }

  private async drainAll(timeout: number, gradually: boolean): Promise<boolean> {
    this.ready = false;
    let cut: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      cut = setTimeout(() => resolve(false), timeout);
    });
    const listeners = [...this.listeners, ...this.leaving];
    const lastCall = setTimeout(() => {
      for (const listener of listeners) listener.finish();
    }, timeout * LAST_CALL);
    const over = gradually ? timeout * LEAVE_SHARE : 0;
    const all = listeners.map((listener) => listener.drain(over));
    const finished = await Promise.race([Promise.all(all).then(() => true), late]);
    clearTimeout(cut);
    clearTimeout(lastCall);
    if (finished) await this.settleClusters();
    await this.close();
    return finished;
  }

  /** Lets what is queued for hosts (oneway requests, above all) get out before connections are cut. */
  private async settleClusters(): Promise<void> {
    this.clusters.close();
    for (let waited = 0; waited < SETTLE_MS; waited += SETTLE_STEP_MS) {
      if (this.clusters.hosts().every((host) => host.connections === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
    }
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

  private adminSource(): AdminSource {
    const health = (): HostHealth[] =>
      this.clusters.hosts().map((host) => {
        return { cluster: host.cluster, address: host.address, healthy: hostState(host) === 'available' };
      });
    const prometheus = new PrometheusRenderer(this.metrics, this.process, this.accessLog, health);
    return {
      ready: () => this.ready,
      metrics: async () => ({ type: prometheus.contentType, text: await prometheus.render() }),
      stats: () =>
        liveStats({
          metrics: this.metrics,
          process: this.process,
          ready: this.ready,
          listeners: this.describeListeners(),
          clusters: this.describeClusters(),
        }),
      configDump: () => this.snapshot,
      clusters: () => this.describeClusters(),
      listeners: () => this.describeListeners(),
      certs: () => certStatus(this.metrics.certificates.certificates, Date.now()),
      logLevel: () => this.options.logger.level,
      setLogLevel: (level) => {
        if (!Object.hasOwn(this.options.logger.levels.values, level)) return false;
        this.options.logger.level = level;
        return true;
      },
      drain: () => void this.drain(),
    };
  }

  private describeListeners(): ListenerStatus[] {
    return this.listeners.map((listener) => listener.describe());
  }

  private describeClusters(): ClusterStatus[] {
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
          state: hostState(host),
          failed_check: host.failedCheck,
          connect_failures: host.connectFailures,
          connections: host.connections,
          requests_active: host.requestsActive,
          metadata: host.metadata,
        })),
    }));
  }
}

/** Why a host gets no requests, in a word. */
function hostState({ ejected, failedCheck, connectFailures }: HostStatus): string {
  if (failedCheck !== null) return 'unhealthy';
  if (ejected) return 'ejected';
  return connectFailures > 0 ? 'backing_off' : 'available';
}

function makeAccessLog({ path, buffer, format }: AccessLogConfig): AccessLog {
  return format === null
    ? new AccessLog(path, buffer)
    : new AccessLog(path, buffer, compileLogFormat(format));
}

/** What the routes of one route config say to filters, by the route's name. */
function perFilterConfigs(config: RouteConfig): ReadonlyMap<string, PerFilterConfig> {
  const rules = config.virtualHosts.flatMap((host) => host.routes);
  return new Map(
    rules
      .filter((rule) => Object.keys(rule.perFilterConfig).length > 0)
      .map((rule) => [rule.name, rule.perFilterConfig]),
  );
}

/** @throws Error if a cluster's hosts are to be asked by a heartbeat that there is not */
function checkHeartbeat(
  cluster: string,
  check: HealthCheckConfig | null,
  codecs: readonly XProtocol[],
): void {
  if (check === null || check.protocol === null) return;
  const codec = codecs.find(({ name }) => name === check.protocol);
  if (codec === undefined || codec.heartbeat(codec.traits.idMin) === null)
    throw new Error(
      `cluster ${cluster}: protocol ${check.protocol} has no heartbeat for health_check; leave protocol out to check by connecting`,
    );
}
