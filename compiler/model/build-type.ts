import type { Attr, Expr, Extent, NamedType, TypeExpr } from '../syntax/ast.js';
import type { Span } from '../source/source-file.js';
import type { Report } from '../diagnostics/diagnostic.js';
import { constantOf } from './constants.js';
import { suggestHint } from './suggest-hint.js';
import { typeElsewhere } from './type-elsewhere.js';
import { buildSelfDelimiting, delimiterOf, isSelfDelimitingName } from './build-self-delimiting.js';
import { buildExpression, kindOf } from './build-expression.js';
import type { Context } from './build-expression.js';
import { buildArguments, isConstant } from './build-arguments.js';
import { buildStruct } from './build-members.js';
import { buildPrefixed } from './build-prefixed.js';
import type { Declarations } from './declarations.js';
import { sizeArgsIn } from './expressions-of.js';
import { foldConstants } from './fold-constants.js';
import { intType, rangeOf } from './integers.js';
import type { Expression } from './expression.js';
import { rangeAttribute } from './range-attribute.js';
import { orderArgument } from './struct-order.js';
import { takesRest, typeSize } from './size.js';
import type { Encoding, ExtentModel, Field, FieldType } from './model.js';

/** How many entries a map may have where the schema gives no `max`. */
const MAX_HEADERS = 1024;
const FIXED = { kind: 'fixed' } as const;
/** Types that have a length before them. */
const PREFIXED = ['pstr', 'pbytes'];

const BUILTIN = [
  'u8',
  'u16',
  'u32',
  'u64',
  'i8',
  'i16',
  'i32',
  'i64',
  'bool',
  'bytes',
  'text',
  'pstr',
  'pbytes',
  'cstr',
  'f32',
  'f64',
  'varint',
  'dec',
  'hex',
];

/** A type with the extent and attributes that belong to it, as they stand in a field or a list element. */
export interface TypeInput {
  readonly type: TypeExpr;
  readonly extent: Extent | null;
  readonly attrs: readonly Attr[];
  readonly span: Span;
}

/** Resolves a type; null after a report. */
export function buildType(input: TypeInput, cx: Context, declarations: Declarations): FieldType | null {
  const { report } = cx;
  const { type } = input;
  const nullable = nullableOf(input, report);
  switch (type.kind) {
    case 'bytes': {
      const built = extentOf(input, cx, 'bytes');
      return built && { kind: 'bytes', extent: built, nullable };
    }
    case 'text': {
      const encoding = type.encoding?.text ?? 'utf8';
      if (encoding !== 'utf8' && encoding !== 'ascii' && encoding !== 'latin1') {
        report.error(
          'PF100',
          type.encoding!.span,
          `there is no encoding \`${encoding}\``,
          suggestHint(encoding, ['utf8', 'ascii', 'latin1']),
        );
        return null;
      }
      const built = extentOf(input, cx, 'text');
      return built && { kind: 'text', encoding: encoding as Encoding, extent: built, nullable };
    }
    case 'list':
    case 'map': {
      const maxCount = maxOf(input.attrs, cx);
      const built = extentOf({ ...input, attrs: [] }, cx, type.kind);
      const element = buildType(type.element, cx, declarations);
      if (built === null || element === null || maxCount === undefined) return null;
      if (!checkElement(type.element, element, built, report)) return null;
      if (type.kind === 'list')
        return {
          kind: 'list',
          element,
          extent: built,
          maxCount: maxCount ?? declarations.elements,
          nullable,
          range: rangeAttribute(type.element.attrs, element, cx),
        };
      return buildMap(type.element.span, element, built, maxCount, cx);
    }
    case 'named':
      return buildNamed(type, input, cx, declarations);
  }
}

function buildMap(
  span: Span,
  element: FieldType,
  extent: ExtentModel,
  maxCount: number | null,
  cx: Context,
): FieldType | null {
  const members = element.kind === 'struct' ? element.struct.body.members : [];
  const [key, value] = members;
  const texts =
    members.length === 2 &&
    key?.member === 'field' &&
    value?.member === 'field' &&
    key.type.kind === 'text' &&
    value.type.kind === 'text';
  if (element.kind !== 'struct' || !texts) {
    cx.report.error('PF109', span, 'a map is made of a struct with two texts: key, then value', {
      hint: 'struct Pair { key : pstr(u16); value : pstr(u16); }',
    });
    return null;
  }
  if (sizeArgsIn(element).length > 0) {
    cx.report.error('PF109', span, 'the entries of a map are alike: their struct takes constants only');
    return null;
  }
  for (const field of [key, value] as Field[]) {
    const type = field.type as FieldType & { kind: 'text' };
    if (!['prefix', 'varying', 'until'].includes(type.extent.kind)) {
      cx.report.error(
        'PF199',
        span,
        `headers whose \`${field.name}\` has neither a length prefix nor a delimiter are not built yet`,
        {
          labels: [{ span: field.span, text: 'this one' }],
          hint: 'write `pstr(u16)`, `cstr` or `text until ":"`',
        },
      );
      return null;
    }
    if (field === key && type.nullable) {
      cx.report.error('PF199', span, 'headers whose key can be null are not built yet', {
        labels: [{ span: field.span, text: 'this one' }],
        hint: 'remove `nullable`; a value may have it',
      });
      return null;
    }
  }
  return {
    kind: 'map',
    pair: element.struct,
    args: element.args,
    key: key as Field,
    value: value as Field,
    extent,
    maxCount: maxCount ?? MAX_HEADERS,
  };
}

function buildNamed(
  type: NamedType,
  input: TypeInput,
  cx: Context,
  declarations: Declarations,
): FieldType | null {
  const { report } = cx;
  const [first] = type.path;
  const name = first!.text;
  if (type.extent !== null && (type.path.length > 1 || !PREFIXED.includes(name))) {
    report.error('PF109', type.extent.span, `\`${type.extent.kind}\` stands behind the type`, {
      hint: 'in parentheses it says where the digits of a length end: `pstr(dec(u16) until ":")`',
    });
    return null;
  }
  if (type.path.length === 1) {
    const int = declarations.intType(name);
    if (int !== null) {
      if (type.args.length > 0)
        report.error('PF109', type.span, `\`${name}\` takes nothing in parentheses`, {
          hint: `write \`${name}\``,
        });
      return refuseExtent(
        input,
        cx,
        ordered({ kind: 'int', int, form: FIXED, enum: null, bool: false }, name, cx),
      );
    }
    if (isSelfDelimitingName(name)) return buildSelfDelimiting(name, type, input, cx, declarations);
    const float = /^f(32|64)(le|be)?$/.exec(name);
    if (float !== null) {
      const own = float[2] !== undefined;
      const order = own || cx.order === undefined ? {} : { order: cx.order };
      const little = own ? float[2] === 'le' : cx.order === undefined && declarations.little;
      return refuseExtent(input, cx, { kind: 'float', bits: Number(float[1]) as 32 | 64, little, ...order });
    }
    if (/^[ui]\d+(le|be)?$/.test(name)) {
      report.error('PF100', type.span, `there is no integer \`${name}\``, {
        hint: 'integers have 8, 16, 24, 32, 40, 48, 56 or 64 bits',
      });
      return null;
    }
    if (name === 'pstr' || name === 'pbytes') return buildPrefixed(name, type, input, cx, declarations);
    if (name === 'bool') {
      const [arg] = type.args;
      const of = type.args.length === 1 && arg?.kind === 'name' ? arg.name : null;
      const int = of === null ? null : declarations.intType(of);
      if (of === null || int === null || int.bits > 32) {
        report.error('PF109', type.span, '`bool` takes an integer type of at most 32 bits', {
          hint: 'write `bool(u8)`',
        });
        return null;
      }
      return refuseExtent(
        input,
        cx,
        ordered({ kind: 'int', int, form: FIXED, enum: null, bool: true }, of, cx),
      );
    }
  }
  const isNew = type.path.length === 1 && cx.scope.find(name) === undefined;
  const elsewhere = isNew ? typeElsewhere(name) : {};
  const near =
    isNew && elsewhere.hint === undefined ? suggestHint(name, [...BUILTIN, ...cx.scope.names()]) : elsewhere;
  if (near.hint !== undefined && !cx.scope.isLost(name)) {
    report.error('PF100', type.span, `there is no type \`${name}\``, near);
    return null;
  }
  const declaration = cx.scope.resolve(type.path);
  if (declaration === undefined) return null;
  if (type.args.length > 0 && declaration.kind !== 'struct') {
    report.error('PF109', type.span, `\`${declaration.name.text}\` takes nothing in parentheses`, {
      hint: 'structs can have parameters: `struct Pair(n: u8) { … }`',
    });
    return null;
  }
  if (declaration.kind === 'enum') {
    const built = declarations.enumOf(declaration);
    return (
      built &&
      refuseExtent(
        input,
        cx,
        ordered(
          { kind: 'int', int: built.int, form: FIXED, enum: built, bool: false },
          orderName(declaration.type),
          cx,
        ),
      )
    );
  }
  if (declaration.kind === 'struct') {
    const given = buildArguments(declaration, type, cx, declarations);
    const struct = given && buildStruct(declaration, given, declarations, cx);
    if (struct === null) return null;
    const args = given!.filter((one) => !isConstant(one)).map((one) => one.value);
    const order = orderArgument(struct, type.span, cx, declarations);
    return refuseExtent(input, cx, { kind: 'struct', struct, args: [...args, ...order] });
  }
  if (declaration.kind === 'extern') {
    const extern = declarations.externOf(declaration);
    if (extern === null) return null;
    if (extern.kind !== 'type' || extern.value === 'record') {
      report.error(
        'PF109',
        type.span,
        `\`${extern.name}\` is ${extern.kind === 'fn' ? 'a function' : extern.kind === 'codec' ? 'a codec' : 'a record format'}, not a type`,
      );
      return null;
    }
    const nullable = input.attrs.some((a) => a.kind === 'nullable');
    if (nullable && !extern.nullable) {
      report.error('PF109', type.span, `\`${extern.name}\` is never null`, {
        hint: `its module would have to be an ExternType<… | null>`,
      });
      return null;
    }
    const max = maxOf(input.attrs, cx);
    if (max === undefined) return null;
    const rest = input.extent?.kind === 'rest';
    const built: FieldType = { kind: 'extern', extern, nullable, maxCount: max ?? MAX_HEADERS, rest };
    return rest ? built : refuseExtent(input, cx, built);
  } else report.error('PF109', type.span, `\`${declaration.name.text}\` is a constant, not a type`);
  return null;
}

/** An integer of more than a byte in the order that is chosen, where its name says none. */
function ordered(
  type: FieldType & { readonly kind: 'int' },
  name: string,
  { order }: Context,
): FieldType & { readonly kind: 'int' } {
  if (order === undefined || type.int.bits === 8 || hasOwnOrder(name)) return type;
  return { ...type, int: { ...type.int, little: false }, order };
}

/** Whether the name of a number's type says its byte order. */
export function hasOwnOrder(name: string): boolean {
  return /^[uif]\d+(le|be)$/.test(name);
}

/** The name that says the order of an integer type, if it is one. */
function orderName(type: TypeExpr): string {
  return type.kind === 'named' ? type.path.at(-1)!.text : '';
}

/** Whether null can be told on the wire: by a length prefix, or by a length field that is -1. */
function nullableOf(input: TypeInput, report: Report): boolean {
  const attr = input.attrs.find((a) => a.kind === 'nullable');
  if (attr === undefined) return false;
  const { type, extent } = input;
  if (type.kind === 'named' && PREFIXED.includes(type.path[0]!.text)) return true;
  const byField =
    extent !== null && (extent.kind === 'size' || extent.kind === 'count') && extent.value?.kind === 'name';
  if (byField && type.kind !== 'map' && type.kind !== 'named') return true;
  if (type.kind !== 'named')
    report.error('PF109', attr.span, 'nothing on the wire says that this is null', {
      hint: 'null is the length -1: `size n nullable` with a field `n`, or a `pstr`',
    });
  return false;
}

export function refuseExtent(input: TypeInput, cx: Context, type: FieldType): FieldType | null {
  if (input.extent === null) return type;
  const { kind, span } = input.extent;
  const what = type.kind === 'int' ? 'a number' : type.kind === 'struct' ? 'a struct' : 'this type';
  cx.report.error('PF109', span, `${what} has a size of its own`, {
    hint:
      kind === 'count'
        ? 'did you mean `list of … count …`?'
        : `\`${kind}\` is for bytes, text, lists and maps`,
  });
  return null;
}

/** Refuses what an element of a list or map can't have, and a delimiter after the last that could be one. */
function checkElement(input: TypeInput, type: FieldType, of: ExtentModel, report: Report): boolean {
  const allowed: readonly Attr['kind'][] =
    type.kind === 'int' && !type.bool
      ? ['in']
      : type.kind === 'bytes' || type.kind === 'text'
        ? ['max', 'nullable']
        : ['nullable'];
  checkAttributes(input.attrs, allowed, 'an element', report);
  if (type.kind === 'list' || type.kind === 'map') {
    report.error('PF109', input.span, `a ${type.kind} in a list has no name for its elements`, {
      hint: 'put it into a struct: `struct Row { n : u8; cells : list of … count n; }`',
    });
  } else if (takesRest(type)) {
    report.error(
      'PF103',
      input.extent!.span,
      'an element takes the rest, so nothing is left for the next one',
    );
  } else if (of.kind === 'until' && typeSize(type).min < of.delimiter.length) {
    report.error('PF103', input.span, 'an element can be shorter than the delimiter after the last one', {
      hint: 'what is told from an element has to be no longer than the shortest one',
    });
  } else return true;
  return false;
}

/** Reports attributes that are given twice (PF114), or that mean nothing where they stand (PF109). */
export function checkAttributes(
  attrs: readonly Attr[],
  allowed: readonly Attr['kind'][],
  what: string,
  report: Report,
): void {
  const seen = new Map<Attr['kind'], Attr>();
  for (const attr of attrs) {
    const before = seen.get(attr.kind);
    if (before !== undefined) {
      report.error('PF114', attr.span, `\`${attr.kind}\` is given twice`, {
        labels: [{ span: before.span, text: 'first here' }],
      });
    } else if (!allowed.includes(attr.kind)) {
      const hints: Partial<Record<Attr['kind'], string>> = {
        max: 'a number is bounded by `in 0..…`; `max` is for bytes, text, lists and maps',
        in: '`in` is for numbers; bytes, text, lists and maps have a `max`',
        checksum: 'a checksum is an integer of fixed width',
      };
      const hint = hints[attr.kind];
      const message = `\`${attr.kind}\` means nothing for ${what}`;
      report.error('PF109', attr.span, message, hint === undefined ? {} : { hint });
    }
    seen.set(attr.kind, attr);
  }
}

/** The value of `max`; null if there is none, undefined after a report. */
export function maxOf(attrs: readonly Attr[], cx: Context): number | null | undefined {
  const attr = attrs.find((a) => a.kind === 'max');
  if (attr === undefined) return null;
  const constant = constantOf(attr.value, cx.scope, cx.report);
  if (constant === null) return undefined;
  if (
    constant.kind !== 'int' ||
    constant.value < 0n ||
    constant.value > rangeOf({ bits: 32, signed: false, little: false }).high
  ) {
    cx.report.error('PF113', attr.value.span, '`max` is a number from 0 to 4294967295');
    return undefined;
  }
  return Number(constant.value);
}

/** A size or count; one under a key of a map stands there in digits. */
function buildSize(expr: Expr, kind: 'size' | 'count', cx: Context): Expression | null {
  const asked = expr.kind === 'binary' && expr.operator === '??' ? expr.left : expr;
  const of = asked.kind === 'index' && kind === 'size' ? buildExpression(asked, cx) : undefined;
  if (of?.op !== 'header') return of === undefined || asked !== expr ? buildExpression(expr, cx) : of;
  const type = intType({ low: 0n, high: MOST_IN_HEADERS });
  const { span } = expr;
  if (expr.kind !== 'binary') return { op: 'digits', of, missing: null, span, optional: false, type };
  const missing = constantOf(expr.right, cx.scope, cx.report);
  if (missing === null) return null;
  if (missing.kind !== 'int' || missing.value < 0n || missing.value > MOST_IN_HEADERS) {
    cx.report.error('PF113', expr.right.span, 'where a header is missing, a size is a number of bytes', {
      hint: 'write `size headers["content-length"] ?? 0`',
    });
    return null;
  }
  return { op: 'digits', of, missing: missing.value, span, optional: false, type };
}

/** Digits in headers: numbers of up to 15 are exact. */
const MOST_IN_HEADERS = 999_999_999_999_999n;

function extentOf(input: TypeInput, cx: Context, what: string): ExtentModel | null {
  const { extent } = input;
  const max = maxOf(input.attrs, cx);
  if (max === undefined) return null;
  if (extent === null) {
    cx.report.error(
      'PF103',
      input.span,
      `nothing says where ${what === 'bytes' ? 'these bytes end' : `this ${what} ends`}`,
      {
        hint:
          what === 'list'
            ? 'add `count n`, `size n` or `rest`'
            : 'add `size n` or, at the end of a window, `rest`',
      },
    );
    return null;
  }
  if (extent.kind === 'rest') return { kind: 'rest', max };
  if (extent.kind === 'until') {
    const delimiter = delimiterOf(extent, cx);
    return delimiter === null ? null : { kind: 'until', delimiter, max };
  }
  if (extent.kind === 'count' && what !== 'list' && what !== 'map') {
    const message = `\`count\` is for lists and maps; ${what} has a \`size\` in bytes`;
    cx.report.error('PF109', extent.span, message);
    return null;
  }
  const built = buildSize(extent.value!, extent.kind, cx);
  if (built === null) return null;
  const value = foldConstants(built);
  if (value.type.kind !== 'int') {
    cx.report.error('PF109', value.span, `a ${extent.kind} is a number, this is ${kindOf(value)}`);
    return null;
  }
  return { kind: extent.kind, value, max };
}
