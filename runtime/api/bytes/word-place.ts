const SPACE = 0x20;

/** Where in bytes[start, end) the word with this number begins, from 0, as {@link textWord} has words; `end` where there are not as many. */
export function wordStart(bytes: Uint8Array, start: number, end: number, index: number): number {
  let left = index;
  for (let at = start; at < end; at++) {
    if (bytes[at] === SPACE) continue;
    if (left-- === 0) return at;
    at = wordEnd(bytes, at, end);
  }
  return end;
}

/** Where the word ends that begins at `start`. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE) at++;
  return at;
}
