import { DecodeError } from '../errors.js';

/**
 * The result of an `end` function about bytes that are all there.
 * @param code a place, 0 or -n, see ExternType.end
 * @param offset of the value in the frame, for the error
 * @throws DecodeError unless it is a place
 */
export function ended(code: number, path: string, offset: number, schema: string): number {
  if (code > 0) return code;
  const detail = code === 0 ? 'is malformed' : `needs at least ${-code} bytes more than there are`;
  throw new DecodeError('window', path, offset, detail, schema);
}
