import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Report } from '../diagnostics/diagnostic.js';
import type { SourceFile, Span } from '../source/source-file.js';
import type { Name } from './ast.js';

/** What every part of build-ast needs. */
export interface BuildContext {
  readonly source: SourceFile;
  readonly report: Report;
  /** Text of the `///` comments that end where the token at this offset begins; '' if there are none. */
  docBefore(offset: number): string;
  /** Operators of the expression being built; see build-expression.ts. */
  operators: number;
}

const isToken = (element: CstElement): element is IToken => 'image' in element;

/** The sub-rules stored under a key, in the order of the text. */
export function nodes(parent: CstNode, key: string): CstNode[] {
  return (parent.children[key] ?? []).filter((element): element is CstNode => !isToken(element));
}

export function node(parent: CstNode, key: string): CstNode | null {
  return nodes(parent, key)[0] ?? null;
}

/** The tokens stored under a key; those that error recovery made up are left out. */
export function tokens(parent: CstNode, key: string): IToken[] {
  return (parent.children[key] ?? []).filter(
    (element): element is IToken => isToken(element) && element.isInsertedInRecovery !== true,
  );
}

export function token(parent: CstNode, key: string): IToken | null {
  return tokens(parent, key)[0] ?? null;
}

export function has(parent: CstNode, key: string): boolean {
  return token(parent, key) !== null;
}

/** First character of what a rule read; -1 if it read nothing. */
export function startOf(cst: CstNode): number {
  const start = cst.location?.startOffset;
  return start === undefined || Number.isNaN(start) ? -1 : start;
}

export function spanOf(cx: BuildContext, cst: CstNode): Span {
  const start = Math.max(0, startOf(cst));
  const end = cst.location?.endOffset;
  return cx.source.span(start, end === undefined || Number.isNaN(end) ? start : end + 1);
}

export function tokenSpan(cx: BuildContext, of: IToken): Span {
  return cx.source.span(of.startOffset, of.startOffset + of.image.length);
}

export function nameOf(cx: BuildContext, of: IToken): Name {
  return { span: tokenSpan(cx, of), text: of.image };
}

/** The name under a key, or null if error recovery left none. */
export function name(cx: BuildContext, parent: CstNode, key = 'Name'): Name | null {
  const found = token(parent, key);
  return found ? nameOf(cx, found) : null;
}

/** Builds each and leaves out what could not be built. */
export function collect<T>(from: readonly CstNode[], build: (cst: CstNode) => T | null): T[] {
  const built: T[] = [];
  for (const cst of from) {
    const item = build(cst);
    if (item !== null) built.push(item);
  }
  return built;
}

/** Builds each; null if one could not be built, as when half an argument list would mean something else. */
export function all<T>(from: readonly CstNode[], build: (cst: CstNode) => T | null): T[] | null {
  const built = collect(from, build);
  return built.length === from.length ? built : null;
}
