import type { Report } from '../../diagnostics/diagnostic.js';
import { isBig } from '../../model/integers.js';
import type { Protocol } from '../../model/model.js';
import { expressionsOf } from '../../model/expressions-of.js';

/** PF152: integers of 56 and 64 bits are carried exactly, but don't enter expressions without a range. */
export function numbersExact(protocol: Protocol, report: Report): void {
  for (const e of expressionsOf(protocol)) {
    if (e.op !== 'field') continue;
    for (const field of e.fields) {
      if (field.member === 'field' && field.type.kind === 'int' && isBig(field.type.int, field.range)) {
        report.error(
          'PF152',
          e.span,
          `\`${field.name}\` has ${field.type.int.bits} bits and can't be computed with exactly`,
          {
            labels: [{ span: field.span, text: 'declared here' }],
            hint: 'give it a range: `in 0..9007199254740991`',
          },
        );
      }
    }
  }
}
