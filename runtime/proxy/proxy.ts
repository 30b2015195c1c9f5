import { Status } from '@proto-frame/api';
import type { Socket } from 'node:net';
import type { FilterChain } from '../filter/chain.js';
import type { AccessLog } from '../observe/access-log.js';
import { HijackReason } from '../observe/hijack-reason.js';
import type { RouteTable } from '../route/route-table.js';
import { ServerConnection, type ServerHandler } from '../stream/server-connection.js';
import { ActiveStream } from './active-stream.js';
import { ProxyContext, type ProxyOptions } from './proxy-context.js';

export type { ProxyOptions } from './proxy-context.js';

/**
 * After so many bytes of requests it is looked whether there is memory for more: they may come faster than time
 * passes. A look takes as long as a request or two.
 */
const LOOK_BYTES = 1024 * 1024;
/** What a request is reckoned to take beside its own bytes, which filters and logs may keep as texts. */
const REQUEST_BYTES = 2 * 1024;

/** How often some more callers are asked to leave where that is spread over a time, in ms. */
const DRAIN_STEP_MS = 50;

/** One listener's data plane: takes connections and carries their requests. */
export class Proxy implements ServerHandler {
  private readonly context: ProxyContext;
  private readonly connections = new Set<ServerConnection>();
  private draining = false;
  /** Bytes of requests since the last look. */
  private taken = 0;
  private drained: (() => void)[] = [];
  /** While callers are asked to leave a few at a time. */
  private steps: NodeJS.Timeout | undefined = undefined;

  constructor(options: ProxyOptions) {
    this.context = new ProxyContext(options);
  }

  /** Callers connected at the moment. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.context.inFlight;
  }

  /**
   * Takes a caller's connection and answers for it until it closes.
   * @param names in the caller's certificate, verified
   */
  accept(socket: Socket, names: readonly string[] = []): void {
    this.context.options.loop.touch();
    const connection = new ServerConnection(socket, this.context.options, this, names);
    this.connections.add(connection);
    if (this.draining) connection.drain();
  }

  /**
   * From the next request on these routes hold. Requests under way keep theirs.
   * @param metadata what the listener says of itself to them
   */
  setRoutes(routes: RouteTable, metadata: Readonly<Record<string, string>>): void {
    this.context.routes = routes;
    this.context.routeInput.listenerMetadata = metadata;
  }

  /** From the next request on this access log is written. */
  setAccessLog(accessLog: AccessLog | null): void {
    this.context.accessLog = accessLog;
    this.context.loggedHeaders = accessLog?.headers ?? [];
  }

  /** From the next request on these filters hold. Requests under way keep theirs. */
  setFilters(filters: FilterChain | null): void {
    this.context.filters = filters;
  }

  /**
   * Asks all callers for no more requests and closes each connection once its requests have ended. Resolves
   * when all are closed; {@link destroy} cuts that short.
   * @param over asks a few at a time, the last after so many ms, so that not all connect anew at once
   */
  drain(over = 0): Promise<void> {
    this.draining = true;
    clearInterval(this.steps);
    const callers = [...this.connections];
    if (callers.length === 0) return Promise.resolve();
    const { loop } = this.context.options;
    loop.touch();
    const from = loop.now;
    let asked = 0;
    const some = (): void => {
      loop.touch();
      const share = over === 0 ? 1 : Math.min(1, (loop.now - from + DRAIN_STEP_MS) / over);
      while (asked < callers.length * share) callers[asked++]!.drain();
      if (asked === callers.length) clearInterval(this.steps);
    };
    this.steps = setInterval(some, DRAIN_STEP_MS);
    some();
    return new Promise((resolve) => this.drained.push(resolve));
  }

  /** Lets go of what is only kept to be used again. */
  shrink(): void {
    this.context.idle.length = 0;
  }

  /**
   * Reads no more from callers and closes each connection once its requests have ended; connections that are
   * bound to one of a host stay.
   */
  finish(): void {
    this.context.options.loop.touch();
    for (const connection of this.connections) if (connection.bound === null) connection.finish();
  }

  /** Closes all connections now. */
  destroy(): void {
    for (const connection of this.connections) connection.destroy();
  }

  onRequest(connection: ServerConnection, bytes: Uint8Array, at: number, end: number, oneway: boolean): void {
    if ((this.taken += end - at + REQUEST_BYTES) > LOOK_BYTES) {
      this.taken = 0;
      this.context.options.overload.look();
    }
    const stream = this.context.idle.pop() ?? new ActiveStream(this.context);
    stream.begin(connection, bytes, at, end, oneway);
  }

  onRefused(connection: ServerConnection, reason: string): void {
    const { stats, loop } = this.context.options;
    stats.hijacks[HijackReason.codecError]!++;
    stats.responses.add(Status.CODEC_ERROR);
    const { codecError } = HijackReason;
    const protocol = connection.protocol?.name ?? '';
    stats.errors.add(loop.epoch + loop.now, protocol, Status.CODEC_ERROR, codecError, reason);
  }

  onError(error: unknown): void {
    this.context.options.onError(error);
  }

  onClosed(connection: ServerConnection): void {
    this.connections.delete(connection);
    if (!this.draining || this.connections.size > 0) return;
    clearInterval(this.steps);
    for (const resolve of this.drained.splice(0)) resolve();
  }
}
