import { isBig } from '../model/integers.js';
import type { ConstantValue, Field } from '../model/model.js';
import { quote } from './module.js';

/** A constant of a field as TypeScript: a number, a bigint, a float, a boolean or a text. */
export function literal(field: Field, value: ConstantValue): string {
  if (value.kind === 'text') return quote(value.value);
  if (value.kind === 'float') return numberText(value.value);
  if (value.kind === 'bool') return String(value.value);
  if (field.type.kind === 'int' && field.type.bool) return String(value.value === 1n);
  const big = field.type.kind === 'int' && isBig(field.type.int, field.range);
  return `${value.value}${big ? 'n' : ''}`;
}

/** A float as TypeScript. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
