import type { Expression } from './expression.js';

/** What a number stands for where words choose: the text in quotes; any other text for -1. */
export function wordName({ texts }: Expression & { readonly op: 'oneOf' }, value: bigint): string {
  const text = texts[Number(value)];
  return text === undefined ? 'any other text' : JSON.stringify(text);
}
