import type { NetworkFiltersConfig } from '../config/snapshot.js';
import { AddressRules } from './address-rules.js';
import { KeyedBuckets } from './keyed-buckets.js';

/** How many addresses have a bucket of their own. */
const MOST_ADDRESSES = 10_000;

/** What became of a new connection. */
export type Admitted = 'yes' | 'denied' | 'over the rate';

/** Decides about connections before anything is read of them. */
export class Admission {
  private readonly rules: AddressRules | null;
  private readonly buckets: KeyedBuckets | null;
  private readonly perAddress: boolean;

  constructor({ ip_access: access, connection_rate: rate }: NetworkFiltersConfig) {
    this.rules = access === undefined ? null : new AddressRules(access);
    this.perAddress = rate?.per_address === true;
    this.buckets =
      rate === undefined
        ? null
        : new KeyedBuckets(
            {
              maxTokens: rate.max_tokens,
              tokensPerFill: rate.tokens_per_fill,
              fillInterval: rate.fill_interval,
            },
            MOST_ADDRESSES,
          );
  }

  /**
   * @param remote the caller's IP address as its socket tells it; undefined on a unix socket
   * @param now milliseconds of a clock that never goes back
   */
  admit(remote: string | undefined, now: number): Admitted {
    // IPv4 as a socket for both families shows it.
    const address = remote === undefined ? '' : remote.startsWith('::ffff:') ? remote.slice(7) : remote;
    if (this.rules !== null && !this.rules.allows(address)) return 'denied';
    if (this.buckets !== null && !this.buckets.take(this.perAddress ? address : '', now)) {
      return 'over the rate';
    }
    return 'yes';
  }
}
