import type { Span } from '../source/source-file.js';
import type { StructDecl } from '../syntax/ast.js';
import { bareField } from './bare-field.js';
import type { Context } from './build-expression.js';
import { camelCase } from './camel-case.js';
import type { Declarations } from './declarations.js';
import type { Expression } from './expression.js';
import { membersRead, parts } from './expressions-of.js';
import type { Block, Field, Struct } from './model.js';
import { walk } from './walk.js';

/**
 * The parameter by which a struct is told the byte order, as its members read it.
 * @param taken the names of its members and other parameters
 */
export function orderParam(decl: StructDecl, taken: Iterable<string>): Field {
  const names = new Set([...taken].map(camelCase));
  let name = 'little';
  for (let i = 2; names.has(name); i++) name = `little${i}`;
  const int = { bits: 8, signed: false, little: false };
  return bareField({
    name,
    path: `${decl.name.text}.${name}`,
    span: decl.name.span,
    type: { kind: 'int', int, form: { kind: 'fixed' }, enum: null, bool: true },
    isParam: true,
    isOrder: true,
  });
}

/** The value of such a parameter. */
export function orderOfParam(field: Field): Expression {
  const { name, span } = field;
  return { op: 'field', name, fields: [field], span, optional: false, type: { kind: 'bool' } };
}

/** Whether anything in a struct reads its parameter, apart from where it tells it to itself. */
export function readsOrder(body: Block, param: Field): boolean {
  for (const member of walk(body))
    for (const e of membersRead(member))
      for (const part of parts(e)) if (part.op === 'field' && part.fields.includes(param)) return true;
  return false;
}

/** What a struct is told of the byte order at a place of use: what is chosen there, or the order of the protocol. */
export function orderArgument(
  struct: Struct,
  span: Span,
  { order }: Context,
  declarations: Declarations,
): readonly Expression[] {
  if (!struct.params.some((param) => param.isOrder === true)) return [];
  return [order ?? { op: 'bool', value: declarations.little, span, optional: false, type: { kind: 'bool' } }];
}
