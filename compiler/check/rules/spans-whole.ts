import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { expressionsOf, membersRead, parts } from '../../model/expressions-of.js';
import { isLate } from '../../model/late-computed.js';
import type { Block, Field, MemberModel, Protocol } from '../../model/model.js';
import { walk } from '../../model/walk.js';

/**
 * PF109, PF199: `bytes(a..b)` begins and ends with members of the frame, or struct, itself. A number that is computed of how
 * many bytes there are is known when all is laid out, so nothing of the layout hangs on it.
 */
export function spansWhole(protocol: Protocol, report: Report): void {
  for (const { body } of [protocol.frame, ...protocol.structs]) inBlock(body, report);
  const blocks = [protocol.frame, ...protocol.structs].map(({ body }) => body);
  const own = new Set(
    blocks
      .flatMap((body) => [...walk(body)])
      .flatMap(membersRead)
      .flatMap((e) => [...parts(e)]),
  );
  for (const e of expressionsOf(protocol)) if (!own.has(e)) inItself(e, protocol.frame.body.members, report);
}

function inBlock(body: Block, report: Report): void {
  for (const member of walk(body)) {
    // A checksum is looked at for itself.
    const isSum = member.member === 'field' && member.checksum !== null;
    for (const e of membersRead(member).flatMap((one) => [...parts(one)])) {
      if (!isSum) inItself(e, body.members, report);
      const late =
        e.op === 'field' ? e.fields.find((f): f is Field => f.member === 'field' && isLate(f)) : undefined;
      if (late !== undefined)
        report.error(
          'PF199',
          e.span,
          `\`${late.name}\` is computed when all has been laid out, and nothing is decided by it`,
          {
            labels: [{ span: late.span, text: 'this' }],
            hint: 'roles may read it; a length that a window has decides where the window ends: `within (length) { … }`',
          },
        );
    }
  }
}

function inItself(e: Expression, members: readonly MemberModel[], report: Report): void {
  if ((e.op !== 'span' && e.op !== 'sizeOf') || report.hasErrorIn(e.span)) return;
  const [from, to] = [members.indexOf(e.from), members.indexOf(e.to)];
  if (from < 0 || to < 0)
    report.error('PF109', e.span, 'these bytes do not begin and end in the frame or struct itself', {
      labels: [{ span: (from < 0 ? e.from : e.to).span, text: 'this stands in an arm or a window' }],
      hint: 'name the window, or members around it',
    });
  else if (to < from)
    report.error('PF109', e.span, 'this range ends before it starts', { hint: 'turn it round' });
}
