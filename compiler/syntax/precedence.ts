import type { BinaryOperator } from './ast.js';

/** A higher number binds tighter; operators of one level group from the left. */
export const PRECEDENCE: Readonly<Record<Exclude<BinaryOperator, '..'>, number>> = {
  '??': 1,
  or: 2,
  and: 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '&': 6,
  '^': 6,
  '<<': 6,
  '>>': 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
};

/** `not` takes a whole comparison; the other prefix operators bind tighter than any of the above. */
export const NOT_PRECEDENCE = 4;
export const MAX_PRECEDENCE = 8;
