import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { MemberModel, Protocol } from '../../model/model.js';

/** PF123: what a checksum covers is known, lies before it, and holds no other checksum. */
export function checksumsRecomputable(protocol: Protocol, report: Report): void {
  const members = [...walk(protocol.frame.body)];
  const top = protocol.frame.body.members;
  const checksums = members.filter(
    (m): m is MemberModel & { member: 'field' } => m.member === 'field' && m.checksum !== null,
  );
  for (const field of checksums) {
    const { from, to } = field.checksum!;
    const [start, end, own] = [members.indexOf(from), members.indexOf(to), members.indexOf(field)];
    if (start > end)
      report.error('PF123', field.span, `\`${field.name}\` covers nothing: its range ends before it starts`, {
        hint: 'turn the range round',
      });
    for (const member of new Set([from, to])) {
      if (!top.includes(member)) {
        report.error(
          'PF123',
          field.span,
          `the range of \`${field.name}\` has to start and end with members of the frame itself`,
          {
            labels: [{ span: member.span, text: 'this stands in an arm or window' }],
          },
        );
      }
    }
    if (end >= own) report.error('PF123', field.span, `\`${field.name}\` can't cover itself`);
  }
  if (checksums.length > 1) {
    report.error('PF199', checksums[1]!.span, 'more than one checksum in a frame is not built yet', {
      labels: [{ span: checksums[0]!.span, text: 'the first' }],
    });
  }
}
