import type { CstNode, IRecognitionException, IToken, TokenType } from 'chevrotain';
import { CstParser, EOF, MismatchedTokenException, tokenMatcher } from './chevrotain.js';
import { syntaxMessages } from './syntax-messages.js';
import * as t from './tokens.js';

interface FollowKey {
  readonly ruleName: string;
}

/** Parts of Chevrotain's recovery that its types keep to themselves; the version is pinned by the lock file. */
declare module 'chevrotain' {
  interface CstParser {
    /** The rules being read, outermost first, each with what it has read so far. */
    readonly CST_STACK: readonly CstNode[];
    buildFullFollowKeyStack(): FollowKey[];
    getFollowSetFromFollowKey(key: FollowKey): TokenType[];
    getCurrRuleFullName(): string;
    SAVE_ERROR(error: IRecognitionException): unknown;
  }
}

/** After so many errors in one file the rest of it is skipped. */
const MAX_ERRORS = 100;

/**
 * Chevrotain's error recovery, taught about braces. Its own looks for the next token that could follow any rule
 * being read; in a language where every word can be a name that is nearly every token, so one mistake in a
 * field would close the frame and make ten more. Here reading goes on only
 * - outside of the braces that opened within the broken part, inside of those that enclose it, and
 * - with a word only where a statement begins: behind `;`, `{`, `}`, or first on its line.
 */
export abstract class RecoveringParser extends CstParser {
  /** Offsets of the tokens before which recovery put in a missing one. */
  readonly insertions = new Set<number>();
  private text = '';
  private tokens: readonly IToken[] = [];
  /** How many braces enclose the token at an offset; made at the first error. */
  private depths: Map<number, number> | null = null;
  /** Braces that are never closed, less those that recovery has closed. */
  private unclosed = 0;
  private errorCount = 0;
  private target = { ahead: 1, level: 0 };

  protected start(text: string, tokens: IToken[]): void {
    this.text = text;
    this.tokens = tokens;
    this.depths = null;
    this.unclosed = 0;
    this.errorCount = 0;
    this.insertions.clear();
    this.input = tokens;
  }

  /** Finds where the innermost possible rule can go on; the two methods below act on it. */
  protected findReSyncTokenType(): TokenType {
    this.errorCount++;
    if (this.missesBrace()) this.closeBraces(this.depthAt(this.LA(1).startOffset) - 1);
    const follows = this.buildFullFollowKeyStack().map((key) => this.getFollowSetFromFollowKey(key));
    const depths = this.ruleDepths(follows.length);
    const nothingRead = Number.isNaN(this.CST_STACK.at(-1)?.location?.startOffset ?? NaN);
    for (let ahead = 1; ; ahead++) {
      const token = this.LA(ahead);
      if (token.tokenType === EOF) {
        this.target = { ahead, level: 0 };
        return EOF;
      }
      if (this.errorCount > MAX_ERRORS) continue;
      // The word that could not be read here would not be read at the second try either.
      if (tokenMatcher(token, t.Name) && (!this.beginsStatement(ahead) || (ahead === 1 && nothingRead)))
        continue;
      for (let level = follows.length - 1; level >= 0; level--) {
        if (this.depthInside(token) !== depths[level]) continue;
        const found = follows[level]!.find((type) => tokenMatcher(token, type));
        if (found === undefined) continue;
        this.target = { ahead, level };
        return found;
      }
    }
  }

  protected isInCurrentRuleReSyncSet(): boolean {
    return this.target.level === this.CST_STACK.length - 1;
  }

  protected reSyncTo(): IToken[] {
    const skipped: IToken[] = [];
    for (let i = 1; i < this.target.ahead; i++) skipped.push(this.SKIP_TOKEN());
    return skipped;
  }

  /** In a block (or the file), behind its last readable item: skips to the next item or the end. */
  protected tryInRepetitionRecovery(
    repeat: (...args: unknown[]) => unknown,
    args: unknown[],
    itemFollows: () => boolean,
    expected: TokenType,
  ): void {
    // In lists within a statement the statement is the better place to recover.
    if (expected !== t.RightBrace && expected !== EOF) return;
    const ruleName = this.getCurrRuleFullName();
    const actual = this.LA(1);
    const previous = this.LA(0);
    const message = syntaxMessages.buildMismatchTokenMessage({ expected, actual, previous, ruleName });
    this.SAVE_ERROR(new MismatchedTokenException(message, actual, previous));
    this.errorCount++;
    const inside = expected === EOF ? 0 : (this.ruleDepths(this.CST_STACK.length).at(-1) ?? 0) + 1;
    for (let token = actual; token.tokenType !== EOF; token = this.LA(1)) {
      if (this.errorCount <= MAX_ERRORS && this.depthInside(token) === inside) {
        if (token.tokenType === t.RightBrace && expected === t.RightBrace) return;
        if (this.beginsStatement(1) && itemFollows.call(this)) {
          repeat.apply(this, args);
          return;
        }
      }
      this.SKIP_TOKEN();
    }
  }

  /** Which missing tokens may be thought to be there. */
  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    const next = this.LA(1);
    const after = this.LA(2).tokenType;
    switch (type) {
      case t.Semicolon:
        // Not before mere garbage: `a : u8 garbage;` would become a statement with an error of its own.
        return (
          next.tokenType === t.RightBrace ||
          next.tokenType === EOF ||
          after === t.Colon ||
          after === t.Assign ||
          (tokenMatcher(next, t.Keyword) && !wordsInFields.has(next.tokenType)) ||
          this.breaksBefore(1)
        );
      case t.RightBrace:
        return this.missesBrace();
      case t.LeftBrace:
      case t.LeftParen:
      case t.LeftBracket:
        return false;
      default:
        return true;
    }
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const { tokenType } = this.LA(1);
    return tokenType !== t.LeftBrace && tokenType !== t.RightBrace;
  }

  protected override getTokenToInsert(type: TokenType): IToken {
    this.insertions.add(this.LA(1).startOffset);
    if (type === t.RightBrace) this.closeBraces(1);
    return super.getTokenToInsert(type);
  }

  /** How many braces enclose each rule being read; a rule that has read nothing yet begins here. */
  private ruleDepths(count: number): number[] {
    const depths: number[] = [];
    let depth = this.depthInside(this.LA(1));
    for (let level = count - 1; level >= 0; level--) {
      const start = this.CST_STACK[level]?.location?.startOffset;
      if (start !== undefined && !Number.isNaN(start)) depth = this.depthAt(start);
      depths[level] = depth;
    }
    return depths;
  }

  /** The braces around a token; a closing brace counts as inside of what it closes. */
  private depthInside(token: IToken): number {
    const depth = this.depthAt(token.startOffset);
    return token.tokenType === t.RightBrace ? depth + 1 : depth;
  }

  private depthAt(offset: number): number {
    return this.measure().get(offset) ?? 0;
  }

  private measure(): Map<number, number> {
    if (this.depths !== null) return this.depths;
    this.depths = new Map();
    let depth = 0;
    for (const { startOffset, tokenType } of this.tokens) {
      if (tokenType === t.RightBrace) depth = Math.max(0, depth - 1);
      this.depths.set(startOffset, depth);
      if (tokenType === t.LeftBrace) depth++;
    }
    this.unclosed = depth;
    return this.depths;
  }

  /** True if a declaration begins a line inside of a block, in a file that does not close all its braces. */
  private missesBrace(): boolean {
    const next = this.LA(1);
    return (
      declarations.has(next.tokenType) &&
      this.depthAt(next.startOffset) > 1 &&
      this.unclosed > 0 &&
      this.breaksBefore(1)
    );
  }

  /** Takes some braces for closed before the next token. */
  private closeBraces(count: number): void {
    const closed = Math.min(count, this.unclosed);
    const from = this.LA(1).startOffset;
    this.unclosed -= closed;
    for (const [offset, depth] of this.measure())
      if (offset >= from) this.depths!.set(offset, Math.max(0, depth - closed));
  }

  private beginsStatement(ahead: number): boolean {
    const before = this.LA(ahead - 1).tokenType;
    return (
      before === t.Semicolon || before === t.LeftBrace || before === t.RightBrace || this.breaksBefore(ahead)
    );
  }

  /** True if the token so far ahead is the first of its line. */
  private breaksBefore(ahead: number): boolean {
    const from = this.LA(ahead - 1).endOffset ?? 0;
    return this.text.slice(from, this.LA(ahead).startOffset).includes('\n');
  }
}

/** Words of types and attributes: before them a `;` is not what is missing. */
const wordsInFields: ReadonlySet<TokenType> = new Set([
  t.Size,
  t.Count,
  t.Rest,
  t.Until,
  t.Max,
  t.Default,
  t.In,
  t.Nullable,
  t.Checksum,
  t.Over,
  t.Of,
  t.As,
  t.From,
  t.Else,
  t.And,
  t.Or,
  t.Not,
]);

/** What stands in a protocol but not in a block. */
const declarations: ReadonlySet<TokenType> = new Set([
  t.Frame,
  t.Struct,
  t.Recursive,
  t.Enum,
  t.Open,
  t.Flags,
  t.Const,
  t.Extern,
  t.LimitsWord,
  t.SemanticsWord,
  t.SynthWord,
  t.ConnectionWord,
  t.Protocol,
]);
