import { plainField } from './inner-fields.js';
import type { ExpressionType } from './expression.js';
import type { BitFieldModel, Enum, ExtentModel, Field, FieldType, IntType, VarintEncoding } from './model.js';

/** The bounds of what an integer type can hold. */
export function rangeOf(int: IntType): { low: bigint; high: bigint } {
  const bits = BigInt(int.bits);
  return int.signed
    ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n }
    : { low: 0n, high: (1n << bits) - 1n };
}

/** `u16`, `i32le`: the name in schemas, and of the reading function in @proto-frame/api. */
export function intName(int: IntType): string {
  return `${int.signed ? 'i' : 'u'}${int.bits}${int.little && int.bits > 8 ? 'le' : ''}`;
}

/** The most bytes a length prefix announces, by its integer and `max`; all ones stand for null where there is one. */
export function longest(int: IntType, nullable: boolean, max: number | null): number {
  const most = Number(rangeOf(int).high) - (nullable && !int.signed ? 1 : 0);
  return Math.min(most, max ?? most);
}

/** The most bytes that a text or bytes with a length before it announces; Infinity where nothing bounds it. */
export function mostAnnounced(extent: ExtentModel, nullable: boolean): number {
  const { max } = extent;
  if (extent.kind === 'prefix') return longest(extent.int, nullable, max);
  if (extent.kind === 'varying') return Math.min(Number(formRange(extent.length).high), max ?? Infinity);
  return max ?? Infinity;
}

export const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether values of a field are bigint in generated code: 56 and 64 bits, unless its range says they are small. */
export function isBig(int: IntType, range: Field['range']): boolean {
  // 53 bits and a sign: what varints and digits are held to.
  if (int.bits <= 48 || int.bits === 53 || int.bits === 54) return false;
  return range === null || range.high > SAFE || range.low < -SAFE;
}

/** Whether a value may stand where an enum does: a member, or anything for open enums and flags. */
export function isValueOf(of: Enum, value: bigint): boolean {
  return of.open || of.flags || of.members.some((m) => m.value === value);
}

/** How many bits the parts of a composed id have. */
export function composedBits(type: FieldType & { readonly kind: 'composed' }): number {
  return type.parts.reduce((sum, part) => sum + part.type.int.bits, 0);
}

/** The bounds of a field of integer type, narrowed by `in` and by a closed enum's members. */
export function boundsOf(of: Field | BitFieldModel): { low: bigint; high: bigint } {
  const field = plainField(of);
  if (field.member === 'bitField') return field.range ?? widthRange(field);
  // What holds an id says nothing of its range: the proxy gives out those that fit everywhere.
  if (field.type.kind === 'inHead') return { low: 0n, high: 0x7fffffffn };
  if (field.type.kind === 'composed') return { low: 0n, high: (1n << BigInt(composedBits(field.type))) - 1n };
  // In a record 0 may be none, or a message that answers nothing.
  if (field.type.kind === 'entry') return { low: 1n, high: 0x7fffffffn };
  if (field.type.kind !== 'int') return { low: 0n, high: 0n };
  if (field.constant?.kind === 'int') return { low: field.constant.value, high: field.constant.value };
  if (field.range !== null) return field.range;
  const members = field.type.enum;
  if (members !== null && !members.open && !members.flags && members.members.length > 0) {
    const values = members.members.map((m) => m.value);
    return { low: values.reduce((a, b) => (a < b ? a : b)), high: values.reduce((a, b) => (a > b ? a : b)) };
  }
  return formRange(field.type);
}

/** What a field of a group of bits can hold. */
export function widthRange({ width }: BitFieldModel): { low: bigint; high: bigint } {
  return { low: 0n, high: (1n << BigInt(width)) - 1n };
}

/** What a number of a type can be: as its integer, as so many digits or bytes can say, and as digits are exact. */
export function formRange(type: FieldType & { readonly kind: 'int' }): { low: bigint; high: bigint } {
  const { low, high } = rangeOf(type.int);
  if (type.form.kind === 'varint' && type.form.width !== undefined)
    return varintRange(type.form.encoding, type.form.width, { low, high });
  if (type.form.kind !== 'digits') return { low, high };
  if (type.form.extent.kind === 'until') return { low: low < -SAFE ? -SAFE : low, high };
  const most = BigInt(type.form.base) ** BigInt(type.form.extent.digits) - 1n;
  return { low, high: most < high ? most : high };
}

/** What a number of varying width can be that takes so many bytes, of what it can be at all. */
function varintRange(
  encoding: VarintEncoding,
  width: number,
  { low, high }: { low: bigint; high: bigint },
): { low: bigint; high: bigint } {
  const bits = BigInt(
    encoding === 'ber'
      ? width === 1
        ? 7
        : 8 * (width - 1)
      : encoding === 'quic'
        ? 8 * width - 2
        : 7 * width,
  );
  const most = encoding === 'zigzag' ? 1n << (bits - 1n) : 1n << bits;
  return { low: low < -most ? -most : low, high: high < most - 1n ? high : most - 1n };
}

/** Bounds of an arithmetic result. */
export function combine(
  operator: string,
  left: { low: bigint; high: bigint },
  right: { low: bigint; high: bigint },
): { low: bigint; high: bigint } {
  const { low, high } = unclamped(operator, left, right);
  return { low: clamp(low), high: clamp(high) };
}

/** Beyond any integer type; bounds of a row of `let`s would grow without end otherwise. */
const FAR = 1n << 128n;

function clamp(n: bigint): bigint {
  return n > FAR ? FAR : n < -FAR ? -FAR : n;
}

function unclamped(
  operator: string,
  left: { low: bigint; high: bigint },
  right: { low: bigint; high: bigint },
): { low: bigint; high: bigint } {
  const pick = (values: bigint[]): { low: bigint; high: bigint } => ({
    low: values.reduce((a, b) => (a < b ? a : b)),
    high: values.reduce((a, b) => (a > b ? a : b)),
  });
  switch (operator) {
    case '+':
      return { low: left.low + right.low, high: left.high + right.high };
    case '-':
      return { low: left.low - right.high, high: left.high - right.low };
    case '*':
      return pick([
        left.low * right.low,
        left.low * right.high,
        left.high * right.low,
        left.high * right.high,
      ]);
    case '/': {
      if (right.low <= 0n) return pick([left.low, left.high, -left.low, -left.high]);
      return pick([
        left.low / right.low,
        left.low / right.high,
        left.high / right.low,
        left.high / right.high,
      ]);
    }
    case '%':
      return right.high > 0n && left.low >= 0n
        ? { low: 0n, high: right.high - 1n }
        : pick([-right.high, right.high, right.low, -right.low]);
    case '&':
      if (left.low >= 0n && left.high < right.high && right.low >= 0n) return { low: 0n, high: left.high };
      if (right.low >= 0n) return { low: 0n, high: right.high };
      return left.low >= 0n ? { low: 0n, high: left.high } : { low: -(1n << 63n), high: 1n << 63n };
    case '^': {
      if (left.low < 0n || right.low < 0n) return { low: -(1n << 63n), high: 1n << 64n };
      const bits = (left.high | right.high).toString(2).length;
      return { low: 0n, high: (1n << BigInt(bits)) - 1n };
    }
    case '<<':
      if (right.low < 0n || right.high > 64n) return { low: -(1n << 127n), high: 1n << 127n };
      return pick([
        left.low << right.low,
        left.low << right.high,
        left.high << right.low,
        left.high << right.high,
      ]);
    case '>>':
      if (right.low < 0n || right.high > 64n) return { low: -(1n << 127n), high: 1n << 127n };
      return pick([
        left.low >> right.low,
        left.low >> right.high,
        left.high >> right.low,
        left.high >> right.high,
      ]);
    default:
      return { low: -(1n << 63n), high: 1n << 64n };
  }
}

/** The type of an integer expression with these bounds. */
export function intType(bounds: { low: bigint; high: bigint }): ExpressionType {
  return { kind: 'int', low: bounds.low, high: bounds.high, enum: null };
}
