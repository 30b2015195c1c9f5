import { type FilterCall, Status, Verdict, type XFrame } from '@proto-frame/api';
import type { FilterChain } from '../filter/chain.js';
import type { ActiveStream } from './active-stream.js';

/** A stream as filters see it. It outlives the stream, so a filter that kept it does no harm. */
export class StreamCall implements FilterCall {
  response: XFrame | null = null;
  readonly protocol: string;
  readonly downstreamAddress: string;
  /** A filter said stop and has not resumed. */
  stopped = false;
  /** A filter answered; the caller of the filters has to stop too. */
  ended = false;

  constructor(
    private readonly stream: ActiveStream,
    readonly request: XFrame,
    /** The filters this stream began with; it keeps them to its end. */
    readonly chain: FilterChain,
    downstreamAddress: string,
  ) {
    this.protocol = request.protocol.name;
    this.downstreamAddress = downstreamAddress;
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

  resume(): void {
    if (this.ended || !this.stopped) return;
    this.stopped = false;
    this.stream.onResume();
  }

  hijack(status: Status, reason: string): Verdict {
    if (!this.ended) this.stream.onFilterHijack(status, reason);
    return Verdict.stop;
  }
}
