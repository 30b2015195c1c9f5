/**
 * The number that a text says where its characters stand on the wire as a big-endian integer: `"put"` in a u24. Null
 * where it is no text of one to six bytes.
 */
export function wordValue(text: string): bigint | null {
  if (text.length < 1 || text.length > 6) return null;
  if ([...text].some((c) => c.codePointAt(0)! > 0xff)) return null;
  return [...text].reduce((sum, c) => sum * 256n + BigInt(c.charCodeAt(0)), 0n);
}
