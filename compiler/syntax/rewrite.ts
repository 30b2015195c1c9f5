import type {
  Arm,
  Assignment,
  Attr,
  Element,
  Expr,
  Extent,
  Field,
  MatchArm,
  Member,
  Name,
  RecordEntry,
  TypeExpr,
} from './ast.js';

/** What {@link rewriteMembers} puts in the place of names. */
export interface Rewriting {
  /** A name where a member declares it. */
  declared(name: Name): Name;
  /** An end of what a checksum is over. */
  end(name: Name, which: 'from' | 'to'): Name;
  /** Another expression for `expr`, or null: then its parts are asked for. */
  expression(expr: Expr): Expr | null;
}

/** The same members with other names. What is constant stays: patterns, defaults, ranges. */
export function rewriteMembers(members: readonly Member[], by: Rewriting): Member[] {
  return members.map((member) => rewriteMember(member, by));
}

function rewriteMember(member: Member, by: Rewriting): Member {
  const expr = (e: Expr): Expr => rewriteParts(e, by);
  switch (member.kind) {
    case 'field':
      return rewriteField(member, by);
    case 'bits':
      return {
        ...member,
        name: member.name && by.declared(member.name),
        fields: member.fields.map((field) => ({ ...field, name: by.declared(field.name) })),
      };
    case 'record':
      return {
        ...member,
        name: member.name && by.declared(member.name),
        entries: member.entries.map((entry) => rewriteEntry(entry, by)),
      };
    case 'if':
      return {
        ...member,
        condition: expr(member.condition),
        then: rewriteMembers(member.then, by),
        otherwise: member.otherwise && rewriteMembers(member.otherwise, by),
      };
    case 'variant':
      return {
        ...member,
        on: member.on.map(expr),
        arms: member.arms.map((arm): Arm => ({ ...arm, members: rewriteMembers(arm.members, by) })),
      };
    case 'within':
      return {
        ...member,
        size: expr(member.size),
        name: member.name && by.declared(member.name),
        members: rewriteMembers(member.members, by),
      };
    case 'let':
      return { ...member, name: by.declared(member.name), value: expr(member.value) };
    case 'assert':
    case 'endian':
      return { ...member, condition: expr(member.condition) };
    case 'pad':
      return { ...member, value: expr(member.value) };
  }
}

function rewriteField(field: Field, by: Rewriting): Field {
  return {
    ...field,
    name: by.declared(field.name),
    type: rewriteType(field.type, by),
    extent: rewriteExtent(field.extent, by),
    attrs: field.attrs.map((attr) => rewriteAttr(attr, by)),
    value: field.value && rewriteParts(field.value, by),
  };
}

function rewriteEntry(entry: RecordEntry, by: Rewriting): RecordEntry {
  return {
    ...entry,
    name: by.declared(entry.name),
    entries: entry.entries.map((inner) => rewriteEntry(inner, by)),
  };
}

function rewriteType(type: TypeExpr, by: Rewriting): TypeExpr {
  switch (type.kind) {
    case 'list':
    case 'map':
      return { ...type, element: rewriteElement(type.element, by) };
    case 'named':
      return {
        ...type,
        args: type.args.map((arg) => rewriteParts(arg, by)),
      };
    default:
      return type;
  }
}

function rewriteElement(element: Element, by: Rewriting): Element {
  return {
    ...element,
    type: rewriteType(element.type, by),
    extent: rewriteExtent(element.extent, by),
    attrs: element.attrs.map((attr) => rewriteAttr(attr, by)),
  };
}

function rewriteExtent(extent: Extent | null, by: Rewriting): Extent | null {
  if (extent === null || extent.value === null) return extent;
  return { ...extent, value: rewriteParts(extent.value, by) };
}

function rewriteAttr(attr: Attr, by: Rewriting): Attr {
  if (attr.kind !== 'checksum') return attr;
  return { ...attr, from: by.end(attr.from, 'from'), to: by.end(attr.to, 'to') };
}

/** An expression with other names, also of what `bytes(a..b)` begins and ends with. */
export function rewriteParts(expr: Expr, by: Pick<Rewriting, 'end' | 'expression'>): Expr {
  return rewriteExpression(expr, (part) => rewriteSpan(part, by) ?? by.expression(part));
}

/** `bytes(a..b)` with other names; null for everything else. */
function rewriteSpan(expr: Expr, by: Pick<Rewriting, 'end'>): Expr | null {
  const [arg, extra] = expr.kind === 'call' ? expr.args : [];
  if (expr.kind !== 'call' || expr.callee.kind !== 'name' || expr.callee.name !== 'bytes') return null;
  if (arg === undefined || extra !== undefined) return null;
  const [left, right] = arg.kind === 'binary' && arg.operator === '..' ? [arg.left, arg.right] : [arg, arg];
  if (left.kind !== 'name' || right.kind !== 'name') return null;
  const end = (of: typeof left, which: 'from' | 'to'): Expr => {
    const { text } = by.end({ text: of.name, span: of.span }, which);
    return { ...of, name: text };
  };
  const [from, to] = [end(left, 'from'), end(right, 'to')];
  return { ...expr, args: [{ kind: 'binary', operator: '..', left: from, right: to, span: arg.span }] };
}

/**
 * The same expression with others in the place of some.
 *
 * @param other what stands for an expression from now on, or null: then its parts are asked for
 */
export function rewriteExpression(expr: Expr, other: (expr: Expr) => Expr | null): Expr {
  const again = (e: Expr): Expr => rewriteExpression(e, other);
  const set = (entry: Assignment): Assignment => ({ ...entry, value: again(entry.value) });
  const replaced = other(expr);
  if (replaced !== null) return replaced;
  switch (expr.kind) {
    case 'member':
      return { ...expr, object: again(expr.object) };
    case 'index':
      return { ...expr, object: again(expr.object), index: again(expr.index) };
    case 'call':
      return { ...expr, args: expr.args.map(again) };
    case 'unary':
      return { ...expr, operand: again(expr.operand) };
    case 'binary':
      return { ...expr, left: again(expr.left), right: again(expr.right) };
    case 'match':
      return {
        ...expr,
        on: expr.on.map(again),
        arms: expr.arms.map((arm): MatchArm => ({ ...arm, value: again(arm.value) })),
      };
    case 'struct':
      return { ...expr, fields: expr.fields.map(set) };
    case 'listLiteral':
      return { ...expr, items: expr.items.map(again) };
    default:
      return expr;
  }
}
