import { askNone, askText } from './ask-text.js';
import { arithmetic } from './constants.js';
import type { Expression } from './expression.js';
import { type Bits, bitsOf, type BitsOf } from './known-bits.js';
import type { BitFieldModel, Field, Guard, ValueSet } from './model.js';

/** What is known of a value: a value, or undefined for "depends". */
export type Known = bigint | boolean | string | null | undefined;

/** What is known of fields. */
export type Facts = ReadonlyMap<Field | BitFieldModel, Known>;

/**
 * Evaluates as far as the facts go. Booleans of `and` and `or` are decided by one side where that is enough, and masks
 * by the bits that are known of fields whose values are not.
 */
export function evaluate(e: Expression, facts: Facts, bits: BitsOf = NO_BITS): Known {
  switch (e.op) {
    case 'int':
    case 'text':
    case 'bool':
      return e.value;
    case 'frameKind':
      return e.value;
    case 'null':
      return null;
    case 'field':
      // In different arms, one of which a frame has: known if it is the same in all.
      return e.fields.every((f) => facts.get(f) === facts.get(e.fields[0]!))
        ? facts.get(e.fields[0]!)
        : undefined;
    case 'flag': {
      const of = evaluate(e.of, facts, bits);
      return typeof of === 'bigint' ? (of & e.mask) !== 0n : flagged(bitsOf(e.of, bits), e.mask);
    }
    case 'unary': {
      const of = evaluate(e.operand, facts, bits);
      if (e.operator === 'not') return typeof of === 'boolean' ? !of : undefined;
      if (typeof of !== 'bigint') return undefined;
      return e.operator === '-' ? -of : ~of;
    }
    case 'binary': {
      const value = binary(e.operator, evaluate(e.left, facts, bits), evaluate(e.right, facts, bits));
      return value === undefined ? masked(e, bits) : value;
    }
    case 'match': {
      const on = e.on.map((s) => evaluate(s, facts, bits));
      for (const arm of e.arms) {
        if (arm.patterns === null) return evaluate(arm.value, facts, bits);
        const taken = matches(arm.patterns, on);
        if (taken === true) return evaluate(arm.value, facts, bits);
        if (taken === undefined) return undefined;
      }
      return undefined;
    }
    case 'byte': {
      const of = evaluate(e.of, facts, bits);
      if (typeof of !== 'string') return of === null ? null : undefined;
      return e.index < of.length ? BigInt(of.charCodeAt(e.index)) : null;
    }
    case 'part':
    case 'textTest':
    case 'word':
    case 'cased':
    case 'oneOf': {
      const of = evaluate(e.of, facts, bits);
      const given = typeof of === 'string' ? askText(e, of) : of === null ? askNone(e) : undefined;
      return given === undefined && of !== undefined ? null : given;
    }
    case 'header':
    case 'digits':
    case 'named':
    case 'sizeOf':
    case 'span':
    case 'param':
    case 'request':
    case 'wire':
      return undefined;
  }
}

const NO_BITS: BitsOf = new Map();

/** `field & mask` where the bits of the mask are known. */
function masked(e: Expression & { op: 'binary' }, bits: BitsOf): bigint | undefined {
  if (e.operator !== '&' || bits.size === 0) return undefined;
  const known = bitsOf(e, bits);
  return known?.ones === known?.maybe ? known?.ones : undefined;
}

/** Whether one of the bits of a mask is 1, where that is known. */
function flagged(known: Bits | null, mask: bigint): boolean | undefined {
  if (known === null) return undefined;
  return (known.ones & mask) !== 0n ? true : (known.maybe & mask) === 0n ? false : undefined;
}

/** Whether a place under these guards is in the frame: true, false, or undefined for "depends". */
export function present(guards: readonly Guard[], facts: Facts): boolean | undefined {
  let result: boolean | undefined = true;
  for (const guard of guards) {
    const taken = guardTaken(guard, facts);
    if (taken === false) return false;
    if (taken === undefined) result = undefined;
  }
  return result;
}

function guardTaken(guard: Guard, facts: Facts): boolean | undefined {
  if (guard.node.member === 'if') {
    const condition = evaluate(guard.node.condition, facts);
    return typeof condition === 'boolean' ? condition === (guard.arm === 0) : undefined;
  }
  const on = guard.node.on.map((s) => evaluate(s, facts));
  const arm = guard.node.arms[guard.arm]!;
  if (arm.patterns !== null) return matches(arm.patterns, on);
  let others: boolean | undefined = false;
  for (const other of guard.node.arms) {
    if (other.patterns === null) continue;
    const taken = matches(other.patterns, on);
    if (taken === true) return false;
    if (taken === undefined) others = undefined;
  }
  return others === undefined ? undefined : true;
}

/** Whether one of the alternatives accepts the values; where there is none, its text is in error. */
export function matches(
  patterns: readonly (readonly ValueSet[])[],
  on: readonly Known[],
): boolean | undefined {
  let result: boolean | undefined = patterns.length === 0 ? undefined : false;
  for (const row of patterns) {
    let taken: boolean | undefined = true;
    row.forEach((set, i) => {
      if (set === null || taken === false) return;
      const value = on[i];
      const number = typeof value === 'boolean' ? (value ? 1n : 0n) : value;
      if (typeof number !== 'bigint') taken = undefined;
      else if (!set.some((r) => number >= r.low && number <= r.high)) taken = false;
    });
    if (taken === true) return true;
    if (taken === undefined) result = undefined;
  }
  return result;
}

function binary(operator: string, left: Known, right: Known): Known {
  if (operator === 'and') {
    if (left === false || right === false) return false;
    return left === true && right === true ? true : undefined;
  }
  if (operator === 'or') {
    if (left === true || right === true) return true;
    return left === false && right === false ? false : undefined;
  }
  if (operator === '??') return left === null ? right : left;
  if (left === undefined || right === undefined) return undefined;
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return arithmetic(operator, left, right) ?? undefined;
  }
}
