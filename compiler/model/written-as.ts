import type { Encoding } from './model.js';

/** The highest character that an encoding has. */
export function highestIn(encoding: Encoding): number {
  return { ascii: 0x7f, latin1: 0xff, utf8: Infinity }[encoding];
}

/** Whether an encoding has all characters of a text. */
export function isWrittenAs(text: string, encoding: Encoding): boolean {
  const highest = highestIn(encoding);
  return [...text].every((c) => c.codePointAt(0)! <= highest);
}
