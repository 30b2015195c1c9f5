import { DecodeError } from '../errors.js';
import { startsAt } from './until.js';

/** A place that moves on while a list or struct is read; `end` is where its window ends. */
export class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    public end: number,
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

  /** Whether a delimiter stands here inside the window; it is passed if it does. */
  passes(delimiter: Uint8Array): boolean {
    const next = this.at + delimiter.length;
    if (next > this.end || !startsAt(this.bytes, this.at, next, delimiter)) return false;
    this.at = next;
    return true;
  }

  /**
   * Enters a window of `size` bytes.
   * @returns the end of the window around it, for {@link leave}
   * @throws DecodeError
   */
  enter(size: number, field: string, schema: string): number {
    const outer = this.end;
    this.end = this.reach(size, field, schema);
    return outer;
  }

  /**
   * Leaves a window, which has to have been read to its end.
   * @throws DecodeError
   */
  leave(outer: number, field: string, schema: string): void {
    const left = this.end - this.at;
    if (left !== 0)
      throw new DecodeError('window', field, this.at, `${left} bytes of its window are left over`, schema);
    this.end = outer;
  }
}
