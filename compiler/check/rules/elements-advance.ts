import type { Report } from '../../diagnostics/diagnostic.js';
import { typeSize, blockSize } from '../../model/size.js';
import { sizeOfElements } from '../../model/expressions-of.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';
import type { ProtocolItem } from '../../syntax/ast.js';

/** PF151: a frame, and an element of a list or map, takes at least one byte, so that nothing is read without end. */
export function elementsAdvance(protocol: Protocol, items: readonly ProtocolItem[], report: Report): void {
  const { frame } = protocol;
  const whole = items.every((item) => item.kind !== 'frame' || !report.hasErrorIn(item.span));
  if (whole && blockSize(frame.body).min < 1 && !report.isDamaged(frame.span.file)) {
    report.error(
      'PF151',
      frame.span,
      `a \`${frame.name}\` can have no bytes at all, so nothing would say that one has come`,
      {
        hint: 'begin with a field that every frame has',
      },
    );
  }
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)]) {
    for (const member of walk(block)) {
      if (member.member !== 'field') continue;
      const { type } = member;
      const min =
        type.kind === 'list'
          ? typeSize(type.element).min
          : type.kind === 'map'
            ? blockSize(type.pair.body).min
            : 1;
      if (min < 1) {
        report.error(
          'PF151',
          member.span,
          `an element of \`${member.name}\` can have no bytes at all, so a small frame could hold any number of them`,
          {
            hint:
              type.kind === 'list' && sizeOfElements(type) !== null
                ? 'say that their size is at least 1: `in 1..…`'
                : 'give the element a length prefix or a fixed field',
          },
        );
      }
    }
  }
}
