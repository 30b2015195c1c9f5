import type { Report } from '../../diagnostics/diagnostic.js';
import { walk } from '../../model/walk.js';
import type { Protocol } from '../../model/model.js';
import { takesRest } from '../../model/size.js';

/** PF199: what a struct can't hold yet, because it is read from front to back without knowing the frame around it. */
export function structsPlain(protocol: Protocol, report: Report): void {
  for (const struct of protocol.structs) {
    for (const member of walk(struct.body)) {
      const refuse = (what: string): void =>
        report.error('PF199', member.span, `${what} in a struct is not built yet`, {
          hint: 'put it into the frame',
        });
      if (member.member === 'within') refuse('a window');
      else if (member.member === 'pad' && member.mode === 'align') refuse('an alignment');
      else if (member.member === 'field' && member.type.kind === 'map') refuse('a map');
      else if (member.member === 'field' && member.checksum !== null) refuse('a checksum');
      else if (member.member === 'field' && takesRest(member.type)) refuse('`rest`');
    }
  }
}
