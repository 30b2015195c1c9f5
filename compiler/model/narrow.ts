import type { Expression } from './expression.js';
import type { BitFieldModel, Field, Guard } from './model.js';

type Bounds = { readonly low: bigint; readonly high: bigint };

/**
 * What a field can be in the arms and branches an expression stands in: in `if (n >= 4) { … }` it is at least 4.
 * Assertions say nothing here: they are checked on whole frames, after sizes were believed.
 */
export function narrow(field: Field | BitFieldModel, bounds: Bounds, guards: readonly Guard[]): Bounds {
  let { low, high } = bounds;
  const meet = (by: Bounds): void => {
    if (by.low > low) low = by.low;
    if (by.high < high) high = by.high;
  };
  for (const guard of guards) {
    if (guard.node.member === 'if') {
      byCondition(guard.node.condition, guard.arm === 0, field, { low, high }, meet);
      continue;
    }
    const { on, arms } = guard.node;
    const patterns = arms[guard.arm]?.patterns;
    const at = on.findIndex((e) => reads(e, field));
    if (patterns === null || patterns === undefined || patterns.length === 0 || at < 0) continue;
    const ranges = patterns.flatMap((row) => row[at] ?? [bounds]);
    if (ranges.length > 0)
      meet({ low: least(ranges.map((r) => r.low)), high: greatest(ranges.map((r) => r.high)) });
  }
  // In a branch that is never taken nothing is left; the rules about branches report it.
  return low <= high ? { low, high } : bounds;
}

function byCondition(
  e: Expression,
  holds: boolean,
  field: Field | BitFieldModel,
  bounds: Bounds,
  meet: (by: Bounds) => void,
): void {
  if (e.op === 'unary' && e.operator === 'not') byCondition(e.operand, !holds, field, bounds, meet);
  if (e.op !== 'binary') return;
  if ((e.operator === 'and' && holds) || (e.operator === 'or' && !holds)) {
    byCondition(e.left, holds, field, bounds, meet);
    byCondition(e.right, holds, field, bounds, meet);
    return;
  }
  const swapped = e.left.op === 'int';
  const [one, other] = swapped ? [e.right, e.left] : [e.left, e.right];
  if (other.op !== 'int' || !reads(one, field)) return;
  const { low, high } = bounds;
  const { value } = other;
  switch (comparison(e.operator, swapped, holds)) {
    case '==':
      return meet({ low: value, high: value });
    case '!=':
      return meet({ low: value === low ? low + 1n : low, high: value === high ? high - 1n : high });
    case '<':
      return meet({ low, high: value - 1n });
    case '<=':
      return meet({ low, high: value });
    case '>':
      return meet({ low: value + 1n, high });
    case '>=':
      return meet({ low: value, high });
  }
}

const SWAPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const DENIED: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** The comparison with the field on the left, turned round if it does not hold. */
function comparison(operator: string, swapped: boolean, holds: boolean): string | undefined {
  const straight = swapped ? (SWAPPED[operator] ?? operator) : operator;
  return holds ? straight : DENIED[straight];
}

function reads(e: Expression, field: Field | BitFieldModel): boolean {
  return e.op === 'field' && e.fields.length === 1 && e.fields[0] === field;
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a < b ? a : b));
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a > b ? a : b));
}
