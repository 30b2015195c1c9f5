import type { Field, SaidFloat } from '../model/model.js';
import { fixedSize, memberSize } from '../model/size.js';
import { numberText } from './literal.js';
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

  /** Its value for messages. */
  get shown(): string {
    return this.float === null ? quote(this.value) : numberText(this.float.value);
  }

  /** The lines that write it at `p` and move on. */
  written(): string[] {
    if (this.float !== null) {
      const put = this.module.use(`putF${this.name}`);
      return [`${put}(b, p, ${numberText(this.float.value)});`, `p += ${this.size};`];
    }
    return [`p = ${this.module.use(this.isUtf8 ? 'writeUtf8' : 'writeLatin1')}(b, p, ${quote(this.value)});`];
  }

  /** Whether b[from, to) is it. */
  found(b: string, from: string, to: string): string {
    if (this.float !== null) {
      const read = `${this.module.use(`f${this.name}`)}(${b}, ${from})`;
      const { value } = this.float;
      // Every other float has bytes of its own; there are two zeros.
      return value === 0 ? `Object.is(${read}, ${numberText(value)})` : `${read} === ${value}`;
    }
    const word = this.word(b, from);
    if (word !== null) return word.join(' === ');
    return this.isAscii || this.isUtf8
      ? `${this.module.use('equalsText')}(${b}, ${from}, ${to}, ${quote(this.value)})`
      : `${this.module.use('readLatin1')}(${b}, ${from}, ${to}) === ${quote(this.value)}`;
  }

  /** Whether b[from, to) is something else. */
  missing(b: string, from: string, to: string): string {
    if (this.float !== null && this.float.value !== 0)
      return this.found(b, from, to).replace(' === ', ' !== ');
    return this.word(b, from)?.join(' !== ') ?? `!(${this.found(b, from, to)})`;
  }

  private get float(): SaidFloat | null {
    return typeof this.field.said === 'object' ? this.field.said : null;
  }

  /** `32le`: of the functions for a float. */
  private get name(): string {
    return `${this.float!.bits}${this.float!.little ? 'le' : ''}`;
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
