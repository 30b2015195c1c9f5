import type { Block, Field, FieldType, Keyed, Roles } from './model.js';
import { codedAround, plainField } from './inner-fields.js';
import { walk } from './walk.js';

/**
 * Makes every map of a block but the headers a list of its entries: keys that a proxy never asks for need no more. Run
 * once roles are known, before anything else looks at types.
 */
export function mapsAsLists(block: Block, headers: Roles['headers']): void {
  for (const member of walk(block))
    if (member.member === 'field' && member.type.kind === 'map' && !headers.includes(member))
      (member as { -readonly [K in keyof Field]: Field[K] }).type = listOf(member.type);
}

/** Holds headers in coded windows to the limit of the protocol: they are lists, which know no other than their own. */
export function boundCodedHeaders(headers: Roles['headers'], most: number): void {
  for (const header of headers) {
    const list = plainField(header);
    if (codedAround(header) === null || list.member !== 'field' || list.type.kind !== 'list') continue;
    (list as { -readonly [K in keyof Field]: Field[K] }).type = {
      ...list.type,
      maxCount: Math.min(list.type.maxCount, most),
    };
  }
}

/** The list of the entries of a map. */
export function listOf({
  pair,
  args,
  key,
  value,
  extent,
  maxCount,
}: FieldType & { readonly kind: 'map' }): FieldType & { readonly kind: 'list' } {
  const element = { kind: 'struct', struct: pair, args } as const;
  return { kind: 'list', element, extent, maxCount, nullable: false, range: null, keyed: { key, value } };
}

/** What the entries of a map are made of, also of one that has become a list; null for other types. */
export function keyedBy(type: FieldType): Keyed | null {
  if (type.kind === 'list') return type.keyed ?? null;
  return type.kind === 'map' ? type : null;
}
