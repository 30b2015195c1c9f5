import { copyBytes } from './copy.js';
import { readUtf8 } from './text.js';

const SLOTS = 512;
const LONGEST = 96;

/**
 * Strings that keep coming: header keys, names of services and methods, most header values. A hit compares
 * bytes and gives the very string of the last time, which is cheaper than decoding it anew and makes the
 * look-ups made with it cheap as well. A string is kept when it comes for the second time in a row at its
 * slot, so that what is different in every frame, such as a trace id, pushes nothing out and costs no copy.
 * It holds at most 512 strings of at most 96 bytes.
 */
export class TextCache {
  private readonly bytes: Uint8Array[] = new Array<Uint8Array>(SLOTS).fill(new Uint8Array(0));
  private readonly texts: string[] = new Array<string>(SLOTS).fill('');
  private readonly missed = new Int32Array(SLOTS);

  /** @param decode how bytes[start, end) become a text; UTF-8 if left out */
  constructor(
    private readonly decode: (bytes: Uint8Array, start: number, end: number) => string = readUtf8,
  ) {}

  /** bytes[start, end) as text. */
  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length <= 0) return '';
    if (length > LONGEST) return this.decode(bytes, start, end);
    const hash =
      length +
      bytes[start]! * 0x1f +
      bytes[end - 1]! * 0x3d1 +
      bytes[start + (length >> 1)]! * 0x745f +
      bytes[start + ((length * 3) >> 2)]! * 0x1b3d5;
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
    const known = this.bytes[slot]!;
    if (known.length === length) {
      let i = 0;
      while (i < length && known[i] === bytes[start + i]) i++;
      if (i === length) return this.texts[slot]!;
    }
    const text = this.decode(bytes, start, end);
    if (this.missed[slot] === hash) {
      this.bytes[slot] = copyBytes(bytes, start, end);
      this.texts[slot] = text;
    } else this.missed[slot] = hash;
    return text;
  }
}
