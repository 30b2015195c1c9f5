import type { FrameDecl, Member, StructDecl, TypeExpr } from '../syntax/ast.js';
import type { Scope } from './scope.js';

/**
 * The structs that stand where an `endian` chooses the order of the bytes, in a frame or in another struct. They are
 * told the order at each place of use; all others have that of the protocol, which no reader asks for.
 */
export function structsInOrder(
  frames: readonly FrameDecl[],
  structs: readonly StructDecl[],
  scope: Scope,
): ReadonlySet<StructDecl> {
  const ordered = new Set<StructDecl>();
  const seen = new Set<StructDecl>();
  const named = (type: TypeExpr, home: Scope, isOrdered: boolean): void => {
    if (type.kind === 'list' || type.kind === 'map') named(type.element.type, home, isOrdered);
    if (type.kind !== 'named') return;
    const [first, second] = type.path;
    const struct = second === undefined ? home.find(first!.text) : home.findIn(first!.text, second.text);
    if (struct?.kind === 'struct') enter(struct, home, isOrdered);
  };
  const enter = (struct: StructDecl, from: Scope, isOrdered: boolean): void => {
    const known = isOrdered ? ordered : seen;
    if (known.has(struct)) return;
    known.add(struct);
    visit(struct.members, from.home(struct), isOrdered);
  };
  const visit = (members: readonly Member[], home: Scope, around: boolean): void => {
    let isOrdered = around;
    for (const member of members) {
      if (member.kind === 'endian') isOrdered = true;
      else if (member.kind === 'field') named(member.type, home, isOrdered);
      else if (member.kind === 'within') visit(member.members, home, isOrdered);
      else if (member.kind === 'if') {
        visit(member.then, home, isOrdered);
        visit(member.otherwise ?? [], home, isOrdered);
      } else if (member.kind === 'variant')
        for (const arm of member.arms) visit(arm.members, home, isOrdered);
    }
  };
  for (const frame of frames) visit(frame.members, scope, false);
  for (const struct of structs) enter(struct, scope, false);
  return ordered;
}
