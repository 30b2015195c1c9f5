import type { Field, Frame } from './model.js';
import { walk } from './walk.js';

/** Whether a field of the frame lies between the members that a checksum covers. */
export function covers(checksum: Field, field: Field, frame: Frame): boolean {
  const { members } = frame.body;
  const { from, to } = checksum.checksum!;
  const at = members.findIndex((m) => [...walk({ members: [m] })].includes(field));
  return at >= members.indexOf(from) && at <= members.indexOf(to);
}

/** The checksums of a frame in the order of the wire, which is that of their computing: each covers what is before it. */
export function checksumsOf(frame: Frame): Field[] {
  return [...walk(frame.body)].filter((m): m is Field => m.member === 'field' && m.checksum !== null);
}

/** The checksums that change with a field: those over it, and those over such a checksum, in the order of the wire. */
export function checksumsOver(field: Field, frame: Frame): Field[] {
  const changed = [field];
  return checksumsOf(frame).filter((checksum) => {
    const isOver = changed.some((one) => covers(checksum, one, frame));
    if (isOver) changed.push(checksum);
    return isOver;
  });
}
