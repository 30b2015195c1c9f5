import type { Guard } from './model.js';

/**
 * Whether one of the members is in every frame that has a place under `guards`: it stands outside of arms, or in
 * those around the place, or every arm has one.
 */
export function inEveryFrame(
  fields: readonly { readonly guards: readonly Guard[] }[],
  guards: readonly Guard[] = [],
): boolean {
  const rest = fields
    .filter((f) => f.guards.every((g) => guards.every((h) => h.node !== g.node || h.arm === g.arm)))
    .map((f) => f.guards.filter((g) => !guards.some((h) => h.node === g.node)));
  return covered(rest);
}

function covered(all: readonly (readonly Guard[])[]): boolean {
  if (all.some((guards) => guards.length === 0)) return true;
  const outer = all[0]?.[0];
  if (outer === undefined) return false;
  const arms = outer.node.member === 'variant' ? outer.node.arms.length : 2;
  return Array.from({ length: arms }, (_, arm) => arm).every((arm) =>
    covered(
      all
        .filter(([first]) => first?.node === outer.node && first.arm === arm)
        .map((guards) => guards.slice(1)),
    ),
  );
}
