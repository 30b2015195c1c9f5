import type { Expr } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import { buildExpression, kindOf, type Context } from './build-expression.js';
import type { Expression } from './expression.js';
import type { Field, IdForm, IntField } from './model.js';

/** How a role `id` says that its text is written, by the name of the function. */
const FORMS: ReadonlyMap<string, IdForm> = new Map([
  ['hex', 'hex'],
  ['uuid', 'uuid'],
]);

/** The function that a role `id` is given by, `concat(…)`, `hex(…)` or `uuid(…)`; null if it is something else. */
export function idFunction(expr: Expr | undefined): (Expr & { kind: 'call' }) | null {
  if (expr?.kind !== 'call' || expr.callee.kind !== 'name') return null;
  const { name } = expr.callee;
  return name === 'concat' || FORMS.has(name) ? expr : null;
}

/** `hex(token)`, `uuid(token)`: the text and its form; nulls after a report. */
export function textId(
  call: Expr & { kind: 'call' },
  cx: Context,
): { built: Expression | null; form: IdForm | null } {
  const name = (call.callee as Expr & { kind: 'name' }).name;
  const [only, extra] = call.args;
  if (only === undefined || extra !== undefined) {
    cx.report.error('PF109', call.span, `\`${name}\` takes the text that is the id`);
    return { built: null, form: null };
  }
  const built = buildExpression(only, cx);
  if (built === null) return { built: null, form: null };
  if (built.type.kind !== 'text') {
    cx.report.error('PF124', built.span, `only a text is an id in this form, this is ${kindOf(built)}`);
    return { built: null, form: null };
  }
  return { built, form: FORMS.get(name)! };
}

/** `concat(client, session)`: fields that are the id together; null after a report. */
export function composedId(call: Expr & { kind: 'call' }, cx: Context): Field | null {
  const { report } = cx;
  const built = call.args.map((arg) => buildExpression(arg, cx));
  if (built.includes(null)) return null;
  const parts: IntField[] = [];
  for (const part of built as Expression[]) {
    const [field, ...others] = part.op === 'field' ? part.fields : [];
    if (others.length > 0 || field?.member !== 'field' || !isPart(field)) {
      report.error(
        'PF124',
        part.span,
        'a part of an id is a field that holds an unsigned integer of fixed width',
        {
          hint: 'without a range: every number has to be an id',
        },
      );
      return null;
    }
    if (parts.includes(field)) {
      report.error('PF114', part.span, `\`${field.name}\` is a part of the id already`);
      return null;
    }
    parts.push(field);
  }
  const [first, second] = parts;
  if (first === undefined || second === undefined) {
    report.error('PF124', call.span, '`concat` takes two fields or more', {
      hint: 'an id of one field is named without it',
    });
    return null;
  }
  const name = `concat(${parts.map((part) => part.name).join(', ')})`;
  return bareField({
    name,
    path: `${first.path.slice(0, -first.name.length)}${name}`,
    span: call.span,
    type: { kind: 'composed', parts },
  });
}

function isPart(field: Field): field is IntField {
  const { type } = field;
  return (
    type.kind === 'int' &&
    type.form.kind === 'fixed' &&
    !type.int.signed &&
    !type.bool &&
    field.range === null
  );
}
