import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { SAFE } from '../../model/integers.js';
import { sizeOfElements } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { Block, Protocol } from '../../model/model.js';

/** PF105: no size or count can come out negative. PF113: none is always over its `max`. PF152: none needs more than 53 bits. */
export function sizesNonnegative(protocol: Protocol, report: Report): void {
  const blocks: Block[] = [protocol.frame.body, ...protocol.structs.map((s) => s.body)];
  for (const block of blocks) {
    for (const member of walk(block)) {
      if (member.member === 'within') check(member.size, member.max, report);
      else if (member.member === 'field' && 'extent' in member.type) {
        const { extent } = member.type;
        const size = member.type.kind === 'list' ? sizeOfElements(member.type) : null;
        if (size !== null) check(size, null, report);
        const most = 'maxCount' in member.type && extent.kind === 'count' ? member.type.maxCount : extent.max;
        if (extent.kind === 'size' || extent.kind === 'count')
          check(extent.value, most, report, 'nullable' in member.type && member.type.nullable);
      }
    }
  }
}

/** @param nullable null is the length -1 */
function check(value: Expression, max: number | null, report: Report, nullable = false): void {
  if (value.type.kind !== 'int') return;
  const { low, high } = value.type;
  const text = value.span.file.text.slice(value.span.start, value.span.end);
  if (low < (nullable ? -1n : 0n)) {
    const field = value.op === 'field' ? value.fields[0]! : null;
    report.error('PF105', value.span, `\`${text}\` can be negative: down to ${low}`, {
      labels: field === null ? [] : [{ span: field.span, text: 'its type is signed' }],
      hint:
        field !== null
          ? `say which values it has: \`in ${nullable ? '-1' : '0'}..…\``
          : `say with \`in\` which values the fields have, so that this is at least 0`,
    });
  }
  if (max !== null && low > BigInt(max)) {
    report.error('PF113', value.span, `\`${text}\` is never below ${low}, and at most ${max} are allowed`, {
      hint: `raise \`max\` to ${low}`,
    });
  }
  if (high > SAFE) {
    report.error('PF152', value.span, `\`${text}\` can be up to ${high}, more than a number holds exactly`, {
      hint: 'give the field a range: `in 0..4294967295`',
    });
  }
}
