import type { Report } from '../../diagnostics/diagnostic.js';
import { blockSize, memberSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF104: what the schema promises to take is not more than the frame limit lets through. */
export function frameFits(protocol: Protocol, report: Report): void {
  const limit = protocol.limits.frame;
  const { min } = blockSize(protocol.frame.body);
  if (min > limit) {
    report.error('PF104', protocol.frame.span, `the smallest frame has ${min} bytes, the limit is ${limit}`, {
      hint: 'raise `limits { frame = …; }`',
    });
    return;
  }
  for (const member of walk(protocol.frame.body)) {
    const max = explicitMax(member);
    if (max === null) continue;
    const others = min - memberSize(member).min;
    if (max + others > limit) {
      report.error(
        'PF104',
        member.span,
        `with ${max} bytes here a frame would have ${max + others}, the limit is ${limit}`,
        {
          hint: `lower \`max\` to ${Math.max(0, limit - others)}, leave it out, or raise \`limits { frame = …; }\``,
        },
      );
    }
  }
}

function explicitMax(member: Parameters<typeof memberSize>[0]): number | null {
  if (member.member === 'within') return member.max;
  if (member.member !== 'field' || (member.type.kind !== 'bytes' && member.type.kind !== 'text')) return null;
  const { extent } = member.type;
  return extent.max;
}
