import type { Expression } from '../model/expression.js';
import { quote, type Module } from './module.js';

/**
 * Whether bytes at hand are those of a text, a character a byte.
 *
 * @param code the code of the bytes, undefined or null where they are not there
 */
export function bytesCompared({ optional }: Expression, code: string, text: string, module: Module): string {
  const same = (bytes: string): string =>
    `${module.use('readLatin1')}(${bytes}, 0, ${bytes}.length) === ${quote(text)}`;
  if (!optional) return `(${same(code)})`;
  return `(${module.use('whenGiven')}(${code} ?? undefined, (given) => ${same('given')}) === true)`;
}
