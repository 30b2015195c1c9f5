import type { ChecksumDelta } from './checksum.js';

/**
 * A CRC of 9 to 31 bits whose register takes the highest bit of a byte first, without a final xor. The register
 * stands in the upper bits of 32, so that widths need no mask; its table is made once.
 */
export class ForwardCrc {
  private readonly table = new Int32Array(256);
  private readonly polynomial: number;
  private readonly initial: number;
  private readonly unused: number;

  /**
   * @param polynomial without its highest term, highest bit first
   * @param initial what the register holds before the first byte
   */
  constructor(width: number, polynomial: number, initial: number) {
    this.unused = 32 - width;
    this.polynomial = polynomial << this.unused;
    this.initial = initial << this.unused;
    for (let n = 0; n < 256; n++) {
      let crc = n << 24;
      for (let bit = 0; bit < 8; bit++) crc = this.shift(crc);
      this.table[n] = crc;
    }
  }

  /** The checksum of bytes[start, end). */
  sum(bytes: Uint8Array, start: number, end: number): number {
    const { table } = this;
    let crc = this.initial;
    for (let i = start; i < end; i++) crc = (crc << 8) ^ table[(crc >>> 24) ^ bytes[i]!]!;
    return crc >>> this.unused;
  }

  /** See {@link ChecksumDelta}: to be xor-ed onto the old value. */
  delta(
    before: Uint8Array,
    beforeAt: number,
    after: Uint8Array,
    afterAt: number,
    length: number,
    trailing: number,
  ): number {
    const { table } = this;
    let crc = 0;
    for (let i = 0; i < length; i++) {
      crc = (crc << 8) ^ table[(crc >>> 24) ^ before[beforeAt + i]! ^ after[afterAt + i]!]!;
    }
    // Times x^(8 * trailing), by squares.
    let square = 1 << (this.unused + 8);
    for (let n = trailing; n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) crc = this.multiply(square, crc);
      square = this.multiply(square, square);
    }
    return crc >>> this.unused;
  }

  private shift(crc: number): number {
    return crc < 0 ? (crc << 1) ^ this.polynomial : crc << 1;
  }

  private multiply(a: number, b: number): number {
    let product = 0;
    for (let mask = 1 << this.unused; mask !== 0; mask <<= 1) {
      if (a & mask) product ^= b;
      b = this.shift(b);
    }
    return product;
  }
}
