import type { Place } from '../model/layout.js';
import type { MemberModel } from '../model/model.js';
import { blockSize, fixedSize } from '../model/size.js';
import { sourceText } from './source-text.js';

/** `14`, `7 or 9` where an arm decides, or `end of content + 4` where something of varying size stands before. */
export function placeText(place: Place): string {
  const numbers = offsetsOf(place);
  if (numbers !== null) return numbers.join(' or ');
  const { anchor, offset } = place;
  return `end of ${anchor === null ? 'nothing' : memberName(anchor.after)}${offset === 0 ? '' : ` + ${offset}`}`;
}

/** More are not written out. */
const MOST_OFFSETS = 4;

/** All offsets a place can have, in bytes after the start; null if they can't be listed. */
function offsetsOf({ anchor, offset }: Place): number[] | null {
  if (anchor === null) return [offset];
  const starts = offsetsOf(anchor.from);
  const sizes = sizesOf(anchor.after);
  if (starts === null || sizes === null) return null;
  const all = new Set(starts.flatMap((start) => sizes.map((size) => start + size + offset)));
  return all.size > MOST_OFFSETS ? null : [...all].sort((a, b) => a - b);
}

function sizesOf(member: MemberModel): number[] | null {
  if (member.member !== 'variant' && member.member !== 'if') return null;
  const bodies =
    member.member === 'variant'
      ? member.arms.map((arm) => arm.body)
      : [member.then, member.otherwise ?? { members: [] }];
  const sizes = bodies.map((body) => fixedSize(blockSize(body)));
  return sizes.every((size) => size !== null) ? sizes : null;
}

/** What a member is called in a text, in Markdown: `` `content` ``, `the variant`. */
export function memberName(member: MemberModel): string {
  switch (member.member) {
    case 'field':
      return quoted(member.name);
    case 'bits':
      return quoted(member.name ?? member.fields[0]?.name ?? 'bits');
    case 'within':
      return member.name === null ? 'the window' : `the window ${quoted(member.name)}`;
    case 'variant':
      return member.name === null ? 'the variant' : quoted(member.name);
    case 'if':
      return quoted(`if ${sourceText(member.condition)}`);
    case 'pad':
      return 'the padding';
    case 'assert':
      return 'the assertion';
  }
}

function quoted(name: string): string {
  return `\`${name}\``;
}
