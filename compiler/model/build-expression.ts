import { arithmetic, constantOf } from './constants.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { BinaryExpr, Expr, MatchExpr, Pattern } from '../syntax/ast.js';
import type { Expression, ExpressionType } from './expression.js';
import { boundsOf, combine, intType, SAFE } from './integers.js';
import type { BitFieldModel, Enum, Field, FrameKindName, Guard, ValueSet } from './model.js';
import type { Names } from './names.js';

/** Where an expression stands, which decides what its names mean. */
export interface Context {
  readonly scope: Scope;
  readonly report: Report;
  /** The fields that may be read; null in a constant place. */
  readonly names: Names | null;
  /** The arms the expression stands in; fields of these arms are present. */
  readonly guards: readonly Guard[];
  /** In a synth: its parameters. */
  readonly params?: ReadonlyMap<string, 'id' | 'request' | 'status' | 'reason'>;
  /** The frame that `req.` reads, in a synth. */
  readonly requestNames?: Names;
  /** Names like `request` are frame kinds here. */
  readonly frameKinds?: boolean;
}

const FRAME_KINDS: readonly string[] = ['request', 'oneway', 'response', 'push', 'control'];

/**
 * An expression with its names resolved and its type known.
 *
 * @param expected an enum whose members may be named bare
 * @returns null after a report
 */
export function buildExpression(expr: Expr, cx: Context, expected: Enum | null = null): Expression | null {
  const { report } = cx;
  const fail = (code: string, message: string, extra: { hint?: string } = {}): null => {
    report.error(code, expr.span, message, extra);
    return null;
  };
  switch (expr.kind) {
    case 'int':
      return {
        op: 'int',
        value: expr.value,
        span: expr.span,
        optional: false,
        type: intType({ low: expr.value, high: expr.value }),
      };
    case 'text':
      return { op: 'text', value: expr.value, span: expr.span, optional: false, type: { kind: 'text' } };
    case 'bool':
      return { op: 'bool', value: expr.value, span: expr.span, optional: false, type: { kind: 'bool' } };
    case 'null':
      return { op: 'null', span: expr.span, optional: true, type: { kind: 'null' } };
    case 'name':
      return buildName(expr.name, expr, cx, expected);
    case 'member':
      return buildMember(expr, cx);
    case 'index': {
      const object = buildExpression(expr.object, cx);
      if (object === null) return null;
      const map = object.op === 'field' ? object.fields[0] : undefined;
      if (map?.member !== 'field' || map.type.kind !== 'map')
        return fail('PF109', 'only a map can be looked up by a key');
      const key = constantOf(expr.index, cx.scope, report);
      if (key === null) return null;
      if (key.kind !== 'text') return fail('PF109', 'a header key is a text');
      return { op: 'header', map, key: key.value, span: expr.span, optional: true, type: { kind: 'text' } };
    }
    case 'call':
      return buildCall(expr, cx);
    case 'unary': {
      const operand = buildExpression(expr.operand, cx);
      if (operand === null) return null;
      const { operator } = expr;
      if (operator === 'not') {
        if (!isCondition(operand))
          return fail('PF109', `\`not\` needs a boolean, this is ${describe(operand.type)}`);
        return { op: 'unary', operator, operand, span: expr.span, optional: false, type: { kind: 'bool' } };
      }
      if (operand.type.kind !== 'int')
        return fail('PF109', `\`${operator}\` needs a number, this is ${describe(operand.type)}`);
      const { low, high } = operand.type;
      const bounds = operator === '-' ? { low: -high, high: -low } : { low: ~high, high: ~low };
      if (operand.op === 'int')
        return {
          ...operand,
          value: operator === '-' ? -operand.value : ~operand.value,
          type: intType(bounds),
          span: expr.span,
        };
      return {
        op: 'unary',
        operator,
        operand,
        span: expr.span,
        optional: operand.optional,
        type: intType(bounds),
      };
    }
    case 'binary':
      return buildBinary(expr, cx, expected);
    case 'match':
      return buildMatch(expr, cx, expected);
    case 'struct':
    case 'listLiteral':
      return fail('PF199', 'nested literals in a synth are not built yet');
  }
}

function buildName(name: string, expr: Expr, cx: Context, expected: Enum | null): Expression | null {
  const { report, span } = { report: cx.report, span: expr.span };
  const member = expected?.members.find((m) => m.name === name);
  if (member !== undefined) {
    return {
      op: 'int',
      value: member.value,
      span,
      optional: false,
      type: { kind: 'int', low: member.value, high: member.value, enum: expected },
    };
  }
  if (cx.frameKinds === true && FRAME_KINDS.includes(name)) {
    return {
      op: 'frameKind',
      value: name as FrameKindName,
      span,
      optional: false,
      type: { kind: 'frameKind' },
    };
  }
  const param = cx.params?.get(name);
  if (param === 'id' || param === 'status' || param === 'reason') {
    const type: ExpressionType =
      param === 'reason' ? { kind: 'text' } : intType({ low: 0n, high: param === 'id' ? SAFE : 999n });
    return { op: 'param', name, role: param, span, optional: false, type };
  }
  const meaning = cx.names?.get(name);
  if (meaning?.kind === 'let') return meaning.value;
  if (meaning?.kind === 'field') return fieldExpression('field', name, meaning.fields, expr, cx.guards);
  if (meaning?.kind === 'window') {
    report.error('PF109', span, `\`${name}\` is a window and has no value of its own`);
    return null;
  }
  const declaration = cx.scope.find(name);
  if (declaration?.kind === 'const')
    return buildExpression(declaration.value, { ...cx, names: null }, expected);
  if (cx.names?.later.has(name) === true) {
    report.error('PF111', span, `\`${name}\` stands later in the frame, so it is not known here`, {
      hint: 'an expression may use only what was read before it',
    });
    return null;
  }
  const known = [
    ...(expected?.members.map((m) => m.name) ?? []),
    ...(cx.names?.all() ?? []),
    ...(cx.params?.keys() ?? []),
    ...(cx.frameKinds === true ? FRAME_KINDS : []),
    ...cx.scope.names().filter((n) => cx.scope.find(n)?.kind === 'const'),
  ];
  const what = expected !== null ? `a field or a member of \`${expected.name}\`` : 'a field or constant';
  report.error('PF100', span, `\`${name}\` is not ${what}`, suggestHint(name, known));
  return null;
}

/** The value of a field or of fields that share a name in several arms; optional unless the place is in its arm. */
export function fieldExpression(
  op: 'field' | 'request',
  name: string,
  fields: readonly (Field | BitFieldModel)[],
  expr: { readonly span: Expr['span'] },
  guards: readonly Guard[],
): Expression {
  const first = fields[0]!;
  const present =
    fields.length === 1 &&
    first.guards.every((g) => guards.some((h) => h.node === g.node && h.arm === g.arm));
  const base = { name, fields, span: expr.span };
  if (first.member === 'bitField') {
    const type: ExpressionType =
      first.enum === null && first.width === 1
        ? { kind: 'bool' }
        : { kind: 'int', low: 0n, high: (1n << BigInt(first.width)) - 1n, enum: first.enum };
    return { op, ...base, type, optional: !present };
  }
  const optional = !present || ('nullable' in first.type && first.type.nullable);
  switch (first.type.kind) {
    case 'int': {
      if (first.type.bool) return { op, ...base, type: { kind: 'bool' }, optional };
      const all = fields.map((f) => boundsOf(f as Field));
      const low = all.map((b) => b.low).reduce((a, b) => (a < b ? a : b));
      const high = all.map((b) => b.high).reduce((a, b) => (a > b ? a : b));
      return { op, ...base, type: { kind: 'int', low, high, enum: first.type.enum }, optional };
    }
    case 'text':
      return { op, ...base, type: { kind: 'text' }, optional };
    default:
      return { op, ...base, type: { kind: 'bytes' }, optional };
  }
}

function buildMember(expr: Expr & { kind: 'member' }, cx: Context): Expression | null {
  const { report } = cx;
  if (expr.object.kind === 'name') {
    const { name } = expr.object;
    if (cx.params?.get(name) === 'request' && cx.requestNames !== undefined) {
      const meaning = cx.requestNames.get(expr.name.text);
      if (meaning?.kind === 'field')
        return fieldExpression('request', expr.name.text, meaning.fields, expr, []);
      report.error(
        'PF100',
        expr.name.span,
        `the request has no field \`${expr.name.text}\``,
        suggestHint(expr.name.text, cx.requestNames.all()),
      );
      return null;
    }
    if (name === 'req' || name === 'conn') {
      report.error('PF199', expr.span, `\`${name}.\` outside of a synth is not built yet`);
      return null;
    }
    const declaration = cx.names?.get(name) === undefined ? cx.scope.find(name) : undefined;
    if (declaration?.kind === 'enum') {
      const member = declaration.members.find((m) => m.name.text === expr.name.text);
      const value = member === undefined ? null : constantOf(member.value, cx.scope, report);
      if (value?.kind === 'int') {
        return {
          op: 'int',
          value: value.value,
          span: expr.span,
          optional: false,
          type: intType({ low: value.value, high: value.value }),
        };
      }
      const known = declaration.members.map((m) => m.name.text);
      report.error(
        'PF100',
        expr.name.span,
        `\`${name}\` has no member \`${expr.name.text}\``,
        suggestHint(expr.name.text, known),
      );
      return null;
    }
  }
  const object = buildExpression(expr.object, cx);
  if (object === null) return null;
  const type = object.type;
  if (type.kind === 'int' && type.enum?.flags === true) {
    const member = type.enum.members.find((m) => m.name === expr.name.text);
    if (member !== undefined) {
      return {
        op: 'flag',
        of: object,
        mask: member.value,
        name: member.name,
        span: expr.span,
        optional: false,
        type: { kind: 'bool' },
      };
    }
    const known = type.enum.members.map((m) => m.name);
    report.error(
      'PF100',
      expr.name.span,
      `\`${type.enum.name}\` has no flag \`${expr.name.text}\``,
      suggestHint(expr.name.text, known),
    );
    return null;
  }
  report.error('PF109', expr.span, `only flags have members; this is ${describe(type)}`);
  return null;
}

function buildCall(expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const name = expr.callee.kind === 'name' ? expr.callee.name : null;
  if (name === 'wire' && cx.params !== undefined) {
    const of = expr.args.length === 1 ? buildExpression(expr.args[0]!, cx) : null;
    if (of?.op === 'param' && of.role === 'status') {
      return { op: 'wire', of, span: expr.span, optional: false, type: intType({ low: 0n, high: SAFE }) };
    }
    cx.report.error('PF109', expr.span, '`wire` takes the canonical status of the synth, as in `wire(code)`');
    return null;
  }
  const builtin = [
    'peek',
    'bytes',
    'remaining',
    'concat',
    'word',
    'starts_with',
    'ends_with',
    'contains',
    'has',
    'direction',
  ];
  if (name !== null && (builtin.includes(name) || cx.scope.find(name)?.kind === 'extern')) {
    cx.report.error('PF199', expr.span, `\`${name}\` is not built yet`);
  } else {
    cx.report.error(
      'PF100',
      expr.callee.span,
      `there is no function \`${name ?? '…'}\``,
      name === null ? {} : suggestHint(name, [...builtin, 'wire']),
    );
  }
  return null;
}

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

function buildBinary(expr: BinaryExpr, cx: Context, expected: Enum | null): Expression | null {
  const { report } = cx;
  const { operator, span } = expr;
  if (operator === '..') {
    report.error('PF109', span, 'a range has no value');
    return null;
  }
  let left = buildExpression(expr.left, cx, COMPARISONS.includes(operator) ? null : expected);
  if (left === null && COMPARISONS.includes(operator)) return null;
  const right = buildExpression(
    expr.right,
    cx,
    left?.type.kind === 'int' && COMPARISONS.includes(operator) ? left.type.enum : expected,
  );
  left ??= null;
  if (left === null || right === null) return null;
  const mismatch = (): null => {
    report.error(
      'PF109',
      span,
      `\`${operator}\` can't join ${describe(left.type)} and ${describe(right.type)}`,
    );
    return null;
  };
  const node = { op: 'binary', operator, left, right, span } as const;
  if (operator === 'and' || operator === 'or') {
    if (!isCondition(left) || !isCondition(right)) return mismatch();
    return { ...node, optional: false, type: { kind: 'bool' } };
  }
  if (operator === '??') {
    if (!left.optional) {
      report.error('PF111', left.span, 'this is always present, so what follows `??` is never used');
      return null;
    }
    if (left.type.kind !== right.type.kind) return mismatch();
    return { ...node, optional: right.optional, type: joinTypes(left.type, right.type) };
  }
  if (COMPARISONS.includes(operator)) {
    const equality = operator === '==' || operator === '!=';
    const nulls = left.type.kind === 'null' || right.type.kind === 'null';
    const same =
      left.type.kind === right.type.kind &&
      (left.type.kind === 'int' || (equality && left.type.kind !== 'bytes'));
    if (!same && !(nulls && equality)) return mismatch();
    return { ...node, optional: false, type: { kind: 'bool' } };
  }
  if (left.type.kind !== 'int' || right.type.kind !== 'int') return mismatch();
  if (left.op === 'int' && right.op === 'int') {
    const value = arithmetic(operator, left.value, right.value);
    if (value !== null)
      return { op: 'int', value, span, optional: false, type: intType({ low: value, high: value }) };
  }
  return {
    ...node,
    optional: left.optional || right.optional,
    type: intType(combine(operator, left.type, right.type)),
  };
}

function buildMatch(expr: MatchExpr, cx: Context, expected: Enum | null): Expression | null {
  const on = expr.on.map((e) => buildExpression(e, cx));
  if (on.some((e) => e === null)) return null;
  const subjects = on as Expression[];
  const arms: { patterns: (readonly ValueSet[])[] | null; value: Expression }[] = [];
  for (const arm of expr.arms) {
    const patterns = buildPatterns(arm.patterns, subjects, cx);
    const value = buildExpression(arm.value, cx, expected);
    if (patterns === undefined || value === null) return null;
    arms.push({ patterns, value });
  }
  const first = arms[0]?.value;
  if (first === undefined) {
    cx.report.error('PF110', expr.span, 'this match has no arms');
    return null;
  }
  let type = first.type;
  for (const arm of arms.slice(1)) {
    if (arm.value.type.kind !== type.kind) {
      cx.report.error(
        'PF109',
        arm.value.span,
        `this arm gives ${describe(arm.value.type)}, the first one ${describe(type)}`,
        {
          labels: [{ span: first.span, text: 'the first arm' }],
        },
      );
      return null;
    }
    type = joinTypes(type, arm.value.type);
  }
  return {
    op: 'match',
    on: subjects,
    arms,
    span: expr.span,
    type,
    optional: arms.some((a) => a.value.optional),
  };
}

/** The patterns of one arm; null for `_`, undefined after a report. */
export function buildPatterns(
  patterns: readonly Pattern[],
  on: readonly Expression[],
  cx: Context,
): (readonly ValueSet[])[] | null | undefined {
  const rows: (readonly ValueSet[])[] = [];
  let failed = false;
  for (const pattern of patterns) {
    if (pattern.kind === 'wildcard') return null;
    if (pattern.kind === 'tuple') {
      if (pattern.items.length !== on.length) {
        cx.report.error(
          'PF110',
          pattern.span,
          `this pattern has ${pattern.items.length} parts for ${on.length} values`,
        );
        failed = true;
        continue;
      }
      const row = pattern.items.map((alternatives, i) => valueSet(alternatives, on[i]!, cx));
      if (row.includes(undefined)) failed = true;
      else rows.push(row as ValueSet[]);
    } else {
      if (on.length !== 1) {
        cx.report.error('PF110', pattern.span, `a pattern for ${on.length} values is written (a, b)`);
        failed = true;
        continue;
      }
      const set = valueSet([pattern], on[0]!, cx);
      if (set === undefined) failed = true;
      else rows.push([set]);
    }
  }
  return failed ? undefined : rows;
}

function valueSet(patterns: readonly Pattern[], on: Expression, cx: Context): ValueSet | undefined {
  const ranges: { low: bigint; high: bigint }[] = [];
  for (const pattern of patterns) {
    if (pattern.kind === 'wildcard') return null;
    if (pattern.kind === 'tuple') {
      cx.report.error('PF110', pattern.span, 'a pattern inside a pattern is a value or a range');
      return undefined;
    }
    const low = patternValue(pattern.low, on, cx);
    const high = pattern.high === null ? low : patternValue(pattern.high, on, cx);
    if (low === undefined || high === undefined) return undefined;
    if (low > high) {
      cx.report.error('PF110', pattern.span, 'this range is empty');
      return undefined;
    }
    ranges.push({ low, high });
  }
  return ranges;
}

function patternValue(expr: Expr, on: Expression, cx: Context): bigint | undefined {
  const constant = constantOf(expr, cx.scope, cx.report, on.type.kind === 'int' ? on.type.enum : null);
  if (constant === null) return undefined;
  if (on.type.kind === 'bool' && constant.kind === 'bool') return constant.value ? 1n : 0n;
  if (on.type.kind === 'int' && constant.kind === 'int') return constant.value;
  if (on.type.kind === 'int' && constant.kind === 'text' && constant.value.length === 1)
    return BigInt(constant.value.charCodeAt(0));
  cx.report.error('PF109', expr.span, `this pattern can't match ${describe(on.type)}`);
  return undefined;
}

/** Whether an expression can stand in a condition. */
export function isCondition(e: Expression): boolean {
  return e.type.kind === 'bool';
}

/** "a number", for messages. */
export function describe(type: ExpressionType): string {
  switch (type.kind) {
    case 'int':
      return type.enum === null ? 'a number' : `a \`${type.enum.name}\``;
    case 'bool':
      return 'a boolean';
    case 'text':
      return 'text';
    case 'bytes':
      return 'bytes';
    case 'null':
      return 'null';
    case 'frameKind':
      return 'a frame kind';
  }
}

function joinTypes(a: ExpressionType, b: ExpressionType): ExpressionType {
  if (a.kind !== 'int' || b.kind !== 'int') return a;
  return {
    kind: 'int',
    low: a.low < b.low ? a.low : b.low,
    high: a.high > b.high ? a.high : b.high,
    enum: a.enum === b.enum ? a.enum : null,
  };
}
