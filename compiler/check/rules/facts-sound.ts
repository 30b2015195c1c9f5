import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { expressionsOf, parts } from '../../model/expressions-of.js';
import { layoutOf } from '../../model/layout.js';
import { idParts } from '../../model/id-parts.js';
import { fixedSize, memberSize } from '../../model/size.js';
import type { BitFieldModel, Block, Field, MemberModel, Protocol } from '../../model/model.js';

/**
 * PF161, PF112: a reply is cut from the stream and joined to its request before anything is known of that, so what
 * does this must not depend on the request; and what stands in some replies only has no role.
 */
export function factsSound(protocol: Protocol, report: Report): void {
  const fact = [...expressionsOf(protocol)].find((e) => e.op === 'fact');
  if (fact === undefined) return;
  const labels = [{ span: fact.span, text: 'this asks for the request' }];
  const { kind, id, body, headers } = protocol.roles;
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
  const { places } = layoutOf(protocol.frame);
  if (id !== null && !idParts(id).every((part) => places.get(part)?.anchor === null && hasFixedSize(part)))
    report.error(
      'PF161',
      id.span,
      `the id \`${id.name}\` needs a fixed place, since it says which request is asked`,
      {
        labels,
      },
    );
  for (const field of [...body, ...headers])
    if (
      field.member === 'field' &&
      field.guards.some((g) => g.node.member === 'if' && asksRequest(g.node.condition))
    )
      unknown(field, field.span, report);
  for (const e of expressionsOf(protocol)) {
    if (e.op !== 'field' || !e.optional) continue;
    const field = e.fields.find((f) =>
      f.guards.some((g) => g.node.member === 'if' && asksRequest(g.node.condition)),
    );
    if (field !== undefined) unknown(field, e.span, report);
  }
}

/** Whether the id is as long in every frame, as far as it can be asked of a frame whose layout is not known yet. */
function hasFixedSize(part: Field): boolean {
  return part.type.kind !== 'text' || fixedSize(memberSize(part)) !== null;
}

function unknown(field: Field | BitFieldModel, span: Field['span'], report: Report): void {
  report.error('PF112', span, `\`${field.name}\` stands in the replies to some requests only`, {
    labels: [{ span: field.span, text: 'it is in a branch that the request decides' }],
  });
}

function asksRequest(e: Expression): boolean {
  return [...parts(e)].some((part) => part.op === 'fact');
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
  switch (member.member) {
    case 'if':
      return [member.condition];
    case 'variant':
      return member.on;
    case 'within':
      return [member.size];
    case 'field': {
      const extent = 'extent' in member.type ? member.type.extent : null;
      return extent?.kind === 'size' || extent?.kind === 'count' ? [extent.value] : [];
    }
    default:
      return [];
  }
}
