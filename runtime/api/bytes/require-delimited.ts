import { EncodeError } from '../errors.js';
import { untilEnd } from './until.js';

/**
 * Refuses a value at b[from, to), its delimiter included, that would not be read back as it was given: one
 * longer than `max`, or with the delimiter in it.
 * @throws EncodeError
 */
export function requireDelimited(
  path: string,
  b: Uint8Array,
  from: number,
  to: number,
  delimiter: Uint8Array,
  max: number,
): void {
  const size = to - from - delimiter.length;
  if (size > max) throw new EncodeError(path, `has ${size} bytes, the limit is ${max}`);
  if (untilEnd(b, from, to, delimiter, max) !== to)
    throw new EncodeError(path, 'holds the delimiter that would end it');
}
