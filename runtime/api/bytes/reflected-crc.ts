import type { ChecksumDelta } from './checksum.js';

/** A CRC of 9 to 31 bits whose register takes the lowest bit of a byte first; its table is made once. */
export class ReflectedCrc {
  private readonly table = new Uint32Array(256);

  /**
   * @param polynomial without its highest term, lowest bit first: 0xa001 for 0x8005
   * @param initial what the register holds before the first byte
   * @param finalXor what is xor-ed onto the register after the last
   */
  constructor(
    private readonly width: number,
    private readonly polynomial: number,
    private readonly initial: number,
    private readonly finalXor: number,
  ) {
    for (let n = 0; n < 256; n++) {
      let crc = n;
      for (let bit = 0; bit < 8; bit++) crc = this.shift(crc);
      this.table[n] = crc;
    }
  }

  /** The checksum of bytes[start, end). */
  sum(bytes: Uint8Array, start: number, end: number): number {
    const { table } = this;
    let crc = this.initial;
    for (let i = start; i < end; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
    return crc ^ this.finalXor;
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
      crc = (crc >>> 8) ^ table[(crc ^ before[beforeAt + i]! ^ after[afterAt + i]!) & 0xff]!;
    }
    // Times x^(8 * trailing), by squares.
    let square = 1 << (this.width - 9);
    for (let n = trailing; n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) crc = this.multiply(square, crc);
      square = this.multiply(square, square);
    }
    return crc;
  }

  private shift(crc: number): number {
    return crc & 1 ? (crc >>> 1) ^ this.polynomial : crc >>> 1;
  }

  private multiply(a: number, b: number): number {
    let product = 0;
    for (let mask = 1 << (this.width - 1); mask !== 0; mask >>>= 1) {
      if (a & mask) product ^= b;
      b = this.shift(b);
    }
    return product;
  }
}
