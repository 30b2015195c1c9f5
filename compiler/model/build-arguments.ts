import type { Expr, NamedType, Param, StructDecl } from '../syntax/ast.js';
import type { Span } from '../source/source-file.js';
import { bareField } from './bare-field.js';
import { buildExpression, kindOf, type Context } from './build-expression.js';
import type { Declarations } from './declarations.js';
import type { Expression } from './expression.js';
import { boundsOf, isBig } from './integers.js';
import type { Field, FieldType } from './model.js';

/** What a place of use gives for one parameter of a struct. */
export interface Argument {
  readonly param: Param;
  /** The parameter as the members of the struct read it, in no block. */
  readonly field: Field & { readonly type: FieldType & { readonly kind: 'int' } };
  readonly value: Expression;
  readonly span: Span;
}

/** The values that `Pair(4, version)` gives for the parameters of its struct; null after a report. */
export function buildArguments(
  decl: StructDecl,
  type: NamedType,
  cx: Context,
  declarations: Declarations,
): readonly Argument[] | null {
  const { report } = cx;
  const name = decl.name.text;
  if (decl.params.length !== type.args.length) {
    const [wants, has] = [decl.params.length, type.args.length];
    const values = `${wants} ${wants === 1 ? 'value' : 'values'}`;
    report.error(
      'PF109',
      type.span,
      wants === 0 ? `\`${name}\` takes nothing in parentheses` : `\`${name}\` takes ${values}, not ${has}`,
      {
        labels: [{ span: decl.name.span, text: 'declared here' }],
        hint: `write \`${name}${wants === 0 ? '' : `(${decl.params.map((p) => p.name.text).join(', ')})`}\``,
      },
    );
    return null;
  }
  const given = decl.params.map((param, i) => buildArgument(decl, param, type.args[i]!, cx, declarations));
  return given.includes(null) ? null : (given as Argument[]);
}

function buildArgument(
  decl: StructDecl,
  param: Param,
  arg: Expr,
  cx: Context,
  declarations: Declarations,
): Argument | null {
  const { report } = cx;
  const field = paramField(decl, param, declarations);
  if (field === null) return null;
  const value = buildExpression(arg, cx, field.type.enum);
  if (value === null) return null;
  const wants = field.type.bool
    ? 'a boolean'
    : field.type.enum === null
      ? 'a number'
      : `a \`${field.type.enum.name}\``;
  const { type } = value;
  const isOfEnum = type.kind === 'int' && (field.type.enum === null || type.enum === field.type.enum);
  if (field.type.bool ? type.kind !== 'bool' : !isOfEnum) {
    report.error('PF109', arg.span, `\`${param.name.text}\` is ${wants}, this is ${kindOf(value)}`, {
      labels: [{ span: param.span, text: 'declared here' }],
    });
    return null;
  }
  if (value.optional) {
    report.error('PF112', arg.span, `this is not in every frame, so nothing can depend on it here`, {
      hint: 'say what holds without it: `… ?? 0`',
    });
    return null;
  }
  const { low, high } = boundsOf(field);
  if (type.kind === 'int' && field.type.enum === null && (type.low < low || type.high > high)) {
    const what =
      value.op === 'int' ? `${value.value} does not fit` : `this can be ${type.low} to ${type.high}`;
    report.error('PF113', arg.span, `${what}: \`${param.name.text}\` holds ${low} to ${high}`, {
      labels: [{ span: param.span, text: 'declared here' }],
    });
    return null;
  }
  return { param, field, value, span: arg.span };
}

/** A parameter as a field that stands in no block; null after a report. */
function paramField(decl: StructDecl, param: Param, declarations: Declarations): Argument['field'] | null {
  const type = paramType(param, declarations);
  if (type === null) return null;
  return bareField({
    name: param.name.text,
    path: `${decl.name.text}.${param.name.text}`,
    span: param.name.span,
    type,
    isParam: true,
  });
}

function paramType(param: Param, declarations: Declarations): (FieldType & { readonly kind: 'int' }) | null {
  const { type } = param;
  const plain = type.kind === 'named' && type.args.length === 0;
  const name = plain && type.path.length === 1 ? type.path[0]!.text : '';
  const form = { kind: 'fixed' } as const;
  if (name === 'bool') {
    const int = { bits: 8, signed: false, little: false };
    return { kind: 'int', int, form, enum: null, bool: true };
  }
  const int = declarations.intType(name);
  if (int !== null && !isBig(int, null)) return { kind: 'int', int, form, enum: null, bool: false };
  const declaration = plain && int === null ? declarations.scope.resolve(type.path) : undefined;
  if (declaration?.kind === 'enum') {
    const of = declarations.enumOf(declaration);
    return of && { kind: 'int', int: of.int, form, enum: of, bool: false };
  }
  if (!plain || int !== null || declaration !== undefined)
    declarations.report.error(
      'PF109',
      type.span,
      'a parameter is an integer of at most 48 bits, a boolean or an enum',
      {
        hint: 'write `n: u16`, `flag: bool` or the name of an enum',
      },
    );
  return null;
}

/** Whether the value is known when the schema is compiled: the struct is then built for it. */
export function isConstant(argument: Argument): boolean {
  return argument.value.op === 'int' || argument.value.op === 'bool';
}

/** `Pair_4`: the name of a struct for constant arguments; those that are read at run time don't count. */
export function instanceName(decl: StructDecl, given: readonly Argument[]): string {
  const parts = given.filter(isConstant).map(({ value, field }) => {
    if (value.op === 'bool') return value.value ? field.name : `not_${field.name}`;
    if (value.op !== 'int') return '';
    const member = field.type.enum?.members.find((m) => m.value === value.value);
    return member?.name ?? (value.value < 0n ? `minus_${-value.value}` : String(value.value));
  });
  return [decl.name.text, ...parts].join('_');
}
