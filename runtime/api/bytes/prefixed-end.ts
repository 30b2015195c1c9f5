/**
 * Where a value with a length prefix ends: a place, 0 if the length is none that may stand there, -n if n
 * bytes more than `to` are needed. `length` counts only once the `width` bytes of the prefix are there.
 *
 * @param none the length that stands for null and takes no bytes; less than `least` where there is none
 */
export function prefixedEnd(
  p: number,
  to: number,
  width: number,
  length: number,
  least: number,
  most: number,
  none: number,
): number {
  const from = p + width;
  if (from > to) return to - from;
  if (length === none) return from;
  if (length < least || length > most) return 0;
  const end = from + length;
  return end > to ? to - end : end;
}
