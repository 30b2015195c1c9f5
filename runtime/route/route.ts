import type { DirectResponse, RouteRule } from '../config/snapshot.js';
import { HashPolicy, NO_HASH } from './hash-policy.js';
import { mixHash } from './hash-text.js';
import { HeaderEdit } from './header-edit.js';
import type { RouteInput } from './route-input.js';
import { RetryPolicy } from './retry-policy.js';
import { Share } from './share.js';
import { Subset } from './subset.js';
import { WeightedChoice } from './weighted-choice.js';

/** Where one request goes. */
export interface Destination {
  /** A cluster's name; there may be none. */
  readonly cluster: string;
  /** null: any host. */
  readonly subset: Subset | null;
}

/** Where copies of some requests go. */
export interface Mirror {
  readonly cluster: string;
  /** To be asked once a request. */
  readonly share: Share;
}

/** What is done with matching requests. One object for each rule of the configuration, shared by all requests. */
export class Route {
  readonly name: string;
  /** Milliseconds, 0: unset. */
  readonly timeout: number;
  /** null: hosts are asked. */
  readonly directResponse: DirectResponse | null;
  readonly retry: RetryPolicy | null;
  /** null: requests are known by nothing. */
  readonly hashPolicy: HashPolicy | null;
  readonly mirror: Mirror | null;
  /** Changes of headers; null: none. */
  readonly requestEdit: HeaderEdit | null;
  readonly responseEdit: HeaderEdit | null;

  /** Null if something of the request decides. */
  private readonly single: Destination | null;
  private readonly choice: WeightedChoice<Destination> | null;
  private readonly hashed: boolean;
  private readonly header: string | null;
  private readonly subset: Destination['subset'];

  constructor(rule: RouteRule) {
    const { clusters, hashPolicy, mirror, retry } = rule;
    this.name = rule.name;
    this.timeout = rule.timeout;
    this.directResponse = rule.directResponse;
    this.retry = retry === null ? null : new RetryPolicy(retry);
    this.hashPolicy = hashPolicy.length === 0 ? null : new HashPolicy(hashPolicy);
    this.mirror = mirror === null ? null : { cluster: mirror.cluster, share: new Share(mirror.percentage) };
    this.requestEdit = HeaderEdit.of(rule.requestHeaders);
    this.responseEdit = HeaderEdit.of(rule.responseHeaders);

    const destinations = clusters.map(({ name, subset }) => ({ cluster: name, subset: Subset.of(subset) }));
    this.header = rule.clusterHeader;
    this.subset = destinations[0]?.subset ?? null;
    this.single = destinations.length === 1 && this.header === null ? destinations[0]! : null;
    this.hashed = rule.hashedClusters;
    this.choice =
      destinations.length > 1
        ? new WeightedChoice(
            destinations,
            clusters.map((cluster) => cluster.weight),
          )
        : null;
  }

  /**
   * Where the next request goes; to be asked exactly once a request, so that shares are exact.
   *
   * @param hash of the request, or NO_HASH
   * @returns null if the header that names the cluster is not there
   */
  destination(call: RouteInput, hash: number): Destination | null {
    if (this.single !== null) return this.single;
    if (this.choice !== null) {
      // Mixed once more: the host is chosen by the same hash, and may not depend on the cluster.
      return this.hashed && hash !== NO_HASH ? this.choice.at(mixHash(hash)) : this.choice.next();
    }
    const cluster = this.header === null ? undefined : call.header(this.header);
    return cluster === undefined || cluster === null ? null : { cluster, subset: this.subset };
  }
}
