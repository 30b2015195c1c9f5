import { MAX_PRECEDENCE, NOT_PRECEDENCE, PRECEDENCE } from '../precedence.js';
import type { BinaryExpr, Expr, Node, Pattern } from '../ast.js';
import { fill, flat, group, hard, indent, join, line, type Doc } from './doc.js';
import type { Trivia } from './trivia.js';

/** A value with the parentheses that its place needs: those that keep its level at or above `lowest`. */
export function expression(trivia: Trivia, expr: Expr, lowest = 0): Doc {
  const doc = bare(trivia, expr);
  return levelOf(expr) < lowest ? ['(', doc, ')'] : doc;
}

const UNARY = MAX_PRECEDENCE + 1;
const PRIMARY = UNARY + 1;

function levelOf(expr: Expr): number {
  if (expr.kind === 'binary') return expr.operator === '..' ? 0 : PRECEDENCE[expr.operator];
  if (expr.kind === 'unary') return expr.operator === 'not' ? NOT_PRECEDENCE : UNARY;
  return PRIMARY;
}

function bare(trivia: Trivia, expr: Expr): Doc {
  switch (expr.kind) {
    case 'int':
    case 'float':
    case 'text':
      return expr.text;
    case 'bool':
      return String(expr.value);
    case 'null':
      return 'null';
    case 'name':
      return expr.name;
    case 'member':
      return [expression(trivia, expr.object, PRIMARY), '.', expr.name.text];
    case 'index':
      return [expression(trivia, expr.object, PRIMARY), '[', expression(trivia, expr.index), ']'];
    case 'call':
      return [expression(trivia, expr.callee, PRIMARY), args(trivia, expr.args)];
    case 'unary':
      // `not a == b` means `not (a == b)`; the parentheses say so.
      if (expr.operator === 'not')
        return [
          'not ',
          expression(trivia, expr.operand, expr.operand.kind === 'binary' ? PRIMARY : NOT_PRECEDENCE),
        ];
      return [expr.operator, expression(trivia, expr.operand, UNARY)];
    case 'binary':
      return expr.operator === '..'
        ? [expression(trivia, expr.left), '..', expression(trivia, expr.right)]
        : chain(trivia, expr, PRECEDENCE[expr.operator]);
    case 'match': {
      const on = join(
        ', ',
        expr.on.map((one) => expression(trivia, one)),
      );
      const arms = list(trivia, '{', expr.arms, '}', expr.span.end, (arm) => [
        patterns(trivia, arm.patterns),
        ' => ',
        expression(trivia, arm.value),
      ]);
      return ['match (', on, ') ', arms];
    }
    case 'struct': {
      if (expr.fields.length === 0) return [expr.name.text, ' {}'];
      const fields = list(trivia, '{', expr.fields, '}', expr.span.end, (field) => [
        field.name.quoted ?? field.name.text,
        ': ',
        expression(trivia, field.value),
      ]);
      return [expr.name.text, ' ', fields];
    }
    case 'listLiteral':
      if (expr.items.length === 0) return '[]';
      return list(
        trivia,
        '[',
        expr.items.map((item) => ({ span: item.span, item })),
        ']',
        expr.span.end,
        ({ item }) => expression(trivia, item),
      );
  }
}

/** Operators of one level in a row; broken before the operators if it is too long. */
function chain(trivia: Trivia, expr: BinaryExpr, level: number): Doc {
  const links: Doc[] = [];
  let left: Expr = expr;
  const right: { operator: string; operand: Expr }[] = [];
  while (left.kind === 'binary' && left.operator !== '..' && PRECEDENCE[left.operator] === level) {
    right.unshift({ operator: left.operator, operand: left.right });
    left = left.left;
  }
  const first = expression(trivia, left, level + 1);
  for (const { operator, operand } of right)
    links.push(line, operator, ' ', expression(trivia, operand, level + 1));
  return group([first, indent(links)]);
}

/** `(a, b..c)` */
export function args(trivia: Trivia, given: readonly Expr[]): Doc {
  const items = given.map((one) => expression(trivia, one));
  return ['(', join(', ', items), ')'];
}

/** Items between brackets: on one line if they fit and hold no comment, else one a line. */
function list<T extends Node>(
  trivia: Trivia,
  open: string,
  of: readonly T[],
  close: string,
  end: number,
  print: (one: T) => Doc,
): Doc {
  let commented = false;
  const items = of.map((one, i) => {
    const before = trivia.takeBefore(one.span.start).map(({ text }) => [text, hard]);
    const doc = print(one);
    const trailing = trivia.takeTrailing(one.span.end);
    commented ||= before.length > 0 || trailing !== null;
    const comma = i < of.length - 1 ? ',' : '';
    return [before, doc, comma, trailing === null ? '' : `  ${trailing}`];
  });
  const after = trivia.takeBefore(end).map(({ text }) => [line, text]);
  commented ||= after.length > 0;
  return group([open, indent([line, join(line, items), after]), line, close], commented);
}

/** `a | b..c | _` */
export function patterns(trivia: Trivia, of: readonly Pattern[]): Doc {
  const items = of.map((one) => pattern(trivia, one));
  return indent(fill(' |', items));
}

function pattern(trivia: Trivia, of: Pattern): Doc {
  switch (of.kind) {
    case 'wildcard':
      return '_';
    case 'range':
      return of.high === null
        ? expression(trivia, of.low)
        : [expression(trivia, of.low), '..', expression(trivia, of.high)];
    case 'tuple': {
      const items = of.items.map((alternatives) => patterns(trivia, alternatives));
      const doc = ['(', join(', ', items), ')'];
      return flat(doc) ?? doc;
    }
  }
}

/** The alternatives of a status map. */
export function literals(trivia: Trivia, of: readonly Expr[]): Doc {
  return indent(
    fill(
      ' |',
      of.map((one) => expression(trivia, one)),
    ),
  );
}
