import type { CstNode } from 'chevrotain';
import type {
  Annotation,
  Arm,
  Attr,
  BitField,
  Bits,
  Element,
  Extent,
  Field,
  If,
  Member,
  Name,
  Pad,
  Param,
  RecordEntry,
  RecordMember,
  TypeExpr,
  Variant,
  Within,
} from './ast.js';
import { args, expression, patterns } from './build-expression.js';
import {
  all,
  collect,
  has,
  name,
  nameOf,
  node,
  nodes,
  spanOf,
  startOf,
  token,
  tokens,
  type BuildContext,
} from './cst.js';
import { intLiteral, textLiteral } from './literals.js';

/** Branches of one `else if` chain; they nest in the tree. */
export const MAX_BRANCHES = 32;

/** The members of a block, without those that are broken. */
export function block(cx: BuildContext, cst: CstNode | null): Member[] {
  return cst === null ? [] : collect(nodes(cst, 'member'), (one) => member(cx, one));
}

function member(cx: BuildContext, cst: CstNode): Member | null {
  const [key] = Object.keys(cst.children);
  const inner = key === undefined ? null : node(cst, key);
  if (inner === null) return null;
  switch (key) {
    case 'field':
      return field(cx, inner);
    case 'bits':
      return bits(cx, inner);
    case 'record':
      return record(cx, inner);
    case 'conditional':
      return conditional(cx, inner);
    case 'variant':
      return variant(cx, inner);
    case 'within':
      return within(cx, inner);
    case 'binding': {
      const of = name(cx, inner);
      const value = expression(cx, node(inner, 'expression'));
      return of && value && { kind: 'let', name: of, value, span: spanOf(cx, inner) };
    }
    case 'assertion': {
      const condition = expression(cx, node(inner, 'expression'));
      const text = token(inner, 'TextLiteral');
      const message = text && textLiteral(cx, text);
      if (condition === null || (text !== null && message === null)) return null;
      return { kind: 'assert', condition, message, span: spanOf(cx, inner) };
    }
    case 'byteOrder': {
      const order = name(cx, inner, 'Identifier');
      const condition = expression(cx, node(inner, 'expression'));
      return order && condition && { kind: 'endian', order, condition, span: spanOf(cx, inner) };
    }
    default:
      return pad(cx, inner);
  }
}

function field(cx: BuildContext, cst: CstNode): Field | null {
  const of = name(cx, cst);
  const type = typeExpr(cx, node(cst, 'type'));
  const extentNode = node(cst, 'extent');
  const given = extentNode && extent(cx, extentNode);
  const value = expression(cx, node(cst, 'expression'));
  if (!of || !type || (extentNode && !given) || (has(cst, 'Assign') && !value)) return null;
  return {
    kind: 'field',
    doc: cx.docBefore(startOf(cst)),
    annotations: collect(nodes(cst, 'annotation'), (one) => annotation(cx, one)),
    name: of,
    type,
    extent: given,
    attrs: collect(nodes(cst, 'attribute'), (one) => attribute(cx, one)),
    value,
    span: spanOf(cx, cst),
  };
}

function annotation(cx: BuildContext, cst: CstNode): Annotation | null {
  const of = name(cx, cst);
  const given = args(cx, node(cst, 'args'));
  return of && given && { name: of, args: given, span: spanOf(cx, cst) };
}

/** A type; null if it is missing or broken. */
export function typeExpr(cx: BuildContext, cst: CstNode | null): TypeExpr | null {
  if (cst === null) return null;
  const span = spanOf(cx, cst);
  if (has(cst, 'Bytes')) return { kind: 'bytes', span };
  if (has(cst, 'Text')) return { kind: 'text', encoding: name(cx, cst, 'encoding'), span };
  const inner = node(cst, 'element');
  if (has(cst, 'List') || has(cst, 'Map')) {
    const of = inner && element(cx, inner);
    return of && { kind: has(cst, 'List') ? 'list' : 'map', element: of, span };
  }
  const path: Name[] = tokens(cst, 'path').map((part) => nameOf(cx, part));
  const inParens = node(cst, 'typeArgs');
  const given = args(cx, inParens);
  const extentNode = inParens && node(inParens, 'extent');
  const end = extentNode && extent(cx, extentNode);
  if (path.length === 0 || path.length !== tokens(cst, 'Dot').length + 1 || !given) return null;
  if (extentNode && !end) return null;
  return { kind: 'named', path, args: given, extent: end, span };
}

function element(cx: BuildContext, cst: CstNode): Element | null {
  const type = typeExpr(cx, node(cst, 'type'));
  const extentNode = node(cst, 'extent');
  const given = extentNode && extent(cx, extentNode);
  if (!type || (extentNode && !given)) return null;
  const attrs = collect(nodes(cst, 'attribute'), (one) => attribute(cx, one));
  return { type, extent: given, attrs, span: spanOf(cx, cst) };
}

function extent(cx: BuildContext, cst: CstNode): Extent | null {
  const span = spanOf(cx, cst);
  if (has(cst, 'Rest')) return { kind: 'rest', value: null, span };
  const value = expression(cx, node(cst, 'expression'));
  if (value === null) return null;
  return { kind: has(cst, 'Size') ? 'size' : has(cst, 'Count') ? 'count' : 'until', value, span };
}

function attribute(cx: BuildContext, cst: CstNode): Attr | null {
  const span = spanOf(cx, cst);
  if (has(cst, 'Nullable')) return { kind: 'nullable', span };
  const [value, second] = nodes(cst, 'expression').map((one) => expression(cx, one));
  if (!value) return null;
  if (has(cst, 'In')) return second ? { kind: 'in', low: value, high: second, span } : null;
  if (has(cst, 'Checksum')) {
    const from = name(cx, cst, 'from');
    const to = name(cx, cst, 'to');
    return from && to && { kind: 'checksum', algorithm: value, from, to, span };
  }
  return { kind: has(cst, 'Max') ? 'max' : 'default', value, span };
}

function bits(cx: BuildContext, cst: CstNode): Bits | null {
  const type = typeExpr(cx, node(cst, 'type'));
  if (type === null) return null;
  const fields = collect(nodes(cst, 'bitField'), (one): BitField | null => {
    const of = name(cx, one);
    const digits = token(one, 'Int');
    const width = digits && intLiteral(cx, digits);
    const as = typeExpr(cx, node(one, 'type'));
    const value = expression(cx, node(one, 'expression'));
    if (!of || !width || (has(one, 'As') && !as) || (has(one, 'Assign') && !value)) return null;
    const attrs = collect(nodes(one, 'attribute'), (attr) => attribute(cx, attr));
    return { doc: cx.docBefore(startOf(one)), name: of, width, as, attrs, value, span: spanOf(cx, one) };
  });
  return { kind: 'bits', type, name: name(cx, cst), fields, span: spanOf(cx, cst) };
}

function record(cx: BuildContext, cst: CstNode): RecordMember | null {
  const format = typeExpr(cx, node(cst, 'type'));
  if (format === null) return null;
  const own = entries(cx, node(cst, 'entries'));
  return { kind: 'record', format, name: name(cx, cst), entries: own, span: spanOf(cx, cst) };
}

function entries(cx: BuildContext, cst: CstNode | null): RecordEntry[] {
  if (cst === null) return [];
  return collect(nodes(cst, 'entry'), (one): RecordEntry | null => {
    const digits = token(one, 'Int');
    const tag = digits && intLiteral(cx, digits);
    const of = name(cx, one);
    const holds = token(one, 'holds');
    const inner = node(one, 'entries');
    if (!tag || !of || (holds === null && inner === null)) return null;
    return {
      doc: cx.docBefore(startOf(one)),
      tag,
      name: of,
      type: holds && nameOf(cx, holds),
      attrs: collect(nodes(one, 'attribute'), (attr) => attribute(cx, attr)),
      entries: entries(cx, inner),
      span: spanOf(cx, one),
    };
  });
}

/** `if … else if … else …`: each further branch is nested in the `otherwise` of the one before. */
function conditional(cx: BuildContext, cst: CstNode): If | null {
  const branches = nodes(cst, 'branch');
  if (branches.length > MAX_BRANCHES) {
    cx.report.error('PF003', spanOf(cx, cst), `more than ${MAX_BRANCHES} branches in one \`if\``, {
      hint: 'a `variant` chooses between many cases',
    });
    return null;
  }
  const last = node(cst, 'block');
  const whole = spanOf(cx, cst);
  let built: If | null = null;
  for (const branch of branches.reverse()) {
    const condition = expression(cx, node(branch, 'expression'));
    if (condition === null) return null;
    const otherwise: readonly Member[] | null = built !== null ? [built] : last && block(cx, last);
    const then = block(cx, node(branch, 'block'));
    const span = cx.source.span(startOf(branch), whole.end);
    built = { kind: 'if', condition, then, otherwise, span };
  }
  return built;
}

function variant(cx: BuildContext, cst: CstNode): Variant | null {
  const on = all(nodes(cst, 'expression'), (one) => expression(cx, one));
  if (!on || on.length === 0) return null;
  const arms = collect(nodes(cst, 'arm'), (one): Arm | null => {
    const alternatives = patterns(cx, node(one, 'patterns'));
    if (!alternatives) return null;
    return {
      doc: cx.docBefore(startOf(one)),
      patterns: alternatives,
      name: name(cx, one),
      members: block(cx, node(one, 'block')),
      span: spanOf(cx, one),
    };
  });
  return { kind: 'variant', name: name(cx, cst), on, arms, span: spanOf(cx, cst) };
}

function within(cx: BuildContext, cst: CstNode): Within | null {
  const size = expression(cx, node(cst, 'size'));
  const codecNode = node(cst, 'codec');
  const codec = codecNode && expression(cx, codecNode);
  if (!size || (codecNode && !codec)) return null;
  return {
    kind: 'within',
    size,
    attrs: collect(nodes(cst, 'attribute'), (one) => attribute(cx, one)),
    name: name(cx, cst),
    codec,
    members: block(cx, node(cst, 'block')),
    span: spanOf(cx, cst),
  };
}

function pad(cx: BuildContext, cst: CstNode): Pad | null {
  const mode = token(cst, 'mode');
  const value = expression(cx, node(cst, 'expression'));
  if (!mode || !value) return null;
  return { kind: 'pad', mode: mode.image === 'align' ? 'align' : 'size', value, span: spanOf(cx, cst) };
}

/** `(a: u8, b: text)`; no list at all gives an empty one, a broken list null. */
export function params(cx: BuildContext, cst: CstNode | null): Param[] | null {
  if (cst === null) return [];
  if (cst.recoveredNode === true) return null;
  return all(nodes(cst, 'param'), (one): Param | null => {
    const of = name(cx, one);
    const type = typeExpr(cx, node(one, 'type'));
    return of && type && { name: of, type, span: spanOf(cx, one) };
  });
}
