import { evaluate, present, type Facts } from './evaluate.js';
import type { Expression } from './expression.js';
import { boundsOf } from './integers.js';
import type { ArmModel, BitFieldModel, Field, Guard, VariantModel } from './model.js';

type AnyField = Field | BitFieldModel;

/** Combinations of values that are tried before giving up. */
const MOST_POINTS = 4096;

/**
 * A part of a condition that is the same whenever it is asked, by what was asked before it: `n == 2` in
 * `n == 1 and n == 2`. TypeScript refuses such comparisons too. Looks at comparisons of fields with constants only.
 */
export function neverVaries(
  condition: Expression,
  guards: readonly Guard[],
): { readonly part: Expression; readonly value: boolean } | null {
  const points = pointsOf(guards, [condition]);
  const seen = new Map<Expression, Set<boolean>>();
  for (const facts of points ?? []) ask(condition, facts, seen);
  for (const [part, values] of seen) if (values.size === 1) return { part, value: [...values][0]! };
  return null;
}

/** An arm of a variant with a value that it never sees, by what was asked before it; null if there is none. */
export function neverTaken(variant: VariantModel): ArmModel | null {
  const points = pointsOf([...variant.guards, { node: variant, arm: 0 }], [], variant.guards);
  if (points === null) return null;
  const isTaken = (k: number, { low, high }: { low: bigint; high: bigint }): boolean =>
    points.some((facts) => {
      const value = evaluate(variant.on[k]!, facts);
      const number = typeof value === 'boolean' ? (value ? 1n : 0n) : value;
      return typeof number === 'bigint' && number >= low && number <= high;
    });
  const unseen = variant.arms.find((arm) =>
    arm.patterns?.some((row) => row.some((set, k) => set?.some((range) => !isTaken(k, range)))),
  );
  return unseen ?? null;
}

/**
 * Values of the fields that guards and conditions ask, in all combinations that stand for different ones and let
 * `holding` through; null if something else is asked or there are too many.
 */
function pointsOf(
  guards: readonly Guard[],
  conditions: readonly Expression[],
  holding = guards,
): Facts[] | null {
  const constants = new Map<AnyField, bigint[]>();
  const all = [...conditions, ...guards.flatMap((g) => (g.node.member === 'if' ? [g.node.condition] : []))];
  if (!all.every((e) => collect(e, constants))) return null;
  if (!guards.every((g) => g.node.member === 'if' || collectArms(g.node, constants))) return null;
  let points: Facts[] = [new Map()];
  for (const [field, mentioned] of constants) {
    const values = valuesOf(field, mentioned);
    if (points.length * values.length > MOST_POINTS) return null;
    points = points.flatMap((p) => values.map((v) => new Map([...p, [field, v]])));
  }
  return points.filter((facts) => present(holding, facts) === true);
}

/** Evaluates as JavaScript does, and notes what each comparison gave. */
function ask(e: Expression, facts: Facts, seen: Map<Expression, Set<boolean>>): boolean {
  if (e.op === 'unary') return !ask(e.operand, facts, seen);
  if (e.op === 'binary' && (e.operator === 'and' || e.operator === 'or')) {
    const left = ask(e.left, facts, seen);
    return left === (e.operator === 'or') ? left : ask(e.right, facts, seen);
  }
  const value = evaluate(e, facts) === true;
  seen.set(e, (seen.get(e) ?? new Set()).add(value));
  return value;
}

/** Notes the constants that fields are compared with; false if there is anything else in the condition. */
function collect(e: Expression, into: Map<AnyField, bigint[]>): boolean {
  if (e.op === 'unary') return e.operator === 'not' && collect(e.operand, into);
  if (e.op === 'field') return e.type.kind === 'bool' && note(e, [], into);
  if (e.op !== 'binary') return false;
  if (e.operator === 'and' || e.operator === 'or') return collect(e.left, into) && collect(e.right, into);
  const [field, other] = e.left.op === 'int' ? [e.right, e.left] : [e.left, e.right];
  return other.op === 'int' && note(field, [other.value], into);
}

function collectArms(node: Guard['node'] & { member: 'variant' }, into: Map<AnyField, bigint[]>): boolean {
  return node.on.every((e, k) => {
    const ranges = node.arms.flatMap((arm) => (arm.patterns ?? []).flatMap((row) => row[k] ?? []));
    return note(
      e,
      ranges.flatMap((r) => [r.low, r.high]),
      into,
    );
  });
}

function note(e: Expression, values: readonly bigint[], into: Map<AnyField, bigint[]>): boolean {
  if (e.op !== 'field' || e.fields.length !== 1 || e.optional) return false;
  const [field] = e.fields;
  into.set(field!, [...(into.get(field!) ?? []), ...values]);
  return true;
}

/** Values that stand for all a field can have: the constants, what is next to them, and the ends. */
function valuesOf(field: AnyField, mentioned: readonly bigint[]): (bigint | boolean)[] {
  const bit = field.member === 'bitField';
  const of = bit ? field.enum : field.type.kind === 'int' ? field.type.enum : null;
  if (bit ? of === null && field.width === 1 : field.type.kind === 'int' && field.type.bool) {
    return field.constant?.kind === 'int' ? [field.constant.value === 1n] : [true, false];
  }
  if (field.constant?.kind === 'int') return [field.constant.value];
  const { low, high } = boundsOf(field);
  const closed = of !== null && !of.open && !of.flags;
  const near = closed
    ? of.members.map((m) => m.value)
    : [low, high, ...mentioned.flatMap((v) => [v - 1n, v, v + 1n])];
  return [...new Set(near)].filter((v) => v >= low && v <= high);
}
