import { copyBytes } from './copy.js';
import { readUtf8, type ReadText } from './text.js';

const SLOTS = 512;
const LONGEST = 96;

/**
 * Strings that keep coming: header keys, names of services and methods, most header values. A hit compares
 * bytes and gives the very string of the last time, which is cheaper than decoding it anew and makes the
 * look-ups made with it cheap as well. A string is kept when it is one of the last two that missed its pair of
 * slots, so that what is different in every frame, such as a trace id, pushes nothing out and costs no copy; the
 * one it takes the place of goes on in the pair's other slot, so that two that meet there do not push each other out.
 * It holds at most 512 strings of at most 96 bytes.
 */
export class TextCache {
  private readonly bytes: Uint8Array[] = new Array<Uint8Array>(SLOTS).fill(new Uint8Array(0));
  private readonly texts: string[] = new Array<string>(SLOTS).fill('');
  private readonly missed = new Int32Array(SLOTS);

  /** @param decode how bytes[start, end) become a text; UTF-8 if left out */
  constructor(private readonly decode: ReadText = readUtf8) {}

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
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 2);
    if (isSame(this.bytes[slot]!, bytes, start, length)) return this.texts[slot]!;
    const other = slot + 1;
    if (isSame(this.bytes[other]!, bytes, start, length)) return this.texts[other]!;
    const text = this.decode(bytes, start, end);
    if (this.missed[slot] === hash || this.missed[other] === hash) {
      this.bytes[other] = this.bytes[slot]!;
      this.texts[other] = this.texts[slot]!;
      this.bytes[slot] = copyBytes(bytes, start, end);
      this.texts[slot] = text;
    } else {
      this.missed[other] = this.missed[slot]!;
      this.missed[slot] = hash;
    }
    return text;
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  let i = 0;
  while (i < length && known[i] === bytes[start + i]) i++;
  return i === length;
}
