import { createHash } from 'node:crypto';

/** The first 16 hex digits of the SHA-256 of texts, line breaks as \n: the same on every machine. */
export function hashText(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text.replaceAll('\r\n', '\n')).update('\0');
  return hash.digest('hex').slice(0, 16);
}
