import { constantOf } from './constants.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, Semantics, StatusMap } from '../syntax/ast.js';
import type { Expression } from './expression.js';
import { isValueOf, rangeOf } from './integers.js';
import type { Enum, StatusTable } from './model.js';

type Bounds = { readonly low: bigint; readonly high: bigint };

/** The canonical statuses of the contract (runtime/api/status.ts). */
export const CANONICAL = [
  'OK',
  'UNKNOWN',
  'CODEC_ERROR',
  'DESERIALIZE_ERROR',
  'PERMISSION_DENIED',
  'NO_ROUTE',
  'INTERNAL',
  'NO_HEALTHY_UPSTREAM',
  'OVERLOADED',
  'TIMEOUT',
  'LIMIT_EXCEEDED',
] as const;

/**
 * The status map as two tables. PF142 is checked here, where the entries' places are at hand.
 *
 * @param status the role, null if there is none or it is in error
 * @returns null if there is none, or after a report that leaves nothing to go on with
 */
export function buildStatus(
  map: StatusMap | undefined,
  semantics: Semantics | undefined,
  status: Expression | null,
  scope: Scope,
  report: Report,
): StatusTable | null {
  const role = semantics?.roles.find((r) => r.name.text === 'status');
  if (map === undefined) {
    if (role !== undefined && status !== null && !report.isDamaged(role.span.file)) {
      report.error('PF142', role.name.span, 'nothing says what the values of this status mean', {
        hint: 'add status { … <=> OK; … }',
      });
    }
    return null;
  }
  const word = map.span.file.span(map.span.start, map.span.start + 'status'.length);
  if (role === undefined && semantics !== undefined && !report.isDamaged(semantics.span.file)) {
    report.error('PF142', word, 'this maps a status, but no role says which field it is', {
      hint: 'add `status = …;` to semantics',
    });
  }
  if (status === null) return null;
  const bounds = status.type.kind === 'int' ? fieldBounds(status, status.type) : null;
  const wireEnum: Enum | null = status?.type.kind === 'int' ? status.type.enum : null;
  const decode = new Map<bigint, { canonical: string; expr: Expr }>();
  const encode = new Map<string, { wire: bigint; expr: Expr }>();
  let decodeDefault = null as string | null;
  let encodeDefault = null as bigint | null;
  for (const entry of map.entries) {
    const wires = entry.wire.map((e) => (isAny(e) ? 'any' : wireValue(e, wireEnum, bounds, scope, report)));
    const canonicals = entry.canonical.map((e) => (isAny(e) ? 'any' : canonicalName(e, report)));
    if (wires.includes(null) || canonicals.includes(null)) continue;
    if (entry.direction !== '<=') {
      const canonical = canonicals[0]!;
      if (canonicals.length !== 1 || canonical === 'any') {
        report.error('PF142', entry.span, 'reading gives exactly one canonical status', {
          hint: 'a line for each: `<=>` with the one that is read, `<=` with those that are only written',
        });
        continue;
      }
      entry.wire.forEach((expr, i) => {
        const wire = wires[i]!;
        if (wire === 'any') {
          if (decodeDefault !== null)
            report.error('PF142', expr.span, `all others are read as ${decodeDefault} already`);
          decodeDefault = canonical;
        } else {
          const before = decode.get(wire as bigint);
          if (before !== undefined) {
            report.error('PF142', expr.span, `this is read as ${before.canonical} already`, {
              labels: [{ span: before.expr.span, text: 'here' }],
            });
          } else decode.set(wire as bigint, { canonical, expr });
        }
      });
    }
    if (entry.direction !== '=>') {
      const wire = wires[0]!;
      if (wires.length !== 1 || wire === 'any') {
        report.error('PF142', entry.span, 'writing gives exactly one status of the protocol');
        continue;
      }
      entry.canonical.forEach((expr, i) => {
        const canonical = canonicals[i]!;
        if (canonical === 'any') {
          if (encodeDefault !== null)
            report.error('PF142', expr.span, 'all others are written as something else already');
          encodeDefault = wire as bigint;
        } else {
          const before = encode.get(canonical);
          if (before !== undefined) {
            report.error('PF142', expr.span, `${canonical} is written as something else already`, {
              labels: [{ span: before.expr.span, text: 'here' }],
            });
          } else encode.set(canonical, { wire: wire as bigint, expr });
        }
      });
    }
  }
  const missing = CANONICAL.filter((c) => !encode.has(c));
  // A line in error may have been the one that is missing.
  const whole = !report.hasErrorIn(map.span) && !report.isDamaged(map.span.file);
  if (whole && missing.length > 0 && encodeDefault === null) {
    report.error(
      'PF142',
      word,
      `nothing says how ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} written`,
      {
        hint: `add a line for each, such as \`${wireEnum?.members[0]?.name ?? '1'} <= ${missing[0]};\`, or \`… <= _;\` for all others`,
      },
    );
  }
  if (whole && wireEnum !== null && !wireEnum.open && decodeDefault === null) {
    const unread = wireEnum.members.filter((m) => !decode.has(m.value));
    if (unread.length > 0) {
      report.error(
        'PF142',
        status.span,
        `nothing says what ${unread.map((m) => `\`${m.name}\``).join(', ')} ${unread.length === 1 ? 'means' : 'mean'}`,
        {
          labels: [{ span: word, text: 'in this map' }],
          hint: 'add a line for each, or `_ => UNKNOWN;`',
        },
      );
    }
  }
  return {
    span: map.span,
    enum: wireEnum,
    decode: [...decode].map(([wire, d]) => ({ wire, canonical: d.canonical })),
    decodeDefault: decodeDefault ?? 'UNKNOWN',
    encode: [...encode].map(([canonical, e]) => ({ canonical, wire: e.wire })),
    encodeDefault,
  };
}

function isAny(expr: Expr): boolean {
  return expr.kind === 'name' && expr.name === '_';
}

/** What the status field can hold: of a role that computes it, what it gives. */
function fieldBounds(status: Expression, type: Bounds): Bounds {
  const field = status.op === 'field' ? status.fields[0]! : null;
  return field?.member === 'field' && field.type.kind === 'int' && field.type.enum?.open !== false
    ? rangeOf(field.type.int)
    : type;
}

function wireValue(
  expr: Expr,
  wireEnum: Enum | null,
  bounds: Bounds | null,
  scope: Scope,
  report: Report,
): bigint | null {
  const value = constantOf(expr, scope, report, wireEnum);
  if (value === null) return null;
  if (value.kind !== 'int') {
    report.error('PF142', expr.span, 'a wire status is a number');
    return null;
  }
  if (wireEnum !== null && !isValueOf(wireEnum, value.value)) {
    report.error('PF113', expr.span, `${value.value} is no member of \`${wireEnum.name}\``);
    return null;
  }
  const fits = bounds === null || (value.value >= bounds.low && value.value <= bounds.high);
  if (!fits) {
    const message = `the status is never ${value.value}: it holds ${bounds.low} to ${bounds.high}`;
    report.error('PF113', expr.span, message);
    return null;
  }
  return value.value;
}

function canonicalName(expr: Expr, report: Report): string | null {
  const name = expr.kind === 'name' ? expr.name : expr.span.file.text.slice(expr.span.start, expr.span.end);
  if ((CANONICAL as readonly string[]).includes(name)) return name;
  report.error('PF142', expr.span, `\`${name}\` is no canonical status`, {
    hint: suggestHint(name, CANONICAL).hint ?? `they are ${CANONICAL.join(', ')}`,
  });
  return null;
}
