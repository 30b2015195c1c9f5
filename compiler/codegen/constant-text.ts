import type { Field } from '../model/model.js';
import { quote, type Module } from './module.js';

/** A constant of bytes or text: what it takes on the wire, and the code that writes it and looks for it. */
export class ConstantText {
  private readonly isUtf8: boolean;

  constructor(
    field: Field,
    private readonly value: string,
    private readonly module: Module,
  ) {
    this.isUtf8 = field.type.kind === 'text' && field.type.encoding === 'utf8';
  }

  /** Its size in bytes. */
  get size(): number {
    return this.isUtf8 ? new TextEncoder().encode(this.value).length : this.value.length;
  }

  /** Writes it at `p`, and gives where it ends. */
  written(): string {
    return `${this.module.use(this.isUtf8 ? 'writeUtf8' : 'writeLatin1')}(b, p, ${quote(this.value)})`;
  }

  /** Whether b[from, to) is it. */
  found(b: string, from: string, to: string): string {
    // Beyond ASCII, a byte is a character in latin1 only.
    const isAscii = [...this.value].every((c) => c.charCodeAt(0) < 0x80);
    return isAscii || this.isUtf8
      ? `${this.module.use('equalsText')}(${b}, ${from}, ${to}, ${quote(this.value)})`
      : `${this.module.use('readLatin1')}(${b}, ${from}, ${to}) === ${quote(this.value)}`;
  }
}
