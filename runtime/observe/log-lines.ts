import { escapeField } from './escape-text.js';

const SMALLEST = 16 * 1024;
/** Values are cut here, in UTF-16 units. */
const LONGEST = 256;

/**
 * Lines on their way out, as bytes. What a line is made of is written where it will lie: no string is made for a line,
 * and none is looked through a second time.
 */
export class LogLines {
  /** Lines in it. */
  count = 0;
  private bytes: Buffer = Buffer.allocUnsafe(SMALLEST);
  private at = 0;

  /** Bytes in it. */
  get length(): number {
    return this.at;
  }

  /** All lines, as bytes that stay valid until {@link clear}. */
  whole(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** Begins anew. Memory beyond `most` bytes is given back. */
  clear(most: number): void {
    this.count = 0;
    this.at = 0;
    if (this.bytes.length > most) this.bytes = Buffer.allocUnsafe(SMALLEST);
  }

  /** Ends a line. */
  end(): void {
    this.reserve(1);
    this.bytes[this.at++] = 0x0a;
    this.count++;
  }

  /** A text of our own. */
  plain(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.wide(text);
      bytes[at++] = unit;
    }
    this.at = at;
  }

  /**
   * Somebody else's text, as {@link escapeField} makes it safe.
   *
   * @param quoted whether the place stands between quotes
   */
  escaped(text: string, quoted: boolean): void {
    const { length } = text;
    if (length > LONGEST) return this.plain(escapeField(text, quoted, LONGEST));
    this.reserve(length);
    const { bytes } = this;
    let { at } = this;
    const least = quoted ? 0x20 : 0x21;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      // What has to be escaped is rare, and what is not ASCII too.
      if (unit < least || unit > 0x7e || unit === 0x22 || unit === 0x5c)
        return this.plain(escapeField(text, quoted, LONGEST));
      bytes[at++] = unit;
    }
    this.at = at;
  }

  /** As String(value) has it. */
  number(value: number): void {
    if (!(value >= 0 && value < 2 ** 31) || value !== Math.floor(value)) return this.plain(String(value));
    let digits = 1;
    for (let power = 10; value >= power; power *= 10) digits++;
    this.reserve(digits);
    this.digits(value, digits);
  }

  /** Milliseconds with at most three digits behind the point. */
  milliseconds(ms: number): void {
    const micros = Math.round(ms * 1_000);
    const whole = Math.floor(micros / 1_000);
    this.number(whole);
    const rest = micros - whole * 1_000;
    if (rest === 0) return;
    this.plain('.');
    if (rest % 100 === 0) this.padded(rest / 100, 1);
    else if (rest % 10 === 0) this.padded(rest / 10, 2);
    else this.padded(rest, 3);
  }

  /** A number of so many digits, zeros in front. */
  padded(value: number, digits: number): void {
    this.reserve(digits);
    this.digits(value, digits);
  }

  private digits(value: number, digits: number): void {
    let rest = value;
    for (let i = this.at + digits - 1; i >= this.at; i--) {
      const next = (rest / 10) | 0;
      this.bytes[i] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.at += digits;
  }

  private wide(text: string): void {
    this.reserve(text.length * 3);
    this.at += this.bytes.write(text, this.at);
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.at + more));
    this.bytes.copy(bytes, 0, 0, this.at);
    this.bytes = bytes;
  }
}
