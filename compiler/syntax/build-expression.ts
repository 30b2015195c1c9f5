import type { CstNode, IToken } from 'chevrotain';
import type { Span } from '../source/source-file.js';
import type { Assignment, BinaryOperator, Expr, MatchArm, MatchExpr, Pattern, UnaryExpr } from './ast.js';
import {
  all,
  has,
  name,
  nameOf,
  node,
  nodes,
  spanOf,
  token,
  tokens,
  tokenSpan,
  type BuildContext,
} from './cst.js';
import { floatLiteral, intLiteral, textLiteral } from './literals.js';
import { NOT_PRECEDENCE, PRECEDENCE } from './precedence.js';

/** Operators, calls and members in one expression; keeps the tree flat enough for every later pass. */
export const MAX_OPERATORS = 500;

type Item = { readonly operator: IToken } | { readonly operand: CstNode };

/** Builds an expression; null if something in it is missing or broken (which has been reported). */
export function expression(cx: BuildContext, cst: CstNode | null): Expr | null {
  if (cst === null) return null;
  const outermost = cx.operators === 0;
  const expr = row(cx, cst);
  if (outermost) {
    if (cx.operators > MAX_OPERATORS)
      cx.report.error('PF003', spanOf(cx, cst), `this expression has more than ${MAX_OPERATORS} operators`, {
        hint: 'name its parts with `let`',
      });
    cx.operators = 0;
  }
  return expr;
}

/** Gives null once the expression has too many operators; `expression` reports that. */
function row(cx: BuildContext, cst: CstNode): Expr | null {
  const operands = nodes(cst, 'operand');
  const operators = tokens(cst, 'BinaryOperator');
  if (operands.length !== operators.length + 1) return null;
  // One row of operators and operands; prefix operators are inside the operand nodes.
  const items: Item[] = [];
  operands.forEach((operand, i) => {
    for (const prefix of tokens(operand, 'PrefixOperator')) items.push({ operator: prefix });
    items.push({ operand });
    const operator = operators[i];
    if (operator) items.push({ operator });
  });
  cx.operators += items.length;
  if (cx.operators > MAX_OPERATORS) return null;
  return new Climb(cx, items).parse(0);
}

/** Precedence climbing over one row. */
class Climb {
  private at = 0;

  constructor(
    private readonly cx: BuildContext,
    private readonly items: readonly Item[],
  ) {}

  parse(lowest: number): Expr | null {
    let left = this.prefixed();
    for (;;) {
      const next = this.items[this.at];
      if (left === null || next === undefined || !('operator' in next)) return left;
      const operator = next.operator.image as Exclude<BinaryOperator, '..'>;
      const level = PRECEDENCE[operator];
      if (level < lowest) return left;
      this.at++;
      const right = this.parse(level + 1);
      if (right === null) return null;
      left = { kind: 'binary', operator, left, right, span: join(left.span, right.span) };
    }
  }

  private prefixed(): Expr | null {
    const item = this.items[this.at++];
    if (item === undefined) return null;
    if ('operand' in item) return operand(this.cx, item.operand);
    const operator = item.operator.image as UnaryExpr['operator'];
    const inner = operator === 'not' ? this.parse(NOT_PRECEDENCE) : this.prefixed();
    if (inner === null) return null;
    const span = join(tokenSpan(this.cx, item.operator), inner.span);
    return { kind: 'unary', operator, operand: inner, span };
  }
}

function operand(cx: BuildContext, cst: CstNode): Expr | null {
  const head = node(cst, 'primary');
  let expr = head === null ? null : primary(cx, head);
  const chain = nodes(cst, 'postfix');
  cx.operators += chain.length;
  if (cx.operators > MAX_OPERATORS) return null;
  for (const link of chain) {
    if (expr === null) return null;
    expr = postfix(cx, expr, link);
  }
  return expr;
}

function primary(cx: BuildContext, cst: CstNode): Expr | null {
  const matching = node(cst, 'matchExpression');
  if (matching) return matchExpression(cx, matching);
  const inner = node(cst, 'expression');
  if (has(cst, 'LeftParen')) {
    const expr = inner === null ? null : row(cx, inner);
    // The parentheses belong to the place of the expression, not to its value.
    return expr === null ? null : { ...expr, span: spanOf(cx, cst) };
  }
  return simple(cx, cst);
}

/** A number, text, `true`, `false`, `null` or a name. */
function simple(cx: BuildContext, cst: CstNode): Expr | null {
  const word = token(cst, 'ValueName');
  if (word) return { kind: 'name', name: word.image, span: tokenSpan(cx, word) };
  const int = token(cst, 'Int');
  if (int) return intLiteral(cx, int);
  const float = token(cst, 'Float');
  if (float) return floatLiteral(cx, float);
  const text = token(cst, 'TextLiteral');
  if (text) return textLiteral(cx, text);
  const truth = token(cst, 'True') ?? token(cst, 'False');
  if (truth) return { kind: 'bool', value: truth.image === 'true', span: tokenSpan(cx, truth) };
  const nothing = token(cst, 'Null');
  return nothing ? { kind: 'null', span: tokenSpan(cx, nothing) } : null;
}

function postfix(cx: BuildContext, object: Expr, cst: CstNode): Expr | null {
  const span = join(object.span, spanOf(cx, cst));
  if (has(cst, 'Dot')) {
    const member = name(cx, cst);
    return member === null ? null : { kind: 'member', object, name: member, span };
  }
  if (has(cst, 'LeftBracket')) {
    const inner = node(cst, 'expression');
    const index = inner === null ? null : row(cx, inner);
    return index === null ? null : { kind: 'index', object, index, span };
  }
  const given = args(cx, node(cst, 'args'));
  return given === null ? null : { kind: 'call', callee: object, args: given, span };
}

/** `(a, b..c)`; no list at all gives an empty one, a broken list null. */
export function args(cx: BuildContext, cst: CstNode | null): Expr[] | null {
  if (cst === null) return [];
  if (cst.recoveredNode === true) return null;
  return all(nodes(cst, 'argument'), (one) => argument(cx, one));
}

/** A value, or a range of two. */
export function argument(cx: BuildContext, cst: CstNode): Expr | null {
  const parts = all(nodes(cst, 'expression'), (part) => nested(cx, part));
  const low = parts?.[0];
  if (!parts || !low) return null;
  if (!has(cst, 'DotDot')) return low;
  const high = parts[1];
  if (!high) return null;
  return { kind: 'binary', operator: '..', left: low, right: high, span: join(low.span, high.span) };
}

/** Inside an expression the operators go on being counted; outside, the count begins anew. */
function nested(cx: BuildContext, cst: CstNode): Expr | null {
  return cx.operators > 0 ? row(cx, cst) : expression(cx, cst);
}

function matchExpression(cx: BuildContext, cst: CstNode): MatchExpr | null {
  const on = all(nodes(cst, 'expression'), (part) => row(cx, part));
  const arms = all(nodes(cst, 'matchArm'), (arm): MatchArm | null => {
    const alternatives = patterns(cx, node(arm, 'patterns'));
    const inner = node(arm, 'expression');
    const value = inner === null ? null : row(cx, inner);
    return alternatives && value ? { patterns: alternatives, value, span: spanOf(cx, arm) } : null;
  });
  if (!on || !arms || on.length === 0 || arms.length === 0) return null;
  return { kind: 'match', on, arms, span: spanOf(cx, cst) };
}

/** `a | b..c | _`; null if one of them is broken. */
export function patterns(cx: BuildContext, cst: CstNode | null): Pattern[] | null {
  if (cst === null) return null;
  const built = all(nodes(cst, 'pattern'), (one) => pattern(cx, one));
  return built && built.length > 0 ? built : null;
}

function pattern(cx: BuildContext, cst: CstNode): Pattern | null {
  const span = spanOf(cx, cst);
  if (has(cst, 'LeftParen')) {
    const items = all(nodes(cst, 'patterns'), (item) => patterns(cx, item));
    return items && items.length > 0 ? { kind: 'tuple', items, span } : null;
  }
  const ends = all(nodes(cst, 'literal'), (end) => literal(cx, end));
  const low = ends?.[0];
  if (!low) return null;
  const high = ends[1] ?? null;
  if (has(cst, 'DotDot')) return high && { kind: 'range', low, high, span };
  if (low.kind === 'name' && low.name === '_') return { kind: 'wildcard', span };
  return { kind: 'range', low, high: null, span };
}

/** A literal of a pattern or a status map; `_` is a name here. */
export function literal(cx: BuildContext, cst: CstNode): Expr | null {
  const value = simple(cx, cst);
  if (value === null) return null;
  const minus = token(cst, 'Minus');
  if (minus) return { kind: 'unary', operator: '-', operand: value, span: spanOf(cx, cst) };
  return tokens(cst, 'Name').reduce<Expr>((object, part) => {
    const member = nameOf(cx, part);
    return { kind: 'member', object, name: member, span: join(object.span, member.span) };
  }, value);
}

/** What a synth builds: a struct, a list or an expression. */
export function value(cx: BuildContext, cst: CstNode | null): Expr | null {
  if (cst === null) return null;
  const struct = node(cst, 'structLiteral');
  if (struct) {
    const of = name(cx, struct, 'ValueName');
    const fields = all(nodes(struct, 'fieldValue'), (field): Assignment | null => {
      const quoted = token(field, 'TextLiteral');
      const key = quoted ? textLiteral(cx, quoted) : null;
      const label = key ? { span: key.span, text: key.value, quoted: key.text } : name(cx, field);
      const given = value(cx, node(field, 'value'));
      return label && given ? { name: label, value: given, span: spanOf(cx, field) } : null;
    });
    return of && fields ? { kind: 'struct', name: of, fields, span: spanOf(cx, struct) } : null;
  }
  const list = node(cst, 'listLiteral');
  if (list) {
    const items = all(nodes(list, 'value'), (item) => value(cx, item));
    return items && { kind: 'listLiteral', items, span: spanOf(cx, list) };
  }
  return expression(cx, node(cst, 'expression'));
}

function join(from: Span, to: Span): Span {
  return { file: from.file, start: from.start, end: to.end };
}
