import type { Field } from './model.js';

/** The fields whose bytes an id is: itself, or the parts it is composed of. */
export function idParts(id: Field | null): readonly Field[] {
  if (id === null) return [];
  return id.type.kind === 'composed' ? id.type.parts : [id];
}
