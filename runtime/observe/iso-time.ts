/** Epoch milliseconds as `2026-01-02T03:04:05.006Z`. Times of one second share the work, which is most of it. */
export class IsoTime {
  private second = NaN;
  /** Up to and with the point. */
  private prefix = '';

  format(ms: number): string {
    const second = Math.floor(ms / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.prefix = new Date(second * 1_000).toISOString().slice(0, 20);
    }
    const rest = Math.floor(ms - second * 1_000);
    return `${this.prefix}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
  }
}
