import type { Expression } from './expression.js';
import { arithmetic } from './constants.js';
import { intType } from './integers.js';

/** An extent with the values of constant fields put in: a size by a constant is a fixed size. */
export function foldConstants(e: Expression): Expression {
  if (e.op === 'field') {
    const [field, ...others] = e.fields;
    const value = others.length === 0 ? field!.constant : null;
    return value?.kind === 'int' && !e.optional && e.type.kind === 'int' ? number(e, value.value) : e;
  }
  if (e.op === 'unary' && e.operator === '-') {
    const operand = foldConstants(e.operand);
    return operand.op === 'int' ? number(e, -operand.value) : { ...e, operand };
  }
  if (e.op !== 'binary') return e;
  const [left, right] = [foldConstants(e.left), foldConstants(e.right)];
  const value =
    left.op === 'int' && right.op === 'int' ? arithmetic(e.operator, left.value, right.value) : null;
  return value === null ? { ...e, left, right } : number(e, value);
}

function number({ span }: Expression, value: bigint): Expression {
  return { op: 'int', value, span, optional: false, type: intType({ low: value, high: value }) };
}
