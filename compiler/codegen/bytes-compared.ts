import type { Expression } from '../model/expression.js';
import { quote, type Module } from './module.js';

/**
 * Whether the value of a field at hand is a text; bytes are it a character a byte.
 *
 * @param code the code of the value, undefined or null where it is not there
 */
export function bytesCompared(
  { fields, type, optional }: Expression & { op: 'field' },
  code: string,
  text: string,
  module: Module,
): string {
  const { constant } = fields[0]!;
  if (constant?.kind === 'text') return String(constant.value === text);
  if (type.kind === 'text') return `(${code} === ${quote(text)})`;
  const same = (bytes: string): string =>
    `${module.use('readLatin1')}(${bytes}, 0, ${bytes}.length) === ${quote(text)}`;
  if (!optional) return `(${same(code)})`;
  return `(${module.use('whenGiven')}(${code} ?? undefined, (given) => ${same('given')}) === true)`;
}

/**
 * Which of its words a value at hand is, -1 for none.
 *
 * @param code the code of the value, undefined or null where it is not there
 */
export function whichCompared(e: Expression & { op: 'oneOf' }, code: string, module: Module): string {
  const words = module.words(e.of, e.texts);
  if (e.of.type.kind === 'text') return `${module.use('whichOf')}(${code}, ${words})`;
  const which = (bytes: string): string =>
    `${module.use('whichText')}(${bytes}, 0, ${bytes}.length, ${words})`;
  if (!e.of.optional) return which(code);
  return `(${module.use('whenGiven')}(${code} ?? undefined, (given) => ${which('given')}) ?? -1)`;
}
