/** After so long without a failure all is forgotten, in ms. */
const FORGET_MS = 30_000;

/** How long to wait before something that keeps failing is tried again: doubled with every failure. */
export class BackOff {
  private failures = 0;
  private lastFailure = -Infinity;

  /**
   * @param base after the first failure, in ms
   * @param most at most, in ms
   */
  constructor(
    private readonly base: number,
    private readonly most: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Notes a failure and says how long to wait now, in ms. */
  next(): number {
    const now = this.clock();
    if (now - this.lastFailure > Math.max(FORGET_MS, 2 * this.most)) this.failures = 0;
    this.lastFailure = now;
    return Math.min(this.most, this.base * 2 ** Math.min(this.failures++, 30));
  }
}
