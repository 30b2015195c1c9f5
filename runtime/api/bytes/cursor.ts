import { DecodeError } from '../errors.js';

/** A place that moves on while a list or struct is read; `end` is where its window ends. */
export class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  /**
   * The place `size` bytes on, which has to be inside the window.
   * @throws DecodeError
   */
  reach(size: number, field: string, schema: string): number {
    const next = this.at + size;
    if (size < 0 || next > this.end) {
      throw new DecodeError(
        'window',
        field,
        this.at,
        `takes ${size} bytes, the window has ${this.end - this.at} left`,
        schema,
      );
    }
    return next;
  }
}
