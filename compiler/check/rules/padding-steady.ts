import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF199: headers and body are replaced without laying out anew what follows them, so no alignment may stand there. */
export function paddingSteady(protocol: Protocol, report: Report): void {
  const { body, headers } = protocol.roles;
  const members = [...walk(protocol.frame.body)];
  const changed = [body, headers].filter((f) => f !== null);
  const first = changed.find((f) => changed.every((other) => members.indexOf(f) <= members.indexOf(other)));
  if (first === undefined) return;
  for (const member of members.slice(members.indexOf(first))) {
    if (member.member !== 'pad' || member.mode !== 'align') continue;
    const role = first === body ? 'body' : 'headers';
    report.error('PF199', member.span, `an alignment after the role \`${role}\` is not built yet`, {
      labels: [{ span: first.span, text: 'a proxy can change the size of this' }],
      hint: 'move it before, or take it as `bytes`',
    });
  }
}
