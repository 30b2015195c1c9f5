import { DecodeError } from '../errors.js';
import type { RequestId } from '../x-protocol.js';

/** The id that was found. @throws DecodeError if there is none */
export function requireId(
  id: RequestId | undefined,
  path: string,
  offset: number,
  schema: string,
): RequestId {
  if (id === undefined) throw new DecodeError('window', path, offset, 'is missing', schema);
  return id;
}
