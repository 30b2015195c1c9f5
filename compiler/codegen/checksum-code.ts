import { camelCase } from '../model/camel-case.js';
import type { Checksum } from '../model/model.js';
import type { Module } from './module.js';

/** The code of a checksum of b[from, to). */
export function sumCode(
  { algorithm }: Checksum,
  b: string,
  from: string,
  to: string,
  module: Module,
): string {
  if (typeof algorithm === 'string') return `${module.use(camelCase(algorithm))}(${b}, ${from}, ${to})`;
  return `${module.extern(algorithm.fn)}(${b}.subarray(${from}, ${to}))`;
}
