/** The share of its requests that a host gets while it starts: caches are cold, code is not compiled. */
export class SlowStart {
  /**
   * @param window how long it takes, ms
   * @param aggression 1: the share grows evenly; more: faster at first
   * @param least the share it begins with, over 0 up to 1
   */
  constructor(
    private readonly window: number,
    private readonly aggression: number,
    private readonly least: number,
  ) {}

  /** @param age ms since the host came */
  share(age: number): number {
    if (age >= this.window) return 1;
    return Math.max(this.least, Math.pow(age / this.window, 1 / this.aggression));
  }
}
