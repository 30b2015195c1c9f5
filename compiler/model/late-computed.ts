import { parts } from './expressions-of.js';
import type { Field, MemberModel } from './model.js';

/** Whether a field is computed of how many bytes others take, which is known when the frame is laid out. */
export function isLate(field: Field): boolean {
  return spansIn(field).length > 0;
}

/** The members with which what a field is computed of begins and ends. */
export function spansIn({ computed }: Field): readonly MemberModel[] {
  if (computed === undefined) return [];
  return [...parts(computed)].flatMap((e) => (e.op === 'sizeOf' ? [e.from, e.to] : []));
}
