import type { CstNode } from 'chevrotain';
import type {
  Assignment,
  Connection,
  ConnectionItem,
  MatchDecl,
  PhaseRule,
  Role,
  Semantics,
  Setting,
  StatusEntry,
  StatusMap,
  Synth,
} from './ast.js';
import { argument, expression, literal, value } from './build-expression.js';
import { params, typeExpr } from './build-layout.js';
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

export function setting(cx: BuildContext, cst: CstNode): Setting | null {
  const of = name(cx, cst, 'Identifier');
  const values = all(nodes(cst, 'argument'), (one) => argument(cx, one));
  if (!of || !values || values.length === 0) return null;
  return { kind: 'setting', name: of, values, span: spanOf(cx, cst) };
}

/** The `name = expr;` lines of limits and connection rules. */
export function assignments(cx: BuildContext, cst: CstNode): Assignment[] {
  return collect(nodes(cst, 'assignment'), (one): Assignment | null => {
    const of = name(cx, one);
    const given = expression(cx, node(one, 'expression'));
    return of && given && { name: of, value: given, span: spanOf(cx, one) };
  });
}

export function matchDeclaration(cx: BuildContext, cst: CstNode): MatchDecl | null {
  if (has(cst, 'From') && !has(cst, 'Name')) return null;
  const conditions = collect(nodes(cst, 'expression'), (one) => expression(cx, one));
  return { kind: 'match', from: name(cx, cst), conditions, span: spanOf(cx, cst) };
}

export function semantics(cx: BuildContext, cst: CstNode): Semantics {
  const roles = collect(nodes(cst, 'role'), (one): Role | null => {
    const of = name(cx, one);
    const form = token(one, 'form');
    const given = expression(cx, node(one, 'expression'));
    if (!of || !form || !given) return null;
    return { form: form.image === '=' ? 'value' : 'when', name: of, value: given, span: spanOf(cx, one) };
  });
  return { kind: 'semantics', frame: name(cx, cst), roles, span: spanOf(cx, cst) };
}

export function statusMap(cx: BuildContext, cst: CstNode): StatusMap {
  const side = (entry: CstNode, key: string) => {
    const list = node(entry, key);
    const values = list && all(nodes(list, 'literal'), (one) => literal(cx, one));
    return values && values.length > 0 ? values : null;
  };
  const entries = collect(nodes(cst, 'statusEntry'), (one): StatusEntry | null => {
    const wire = side(one, 'wire');
    const canonical = side(one, 'canonical');
    const arrow = token(one, 'direction')?.image;
    if (!wire || !canonical || (arrow !== '<=>' && arrow !== '=>' && arrow !== '<=')) return null;
    return { direction: arrow, wire, canonical, span: spanOf(cx, one) };
  });
  return { kind: 'status', entries, span: spanOf(cx, cst) };
}

export function synth(cx: BuildContext, cst: CstNode): Synth | null {
  const of = name(cx, cst);
  const given = value(cx, node(cst, 'value'));
  const parameters = params(cx, node(cst, 'params'));
  if (!of || !parameters || (!given && !has(cst, 'None'))) return null;
  const doc = cx.docBefore(startOf(cst));
  return { kind: 'synth', doc, name: of, params: parameters, value: given, span: spanOf(cx, cst) };
}

export function connection(cx: BuildContext, cst: CstNode): Connection {
  const items = collect(nodes(cst, 'connectionItem'), (one): ConnectionItem | null => {
    const rule = node(one, 'connectionRule');
    if (rule) {
      const frame = name(cx, rule);
      return frame && { kind: 'rule', frame, assignments: assignments(cx, rule), span: spanOf(cx, rule) };
    }
    const phase = node(one, 'phase');
    if (phase) {
      const of = name(cx, phase);
      const rules = collect(nodes(phase, 'phaseRule'), (each) => phaseRule(cx, each));
      return of && { kind: 'phase', name: of, rules, span: spanOf(cx, phase) };
    }
    const variable = node(one, 'connectionVariable');
    const of = variable && name(cx, variable);
    const type = variable && typeExpr(cx, node(variable, 'type'));
    const given = variable && expression(cx, node(variable, 'expression'));
    if (!variable || !of || !type || (has(variable, 'Assign') && !given)) return null;
    return { kind: 'variable', name: of, type, value: given, span: spanOf(cx, variable) };
  });
  return { kind: 'connection', items, span: spanOf(cx, cst) };
}

function phaseRule(cx: BuildContext, cst: CstNode): PhaseRule | null {
  const side = name(cx, cst, 'side');
  const frames = tokens(cst, 'frames').map((one) => nameOf(cx, one));
  const when = expression(cx, node(cst, 'expression'));
  const next = name(cx, cst, 'next');
  if (!side || frames.length === 0 || (has(cst, 'When') && !when) || (has(cst, 'FatArrow') && !next))
    return null;
  return { side, frames, when, next, span: spanOf(cx, cst) };
}
