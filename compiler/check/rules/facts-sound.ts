import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { expressionsOf, membersRead, orderIn, parts } from '../../model/expressions-of.js';
import { layoutOf } from '../../model/layout.js';
import { idParts } from '../../model/id-parts.js';
import { fixedSize, memberSize } from '../../model/size.js';
import type { Block, Field, Guard, MemberModel, Protocol } from '../../model/model.js';

/**
 * PF161: a reply is cut from the stream and joined to its request before anything is known of that, so what does this
 * must not depend on the request.
 */
export function factsSound(protocol: Protocol, report: Report): void {
  if (protocol.side !== 'server') return;
  const fact = [...expressionsOf(protocol)].find(isFact);
  if (fact === undefined) return;
  const labels = [{ span: fact.span, text: 'this asks for the request' }];
  const { kind, id } = protocol.roles;
  if (protocol.correlation === 'none')
    report.error('PF161', fact.span, 'without correlation a reply has no request that could be asked', {
      hint: 'write `correlate id, …` or `correlate fifo, …`',
    });
  if (kind.op !== 'frameKind' || kind.value !== 'response')
    report.error(
      'PF161',
      kind.span,
      'only a response has a request: frames that ask for it are all of this kind',
      {
        labels,
        hint: 'write `kind = response;`',
      },
    );
  for (const member of outside(protocol.frame.body)) {
    const asked = decides(member).find(asksRequest);
    if (asked !== undefined)
      report.error('PF161', asked.span, 'where a reply ends must not depend on its request', {
        hint: 'put what depends on it into a `within (…)` of known size',
      });
  }
  if (id === null) return;
  const parted = [...idParts(id), ...protocol.idInOtherArms];
  for (const part of parted) {
    const order = orderIn(part.type);
    if (order !== undefined && asksRequest(order))
      report.error(
        'PF161',
        part.span,
        `the id \`${part.name}\` says which request is asked, so its byte order can't hang on that`,
        { labels: [{ span: order.span, text: 'this chooses it' }], hint: 'write `u32be` or `u32le`' },
      );
  }
  const { places } = layoutOf(protocol.frame);
  const isPlaced = (part: Field): boolean =>
    places.get(part)?.anchor === null && hasFixedSize(part) && !part.guards.some(({ node }) => asks(node));
  if (!parted.every(isPlaced))
    report.error(
      'PF161',
      id.span,
      `the id \`${id.name}\` needs a fixed place, since it says which request is asked`,
      {
        labels,
      },
    );
}

/** Whether the id is as long in every frame, as far as it can be asked of a frame whose layout is not known yet. */
function hasFixedSize(part: Field): boolean {
  return part.type.kind !== 'text' || fixedSize(memberSize(part)) !== null;
}

function isFact(e: Expression): boolean {
  return e.op === 'field' && e.fields.some((field) => field.member === 'field' && field.ofRequest === true);
}

function asksRequest(e: Expression): boolean {
  return [...parts(e)].some(isFact);
}

/** Whether the request decides which branch a frame has. */
function asks(node: Guard['node']): boolean {
  return (node.member === 'if' ? [node.condition] : node.on).some(asksRequest);
}

/** The members that are in no window. */
function* outside(block: Block): IterableIterator<MemberModel> {
  for (const member of block.members) {
    yield member;
    if (member.member === 'if')
      for (const branch of [member.then, member.otherwise]) if (branch !== null) yield* outside(branch);
    if (member.member === 'variant') for (const arm of member.arms) yield* outside(arm.body);
  }
}

/** What decides how many bytes a member takes. */
function decides(member: MemberModel): readonly Expression[] {
  if (member.member === 'assert') return [];
  const computed = member.member === 'field' ? member.computed : undefined;
  return membersRead(member).filter((e) => e !== computed);
}
