import type { Report } from '../../diagnostics/diagnostic.js';
import { blockSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF106: the members of a window fit into every size it can have, and fill it. */
export function windowsFit(protocol: Protocol, report: Report): void {
  for (const member of walk(protocol.frame.body)) {
    if (member.member !== 'within' || member.size.type.kind !== 'int') continue;
    if (report.hasErrorIn(member.span)) continue;
    const inner = blockSize(member.body);
    const { low, high } = member.size.type;
    if (BigInt(inner.min) > low) {
      report.error(
        'PF106',
        member.size.span,
        `this window can have ${low} bytes, its members take at least ${inner.min}`,
        {
          hint: `say that the size is at least that: \`in ${inner.min}..…\``,
        },
      );
    } else if (inner.min === inner.max && (low !== BigInt(inner.max) || high !== BigInt(inner.max))) {
      report.error(
        'PF106',
        member.size.span,
        `this window can have up to ${high} bytes, its members take exactly ${inner.max}`,
        {
          hint: 'end it with a field that takes the `rest`',
        },
      );
    }
  }
}
