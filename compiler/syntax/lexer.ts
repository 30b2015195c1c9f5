import type { IToken } from 'chevrotain';
import type { Report } from '../diagnostics/diagnostic.js';
import type { SourceFile } from '../source/source-file.js';
import { Lexer } from './chevrotain.js';
import { lexerTokens, TextLiteral } from './tokens.js';

/** A `//` or `///` comment up to the end of its line. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** As written, with the slashes, without trailing blanks. */
  readonly text: string;
}

export interface Lexed {
  readonly tokens: IToken[];
  /** In the order of the text. */
  readonly comments: readonly Comment[];
}

let lexer: InstanceType<typeof Lexer> | null = null;

/**
 * Cuts a text into tokens and comments. Characters that belong to nothing are reported (PF002) and left out,
 * a text literal without its closing quote is reported and ends with its line.
 */
export function lex(source: SourceFile, report: Report): Lexed {
  // Validation of the token table is a test's job (test/compiler/syntax/grammar.test.ts), not every start's.
  lexer ??= new Lexer(lexerTokens, { positionTracking: 'onlyOffset', skipValidations: true });
  const result = lexer.tokenize(source.text);

  for (const error of result.errors) {
    const span = source.span(error.offset, error.offset + error.length);
    const bad = source.text.slice(span.start, span.end);
    report.error('PF002', span, `${describe(bad)} has no meaning here`, hintFor(bad));
  }
  for (const token of result.tokens) {
    // The lexer leaves it out with 'onlyOffset', the parser needs it for the places of its nodes.
    token.endOffset = token.startOffset + token.image.length - 1;
    if (token.tokenType !== TextLiteral || isClosed(token)) continue;
    const span = source.span(token.startOffset, token.endOffset + 1);
    if (token.image.startsWith("'"))
      report.error('PF002', span, 'texts stand between double quotes', { hint: 'write "…"' });
    else
      report.error('PF002', span, 'this text is not closed before the end of the line', {
        hint: 'add the closing `"`; write a line break inside a text as `\\n`',
      });
  }

  for (const { startOffset, image } of result.groups['foreign'] ?? [])
    report.error(
      'PF002',
      source.span(startOffset, startOffset + image.length),
      'this is not a comment here',
      {
        hint: 'comments begin with `//`',
      },
    );

  const comments = (result.groups['comments'] ?? []).map((token) => ({
    start: token.startOffset,
    end: token.startOffset + token.image.length,
    text: token.image.trimEnd(),
  }));
  return { tokens: result.tokens, comments };
}

/** True if a text literal has both its (double) quotes. */
export function isClosed(text: IToken): boolean {
  return /^"[^"\\]*(?:\\.[^"\\]*)*"$/.test(text.image);
}

function describe(bad: string): string {
  const shown = [...bad].slice(0, 12).join('');
  const plain = /^[\x21-\x7e]+$/.test(shown) || /^\p{L}/u.test(shown);
  if (plain) return `\`${shown}\``;
  const code = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `the character U+${code}`;
}

function hintFor(bad: string): { hint: string } | Record<string, never> {
  if (bad.startsWith('!')) return { hint: 'write `not`' };
  if (bad.startsWith('?')) return { hint: 'write `nullable` after a type, or `a ?? b` in an expression' };
  if (/^[“”„]/.test(bad)) return { hint: 'texts stand between straight double quotes: "…"' };
  return {};
}
