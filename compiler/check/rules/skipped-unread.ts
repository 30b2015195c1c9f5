import type { Report } from '../../diagnostics/diagnostic.js';
import { membersRead, parts } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF109: what nobody gives decides nothing, because a new frame could only have it one way. */
export function skippedUnread(protocol: Protocol, report: Report): void {
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const part of [...walk(block)].flatMap(membersRead).flatMap((e) => [...parts(e)])) {
      if (part.op !== 'field') continue;
      const skipped = part.fields.find((field) => field.member === 'field' && field.isSkipped === true);
      if (skipped === undefined) continue;
      report.error('PF109', part.span, `\`${skipped.name}\` is skipped, so nothing can depend on it`, {
        labels: [{ span: skipped.span, text: 'a new frame has its default here, or zeros' }],
        hint: 'remove `@skip`',
      });
    }
  }
}
