import { inEveryFrame } from './in-every-frame.js';
import type { Block, Derivation, Length } from './model.js';
import { walk } from './walk.js';

/** The lengths of a block, at any depth. */
export function lengthsOf(block: Block): Length[] {
  return [...walk(block)]
    .flatMap((member): readonly Length[] =>
      member.member === 'bits' ? member.fields : member.member === 'field' ? [member] : [],
    )
    .filter(({ derivation }) => derivation !== null);
}

/** What a length measures, in each of the arms that use it; none for a field that is no length. */
export function usesOf({ derivation }: Length): readonly Derivation[] {
  return derivation === null ? [] : [derivation, ...derivation.inOtherArms];
}

/** Whether what a length measures stands in arms that the length itself stands outside of. */
export function isInArms(length: Length): boolean {
  return usesOf(length).some(({ of }) => !inEveryFrame([of], length.guards));
}

/** Whether there are frames with a length and nothing that it measures: there it is given, or has its default. */
export function isPartial(length: Length): boolean {
  const uses = usesOf(length);
  return (
    uses.length > 0 &&
    !inEveryFrame(
      uses.map(({ of }) => of),
      length.guards,
    )
  );
}
