import type { Report } from '../diagnostics/diagnostic.js';
import type { Pattern } from '../syntax/ast.js';
import { constantOf } from './constants.js';
import type { Expression } from './expression.js';
import { plainField } from './inner-fields.js';
import { intType } from './integers.js';
import type { Scope } from './scope.js';
import { highestIn } from './written-as.js';

/**
 * What a match or variant asks, where a text or bytes are among what it chooses by: which of the words that its arms
 * name they are, as a number. Others are as they were.
 *
 * @param patterns of each arm
 */
export function chooseByWords(
  on: readonly (Expression | null)[],
  patterns: readonly (readonly Pattern[])[],
  scope: Scope,
  report: Report,
): (Expression | null)[] {
  return on.map((e, at) => {
    if (e === null || !isWords(e)) return e;
    const texts = new Set<string>();
    for (const pattern of patterns.flat()) {
      const own = pattern.kind === 'tuple' ? (pattern.items[at] ?? []) : on.length === 1 ? [pattern] : [];
      for (const one of own) {
        const value = one.kind === 'range' ? constantOf(one.low, scope, report) : null;
        if (value?.kind === 'text') texts.add(value.value);
      }
    }
    const type = intType({ low: -1n, high: BigInt(texts.size - 1) });
    return { op: 'oneOf', of: e, texts: [...texts], span: e.span, optional: false, type };
  });
}

/** Whether words can choose by an expression: a text that can be several, or bytes of which each is a character. */
function isWords(e: Expression): boolean {
  const isConstant = e.op === 'field' && e.fields.some((field) => field.constant !== null);
  if (e.type.kind === 'text') return e.op !== 'text' && !isConstant;
  return e.type.kind === 'bytes' && e.op === 'field' && !isConstant && e.fields.every(isOfBytes);
}

function isOfBytes(field: Parameters<typeof plainField>[0]): boolean {
  const plain = plainField(field);
  if (plain.member !== 'field') return false;
  return plain.type.kind === 'bytes' || (plain.type.kind === 'entry' && plain.type.of.kind === 'bytes');
}

/** Why a text or bytes never are a word; null if they can be. */
export function neverSaid(of: Expression, word: string): string | null {
  if (of.op === 'cased') {
    const wrong = of.to === 'lower' ? /[A-Z]/ : /[a-z]/;
    return wrong.test(word) ? `\`${of.to}\` never gives ${JSON.stringify(word)}` : neverSaid(of.of, word);
  }
  if (of.op === 'word' && (word === '' || word.includes(' ')))
    return 'a word has no space in it, and a character at least';
  if (of.op !== 'field') return null;
  const highest = Math.max(...of.fields.map((field) => highestOf(plainField(field))));
  return [...word].some((c) => c.codePointAt(0)! > highest)
    ? `what is compared here has no characters beyond \\x${highest.toString(16)}`
    : null;
}

/** The highest character that a field can have. */
function highestOf(field: ReturnType<typeof plainField>): number {
  if (field.member === 'bitField') return Infinity;
  if (field.type.kind === 'bytes') return 0xff;
  return field.type.kind === 'text' ? highestIn(field.type.encoding) : Infinity;
}
