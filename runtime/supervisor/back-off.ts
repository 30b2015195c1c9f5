/** Something that worked for this many times the pause it would get has not failed because it was tried too soon. */
const PROVED = 2;

/** How long to wait before something that keeps failing is tried again: doubled with every failure. */
export class BackOff {
  private failures = 0;

  /**
   * @param base after the first failure, in ms
   * @param most at most, in ms
   */
  constructor(
    private readonly base: number,
    private readonly most: number,
  ) {}

  /**
   * Notes a failure and says how long to wait now, in ms.
   *
   * @param worked for how long it had worked before it failed, in ms; if that was long the pauses begin anew
   */
  next(worked: number): number {
    if (worked > PROVED * this.pause()) this.failures = 0;
    const pause = this.pause();
    this.failures++;
    return pause;
  }

  private pause(): number {
    return Math.min(this.most, this.base * 2 ** Math.min(this.failures, 30));
  }
}
