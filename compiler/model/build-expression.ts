import { chooseByWords, neverSaid } from './choose-by-words.js';
import { aDeclaration, arithmetic, constantOf, constantValue } from './constants.js';
import type { Scope } from './scope.js';
import { suggestHint } from './suggest-hint.js';
import { Report } from '../diagnostics/diagnostic.js';
import type { BinaryExpr, Expr, MatchExpr, Pattern } from '../syntax/ast.js';
import { TEXT_PARTS, type Expression, type ExpressionType, type TextPart } from './expression.js';
import { evaluate, matches } from './evaluate.js';
import { boundsOf, combine, intType, rangeOf, SAFE } from './integers.js';
import type { Declarations } from './declarations.js';
import type {
  BitFieldModel,
  ConstantValue,
  EntryType,
  Enum,
  ExternFnModel,
  Field,
  FieldType,
  FrameKindName,
  Guard,
  ValueSet,
} from './model.js';
import { innerFields, isInnerOptional, plainField } from './inner-fields.js';
import { inEveryFrame } from './in-every-frame.js';
import { keyedBy } from './maps-as-lists.js';
import { buildFind, isFind } from './build-find.js';
import { exclusive, type Names } from './names.js';
import { isOfNumbers, isOfRequest, readsRequest, type Remembered } from './remembered.js';
import { leftFor } from './first-match.js';
import { narrow } from './narrow.js';
import { wordValue } from './word-value.js';
import { isWrittenAs } from './written-as.js';
import type { Span } from '../source/source-file.js';

/** Where an expression stands, which decides what its names mean. */
export interface Context {
  readonly scope: Scope;
  readonly report: Report;
  /** The fields that may be read; null in a constant place. */
  readonly names: Names | null;
  /** The arms the expression stands in; fields of these arms are present. */
  readonly guards: readonly Guard[];
  /** In a synth: its parameters. */
  readonly params?: ReadonlyMap<string, 'id' | 'request' | 'status' | 'reason'>;
  /** The frame that `req.` reads, in a synth. */
  readonly requestNames?: Names;
  /** In a server's frame: what it may know of the request it answers. */
  readonly remembered?: Remembered;
  /** The whole expression is about that request. */
  readonly ofRequest?: boolean;
  /** How the whole expression is called by a `let`. */
  readonly named?: string | undefined;
  /** In a struct with constant arguments: what hangs on them alone is decided when the struct is built. */
  readonly decides?: boolean;
  /** In a struct, which knows nothing of a request. */
  readonly inStruct?: true;
  /** Whether numbers without an order of their own have the low byte first, where a member `endian` chooses that. */
  readonly order?: Expression;
  /** Where externs are found; absent in a constant place. */
  readonly declarations?: Declarations;
  /** Names like `request` are frame kinds here. */
  readonly frameKinds?: boolean;
  /** Where something can be peeked at: the field that stands for it; null after a report. */
  readonly peek?: (call: Expr & { kind: 'call' }) => Field | null;
  /** Where `bytes(a..b)` has a value: a number where `isSize` is true; null after a report. */
  readonly span?: (call: Expr & { kind: 'call' }, isSize: boolean) => Expression | null;
  /** In a computed number, where `bytes(a..b)` is how many they are. */
  readonly sizes?: true;
  /** In `match`: the byte at an index of a field, as a field of its own. */
  readonly byteOf?: (field: Field, index: number) => Field;
}

const A_FLOAT = 'a float has no part in expressions';
const FLOAT_HINT = 'it is the constant or the default of a field: `version : f32 = 1.5;`';

const FRAME_KINDS: readonly string[] = ['request', 'oneway', 'response', 'push', 'control'];

/**
 * An expression with its names resolved and its type known.
 *
 * @param expected an enum whose members may be named bare
 * @returns null after a report
 */
export function buildExpression(expr: Expr, cx: Context, expected: Enum | null = null): Expression | null {
  const { report } = cx;
  // In a synth `req` is a parameter: the whole request is at hand.
  if (cx.remembered !== undefined && cx.ofRequest !== true && cx.params === undefined) {
    const fact = buildFact(expr, cx, cx.remembered, expected);
    if (fact !== undefined) return fact;
    if (cx.named !== undefined) cx = { ...cx, named: undefined };
  }
  const fail = (code: string, message: string, extra: { hint?: string } = {}): null => {
    report.error(code, expr.span, message, extra);
    return null;
  };
  switch (expr.kind) {
    case 'int':
      return {
        op: 'int',
        value: expr.value,
        span: expr.span,
        optional: false,
        type: intType({ low: expr.value, high: expr.value }),
      };
    case 'float':
      return fail('PF109', A_FLOAT, { hint: FLOAT_HINT });
    case 'text':
      return { op: 'text', value: expr.value, span: expr.span, optional: false, type: { kind: 'text' } };
    case 'bool':
      return { op: 'bool', value: expr.value, span: expr.span, optional: false, type: { kind: 'bool' } };
    case 'null':
      return { op: 'null', span: expr.span, optional: true, type: { kind: 'null' } };
    case 'name':
      return buildName(expr.name, expr, cx, expected);
    case 'member':
      return buildMember(expr, cx);
    case 'index': {
      const object = buildExpression(expr.object, cx);
      const key = constantOf(expr.index, cx.scope, report);
      if (object === null || key === null) return null;
      const maps = object.op === 'field' ? object.fields : [];
      const isMap = maps.length > 0 && maps.every(isMapField);
      if (key.kind === 'int' && (!isMap || cx.byteOf !== undefined))
        return buildByte(expr, object, key.value, cx);
      if (!isMap) {
        report.error(
          'PF109',
          expr.object.span,
          `only a map can be looked up by a key, this is ${kindOf(object)}`,
        );
        return null;
      }
      if (key.kind !== 'text') {
        report.error('PF109', expr.index.span, 'the key of a map is a text', { hint: 'put it in quotes' });
        return null;
      }
      for (const { name, type } of maps.map(plainField) as readonly Field[]) {
        if (type.kind !== 'map' || type.key.type.kind !== 'text') continue;
        const { encoding } = type.key.type;
        if (isWrittenAs(key.value, encoding)) continue;
        const message = `the keys of \`${name}\` are \`text ${encoding}\`, as which this can't be written`;
        report.error('PF113', expr.index.span, message, {
          labels: [{ span: type.key.span, text: 'such a key' }],
          hint: 'no entry ever has this key; a `text` without an encoding is UTF-8 and has every character',
        });
        return null;
      }
      return {
        op: 'header',
        maps: maps as readonly Field[],
        key: key.value,
        span: expr.span,
        optional: true,
        type: { kind: 'text' },
      };
    }
    case 'call':
      return buildCall(expr, cx);
    case 'unary': {
      const operand = buildExpression(expr.operand, cx);
      if (operand === null) return null;
      const { operator } = expr;
      if (operator === 'not') {
        if (!isCondition(operand))
          return fail('PF109', `\`not\` needs a boolean, this is ${kindOf(operand)}`);
        return decided(
          { op: 'unary', operator, operand, span: expr.span, optional: false, type: { kind: 'bool' } },
          cx,
        );
      }
      if (operand.type.kind !== 'int')
        return fail('PF109', `\`${operator}\` needs a number, this is ${kindOf(operand)}`);
      const { low, high } = operand.type;
      const bounds = operator === '-' ? { low: -high, high: -low } : { low: ~high, high: ~low };
      if (operand.op === 'int')
        return {
          ...operand,
          value: operator === '-' ? -operand.value : ~operand.value,
          type: intType(bounds),
          span: expr.span,
        };
      return {
        op: 'unary',
        operator,
        operand,
        span: expr.span,
        optional: operand.optional,
        type: intType(bounds),
      };
    }
    case 'binary':
      return buildBinary(expr, cx, expected);
    case 'match':
      return buildMatch(expr, cx, expected);
    case 'struct':
    case 'listLiteral':
      return fail('PF109', 'structs and lists are the values of such fields in a synth', {
        hint: 'name the field it is for: `point: Point { x: 1 }`',
      });
  }
}

/**
 * What is known of the request as a value of the reply: undefined if the expression is about the reply as well, or a
 * reply works it out of the request's numbers; null after a report.
 */
function buildFact(
  expr: Expr,
  cx: Context,
  remembered: Remembered,
  expected: Enum | null,
): Expression | null | undefined {
  if (!readsRequest(expr) || !isOfRequest(expr, cx.names)) return undefined;
  const isBare = expr.kind === 'member' && expr.object.kind === 'name';
  if (!isBare && isOfNumbers(expr, remembered)) return undefined;
  const value = buildExpression(expr, { ...cx, names: null, guards: [], ofRequest: true }, expected);
  if (value === null) return null;
  const called = expr.kind === 'call' && expr.callee.kind === 'name' ? expr.callee.name : null;
  const name = isBare ? expr.name.text : (cx.named ?? called);
  const { field } = remembered.fact(value, name);
  return { ...fieldExpression('field', field.name, [field], expr, cx.guards), optional: value.optional };
}

/** `req.x` in an expression over the request. */
function buildRemembered(expr: Expr & { kind: 'member' }, cx: Context): Expression | null {
  const { report, remembered } = cx;
  const field = expr.name.text;
  if (remembered === undefined && cx.inStruct === true) {
    report.error('PF161', expr.span, '`req.` is known in frames, not in structs', {
      hint: `give the struct a parameter: \`struct …(${field}: u8) { … }\`, and \`…(req.${field})\` where it is used`,
    });
    return null;
  }
  if (remembered === undefined) {
    report.error('PF161', expr.span, '`req.` is known in what a server sends, and in synths that answer', {
      hint: 'write `frame … from server { … }`, and `correlate id, remember(…);`',
    });
    return null;
  }
  const meaning = remembered.request.get(field);
  if (remembered.knows(field) && meaning?.kind === 'field')
    return fieldExpression('field', field, meaning.fields, expr, []);
  if (meaning?.kind === 'broken' || cx.scope.isLost(field)) return null;
  if (meaning?.kind === 'field')
    report.error('PF161', expr.name.span, `\`${field}\` of the request is not remembered`, {
      hint: `write \`correlate id, remember(${[...remembered.known, field].join(', ')});\``,
    });
  else
    report.error(
      'PF100',
      expr.name.span,
      `the request has no field \`${field}\``,
      suggestHint(
        field,
        [...remembered.request.fields()].map(([name]) => name),
      ),
    );
  return null;
}

/** `fields[0]`: a byte by its index. */
function buildByte(
  expr: Expr & { kind: 'index' },
  object: Expression,
  index: bigint,
  cx: Context,
): Expression | null {
  const [first] = object.op === 'field' ? object.fields : [];
  const inMatch = cx.byteOf !== undefined && first?.member === 'field' && !isNumber(first.type);
  const plain = first === undefined ? undefined : plainField(first);
  const isBytes = plain?.member === 'field' && plain.type.kind === 'bytes';
  if (object.op !== 'field' || first?.member !== 'field' || !(inMatch || isBytes)) {
    cx.report.error(
      'PF109',
      expr.object.span,
      `only bytes have a byte at an index, this is ${kindOf(object)}`,
      object.type.kind === 'text' ? { hint: 'texts are compared as a whole; maps have texts as keys' } : {},
    );
    return null;
  }
  if (index < 0n || index > MOST_INDEX) {
    cx.report.error('PF113', expr.index.span, `an index is a number from 0 to ${MOST_INDEX}`);
    return null;
  }
  if (cx.byteOf !== undefined) {
    const bytes = (object.fields as readonly Field[]).map((field) => cx.byteOf!(field, Number(index)));
    return fieldExpression('field', bytes[0]!.name, bytes, expr, cx.guards);
  }
  const type = intType({ low: 0n, high: 255n });
  return { op: 'byte', of: object, index: Number(index), span: expr.span, optional: true, type };
}

/** Bytes further on are looked at by what the schema says of them. */
const MOST_INDEX = 255n;

function isNumber(type: FieldType): boolean {
  return type.kind === 'int' || type.kind === 'float';
}

function buildName(name: string, expr: Expr, cx: Context, expected: Enum | null): Expression | null {
  const { report, span } = { report: cx.report, span: expr.span };
  const member = expected?.members.find((m) => m.name === name);
  if (member !== undefined) {
    return {
      op: 'int',
      value: member.value,
      span,
      optional: false,
      type: { kind: 'int', low: member.value, high: member.value, enum: expected },
    };
  }
  if (cx.frameKinds === true && FRAME_KINDS.includes(name)) {
    return {
      op: 'frameKind',
      value: name as FrameKindName,
      span,
      optional: false,
      type: { kind: 'frameKind' },
    };
  }
  const param = cx.params?.get(name);
  if (param === 'id' || param === 'status' || param === 'reason') {
    const type: ExpressionType =
      param === 'reason' ? { kind: 'text' } : intType({ low: 0n, high: param === 'id' ? SAFE : 999n });
    return { op: 'param', name, role: param, span, optional: false, type };
  }
  const meaning = cx.names?.get(name);
  switch (meaning?.kind) {
    case 'let':
      // At the place of its use, so that an error about it lies there.
      return { ...meaning.value, span };
    case 'field':
      return fieldExpression('field', name, reachable(meaning.fields, cx.guards), expr, cx.guards);
    case 'window':
      report.error('PF109', span, `\`${name}\` is a window and has no value of its own`);
      return null;
    case 'group':
      report.error('PF109', span, `\`${name}\` is a group of bits; name one of its fields`);
      return null;
    case 'broken':
      return null;
  }
  if (expected?.lost.includes(name) === true) return null;
  const declaration = cx.scope.find(name);
  if (declaration?.kind === 'const')
    return constantExpression(constantValue(declaration, cx.scope, report), span, report);
  if (declaration !== undefined) {
    report.error('PF109', span, `\`${name}\` is ${aDeclaration(declaration.kind)} and has no value`);
    return null;
  }
  if (param === 'request') {
    report.error('PF109', span, `\`${name}\` is a whole frame`, {
      hint: `name a field of it: \`${name}.…\``,
    });
    return null;
  }
  if (cx.names?.later.has(name) === true) {
    report.error('PF111', span, `\`${name}\` stands later in the frame, so it is not known here`, {
      hint: 'an expression may use only what was read before it',
    });
    return null;
  }
  if (cx.scope.isLost(name)) return null;
  const known = [
    ...(expected?.members.map((m) => m.name) ?? []),
    ...(cx.names?.all() ?? []),
    ...(cx.params?.keys() ?? []),
    ...(cx.frameKinds === true ? FRAME_KINDS : []),
    ...cx.scope.names().filter((n) => cx.scope.find(n)?.kind === 'const'),
  ];
  const near = suggestHint(name, known).hint ?? listed(known);
  const message = `there is no ${whatIsKnown(cx, expected)} \`${name}\``;
  report.error('PF100', span, message, near === null ? {} : { hint: near });
  return null;
}

/** The hint that lists what is known, if that is not much. */
function listed(known: readonly string[]): string | null {
  if (known.length === 0 || known.length > 12) return null;
  return `known here: ${known.map((name) => `\`${name}\``).join(', ')}`;
}

/** "field, constant or member of `Status`": what a bare name can be at a place. */
function whatIsKnown(cx: Context, expected: Enum | null): string {
  const sorts = [
    ...(cx.names !== null ? ['field'] : []),
    ...(cx.params !== undefined ? ['parameter'] : []),
    'constant',
    ...(expected !== null ? [`member of \`${expected.name}\``] : []),
    ...(cx.frameKinds === true ? ['frame kind'] : []),
  ];
  const last = sorts.pop()!;
  return sorts.length === 0 ? last : `${sorts.join(', ')} or ${last}`;
}

function constantExpression(
  value: ConstantValue | null,
  span: Expr['span'],
  report: Report,
): Expression | null {
  switch (value?.kind) {
    case undefined:
      return null;
    case 'int':
      return {
        op: 'int',
        value: value.value,
        span,
        optional: false,
        type: intType({ low: value.value, high: value.value }),
      };
    case 'float':
      report.error('PF109', span, A_FLOAT, { hint: FLOAT_HINT });
      return null;
    case 'text':
      return { op: 'text', value: value.value, span, optional: false, type: { kind: 'text' } };
    case 'bool':
      return { op: 'bool', value: value.value, span, optional: false, type: { kind: 'bool' } };
  }
}

/** Of fields that share a name those that can be in one frame with a place: inside an arm its own, no others. */
function reachable(
  fields: readonly (Field | BitFieldModel)[],
  guards: readonly Guard[],
): readonly (Field | BitFieldModel)[] {
  if (guards.length === 0) return fields;
  const own = fields.filter((field) => !exclusive(field.guards, guards));
  // A copy in any case: arms that come later may have fields of this name as well.
  return own.length > 0 ? own : [...fields];
}

/** The value of a field or of fields that share a name in several arms; optional unless the place is in its arm. */
export function fieldExpression(
  op: 'field' | 'request',
  name: string,
  fields: readonly (Field | BitFieldModel)[],
  expr: { readonly span: Expr['span'] },
  guards: readonly Guard[],
): Expression {
  const first = fields[0]!;
  const present = inEveryFrame(fields, guards);
  const always = first.member === 'field' ? (first.said ?? textIn(first)) : null;
  if (typeof always === 'string' && fields.length === 1 && present)
    return { op: 'text', value: always, span: expr.span, optional: false, type: { kind: 'text' } };
  if (fields.every((f) => f.member === 'field' && typeof f.said === 'string'))
    return { op, name, fields, span: expr.span, type: { kind: 'text' }, optional: !present };
  const base = { name, fields, span: expr.span };
  const bounded = (bounds: { low: bigint; high: bigint }): { low: bigint; high: bigint } =>
    fields.length === 1 ? narrow(first, bounds, guards) : bounds;
  if (fields.some((f) => plainField(f) !== f)) {
    const plain = fields.map(plainField);
    const { type } = fieldExpression(op, name, plain, expr, plain[0]!.guards);
    const nullable = plain.some((f) => f.member === 'field' && 'nullable' in f.type && f.type.nullable);
    return { op, ...base, type, optional: !present || nullable || fields.some(isInnerOptional) };
  }
  if (first.member === 'bitField') {
    const type: ExpressionType =
      first.enum === null && first.width === 1
        ? { kind: 'bool' }
        : {
            kind: 'int',
            ...bounded(boundsOf(first)),
            enum: first.enum,
          };
    return { op, ...base, type, optional: !present };
  }
  const optional = !present || ('nullable' in first.type && first.type.nullable);
  switch (first.type.kind) {
    case 'int': {
      if (first.type.bool) return { op, ...base, type: { kind: 'bool' }, optional };
      const all = fields.map(boundsOf);
      const low = all.map((b) => b.low).reduce((a, b) => (a < b ? a : b));
      const high = all.map((b) => b.high).reduce((a, b) => (a > b ? a : b));
      return {
        op,
        ...base,
        type: { kind: 'int', ...bounded({ low, high }), enum: first.type.enum },
        optional,
      };
    }
    case 'text':
      return { op, ...base, type: { kind: 'text' }, optional };
    case 'extern':
      return { op, ...base, type: externType(first.type), optional };
    case 'entry':
      return { op, ...base, type: entryType(first.type.of), optional: first.default === null };
    default:
      return { op, ...base, type: { kind: 'bytes' }, optional };
  }
}

/** What a text always is; null for other fields. */
function textIn({ type, constant }: Field): string | null {
  return type.kind === 'text' && constant?.kind === 'text' ? constant.value : null;
}

function isMapField(field: Field | BitFieldModel): boolean {
  const plain = plainField(field);
  if (plain.member === 'bitField') return false;
  return keyedBy(plain.type) !== null || isExternMap(plain.type) || isMapEntry(plain.type);
}

function isExternMap(type: FieldType): boolean {
  return type.kind === 'extern' && type.extern.value === 'map';
}

function isMapEntry(type: FieldType): boolean {
  return type.kind === 'entry' && type.of.kind === 'map';
}

function entryType(of: EntryType): ExpressionType {
  if (of.kind === 'int') return { kind: 'int', low: -SAFE, high: SAFE, enum: of.enum };
  return { kind: of.kind === 'text' ? 'text' : 'bytes' };
}

function externType(type: FieldType & { kind: 'extern' }): ExpressionType {
  switch (type.extern.value) {
    case 'int':
      return intType({ low: -SAFE, high: SAFE });
    case 'text':
    case 'bool':
      return { kind: type.extern.value };
    default:
      return { kind: 'bytes' };
  }
}

function buildMember(expr: Expr & { kind: 'member' }, cx: Context): Expression | null {
  const { report } = cx;
  if (expr.object.kind === 'name') {
    const { name } = expr.object;
    if (cx.params?.get(name) === 'request' && cx.requestNames !== undefined) {
      const meaning = cx.requestNames.get(expr.name.text);
      if (meaning?.kind === 'field')
        return fieldExpression('request', expr.name.text, meaning.fields, expr, []);
      if (meaning?.kind === 'broken' || cx.scope.isLost(expr.name.text)) return null;
      const fields = [...cx.requestNames.fields()].map(([field]) => field);
      report.error(
        'PF100',
        expr.name.span,
        `the request has no field \`${expr.name.text}\``,
        suggestHint(expr.name.text, fields),
      );
      return null;
    }
    if (name === 'req') return buildRemembered(expr, cx);
    if (name === 'conn') {
      report.error('PF199', expr.span, '`conn.` is not built yet');
      return null;
    }
    const declaration = cx.names?.get(name) === undefined ? cx.scope.find(name) : undefined;
    if (declaration?.kind === 'enum')
      return constantExpression(constantOf(expr, cx.scope, report), expr.span, report);
  }
  if (isFind(expr.object)) return buildFound(expr.object, expr.name, expr, cx);
  const object = buildExpression(expr.object, cx);
  if (object === null) return null;
  const type = object.type;
  if (type.kind === 'int' && type.enum?.flags === true) {
    const member = type.enum.members.find((m) => m.name === expr.name.text);
    if (member !== undefined) {
      return {
        op: 'flag',
        of: object,
        mask: member.value,
        name: member.name,
        span: expr.span,
        optional: false,
        type: { kind: 'bool' },
      };
    }
    if (type.enum.lost.includes(expr.name.text)) return null;
    const known = type.enum.members.map((m) => m.name);
    report.error(
      'PF100',
      expr.name.span,
      `\`${type.enum.name}\` has no flag \`${expr.name.text}\``,
      suggestHint(expr.name.text, known),
    );
    return null;
  }
  const sort =
    object.op === 'field' && object.fields[0]!.member === 'field' ? object.fields[0].type.kind : null;
  const [struct] = object.op === 'field' ? object.fields : [];
  if (
    object.op === 'field' &&
    struct?.member === 'field' &&
    struct.type.kind === 'struct' &&
    object.fields.length === 1
  ) {
    const { text } = expr.name;
    const all = innerFields(struct.type.struct, () => struct, struct);
    const found = all.filter((one) => one.name === text);
    if (found.length > 0) return fieldExpression('field', text, found, expr, cx.guards);
    const near = suggestHint(
      text,
      all.map((one) => one.name),
    );
    report.error('PF100', expr.name.span, `\`${struct.type.struct.name}\` has no field \`${text}\``, near);
    return null;
  }
  const isInner =
    object.op === 'field' && object.fields.some((f) => f.member === 'field' && f.type.kind === 'inner');
  if (isInner && expr.object.kind === 'member')
    report.error('PF199', expr.span, 'reading a struct in a struct of another file is not built yet', {
      hint: 'declare the struct in the protocol: there it is read at any depth',
    });
  else if (sort === 'struct' || sort === 'list')
    report.error('PF199', expr.span, `reading what is inside a ${sort} is not built yet`);
  else report.error('PF109', expr.span, `only flags have members; this is ${kindOf(object)}`);
  return null;
}

/** `attrs.find(32)`, and a field of what it finds; without one, whether there is such an element. Null after a report. */
function buildFound(
  call: Parameters<typeof buildFind>[0],
  name: Parameters<typeof buildFind>[2],
  expr: Expr,
  cx: Context,
): Expression | null {
  const list = call.callee.object;
  if (list.kind !== 'name' || cx.ofRequest === true) {
    cx.report.error('PF199', list.span, '`find` is built for lists of the frame itself', {
      hint: 'name a field of it: `attrs.find(32)`',
    });
    return null;
  }
  const object = buildExpression(list, cx);
  return object && buildFind(call, object, name, expr, cx);
}

/** Functions that are built, for "did you mean". */
const FUNCTIONS = [
  ...TEXT_PARTS,
  'bytes',
  'peek',
  'word',
  'starts_with',
  'ends_with',
  'contains',
  'has',
  'lower',
  'upper',
];

/** What takes the place of functions that are not. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  [
    'bytes',
    'fields are computed of bytes, and roles read them: `sum : u32 = sum_of(bytes(first..last));`; a window measures what is in it',
  ],
  [
    'remaining',
    'what is left of a window, but for members of a fixed size behind it, is a field `rest`, or `within (remaining()) max … as … codec …`',
  ],
  ['concat', 'only an id is composed: `id = concat(client, session);`'],
  ['direction', 'each side has a frame of its own: `frame … from client { … }`, `frame … from server { … }`'],
]);

function buildCall(expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const name = expr.callee.kind === 'name' ? expr.callee.name : null;
  const fn = externFn(expr.callee, cx);
  if (fn !== undefined) return fn === null ? null : buildExternCall(expr, fn, cx);
  if (isTextPart(name)) return buildPart(name, expr, cx);
  if (name === 'starts_with' || name === 'ends_with' || name === 'contains')
    return buildTextTest(name, expr, cx);
  if (name === 'word') return buildWord(expr, cx);
  if (name === 'lower' || name === 'upper') return buildCased(name, expr, cx);
  if (name === 'has') return buildHas(expr, cx);
  if (name === 'peek') return buildPeeked(expr, cx);
  if (name === 'bytes' && cx.span !== undefined) return cx.span(expr, cx.sizes === true);
  if (name === 'wire' && cx.params !== undefined) {
    const of = expr.args.length === 1 ? buildExpression(expr.args[0]!, cx) : null;
    if (of?.op === 'param' && of.role === 'status') {
      return { op: 'wire', of, span: expr.span, optional: false, type: intType({ low: 0n, high: SAFE }) };
    }
    cx.report.error('PF109', expr.span, '`wire` takes the canonical status of the synth, as in `wire(code)`');
    return null;
  }
  if (name === 'wire') {
    cx.report.error('PF109', expr.span, '`wire` gives the status to write, in a synth only');
  } else if (isFind(expr)) {
    cx.report.error('PF109', expr.span, 'what `find` gives is an element, which has no value of its own', {
      hint: 'name a field of it, `attrs.find(32).value`, or ask whether it is there, `has(attrs.find(32))`',
    });
  } else if (name === null) {
    cx.report.error('PF199', expr.span, 'this function is not built yet');
  } else if (INSTEAD.has(name)) {
    const message = `the function \`${name}\` is not built here yet`;
    cx.report.error('PF199', expr.span, message, { hint: INSTEAD.get(name)! });
  } else if (!cx.scope.isLost(name)) {
    const known = [...FUNCTIONS, ...INSTEAD.keys(), ...(cx.params === undefined ? [] : ['wire'])];
    cx.report.error('PF100', expr.callee.span, `there is no function \`${name}\``, suggestHint(name, known));
  }
  return null;
}

function isTextPart(name: string | null): name is TextPart {
  return TEXT_PARTS.some((part) => part === name);
}

/** `before(name, ":")` */
function buildPart(part: TextPart, expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || expr.args.length > 2) {
    cx.report.error('PF109', expr.span, `\`${part}\` takes a text and its separator`, {
      hint: `write \`${part}(name, ":")\``,
    });
    return null;
  }
  const of = buildExpression(first, cx);
  const separator = constantOf(second, cx.scope, cx.report);
  if (of === null || separator === null) return null;
  if (of.type.kind !== 'text') {
    cx.report.error('PF109', of.span, `\`${part}\` takes text here, this is ${kindOf(of)}`);
    return null;
  }
  if (separator.kind !== 'text' || separator.value === '') {
    cx.report.error('PF113', second.span, 'a separator is a text of at least one character');
    return null;
  }
  return {
    op: 'part',
    part,
    of,
    separator: separator.value,
    span: expr.span,
    optional: true,
    type: { kind: 'text' },
  };
}

/** `starts_with(name, "demo.")` */
function buildTextTest(
  test: 'starts_with' | 'ends_with' | 'contains',
  expr: Expr & { kind: 'call' },
  cx: Context,
): Expression | null {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || expr.args.length > 2) {
    cx.report.error('PF109', expr.span, `\`${test}\` takes a text, and what is looked for in it`, {
      hint: `write \`${test}(name, "demo")\``,
    });
    return null;
  }
  const read = cx.span === undefined ? null : buildBytes(first, cx);
  const of = read ?? textArgument(test, first, cx);
  const text = constantOf(second, cx.scope, cx.report);
  if (of === null || text === null) return null;
  if (read !== null && text.kind === 'text' && [...text.value].some((c) => c.charCodeAt(0) > 255)) {
    cx.report.error('PF109', second.span, 'bytes are written with characters up to \\xff');
    return null;
  }
  if (text.kind !== 'text' || text.value === '') {
    cx.report.error('PF113', second.span, 'what is looked for is a text of at least one character');
    return null;
  }
  const type: ExpressionType = { kind: 'bool' };
  return { op: 'textTest', test, of, text: text.value, span: expr.span, optional: false, type };
}

/** A field of bytes, in which roles look for texts as well; null for everything else. */
function buildBytes(expr: Expr, cx: Context): Expression | null {
  if (expr.kind !== 'name' && expr.kind !== 'member') return null;
  const of = buildExpression(expr, { ...cx, report: new Report() });
  return of?.op === 'field' && of.type.kind === 'bytes' && isBytes(of) ? of : null;
}

/** `word(line, 1)` */
function buildWord(expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || expr.args.length > 2) {
    cx.report.error('PF109', expr.span, '`word` takes a text and which of its words', {
      hint: 'write `word(line, 0)` for the first',
    });
    return null;
  }
  const of = textArgument('word', first, cx);
  const index = constantOf(second, cx.scope, cx.report);
  if (of === null || index === null) return null;
  if (index.kind !== 'int' || index.value < 0n || index.value > MOST_INDEX) {
    cx.report.error('PF113', second.span, `which word it is is a number from 0 to ${MOST_INDEX}`);
    return null;
  }
  const type: ExpressionType = { kind: 'text' };
  return { op: 'word', of, index: Number(index.value), span: expr.span, optional: true, type };
}

/** `lower(verb)` */
function buildCased(to: 'lower' | 'upper', expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const [first, extra] = expr.args;
  if (first === undefined || extra !== undefined) {
    cx.report.error('PF109', expr.span, `\`${to}\` takes a text`, { hint: `write \`${to}(verb)\`` });
    return null;
  }
  const of = textArgument(to, first, cx);
  if (of === null) return null;
  return { op: 'cased', to, of, span: expr.span, optional: of.optional, type: { kind: 'text' } };
}

/** `peek(u8)`: what stands next. */
function buildPeeked(expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  if (cx.peek === undefined) {
    cx.report.error('PF109', expr.span, 'only what decides about the next bytes peeks at them', {
      hint: '`variant (peek(u8))`, `if (peek(u8) == …)`, `assert peek(u8) != …`; or name it where it is: `let first = peek(u8);`',
    });
    return null;
  }
  const field = cx.peek(expr);
  return field && fieldExpression('field', field.name, [field], expr, cx.guards);
}

/** `has(x)`: whether it is there and not null. */
function buildHas(expr: Expr & { kind: 'call' }, cx: Context): Expression | null {
  const [of, extra] = expr.args;
  if (of === undefined || extra !== undefined) {
    cx.report.error('PF109', expr.span, '`has` takes what may be absent', { hint: 'write `has(name)`' });
    return null;
  }
  const { span } = expr;
  return buildExpression(
    { kind: 'binary', operator: '!=', left: of, right: { kind: 'null', span }, span },
    cx,
  );
}

/** The text that a function looks at; null after a report. */
function textArgument(name: string, expr: Expr, cx: Context): Expression | null {
  const of = buildExpression(expr, cx);
  if (of === null || of.type.kind === 'text') return of;
  cx.report.error('PF109', of.span, `\`${name}\` takes text here, this is ${kindOf(of)}`);
  return null;
}

/** The function that a call names; undefined if it is no extern, null after a report. */
function externFn(callee: Expr, cx: Context): ExternFnModel | null | undefined {
  const declaration =
    callee.kind === 'name'
      ? cx.scope.find(callee.name)
      : callee.kind === 'member' && callee.object.kind === 'name'
        ? cx.scope.findIn(callee.object.name, callee.name.text)
        : undefined;
  if (declaration?.kind !== 'extern' || cx.declarations === undefined) return undefined;
  const extern = cx.declarations.externOf(declaration);
  if (extern === null || extern.kind === 'fn') return extern;
  cx.report.error('PF109', callee.span, `\`${extern.name}\` is a ${extern.kind}, not a function`);
  return null;
}

function buildExternCall(expr: Expr & { kind: 'call' }, fn: ExternFnModel, cx: Context): Expression | null {
  const { sizes: _, ...inner } = cx;
  const args = expr.args.map((arg) => buildExpression(arg, inner));
  if (args.includes(null)) return null;
  if (args.length !== fn.params.length) {
    cx.report.error(
      'PF109',
      expr.span,
      `\`${fn.name}\` takes ${fn.params.length} values, not ${args.length}`,
    );
    return null;
  }
  for (const [i, arg] of (args as Expression[]).entries()) {
    const { type } = fn.params[i]!;
    if (arg.type.kind === type) continue;
    cx.report.error(
      'PF109',
      arg.span,
      `\`${fn.name}\` takes ${type === 'int' ? 'a number' : type} here, this is ${kindOf(arg)}`,
    );
    return null;
  }
  const { result } = fn;
  const type: ExpressionType = result.kind === 'int' ? intType(rangeOf(result.int)) : { kind: result.kind };
  // Without one of its values a call gives none.
  const optional = (args as Expression[]).some((arg) => arg.optional);
  return { op: 'call', fn, args: args as Expression[], span: expr.span, optional, type };
}

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

function buildBinary(expr: BinaryExpr, cx: Context, expected: Enum | null): Expression | null {
  const { report } = cx;
  const { operator, span } = expr;
  if (operator === '..') {
    report.error('PF109', span, 'a range has no value');
    return null;
  }
  const [left, right] = buildOperands(expr, cx, expected);
  if (left === null || right === null) return null;
  const fail = (message: string, at = span): null => {
    report.error('PF109', at, message);
    return null;
  };
  /** Reports the side that is not of the kind an operator needs. */
  const needs = (wanted: string, fits: (e: Expression) => boolean): null => {
    const wrong = fits(left) ? right : left;
    return fail(`\`${operator}\` needs ${wanted}, this is ${kindOf(wrong)}`, wrong.span);
  };
  const node = { op: 'binary', operator, left, right, span } as const;
  if (operator === 'and' || operator === 'or') {
    if (!isCondition(left) || !isCondition(right)) return needs('two booleans', isCondition);
    return decided({ ...node, optional: false, type: { kind: 'bool' } }, cx);
  }
  if (operator === '??') {
    if (!left.optional) {
      report.error('PF111', left.span, 'this is always present, so what follows `??` is never used');
      return null;
    }
    if (left.type.kind !== right.type.kind || left.type.kind === 'null')
      return fail(`both sides of \`??\` are of one kind, here they are ${kindOf(left)} and ${kindOf(right)}`);
    return { ...node, optional: right.optional, type: joinTypes(left.type, right.type) };
  }
  if (COMPARISONS.includes(operator)) {
    const equality = operator === '==' || operator === '!=';
    const nulls = left.type.kind === 'null' || right.type.kind === 'null';
    const same =
      left.type.kind === right.type.kind &&
      (left.type.kind === 'int' || (equality && left.type.kind !== 'bytes'));
    // Bytes are what a text says, a character a byte.
    const literal = left.op === 'text' ? left : right.op === 'text' ? right : null;
    const bytes = literal === left ? right : left;
    if (equality && literal !== null && bytes.type.kind === 'bytes' && isBytes(bytes)) {
      if ([...literal.value].some((c) => c.charCodeAt(0) > 255))
        return fail('bytes are written with characters up to \\xff', literal.span);
      return { ...node, optional: false, type: { kind: 'bool' } };
    }
    const never = literal === null || bytes.type.kind !== 'text' ? null : neverSaid(bytes, literal.value);
    if (equality && never !== null) {
      report.error('PF111', literal!.span, `this is never so: ${never}`);
      return null;
    }
    // A number is what its characters say: `tag == "*"`.
    const code = literal === null ? null : wordOf(literal.value, bytes);
    if (literal !== null && code !== null) {
      const type = { kind: 'int', low: code, high: code, enum: null } as const;
      const number: Expression = { op: 'int', value: code, type, optional: false, span: literal.span };
      const [a, b] = literal === left ? [number, right] : [left, number];
      return decided({ ...node, left: a, right: b, optional: false, type: { kind: 'bool' } }, cx);
    }
    if (!same && !(nulls && equality)) {
      if (!equality) return needs('two numbers', (e) => e.type.kind === 'int');
      return fail(`${kindOf(left)} can't be compared with ${kindOf(right)}`);
    }
    const value = left.op === 'null' ? right : left;
    if (nulls && !value.optional) {
      const never = operator === '==' ? 'false' : 'true';
      report.error(
        'PF111',
        span,
        `this is always ${never}: ${kindOf(value)} that is in every frame is never null`,
      );
      return null;
    }
    if (!nulls && isEnumMismatch(left, right)) {
      report.error('PF109', span, `this compares ${kindOf(left)} with ${kindOf(right)}`);
      return null;
    }
    return decided({ ...node, optional: false, type: { kind: 'bool' } }, cx);
  }
  if (left.type.kind !== 'int' || right.type.kind !== 'int')
    return needs('two numbers', (e) => e.type.kind === 'int');
  if ((operator === '/' || operator === '%') && right.type.low <= 0n && right.type.high >= 0n) {
    const zero = right.op === 'int';
    const message = zero ? 'this divides by zero' : 'this can be zero, and nothing can be divided by it';
    report.error(zero ? 'PF113' : 'PF105', right.span, message, {
      ...(zero ? {} : { hint: 'say which values it has: `in 1..…`' }),
    });
    return null;
  }
  if ((operator === '<<' || operator === '>>') && (right.type.low < 0n || right.type.high > 63n)) {
    report.error('PF105', right.span, 'a number is shifted by 0 to 63 bits', {
      ...(right.op === 'int' ? {} : { hint: 'say which values it has: `in 0..63`' }),
    });
    return null;
  }
  if (left.op === 'int' && right.op === 'int') {
    const value = arithmetic(operator, left.value, right.value);
    if (value !== null)
      return { op: 'int', value, span, optional: false, type: intType({ low: value, high: value }) };
  }
  return {
    ...node,
    optional: left.optional || right.optional,
    type: intType(combine(operator, left.type, right.type)),
  };
}

/** Whether an expression is a field of bytes, not of a struct, a list or a float, which have no value here. */
function isBytes(e: Expression): boolean {
  if (e.op === 'span') return true;
  if (e.op !== 'field') return false;
  return e.fields.map(plainField).every((field) => {
    if (field.member === 'bitField' || typeof field.said === 'object') return false;
    const { kind } = field.type;
    return kind === 'bytes' || kind === 'extern' || kind === 'entry';
  });
}

/** The enum of which an expression is a value. */
function enumOf(e: Expression | null): Enum | null {
  return e?.type.kind === 'int' ? e.type.enum : null;
}

/** Both sides of an operator; in a comparison either side may say of which enum the other's names are. */
function buildOperands(
  { operator, left, right }: BinaryExpr,
  cx: Context,
  expected: Enum | null,
): [Expression | null, Expression | null] {
  if (!COMPARISONS.includes(operator)) {
    const first = buildExpression(left, cx, expected);
    const named = operator === '??' ? (expected ?? enumOf(first)) : expected;
    return [first, buildExpression(right, cx, named)];
  }
  // Whether there is an element is asked of its first field.
  const operand = (e: Expr, other: Expr, of: Enum | null = null): Expression | null =>
    isFind(e) && other.kind === 'null' ? buildFound(e, null, e, cx) : buildExpression(e, cx, of);
  const bare = left.kind === 'name' && right.kind !== 'int' && !isKnown(left.name, cx);
  if (bare) {
    const second = buildExpression(right, cx);
    if (second === null) return [null, null];
    return [buildExpression(left, cx, enumOf(second)), second];
  }
  const first = operand(left, right);
  if (first !== null) return [first, operand(right, left, enumOf(first))];
  // Without its left side a name on the right can't be judged.
  return [null, right.kind === 'name' ? null : buildExpression(right, cx)];
}

function isKnown(name: string, cx: Context): boolean {
  return (
    cx.names?.get(name) !== undefined ||
    cx.names?.later.has(name) === true ||
    cx.params?.has(name) === true ||
    cx.scope.find(name) !== undefined ||
    (cx.frameKinds === true && FRAME_KINDS.includes(name))
  );
}

/** Whether both are members of enums, but not of one. */
function isEnumMismatch(left: Expression, right: Expression): boolean {
  const [a, b] = [left.type, right.type];
  return a.kind === 'int' && b.kind === 'int' && a.enum !== null && b.enum !== null && a.enum !== b.enum;
}

function buildMatch(expr: MatchExpr, cx: Context, expected: Enum | null): Expression | null {
  // A field may be called as a frame kind is.
  const asked = expr.on.map((e) => buildExpression(e, { ...cx, frameKinds: false }));
  const on = chooseByWords(
    asked,
    expr.arms.map((arm) => arm.patterns),
    cx.scope,
    cx.report,
  );
  const arms: { patterns: readonly (readonly ValueSet[])[] | null; value: Expression }[] = [];
  let broken = on.some((e) => e === null);
  for (const e of on) {
    if (e !== null && e.type.kind !== 'int' && e.type.kind !== 'bool') {
      cx.report.error('PF109', e.span, cannotChoose('match', e));
      broken = true;
    }
  }
  const subjects = on as Expression[];
  let members = expected;
  for (const arm of expr.arms) {
    const named = broken ? null : buildPatterns(arm.patterns, subjects, cx);
    const patterns =
      named &&
      firstMatch(
        named,
        arms.map((a) => a.patterns),
        expr.span,
        subjects,
        cx,
        arm,
      );
    // An arm may say of which enum the names in those after it are.
    const value = buildExpression(arm.value, cx, members);
    members ??= enumOf(value);
    if (patterns === undefined || value === null) broken = true;
    else arms.push({ patterns, value });
  }
  const first = arms[0]?.value;
  if (broken || first === undefined) return null;
  let type = first.type;
  for (const arm of arms.slice(1)) {
    if (arm.value.type.kind !== type.kind) {
      cx.report.error(
        'PF109',
        arm.value.span,
        `this arm gives ${kindOf(arm.value)}, the first one ${kindOf(first)}`,
        {
          labels: [{ span: first.span, text: 'the first arm' }],
        },
      );
      return null;
    }
    type = joinTypes(type, arm.value.type);
  }
  const whole: Expression = {
    op: 'match',
    on: subjects,
    arms,
    span: expr.span,
    type,
    optional: arms.some((a) => a.value.optional),
  };
  return decided(whole, cx);
}

/** In a struct with constant arguments: an expression without what they have decided. */
function decided(e: Expression, cx: Context): Expression {
  if (cx.decides !== true) return e;
  if (e.op === 'unary') return e.operand.op === 'bool' ? { ...e.operand, value: !e.operand.value } : e;
  if (e.op === 'binary') {
    const value = evaluate(e, new Map());
    if (typeof value === 'boolean')
      return { op: 'bool', value, span: e.span, optional: false, type: { kind: 'bool' } };
    const [known, other] = e.left.op === 'bool' ? [e.left, e.right] : [e.right, e.left];
    if (known.op !== 'bool' || (e.operator !== 'and' && e.operator !== 'or')) return e;
    return known.value === (e.operator === 'and') ? other : known;
  }
  if (e.op !== 'match') return e;
  const values = e.on.map((on) => (on.op === 'bool' || on.op === 'int' ? on.value : undefined));
  if (values.includes(undefined)) return e;
  const taken = e.arms.find((arm) => arm.patterns === null || matches(arm.patterns, values) === true);
  return taken?.value ?? e;
}

/** What is left of an arm's patterns after the arms before it; undefined after a report that nothing is. */
export function firstMatch(
  rows: readonly (readonly ValueSet[])[],
  before: readonly (readonly (readonly ValueSet[])[] | null)[],
  span: Span,
  on: readonly Expression[],
  cx: Context,
  arm?: MatchExpr['arms'][number],
): readonly (readonly ValueSet[])[] | undefined {
  const left = leftFor(rows, before, on);
  if (left !== null && (left.length > 0 || rows.length === 0)) return left;
  const at = arm?.value.span ?? span;
  cx.report.error(
    'PF110',
    at,
    left === null
      ? 'this arm overlaps the ones before it in too many ways'
      : 'this arm is never reached: the arms before it take all of its values',
  );
  return undefined;
}

/** The patterns of one arm; null for `_`, undefined after a report. */
export function buildPatterns(
  patterns: readonly Pattern[],
  on: readonly Expression[],
  cx: Context,
): (readonly ValueSet[])[] | null | undefined {
  const rows: (readonly ValueSet[])[] = [];
  let failed = false;
  for (const pattern of patterns) {
    if (pattern.kind === 'wildcard') {
      if (patterns.length === 1) return null;
      cx.report.error('PF110', pattern.span, '`_` takes every value, so it stands alone');
      failed = true;
    } else if (pattern.kind === 'tuple') {
      if (pattern.items.length !== on.length) {
        const [parts, values] = [pattern.items.length, on.length];
        cx.report.error(
          'PF110',
          pattern.span,
          `this pattern has ${parts} parts for ${values} ${values === 1 ? 'value' : 'values'}`,
        );
        failed = true;
        continue;
      }
      const row = pattern.items.map((alternatives, i) => valueSet(alternatives, on[i]!, cx));
      if (row.includes(undefined)) failed = true;
      else rows.push(row as ValueSet[]);
    } else {
      if (on.length !== 1) {
        cx.report.error('PF110', pattern.span, `a pattern for ${on.length} values is written (a, b)`);
        failed = true;
        continue;
      }
      const set = valueSet([pattern], on[0]!, cx);
      if (set === undefined) failed = true;
      else rows.push([set]);
    }
  }
  return failed ? undefined : rows;
}

function valueSet(patterns: readonly Pattern[], on: Expression, cx: Context): ValueSet | undefined {
  const ranges: { low: bigint; high: bigint }[] = [];
  for (const pattern of patterns) {
    if (pattern.kind === 'wildcard') {
      if (patterns.length === 1) return null;
      cx.report.error('PF110', pattern.span, '`_` takes every value, so it stands alone');
      return undefined;
    }
    if (pattern.kind === 'tuple') {
      cx.report.error('PF110', pattern.span, 'a pattern inside a pattern is a value or a range');
      return undefined;
    }
    if (pattern.high !== null && on.op === 'oneOf') {
      cx.report.error('PF110', pattern.span, 'a range is one of numbers', {
        hint: 'name each word: `"a" | "b" => …`',
      });
      return undefined;
    }
    const low = patternValue(pattern.low, on, cx);
    const high = pattern.high === null ? low : patternValue(pattern.high, on, cx);
    if (low === undefined || high === undefined) return undefined;
    if (low > high) {
      cx.report.error('PF110', pattern.span, `${low}..${high} is empty`, {
        hint: `the smaller number comes first: \`${high}..${low}\``,
      });
      return undefined;
    }
    ranges.push({ low, high });
  }
  return ranges;
}

function patternValue(expr: Expr, on: Expression, cx: Context): bigint | undefined {
  const constant = constantOf(expr, cx.scope, cx.report, on.type.kind === 'int' ? on.type.enum : null);
  if (constant === null) return undefined;
  if (on.op === 'oneOf') {
    const never = constant.kind === 'text' ? neverSaid(on.of, constant.value) : null;
    if (constant.kind === 'text' && never === null) return BigInt(on.texts.indexOf(constant.value));
    const message = never ?? `this pattern can't match ${kindOf(on.of)}`;
    cx.report.error(never === null ? 'PF109' : 'PF110', expr.span, message);
    return undefined;
  }
  if (on.type.kind === 'bool' && constant.kind === 'bool') return constant.value ? 1n : 0n;
  if (on.type.kind === 'int' && constant.kind === 'int') return constant.value;
  const word = constant.kind === 'text' ? wordOf(constant.value, on) : null;
  if (word !== null) return word;
  cx.report.error('PF109', expr.span, `this pattern can't match ${kindOf(on)}`);
  return undefined;
}

/** Why neither words nor numbers choose by an expression. */
export function cannotChoose(what: 'match' | 'variant', e: Expression): string {
  if (e.op === 'text') return `this is always ${JSON.stringify(e.value)}, so that nothing is chosen by it`;
  return `a ${what} chooses by numbers, booleans and words, this is ${kindOf(e)}`;
}

/** "a number", "the map `headers`": what an expression is, for messages. */
export function kindOf(e: Expression): string {
  const field = e.op === 'field' || e.op === 'request' ? plainField(e.fields[0]!) : null;
  if (field?.member === 'field' && field.type.kind !== 'int' && field.type.kind !== e.type.kind)
    return `the ${field.type.kind} \`${field.name}\``;
  return describe(e.type);
}

/** The number that a text says of an integer: a single character, or one for each byte of a big-endian field. */
function wordOf(text: string, on: Expression): bigint | null {
  if (on.type.kind !== 'int') return null;
  const [field] = on.op === 'field' ? on.fields : [];
  const int = field?.member === 'field' && field.type.kind === 'int' ? field.type.int : null;
  const isWhole = int !== null && !int.little && text.length * 8 === int.bits;
  return text.length === 1 || isWhole ? wordValue(text) : null;
}

/** Whether an expression can stand in a condition. */
export function isCondition(e: Expression): boolean {
  return e.type.kind === 'bool';
}

/** "a number", for messages. */
export function describe(type: ExpressionType): string {
  switch (type.kind) {
    case 'int':
      return type.enum === null ? 'a number' : `a \`${type.enum.name}\``;
    case 'bool':
      return 'a boolean';
    case 'text':
      return 'text';
    case 'bytes':
      return 'bytes';
    case 'null':
      return 'null';
    case 'frameKind':
      return 'a frame kind';
  }
}

function joinTypes(a: ExpressionType, b: ExpressionType): ExpressionType {
  if (a.kind !== 'int' || b.kind !== 'int') return a;
  return {
    kind: 'int',
    low: a.low < b.low ? a.low : b.low,
    high: a.high > b.high ? a.high : b.high,
    enum: a.enum === b.enum ? a.enum : null,
  };
}
