import type { Field } from '../model/model.js';
import { fixedSize, memberSize } from '../model/size.js';
import { quote, type Module } from './module.js';

/** A constant of bytes or text: what it takes on the wire, and the code that writes it and looks for it. */
export class ConstantText {
  private readonly isUtf8: boolean;

  constructor(
    private readonly field: Field,
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
    const word = this.word(b, from);
    if (word !== null) return word.join(' === ');
    return this.isAscii || this.isUtf8
      ? `${this.module.use('equalsText')}(${b}, ${from}, ${to}, ${quote(this.value)})`
      : `${this.module.use('readLatin1')}(${b}, ${from}, ${to}) === ${quote(this.value)}`;
  }

  /** Whether b[from, to) is something else. */
  missing(b: string, from: string, to: string): string {
    return this.word(b, from)?.join(' !== ') ?? `!(${this.found(b, from, to)})`;
  }

  /** Beyond ASCII, a byte is a character in latin1 only. */
  private get isAscii(): boolean {
    return [...this.value].every((c) => c.charCodeAt(0) < 0x80);
  }

  /** The code of a number that the bytes are, and the number it has to be, where one read takes all of them. */
  private word(b: string, from: string): [code: string, wanted: string] | null {
    const { size } = this;
    const isWord = size === 1 || size === 2 || size === 4;
    if (!this.isAscii || !isWord || fixedSize(memberSize(this.field)) !== size) return null;
    const hex = [...this.value].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    return [`${this.module.use(`u${8 * size}`)}(${b}, ${from})`, `0x${hex}`];
  }
}
