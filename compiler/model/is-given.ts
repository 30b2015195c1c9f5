import type { BitFieldModel, Field } from './model.js';

/** Whether the caller of an encoder gives the field: not if it is constant, derived, a checksum or peeked at. */
export function isGiven(field: Field | BitFieldModel): boolean {
  if (field.constant !== null) return false;
  if (field.member === 'bitField') return true;
  if (field.type.kind === 'record' || field.isParam === true || field.isPeek === true) return false;
  return field.computed === undefined && field.derivation === null && field.checksum === null;
}
