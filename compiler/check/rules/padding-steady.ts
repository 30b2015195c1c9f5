import type { Report } from '../../diagnostics/diagnostic.js';
import { writtenFor } from '../../model/inner-fields.js';
import { fixedSize, memberSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Field, MemberModel, Protocol } from '../../model/model.js';

/**
 * PF199: alignments after headers, body and an id of varying width are laid out anew with these, unless they stand in a window
 * that is in an arm: its length would have to change in the frames that have it;
 * no alignment may stand behind a length whose own width is known only when what it measures has been laid out.
 */
export function paddingSteady(protocol: Protocol, report: Report): void {
  const { id, body } = protocol.roles;
  const headers = protocol.roles.headers.map(writtenFor);
  const members = [...walk(protocol.frame.body)];
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)])
    behindLengths([...walk(block)], report);
  const ids = [id, ...protocol.idInOtherArms].flatMap((f) => (f === null ? [] : varying(f)));
  const changed = [...ids, ...body, ...headers];
  const first = changed.find((f) => changed.every((other) => members.indexOf(f) <= members.indexOf(other)));
  if (first === undefined) return;
  for (const member of members.slice(members.indexOf(first))) {
    if (member.member !== 'pad' || member.mode !== 'align' || member.guards.length === 0) continue;
    if (report.hasErrorIn(member.span)) continue;
    const around = members.find(
      (m) => m.member === 'within' && m.guards.length > 0 && [...walk(m.body)].includes(member),
    );
    if (around === undefined) continue;
    const role = body.includes(first) ? 'body' : headers.some((f) => f === first) ? 'headers' : 'id';
    report.error(
      'PF199',
      member.span,
      `an alignment in a window of an arm, after the role \`${role}\`, is not built yet`,
      {
        labels: [
          { span: first.span, text: 'a proxy can change the size of this' },
          { span: around.span, text: 'the window' },
        ],
        hint: 'put the window around the arms, or the alignment before or behind it',
      },
    );
  }
}

/** What changes in size with an id: its field, or what it stands in. */
function varying(id: Field): Field[] {
  if (id.type.kind === 'inHead') return [id.type.head];
  if (id.type.kind === 'composed') return [];
  return id.type.kind === 'entry' || fixedSize(memberSize(id)) === null ? [id] : [];
}

function behindLengths(members: readonly MemberModel[], report: Report): void {
  let length: MemberModel | null = null;
  for (const member of members) {
    const { member: kind } = member;
    if (kind === 'field' && member.derivation !== null && fixedSize(memberSize(member)) === null)
      length ??= member;
    if (kind !== 'pad' || member.mode !== 'align' || length === null) continue;
    report.error('PF199', member.span, 'an alignment after a length of varying width is not built yet', {
      labels: [{ span: length.span, text: 'takes more bytes for greater values' }],
      hint: 'give the length a fixed width',
    });
  }
}
