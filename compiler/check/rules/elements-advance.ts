import type { Report } from '../../diagnostics/diagnostic.js';
import { typeSize, blockSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';

/** PF151: an element of a list or map takes at least one byte, so that a count costs its sender bytes. */
export function elementsAdvance(protocol: Protocol, report: Report): void {
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
            hint: 'give the element a length prefix or a fixed field',
          },
        );
      }
    }
  }
}
