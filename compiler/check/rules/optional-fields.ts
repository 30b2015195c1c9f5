import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';
import { parts } from '../../model/expressions-of.js';

/** PF112: where a value is needed to find one's way in the frame, a field that some arms lack can't be used. */
export function optionalFields(protocol: Protocol, report: Report): void {
  const need = (e: Expression, what: string): void => {
    for (const part of parts(e)) {
      if (part.op !== 'field' || !part.optional) continue;
      report.error(
        'PF112',
        part.span,
        `\`${part.name}\` is not in every frame, so ${what} can't depend on it`,
        {
          labels: part.fields.map((f) => ({ span: f.span, text: 'it stands in one arm only' })),
          hint: 'move the field before the variant, or this into the arm',
        },
      );
    }
  };
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const member of walk(block)) {
      if (member.member === 'within') need(member.size, 'a size');
      else if (member.member === 'if') need(member.condition, 'a condition');
      else if (member.member === 'assert') need(member.condition, 'an assertion');
      else if (member.member === 'variant') for (const on of member.on) need(on, 'a variant');
      else if (member.member === 'field' && 'extent' in member.type) {
        const { extent } = member.type;
        if (extent.kind === 'size' || extent.kind === 'count') need(extent.value, `a ${extent.kind}`);
      }
    }
  }
}
