import type { FieldType, MemberModel, Protocol, Struct } from './model.js';
import { walk } from './walk.js';

/** Whether a field of the frame is made of a struct, so that it is read and written. */
export function inFrame(protocol: Protocol, struct: Struct): boolean {
  return isIn(walk(protocol.frame.body), struct);
}

/** Whether one of some members is made of a struct, or of what holds it. */
export function isIn(members: Iterable<MemberModel>, struct: Struct): boolean {
  return [...members].some((m) => m.member === 'field' && uses(m.type, struct));
}

function uses(type: FieldType, struct: Struct, seen = new Set<Struct>()): boolean {
  if (type.kind === 'list') return uses(type.element, struct, seen);
  if ((type.kind !== 'struct' && type.kind !== 'coded') || seen.has(type.struct)) return false;
  seen.add(type.struct);
  const members = [...walk(type.struct.body)];
  return type.struct === struct || members.some((m) => m.member === 'field' && uses(m.type, struct, seen));
}
