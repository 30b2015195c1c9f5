import type { FieldType, Protocol, Struct } from './model.js';
import { walk } from './walk.js';

/** Whether a field of the frame is made of a struct, so that it is read and written. */
export function inFrame(protocol: Protocol, struct: Struct): boolean {
  return [...walk(protocol.frame.body)].some((m) => m.member === 'field' && uses(m.type, struct));
}

function uses(type: FieldType, struct: Struct, seen = new Set<Struct>()): boolean {
  if (type.kind === 'list') return uses(type.element, struct, seen);
  if ((type.kind !== 'struct' && type.kind !== 'coded') || seen.has(type.struct)) return false;
  seen.add(type.struct);
  const members = [...walk(type.struct.body)];
  return type.struct === struct || members.some((m) => m.member === 'field' && uses(m.type, struct, seen));
}
