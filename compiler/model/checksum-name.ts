import type { Checksum } from './model.js';

/** What a checksum is called: by its algorithm, or by the function that computes it. */
export function checksumName({ algorithm }: Checksum): string {
  return typeof algorithm === 'string' ? algorithm : algorithm.fn.name;
}
