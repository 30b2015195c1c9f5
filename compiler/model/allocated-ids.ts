import { boundsOf, SAFE } from './integers.js';
import type { Field, IdForm, Protocol } from './model.js';
import { textContent } from './size.js';

/** The ids that the proxy may give to requests. */
export interface AllocatedIds {
  readonly min: bigint;
  readonly max: bigint;
  /** Ranges between them that it may not. */
  readonly reserved: readonly { readonly low: bigint; readonly high: bigint }[];
  /** How many there are. */
  readonly count: bigint;
}

/** Ids from 0 on that fit wherever an id is written, without reserved ones: those at the ends shorten the range. */
export function allocatedIds({ roles, idInOtherArms, idForm, reservedIds }: Protocol): AllocatedIds {
  const ids = roles.id === null ? [] : [roles.id, ...idInOtherArms];
  const each = ids.map((id) => (idForm === null ? boundsOf(id) : boundsAsText(id, idForm)));
  const bounds = each.reduce(
    (a, b) => ({ low: a.low > b.low ? a.low : b.low, high: a.high < b.high ? a.high : b.high }),
    each[0] ?? { low: 0n, high: 0n },
  );
  let min = bounds.low < 0n ? 0n : bounds.low;
  let max = bounds.high > SAFE ? SAFE : bounds.high;
  const inOrder = joined(reservedIds);
  for (const { low, high } of inOrder) if (low <= min && high >= min) min = high + 1n;
  for (const { low, high } of [...inOrder].reverse()) if (low <= max && high >= max) max = low - 1n;
  const reserved = inOrder.filter(({ low, high }) => low > min && high < max);
  const taken = reserved.reduce((sum, { low, high }) => sum + high - low + 1n, 0n);
  return { min, max, reserved, count: max < min ? 0n : max - min + 1n - taken };
}

/** The numbers that a text has room for, with no zeros in front where its width varies. */
function boundsAsText(id: Field, form: IdForm): { low: bigint; high: bigint } {
  if (form === 'uuid') return { low: 0n, high: 0xffffffffffffn };
  const { min, max } = textContent(id.type);
  const base = form === 'hex' ? 16n : 10n;
  const low = min === max || min < 2 ? 0n : base ** BigInt(Math.min(min, 16) - 1);
  return { low, high: base ** BigInt(Math.min(max, 16)) - 1n };
}

/** Ranges in ascending order, those that touch made one. */
function joined(ranges: Protocol['reservedIds']): { low: bigint; high: bigint }[] {
  const result: { low: bigint; high: bigint }[] = [];
  for (const { low, high } of [...ranges].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))) {
    const last = result.at(-1);
    if (last === undefined || low > last.high + 1n) result.push({ low, high });
    else if (high > last.high) last.high = high;
  }
  return result;
}
