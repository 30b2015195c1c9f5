import type { Expression } from '../model/expression.js';
import type { IntType } from '../model/model.js';
import { evaluateValue, type Scope } from './evaluate-value.js';

/** The integer of a type or group as it stands in one frame, whose order another field may say. */
export function intIn(type: { readonly int: IntType; readonly order?: Expression }, scope: Scope): IntType {
  return type.order === undefined ? type.int : { ...type.int, little: isLittle(type.int, type.order, scope) };
}

/** Whether a number has its low byte first in one frame. */
export function isLittle(
  { little }: { readonly little: boolean },
  order: Expression | undefined,
  scope: Scope,
): boolean {
  return order === undefined ? little : evaluateValue(order, scope) === true;
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
