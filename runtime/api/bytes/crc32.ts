import type { Checksum, ChecksumDelta } from './checksum.js';

/**
 * CRC-32 (ISO-HDLC, as zlib) and CRC-32C (Castagnoli), reflected, initial value and final xor all ones.
 * Eight tables let eight bytes go in at once.
 */
function makeTables(polynomial: number): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0]![n] = crc >>> 0;
  }
  for (let n = 0; n < 256; n++) {
    for (let t = 1; t < 8; t++) {
      const before = tables[t - 1]![n]!;
      tables[t]![n] = (before >>> 8) ^ tables[0]![before & 0xff]!;
    }
  }
  return tables;
}

const ISO = makeTables(0xedb88320);
const CASTAGNOLI = makeTables(0x82f63b78);

function run(tables: Uint32Array[], bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** CRC-32, as an unsigned number. */
export const crc32: Checksum = (bytes, start, end) => run(ISO, bytes, start, end);

/** CRC-32C, as an unsigned number. */
export const crc32c: Checksum = (bytes, start, end) => run(CASTAGNOLI, bytes, start, end);

/** a * b modulo the polynomial, in the reflected bit order of the tables. */
function multiply(polynomial: number, a: number, b: number): number {
  let product = 0;
  for (let mask = 0x80000000; mask !== 0; mask >>>= 1) {
    if (a & mask) product ^= b;
    b = b & 1 ? (b >>> 1) ^ polynomial : b >>> 1;
  }
  return product;
}

/** x^(8 * bytes) modulo the polynomial: what passing over that many bytes does to a checksum. */
function power(polynomial: number, bytes: number): number {
  let result = 0x80000000; // x^0
  let square = 0x00800000; // x^8
  for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = multiply(polynomial, square, result);
    square = multiply(polynomial, square, square);
  }
  return result;
}

/** See {@link ChecksumDelta}: to be xor-ed onto the old value. */
function delta(
  tables: Uint32Array[],
  polynomial: number,
  before: Uint8Array,
  beforeAt: number,
  after: Uint8Array,
  afterAt: number,
  length: number,
  trailing: number,
): number {
  let crc = 0;
  for (let i = 0; i < length; i++) {
    crc = (crc >>> 8) ^ tables[0]![(crc ^ before[beforeAt + i]! ^ after[afterAt + i]!) & 0xff]!;
  }
  return multiply(polynomial, power(polynomial, trailing), crc) >>> 0;
}

/** See {@link delta}. */
export const crc32Delta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  delta(ISO, 0xedb88320, before, beforeAt, after, afterAt, length, trailing);

/** See {@link delta}. */
export const crc32cDelta: ChecksumDelta = (before, beforeAt, after, afterAt, length, trailing) =>
  delta(CASTAGNOLI, 0x82f63b78, before, beforeAt, after, afterAt, length, trailing);
