/** The checksums of the language. */
export type ChecksumName =
  | 'crc32'
  | 'crc32c'
  | 'crc24'
  | 'crc16_arc'
  | 'crc16_ccitt_false'
  | 'crc16_kermit'
  | 'crc16_modbus'
  | 'crc16_x25'
  | 'crc16_xmodem'
  | 'adler32'
  | 'internet'
  | 'sum8'
  | 'sum16'
  | 'xor8';

/** What the compiler knows of a checksum; `camelCase` of its name is its function in `@proto-frame/api`. */
export interface ChecksumAlgorithm {
  readonly bits: number;
  /**
   * How a change of covered bytes gets into the old value: xor-ed, added (what is too much falls away when it is
   * written), or by the function `…Plus`.
   */
  readonly change: 'xor' | 'add' | 'plus';
  /** What `…Delta` has to know besides the bytes: how many covered ones follow them, or stand before them. */
  readonly asks: 'trailing' | 'leading' | null;
}

const CRC16: ChecksumAlgorithm = { bits: 16, change: 'xor', asks: 'trailing' };
const CRC32: ChecksumAlgorithm = { bits: 32, change: 'xor', asks: 'trailing' };

export const CHECKSUMS: Readonly<Record<ChecksumName, ChecksumAlgorithm>> = {
  crc32: CRC32,
  crc32c: CRC32,
  crc24: { bits: 24, change: 'xor', asks: 'trailing' },
  crc16_arc: CRC16,
  crc16_ccitt_false: CRC16,
  crc16_kermit: CRC16,
  crc16_modbus: CRC16,
  crc16_x25: CRC16,
  crc16_xmodem: CRC16,
  adler32: { bits: 32, change: 'plus', asks: 'trailing' },
  internet: { bits: 16, change: 'plus', asks: 'leading' },
  sum8: { bits: 8, change: 'add', asks: null },
  sum16: { bits: 16, change: 'add', asks: null },
  xor8: { bits: 8, change: 'xor', asks: null },
};

/** Whether there is a checksum of the name. */
export function isChecksum(name: string): name is ChecksumName {
  return Object.hasOwn(CHECKSUMS, name);
}
