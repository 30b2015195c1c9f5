import type { Terminal } from './terminal.js';

const WORTH_SHOWING = 16 * 1024 * 1024;

/** Shows how far a large file has been read, at a terminal only. */
export function progress(size: number, terminal: Terminal): (total: number) => void {
  if (!terminal.interactive || size < WORTH_SHOWING) return () => {};
  let shown = -1;
  return (total) => {
    const percent = Math.floor((total / size) * 100);
    if (percent === shown) return;
    shown = percent;
    terminal.err(percent >= 100 ? '\r\x1b[K' : `\r\x1b[K${percent}%`);
  };
}
