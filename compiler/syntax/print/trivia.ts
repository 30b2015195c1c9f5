import type { IToken } from 'chevrotain';
import { Report } from '../../diagnostics/diagnostic.js';
import type { SourceFile, Span } from '../../source/source-file.js';
import { lex, type Comment } from '../lexer.js';
import { LeftBrace, RightBrace } from '../tokens.js';

/**
 * What the syntax tree leaves out and the formatter keeps: comments, blank lines and where blocks open and
 * close. The printer walks the text from front to back; each comment is taken exactly once.
 */
export class Trivia {
  private readonly comments: readonly Comment[];
  private readonly braces: readonly { readonly open: number; readonly close: number }[];
  private next = 0;
  private outOfPlace: Comment[] = [];

  constructor(private readonly source: SourceFile) {
    // The text has been parsed before; its errors are known.
    const { tokens, comments } = lex(source, new Report());
    this.comments = comments;
    this.braces = matchBraces(tokens);
  }

  /** The comments not taken yet that begin before an offset. */
  takeBefore(offset: number): Comment[] {
    const from = this.next;
    while (this.next < this.comments.length && this.comments[this.next]!.start < offset) this.next++;
    return this.comments.slice(from, this.next);
  }

  /**
   * The `//` comment that stands on the same line behind an offset, with nothing but blanks and `,` or `;`
   * between. A `///` comment belongs to what follows, wherever it stands.
   */
  takeTrailing(offset: number): string | null {
    const comment = this.comments[this.next];
    if (comment === undefined || comment.start < offset || isDoc(comment.text)) return null;
    if (!/^[ \t]*[,;]?[ \t]*$/.test(this.source.text.slice(offset, comment.start))) return null;
    this.next++;
    return comment.text;
  }

  /**
   * Takes the comments before an offset that stand at a place where the canonical text has none; they move in
   * front of the statement (see `collectOutOfPlace`).
   */
  hoistBefore(offset: number): void {
    this.outOfPlace.push(...this.takeBefore(offset));
  }

  /** Prints a statement and gives its out-of-place comments, as `//` lest they become documentation. */
  collectOutOfPlace<T>(print: () => T): { printed: T; comments: string[] } {
    const outer = this.outOfPlace;
    this.outOfPlace = [];
    const printed = print();
    const comments = this.outOfPlace.map(({ text }) => (isDoc(text) ? text.slice(1) : text));
    this.outOfPlace = outer;
    return { printed, comments };
  }

  /** The first block that opens at or after an offset. */
  blockFrom(offset: number): { open: number; close: number } {
    let low = 0;
    let high = this.braces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.braces[middle]!.open < offset) low = middle + 1;
      else high = middle;
    }
    return this.braces[low] ?? { open: offset, close: this.source.text.length };
  }

  /** True if the line before the one at this offset is blank. */
  blankBefore(offset: number): boolean {
    let breaks = 0;
    for (let at = offset - 1; at >= 0 && /\s/.test(this.source.text[at]!); at--)
      if (this.source.text[at] === '\n' && ++breaks === 2) return true;
    return false;
  }

  isOneLine({ start, end }: Pick<Span, 'start' | 'end'>): boolean {
    return !this.source.text.slice(start, end).includes('\n');
  }

  characterBefore(offset: number): string {
    return this.source.text[offset - 1] ?? '';
  }
}

const isDoc = (text: string): boolean => /^\/\/\/(?!\/)/.test(text);

/** Pairs in the order in which they open. */
function matchBraces(tokens: readonly IToken[]): { open: number; close: number }[] {
  const pairs: { open: number; close: number }[] = [];
  const open: { open: number; close: number }[] = [];
  for (const token of tokens)
    if (token.tokenType === LeftBrace) {
      const pair = { open: token.startOffset, close: token.startOffset };
      pairs.push(pair);
      open.push(pair);
    } else if (token.tokenType === RightBrace) {
      const pair = open.pop();
      if (pair) pair.close = token.startOffset;
    }
  return pairs;
}
