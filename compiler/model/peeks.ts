import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import { isGiven } from './is-given.js';
import type { Block, ConditionModel, Field, MemberModel, VariantModel } from './model.js';
import { walk } from './walk.js';

/** What is chosen by bytes that have not been taken: an encoder is told the branch by the fields it is given. */
export type Peeking = VariantModel | ConditionModel;

/** What expressions peek at. */
export function peeksIn(expressions: readonly Expression[]): Field[] {
  const found = new Set<Field>();
  for (const e of expressions)
    for (const part of parts(e))
      if (part.op === 'field')
        for (const field of part.fields)
          if (field.member === 'field' && field.isPeek === true) found.add(field);
  return [...found];
}

/** What a variant or if asks. */
export function askedBy(node: Peeking): readonly Expression[] {
  return node.member === 'if' ? [node.condition] : node.on;
}

/** Whether a variant or if is chosen by what it peeks at. */
export function isPeeking(node: Peeking): boolean {
  return peeksIn(askedBy(node)).length > 0;
}

/** The arms of a variant, or both branches of an if; null for an `else` that is not there. */
export function branchesOf(node: Peeking): readonly (Block | null)[] {
  return node.member === 'if' ? [node.then, node.otherwise] : node.arms.map((arm) => arm.body);
}

/** For each branch the names of fields that are given in it and in no other one, which tell an encoder to write it. */
export function tellersOf(node: Peeking): readonly (readonly string[])[] {
  const names = branchesOf(node).map((block) => (block === null ? new Set<string>() : givenIn(block)));
  return names.map((own, i) =>
    [...own].filter((name) => !names.some((others, k) => k !== i && others.has(name))),
  );
}

/** The branch of which fields are given; undefined for none, or fields of several. */
export function givenBranch(node: Peeking, isGiven: (name: string) => boolean): number | undefined {
  const tellers = tellersOf(node);
  const given = tellers.flatMap((names, i) => (names.some(isGiven) ? [i] : []));
  const untold = tellers.findIndex((names) => names.length === 0);
  if (given.length === 0) return untold < 0 ? undefined : untold;
  return given.length === 1 ? given[0] : undefined;
}

/** All that is chosen by what it peeks at in a block, at any depth, with the members around each. */
export function* peekingIn({ members }: Block): IterableIterator<readonly [Peeking, readonly MemberModel[]]> {
  for (const member of members) {
    if (member.member === 'within') yield* peekingIn(member.body);
    if (member.member !== 'if' && member.member !== 'variant') continue;
    if (isPeeking(member)) yield [member, members];
    for (const block of branchesOf(member)) if (block !== null) yield* peekingIn(block);
  }
}

function givenIn(block: Block): Set<string> {
  const names = new Set<string>();
  for (const member of walk(block)) {
    const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
    for (const field of fields) if (isGiven(field)) names.add(field.name);
  }
  return names;
}
