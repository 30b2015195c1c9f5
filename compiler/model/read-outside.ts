import { expressionsOf } from './expressions-of.js';
import { isGiven } from './is-given.js';
import type { BitFieldModel, Field, Protocol } from './model.js';

/** The lengths, constants and computed fields of structs that are read from outside: readers keep their values. */
export function readOutside(protocol: Protocol): ReadonlySet<Field | BitFieldModel> {
  const fields = new Set<Field | BitFieldModel>();
  const note = (field: Field | BitFieldModel): void => {
    if (field.member === 'bitField' || field.type.kind !== 'inner') return;
    const { fields: own, where } = field.type;
    for (const one of where === undefined ? own : [...own, where.key]) {
      note(one);
      if (!isGiven(one)) fields.add(one);
    }
  };
  const { reply } = protocol;
  for (const side of [protocol, ...(reply === null ? [] : [reply])])
    for (const e of expressionsOf(side)) if (e.op === 'field' || e.op === 'request') e.fields.forEach(note);
  return fields;
}
