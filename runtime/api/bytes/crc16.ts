import { ForwardCrc } from './forward-crc.js';
import { ReflectedCrc } from './reflected-crc.js';

/** The variants by the names of the CRC catalogue; a polynomial stands in the bit order of its register. */
const ARC = new ReflectedCrc(16, 0xa001, 0, 0);
const MODBUS = new ReflectedCrc(16, 0xa001, 0xffff, 0);
const KERMIT = new ReflectedCrc(16, 0x8408, 0, 0);
const X25 = new ReflectedCrc(16, 0x8408, 0xffff, 0xffff);
const CCITT_FALSE = new ForwardCrc(16, 0x1021, 0xffff);
const XMODEM = new ForwardCrc(16, 0x1021, 0);

/** CRC-16/ARC of bytes[start, end). */
export function crc16Arc(bytes: Uint8Array, start: number, end: number): number {
  return ARC.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16ArcDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return ARC.delta(before, beforeAt, after, afterAt, length, trailing);
}

/** CRC-16/MODBUS of bytes[start, end). */
export function crc16Modbus(bytes: Uint8Array, start: number, end: number): number {
  return MODBUS.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16ModbusDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return MODBUS.delta(before, beforeAt, after, afterAt, length, trailing);
}

/** CRC-16/KERMIT of bytes[start, end). */
export function crc16Kermit(bytes: Uint8Array, start: number, end: number): number {
  return KERMIT.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16KermitDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return KERMIT.delta(before, beforeAt, after, afterAt, length, trailing);
}

/** CRC-16/IBM-SDLC of bytes[start, end). */
export function crc16X25(bytes: Uint8Array, start: number, end: number): number {
  return X25.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16X25Delta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return X25.delta(before, beforeAt, after, afterAt, length, trailing);
}

/** CRC-16/IBM-3740 of bytes[start, end). */
export function crc16CcittFalse(bytes: Uint8Array, start: number, end: number): number {
  return CCITT_FALSE.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16CcittFalseDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return CCITT_FALSE.delta(before, beforeAt, after, afterAt, length, trailing);
}

/** CRC-16/XMODEM of bytes[start, end). */
export function crc16Xmodem(bytes: Uint8Array, start: number, end: number): number {
  return XMODEM.sum(bytes, start, end);
}

/** See {@link ReflectedCrc.delta}. */
export function crc16XmodemDelta(
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  return XMODEM.delta(before, beforeAt, after, afterAt, length, trailing);
}
