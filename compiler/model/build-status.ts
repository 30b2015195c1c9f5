import { constantOf } from './constants.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, StatusMap } from '../syntax/ast.js';
import type { Expression } from './expression.js';
import type { Enum, StatusTable } from './model.js';

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

/** The status map as two tables. PF142 is checked here, where the entries' places are at hand. */
export function buildStatus(
  map: StatusMap,
  status: Expression | null,
  scope: Scope,
  report: Report,
): StatusTable {
  const wireEnum: Enum | null = status?.type.kind === 'int' ? status.type.enum : null;
  const decode = new Map<bigint, { canonical: string; expr: Expr }>();
  const encode = new Map<string, { wire: bigint; expr: Expr }>();
  let decodeDefault: string | null = null;
  let encodeDefault: bigint | null = null;
  for (const entry of map.entries) {
    const wires = entry.wire.map((e) => (isAny(e) ? 'any' : wireValue(e, wireEnum, scope, report)));
    const canonicals = entry.canonical.map((e) => (isAny(e) ? 'any' : canonicalName(e, report)));
    if (wires.includes(null) || canonicals.includes(null)) continue;
    if (entry.direction !== '<=') {
      const canonical = canonicals[0]!;
      if (canonicals.length !== 1 || canonical === 'any') {
        report.error('PF142', entry.span, 'reading gives exactly one canonical status');
        continue;
      }
      entry.wire.forEach((expr, i) => {
        const wire = wires[i]!;
        if (wire === 'any') decodeDefault = canonical;
        else {
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
        if (canonical === 'any') encodeDefault = wire as bigint;
        else {
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
  if (missing.length > 0 && encodeDefault === null) {
    report.error(
      'PF142',
      map.span,
      `nothing says how ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} written`,
      {
        hint: `add a line for each, such as \`${wireEnum?.members[0]?.name ?? '1'} <= ${missing[0]};\`, or \`… <= _;\` for all others`,
      },
    );
  }
  if (wireEnum !== null && !wireEnum.open && decodeDefault === null) {
    const unread = wireEnum.members.filter((m) => !decode.has(m.value));
    if (unread.length > 0) {
      report.error(
        'PF142',
        map.span,
        `nothing says what ${unread.map((m) => `\`${m.name}\``).join(', ')} ${unread.length === 1 ? 'means' : 'mean'}`,
        {
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

function wireValue(expr: Expr, wireEnum: Enum | null, scope: Scope, report: Report): bigint | null {
  const value = constantOf(expr, scope, report, wireEnum);
  if (value === null) return null;
  if (value.kind === 'int') return value.value;
  report.error('PF142', expr.span, 'a wire status is a number');
  return null;
}

function canonicalName(expr: Expr, report: Report): string | null {
  const name = expr.kind === 'name' ? expr.name : '';
  if ((CANONICAL as readonly string[]).includes(name)) return name;
  report.error('PF142', expr.span, `\`${name}\` is no canonical status`, suggestHint(name, CANONICAL));
  return null;
}
