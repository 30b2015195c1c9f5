import type { Expression } from './expression.js';
import type { Block, Field, Guard } from './model.js';
import { walk } from './walk.js';

/** A size that stands in digits under a key of the headers. */
export type InHeaders = Expression & { readonly op: 'digits' };

/** Bytes or a text whose size the headers say. */
export interface HeaderLength {
  readonly field: Field;
  readonly size: InHeaders;
}

/** The bytes and texts of a block whose size the headers say, at any depth. */
export function headerLengths(block: Block): HeaderLength[] {
  return [...walk(block)].flatMap((member): HeaderLength[] => {
    if (member.member !== 'field' || !('extent' in member.type)) return [];
    const { extent } = member.type;
    return 'value' in extent && extent.value.op === 'digits' ? [{ field: member, size: extent.value }] : [];
  });
}

/** The keys under which sizes stand, each with what they are the size of. */
export function lengthsByKey(block: Block): ReadonlyMap<string, readonly HeaderLength[]> {
  const keys = new Map<string, HeaderLength[]>();
  for (const one of headerLengths(block))
    keys.set(one.size.of.key, [...(keys.get(one.size.of.key) ?? []), one]);
  return keys;
}

/** Whether an arm or branch is there where the headers have a key, and the key asked for; null where something else decides. */
export function asksForKey({ node }: Guard): { readonly key: string; readonly has: 0 | 1 } | null {
  if (node.member !== 'if' || node.condition.op !== 'binary') return null;
  const { left, right, operator } = node.condition;
  const [asked, none] = left.op === 'null' ? [right, left] : [left, right];
  if (asked.op !== 'header' || none.op !== 'null') return null;
  return { key: asked.key, has: operator === '!=' ? 0 : 1 };
}
