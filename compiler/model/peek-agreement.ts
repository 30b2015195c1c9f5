import { evaluate, matches } from './evaluate.js';
import { parts } from './expressions-of.js';
import { boundsOf, rangeOf } from './integers.js';
import type { Field, FieldType, IntForm, IntType, MemberModel } from './model.js';
import { askedBy, branchesOf, peeksIn, type Peeking } from './peeks.js';

type Int = FieldType & { readonly kind: 'int' };
interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

/** What begins with more values is not tried value by value. */
const MOST_VALUES = 256n;

/**
 * Whether what a branch begins with is what chooses it: in every frame, in none, or as its values are, which an
 * encoder then has to look at.
 *
 * @param members those of the block around, the variant or if among them
 */
export function agreementOf(
  node: Peeking,
  branch: number,
  members: readonly MemberModel[],
): 'always' | 'never' | 'sometimes' {
  const [peek, other] = peeksIn(askedBy(node));
  if (peek === undefined || other !== undefined || !standsAt(peek, node, members)) return 'sometimes';
  const values = leadingOf(node, branch, members, peek);
  if (values === null) return 'sometimes';
  const taken = values.map((range) => takenOf(node, branch, peek, range));
  if (taken.every((one) => one === 'always')) return 'always';
  return taken.every((one) => one === 'never') ? 'never' : 'sometimes';
}

/** A value of what is peeked at that chooses a branch, one that the branch can begin with where there is such; or null. */
export function exampleOf(
  node: Peeking,
  branch: number,
  members: readonly MemberModel[],
): { readonly peek: Field; readonly value: bigint } | null {
  const [peek, other] = peeksIn(askedBy(node));
  if (peek === undefined || other !== undefined) return null;
  const leading = standsAt(peek, node, members) ? (leadingOf(node, branch, members, peek) ?? []) : [];
  const { low, high } = rangeOf((peek.type as Int).int);
  const near = mentioned(node).flatMap((value) => [value, value - 1n, value + 1n]);
  const value = [...leading.flatMap((r) => [r.low, r.high]), low, high, ...near].find(
    (one) => one >= low && one <= high && chosenBy(node, peek, one) === branch,
  );
  return value === undefined ? null : { peek, value };
}

/** Whether nothing is taken between what is peeked at and the node. */
export function standsAt(peek: Field, node: Peeking, members: readonly MemberModel[]): boolean {
  const [from, to] = [members.indexOf(peek), members.indexOf(node)];
  return from >= 0 && members.slice(from, to).every(takesNothing);
}

function takesNothing(member: MemberModel): boolean {
  return member.member === 'assert' || (member.member === 'field' && member.isPeek === true);
}

function leadingOf(
  node: Peeking,
  branch: number,
  members: readonly MemberModel[],
  peek: Field,
): readonly Range[] | null {
  const own = branchesOf(node)[branch]?.members ?? [];
  return leading([...own, ...members.slice(members.indexOf(node) + 1)], peek.type as Int);
}

/** The numbers of a type that members can begin with; null where that is not known. */
function leading(members: readonly MemberModel[], { int, order }: Int): readonly Range[] | null {
  if (order !== undefined) return null;
  const [first, ...rest] = members.filter((m) => !takesNothing(m));
  if (first === undefined) return null;
  const own = { kind: 'int', int, form: { kind: 'fixed' }, enum: null, bool: false } as const;
  if (first.member === 'variant' || first.member === 'if') {
    const all = branchesOf(first).map((block) => leading([...(block?.members ?? []), ...rest], own));
    return all.includes(null) ? null : all.flatMap((ranges) => ranges!);
  }
  if (first.member === 'within') return leading([...first.body.members, ...rest], own);
  const constant = constantBytes([first, ...rest], int.bits / 8);
  if (constant !== null) {
    const value = numberOf(constant, int);
    return [{ low: value, high: value }];
  }
  if (first.member !== 'field' || first.type.kind !== 'int') return null;
  const { type } = first;
  if (type.form.kind === 'digits' && int.bits === 8 && !int.signed)
    return firstDigits(type.form, boundsOf(first).low < 0n);
  if (type.form.kind !== 'fixed' || type.order !== undefined) return null;
  const values = valuesOf(first, type);
  const isSame = type.int.bits === int.bits && (int.bits === 8 || type.int.little === int.little);
  if (isSame && type.int.signed === int.signed) return values;
  // The first bytes of a larger number are its highest ones.
  const isBig = !type.int.little && (!int.little || int.bits === 8) && !type.int.signed && !int.signed;
  const shift = BigInt(type.int.bits - int.bits);
  if (!isBig || shift <= 0n) return null;
  return values.map(({ low, high }) => ({ low: low >> shift, high: high >> shift }));
}

/** What a number in digits is written to begin with. */
function firstDigits(form: IntForm & { kind: 'digits' }, isNegative: boolean): readonly Range[] {
  const digits = [byteRange('0', '9')];
  if (form.base === 16) digits.push(byteRange('a', 'f'));
  if (isNegative) digits.push(byteRange('-', '-'));
  return digits;
}

function byteRange(low: string, high: string): Range {
  return { low: BigInt(low.charCodeAt(0)), high: BigInt(high.charCodeAt(0)) };
}

function valuesOf(field: Field, type: Int): readonly Range[] {
  if (field.constant?.kind === 'int') return [{ low: field.constant.value, high: field.constant.value }];
  if (field.range !== null) return [field.range];
  if (type.bool) return [{ low: 0n, high: 1n }];
  const of = type.enum;
  if (of !== null && !of.open && !of.flags)
    return of.members.map(({ value }) => ({ low: value, high: value }));
  return [rangeOf(type.int)];
}

/** The first bytes of members that are constant; null where they are not all. */
function constantBytes(members: readonly MemberModel[], count: number): readonly number[] | null {
  const bytes: number[] = [];
  for (const member of members) {
    if (bytes.length >= count) break;
    if (takesNothing(member)) continue;
    const own = ownBytes(member);
    if (own === null) return null;
    bytes.push(...own);
  }
  return bytes.length < count ? null : bytes.slice(0, count);
}

function ownBytes(member: MemberModel): readonly number[] | null {
  if (member.member === 'pad' && member.mode === 'size') return Array.from({ length: member.value }, () => 0);
  if (member.member === 'bits') {
    const { fields, int, order } = member;
    if (order !== undefined || fields.some((f) => f.constant?.kind !== 'int')) return null;
    const value = fields.reduce(
      (sum, f) => sum | ((f.constant as { value: bigint }).value << BigInt(f.shift)),
      0n,
    );
    return bytesOf(value, int);
  }
  if (member.member !== 'field' || member.constant === null) return null;
  const { type, constant } = member;
  if (
    type.kind === 'int' &&
    constant.kind === 'int' &&
    type.form.kind === 'fixed' &&
    type.order === undefined
  )
    return bytesOf(constant.value, type.int);
  const isSized = (type.kind === 'bytes' || type.kind === 'text') && type.extent.kind === 'size';
  if (!isSized || constant.kind !== 'text') return null;
  const encoding = type.kind === 'text' && type.encoding === 'utf8' ? 'utf8' : 'latin1';
  return encoding === 'utf8'
    ? [...new TextEncoder().encode(constant.value)]
    : [...constant.value].map((c) => c.charCodeAt(0));
}

function bytesOf(value: bigint, int: IntType): readonly number[] {
  const count = int.bits / 8;
  const unsigned = BigInt.asUintN(int.bits, value);
  const big = Array.from({ length: count }, (_, i) =>
    Number((unsigned >> BigInt(8 * (count - 1 - i))) & 0xffn),
  );
  return int.little ? big.reverse() : big;
}

function numberOf(bytes: readonly number[], int: IntType): bigint {
  const big = int.little ? [...bytes].reverse() : bytes;
  const value = big.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return int.signed ? BigInt.asIntN(int.bits, value) : value;
}

/** Whether the values of a range choose a branch. */
function takenOf(
  node: Peeking,
  branch: number,
  peek: Field,
  { low, high }: Range,
): 'always' | 'never' | 'sometimes' {
  if (high - low < MOST_VALUES) {
    const chosen = Array.from({ length: Number(high - low) + 1 }, (_, i) =>
      chosenBy(node, peek, low + BigInt(i)),
    );
    if (chosen.every((one) => one === branch)) return 'always';
    return chosen.some((one) => one === branch || one === undefined) ? 'sometimes' : 'never';
  }
  // The branch can only change next to a number that is named.
  const edges = mentioned(node).flatMap((v) => [v - 1n, v, v + 1n]);
  const points = [low, high, ...edges.filter((v) => v > low && v < high)];
  if (node.member === 'if' || peeksIn(node.on).length !== node.on.length) return 'sometimes';
  const chosen = points.map((point) => chosenBy(node, peek, point));
  if (chosen.every((one) => one === branch)) return 'always';
  return chosen.includes(branch) || chosen.includes(undefined) ? 'sometimes' : 'never';
}

/** The branch that a value chooses; -1 for none, undefined where other fields decide as well. */
function chosenBy(node: Peeking, peek: Field, value: bigint): number | undefined {
  const facts = new Map([[peek, value]]);
  if (node.member === 'if') {
    const holds = evaluate(node.condition, facts);
    return typeof holds === 'boolean' ? (holds ? 0 : 1) : undefined;
  }
  const on = node.on.map((e) => evaluate(e, facts));
  let wildcard = -1;
  for (const [i, arm] of node.arms.entries()) {
    if (arm.patterns === null) {
      wildcard = i;
      continue;
    }
    const taken = matches(arm.patterns, on);
    if (taken === true) return i;
    if (taken === undefined) return undefined;
  }
  return wildcard;
}

/** The numbers that are named where a node is chosen. */
function mentioned(node: Peeking): bigint[] {
  if (node.member === 'variant')
    return node.arms.flatMap((arm) =>
      (arm.patterns ?? []).flatMap((row) =>
        row.flatMap((set) => (set ?? []).flatMap((r) => [r.low, r.high])),
      ),
    );
  return [...parts(node.condition)].flatMap((e) => (e.op === 'int' ? [e.value] : []));
}
