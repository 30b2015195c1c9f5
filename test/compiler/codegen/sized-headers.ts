import { asksForKey, lengthsByKey } from '../../../compiler/model/header-lengths.js';
import type { Protocol } from '../../../compiler/model/model.js';
import { walk } from '../../../compiler/model/walk.js';
import { property } from './arbitrary-init.js';

type Entries = readonly (readonly [string, string | null])[];

/**
 * What an encoder is given, with the headers that it will write: the sizes that stand in them, in the place of the first
 * entry of the key or behind all, and no fields of the branches that ask for other keys than there are.
 *
 * @param isAsked whether the headers have the sizes that a branch asks for
 */
export function sizedHeaders(
  { frame, headerCase }: Protocol,
  init: Record<string, unknown>,
  isAsked: boolean,
): Record<string, unknown> {
  const sized = { ...init };
  for (const [key, uses] of lengthsByKey(frame.body)) {
    const [map] = uses[0]!.size.of.maps;
    const name = property(map!);
    const fold = (text: string): string => (headerCase === 'sensitive' ? text : text.toLowerCase());
    const others = ((sized[name] ?? []) as Entries).filter(([own]) => fold(own) !== fold(key));
    const isApart = uses.some(({ field }) => field.guards.some((guard) => asksForKey(guard)?.key === key));
    for (const member of walk(frame.body)) {
      const fields = member.member === 'bits' ? member.fields : member.member === 'field' ? [member] : [];
      for (const field of fields)
        if (
          field.guards.some((g) => asksForKey(g)?.key === key && (asksForKey(g)!.has === g.arm) !== isAsked)
        )
          delete sized[property(field)];
    }
    const use = uses.find(({ field }) => sized[property(field)] !== undefined);
    if (use === undefined || (isApart && !isAsked)) {
      sized[name] = others;
      continue;
    }
    const value = sized[property(use.field)];
    const isUtf8 = use.field.type.kind === 'text' && use.field.type.encoding === 'utf8';
    const size = Buffer.from(value as string, isUtf8 ? 'utf8' : 'latin1').length;
    const isLeftOut = !isApart && use.size.missing === BigInt(size);
    sized[name] = isLeftOut ? others : [...others, [key, String(size)]];
  }
  return sized;
}
