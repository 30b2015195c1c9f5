import { camelCase } from './camel-case.js';
import type { BitFieldModel, Block, Field, Frame, MemberModel } from './model.js';
import { fixedSize, memberSize } from './size.js';

/** A place in a frame: bytes after the frame's start (anchor null) or after an anchor. */
export interface Place {
  readonly anchor: Anchor | null;
  readonly offset: number;
}

/** A place whose distance from the start varies: where a member of variable size ends. */
export interface Anchor {
  /** Unique in the frame, after what stands there: `content`, `end`. */
  readonly name: string;
  /** The member that ends here, and where it starts. */
  readonly after: MemberModel;
  readonly from: Place;
}

/** Where every member of a frame stands. */
export interface Layout {
  readonly places: ReadonlyMap<MemberModel, Place>;
  readonly anchors: readonly Anchor[];
  readonly end: Place;
  /** Where each block ends: arms, branches and windows too (a window ends by its size, its members here). */
  readonly ends: ReadonlyMap<Block, Place>;
}

/** Lays the members of a frame out one after another. */
export function layoutOf(frame: Frame): Layout {
  const places = new Map<MemberModel, Place>();
  const anchors: Anchor[] = [];
  const ends = new Map<Block, Place>();
  const taken = new Set<string>();

  const unique = (name: string): string => {
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name}${i}`;
    taken.add(free);
    return free;
  };

  const lay = (block: Block, start: Place, after: string): Place => {
    let place = start;
    block.members.forEach((member, i) => {
      places.set(member, place);
      const size = fixedSize(memberSize(member));
      const next = block.members.slice(i + 1).find((m) => m.member !== 'assert' && !isPeek(m));
      const nextName = next === undefined ? after : nameOf(next);
      if (member.member === 'within') lay(member.body, place, `${nameOf(member)}End`);
      if (member.member === 'if') {
        lay(member.then, place, nextName);
        if (member.otherwise !== null) lay(member.otherwise, place, nextName);
      }
      if (member.member === 'variant') for (const arm of member.arms) lay(arm.body, place, nextName);
      if (size !== null) {
        place = { anchor: place.anchor, offset: place.offset + size };
      } else {
        const anchor: Anchor = { name: unique(nextName), after: member, from: place };
        anchors.push(anchor);
        place = { anchor, offset: 0 };
      }
    });
    ends.set(block, place);
    return place;
  };
  const end = lay(frame.body, { anchor: null, offset: 0 }, 'end');
  return { places, anchors, end, ends };
}

function isPeek(member: MemberModel): boolean {
  return member.member === 'field' && member.isPeek === true;
}

/** What a place is called after the member that starts there. */
function nameOf(member: MemberModel): string {
  switch (member.member) {
    case 'field':
      return camelCase(member.name);
    case 'bits':
      return camelCase(member.name ?? member.fields[0]?.name ?? 'bits');
    case 'within': {
      const first = member.body.members[0];
      return member.name !== null ? camelCase(member.name) : first === undefined ? 'window' : nameOf(first);
    }
    case 'variant': {
      const first = member.arms.flatMap((arm) => arm.body.members)[0];
      return member.name !== null ? camelCase(member.name) : first === undefined ? 'variant' : nameOf(first);
    }
    case 'if': {
      const first = member.then.members[0];
      return first === undefined ? 'condition' : nameOf(first);
    }
    case 'pad':
      return 'pad';
    case 'assert':
      return 'assert';
  }
}

/** The member a field stands in its layout by: a bit field by its group. */
export function memberOf(field: Field | BitFieldModel): MemberModel {
  return field.member === 'bitField' ? field.group : field;
}
