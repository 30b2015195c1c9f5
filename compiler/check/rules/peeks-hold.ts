import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { argsIn, membersRead } from '../../model/expressions-of.js';
import { idParts } from '../../model/id-parts.js';
import { writtenFor } from '../../model/inner-fields.js';
import type { Block, Field, FieldType, MemberModel, Protocol } from '../../model/model.js';
import { agreementOf, standsAt } from '../../model/peek-agreement.js';
import {
  askedBy,
  branchesOf,
  isPeeking,
  peekingIn,
  peeksIn,
  tellersOf,
  type Peeking,
} from '../../model/peeks.js';
import { blockSize, memberSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';

/** Arms of which a number can say by a bit each which are given. */
const MOST_ARMS = 50;

/**
 * What is peeked at is there, belongs to what stands next, and is not changed by the proxy behind the back of what
 * it has decided; and an encoder can tell which branch it is to write.
 */
export function peeksHold(protocol: Protocol, report: Report): void {
  const { roles, idInOtherArms } = protocol;
  if (roles.id !== null && [roles.id, ...idInOtherArms].some((id) => id.isPeek === true))
    report.error(
      'PF109',
      roles.id.span,
      'an id is replaced, and what is peeked at is a part of other fields',
    );
  const [timed] = roles.timeout === null ? [] : peeksIn([roles.timeout]);
  if (timed !== undefined)
    report.error(
      'PF109',
      timed.span,
      'a timeout is replaced, and what is peeked at is a part of other fields',
    );
  for (const body of [protocol.frame.body, ...protocol.structs.map((s) => s.body)])
    inBlock(body, protocol, askedLater(body), report);
}

/** What is peeked at and decides something that does not stand right behind it: an assertion, or what comes later. */
function askedLater(body: Block): ReadonlySet<Field> {
  const later = new Set<Field>();
  for (const member of walk(body))
    if (member.member === 'assert') for (const peek of peeksIn([member.condition])) later.add(peek);
  for (const [node, members] of peekingIn(body))
    for (const peek of peeksIn(askedBy(node))) if (!standsAt(peek, node, members)) later.add(peek);
  return later;
}

function inBlock(
  { members }: Block,
  protocol: Protocol,
  askedLater: ReadonlySet<Field>,
  report: Report,
): void {
  members.forEach((member, i) => {
    const after = members.slice(i + 1);
    if (member.member === 'field' && member.isPeek === true) {
      isThere(member, after, report);
      if (askedLater.has(member)) isKept(member, after, protocol, report);
      return;
    }
    if (member.member === 'field' || member.member === 'within') isNoLength(member, report);
    if (member.member === 'within') inBlock(member.body, protocol, askedLater, report);
    if (member.member !== 'if' && member.member !== 'variant') return;
    if (isPeeking(member) && !report.hasErrorIn(member.span)) {
      isTold(member, report);
      branchesAgree(member, members, protocol, report);
    }
    for (const block of branchesOf(member)) if (block !== null) inBlock(block, protocol, askedLater, report);
  });
}

/** As many bytes follow in every frame, before the end of the arm, window, struct or frame. */
function isThere(peek: Field, after: readonly MemberModel[], report: Report): void {
  const { bits } = (peek.type as FieldType & { kind: 'int' }).int;
  const { min } = blockSize({ members: after });
  if (min * 8 >= bits || report.hasErrorIn(peek.span)) return;
  const bytes = bits === 8 ? 'a byte' : `${bits / 8} bytes`;
  report.error('PF105', peek.span, `this looks at ${bytes}, where ${min} may be all that is left`, {
    hint: 'every arm begins with as many bytes, or they follow after it in the same block',
  });
}

/** Lengths, counts, arguments and computed values are given or derived, and an encoder has no bytes yet to peek at. */
function isNoLength(member: MemberModel, report: Report): void {
  const read: readonly Expression[] =
    member.member === 'field' ? [...membersRead(member), ...argsIn(member.type)] : membersRead(member);
  for (const e of read) {
    if (peeksIn([e]).length === 0 || report.hasErrorIn(e.span)) continue;
    report.error(
      'PF109',
      e.span,
      'what is peeked at decides between arms; it is no length, argument or value',
      {
        hint: 'name the field itself, where it has been read',
      },
    );
  }
}

/** Each branch has a field that is given in no other, but for one, which is written where none of them is given. */
function isTold(node: Peeking, report: Report): void {
  const tellers = tellersOf(node);
  const untold = tellers.flatMap((names, i) => (names.length === 0 ? [i] : []));
  const spanOf = (i: number): Field['span'] => (node.member === 'if' ? node.span : node.arms[i]!.span);
  const [first, second] = untold;
  if (second !== undefined)
    report.error('PF110', spanOf(second), 'nothing that an encoder is given tells this arm from another', {
      labels: node.member === 'if' ? [] : [{ span: spanOf(first!), text: 'this one' }],
      hint: 'give it a field of its own; or take what decides before it: `tag : u8;` and `variant (tag)`',
    });
  if (tellers.length > MOST_ARMS)
    report.error('PF110', node.span, `at most ${MOST_ARMS} arms are chosen by what is peeked at`);
}

/** No branch begins with what never chooses it; nor, unless it always does, with what the proxy replaces. */
function branchesAgree(
  node: Peeking,
  members: readonly MemberModel[],
  protocol: Protocol,
  report: Report,
): void {
  const [peek] = peeksIn(askedBy(node));
  branchesOf(node).forEach((block, i) => {
    const agreement = agreementOf(node, i, members);
    if (agreement === 'always') return;
    const span = node.member === 'if' ? node.condition.span : node.arms[i]!.span;
    if (agreement === 'never') {
      // An `if` without `else` is followed by what begins so.
      report.error('PF110', span, 'what this begins with is not what chooses it', {
        labels: [{ span: peek!.span, text: 'this looks at it' }],
        hint:
          node.member === 'if'
            ? 'compare with another value'
            : 'change the pattern, or what stands first in the arm',
      });
      return;
    }
    isKept(peek!, [...(block?.members ?? []), ...members.slice(members.indexOf(node) + 1)], protocol, report);
  });
}

/** The proxy does not replace the bytes that are looked at, of which members are the first. */
function isKept(peek: Field, members: readonly MemberModel[], protocol: Protocol, report: Report): void {
  const { bits } = (peek.type as FieldType & { kind: 'int' }).int;
  const replaced = membersWithin(members, bits / 8).find((member) => isReplaced(member, protocol));
  if (replaced === undefined) return;
  report.error('PF122', peek.span, 'the proxy changes what this looks at, which may be another arm then', {
    labels: [{ span: replaced.span, text: 'this is replaced, or derived from what is' }],
    hint: 'give it a range that lies within the pattern of its arm, or let a field before it decide',
  });
}

/** The members of which the next bytes are. */
function membersWithin(members: readonly MemberModel[], count: number): MemberModel[] {
  const seen: MemberModel[] = [];
  let left = count;
  for (const member of members) {
    if (left <= 0) break;
    seen.push(...walk({ members: [member] }));
    left -= memberSize(member).min;
  }
  return seen;
}

/** Whether new ids, headers, bodies and timeouts change the bytes of a member. */
function isReplaced(member: MemberModel, { roles, idInOtherArms }: Protocol): boolean {
  if ([...roles.body, ...roles.headers.map(writtenFor)].some((one) => one === member)) return true;
  if (member.member !== 'field') return false;
  if ([...idParts(roles.id), ...idInOtherArms].includes(member as never)) return true;
  const timeout = roles.timeout?.op === 'field' ? roles.timeout.fields : [];
  return (
    member.derivation !== null ||
    member.checksum !== null ||
    timeout.includes(member) ||
    member.type.kind === 'record'
  );
}
