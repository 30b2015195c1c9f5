/** What the first bytes of a connection are. */
export const Hello = {
  /** The whole first record of a TLS handshake. */
  complete: 0,
  /** The beginning of one. */
  more: 1,
  /** Something else. */
  none: 2,
} as const;
export type Hello = (typeof Hello)[keyof typeof Hello];

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const HEADER_BYTES = 5;
/** Of a record's plain content. */
const LONGEST_RECORD = 16_384;

/**
 * Whether a connection begins as TLS does (RFC 8446, 5.1 and 4.1.2): a handshake record of major version 3,
 * not too long, whose first message is a ClientHello. Decided at the first byte that contradicts.
 */
export function clientHello(bytes: Uint8Array): Hello {
  const { length } = bytes;
  if (length > 0 && bytes[0] !== HANDSHAKE) return Hello.none;
  if (length > 1 && bytes[1] !== 3) return Hello.none;
  if (length > 2 && bytes[2]! > 4) return Hello.none;
  if (length < HEADER_BYTES) return Hello.more;
  const record = bytes[3]! * 256 + bytes[4]!;
  if (record === 0 || record > LONGEST_RECORD) return Hello.none;
  if (length > HEADER_BYTES && bytes[HEADER_BYTES] !== CLIENT_HELLO) return Hello.none;
  return length < HEADER_BYTES + record ? Hello.more : Hello.complete;
}
