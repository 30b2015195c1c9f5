import type { Report } from '../../diagnostics/diagnostic.js';
import type { Block, MemberModel, Protocol } from '../../model/model.js';
import { takesRest } from '../../model/size.js';

/** PF103: every extent ends somewhere that is known before its bytes are awaited. */
export function extentsBounded(protocol: Protocol, report: Report): void {
  checkBlock(protocol.frame.body, false, report);
  // A struct ends where its field does, so it may take the rest only if that field may.
  for (const struct of protocol.structs) checkBlock(struct.body, struct.inWindow, report);
}

function checkBlock(block: Block, inWindow: boolean, report: Report): void {
  block.members.forEach((member, i) => checkMember(member, inWindow, i === block.members.length - 1, report));
}

function checkMember(member: MemberModel, inWindow: boolean, last: boolean, report: Report): void {
  switch (member.member) {
    case 'field': {
      const { type } = member;
      if (takesRest(type) && !(inWindow && last)) {
        report.error(
          'PF103',
          member.span,
          `\`${member.name}\` takes the rest, but ${inWindow ? 'more follows it' : 'there is no window around it'}`,
          {
            hint: inWindow ? 'move it to the end of the window' : 'put it into `within (length) { … }`',
          },
        );
      }
      return;
    }
    case 'within':
      checkBlock(member.body, true, report);
      return;
    case 'if':
      checkBlock(member.then, inWindow && last, report);
      if (member.otherwise !== null) checkBlock(member.otherwise, inWindow && last, report);
      return;
    case 'variant':
      for (const arm of member.arms) checkBlock(arm.body, inWindow && last, report);
      return;
  }
}
