import type { ExtentModel } from './model.js';

/** The delimiter that ends what has this extent, as a latin1 text; null where something else does. */
export function delimiterAfter(extent: ExtentModel): string | null {
  return extent.kind === 'until' ? extent.delimiter : null;
}
