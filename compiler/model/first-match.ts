import type { Expression } from './expression.js';
import type { ValueSet } from './model.js';

type Row = readonly ValueSet[];
type Ranges = NonNullable<ValueSet>;

/** More rows than this would be no pattern that a person can follow. */
const MOST_ROWS = 256;

/**
 * What an arm takes after the arms before it: the first arm that takes a value is the one. Every stage after this
 * sees arms that exclude each other.
 *
 * @returns the rows left, none if the arms before take all; null if they are too many
 */
export function leftFor(
  rows: readonly Row[],
  before: readonly (readonly Row[] | null)[],
  on: readonly Expression[],
): readonly Row[] | null {
  let left = rows;
  for (const arm of before) {
    for (const taken of arm ?? []) left = left.flatMap((row) => without(row, taken, on));
    if (left.length > MOST_ROWS) return null;
  }
  return left;
}

/** A row without what another takes: as it is where they have nothing in common. */
function without(row: Row, taken: Row, on: readonly Expression[]): Row[] {
  const domains = on.map(domainOf);
  if (row.some((set, k) => common(set, taken[k]!, domains[k]!).length === 0)) return [row];
  return row.flatMap((set, k): Row[] => {
    if (taken[k] === null) return [];
    const rest = subtract(set ?? domains[k]!, taken[k]!);
    if (rest.length === 0) return [];
    const head = row
      .slice(0, k)
      .map((other, i) => (taken[i] === null ? other : common(other, taken[i]!, domains[i]!)));
    return [[...head, rest, ...row.slice(k + 1)]];
  });
}

function common(a: ValueSet, b: ValueSet, domain: Ranges): Ranges {
  return (a ?? domain).flatMap((x) =>
    (b ?? domain).flatMap((y) => {
      const low = x.low > y.low ? x.low : y.low;
      const high = x.high < y.high ? x.high : y.high;
      return low <= high ? [{ low, high }] : [];
    }),
  );
}

function subtract(from: Ranges, taken: Ranges): Ranges {
  let left: Ranges = from;
  for (const gap of taken)
    left = left.flatMap((range) => {
      if (gap.high < range.low || gap.low > range.high) return [range];
      return [
        ...(range.low < gap.low ? [{ low: range.low, high: gap.low - 1n }] : []),
        ...(range.high > gap.high ? [{ low: gap.high + 1n, high: range.high }] : []),
      ];
    });
  return left;
}

/** All values an expression can have: of a closed enum its members. */
function domainOf(e: Expression): Ranges {
  if (e.type.kind === 'bool') return [{ low: 0n, high: 1n }];
  if (e.type.kind !== 'int') return [];
  const { enum: members, low, high } = e.type;
  if (members === null || members.open || members.flags) return [{ low, high }];
  return members.members
    .filter((m) => m.value >= low && m.value <= high)
    .map((m) => ({ low: m.value, high: m.value }));
}
