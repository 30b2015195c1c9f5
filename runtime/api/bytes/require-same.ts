import { EncodeError } from '../errors.js';

/**
 * Refuses to write anew what would come out otherwise than it came in, as texts do that are not UTF-8.
 *
 * @param path what both are the bytes of
 * @param found the bytes as they came
 * @param again the same as an encoder writes it
 * @throws EncodeError if they differ
 */
export function requireSame(path: string, found: Uint8Array, again: Uint8Array): void {
  const length = Math.min(found.length, again.length);
  let i = 0;
  while (i < length && found[i] === again[i]) i++;
  if (i === found.length && i === again.length) return;
  throw new EncodeError(path, `holds bytes that an encoder would write otherwise, the first at ${i}`);
}
