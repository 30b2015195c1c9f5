/** Time in which what was seen counts for 1/e, ms. */
const FORGET_MS = 10_000;

/** A host's latency: a moving average which a slower reply raises at once and time lowers. */
export class PeakLatency {
  private value = 0;
  private seen = 0;

  /**
   * Notes a reply.
   * @param latency from the request to the reply, ms
   * @param now ms on the loop's clock
   */
  note(latency: number, now: number): void {
    const past = this.at(now);
    if (latency > past) this.value = latency;
    else {
      const keep = Math.exp(-(now - this.seen) / FORGET_MS);
      this.value = this.value * keep + latency * (1 - keep);
    }
    this.seen = now;
  }

  /** What it is now, ms; 0 if nothing is known any more. */
  at(now: number): number {
    return this.value * Math.exp(-Math.max(0, now - this.seen) / FORGET_MS);
  }
}
