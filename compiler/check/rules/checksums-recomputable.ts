import type { Report } from '../../diagnostics/diagnostic.js';
import { covers } from '../../model/covers.js';
import type { Expression } from '../../model/expression.js';
import { membersRead, parts } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { BitFieldModel, Block, Field, MemberModel, Protocol } from '../../model/model.js';

/**
 * PF123: what a checksum covers begins and ends in the frame itself; it may be over other checksums, which are not over
 * it. Nothing that is written before it hangs on it.
 */
export function checksumsRecomputable(protocol: Protocol, report: Report): void {
  inBlock(protocol.frame.body, report);
  for (const struct of protocol.structs) inBlock(struct.body, report);
}

function inBlock(body: Block, report: Report): void {
  const members = [...walk(body)];
  for (const e of members.flatMap((member) => membersRead(member))) readsNone(e, report);
  const checksums = members.filter((m): m is Field => m.member === 'field' && m.checksum !== null);
  const over = (one: Field, other: Field): boolean => one !== other && covers(one, other, { body });
  /** Whether a checksum is over another, or over one that is. */
  const reaches = (one: Field, other: Field): boolean => {
    const seen = new Set([one]);
    for (const at of seen) for (const next of checksums) if (over(at, next)) seen.add(next);
    return over(one, other) || [...seen].some((at) => at !== one && over(at, other));
  };
  for (const field of checksums) {
    const { from, to } = field.checksum!;
    const last = [...walk({ members: [to] })].at(-1)!;
    const [start, end, own] = [members.indexOf(from), members.indexOf(last), members.indexOf(field)];
    if (start > end)
      report.error('PF123', field.span, `\`${field.name}\` covers nothing: its range ends before it starts`, {
        hint: 'turn the range round',
      });
    for (const member of new Set([from, to])) {
      if (!isAlwaysThere(member, field)) {
        report.error('PF123', field.span, `\`${field.name}\` is there where its range is not`, {
          labels: [{ span: member.span, text: 'this stands in an arm' }],
          hint: 'start and end the range with what is there whenever the checksum is',
        });
      }
    }
    for (const inner of checksums) {
      const place = members.indexOf(inner);
      if (inner.checksum!.algorithm === 'internet' && place >= start && place <= end && inner !== field)
        report.error(
          'PF123',
          field.span,
          `\`${field.name}\` can't cover the internet checksum \`${inner.name}\``,
          {
            labels: [{ span: inner.span, text: 'this has two forms of zero' }],
            hint: 'end the range before it',
          },
        );
    }
    if (start === own && own === end)
      report.error('PF123', field.span, `\`${field.name}\` covers nothing but itself`, {
        hint: 'name the first and the last member that it is over',
      });
    const round = checksums.find(
      (other) => members.indexOf(other) < own && reaches(field, other) && reaches(other, field),
    );
    if (round !== undefined)
      report.error('PF123', field.span, `\`${field.name}\` and \`${round.name}\` cover each other`, {
        labels: [{ span: round.span, text: 'the other one' }],
        hint: 'end the range of one before the other',
      });
  }
}

/** Whether a member is there whenever the checksum is. */
function isAlwaysThere({ guards }: MemberModel, checksum: Field): boolean {
  return guards.every(({ node, arm }, i) => {
    const around = checksum.guards[i];
    return around?.node === node && around.arm === arm;
  });
}

/** An encoder computes checksums when all else is written. */
function readsNone(e: Expression, report: Report): void {
  for (const part of parts(e)) {
    const isSum = (field: Field | BitFieldModel): boolean =>
      field.member === 'field' && field.checksum !== null;
    const sum = part.op === 'field' ? part.fields.find(isSum) : undefined;
    if (sum === undefined || report.hasErrorIn(part.span)) continue;
    report.error(
      'PF123',
      part.span,
      `nothing in a frame can depend on \`${sum.name}\`, which is computed last`,
      {
        labels: [{ span: sum.span, text: 'it is a checksum' }],
        hint: 'let a field of its own decide',
      },
    );
  }
}
