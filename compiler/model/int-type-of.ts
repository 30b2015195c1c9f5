import type { IntType } from './model.js';

/**
 * An integer type by its name (`u16`, `i32le`), or null if the name is none.
 *
 * @param little whether types without a suffix have the low byte first
 */
export function intTypeOf(name: string, little: boolean): IntType | null {
  const match = /^([ui])(8|16|24|32|40|48|56|64)(le|be)?$/.exec(name);
  if (match === null) return null;
  return {
    bits: Number(match[2]),
    signed: match[1] === 'i',
    little: match[3] === undefined ? little : match[3] === 'le',
  };
}
