import { Status } from '@proto-frame/api';
import type { RetryCondition, RetryConfig } from '../config/snapshot.js';

export type { RetryCondition } from '../config/snapshot.js';

/** Which failed attempts are followed by another one, and when. */
export class RetryPolicy {
  readonly numRetries: number;
  /** Milliseconds, 0: unset. */
  readonly perTryTimeout: number;

  private readonly on: ReadonlySet<RetryCondition>;
  private readonly statuses: ReadonlySet<Status>;
  private readonly idempotent: boolean;
  private readonly base: number;
  private readonly max: number;

  constructor(config: RetryConfig) {
    this.numRetries = config.numRetries;
    this.perTryTimeout = config.perTryTimeout;
    this.on = new Set(config.on);
    this.statuses = new Set(config.statuses);
    this.idempotent = config.idempotent;
    this.base = config.backOff.base;
    this.max = config.backOff.max;
  }

  /**
   * Whether another attempt may follow one that failed.
   * @param unsure whether the host may have carried out the request all the same
   */
  covers(condition: RetryCondition, unsure: boolean): boolean {
    return this.on.has(condition) && (this.idempotent || !unsure);
  }

  /** Whether another attempt may follow a reply with this status. OVERLOADED says that nothing was done. */
  coversStatus(status: Status): boolean {
    if (status === Status.OVERLOADED && this.on.has('overload')) return true;
    return this.statuses.has(status) && (this.idempotent || status === Status.OVERLOADED);
  }

  /**
   * The pause before a retry, in ms: chosen evenly between nothing and the longest.
   * @param retry 1 for the first one
   * @param random 0 <= x < 1
   */
  pause(retry: number, random: number): number {
    return random * Math.min(this.max, this.base * 2 ** Math.min(retry - 1, 20));
  }
}
