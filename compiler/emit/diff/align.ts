import type { ArmModel, Block, Field, MemberModel, VariantModel } from '../../model/model.js';
import { fixedSize, memberSize } from '../../model/size.js';

/** Members of a new block, and the members of the old one that they were. */
export interface Alignment {
  readonly pairs: readonly (readonly [old: MemberModel, now: MemberModel])[];
  readonly removed: readonly MemberModel[];
  readonly added: readonly MemberModel[];
  /** New members of pairs that stand in another order than they did; as few as possible. */
  readonly moved: ReadonlySet<MemberModel>;
}

/**
 * Finds out which member of a new block is which of the old: by name, or by what it holds, then those left between
 * the same neighbours if they are alike.
 */
export function align(old: Block, now: Block): Alignment {
  const before: readonly MemberModel[] = old.members.filter((m) => m.member !== 'assert');
  const after: readonly MemberModel[] = now.members.filter((m) => m.member !== 'assert');
  const partner = new Map<MemberModel, MemberModel>();
  const taken = new Set<MemberModel>();
  const pair = (was: MemberModel, is: MemberModel): void => {
    partner.set(is, was);
    taken.add(was);
  };
  for (const is of after) {
    const was = before.find((m) => !taken.has(m) && sameName(m, is));
    if (was !== undefined) pair(was, is);
  }
  for (const is of after) {
    if (partner.has(is)) continue;
    const was = before.find((m) => !taken.has(m) && sharesNames(m, is));
    if (was !== undefined) pair(was, is);
  }
  // What is left between the same neighbours and alike was renamed.
  for (const [i, is] of after.entries()) {
    if (partner.has(is)) continue;
    const left = i === 0 ? null : partner.get(after[i - 1]!);
    if (left === undefined) continue;
    const was = before[left === null ? 0 : before.indexOf(left) + 1];
    if (was !== undefined && !taken.has(was) && alike(was, is)) pair(was, is);
  }
  const paired = after.filter((m) => partner.has(m));
  const order = paired.map((m) => before.indexOf(partner.get(m)!));
  const kept = longestIncreasing(order);
  return {
    pairs: paired.map((is) => [partner.get(is)!, is]),
    removed: before.filter((m) => !taken.has(m)),
    added: after.filter((m) => !partner.has(m)),
    moved: new Set(paired.filter((_, i) => !kept.has(i))),
  };
}

function sameName(a: MemberModel, b: MemberModel): boolean {
  if (a.member !== b.member) return false;
  if (a.member === 'field' && b.member === 'field') return a.name === b.name;
  if (a.member === 'pad' && b.member === 'pad') return true;
  return 'name' in a && 'name' in b && a.name !== null && a.name === b.name;
}

/** Groups, variants, ifs and windows are known by what is in them. */
function sharesNames(a: MemberModel, b: MemberModel): boolean {
  if (a.member !== b.member || a.member === 'field') return false;
  const names = new Set(namesIn(a));
  const others = namesIn(b);
  return others.some((name) => names.has(name)) || (names.size === 0 && others.length === 0);
}

function namesIn(member: MemberModel): string[] {
  const of = (block: Block): string[] => block.members.flatMap(namesIn);
  switch (member.member) {
    case 'field':
      return [member.name];
    case 'bits':
      return member.fields.map((f) => f.name);
    case 'variant':
      return member.arms.flatMap((arm) => [
        ...(arm.name === null ? [] : [`arm ${arm.name}`]),
        ...of(arm.body),
      ]);
    case 'if':
      return [...of(member.then), ...(member.otherwise === null ? [] : of(member.otherwise))];
    case 'within':
      return of(member.body);
    case 'pad':
    case 'assert':
      return [];
  }
}

function alike(a: MemberModel, b: MemberModel): boolean {
  if (a.member === 'field' && b.member === 'field') return sameShape(a, b);
  return (
    a.member === b.member && a.member !== 'field' && fixedSize(memberSize(a)) === fixedSize(memberSize(b))
  );
}

function sameShape(a: Field, b: Field): boolean {
  const x = memberSize(a);
  const y = memberSize(b);
  return a.type.kind === b.type.kind && x.min === y.min && x.max === y.max;
}

/** The places of one longest increasing run in a list of different numbers. */
function longestIncreasing(list: readonly number[]): Set<number> {
  const length: number[] = [];
  const before: number[] = [];
  let end = -1;
  list.forEach((value, i) => {
    length[i] = 1;
    before[i] = -1;
    for (let j = 0; j < i; j++)
      if (list[j]! < value && length[j]! + 1 > length[i]!) {
        length[i] = length[j]! + 1;
        before[i] = j;
      }
    if (end < 0 || length[i]! > length[end]!) end = i;
  });
  const kept = new Set<number>();
  for (let i = end; i >= 0; i = before[i]!) kept.add(i);
  return kept;
}

/** Which new arm is which old one: by name, else by a value they share. `shared` says whether two arms do. */
export function alignArms(
  old: VariantModel,
  now: VariantModel,
  shared: (was: ArmModel, is: ArmModel) => boolean,
): { pairs: [ArmModel, ArmModel][]; removed: ArmModel[]; added: ArmModel[] } {
  const pairs: [ArmModel, ArmModel][] = [];
  const taken = new Set<ArmModel>();
  const find = (test: (was: ArmModel, is: ArmModel) => boolean): void => {
    for (const is of now.arms) {
      if (taken.has(is)) continue;
      const was = old.arms.find((arm) => !taken.has(arm) && test(arm, is));
      if (was === undefined) continue;
      taken.add(was).add(is);
      pairs.push([was, is]);
    }
  };
  find((was, is) => was.name !== null && was.name === is.name);
  find(shared);
  return {
    pairs,
    removed: old.arms.filter((arm) => !taken.has(arm)),
    added: now.arms.filter((arm) => !taken.has(arm)),
  };
}
