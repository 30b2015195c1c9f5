import type { Attr } from '../syntax/ast.js';
import type { Context } from './build-expression.js';
import { constantOf } from './constants.js';
import { formRange } from './integers.js';
import type { Enum, Field, FieldType } from './model.js';

/** The bounds that `in low..high` gives a number; null if there is none, or after a report. */
export function rangeAttribute(attrs: readonly Attr[], type: FieldType, cx: Context): Field['range'] {
  if (type.kind !== 'int' || type.bool) return null;
  return rangeWithin(attrs, formRange(type), type.enum, cx);
}

/** As {@link rangeAttribute}, of what can hold `bounds`. */
export function rangeWithin(
  attrs: readonly Attr[],
  bounds: NonNullable<Field['range']>,
  of: Enum | null,
  cx: Context,
): Field['range'] {
  const attr = attrs.find((a) => a.kind === 'in');
  if (attr === undefined) return null;
  const { report, scope } = cx;
  const low = constantOf(attr.low, scope, report, of);
  const high = constantOf(attr.high, scope, report, of);
  if (low === null || high === null) return null;
  if (low.kind !== 'int' || high.kind !== 'int') {
    report.error('PF113', attr.span, 'a range is written with numbers');
    return null;
  }
  if (low.value > high.value) {
    report.error('PF113', attr.span, `${low.value}..${high.value} is empty`, {
      hint: `the smaller number comes first: \`in ${high.value}..${low.value}\``,
    });
    return null;
  }
  for (const [value, expr] of [
    [low.value, attr.low],
    [high.value, attr.high],
  ] as const) {
    if (value >= bounds.low && value <= bounds.high) continue;
    report.error(
      'PF113',
      expr.span,
      `${value} does not fit: the field holds ${bounds.low} to ${bounds.high}`,
    );
    return null;
  }
  return { low: low.value, high: high.value };
}
