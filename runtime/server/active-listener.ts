import cluster from 'node:cluster';
import type { Socket } from 'node:net';
import type { ListenerStatus } from '../admin/status.js';
import { formatAddress, type ListenerConfig } from '../config/snapshot.js';
import { Admission } from '../filter/admission.js';
import type { FilterChain } from '../filter/chain.js';
import { Listener } from '../network/listener.js';
import { TlsAcceptor, type TlsSettings } from '../network/tls/tls-acceptor.js';
import { clearUnixPath } from '../network/unix-path.js';
import type { WorkerLoop } from '../network/worker-loop.js';
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
  /** null: plain text only. */
  readonly tls: TlsSettings | null;
}

/** What a listener has of its server. */
export interface ListenerContext {
  readonly loop: WorkerLoop;
  readonly stats: DownstreamStats;
  /** Whether the process has room for one more connection. */
  mayAccept(): boolean;
  /** What the process has room for altogether. */
  readonly limit: number;
  /** A caller's TLS handshake failed. */
  onTurnedAway(peer: string, reason: string): void;
}

/**
 * A bound address and what becomes of the connections it takes. When its configuration changes, connections
 * that are open stay: they get the new routes and filters, and keep the limits they were opened with.
 */
export class ActiveListener {
  /** `host:port`, or `unix:/path`, once listening. */
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
  private admission: Admission;
  /** Once there was TLS: it also ends the handshakes begun before plain text became the rule. */
  private acceptor: TlsAcceptor | null = null;
  private readonly stats: DownstreamStats;

  constructor(
    parts: ListenerParts,
    private readonly context: ListenerContext,
  ) {
    const { config } = parts;
    this.stats = context.stats;
    this.config = config;
    this.admission = new Admission(config.networkFilters);
    if (parts.tls !== null) this.secure(parts.tls);
    this.filters = parts.filters;
    this.filterSettings = parts.filterSettings;
    this.current = parts.proxy;
    this.bound = formatAddress(config.address);
    this.listener = new Listener({
      address: config.address,
      mode: config.mode,
      maxConnections: context.limit,
      onConnection: (socket) => this.accept(socket),
      onRefused: () => void this.stats.connectionsRefused++,
    });
  }

  get name(): string {
    return this.config.name;
  }

  /** Those in their TLS handshake included. */
  get connections(): number {
    let sum = this.acceptor === null ? 0 : this.acceptor.size;
    for (const proxy of this.former) sum += proxy.connectionCount;
    return sum + this.current.connectionCount;
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
    const { path } = this.config.address;
    // Where there are workers their supervisor has looked already, before the first of them listened.
    if (path !== undefined && !cluster.isWorker) await clearUnixPath(path);
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

  /** From the next handshake on these certificates and settings hold; connections that are open stay. */
  secure(settings: TlsSettings): void {
    if (this.acceptor !== null) this.acceptor.use(settings);
    else {
      this.acceptor = new TlsAcceptor(settings, this.context.loop, this.stats, {
        onSecured: (socket, names) => this.current.accept(socket, names),
        onPlaintext: (socket) => this.current.accept(socket),
        onTurnedAway: (socket, reason) => this.context.onTurnedAway(peerOf(socket), reason),
      });
    }
  }

  /** Takes another configuration for the same address. */
  update(parts: ListenerParts): void {
    const { config } = parts;
    if (JSON.stringify(config.networkFilters) !== JSON.stringify(this.config.networkFilters)) {
      this.admission = new Admission(config.networkFilters);
    }
    if (parts.tls !== null) this.secure(parts.tls);
    if (config.mode !== this.config.mode) this.listener.setMode(config.mode);
    if (settingsOf(config) !== settingsOf(this.config)) {
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
      proxy.setRoutes(parts.routes, config.metadata);
      proxy.setFilters(this.filters);
    }
    this.config = config;
  }

  /**
   * Takes no new connections and resolves when those open have closed.
   * @param over see {@link Proxy.drain}
   */
  async drain(over = 0): Promise<void> {
    this.listener.stop();
    const drain = async (ms: number): Promise<unknown> =>
      Promise.all([...this.former, this.current].map((proxy) => proxy.drain(ms)));
    await Promise.all([drain(over), this.acceptor?.drain()]);
    // Those whose handshake has just ended.
    await drain(0);
    this.filters?.stop();
  }

  /** See {@link Proxy.shrink}. */
  shrink(): void {
    for (const proxy of [...this.former, this.current]) proxy.shrink();
  }

  /** While draining: takes no more requests even of callers that go on asking. */
  finish(): void {
    for (const proxy of [...this.former, this.current]) proxy.finish();
  }

  /** Closes all at once. */
  destroy(): void {
    this.listener.stop();
    for (const socket of this.early ?? []) socket.destroy();
    this.acceptor?.destroy();
    this.filters?.stop();
    for (const proxy of [...this.former, this.current]) proxy.destroy();
  }

  private accept(socket: Socket): void {
    if (this.early !== null) {
      socket.on('error', () => {});
      this.early.push(socket);
      return;
    }
    const admitted = this.admission.admit(socket.remoteAddress, performance.now());
    if (admitted === 'denied') this.refuse(socket, 'connectionsDenied');
    else if (admitted === 'over the rate') this.refuse(socket, 'connectionsLimited');
    else if (!this.hasRoom()) this.refuse(socket, 'connectionsRefused');
    else if (this.config.tls === null) this.current.accept(socket);
    else this.acceptor!.accept(socket);
  }

  private hasRoom(): boolean {
    const { maxConnections } = this.config;
    return this.context.mayAccept() && (maxConnections === 0 || this.connections < maxConnections);
  }

  private refuse(socket: Socket, count: keyof DownstreamStats & `connections${string}`): void {
    this.stats[count]++;
    socket.on('error', () => {});
    socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unix' : `${remoteAddress}:${remotePort}`;
}

/** What a connection is opened with, to be compared. Routes, filters and the number of connections are not. */
function settingsOf(config: ListenerConfig): string {
  const { protocols, fallback, maxFrame, watermarks, maxRequests, deadlines } = config;
  return JSON.stringify([protocols, fallback, maxFrame, watermarks, maxRequests, deadlines]);
}
