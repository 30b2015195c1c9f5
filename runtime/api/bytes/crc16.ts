import type { Checksum, ChecksumDelta } from './checksum.js';
import { ForwardCrc } from './forward-crc.js';
import { ReflectedCrc } from './reflected-crc.js';

/** The variants by the names of the CRC catalogue; a polynomial stands in the bit order of its register. */
const ARC = new ReflectedCrc(16, 0xa001, 0, 0);
const MODBUS = new ReflectedCrc(16, 0xa001, 0xffff, 0);
const KERMIT = new ReflectedCrc(16, 0x8408, 0, 0);
const X25 = new ReflectedCrc(16, 0x8408, 0xffff, 0xffff);
const CCITT_FALSE = new ForwardCrc(16, 0x1021, 0xffff);
const XMODEM = new ForwardCrc(16, 0x1021, 0);

/** CRC-16/ARC. */
export const crc16Arc: Checksum = (bytes, start, end) => ARC.sum(bytes, start, end);
export const crc16ArcDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  ARC.delta(before, beforeAt, after, afterAt, length, trailing);

/** CRC-16/MODBUS. */
export const crc16Modbus: Checksum = (bytes, start, end) => MODBUS.sum(bytes, start, end);
export const crc16ModbusDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  MODBUS.delta(before, beforeAt, after, afterAt, length, trailing);

/** CRC-16/KERMIT. */
export const crc16Kermit: Checksum = (bytes, start, end) => KERMIT.sum(bytes, start, end);
export const crc16KermitDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  KERMIT.delta(before, beforeAt, after, afterAt, length, trailing);

/** CRC-16/IBM-SDLC. */
export const crc16X25: Checksum = (bytes, start, end) => X25.sum(bytes, start, end);
export const crc16X25Delta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  X25.delta(before, beforeAt, after, afterAt, length, trailing);

/** CRC-16/IBM-3740. */
export const crc16CcittFalse: Checksum = (bytes, start, end) => CCITT_FALSE.sum(bytes, start, end);
export const crc16CcittFalseDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  CCITT_FALSE.delta(before, beforeAt, after, afterAt, length, trailing);

/** CRC-16/XMODEM. */
export const crc16Xmodem: Checksum = (bytes, start, end) => XMODEM.sum(bytes, start, end);
export const crc16XmodemDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  XMODEM.delta(before, beforeAt, after, afterAt, length, trailing);
