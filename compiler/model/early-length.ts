import { argsIn, membersRead, parts } from './expressions-of.js';
import type { Expression } from './expression.js';
import type {
  Block,
  Derivation,
  Field,
  FieldType,
  Length,
  MemberModel,
  Protocol,
  WindowModel,
} from './model.js';
import { isPeeking } from './peeks.js';
import { usesOf } from './partial-length.js';
import { idParts } from './id-parts.js';
import { writtenFor } from './inner-fields.js';
import { walk } from './walk.js';

/** What a length measures where an encoder knows its size before it has chosen any arm. */
type Measured = FieldType & { readonly kind: 'bytes' | 'text' | 'list' | 'map' };

/**
 * Whether an encoder knows a length before it chooses arms and checks assertions: what it measures is given as a
 * whole, and so is all that is subtracted.
 */
export function isEarly(length: Length): boolean {
  return lateReason(length) === null;
}

/** Why an encoder knows a length only when all is laid out; null where it knows it before. */
export function lateReason(length: Length): string | null {
  for (const use of usesOf(length)) {
    const reason = lateUse(use);
    if (reason !== null) return reason;
  }
  return null;
}

function lateUse({ of, terms }: Derivation): string | null {
  if (of.member === 'within') {
    const reason = lateWindow(of);
    if (reason !== null) return reason;
  } else if (!isMeasured(of.type)) return 'how large its window is hangs on the arms in it';
  const type = of.member === 'field' ? of.type : null;
  const byBytes = type?.kind === 'list' && type.extent.kind === 'size';
  if (byBytes && argsIn(type).some(readsLength)) return 'how large the elements are hangs on it';
  for (const { field } of terms) {
    if (field.derivation !== null) {
      const reason = lateReason(field);
      if (reason !== null) return reason;
    } else if (field.guards.length > 0 && field.constant === null)
      return `it hangs on \`${field.name}\`, which is in an arm`;
  }
  return null;
}

/** Why the size of a window is known only when all is laid out; null where it can be laid out before the rest is. */
function lateWindow(window: WindowModel): string | null {
  if (window.guards.length > 0) return 'its window stands in an arm';
  for (const member of walk(window.body)) {
    if (member.member === 'pad' && member.mode === 'align')
      return 'how large its window is hangs on where it stands';
    if ((member.member === 'if' || member.member === 'variant') && isPeeking(member))
      return 'how large its window is hangs on the arms in it';
    const size = measuredBy(member);
    const read = member.member === 'within' ? [] : membersRead(member).filter((e) => e !== size);
    if (read.some(readsLength)) return 'how large its window is hangs on lengths as well';
  }
  return null;
}

/** The size or count from which lengths are derived; null for a pad, which follows from them, and for what has none. */
function measuredBy(member: MemberModel): Expression | null {
  if (member.member !== 'field' || member.isPad === true || !('extent' in member.type)) return null;
  return 'value' in member.type.extent ? member.type.extent.value : null;
}

/** Whether an expression reads a length. */
function readsLength(e: Expression): boolean {
  return [...parts(e)].some((part) => part.op === 'field' && part.fields.some((f) => f.derivation !== null));
}

function isMeasured(type: FieldType): type is Measured {
  return type.kind === 'bytes' || type.kind === 'text' || type.kind === 'list' || type.kind === 'map';
}

/** What the proxy replaces that a length follows from: headers, body, an id of varying width; null for none. */
export function replacedIn(length: Length, protocol: Protocol): Field | WindowModel | null {
  const { roles, idInOtherArms } = protocol;
  const replaced = [...roles.headers.map(writtenFor), ...roles.body, ...idParts(roles.id), ...idInOtherArms];
  for (const { of, terms } of usesOf(length)) {
    const inside = of.member === 'within' ? [of, ...walk(of.body)] : [of];
    const part = replaced.find((one) => inside.includes(one));
    if (part !== undefined) return part;
    for (const term of terms) {
      const inner = replacedIn(term.field, protocol);
      if (inner !== null) return inner;
    }
  }
  return null;
}

/** The lengths that decide something: that conditions, assertions, arguments and computed fields of a block read. */
export function decidingLengths(block: Block): Length[] {
  const lengths: Length[] = [];
  for (const member of walk(block)) {
    if (member.member === 'within') continue;
    const size = measuredBy(member);
    for (const e of membersRead(member).filter((one) => one !== size))
      for (const part of parts(e))
        if (part.op === 'field') lengths.push(...part.fields.filter((field) => field.derivation !== null));
  }
  return lengths;
}

/**
 * Whether frames are laid out anew where filters replace headers or body: what a length of these decides may change with
 * them.
 */
export function isLaidOutAnew(protocol: Protocol): boolean {
  const { roles } = protocol;
  const given: readonly (Field | WindowModel)[] = [...roles.headers.map(writtenFor), ...roles.body];
  return decidingLengths(protocol.frame.body).some((length) => {
    const replaced = replacedIn(length, protocol);
    return replaced !== null && given.includes(replaced);
  });
}

/** Whether a part of the frame can be given to an encoder as it is replaced: headers and bytes that are fields of the frame. */
export function isGivenWhole(part: Field | WindowModel, { roles }: Protocol): boolean {
  if (part.member === 'within') return false;
  if (roles.body.includes(part)) return part.type.kind === 'bytes';
  const isMap = part.type.kind === 'map' || (part.type.kind === 'extern' && part.type.extern.value === 'map');
  return isMap && roles.headers.includes(part) && !(part.type.kind === 'extern' && part.type.extern.isHead);
}
