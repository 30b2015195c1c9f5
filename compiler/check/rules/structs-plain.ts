import type { Report } from '../../diagnostics/diagnostic.js';
import { membersRead, parts } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { MemberModel, Protocol, Struct, WindowModel } from '../../model/model.js';

/** PF199: what a struct can't hold yet, because it is read from front to back without knowing the frame around it. */
export function structsPlain(protocol: Protocol, report: Report): void {
  for (const struct of protocol.structs) {
    for (const member of walk(struct.body)) {
      const refuse = (what: string): void =>
        report.error('PF199', member.span, `${what} in a struct is not built yet`, {
          hint: 'put it into the frame',
        });
      if (member.member === 'within') windowClosed(struct, member, report);
      else if (member.member === 'field' && member.type.kind === 'coded') refuse('a window with a codec');
    }
  }
}

/** Where a struct ends is found without looking into its windows, so nothing after one may hang on what stands in it. */
function windowClosed(struct: Struct, window: WindowModel, report: Report): void {
  const inside = new Set<MemberModel>(walk(window.body));
  for (const member of walk(struct.body)) {
    if (inside.has(member)) continue;
    for (const e of membersRead(member)) {
      for (const part of parts(e)) {
        const field = part.op === 'field' ? part.fields.find((f) => isIn(f, inside)) : undefined;
        if (field === undefined || part.op !== 'field') continue;
        report.error(
          'PF199',
          part.span,
          `\`${part.name}\` stands in a window, and deciding by it after that window is not built yet in structs`,
          {
            labels: [{ span: field.span, text: 'this one' }],
            hint: 'move it before the window, or move the window into the frame',
          },
        );
      }
    }
  }
}

function isIn(
  field: MemberModel | { readonly group: MemberModel },
  inside: ReadonlySet<MemberModel>,
): boolean {
  return 'group' in field ? inside.has(field.group) : inside.has(field);
}
