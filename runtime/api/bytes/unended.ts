import { ScanFault, type ScanState } from '../scan.js';

/**
 * What a scan answers where an `End` function gave no place: a fault, or 0 with the bytes that are needed in `state`.
 *
 * @param code 0: malformed; -n: at least n bytes more than `to` are needed
 */
export function unended(code: number, from: number, to: number, state: ScanState): number {
  if (code === 0) return ScanFault.malformed;
  state.need = to - from - code;
  return 0;
}
