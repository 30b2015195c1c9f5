import type { Checksum, ChecksumDelta } from './checksum.js';
import { ForwardCrc } from './forward-crc.js';

const OPENPGP = new ForwardCrc(24, 0x864cfb, 0xb704ce);

/** CRC-24 as OpenPGP has it (RFC 9580, 6.1). */
export const crc24: Checksum = (bytes, start, end) => OPENPGP.sum(bytes, start, end);
export const crc24Delta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  OPENPGP.delta(before, beforeAt, after, afterAt, length, trailing);
