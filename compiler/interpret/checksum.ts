import type { Checksum } from '../model/model.js';
import type { ExternCode } from './extern-code.js';
import type { ChecksumName } from '../model/checksum-algorithms.js';

/** A CRC by its definition; `reflected` takes the lowest bit of a byte first. */
interface Crc {
  readonly width: number;
  readonly polynomial: number;
  readonly initial: number;
  readonly finalXor: number;
  readonly reflected: boolean;
}

function crc(width: number, polynomial: number, initial: number, finalXor: number, reflected: boolean): Crc {
  return { width, polynomial, initial, finalXor, reflected };
}

const CRCS: { readonly [name in ChecksumName]?: Crc } = {
  crc32: crc(32, 0x04c11db7, 0xffffffff, 0xffffffff, true),
  crc32c: crc(32, 0x1edc6f41, 0xffffffff, 0xffffffff, true),
  crc24: crc(24, 0x864cfb, 0xb704ce, 0, false),
  crc16_arc: crc(16, 0x8005, 0, 0, true),
  crc16_ccitt_false: crc(16, 0x1021, 0xffff, 0, false),
  crc16_kermit: crc(16, 0x1021, 0, 0, true),
  crc16_modbus: crc(16, 0x8005, 0xffff, 0, true),
  crc16_x25: crc(16, 0x1021, 0xffff, 0xffff, true),
  crc16_xmodem: crc(16, 0x1021, 0, 0, false),
};

/** The checksum of bytes[start, end), bit by bit: for tools, not for traffic. */
export function checksum(algorithm: ChecksumName, bytes: Uint8Array, start: number, end: number): number {
  const covered = bytes.subarray(start, end);
  switch (algorithm) {
    case 'sum8':
      return covered.reduce((sum, byte) => sum + byte, 0) % 0x100;
    case 'sum16':
      return covered.reduce((sum, byte) => sum + byte, 0) % 0x10000;
    case 'xor8':
      return covered.reduce((sum, byte) => sum ^ byte, 0);
    case 'internet': {
      const sum = covered.reduce((total, byte, i) => total + (i % 2 === 0 ? byte * 0x100 : byte), 0);
      // Only a sum of nothing but zeros is zero; other multiples of 0xffff are all ones.
      return 0xffff - (sum === 0 ? 0 : ((sum - 1) % 0xffff) + 1);
    }
    case 'adler32': {
      let [low, high] = [1, 0];
      for (const byte of covered) {
        low = (low + byte) % 65521;
        high = (high + low) % 65521;
      }
      return high * 0x10000 + low;
    }
    default:
      return divide(CRCS[algorithm]!, covered);
  }
}

function divide({ width, polynomial, initial, finalXor, reflected }: Crc, bytes: Uint8Array): number {
  const mask = 2 ** width - 1;
  let register = initial;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const next = (byte >>> (reflected ? bit : 7 - bit)) & 1;
      const isOut = (register >>> (width - 1)) & 1;
      register = (((register << 1) ^ (isOut === next ? 0 : polynomial)) & mask) >>> 0;
    }
  }
  return ((reflected ? mirrored(register, width) : register) ^ finalXor) >>> 0;
}

function mirrored(value: number, width: number): number {
  let result = 0;
  for (let bit = 0; bit < width; bit++) result = (result << 1) | ((value >>> bit) & 1);
  return result >>> 0;
}

/** Bytes from a place to another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The checksum of a range of bytes, in which its own count as zeros. @param own where the checksum itself stands */
export function checksumOf(
  { algorithm }: Checksum,
  bytes: Uint8Array,
  { from, to }: Range,
  own: Range,
  code: ExternCode,
): bigint {
  const covered = Uint8Array.from(bytes.subarray(from, to));
  if (own.from >= from && own.to <= to) covered.fill(0, own.from - from, own.to - from);
  if (typeof algorithm === 'string') return BigInt(checksum(algorithm, covered, 0, covered.length));
  return BigInt(Number(code.fn(algorithm.fn)(covered)));
}
