import type { Field, Frame } from './model.js';
import { walk } from './walk.js';

/** Whether a field of the frame lies between the members that a checksum covers. */
export function covers(checksum: Field, field: Field, frame: Frame): boolean {
  const { members } = frame.body;
  const { from, to } = checksum.checksum!;
  const at = members.findIndex((m) => [...walk({ members: [m] })].includes(field));
  return at >= members.indexOf(from) && at <= members.indexOf(to);
}
