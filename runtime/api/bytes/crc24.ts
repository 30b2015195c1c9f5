import { ForwardCrc } from './forward-crc.js';

const OPENPGP = new ForwardCrc(24, 0x864cfb, 0xb704ce);

/** CRC-24 of bytes[start, end), as OpenPGP has it (RFC 9580, 6.1). */
export function crc24(bytes: Uint8Array, start: number, end: number): number {
  return OPENPGP.sum(bytes, start, end);
}

/** See {@link ForwardCrc.delta}. */
export function crc24Delta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return OPENPGP.delta(before, beforeAt, after, afterAt, length, trailing);
}
