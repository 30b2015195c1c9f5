import type { CstNode } from 'chevrotain';
import type {
  ConstDecl,
  EnumDecl,
  EnumMember,
  ExternDecl,
  FrameDecl,
  ProtocolDecl,
  ProtocolItem,
  SchemaFile,
  StructDecl,
  TopItem,
  Use,
} from './ast.js';
import { expression } from './build-expression.js';
import { block, params, typeExpr } from './build-layout.js';
import {
  assignments,
  connection,
  matchDeclaration,
  semantics,
  setting,
  statusMap,
  synth,
} from './build-meaning.js';
import { collect, has, name, node, nodes, spanOf, startOf, token, type BuildContext } from './cst.js';
import { textLiteral } from './literals.js';

/**
 * Makes the syntax tree of what the parser read. After syntax errors the concrete tree has holes: a declaration
 * or member that lacks something it needs is left out, so every node of the result is whole. Reports what only
 * shows here: malformed literals (PF004), too much nesting (PF003).
 */
export function buildAst(cx: BuildContext, cst: CstNode): SchemaFile {
  return {
    kind: 'file',
    source: cx.source,
    items: collect(nodes(cst, 'topItem'), (one) => topItem(cx, one)),
    span: cx.source.span(0, cx.source.text.length),
  };
}

function topItem(cx: BuildContext, cst: CstNode): TopItem | null {
  const [key] = Object.keys(cst.children);
  const inner = key === undefined ? null : node(cst, key);
  if (inner === null) return null;
  if (key === 'use') return use(cx, inner);
  if (key === 'protocol') return protocol(cx, inner);
  return declaration(cx, key ?? '', inner);
}

/** What may stand in a file and in a protocol. */
function declaration(
  cx: BuildContext,
  key: string,
  cst: CstNode,
): ConstDecl | EnumDecl | StructDecl | ExternDecl | null {
  switch (key) {
    case 'constant':
      return constant(cx, cst);
    case 'enumeration':
      return enumeration(cx, cst);
    case 'struct':
      return struct(cx, cst);
    case 'extern':
      return extern(cx, cst);
    default:
      return null;
  }
}

function use(cx: BuildContext, cst: CstNode): Use | null {
  const text = token(cst, 'TextLiteral');
  const path = text && textLiteral(cx, text);
  return path && { kind: 'use', path, alias: name(cx, cst), span: spanOf(cx, cst) };
}

function protocol(cx: BuildContext, cst: CstNode): ProtocolDecl | null {
  const of = name(cx, cst);
  if (of === null) return null;
  return {
    kind: 'protocol',
    doc: cx.docBefore(startOf(cst)),
    name: of,
    base: name(cx, cst, 'base'),
    items: collect(nodes(cst, 'protocolItem'), (one) => protocolItem(cx, one)),
    span: spanOf(cx, cst),
  };
}

function protocolItem(cx: BuildContext, cst: CstNode): ProtocolItem | null {
  const [key] = Object.keys(cst.children);
  const inner = key === undefined ? null : node(cst, key);
  if (key === undefined || inner === null) return null;
  switch (key) {
    case 'setting':
      return setting(cx, inner);
    case 'limits':
      return { kind: 'limits', entries: assignments(cx, inner), span: spanOf(cx, inner) };
    case 'frame':
      return frame(cx, inner);
    case 'matchDeclaration':
      return matchDeclaration(cx, inner);
    case 'semantics':
      return semantics(cx, inner);
    case 'statusMap':
      return statusMap(cx, inner);
    case 'synth':
      return synth(cx, inner);
    case 'connection':
      return connection(cx, inner);
    default:
      return declaration(cx, key, inner);
  }
}

function constant(cx: BuildContext, cst: CstNode): ConstDecl | null {
  const of = name(cx, cst);
  const type = typeExpr(cx, node(cst, 'type'));
  const value = expression(cx, node(cst, 'expression'));
  if (!of || !value || (has(cst, 'Colon') && !type)) return null;
  return { kind: 'const', doc: cx.docBefore(startOf(cst)), name: of, type, value, span: spanOf(cx, cst) };
}

function enumeration(cx: BuildContext, cst: CstNode): EnumDecl | null {
  const of = name(cx, cst);
  const type = typeExpr(cx, node(cst, 'type'));
  if (!of || !type) return null;
  const members = collect(nodes(cst, 'enumMember'), (one): EnumMember | null => {
    const label = name(cx, one);
    const value = expression(cx, node(one, 'expression'));
    return label && value && { doc: cx.docBefore(startOf(one)), name: label, value, span: spanOf(cx, one) };
  });
  return {
    kind: 'enum',
    doc: cx.docBefore(startOf(cst)),
    name: of,
    open: has(cst, 'Open'),
    flags: has(cst, 'Flags'),
    type,
    members,
    span: spanOf(cx, cst),
  };
}

function struct(cx: BuildContext, cst: CstNode): StructDecl | null {
  const of = name(cx, cst);
  const parameters = params(cx, node(cst, 'params'));
  if (!of || !parameters) return null;
  return {
    kind: 'struct',
    doc: cx.docBefore(startOf(cst)),
    name: of,
    recursive: has(cst, 'Recursive'),
    params: parameters,
    members: block(cx, node(cst, 'block')),
    span: spanOf(cx, cst),
  };
}

function frame(cx: BuildContext, cst: CstNode): FrameDecl | null {
  const of = name(cx, cst);
  const when = expression(cx, node(cst, 'expression'));
  if (!of || (has(cst, 'When') && !when)) return null;
  return {
    kind: 'frame',
    doc: cx.docBefore(startOf(cst)),
    name: of,
    from: name(cx, cst, 'side'),
    when,
    members: block(cx, node(cst, 'block')),
    span: spanOf(cx, cst),
  };
}

function extern(cx: BuildContext, cst: CstNode): ExternDecl | null {
  const of = name(cx, cst);
  const sort = token(cst, 'sort')?.image;
  const parameters = params(cx, node(cst, 'params'));
  const result = typeExpr(cx, node(cst, 'type'));
  const text = token(cst, 'TextLiteral');
  const path = text && textLiteral(cx, text);
  if (!of || !parameters || !path || (has(cst, 'FatArrow') && !result)) return null;
  if (sort !== 'type' && sort !== 'codec' && sort !== 'fn') return null;
  const doc = cx.docBefore(startOf(cst));
  return { kind: 'extern', doc, sort, name: of, params: parameters, result, path, span: spanOf(cx, cst) };
}
