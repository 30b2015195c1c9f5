import type { XProtocol } from '@proto-frame/api';
import type { Cluster } from '../cluster/cluster.js';
import type { ClusterManager } from '../cluster/cluster-manager.js';
import type { Host } from '../cluster/host.js';
import type { FilterChain } from '../filter/chain.js';
import type { AccessLog, AccessLogEntry } from '../observe/access-log.js';
import type { DownstreamStats, RouteStats } from '../observe/metrics.js';
import type { StreamTracer } from '../observe/stream-tracer.js';
import type { Route } from '../route/route.js';
import type { RouteInput } from '../route/route-input.js';
import type { RouteTable } from '../route/route-table.js';
import { type ChoiceContext, NO_HASH } from '../cluster/load-balancer/choice-context.js';
import type { ServerConnection, ServerConnectionOptions } from '../stream/server-connection.js';
import type { ActiveStream } from './active-stream.js';
import type { FilterRun } from './filter-run.js';

/** What a listener's data plane is built of. */
export interface ProxyOptions extends ServerConnectionOptions {
  /** The listener's name. */
  readonly name: string;
  readonly stats: DownstreamStats;
  readonly routes: RouteTable;
  /** What the listener says of itself to routes. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly clusters: ClusterManager;
  /** Where connections go that speak none of the protocols; null: nowhere, see rawBytes. */
  readonly fallback: Route | null;
  /** null: none, and requests pass without a look at more than they need. */
  readonly filters: FilterChain | null;
  readonly accessLog: AccessLog | null;
  /** null: requests are not traced. */
  readonly tracer: StreamTracer | null;
  /** Requests under way on this listener, at most; more are answered OVERLOADED. */
  readonly maxInFlight: number;
  /** Of the whole process. */
  readonly overload: OverloadWatch;
  routeStats(routeConfig: string, route: string): RouteStats;
  /** Something threw that should not have; it cost one request or one connection. */
  onError(error: unknown): void;
}

/** Whether the process has the means for more. */
export interface OverloadWatch {
  readonly refusesRequests: boolean;
  /** Many requests have come since the last look. */
  look(): void;
}

/** The way that all requests of a caller take. */
export interface Binding {
  readonly route: Route;
  readonly cluster: Cluster;
  readonly host: Host;
}

/** What the streams of one proxy share. The route table is replaced as a whole; a stream asks it once. */
export class ProxyContext {
  routes: RouteTable;
  filters: FilterChain | null;
  accessLog: AccessLog | null;
  /** Headers that the access log asks for. */
  loggedHeaders: readonly string[];
  /** Requests under way. */
  inFlight = 0;
  /** Streams that ended and can be used again. */
  readonly idle: ActiveStream[] = [];
  /** One for all look-ups. */
  readonly routeInput: FrameRouteInput;
  /** One for all choices of a host. */
  readonly choice = new StreamChoice();
  readonly logEntry: AccessLogEntry;

  /** Where callers with a connection of their own are bound to. */
  readonly bindings = new WeakMap<ServerConnection, Binding>();

  private readonly routeStats = new WeakMap<Route, RouteStats>();

  constructor(readonly options: ProxyOptions) {
    this.routes = options.routes;
    this.routeInput = new FrameRouteInput(options.metadata);
    this.filters = options.filters;
    this.accessLog = options.accessLog;
    this.loggedHeaders = options.accessLog?.headers ?? [];
    this.logEntry = {
      start: 0,
      duration: 0,
      listener: options.name,
      protocol: '',
      downstream: '',
      downstreamName: null,
      service: undefined,
      method: undefined,
      route: null,
      cluster: null,
      host: null,
      status: null,
      wireStatus: null,
      hijack: null,
      oneway: false,
      attempts: 1,
      requestBytes: 0,
      responseBytes: 0,
      traceId: null,
      headers: null,
      metadata: null,
    };
  }

  /** The counters of a route of the current table. */
  statsOf(route: Route): RouteStats {
    let stats = this.routeStats.get(route);
    if (stats === undefined) {
      stats = this.options.routeStats(this.routes.name, route.name);
      this.routeStats.set(route, stats);
    }
    return stats;
  }
}

const NO_BYTES = new Uint8Array(0);
const NOBODY = { peer: '', peerNames: [] };

/** What a host is chosen by. */
export class StreamChoice implements ChoiceContext {
  private chosenFor: XProtocol | null = null;
  hash = NO_HASH;
  subset: ReadonlyMap<string, string> | null = null;
  ignoreHealth = false;

  get protocol(): XProtocol {
    return this.chosenFor!;
  }

  set(protocol: XProtocol, hash: number, subset: ReadonlyMap<string, string> | null): this {
    this.chosenFor = protocol;
    this.hash = hash;
    this.subset = subset;
    this.ignoreHealth = false;
    return this;
  }
}

/** A request frame as the route table asks about it: headers are read only if a rule needs them. */
export class FrameRouteInput implements RouteInput {
  service: string | undefined = undefined;
  method: string | undefined = undefined;
  private protocol: XProtocol | null = null;
  /** What filters show in place of the frame's own headers. */
  private run: FilterRun | null = null;
  private bytes: Uint8Array = NO_BYTES;
  private at = 0;
  private end = 0;
  private caller: Pick<ServerConnection, 'peer' | 'peerNames'> = NOBODY;

  /** @param listenerMetadata may be replaced when the configuration changes */
  constructor(public listenerMetadata: Readonly<Record<string, string>>) {}

  set(
    protocol: XProtocol,
    bytes: Uint8Array,
    at: number,
    end: number,
    service: string | undefined,
    method: string | undefined,
    run: FilterRun | null,
    caller: Pick<ServerConnection, 'peer' | 'peerNames'>,
  ): void {
    this.caller = caller;
    this.protocol = protocol;
    this.run = run;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.service = service;
    this.method = method;
  }

  /** Lets go of the frame. */
  clear(): void {
    this.bytes = NO_BYTES;
    this.run = null;
    this.caller = NOBODY;
  }

  get sourceIp(): string {
    const { peer } = this.caller;
    const end = peer.lastIndexOf(':');
    const ip = end < 0 ? peer : peer.slice(0, end);
    // IPv4 as a socket for both families shows it.
    return ip.startsWith('::ffff:') ? ip.slice(7) : ip;
  }

  get callerNames(): readonly string[] {
    return this.caller.peerNames;
  }

  get group(): string | null | undefined {
    return (
      this.shown('group') ?? this.protocol!.groupOf(this.bytes, this.at, this.end) ?? this.header('group')
    );
  }

  get version(): string | null | undefined {
    return (
      this.shown('version') ??
      this.protocol!.versionOf(this.bytes, this.at, this.end) ??
      this.header('version')
    );
  }

  metadata(key: string): string | undefined {
    return this.run === null ? undefined : this.run.metadata(key);
  }

  header(key: string): string | null | undefined {
    const shown = this.shown(key);
    return shown !== undefined ? shown : this.protocol!.headerOf(this.bytes, this.at, this.end, key);
  }

  /** What filters show in the place of a header. */
  private shown(key: string): string | null | undefined {
    return this.run === null ? undefined : this.run.routeHeader(key);
  }
}
