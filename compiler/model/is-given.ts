import type { BitFieldModel, Field } from './model.js';
import { isPartial } from './partial-length.js';

/** Whether bits are no more than bits: 0 where nothing is said of them. */
export function isFree(bit: BitFieldModel): boolean {
  return bit.constant === null && bit.derivation === null;
}

/**
 * Whether the caller of an encoder gives the field: not if it is constant, a checksum, a pad or peeked at, nor if it is derived
 * in every frame.
 */
export function isGiven(field: Field | BitFieldModel): boolean {
  if (field.constant !== null) return false;
  if (field.derivation !== null && !isPartial(field)) return false;
  if (field.member === 'bitField') return true;
  if (field.type.kind === 'record' || field.isParam === true) return false;
  if (field.isPeek === true || field.isPad === true || field.isSkipped === true) return false;
  return field.computed === undefined && field.checksum === null;
}
