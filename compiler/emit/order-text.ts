import type { Expression } from '../model/expression.js';
import { sourceText } from './source-text.js';

/**
 * What chooses the byte order of numbers, in words: `little-endian if order == 0x6c`; nothing where the schema says it.
 * @param shown how a piece of schema is shown
 */
export function orderText(
  order: Expression | undefined,
  shown: (code: string) => string = (code) => code,
): string {
  if (order === undefined) return '';
  if (order.op === 'bool') return order.value ? 'little-endian' : 'big-endian';
  if (order.op === 'field' && order.fields.some((f) => f.member === 'field' && f.isOrder === true))
    return 'in the byte order of its place of use';
  // `endian big if` is its condition turned round, at the same place.
  const isBig = order.op === 'unary' && order.operator === 'not' && order.operand.span === order.span;
  return `${isBig ? 'big' : 'little'}-endian if ${shown(sourceText(order))}`;
}
