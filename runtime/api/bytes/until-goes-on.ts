import type { ScanState } from '../scan.js';
import { untilEnd } from './until.js';

/**
 * As {@link untilEnd}, for texts that may be long: a scan goes on looking where the last one stopped.
 * @param state null where all bytes are there
 */
export function untilGoesOn(
  b: Uint8Array,
  p: number,
  to: number,
  delimiter: Uint8Array,
  max: number,
  state: ScanState | null,
): number {
  if (state === null) return untilEnd(b, p, to, delimiter, max);
  const walk = state.walk(p, 1);
  const at = state.place(walk);
  const end = untilEnd(b, at, to, delimiter, max - (at - p));
  // The last bytes may be the delimiter's first.
  if (end < 0) state.passed(walk, Math.max(at, to - delimiter.length + 1), 1);
  else if (end > 0) state.passed(walk, end - delimiter.length, 1);
  return end;
}
