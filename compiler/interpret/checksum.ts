/** CRC-32 (ISO-HDLC) or CRC-32C (Castagnoli) of bytes[start, end), bit by bit: for tools, not for traffic. */
export function checksum(
  algorithm: 'crc32' | 'crc32c',
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const polynomial = algorithm === 'crc32' ? 0xedb88320 : 0x82f63b78;
  let crc = -1;
  for (let i = start; i < end; i++) {
    crc ^= bytes[i]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return ~crc >>> 0;
}
