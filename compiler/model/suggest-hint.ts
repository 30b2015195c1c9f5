import { suggest } from '../diagnostics/suggest.js';

/** The hint "did you mean `x`?" for a name that is close to a known one; empty if none is. */
export function suggestHint(name: string, known: readonly string[]): { hint?: string } {
  const near = suggest(name, known);
  return near === null ? {} : { hint: `did you mean \`${near}\`?` };
}
