import {
  type FilterCall,
  type FilterPhase,
  type Status,
  type StreamFilter,
  Verdict,
  type XFrame,
} from '@proto-frame/api';
import type { FilterChain } from '../filter/chain.js';

/** What a run asks of its stream between the phases, and what filters may see of it. */
export interface FilteredStream {
  readonly service: string | undefined;
  readonly method: string | undefined;
  readonly route: { readonly name: string } | null;
  readonly cluster: { readonly name: string } | null;
  readonly host: { readonly address: string } | null;
  /** Chooses the route for the request as filters left it; false if that ended the stream. */
  onRoute(request: XFrame): boolean;
  /** Chooses the host; false if that ended the stream. */
  onHost(): boolean;
  /** Sends the request as filters left it. */
  onSend(request: XFrame): void;
  /** Gives the caller the reply as filters left it. */
  onDeliver(reply: XFrame): void;
  /** A filter answered in the host's place. */
  onFilterHijack(status: Status, reason: string): void;
  /** A filter, or what came of its changes, threw. */
  onFilterError(error: unknown): void;
}

/** Where a run stands. Between two phases the stream does its part. */
type Stage = FilterPhase | 'response' | 'waiting';

/**
 * The filters of one stream on their way: runs them phase by phase, stops when one says so and goes on when it
 * resumes. It is also what filters see as their call, and outlives the stream, so that a filter which kept it
 * does no harm.
 */
export class FilterRun implements FilterCall {
  response: XFrame | null = null;
  readonly protocol: string;

  /** Null until a filter notes something. */
  private notes: Map<string, string> | null = null;
  private routeHeaders: Map<string, string> | null = null;
  private stage: Stage = 'before_route';
  /** The next filter of the stage. */
  private index = 0;
  /** A filter said stop and has not resumed. */
  private stopped = false;
  /** The stream is over. */
  private ended = false;
  /** Whether `run` is on the stack: then resume() only has to clear `stopped`. */
  private running = false;

  constructor(
    private readonly stream: FilteredStream,
    readonly request: XFrame,
    private chain: FilterChain,
    readonly downstreamAddress: string,
    readonly downstreamNames: readonly string[],
  ) {
    this.protocol = request.protocol.name;
  }

  get service(): string | undefined {
    return this.ended ? undefined : this.stream.service;
  }

  get method(): string | undefined {
    return this.ended ? undefined : this.stream.method;
  }

  get routeName(): string | null {
    return this.ended ? null : (this.stream.route?.name ?? null);
  }

  get clusterName(): string | null {
    return this.ended ? null : (this.stream.cluster?.name ?? null);
  }

  get hostAddress(): string | null {
    return this.ended ? null : (this.stream.host?.address ?? null);
  }

  metadata(key: string): string | undefined {
    return this.notes === null ? undefined : this.notes.get(key);
  }

  setMetadata(key: string, value: string): void {
    (this.notes ??= new Map()).set(key, value);
  }

  setRouteHeader(key: string, value: string): void {
    (this.routeHeaders ??= new Map()).set(key, value);
  }

  /** What {@link setRouteHeader} set under `key`. */
  routeHeader(key: string): string | undefined {
    return this.routeHeaders === null ? undefined : this.routeHeaders.get(key);
  }

  /** All that {@link setMetadata} set; null for nothing. */
  get allMetadata(): ReadonlyMap<string, string> | null {
    return this.notes;
  }

  /** Whether there is a filter to look at replies. */
  get looksAtResponses(): boolean {
    return this.chain.response.length > 0;
  }

  /** Runs the request filters, and in between the stream's own phases. */
  onRequest(): void {
    this.run();
  }

  /** Runs the response filters. */
  onResponse(reply: XFrame): void {
    this.response = reply;
    this.stage = 'response';
    this.index = 0;
    this.run();
  }

  /** The stream is over: what filters do from now on has no effect. */
  end(): void {
    this.ended = true;
  }

  resume(): void {
    if (this.ended || !this.stopped) return;
    this.stopped = false;
    if (!this.running) this.run();
  }

  hijack(status: Status, reason: string): Verdict {
    if (!this.ended) this.stream.onFilterHijack(status, reason);
    return Verdict.stop;
  }

  private run(): void {
    this.running = true;
    try {
      while (!this.ended && !this.stopped && this.stage !== 'waiting') this.step();
    } catch (error) {
      if (!this.ended) this.stream.onFilterError(error);
    } finally {
      this.running = false;
    }
  }

  /** One filter, or the stream's part once the stage has none left. */
  private step(): void {
    const { stage } = this;
    if (stage === 'waiting') return;
    const filters = stage === 'response' ? this.chain.response : this.chain.request[stage];
    if (this.index < filters.length) this.ask(filters[this.index++]!);
    else {
      this.index = 0;
      this.stage = this.next(stage);
    }
  }

  private ask(filter: StreamFilter): void {
    this.stopped = true;
    const verdict = this.stage === 'response' ? filter.onResponse!(this) : filter.onRequest!(this);
    if (verdict === Verdict.continue) this.stopped = false;
  }

  /** The stream's part after `stage`, and what follows. */
  private next(stage: FilterPhase | 'response'): Stage {
    const { stream, request } = this;
    switch (stage) {
      case 'before_route':
        request.apply();
        if (!stream.onRoute(request)) return 'waiting';
        this.chain = this.chain.forRoute(stream.route!.name);
        return 'after_route';
      case 'after_route':
        // The host is chosen here only if filters want to see it; else together with the connection.
        if (this.chain.request.after_host.length === 0) return 'after_host';
        return stream.onHost() ? 'after_host' : 'waiting';
      case 'after_host':
        request.apply();
        stream.onSend(request);
        return 'waiting';
      case 'response':
        this.response!.apply();
        stream.onDeliver(this.response!);
        return 'waiting';
    }
  }
}
