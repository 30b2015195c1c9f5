import type { Expression } from './expression.js';
import { plainField } from './inner-fields.js';
import { isBig } from './integers.js';

export const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

/**
 * The field of 56 or 64 bits that a comparison holds against a constant, which is exact; null for other operators
 * and operands.
 */
export function bigCompared(e: Expression & { readonly op: 'binary' }): Expression | null {
  if (!COMPARISONS.includes(e.operator)) return null;
  const [field, other] = e.left.op === 'field' ? [e.left, e.right] : [e.right, e.left];
  if (field.op !== 'field' || other.op !== 'int') return null;
  return isBigField(field) ? field : null;
}

/** Whether an expression is a field whose values are bigint. */
export function isBigField(e: Expression): boolean {
  return (
    e.op === 'field' &&
    e.fields
      .map(plainField)
      .every((f) => f.member === 'field' && f.type.kind === 'int' && isBig(f.type.int, f.range))
  );
}
