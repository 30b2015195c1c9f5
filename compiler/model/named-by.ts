import type { Expression } from './expression.js';

/**
 * The names of the values that an expression of numbers can give; null where it has digits only. Of flags several may
 * be set, so that their sum has no name.
 */
export function namedBy(of: Expression): ReadonlyMap<bigint, string> | null {
  if (of.type.kind !== 'int' || of.type.enum === null || of.type.enum.flags) return null;
  return new Map(of.type.enum.members.map(({ value, name }) => [value, name]));
}
