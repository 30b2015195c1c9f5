import type { Socket } from 'node:net';
import type { ListenerStatus } from '../admin/status.js';
import { formatAddress, type ListenerConfig } from '../config/snapshot.js';
import type { FilterChain } from '../filter/chain.js';
import { Listener } from '../network/listener.js';
import type { DownstreamStats } from '../observe/metrics.js';
import type { Proxy } from '../proxy/proxy.js';
import type { RouteTable } from '../route/route-table.js';

/** What a listener does with its connections, made of one configuration. */
export interface ListenerParts {
  readonly config: ListenerConfig;
  readonly routes: RouteTable;
  readonly filters: FilterChain | null;
  /** What the filters were made of, to be compared. */
  readonly filterSettings: string;
  /** Takes the connections; not used if those before have the same settings. */
  readonly proxy: Proxy;
}

/**
 * A bound address and what becomes of the connections it takes. When its configuration changes, connections
 * that are open stay: they get the new routes and filters, and keep the limits they were opened with.
 */
export class ActiveListener {
  /** `host:port`, once listening. */
  bound: string;

  private readonly listener: Listener;
  private current: Proxy;
  /** Those of before, with connections still open. */
  private former: Proxy[] = [];
  private config: ListenerConfig;
  private filters: FilterChain | null;
  private filterSettings: string;
  /** Callers that came before the configuration was in force; null once it is. */
  private early: Socket[] | null = [];

  /**
   * @param mayAccept whether the process has room for one more connection
   * @param limit what the process has room for altogether
   */
  constructor(
    parts: ListenerParts,
    private readonly stats: DownstreamStats,
    private readonly mayAccept: () => boolean,
    limit: number,
  ) {
    const { config } = parts;
    this.config = config;
    this.filters = parts.filters;
    this.filterSettings = parts.filterSettings;
    this.current = parts.proxy;
    this.bound = formatAddress(config.address);
    this.listener = new Listener({
      host: config.address.host,
      port: config.address.port,
      maxConnections: limit,
      onConnection: (socket) => this.accept(socket),
      onRefused: () => void this.stats.connectionsRefused++,
    });
  }

  get name(): string {
    return this.config.name;
  }

  get connections(): number {
    return this.former.reduce((sum, proxy) => sum + proxy.connectionCount, this.current.connectionCount);
  }

  /** What the admin port shows. */
  describe(): ListenerStatus {
    const { config, current, former } = this;
    return {
      name: config.name,
      address: this.bound,
      protocols: config.protocols ?? 'auto',
      route_config: config.routeConfig,
      connections: this.connections,
      requests_active: former.reduce((sum, proxy) => sum + proxy.inFlight, current.inFlight),
    };
  }

  /** @throws Error if the address can't be bound */
  async start(): Promise<void> {
    this.bound = formatAddress(await this.listener.start());
    this.filters?.start();
  }

  /** The configuration is in force: callers that came before are served now. */
  open(): void {
    const early = this.early ?? [];
    this.early = null;
    for (const socket of early) this.accept(socket);
  }

  /** Whether `config` asks for this very address. */
  serves(config: ListenerConfig): boolean {
    return config.name === this.name && formatAddress(config.address) === formatAddress(this.config.address);
  }

  /** Takes another configuration for the same address. */
  update(parts: ListenerParts): void {
    if (settingsOf(parts.config) !== settingsOf(this.config)) {
      this.former.push(this.current);
      this.current = parts.proxy;
    }
    this.former = this.former.filter((proxy) => proxy.connectionCount > 0);
    // Filters that stay keep what they know, such as how many tokens are left.
    if (parts.filterSettings !== this.filterSettings) {
      parts.filters?.start();
      this.filters?.stop();
      this.filters = parts.filters;
      this.filterSettings = parts.filterSettings;
    }
    for (const proxy of [...this.former, this.current]) {
      proxy.setRoutes(parts.routes, parts.config.metadata);
      proxy.setFilters(this.filters);
    }
    this.config = parts.config;
  }

  /** Takes no new connections and resolves when those open have closed. */
  async drain(): Promise<void> {
    this.listener.stop();
    await Promise.all([...this.former, this.current].map((proxy) => proxy.drain()));
    this.filters?.stop();
  }

  /** See {@link Proxy.shrink}. */
  shrink(): void {
    for (const proxy of [...this.former, this.current]) proxy.shrink();
  }

  /** Closes all at once. */
  destroy(): void {
    this.listener.stop();
    for (const socket of this.early ?? []) socket.destroy();
    this.filters?.stop();
    for (const proxy of [...this.former, this.current]) proxy.destroy();
  }

  private accept(socket: Socket): void {
    if (this.early !== null) {
      socket.on('error', () => {});
      this.early.push(socket);
      return;
    }
    const { maxConnections } = this.config;
    if (this.mayAccept() && (maxConnections === 0 || this.connections < maxConnections)) {
      this.current.accept(socket);
      return;
    }
    this.stats.connectionsRefused++;
    socket.on('error', () => {});
    socket.destroy();
  }
}

/** What a connection is opened with, to be compared. Routes, filters and the number of connections are not. */
function settingsOf(config: ListenerConfig): string {
  const { protocols, fallback, maxFrame, watermarks, maxRequests, deadlines } = config;
  return JSON.stringify([protocols, fallback, maxFrame, watermarks, maxRequests, deadlines]);
}
