/**
 * CRC-32 (IEEE 802.3, reflected, 0xEDB88320) one bit at a time: slow, and independent of the tables and the
 * delta tricks of the code under test.
 */
export function crc32Bitwise(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffffffff;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
