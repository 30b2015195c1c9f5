import type { Report } from '../../diagnostics/diagnostic.js';
import { decidedInside, knownSize } from '../../model/behind.js';
import type { Block, Field, MemberModel, Protocol } from '../../model/model.js';
import { takesRest } from '../../model/size.js';
import type { Span } from '../../source/source-file.js';

/** PF103: every extent ends somewhere that is known before its bytes are awaited. */
export function extentsBounded(protocol: Protocol, report: Report): void {
  checkBlock(protocol.frame.body, false, report);
  // A struct ends where its field does, so it may take the rest only if that field may.
  for (const struct of protocol.structs) checkBlock(struct.body, struct.inWindow, report);
}

/** @param outer what stands behind the block, up to the end of the window around it */
function checkBlock(
  block: Block,
  inWindow: boolean,
  report: Report,
  outer: readonly MemberModel[] = [],
): void {
  block.members.forEach((member, i) => {
    const rest = [...block.members.slice(i + 1), ...outer];
    if (member.member === 'field') checkField(member, inWindow, rest, report);
    else if (member.member === 'within') checkBlock(member.body, true, report);
    else if (member.member === 'if') {
      checkBlock(member.then, inWindow, report, rest);
      if (member.otherwise !== null) checkBlock(member.otherwise, inWindow, report, rest);
    } else if (member.member === 'variant')
      for (const arm of member.arms) checkBlock(arm.body, inWindow, report, rest);
  });
}

function checkField(field: Field, inWindow: boolean, rest: readonly MemberModel[], report: Report): void {
  if (!takesRest(field.type)) return;
  const refuse = (why: string, hint: string, at?: Span): void =>
    report.error('PF103', field.span, `\`${field.name}\` takes the rest, but ${why}`, {
      ...(at === undefined ? {} : { labels: [{ span: at, text: 'this' }] }),
      hint,
    });
  if (!inWindow) {
    refuse('there is no window around it', 'put it into `within (length) { … }`');
    return;
  }
  const varying = rest.find((member) => knownSize([member]) === null);
  if (varying !== undefined) {
    refuse(
      'more follows it whose size is not known before',
      'move it to the end of the window: what follows it has a fixed size, or none where a condition says so',
      varying.span,
    );
    return;
  }
  const decided = decidedInside(knownSize(rest)!, [field, ...rest]);
  if (decided !== null)
    refuse('how large what follows it is hangs on that itself', 'let a field before it decide', decided.span);
}
