import { UsageError } from './terminal.js';

/**
 * Bytes written as hex digits, with white space, colons and 0x as they please, and comments after #.
 * @throws UsageError naming `where`
 */
export function parseHex(text: string, where: string): Uint8Array {
  const digits = text.replace(/#.*$/gm, '').replace(/[\s:]|0x/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong !== null) throw new UsageError(`${where}: \`${wrong[0]}\` is no hex digit`);
  if (digits.length % 2 !== 0) throw new UsageError(`${where}: an odd number of hex digits`);
  return Buffer.from(digits, 'hex');
}
