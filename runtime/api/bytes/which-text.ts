import { lower } from './text.js';

/**
 * Which of some texts bytes[start, end) are, a character a byte; -1 for none of them. Nothing is allocated.
 */
export function whichText(bytes: Uint8Array, start: number, end: number, texts: readonly string[]): number {
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!;
    if (text.length === end - start && beginsWith(bytes, start, end, text)) return i;
  }
  return -1;
}

/** As {@link whichText}, of texts in lower case: letters from A to Z are taken for theirs. */
export function whichInAnyCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  texts: readonly string[],
): number {
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!;
    let k = text.length === end - start ? 0 : -1;
    while (k >= 0 && k < text.length) k = lower(bytes[start + k]!) === text.charCodeAt(k) ? k + 1 : -1;
    if (k >= 0) return i;
  }
  return -1;
}

/** Which of some texts a text is; -1 for none of them, and for no text. */
export function whichOf(text: string | null | undefined, texts: readonly string[]): number {
  return text === null || text === undefined ? -1 : texts.indexOf(text);
}

/** Whether bytes[start, end) begin with a text, a character a byte. */
export function beginsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Whether bytes[start, end) end with a text, a character a byte. */
export function endsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  return end - start >= text.length && beginsWith(bytes, end - text.length, end, text);
}

/** A text with its letters from A to Z in lower case. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A text with its letters from a to z in upper case. */
export function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
