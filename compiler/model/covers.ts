import type { Block, Field } from './model.js';
import { walk } from './walk.js';

/** What has members: a frame or a struct. */
interface Whole {
  readonly body: Block;
}

/** Whether a field of the frame lies between the members that a checksum covers, or in one of them. */
export function covers(checksum: Field, field: Field, whole: Whole): boolean {
  const all = [...walk(whole.body)];
  const { from, to } = checksum.checksum!;
  const at = all.indexOf(field);
  const last = all.indexOf([...walk({ members: [to] })].at(-1)!);
  return at >= all.indexOf(from) && at <= last;
}

/** The checksums of a frame or struct in the order of their computing: each after those that it covers. */
export function checksumsOf(whole: Whole): Field[] {
  const all = [...walk(whole.body)].filter((m): m is Field => m.member === 'field' && m.checksum !== null);
  return inTurn(all, (checksum, other) => covers(checksum, other, whole));
}

/**
 * Each after those that it covers, else in the order given.
 *
 * @param isOver whether one covers another; never both each other
 */
export function inTurn<Of>(all: readonly Of[], isOver: (one: Of, other: Of) => boolean): Of[] {
  const turn: Of[] = [];
  const take = (one: Of): void => {
    if (turn.includes(one)) return;
    for (const other of all) if (other !== one && isOver(one, other)) take(other);
    turn.push(one);
  };
  all.forEach(take);
  return turn;
}

/** The checksums that change with a field: those over it, and those over such a checksum, each after those that it covers. */
export function checksumsOver(field: Field, whole: Whole): Field[] {
  const changed = [field];
  return checksumsOf(whole).filter((checksum) => {
    const isOver = changed.some((one) => covers(checksum, one, whole));
    if (isOver) changed.push(checksum);
    return isOver;
  });
}
