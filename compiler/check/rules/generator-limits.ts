import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { Field, Protocol } from '../../model/model.js';

/** PF199: what the model can say and the code generator does not write yet. */
export function generatorLimits(protocol: Protocol, report: Report): void {
  const { body, headers } = protocol.roles;
  if (body !== null && body.guards.length > 0) {
    report.error('PF199', body.span, `the body \`${body.name}\` stands in an arm, which is not built yet`, {
      hint: 'move it out of the arm; it can be empty in the other ones',
    });
  }
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const member of walk(block)) {
      if (member.member !== 'field') continue;
      if (member.type.kind === 'map' && member !== headers) {
        report.error('PF199', member.span, `a map that is not the role \`headers\` is not built yet`, {
          hint: 'write `list of …` with the same struct, or add `headers = …;` to semantics',
        });
      }
      constantText(member, report);
    }
  }
}

function constantText(field: Field, report: Report): void {
  const { type } = field;
  if (type.kind !== 'bytes' && type.kind !== 'text') return;
  const fixed = type.extent.kind === 'size' && type.extent.value.op === 'int';
  if (field.constant?.kind === 'text' && !fixed) {
    report.error(
      'PF199',
      field.span,
      `the constant \`${field.name}\` has no fixed size, which is not built yet`,
      {
        hint: 'write `bytes size …` or `text size …` with a number',
      },
    );
  }
  if (field.default !== null && type.kind === 'bytes')
    report.error('PF199', field.span, 'defaults of bytes are not built yet', {
      hint: 'write `text latin1` or leave the default out',
    });
}
