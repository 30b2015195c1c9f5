import {
  copyBytes,
  DecodeError,
  EncodeError,
  type RequestFacts,
  type RequestId,
  type RequestMemo,
  Status,
  XFrame,
  type XProtocol,
} from '@proto-frame/api';
import type { Span } from '@opentelemetry/api';
import type { Cluster } from '../cluster/cluster.js';
import { isHostFailure } from '../cluster/health/is-host-failure.js';
import type { Host } from '../cluster/host.js';
import { type ChoiceContext, NO_HASH } from '../cluster/load-balancer/choice-context.js';
import type { PoolWaiter } from '../cluster/pool/connection-pool.js';
import { HijackReason } from '../observe/hijack-reason.js';
import type { RouteStats } from '../observe/metrics.js';
import { RAW_BYTES } from '../protocol/raw-bytes.js';
import type { RetryCondition, RetryPolicy } from '../route/retry-policy.js';
import type { Mirror, Route } from '../route/route.js';
import type { RouteInput } from '../route/route-input.js';
import { FORWARDED } from '../stream/bound-connection.js';
import type { ClientConnection } from '../stream/client-connection.js';
import type { ReplySlot } from '../stream/reply-order.js';
import { NO_ID } from '../stream/id-allocator.js';
import { Deadline } from '../stream/deadline.js';
import type { ServerConnection } from '../stream/server-connection.js';
import { type ClientStream, ResetCause, type ServerStream } from '../stream/stream.js';
import { type FilteredStream, FilterRun } from './filter-run.js';
import { statusOf } from './local-reply.js';
import { MirroredRequest } from './mirrored-request.js';
import { type RetryOwner, RetryState } from './retry-state.js';
import type { ProxyContext } from './proxy-context.js';

/** What a request may take if neither it nor its route says so, in ms. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** How many ended streams are kept to be used again. */
const IDLE_STREAMS = 16 * 1024;
const NO_MEMO: RequestMemo = {};

/**
 * One request on its way from a caller to a host and back. Read it from top to bottom: begin, route, connect,
 * send; then exactly one of reply, reset, timeout and cancel; then end. The states are drawn in
 * stream/stream.ts. Objects are used again for later requests, so nobody keeps one beyond its end.
 */
export class ActiveStream implements ClientStream, ServerStream, FilteredStream, PoolWaiter, RetryOwner {
  previousStream: ServerStream | null = null;
  nextStream: ServerStream | null = null;
  slot: ReplySlot | null = null;
  facts: RequestFacts | null = null;

  service: string | undefined = undefined;
  method: string | undefined = undefined;
  route: Route | null = null;
  cluster: Cluster | null = null;
  host: Host | null = null;

  /** What the host is chosen by, see ChoiceContext. */
  private hash = NO_HASH;
  private subset: ReadonlyMap<string, string> | null = null;
  /** Null while the object is idle. */
  private downstream: ServerConnection | null = null;
  private protocol: XProtocol | null = null;
  /** As it came, to be given back bit for bit. */
  private callerId: RequestId = 0;
  private memo: RequestMemo = NO_MEMO;
  private oneway = false;
  /** Milliseconds as the frame says: 0 unset, negative never. */
  private frameTimeout = 0;
  private startedAt = 0;
  private requestBytes = 0;
  /** Where the reply is waited for. */
  private upstream: ClientConnection | null = null;
  /** The request while it waits for a connection. */
  private waiting: Uint8Array | null = null;
  /** Bytes of replies that the caller has before the last one. */
  private replied = 0;
  /** Where it came from: held if the caller does not read. */
  private repliedBy: ClientConnection | null = null;
  private upstreamId = 0;
  /** Whether cluster and host count this request. */
  private counted = false;
  private readonly deadline: Deadline;
  /** Null if the route says nothing of retries, or the request can't be repeated. */
  private retry: RetryState | null = null;
  /** The one that is used for it. */
  private spareRetry: RetryState | null = null;

  private routeStats: RouteStats | null = null;
  /** Null without filters. */
  private run: FilterRun | null = null;
  /** Null if requests are not traced. */
  private span: Span | null = null;
  /** Those that the access log asks for. */
  private loggedHeaders: (string | null | undefined)[] | null = null;

  constructor(private readonly context: ProxyContext) {
    this.deadline = new Deadline(context.options.loop, () => this.onTimeout());
  }

  /**
   * A request has been read: bytes[at, end).
   * @throws DecodeError if what is needed of it can't be read; then nothing has happened
   */
  begin(downstream: ServerConnection, bytes: Uint8Array, at: number, end: number, oneway: boolean): void {
    const { context } = this;
    const { stats } = context.options;
    const protocol = downstream.protocol!;
    this.callerId = protocol.idOf(bytes, at, end);
    this.memo = oneway ? NO_MEMO : protocol.remember(bytes, at, end);
    this.frameTimeout = protocol.timeoutOf(bytes, at, end);
    this.service = protocol.serviceOf(bytes, at, end);
    this.method = protocol.methodOf(bytes, at, end);
    if (context.loggedHeaders.length > 0) this.keepHeaders(protocol, bytes, at, end);
    this.requestBytes = end - at;
    if (context.options.tracer !== null) {
      const frame = new XFrame(protocol, bytes, at, end);
      this.span = context.options.tracer.begin(frame, this.service, this.method);
      ({ bytes, start: at, end } = frame);
    }
    if (protocol.factsOf !== null && !oneway) this.facts = protocol.factsOf(bytes, at, end);
    this.protocol = protocol;
    this.oneway = oneway;
    this.downstream = downstream;
    this.startedAt = context.options.loop.now;
    downstream.add(this);
    context.inFlight++;
    stats.requestsActive++;
    if (oneway) stats.oneway++;
    else stats.requests++;

    if (context.inFlight > context.options.maxInFlight) {
      this.hijack(HijackReason.overload, 'too many requests are under way');
    } else if (context.options.overload.refusesRequests) {
      this.hijack(HijackReason.overload, 'the proxy is short of memory or time');
    } else if (context.filters === null || protocol === RAW_BYTES) {
      if (!this.findRoute(bytes, at, end)) return;
      if (this.route!.requestEdit === null) this.connectAndSend(bytes, at, end);
      else this.editAndSend(bytes, at, end);
    } else {
      this.armDeadline(0);
      this.run = new FilterRun(
        this,
        new XFrame(protocol, bytes, at, end),
        context.filters,
        downstream.peer,
        downstream.peerNames,
      );
      this.run.onRequest();
    }
  }

  /** Chooses route and cluster; false if there is none, then the stream has ended. */
  private findRoute(bytes: Uint8Array, at: number, end: number): boolean {
    const { context } = this;
    const binding = context.bindings.get(this.downstream!);
    if (binding !== undefined && this.downstream!.bound !== null) {
      this.route = binding.route;
      this.cluster = binding.cluster;
      this.host = binding.host;
      (this.routeStats = context.statsOf(binding.route)).requests++;
      return true;
    }
    const input = context.routeInput;
    input.set(this.protocol!, bytes, at, end, this.service, this.method, this.run, this.downstream!);
    try {
      const route = this.protocol === RAW_BYTES ? context.options.fallback : context.routes.match(input);
      if (route !== null) return this.follow(route, input);
    } catch (error) {
      // A header that is asked for can't be read.
      this.fail(error);
      return false;
    } finally {
      input.clear();
    }
    this.hijack(HijackReason.noRoute, `no route for ${this.service ?? 'a request without a service'}`);
    return false;
  }

  /** Takes from the route what it says; false if that ended the stream. */
  private follow(route: Route, input: RouteInput): boolean {
    const { context } = this;
    this.route = route;
    (this.routeStats = context.statsOf(route)).requests++;
    if (route.directResponse !== null) {
      const { status, body } = route.directResponse;
      this.hijack(HijackReason.directResponse, body, status);
      return false;
    }
    if (route.hashPolicy !== null) this.hash = route.hashPolicy.hash(input);
    const destination = route.destination(input, this.hash);
    const cluster = destination === null ? undefined : context.options.clusters.get(destination.cluster);
    if (cluster === undefined) {
      const reason = `route ${route.name} leads to a cluster that is not there`;
      this.hijack(HijackReason.noRoute, reason);
      return false;
    }
    if (destination!.subset !== null) this.subset = destination!.subset.of(input);
    this.cluster = cluster;
    return true;
  }

  /** Without filters: changes the headers as the route says. */
  private editAndSend(bytes: Uint8Array, at: number, end: number): void {
    const frame = new XFrame(this.protocol!, bytes, at, end);
    try {
      this.editRequest(frame);
      frame.apply();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.sendEdited(frame);
  }

  /** As the host gets the request, so its replies are read. */
  private sendEdited({ bytes, start, end }: XFrame, chosen: Host | null = null): void {
    if (this.facts !== null) this.facts = this.protocol!.factsOf!(bytes, start, end);
    this.connectAndSend(bytes, start, end, chosen);
  }

  private editRequest(frame: XFrame): void {
    const edit = this.route!.requestEdit;
    if (edit !== null && frame.protocol.traits.maxHeaders > 0) edit.apply(frame.headers);
  }

  /** @param chosen the host that filters have been shown */
  private connectAndSend(bytes: Uint8Array, at: number, end: number, chosen: Host | null = null): void {
    const { mirror, retry } = this.route!;
    if (mirror !== null) this.mirror(mirror, bytes, at, end);
    if (retry !== null) this.allowRetries(retry, bytes, at, end);
    const connection = this.connect(chosen, bytes, at, end);
    if (connection !== null) this.send(connection, bytes, at, end);
  }

  /** What is never answered, and what a caller's own connection carries, is sent but once. */
  private allowRetries(policy: RetryPolicy, bytes: Uint8Array, at: number, end: number): void {
    const { downstream, cluster, protocol } = this;
    if (this.oneway || downstream!.exclusive || cluster!.binds(protocol!)) return;
    this.retry = this.spareRetry ??= new RetryState(this.context, this, policy);
    this.retry.begin(policy, bytes, at, end);
  }

  /**
   * Chooses a host and a connection to it; null if there is none: then the stream waits for one or has ended.
   * @param chosen the host that filters have been shown, taken if it still can be
   */
  private connect(chosen: Host | null, bytes: Uint8Array, at: number, end: number): ClientConnection | null {
    const cluster = this.cluster!;
    const protocol = this.protocol!;
    const downstream = this.downstream!;
    if (downstream.bound !== null) return downstream.bound;
    if (cluster.full) {
      cluster.stats.overflows++;
      this.hijack(HijackReason.overload, `cluster ${cluster.name} has too many requests under way`);
      return null;
    }
    if (chosen !== null && chosen.available(protocol)) {
      const connection = chosen.lease(protocol, downstream);
      if (connection !== null) return this.leased(connection);
    }
    let last: Host | null = null;
    for (let tries = cluster.hosts.length; tries > 0; tries--) {
      const host = this.chooseHost();
      if (host === null) break;
      last = host;
      const connection = host.lease(protocol, downstream);
      if (connection === null) continue;
      this.host = host;
      return this.leased(connection);
    }
    if (last !== null && last.wait(protocol, downstream, this)) {
      this.host = last;
      this.waiting = copyBytes(bytes, at, end);
      this.armDeadline(this.route!.timeout);
      this.retry?.startTry();
    } else if (last !== null) {
      this.host = last;
      this.failed(
        'overload',
        false,
        HijackReason.overload,
        `the connections to cluster ${cluster.name} are full`,
      );
    } else this.hijack(HijackReason.noHealthyHost, `no host of cluster ${cluster.name} can be reached`);
    return null;
  }

  private chooseHost(): Host | null {
    const { cluster, retry } = this;
    return retry === null ? cluster!.choose(this.choice()) : retry.choose(cluster!, this.choice());
  }

  private choice(): ChoiceContext {
    return this.context.choice.set(this.protocol!, this.hash, this.subset);
  }

  /** Sends a copy to another cluster, if it is this request's turn. A caller with its own connection has none. */
  private mirror(mirror: Mirror, bytes: Uint8Array, at: number, end: number): void {
    const { context, downstream, route, oneway } = this;
    if (downstream!.bound !== null || !mirror.share.next()) return;
    const cluster = context.options.clusters.get(mirror.cluster);
    if (cluster === undefined) return;
    const copy = new MirroredRequest(context, cluster, this.protocol!, downstream!);
    const timeout = route!.timeout > 0 ? route!.timeout : DEFAULT_TIMEOUT_MS;
    copy.send(copyBytes(bytes, at, end), oneway, this.hash, timeout);
  }

  /** Keeps the route if the connection is the caller's own: all its requests take it. */
  private leased(connection: ClientConnection): ClientConnection {
    const { downstream, context, route, cluster, host } = this;
    if (connection === downstream!.bound) {
      context.bindings.set(downstream!, { route: route!, cluster: cluster!, host: host! });
    }
    return connection;
  }

  onLeased(connection: ClientConnection): void {
    const bytes = this.waiting!;
    this.waiting = null;
    this.send(connection, bytes, 0, bytes.length);
  }

  onLeaseFailed(): void {
    this.waiting = null;
    this.failedToConnect();
  }

  private failedToConnect(): void {
    const reason = `can't connect to ${this.host!.address}`;
    this.failed('connect_failure', false, HijackReason.connectFailure, reason);
  }

  /**
   * An attempt has failed: begins another one after a pause, or answers the caller.
   * @param unsure whether the host may have carried out the request all the same
   */
  private failed(condition: RetryCondition, unsure: boolean, reason: HijackReason, text: string): void {
    const { host, retry } = this;
    // That there is no room here says nothing of the host.
    if (host !== null && condition !== 'overload') this.cluster!.noteOutcome(host, false);
    if (retry !== null && retry.policy.covers(condition, unsure) && this.tryAgain(retry)) return;
    this.hijack(reason, text);
  }

  private tryAgain(retry: RetryState): boolean {
    if (this.replied > 0 || !retry.next(this.cluster!, this.host, this.timeLeft())) return false;
    this.routeStats!.retries++;
    this.uncount();
    this.armDeadline(this.route!.timeout);
    return true;
  }

  onPauseOver(): void {
    try {
      const bytes = this.retry!.copy();
      this.host = null;
      const connection = this.connect(null, bytes, 0, bytes.length);
      if (connection !== null) this.send(connection, bytes, 0, bytes.length);
    } catch (error) {
      if (this.downstream !== null) this.fail(error);
    }
  }

  onTryTimeout(): void {
    const unsure = this.retry!.maybeReceived;
    this.countTimeout();
    this.leaveUpstream();
    this.failed('timeout', unsure, HijackReason.timeout, `${this.host!.address} did not answer in time`);
  }

  private send(connection: ClientConnection, bytes: Uint8Array, at: number, end: number): void {
    const { cluster, host, oneway } = this;
    let id: number;
    this.retry?.sending(connection);
    const time = this.timeToTell(connection);
    try {
      if (time > 0 && !this.protocol!.setTimeout(bytes, at, end, time)) {
        const frame = this.withTimeout(bytes, at, end, time);
        ({ bytes, start: at, end } = frame);
      }
      id = oneway ? connection.sendOneway(bytes, at, end) : connection.send(bytes, at, end, this);
    } catch (error) {
      this.fail(error); // The frame can't take another id.
      return;
    }
    if (id === NO_ID) {
      this.failed('overload', false, HijackReason.overload, 'no request id is left');
      return;
    }
    if (connection.connection.choked) connection.connection.throttle(this.downstream!.connection);
    if (oneway) {
      cluster!.stats.oneway++;
      host!.stats.oneway++;
      this.end(null, 0, null, 0);
      return;
    }
    this.upstream = connection;
    this.upstreamId = id;
    this.counted = true;
    cluster!.active++;
    host!.active++;
    cluster!.stats.requests++;
    cluster!.stats.requestsActive++;
    host!.stats.requests++;
    host!.stats.requestsActive++;
    if (id === FORWARDED) {
      this.onForwarded();
      return;
    }
    this.armDeadline(this.route!.timeout);
    this.retry?.startTry();
  }

  /**
   * How long the host has, in ms, where that is less than the request says: time has passed, or the route or the
   * attempt allows less. 0: nothing new.
   */
  private timeToTell(connection: ClientConnection): number {
    const { frameTimeout, route, retry, oneway } = this;
    const perTry = retry === null ? 0 : retry.policy.perTryTimeout;
    if (oneway || connection === this.downstream!.bound) return 0;
    if (frameTimeout <= 0 && route!.timeout === 0 && perTry === 0) return 0;
    const left = this.timeLeft();
    const time = Math.max(1, Math.floor(perTry > 0 && perTry < left ? perTry : left));
    return frameTimeout > 0 && time >= frameTimeout ? 0 : time;
  }

  /** Where a header says the timeout; a request that has none gets none. */
  private withTimeout(bytes: Uint8Array, at: number, end: number, time: number): XFrame {
    const frame = new XFrame(this.protocol!, bytes, at, end);
    const { timeoutHeader } = this.protocol!;
    if (timeoutHeader !== null && this.frameTimeout > 0) {
      frame.headers.set(timeoutHeader, String(time));
      frame.apply();
    }
    return frame;
  }

  onForwarded(): void {
    this.upstream = null;
    this.end(null, 0, null, 0);
  }

  private armDeadline(routeTimeout: number): void {
    const timeout = this.timeout(routeTimeout);
    if (timeout > 0) this.deadline.arm(timeout - (this.context.options.loop.now - this.startedAt));
    else this.deadline.disarm();
  }

  /** The frame's timeout or the route's, the shorter one; the default if neither says anything; negative: never. */
  private timeout(routeTimeout: number): number {
    const { frameTimeout } = this;
    if (routeTimeout > 0 && (frameTimeout <= 0 || routeTimeout < frameTimeout)) return routeTimeout;
    return frameTimeout === 0 ? DEFAULT_TIMEOUT_MS : frameTimeout;
  }

  /** Milliseconds until the caller waits no more. */
  private timeLeft(): number {
    const timeout = this.timeout(this.route!.timeout);
    return timeout > 0 ? timeout - (this.context.options.loop.now - this.startedAt) : Infinity;
  }

  onReply(bytes: Uint8Array, at: number, end: number, more: boolean): void {
    this.repliedBy = this.upstream;
    if (more) {
      this.retry?.clear();
      // Filters see the last of several.
      this.replied += end - at;
      this.downstream!.reply(this, bytes, at, end, this.repliedBy);
      return;
    }
    this.upstream = null;
    if (this.retry !== null && this.retryReply(this.retry, bytes, at, end)) return;
    if (this.run !== null && this.run.looksAtResponses) {
      this.run.onResponse(new XFrame(this.replies, bytes, at, end, this.facts));
      return;
    }
    try {
      if (this.route!.responseEdit === null) this.deliver(bytes, at, end);
      else this.onDeliver(new XFrame(this.replies, bytes, at, end, this.facts));
    } catch (error) {
      if (this.downstream !== null) this.fail(error);
    }
  }

  /** How replies are read. */
  private get replies(): XProtocol {
    return this.protocol!.replies;
  }

  /** Whether the reply is dropped, and another attempt begins. */
  private retryReply(retry: RetryState, bytes: Uint8Array, at: number, end: number): boolean {
    const { replies, facts } = this;
    const status = replies.toCanonical(replies.wireStatusOf(bytes, at, end, facts));
    if (retry.policy.coversStatus(status)) {
      const { cluster, host } = this;
      if (this.tryAgain(retry)) {
        cluster!.noteOutcome(host!, !isHostFailure(status));
        cluster!.stats.responses.add(status);
        host!.stats.responses.add(status);
        return true;
      }
    } else if (retry.attempt > 1) this.cluster!.stats.retrySuccesses++;
    retry.clear();
    return false;
  }

  onReset(cause: ResetCause): void {
    this.upstream = null;
    this.cluster!.stats.resets++;
    this.host!.stats.resets++;
    const host = this.host!.address;
    const unsure = this.retry !== null && this.retry.maybeReceived;
    if (cause === ResetCause.connectFailed) this.failedToConnect();
    else if (cause === ResetCause.codecError) {
      const reason = `${host} sent what is no frame of ${this.protocol!.name}`;
      this.failed('codec_error', unsure, HijackReason.codecError, reason);
    } else this.failed('reset', unsure, HijackReason.upstreamReset, `${host} closed the connection`);
  }

  onCancel(): void {
    this.context.options.stats.cancels++;
    this.leaveUpstream();
    this.end(null, 0, null, 0);
  }

  private onTimeout(): void {
    this.countTimeout();
    if (this.upstream !== null) this.cluster!.noteOutcome(this.host!, false);
    this.leaveUpstream();
    this.hijack(HijackReason.timeout, 'the request was not answered in time');
  }

  private countTimeout(): void {
    if (!this.counted) return;
    this.cluster!.stats.timeouts++;
    this.host!.stats.timeouts++;
  }

  // What a FilterRun asks for, see FilteredStream.

  onRoute(request: XFrame): boolean {
    this.service = request.service;
    this.method = request.method;
    if (!this.findRoute(request.bytes, request.start, request.end)) return false;
    this.editRequest(request);
    return true;
  }

  onHost(): boolean {
    const cluster = this.cluster!;
    if (this.downstream!.bound !== null) return true;
    this.host = this.chooseHost();
    if (this.host !== null) return true;
    this.hijack(HijackReason.noHealthyHost, `no host of cluster ${cluster.name} can be reached`);
    return false;
  }

  onSend(request: XFrame): void {
    this.sendEdited(request, this.host);
  }

  onDeliver(reply: XFrame): void {
    const edit = this.route!.responseEdit;
    if (edit !== null && reply.protocol.traits.maxHeaders > 0) {
      edit.apply(reply.headers);
      reply.apply();
    }
    this.deliver(reply.bytes, reply.start, reply.end);
  }

  onFilterHijack(status: Status, reason: string): void {
    this.leaveUpstream();
    this.hijack(HijackReason.filter, reason, status);
  }

  onFilterError(error: unknown): void {
    this.fail(error);
  }

  /** Sends the reply to the caller under the id the caller chose. */
  private deliver(bytes: Uint8Array, at: number, end: number): void {
    const { protocol, downstream, cluster, host, replies, facts } = this;
    const { traits } = protocol!;
    const wireStatus = replies.wireStatusOf(bytes, at, end, facts);
    const status = replies.toCanonical(wireStatus);
    let length = end - at;
    if (traits.correlation !== 'id' || replies.setId(bytes, at, end, this.callerId, facts)) {
      downstream!.reply(this, bytes, at, end, this.repliedBy);
    } else {
      const frame = replies.withId(bytes, at, end, this.callerId, facts);
      length = frame.length;
      downstream!.reply(this, frame, 0, length, this.repliedBy);
    }
    if (status !== Status.OK) this.noteError(status, null, `the host replied with status ${wireStatus}`);
    const took = this.context.options.loop.now - this.startedAt;
    cluster!.noteOutcome(host!, !isHostFailure(status));
    cluster!.stats.responses.add(status);
    host!.stats.responses.add(status);
    cluster!.stats.latency.record(took);
    host!.stats.latency.record(took);
    host!.latency.note(took, this.context.options.loop.now);
    this.end(status, wireStatus, null, this.replied + length);
  }

  /** Something threw while the stream was under way. */
  private fail(error: unknown): void {
    this.leaveUpstream();
    if (error instanceof DecodeError || error instanceof EncodeError) {
      this.hijack(HijackReason.codecError, error.message);
    } else {
      this.context.options.onError(error);
      this.hijack(HijackReason.internal, 'the proxy failed');
    }
  }

  /** Gives up waiting for the host's reply. */
  private leaveUpstream(): void {
    const { upstream } = this;
    if (this.waiting !== null) {
      this.waiting = null;
      this.host!.leave(this);
    }
    if (upstream === null) return;
    this.upstream = null;
    upstream.cancel(this.upstreamId);
  }

  /** Answers the caller with an error in the protocol's own form. The one place that does. */
  private hijack(reason: HijackReason, text: string, status: Status = statusOf(reason)): void {
    const { context, downstream, protocol } = this;
    if (reason === HijackReason.timeout) context.options.stats.timeouts++;
    if (this.oneway) {
      context.options.stats.hijacks[reason]!++;
      if (reason !== HijackReason.directResponse) this.noteError(null, reason, text);
      // What follows would belong to a connection that there is not.
      if (downstream!.exclusive && downstream!.bound === null) downstream!.finish();
      this.end(null, 0, reason, 0);
      return;
    }
    let reply: Uint8Array | null = null;
    // Among replies that nobody counts, or after the first of several, it would be taken for something else.
    const lost = this.replied > 0 || (downstream!.bound !== null && protocol!.traits.correlation !== 'id');
    try {
      if (!lost) reply = protocol!.hijack(this.memo, status, text);
    } catch (error) {
      context.options.onError(error);
    }
    context.options.stats.hijacks[reason]!++;
    if (reason !== HijackReason.directResponse) this.noteError(reply === null ? null : status, reason, text);
    if (reply === null) {
      downstream!.finish(); // No error can be told, so that the caller does not wait for ever.
      this.end(null, 0, reason, 0);
    } else {
      downstream!.reply(this, reply, 0, reply.length, null);
      const wireStatus = protocol!.replies.wireStatusOf(reply, 0, reply.length, this.facts);
      this.end(status, wireStatus, reason, reply.length);
    }
  }

  /** The stream is over. Nothing refers to it afterwards. */
  private end(status: Status | null, wireStatus: number, hijack: HijackReason | null, bytes: number): void {
    const { context, downstream } = this;
    const { stats, loop } = context.options;
    this.deadline.disarm();
    stats.requestsActive--;
    context.inFlight--;
    if (status !== null) {
      stats.responses.add(status);
      stats.latency.record(loop.now - this.startedAt);
      if (this.routeStats !== null) {
        this.routeStats.responses.add(status);
        this.routeStats.latency.record(loop.now - this.startedAt);
      }
    }
    this.routeStats = null;
    this.uncount();
    this.retry?.clear();
    if (context.accessLog !== null || this.span !== null) this.log(status, wireStatus, hijack, bytes);
    if (this.run !== null) {
      this.run.end();
      this.run = null;
    }
    this.downstream = null;
    this.repliedBy = null;
    this.waiting = null;
    this.replied = 0;
    this.retry = null;
    this.route = null;
    this.cluster = null;
    this.host = null;
    this.hash = NO_HASH;
    this.subset = null;
    this.memo = NO_MEMO;
    this.facts = null;
    if (context.idle.length < IDLE_STREAMS) context.idle.push(this);
    downstream!.remove(this);
  }

  /** The host has the request no longer. */
  private uncount(): void {
    if (!this.counted) return;
    const { cluster, host } = this;
    this.counted = false;
    cluster!.active--;
    host!.active--;
    cluster!.stats.requestsActive--;
    host!.stats.requestsActive--;
  }

  /** For the admin port. */
  private noteError(status: Status | null, reason: HijackReason | null, text: string): void {
    const { stats, loop } = this.context.options;
    const entry = stats.errors.add(loop.epoch + loop.now, this.protocol!.name, status, reason, text);
    entry.service = this.service ?? null;
    entry.method = this.method ?? null;
    entry.route = this.route === null ? null : this.route.name;
    entry.cluster = this.cluster === null ? null : this.cluster.name;
    entry.host = this.host === null ? null : this.host.address;
  }

  private log(status: Status | null, wireStatus: number, hijack: HijackReason | null, bytes: number): void {
    const { context } = this;
    const { loop } = context.options;
    const entry = context.logEntry;
    entry.duration = loop.now - this.startedAt;
    entry.start = loop.epoch + this.startedAt;
    entry.protocol = this.protocol!.name;
    entry.downstream = this.downstream!.peer;
    entry.downstreamName = this.downstream!.peerNames[0] ?? null;
    entry.service = this.service;
    entry.method = this.method;
    entry.route = this.route === null ? null : this.route.name;
    entry.cluster = this.cluster === null ? null : this.cluster.name;
    entry.host = this.host === null ? null : this.host.address;
    entry.status = status;
    entry.wireStatus = status === null ? null : wireStatus;
    entry.hijack = hijack;
    entry.oneway = this.oneway;
    entry.attempts = this.retry === null ? 1 : this.retry.attempt;
    entry.requestBytes = this.requestBytes;
    entry.responseBytes = bytes;
    entry.traceId = this.span === null ? null : this.span.spanContext().traceId;
    entry.headers = this.loggedHeaders;
    entry.metadata = this.run === null ? null : this.run.allMetadata;
    if (context.accessLog !== null) context.accessLog.write(entry);
    if (this.span !== null) context.options.tracer!.end(this.span, entry);
    this.span = null;
    this.loggedHeaders = null;
  }

  /** Reads the headers that the access log asks for while they are there. */
  private keepHeaders(protocol: XProtocol, bytes: Uint8Array, at: number, end: number): void {
    this.loggedHeaders = this.context.loggedHeaders.map((key) => protocol.headerOf(bytes, at, end, key));
  }
}
