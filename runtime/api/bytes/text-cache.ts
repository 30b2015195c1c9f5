import { readUtf8 } from './text.js';

const SLOTS = 256;
const LONGEST = 128;

/**
 * Strings that keep coming: header keys, service and method names. A hit compares bytes and gives the very
 * string of the last time, which is cheaper than decoding it anew and makes the look-ups made with it cheap
 * as well. It holds at most 256 strings of at most 128 bytes; a new one takes the place of the old.
 */
export class TextCache {
  private readonly bytes: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(SLOTS).fill(
    undefined,
  );
  private readonly texts: string[] = new Array<string>(SLOTS).fill('');

  /** bytes[start, end) as UTF-8. */
  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length <= 0) return '';
    if (length > LONGEST) return readUtf8(bytes, start, end);
    const slot =
      (length * 31 +
        bytes[start]! +
        bytes[end - 1]! * 7 +
        bytes[start + (length >> 1)]! * 13 +
        bytes[start + ((length * 3) >> 2)]! * 29) &
      (SLOTS - 1);
    const known = this.bytes[slot];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known[i] === bytes[start + i]) i++;
      if (i === length) return this.texts[slot]!;
    }
    const text = readUtf8(bytes, start, end);
    this.bytes[slot] = bytes.slice(start, end);
    this.texts[slot] = text;
    return text;
  }
}
