/** How a bucket fills. */
export interface TokenBucketConfig {
  /** What it holds at most, and at the start. */
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  /** Milliseconds. */
  readonly fillInterval: number;
}

/** Tokens that are taken one a request and come back in steps. Keeps no timer: the time is handed in. */
export class TokenBucket {
  private tokens: number;
  /** When the last step was, in milliseconds. */
  private filledAt: number;

  constructor(
    private readonly config: TokenBucketConfig,
    now: number,
  ) {
    this.tokens = config.maxTokens;
    this.filledAt = now;
  }

  /** Takes a token; false if there is none. @param now milliseconds, never going back */
  take(now: number): boolean {
    this.fill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Whether it is as a new one would be. */
  isFull(now: number): boolean {
    this.fill(now);
    return this.tokens === this.config.maxTokens;
  }

  private fill(now: number): void {
    const { maxTokens, tokensPerFill, fillInterval } = this.config;
    const steps = Math.floor((now - this.filledAt) / fillInterval);
    if (steps <= 0) return;
    this.filledAt += steps * fillInterval;
    this.tokens = Math.min(maxTokens, this.tokens + steps * tokensPerFill);
  }
}
