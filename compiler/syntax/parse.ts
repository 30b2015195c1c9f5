import type { CstNode, IRecognitionException, IToken } from 'chevrotain';
import type { Label, Report } from '../diagnostics/diagnostic.js';
import { suggest } from '../diagnostics/suggest.js';
import type { SourceFile, Span } from '../source/source-file.js';
import type { SchemaFile } from './ast.js';
import { buildAst } from './build-ast.js';
import { EOF, tokenMatcher } from './chevrotain.js';
import { isClosed, lex, type Comment } from './lexer.js';
import { SchemaParser } from './parser.js';
import { splitMessage } from './syntax-messages.js';
import * as t from './tokens.js';

/** Brackets inside brackets, and `list of list of …`. */
export const MAX_NESTING = 64;

let parser: SchemaParser | null = null;

/**
 * Reads one schema. Every mistake is reported once (PF001 unexpected token, PF002 bad character, PF003 nesting,
 * PF004 malformed literal) and reading goes on behind it.
 *
 * @returns what could be read, every node of it whole; null if that is nothing
 */
export function parse(source: SourceFile, report: Report): SchemaFile | null {
  const before = report.diagnostics.length;
  const { tokens, comments } = lex(source, report);
  if (nestsTooDeep(source, tokens, report)) return null;

  parser ??= new SchemaParser();
  const cst: CstNode | undefined = parser.read(source.text, tokens);
  reportErrors(source, tokens, parser, report);
  if (cst === undefined) return null;

  const docs = collectDocs(source, comments);
  const docBefore = (offset: number): string => docs.get(offset) ?? '';
  const file = buildAst({ source, report, docBefore, operators: 0 }, cst);
  return file.items.length === 0 && report.diagnostics.length > before ? null : file;
}

/** Checked before parsing, because the parser goes one call deeper with each bracket. */
function nestsTooDeep(source: SourceFile, tokens: readonly IToken[], report: Report): boolean {
  let depth = 0;
  let lists = 0;
  for (const token of tokens) {
    switch (token.tokenType) {
      case t.LeftParen:
      case t.LeftBrace:
      case t.LeftBracket:
        depth++;
        break;
      case t.RightParen:
      case t.RightBrace:
      case t.RightBracket:
        depth = Math.max(0, depth - 1);
        break;
      case t.Of:
        lists++;
        break;
      default:
    }
    if (token.tokenType === t.Semicolon || token.tokenType === t.LeftBrace) lists = 0;
    if (depth > MAX_NESTING || lists > MAX_NESTING) {
      report.error(
        'PF003',
        source.span(token.startOffset, token.startOffset + token.image.length),
        `nested more than ${MAX_NESTING} deep`,
        { hint: 'give the inner part a name: a `struct`, or a `let`' },
      );
      return true;
    }
  }
  return false;
}

/** One error a mistake: what follows from an error within the same statement is left out. */
function reportErrors(
  source: SourceFile,
  tokens: readonly IToken[],
  { errors, insertions }: Pick<SchemaParser, 'errors' | 'insertions'>,
  report: Report,
): void {
  let lastError = -1;
  for (const error of errors) {
    const at = error.token.tokenType === EOF ? source.text.length : error.token.startOffset;
    if (lastError >= 0 && !endsStatementBetween(tokens, lastError, at)) continue;
    const previous = tokens.findLast((one) => one.startOffset < at);
    // A text that swallowed the rest of its line has been reported.
    if (previous?.tokenType === t.TextLiteral && !isClosed(previous)) continue;
    const misspelt = misspeltKeyword(tokens, error);
    if (misspelt !== null) {
      const { startOffset, image } = misspelt.word;
      const span = source.span(startOffset, startOffset + image.length);
      report.error('PF001', span, `\`${image}\` begins nothing here`, {
        hint: `did you mean \`${misspelt.keyword}\`?`,
      });
      lastError = at;
      continue;
    }
    const { message, hint } = splitMessage(error.message);
    const span = placeOf(source, tokens, error);
    const labels = unclosed(source, tokens, error);
    report.error('PF001', span, message, hint === null ? { labels } : { labels, hint });
    // Where only a token was missing, reading went on at once: a further error is one of its own.
    lastError = insertions.has(error.token.startOffset) ? -1 : at;
  }
}

/** True if a `;` or brace stands from one offset up to (not including) another. */
function endsStatementBetween(tokens: readonly IToken[], from: number, to: number): boolean {
  return tokens.some(
    ({ startOffset, tokenType }) =>
      startOffset >= from &&
      startOffset < to &&
      (tokenType === t.Semicolon || tokenType === t.LeftBrace || tokenType === t.RightBrace),
  );
}

/**
 * If the statement with the error begins with a word much like a keyword: that is the mistake. (`fram F {` reads
 * as a setting at first.)
 */
function misspeltKeyword(
  tokens: readonly IToken[],
  { token, context }: IRecognitionException,
): { word: IToken; keyword: string } | null {
  const words = STARTERS[context.ruleStack.at(-1) ?? ''];
  const at = tokens.findLastIndex((one) => one.startOffset <= token.startOffset);
  if (words === undefined || at < 0) return null;
  // The statement is at most three tokens old.
  for (let first = at; first >= Math.max(0, at - 2); first--) {
    const before = tokens[first - 1]?.tokenType;
    const begins =
      before === undefined || before === t.Semicolon || before === t.LeftBrace || before === t.RightBrace;
    if (!begins) continue;
    const word = tokens[first]!;
    const keyword = word.tokenType === t.Identifier ? suggest(word.image, words) : null;
    return keyword === null ? null : { word, keyword };
  }
  return null;
}

/** The keywords that may begin what a rule read as something else. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  file: ['protocol', 'use', 'const', 'enum', 'open', 'flags', 'struct', 'recursive', 'extern'],
  setting: [
    'const',
    'enum',
    'open',
    'flags',
    'struct',
    'recursive',
    'extern',
    'frame',
    'limits',
    'match',
    'semantics',
    'status',
    'synth',
    'connection',
  ],
  field: ['bits', 'record', 'if', 'variant', 'within', 'let', 'assert', 'pad', 'endian'],
};

/** A missing `;` is shown where it belongs, other surprises where they stand. */
function placeOf(source: SourceFile, tokens: readonly IToken[], error: IRecognitionException): Span {
  const { token } = error;
  if (token.tokenType === EOF) {
    const last = tokens.at(-1);
    const at = last === undefined ? 0 : last.startOffset + last.image.length;
    return source.span(at, at);
  }
  const missing = /^expected `[;,]`/.test(error.message) && !tokenMatcher(token, t.Comma);
  const previous = missing ? tokens.findLast((one) => one.startOffset < token.startOffset) : undefined;
  if (previous !== undefined) {
    const at = previous.startOffset + previous.image.length;
    return source.span(at, at);
  }
  return source.span(token.startOffset, token.startOffset + token.image.length);
}

/** Where a block goes on too far, to the end of the file or a declaration: the bracket that is not closed. */
function unclosed(source: SourceFile, tokens: readonly IToken[], error: IRecognitionException): Label[] {
  const atEnd = error.token.tokenType === EOF;
  if (!atEnd && !error.message.includes('close the block before it')) return [];
  const open: IToken[] = [];
  for (const token of tokens) {
    if (!atEnd && token.startOffset >= error.token.startOffset) break;
    if (/^[({[]$/.test(token.image)) open.push(token);
    else if (/^[)}\]]$/.test(token.image)) open.pop();
  }
  const innermost = open.at(-1);
  if (innermost === undefined) return [];
  const span = source.span(innermost.startOffset, innermost.startOffset + 1);
  return [{ span, text: `this \`${innermost.image}\` is ${atEnd ? 'not closed' : 'still open'}` }];
}

/** `///` lines joined, by the offset of the token they stand before. */
function collectDocs(source: SourceFile, comments: readonly Comment[]): Map<number, string> {
  const docs = new Map<number, string>();
  const gap = /(?:[ \t\r\n\uFEFF]|\/\/(?!\/)[^\r\n]*)*/y;
  let lines: string[] = [];
  for (let i = 0; i < comments.length; i++) {
    const comment = comments[i]!;
    if (!/^\/\/\/(?!\/)/.test(comment.text)) continue;
    lines.push(comment.text.slice(3).replace(/^ /, ''));
    gap.lastIndex = comment.end;
    gap.exec(source.text);
    const next = gap.lastIndex;
    if (source.text.startsWith('///', next)) continue;
    docs.set(next, lines.join('\n'));
    lines = [];
  }
  return docs;
}
