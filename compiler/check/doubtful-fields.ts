import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, Member, ProtocolItem } from '../syntax/ast.js';

/**
 * The fields of a protocol whose part in a frame is not known because of errors: those declared in error, and all
 * that could be a length while an extent is in error.
 *
 * @returns null if every field is doubtful
 */
export function doubtfulFields(items: readonly ProtocolItem[], report: Report): ReadonlySet<string> | null {
  const doubtful = new Set<string>();
  let extents = true;
  const head = (expr: Expr | null | undefined): void => {
    if (expr !== null && expr !== undefined && report.hasErrorIn(expr.span)) extents = false;
  };
  const visit = (member: Member): void => {
    switch (member.kind) {
      case 'field':
        if (!report.hasErrorIn(member.span)) return;
        doubtful.add(member.name.text);
        if (member.extent !== null) extents = false;
        return;
      case 'bits':
        if (report.hasErrorIn(member.span)) for (const field of member.fields) doubtful.add(field.name.text);
        return;
      case 'let':
        head(member.value);
        return;
      case 'within':
        head(member.size);
        member.members.forEach(visit);
        return;
      case 'if':
        member.then.forEach(visit);
        member.otherwise?.forEach(visit);
        return;
      case 'variant':
        for (const arm of member.arms) arm.members.forEach(visit);
        return;
      case 'assert':
      case 'pad':
        return;
    }
  };
  for (const item of items) if (item.kind === 'frame') item.members.forEach(visit);
  return extents ? doubtful : null;
}
