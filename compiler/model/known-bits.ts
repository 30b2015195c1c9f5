import type { Expression } from './expression.js';
import type { BitFieldModel, Field } from './model.js';

/** Bits of a number that is not negative: those that are 1 whatever it is, and those that may be. */
export interface Bits {
  readonly ones: bigint;
  readonly maybe: bigint;
}

/** What is known of the bits of fields whose values are not known. */
export type BitsOf = ReadonlyMap<Field | BitFieldModel, Bits>;

/** The bits of a number, as far as they hang on constants and masks; null for what may be negative or is none. */
export function bitsOf(e: Expression, fields: BitsOf): Bits | null {
  if (e.op === 'int') return e.value < 0n ? null : { ones: e.value, maybe: e.value };
  if (e.op === 'field' && e.fields.length === 1) {
    const known = fields.get(e.fields[0]!);
    if (known !== undefined) return known;
  }
  if (e.op === 'binary') {
    const [left, right] = [bitsOf(e.left, fields), bitsOf(e.right, fields)];
    const known = left === null || right === null ? null : combined(e.operator, left, right);
    if (known !== null) return known;
  }
  if (e.type.kind !== 'int' || e.type.low < 0n) return null;
  return { ones: 0n, maybe: (1n << BigInt(e.type.high.toString(2).length)) - 1n };
}

function combined(operator: string, left: Bits, right: Bits): Bits | null {
  switch (operator) {
    case '&':
      return { ones: left.ones & right.ones, maybe: left.maybe & right.maybe };
    case '^': {
      const doubtful = (left.maybe & ~left.ones) | (right.maybe & ~right.ones);
      const ones = (left.ones ^ right.ones) & ~doubtful;
      return { ones, maybe: ones | doubtful };
    }
    case '+':
      // Nothing is carried where no bit is in both.
      if ((left.maybe & right.maybe) !== 0n) return null;
      return { ones: left.ones | right.ones, maybe: left.maybe | right.maybe };
    default:
      return null;
  }
}
