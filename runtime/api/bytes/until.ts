/**
 * Looks for `delimiter` from p on.
 * @param delimiter at least one byte
 * @param max the most bytes that may come before it
 * @returns the place after it; 0 if more than `max` bytes come before it; -n if at least n bytes more than
 * `to` are needed to know
 */
export function untilEnd(b: Uint8Array, p: number, to: number, delimiter: Uint8Array, max: number): number {
  const length = delimiter.length;
  const first = delimiter[0];
  const limit = Math.min(to - length, p + max);
  let at = p;
  for (; at <= limit; at++) {
    if (b[at] === first && startsAt(b, at, at + length, delimiter)) return at + length;
  }
  if (at > p + max) return 0;
  // What is left is shorter than the delimiter: it may be its start.
  for (; at < to; at++) if (startsAt(b, at, to, delimiter)) break;
  return at > p + max ? 0 : to - at - length;
}

/** Whether bytes[at, end) are the first of the delimiter. */
export function startsAt(b: Uint8Array, at: number, end: number, delimiter: Uint8Array): boolean {
  for (let i = at; i < end; i++) if (b[i] !== delimiter[i - at]) return false;
  return true;
}

/**
 * The place after a delimiter that stands at p; 0 if other bytes stand there, -1 if at least one byte more than `to` is
 * needed to know.
 */
export function delimiterPast(b: Uint8Array, p: number, to: number, delimiter: Uint8Array): number {
  const next = p + delimiter.length;
  if (!startsAt(b, p, Math.min(next, to), delimiter)) return 0;
  return next <= to ? next : -1;
}
