import type { ArmModel, VariantModel } from '../../model/model.js';
import { sourceText } from '../source-text.js';
import type { LayoutContext } from './layout-context.js';
import { armTokens, meaningKey, type Known } from './meaning-key.js';

/**
 * Compares what chooses between arms.
 *
 * @returns the arms that are in both versions, whose members are still to be compared
 */
export function compareArms(
  cx: LayoutContext,
  was: VariantModel,
  is: VariantModel,
): readonly (readonly [was: ArmModel, is: ArmModel])[] {
  const { changes, pairing } = cx;
  const on = (v: VariantModel, known: Known): string => v.on.map((e) => meaningKey(e, known)).join();
  if (on(was, pairing.knownOld) !== on(is, pairing.knownNew))
    changes.breaking(
      'condition-changed',
      was.on[0]?.span ?? was.span,
      is.on[0]?.span ?? is.span,
      `the variant was chosen by \`${was.on.map(sourceText).join(', ')}\`, is by \`${is.on.map(sourceText).join(', ')}\``,
    );
  const before = armTokens(was);
  const after = armTokens(is);
  const { pairs, removed, added } = pairing.arms(was, is);
  const wasDefault = was.arms.find((arm) => before.get(arm)!.includes('_'));
  const missing = removedNames(cx, was);
  const list = (tokens: readonly string[]): string => tokens.map((t) => `\`${t}\``).join(', ');
  for (const [a, b] of pairs) {
    const lost = before.get(a)!.filter((t) => !after.get(b)!.includes(t) && !missing.has(t));
    const gained = after.get(b)!.filter((t) => !before.get(a)!.includes(t));
    const fromDefault =
      wasDefault === undefined || wasDefault === a
        ? []
        : gained.filter((t) => ![...before.values()].flat().includes(t));
    if (lost.length > 0)
      changes.breaking('arm-patterns-changed', a.span, b.span, `${armName(b)} no longer takes ${list(lost)}`);
    if (fromDefault.length > 0)
      changes.breaking(
        'arm-patterns-changed',
        a.span,
        b.span,
        `${armName(b)} takes ${list(fromDefault)}, which was read as ${armName(wasDefault!)}`,
      );
    changes.doc(armName(b), a, b);
  }
  for (const arm of removed)
    changes.breaking(
      'arm-removed',
      arm.span,
      is.span,
      `${armName(arm)}, which took ${list(before.get(arm)!)}, is gone`,
    );
  for (const arm of added) {
    const known = [...before.values()].flat();
    const tokens = after.get(arm)!;
    const elsewhere =
      wasDefault !== undefined ? tokens.filter((t) => t !== '_') : tokens.filter((t) => known.includes(t));
    if (elsewhere.length > 0)
      changes.breaking(
        'arm-added',
        was.span,
        arm.span,
        `${armName(arm)} is new and takes ${list(elsewhere)}, which was read otherwise`,
      );
    else changes.compatible('arm-added', was.span, arm.span, `${armName(arm)} is new`);
  }
  return pairs;
}

export function armName(arm: ArmModel): string {
  return arm.name === null ? 'an arm' : `arm \`${arm.name}\``;
}

/** Names of enum members that the new version lacks: their loss is reported where they were declared. */
function removedNames(cx: LayoutContext, was: VariantModel): Set<string> {
  const names = new Set<string>();
  for (const { type } of was.on) {
    if (type.kind !== 'int' || type.enum === null) continue;
    const now = cx.enumNow(type.enum);
    if (now === undefined) continue;
    for (const member of type.enum.members)
      if (!now.members.some((m) => m.name === member.name)) names.add(member.name);
  }
  return names;
}
