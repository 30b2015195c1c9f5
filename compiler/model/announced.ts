import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';

/**
 * Whether an extent is announced by what the writer of a frame has beforehand: a parameter of a struct, a constant.
 * Nothing follows from such an extent, so that what is written has to agree with it.
 */
export function isAnnounced(value: Expression): boolean {
  let isRead = false;
  for (const part of parts(value)) {
    if (part.op !== 'field') continue;
    isRead = true;
    if (part.fields.some((field) => field.derivation !== null)) return false;
  }
  return isRead;
}
