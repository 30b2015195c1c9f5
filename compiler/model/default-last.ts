import type { ArmModel } from './model.js';

/** Arms in the order in which they are tried: the one that takes all others comes last. */
export function defaultLast(arms: readonly ArmModel[]): readonly ArmModel[] {
  return [...arms].sort((a, b) => Number(a.patterns === null) - Number(b.patterns === null));
}
