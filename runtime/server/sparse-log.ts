/** Something said over and over, at most once in a while: the others are counted and told with the next. */
export class SparseLog<About> {
  private last = -Infinity;
  private unsaid = 0;

  /**
   * @param period at most once in so many ms
   * @param say gets how many were not said since the last time
   */
  constructor(
    private readonly period: number,
    private readonly say: (about: About, unsaid: number) => void,
  ) {}

  write(about: About): void {
    const now = performance.now();
    if (now - this.last < this.period) {
      this.unsaid++;
      return;
    }
    this.say(about, this.unsaid);
    this.last = now;
    this.unsaid = 0;
  }
}
