import type { Expression } from './expression.js';
import type { Block } from './model.js';
import { walk } from './walk.js';

/** What says the byte order of a frame's numbers; null where the schema does. */
export function orderOf(frame: Block): Expression | null {
  for (const member of walk(frame)) {
    const number = member.member === 'bits' ? member : member.member === 'field' ? member.type : null;
    if (number !== null && 'order' in number && number.order !== undefined) return number.order;
  }
  return null;
}
