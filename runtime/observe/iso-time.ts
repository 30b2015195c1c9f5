import type { LogLines } from './log-lines.js';

/** Epoch milliseconds as `2026-01-02T03:04:05.006Z`. Times of one second share the work, which is most of it. */
export class IsoTime {
  private second = NaN;
  /** Up to and with the point. */
  private prefix = '';

  write(ms: number, into: LogLines): void {
    const second = Math.floor(ms / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.prefix = new Date(second * 1_000).toISOString().slice(0, 20);
    }
    into.plain(this.prefix);
    into.padded(Math.floor(ms - second * 1_000), 3);
    into.plain('Z');
  }
}
