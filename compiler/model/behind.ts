import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import type { BitFieldModel, Block, ConditionModel, Field, MemberModel, VariantModel } from './model.js';
import { memberOf } from './layout.js';
import { blockSize, fixedSize, memberSize } from './size.js';
import { walk } from './walk.js';

/** Bytes, of which some are there only if what stands before says so. */
export interface KnownSize {
  readonly bytes: number;
  readonly choices: readonly (ConditionModel | VariantModel)[];
}

/** What stands behind a member of a block up to the end of the window around the member. */
export function behind(
  member: MemberModel,
  block: Block,
  outer: readonly MemberModel[] = [],
): readonly MemberModel[] {
  for (const [i, one] of block.members.entries()) {
    const rest = [...block.members.slice(i + 1), ...outer];
    if (one === member) return rest;
    if (one.member === 'within' && includes(one.body, member)) return behind(member, one.body);
    for (const branch of branchesOf(one))
      if (branch !== null && includes(branch, member)) return behind(member, branch, rest);
  }
  return [];
}

function includes(block: Block, member: MemberModel): boolean {
  for (const one of walk(block)) if (one === member) return true;
  return false;
}

function branchesOf(member: MemberModel): readonly (Block | null)[] {
  if (member.member === 'if') return [member.then, member.otherwise];
  return member.member === 'variant' ? member.arms.map(({ body }) => body) : [];
}

/** How many bytes members take that are found without looking at any of them; null where that takes more. */
export function knownSize(members: readonly MemberModel[]): KnownSize | null {
  let bytes = 0;
  const choices: (ConditionModel | VariantModel)[] = [];
  for (const member of members) {
    const fixed = fixedSize(memberSize(member));
    if (fixed !== null) bytes += fixed;
    else if (member.member === 'if' || member.member === 'variant') {
      const sizes = branchesOf(member).map((branch) => (branch === null ? 0 : fixedSize(blockSize(branch))));
      if (sizes.includes(null)) return null;
      choices.push(member);
    } else return null;
  }
  return { bytes, choices };
}

/** What of some members decides how many bytes they take; null where nothing of them does. */
export function decidedInside({ choices }: KnownSize, members: readonly MemberModel[]): Expression | null {
  const own = new Set<MemberModel>(walk({ members }));
  const isOwn = (field: Field | BitFieldModel): boolean => own.has(memberOf(field));
  for (const choice of choices)
    for (const e of choice.member === 'if' ? [choice.condition] : choice.on)
      for (const part of parts(e)) if (part.op === 'field' && part.fields.some(isOwn)) return part;
  return null;
}
