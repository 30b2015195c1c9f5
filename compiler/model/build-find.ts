import { bareField } from './bare-field.js';
import { constantOf } from './constants.js';
import { fieldExpression, kindOf, type Context } from './build-expression.js';
import type { Expression } from './expression.js';
import { fieldsOf, plainField } from './inner-fields.js';
import { boundsOf, isValueOf } from './integers.js';
import { keyedBy } from './maps-as-lists.js';
import type { BitFieldModel, Field, FieldType, Struct, Wanted } from './model.js';
import { suggestHint } from './suggest-hint.js';
import type { Expr } from '../syntax/ast.js';

type CallExpr = Expr & { readonly kind: 'call' };
type Lists = readonly (Field & { readonly type: FieldType & { readonly kind: 'list' } })[];

/** Whether a call is `attrs.find(32)`. */
export function isFind(expr: Expr): expr is CallExpr & { callee: Expr & { kind: 'member' } } {
  return expr.kind === 'call' && expr.callee.kind === 'member' && expr.callee.name.text === 'find';
}

/**
 * `attrs.find(32).value`: a field of the first element of a list whose first field is a constant; absent where there is none.
 *
 * @param expr the whole, @param name of the field, null for the first one: whether there is such an element
 * @returns null after a report
 */
export function buildFind(
  call: CallExpr & { callee: Expr & { kind: 'member' } },
  object: Expression,
  name: { readonly text: string; readonly span: Expr['span'] } | null,
  expr: Expr,
  cx: Context,
): Expression | null {
  const { report } = cx;
  const found = listsOf(object);
  if (found === null) {
    const [field] = object.op === 'field' ? object.fields.map(plainField) : [];
    const isMap = field?.member === 'field' && keyedBy(field.type) !== null;
    report.error('PF109', object.span, `\`find\` looks into a list of structs, this is ${kindOf(object)}`, {
      ...(isMap ? { hint: `write \`${field.name}["key"]\`` } : {}),
    });
    return null;
  }
  const { lists, struct } = found;
  const [asked, extra] = call.args;
  if (asked === undefined || extra !== undefined) {
    report.error('PF109', call.span, '`find` takes what the first field of the element is', {
      hint: `write \`${lists[0]!.name}.find(32)\``,
    });
    return null;
  }
  const fields = fieldsOf(struct);
  const key = keyOf([...fields.values()][0]);
  if (key === null) {
    report.error('PF109', call.span, `\`find\` looks by the first field of \`${struct.name}\``, {
      labels: [{ span: struct.span, text: 'it is to be a number, a boolean or a text, and no constant' }],
    });
    return null;
  }
  const { type } = fieldExpression('field', key.name, [key], expr, []);
  const constant = constantOf(asked, cx.scope, report, type.kind === 'int' ? type.enum : null);
  if (constant === null) return null;
  const wrong = (message: string): null => {
    report.error('PF109', asked.span, message, {
      labels: [{ span: key.span, text: `\`${key.name}\`, by which \`find\` looks` }],
    });
    return null;
  };
  if (constant.kind !== type.kind)
    return wrong(
      `\`${key.name}\` of \`${struct.name}\` is ${{ int: 'a number', bool: 'a boolean', text: 'text' }[type.kind as 'int']}`,
    );
  if (constant.kind === 'int') {
    const { low, high } = boundsOf(key);
    const of = type.kind === 'int' ? type.enum : null;
    if (constant.value < low || constant.value > high)
      return wrong(`\`${key.name}\` is ${low} to ${high}, never ${constant.value}`);
    if (of !== null && !isValueOf(of, constant.value)) return wrong(`${constant.value} is no \`${of.name}\``);
  }
  const where: Wanted = { key, value: constant.value as Wanted['value'] };
  const own = fields.get(name?.text ?? key.name);
  if (own === undefined) {
    report.error(
      'PF100',
      name!.span,
      `\`${struct.name}\` has no field \`${name!.text}\``,
      suggestHint(name!.text, [...fields.keys()]),
    );
    return null;
  }
  if (!own.every(hasValue)) {
    report.error('PF199', name!.span, `reading \`${name!.text}\` of an element is not built yet`, {
      labels: [{ span: own[0]!.span, text: 'numbers, booleans, texts and bytes are read' }],
    });
    return null;
  }
  const each = lists.map((list) =>
    bareField({
      name: own[0]!.name,
      path: `${list.path}.find(${typeof where.value === 'string' ? JSON.stringify(where.value) : where.value}).${own[0]!.name}`,
      doc: own[0]!.doc,
      span: own[0]!.span,
      type: { kind: 'inner', of: () => list, fields: own, where },
      guards: list.guards,
    }),
  );
  return fieldExpression('field', own[0]!.name, each, expr, cx.guards);
}

/** The lists of structs that an expression names, one for each arm that has it. */
function listsOf(object: Expression): { lists: Lists; struct: Struct } | null {
  if (object.op !== 'field' || !object.fields.every((f) => f.member === 'field' && f.type.kind === 'list'))
    return null;
  const lists = object.fields as Lists;
  const { element, keyed } = lists[0]!.type;
  return element.kind === 'struct' && keyed === undefined ? { lists, struct: element.struct } : null;
}

/** The field by which elements are looked for; null where it can't be compared, or is not in all of them. */
function keyOf(first: readonly (Field | BitFieldModel)[] | undefined): Field | BitFieldModel | null {
  const [key, another] = first ?? [];
  if (key === undefined || another !== undefined || key.guards.length > 0 || key.constant !== null)
    return null;
  return key.member === 'bitField' || key.type.kind === 'int' || key.type.kind === 'text' ? key : null;
}

/** Whether a field has a value in expressions. */
function hasValue(field: Field | BitFieldModel): boolean {
  return (
    field.member === 'bitField' ||
    (field.said === undefined && ['int', 'text', 'bytes'].includes(field.type.kind))
  );
}
