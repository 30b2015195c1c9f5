import type { FieldType, IntType } from '../model/model.js';
import { evaluateValue, type Scope } from './evaluate-value.js';

/** The integer of a type as it stands in one frame, whose order another field may say. */
export function intIn(type: FieldType & { readonly kind: 'int' }, scope: Scope): IntType {
  if (type.order === undefined) return type.int;
  return { ...type.int, little: evaluateValue(type.order, scope) === true };
}

/** An integer of any built width at a place. */
export function readInt(bytes: Uint8Array, at: number, int: IntType): bigint {
  const size = int.bits / 8;
  let value = 0n;
  for (let i = 0; i < size; i++)
    value = (value << 8n) | BigInt(bytes[int.little ? at + size - 1 - i : at + i]!);
  return int.signed ? BigInt.asIntN(int.bits, value) : value;
}

/** Writes the low bits of `value`. */
export function writeInt(bytes: Uint8Array, at: number, int: IntType, value: bigint): void {
  const size = int.bits / 8;
  let left = BigInt.asUintN(int.bits, value);
  for (let i = 0; i < size; i++) {
    bytes[int.little ? at + i : at + size - 1 - i] = Number(left & 0xffn);
    left >>= 8n;
  }
}
