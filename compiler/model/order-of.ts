import type { Expression } from './expression.js';
import { orderIn, parts } from './expressions-of.js';
import type { Block } from './model.js';
import { walk } from './walk.js';

/**
 * What says the byte order of the numbers of a frame or struct, in the order of their first use: what its own `endian`
 * members choose, and what it is told at its place of use.
 */
export function ordersOf(block: Block): readonly Expression[] {
  const orders = new Set<Expression>();
  for (const member of walk(block)) {
    const order =
      member.member === 'bits' ? member.order : member.member === 'field' ? orderIn(member.type) : undefined;
    if (order !== undefined && order.op !== 'bool') orders.add(order);
  }
  return [...orders];
}

/** Whether an order is the same wherever it is asked for, not what an arm chooses. */
export function isEverywhere(order: Expression): boolean {
  return [...parts(order)].every(
    (part) => part.op !== 'field' || part.optional || part.fields.every((field) => field.guards.length === 0),
  );
}
