import type { Block, MemberModel } from './model.js';

/** All members of a block at any depth, in layout order, entries of records too; struct types are not entered. */
export function* walk(block: Block): IterableIterator<MemberModel> {
  for (const member of block.members) {
    yield member;
    switch (member.member) {
      case 'field':
        if (member.type.kind === 'record') yield* member.type.entries;
        break;
      case 'within':
        yield* walk(member.body);
        break;
      case 'if':
        yield* walk(member.then);
        if (member.otherwise !== null) yield* walk(member.otherwise);
        break;
      case 'variant':
        for (const arm of member.arms) yield* walk(arm.body);
        break;
    }
  }
}
