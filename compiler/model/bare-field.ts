import type { Field } from './model.js';

/** What tells a field from others. */
type Given = Pick<Field, 'name' | 'path' | 'span' | 'type'> & Partial<Field>;

/** A field that nothing is said of but what is given: no constant, default, range, checksum, and in every frame. */
export function bareField<const Own extends Given>(own: Own): Field & Pick<Own, 'type'> {
  return {
    member: 'field',
    doc: '',
    guards: [],
    constant: null,
    default: null,
    range: null,
    checksum: null,
    derivation: null,
    ...own,
  };
}
