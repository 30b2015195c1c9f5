import { UsageError } from './terminal.js';

/**
 * Bytes written as hex digits, with white space, colons and 0x as they please, and comments after #.
 * @throws UsageError naming `where`
 */
export function parseHex(text: string, where: string): Uint8Array {
  const reader = new HexReader(where);
  return Buffer.concat([reader.push(text), reader.end()]);
}

/** The same, piece by piece. */
export class HexReader {
  /** The end of what was pushed that can't be judged yet: half of a byte, or of `0x`. */
  private held = '';
  private inComment = false;

  constructor(private readonly where: string) {}

  /** The bytes that are whole now. @throws UsageError */
  push(text: string): Buffer {
    const open = this.inComment ? `#${text}` : text;
    this.inComment = open.lastIndexOf('#') > open.lastIndexOf('\n');
    const digits = `${this.held}${open.replace(/#[^\n]*/g, '').replace(/[\s:]/g, '')}`;
    const whole = digits.replace(/0x/g, '');
    const wrong = /[^0-9a-f]/i.exec(whole);
    if (wrong !== null) throw new UsageError(`${this.where}: \`${wrong[0]}\` is no hex digit`);
    // A zero at the end may be that of `0x`.
    const end = whole.length - (whole.length % 2 === 1 ? 1 : whole.endsWith('0') ? 2 : 0);
    this.held = whole.slice(end);
    return Buffer.from(whole.slice(0, end), 'hex');
  }

  /** What is left at the end of the text. @throws UsageError */
  end(): Buffer {
    if (this.held.length % 2 !== 0) throw new UsageError(`${this.where}: an odd number of hex digits`);
    return Buffer.from(this.held, 'hex');
  }
}
