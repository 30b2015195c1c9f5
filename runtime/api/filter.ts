import type { Status } from './status.js';
import type { XFrame } from './x-frame.js';

/** When a request filter runs: before a route is chosen, after it, or after the host is. */
export type FilterPhase = 'before_route' | 'after_route' | 'after_host';

/** What a filter decides. */
export const Verdict = {
  /** On to the next filter. */
  continue: 0,
  /** Wait: the filter will call {@link FilterCall.resume} or {@link FilterCall.hijack} later. */
  stop: 1,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** One request on its way, as filters see it. Valid until the request has ended. */
export interface FilterCall {
  /** The request; in onResponse it may no longer be read. */
  readonly request: XFrame;
  /** The response, in onResponse only. */
  readonly response: XFrame | null;
  /** The protocol's name. */
  readonly protocol: string;
  readonly service: string | undefined;
  readonly method: string | undefined;
  /** `127.0.0.1:52110`, the caller's address; `unix` on a unix socket. */
  readonly downstreamAddress: string;
  /** The names in the caller's certificate, verified, URIs first; none without a certificate. */
  readonly downstreamNames: readonly string[];
  /** The chosen route's name, or null before there is one. */
  readonly routeName: string | null;
  /** The chosen cluster, or null. */
  readonly clusterName: string | null;
  /** The chosen host's `address:port`, or null. */
  readonly hostAddress: string | null;
  /** What a filter noted under `key` about this request, see {@link setMetadata}. */
  metadata(key: string): string | undefined;
  /**
   * Notes something about this request that is never sent: for the choice of a subset of hosts, for other
   * filters, for the access log.
   */
  setMetadata(key: string, value: string): void;
  /**
   * Shows routing a header that the request does not have, or another value of it; what is sent stays as it is.
   * Has an effect before a route is chosen.
   */
  setRouteHeader(key: string, value: string): void;
  /** Goes on after {@link Verdict.stop}. A second call, or one after the request ended, does nothing. */
  resume(): void;
  /** Answers the caller with an error of the protocol's own and ends the request. */
  hijack(status: Status, reason: string): Verdict;
}

/**
 * A filter: looks at or changes requests on their way up and responses on their way down. One object serves
 * all requests of a listener; what belongs to one request it keeps in its own WeakMap by the call.
 * Request filters run in the order of configuration, response filters in reverse.
 */
export interface StreamFilter {
  onRequest?(call: FilterCall): Verdict;
  onResponse?(call: FilterCall): Verdict;
  /** Called when a listener begins to use the filter: the time to watch files. One that is only checked is not started. */
  start?(): void;
  /** Called when no new request will come. Those under way may still be shown to the filter. */
  stop?(): void;
}

/**
 * Makes a filter of its configuration. A route can give a filter of its listener a configuration of its own
 * (per_filter_config): another filter is made of it, which takes the first one's place for requests of that
 * route. That needs a phase after the route is chosen.
 */
export interface FilterFactory {
  /** As configuration names it: `header_rewrite`. */
  readonly name: string;
  /** When onRequest runs. */
  readonly phase: FilterPhase;
  /**
   * @param config what stands under `config` in the file, undefined if nothing does
   * @throws Error with a message for the person who wrote the configuration
   */
  create(config: unknown): StreamFilter;
}
