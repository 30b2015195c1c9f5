import type { Report } from '../diagnostics/diagnostic.js';
import type {
  Attr,
  BitField,
  Bits,
  ByteOrder,
  ConstDecl,
  Expr,
  Field as FieldAst,
  If,
  Member,
  Name,
  Pad,
  RecordEntry,
  StructDecl,
  Variant,
  Within,
} from '../syntax/ast.js';
import type { Span } from '../source/source-file.js';
import {
  buildExpression,
  buildPatterns,
  cannotChoose,
  firstMatch,
  isCondition,
  kindOf,
  type Context,
} from './build-expression.js';
import { bareField } from './bare-field.js';
import { buildAnnotations } from './build-annotations.js';
import { buildCoded } from './build-coded.js';
import { buildPeek } from './build-peek.js';
import { closeSpan, openSpan, type OpenSpan } from './build-span.js';
import { instanceName, isConstant, type Argument } from './build-arguments.js';
import { buildRecord } from './build-record.js';
import { buildType, checkAttributes, hasOwnOrder, maxOf } from './build-type.js';
import { CHECKSUMS, isChecksum, type ChecksumName } from './checksum-algorithms.js';
import { chooseByWords } from './choose-by-words.js';
import { constantBytes } from './constant-bytes.js';
import { aDeclaration, constantOf } from './constants.js';
import type { Declarations } from './declarations.js';
import { matches } from './evaluate.js';
import type { Expression } from './expression.js';
import { foldConstants } from './fold-constants.js';
import { formRange, isValueOf, mostAnnounced, rangeOf } from './integers.js';
import type {
  ArmModel,
  BitFieldModel,
  BitGroup,
  Block,
  Checksum,
  ConditionModel,
  ConstantValue,
  Field,
  FieldType,
  Guard,
  MemberModel,
  Struct,
  VariantModel,
  WindowModel,
} from './model.js';
import { Names } from './names.js';
import { rangeAttribute, rangeWithin } from './range-attribute.js';
import { readsRequest } from './remembered.js';
import { parts } from './expressions-of.js';
import { blockSize } from './size.js';
import { orderArgument, orderOfParam, orderParam, readsOrder } from './struct-order.js';
import { suggestHint } from './suggest-hint.js';
import { isWrittenAs } from './written-as.js';

/** Where members are built: the names they add to, and the path that messages and errors show. */
interface Place {
  readonly cx: Context & { readonly names: Names };
  readonly declarations: Declarations;
  readonly path: string;
  /** Members of the frame so far by name, for checksums. */
  readonly byName: Map<string, MemberModel>;
  /** What is said of members that stand later, to be read when all are known. */
  readonly later: (() => void)[];
}

/** Structs in structs. */
const DEEPEST = 64;

/** Parts of an expression with all `let`s put in; they could double with each line otherwise. */
const LARGEST_LET = 256;

/** Builds the members of a frame or struct; members that could not be built are left out after a report. */
export function buildBlock(
  members: readonly Member[],
  path: string,
  cx: Context & { readonly names: Names },
  declarations: Declarations,
): Block {
  const later: (() => void)[] = [];
  const built = block(members, { cx, declarations, path, byName: new Map(), later });
  for (const read of later) read();
  for (const [name, span] of cx.names.unusedLets())
    cx.report.warning('PF180', span, `nothing uses \`${name}\``, { hint: 'remove this `let`' });
  return built;
}

/** All names that the members declare, at any depth, for "stands later". */
export function declaredNames(members: readonly Member[], into = new Set<string>()): Set<string> {
  for (const member of members) {
    switch (member.kind) {
      case 'field':
      case 'let':
        into.add(member.name.text);
        break;
      case 'bits':
        for (const field of member.fields) into.add(field.name.text);
        break;
      case 'record':
        if (member.name !== null) into.add(member.name.text);
        entryNames(member.entries, into);
        break;
      case 'if':
        declaredNames(member.then, into);
        if (member.otherwise !== null) declaredNames(member.otherwise, into);
        break;
      case 'variant':
        for (const arm of member.arms) declaredNames(arm.members, into);
        break;
      case 'within':
        if (member.name !== null) into.add(member.name.text);
        declaredNames(member.members, into);
        break;
      case 'assert':
      case 'pad':
      case 'endian':
        break;
    }
  }
  return into;
}

function entryNames(entries: readonly RecordEntry[], into: Set<string>): void {
  for (const entry of entries) {
    if (entry.type !== null) into.add(entry.name.text);
    else entryNames(entry.entries, into);
  }
}

/**
 * Builds a struct once for each set of constant arguments; null after a report. What is known of an argument only
 * at run time stays a parameter.
 */
export function buildStruct(
  decl: StructDecl,
  given: readonly Argument[],
  declarations: Declarations,
  cx: Context,
): Struct | null {
  const name = instanceName(decl, given);
  const known = declarations.structOf(decl, name);
  if (known !== undefined) return known;
  const key = `${decl.span.file.path}:${decl.span.start}:${name}`;
  if (declarations.open.has(key)) {
    cx.report.error('PF150', decl.name.span, `\`${decl.name.text}\` contains itself`, {
      hint: `write \`recursive struct ${decl.name.text}\` and bound it with \`limits { depth = …; }\``,
    });
    return null;
  }
  if (declarations.open.size >= DEEPEST) {
    cx.report.error('PF003', decl.name.span, `structs are nested more than ${DEEPEST} deep`);
    return null;
  }
  declarations.open.add(key);
  const constants = given.filter(isConstant);
  const params: Field[] = given.filter((one) => !isConstant(one)).map((one) => one.field);
  const names = new Names(cx.report, declaredNames(decl.members));
  const isOrdered = declarations.isWindow(decl) ? cx.order !== undefined : declarations.ordered.has(decl);
  const order = isOrdered ? orderParam(decl, [...names.later, ...params.map((param) => param.name)]) : null;
  if (order !== null) params.push(order);
  const struct: Struct = {
    name,
    doc: decl.doc,
    span: decl.name.span,
    body: { members: [] },
    size: { min: 1, max: Infinity },
    recursive: decl.recursive,
    inWindow: declarations.isWindow(decl),
    params,
  };
  // A recursive struct is known to its own members.
  if (decl.recursive) declarations.keepStruct(decl, struct);
  for (const { param, field, value } of given) {
    if (names.later.has(param.name.text))
      cx.report.error('PF114', param.name.span, `\`${param.name.text}\` is a member as well`, {
        hint: 'give one of them another name',
      });
    else if (struct.params.includes(field)) names.addField(param.name, field);
    // Which enum a constant is of is known to expressions; elsewhere it is a constant as others are.
    else if (field.type.enum !== null) names.addParam(param.name, value);
  }
  const own: Context & { readonly names: Names } = {
    scope: declarations.scope.home(decl).with(constants.map(constantFor)),
    report: cx.report,
    names,
    guards: [],
    declarations,
    inStruct: true,
    decides: constants.length > 0,
    ...(order === null ? {} : { order: orderOfParam(order) }),
  };
  struct.body = buildBlock(decl.members, name, own, declarations);
  // Bytes and numbers that say their order are the same in either.
  if (order !== null && !readsOrder(struct.body, order)) params.pop();
  const size = blockSize(struct.body);
  struct.size = decl.recursive ? { min: size.min, max: Infinity } : size;
  declarations.open.delete(key);
  declarations.keepStruct(decl, struct);
  return struct;
}

/** A constant argument as a declaration `const n = 4;`. */
function constantFor({ param, value, span }: Argument): ConstDecl {
  const literal: Expr =
    value.op === 'bool'
      ? { kind: 'bool', value: value.value, span }
      : { kind: 'int', value: (value as Expression & { op: 'int' }).value, text: '', span };
  return { kind: 'const', doc: '', name: param.name, type: null, value: literal, span };
}

function block(members: readonly Member[], around: Place): Block {
  const built: MemberModel[] = [];
  let place = around;
  let chosen: Span | null = null;
  for (const member of members) {
    if (member.kind === 'endian') {
      const order = buildByteOrder(member, chosen, place);
      if (order === null) continue;
      chosen = order.span;
      place = { ...place, cx: { ...place.cx, order } };
      continue;
    }
    const decided =
      member.kind === 'if'
        ? decidedBranch(member, peeking(place, []))
        : member.kind === 'variant'
          ? decidedArm(member, peeking(place, []))
          : null;
    if (decided !== null) {
      built.push(...block(decided, place).members);
      continue;
    }
    const peeked: Field[] = [];
    const isDeciding = ['if', 'variant', 'assert', 'let'].includes(member.kind);
    const model = buildMember(member, isDeciding ? peeking(place, peeked) : place);
    built.push(...peeked);
    if (model !== null) built.push(model);
  }
  return { members: built };
}

/** A place whose member may look at what stands next, for which fields are added to `peeked`. */
function peeking(place: Place, peeked: Field[]): Place {
  const { cx, path, declarations } = place;
  return { ...place, cx: { ...cx, peek: (call) => buildPeek(call, peeked, path, cx, declarations) } };
}

/** The branch that constant arguments decide for; null where the frame itself decides. */
function decidedBranch(member: If, { cx }: Place): readonly Member[] | null {
  if (cx.decides !== true) return null;
  const condition = buildCondition(member.condition, cx);
  if (condition?.op !== 'bool') return null;
  return condition.value ? member.then : (member.otherwise ?? []);
}

/** The arm that constant arguments decide for, or the only one there is; null where the frame itself decides. */
function decidedArm(member: Variant, { cx }: Place): readonly Member[] | null {
  const [arm, ...others] = member.arms;
  if (others.length === 0 && arm?.patterns.every(({ kind }) => kind === 'wildcard') === true)
    return arm.members;
  if (cx.decides !== true) return null;
  const on = member.on.map((e) => buildExpression(e, cx));
  if (on.some((e) => e?.type.kind === 'text' || e?.type.kind === 'bytes')) return null;
  const values = on.map((e) => (e?.op === 'int' || e?.op === 'bool' ? e.value : undefined));
  if (values.includes(undefined)) return null;
  for (const arm of member.arms) {
    const patterns = buildPatterns(arm.patterns, on as Expression[], cx);
    if (patterns === undefined) return [];
    if (patterns === null || matches(patterns, values) === true) return arm.members;
  }
  cx.report.error('PF110', member.span, 'no arm takes these arguments', { hint: 'add an arm `_`' });
  return [];
}

function inside(place: Place, guard: Guard): Place {
  const { peek: _, ...cx } = place.cx;
  return { ...place, cx: { ...cx, guards: [...cx.guards, guard] } };
}

/**
 * Whether the numbers after it have the low byte first; null after a report.
 * @param chosen what has chosen an order in the same block
 */
function buildByteOrder(member: ByteOrder, chosen: Span | null, { cx }: Place): Expression | null {
  const { report } = cx;
  if (member.order.text !== 'little' && member.order.text !== 'big') {
    report.error('PF109', member.order.span, 'a byte order is `little` or `big`');
    return null;
  }
  if (chosen !== null) {
    report.error('PF114', member.span, 'the byte order is chosen already', {
      labels: [{ span: chosen, text: 'by this' }],
      hint: 'a number can have an order of its own: `u32le`, `u32be`; so can an arm, a window and a struct',
    });
    return null;
  }
  const condition = buildCondition(member.condition, cx);
  if (condition === null) return null;
  if (condition.optional) {
    report.error('PF109', condition.span, 'what chooses the byte order has to be there in any case', {
      hint: 'say what it is without it: `… ?? 0`',
    });
    return null;
  }
  if (member.order.text === 'little') return condition;
  return {
    op: 'unary',
    operator: 'not',
    operand: condition,
    span: condition.span,
    type: { kind: 'bool' },
    optional: false,
  };
}

function buildMember(member: Exclude<Member, ByteOrder>, place: Place): MemberModel | null {
  const { cx, path } = place;
  const { report, guards } = cx;
  switch (member.kind) {
    case 'field':
      return buildField(member, place);
    case 'bits':
      return buildBits(member, place);
    case 'record':
      return buildRecord(member, cx, place.declarations, path);
    case 'let': {
      const value = buildExpression(member.value, { ...cx, named: member.name.text });
      if (value === null) cx.names.addBroken(member.name);
      else if (isLargerThan(value, LARGEST_LET)) {
        report.error(
          'PF003',
          member.name.span,
          `\`${member.name.text}\` is too long with all its parts put in`,
        );
        cx.names.addBroken(member.name);
      } else cx.names.add(member.name, { kind: 'let', value, span: member.name.span });
      return null;
    }
    case 'assert': {
      const condition = buildExpression(member.condition, cx);
      if (condition === null) return null;
      if (!isCondition(condition)) {
        report.error('PF109', condition.span, `an assertion is a boolean, this is ${kindOf(condition)}`);
        return null;
      }
      if (cx.decides === true && condition.op === 'bool' && condition.value) return null;
      const { text } = member.condition.span.file;
      const source = text.slice(member.condition.span.start, member.condition.span.end);
      return {
        member: 'assert',
        path,
        span: member.span,
        condition,
        message: member.message?.value ?? `assertion failed: ${source}`,
        guards,
      };
    }
    case 'pad': {
      if (readsFields(member.value, cx.names)) return buildPad(member, place);
      const value = constantOf(member.value, cx.scope, report);
      if (value === null) return null;
      if (value.kind !== 'int' || value.value < 1n || value.value > 65536n) {
        report.error('PF113', member.value.span, 'a pad is a number of bytes from 1 to 65536');
        return null;
      }
      return {
        member: 'pad',
        path: `${path}.pad`,
        span: member.span,
        mode: member.mode,
        value: Number(value.value),
        guards,
      };
    }
    case 'if': {
      const condition = buildCondition(member.condition, cx);
      // The node is named in its members' guards, so it exists before them.
      const node: { -readonly [K in keyof ConditionModel]: ConditionModel[K] } = {
        member: 'if',
        path,
        span: member.span,
        condition: condition ?? unknownBoolean(member.condition.span),
        then: { members: [] },
        otherwise: null,
        guards,
      };
      node.then = block(member.then, inside(place, { node, arm: 0 }));
      if (member.otherwise !== null)
        node.otherwise = block(member.otherwise, inside(place, { node, arm: 1 }));
      return condition === null ? null : node;
    }
    case 'variant': {
      const on = chooseByWords(
        member.on.map((e) => buildExpression(e, cx)),
        member.arms.map((arm) => arm.patterns),
        cx.scope,
        report,
      );
      let broken = on.includes(null);
      for (const e of on) {
        if (e !== null && e.type.kind !== 'int' && e.type.kind !== 'bool') {
          report.error('PF109', e.span, cannotChoose('variant', e));
          broken = true;
        }
      }
      const arms: ArmModel[] = [];
      const node: VariantModel = {
        member: 'variant',
        name: member.name?.text ?? null,
        path,
        span: member.span,
        on: on.map((e, i) => e ?? unknownBoolean(member.on[i]!.span)),
        arms,
        guards,
      };
      for (const arm of member.arms) {
        const named = broken ? undefined : buildPatterns(arm.patterns, node.on, cx);
        const patterns =
          named &&
          firstMatch(
            named,
            arms.map((a) => a.patterns),
            arm.span,
            node.on,
            cx,
          );
        const index = arms.length;
        const name = arm.name?.text ?? null;
        const first = arms.find((other) => other.name !== null && other.name === name);
        if (first !== undefined) {
          report.error('PF114', arm.name!.span, `there is an arm \`${name}\` already`, {
            labels: [{ span: first.span, text: 'this one' }],
            hint: 'one arm can have several patterns: `a | b => …`',
          });
        }
        // An arm whose patterns are in error takes nothing; its members are checked all the same.
        arms.push({
          name,
          doc: arm.doc,
          span: arm.span,
          patterns: patterns === undefined ? [] : patterns,
          body: { members: [] },
        });
        const body = block(arm.members, inside(place, { node, arm: index }));
        arms[index] = { ...arms[index]!, body };
      }
      return broken ? null : node;
    }
    case 'within':
      return buildWindow(member, place);
  }
}

/** `pad size (4 - n % 4) % 4`: bytes that are zeros; null after a report. */
function buildPad(ast: Pad, { cx, path }: Place): Field | null {
  const built = buildExpression(ast.value, cx);
  if (built === null) return null;
  if (ast.mode === 'align' || built.type.kind !== 'int') {
    const what = ast.mode === 'align' ? 'an alignment is a constant' : 'the size of a pad is a number';
    cx.report.error('PF109', built.span, `${what}, this is ${kindOf(built)}`, {
      hint: 'write `pad align 4`, or `pad size (4 - n % 4) % 4`',
    });
    return null;
  }
  const extent = { kind: 'size', value: foldConstants(built), max: null } as const;
  const type: FieldType = { kind: 'bytes', extent, nullable: false };
  const name = cx.names.free('pad');
  return {
    ...bareField({ name, path: `${path}.pad`, span: ast.span, type, guards: cx.guards }),
    isPad: true,
  };
}

function buildWindow(ast: Within, place: Place): WindowModel | Field | null {
  const { cx, path } = place;
  const { report } = cx;
  checkAttributes(ast.attrs, ['max'], 'a window', report);
  // What is left of the window around it.
  const isRest = ast.codec !== null && isRemaining(ast.size);
  const size = isRest ? unknownBoolean(ast.size.span) : buildExpression(ast.size, cx);
  const max = maxOf(ast.attrs, cx);
  const isNumber = size?.type.kind === 'int';
  if (size !== null && !isNumber && !isRest)
    report.error('PF109', size.span, `the size of a window is a number, this is ${kindOf(size)}`);
  if (ast.codec !== null) {
    const { declarations } = place;
    const struct = buildStruct(declarations.windowStruct(ast), [], declarations, cx);
    if (ast.name === null)
      report.error('PF109', ast.codec.span, 'a window that is decoded needs a name', {
        hint: 'write `within (…) as name codec …`: what it holds is read under it',
      });
    if (struct === null || size === null || !(isNumber || isRest) || max === undefined) return null;
    const args = orderArgument(struct, ast.codec.span, cx, declarations);
    const field = buildCoded(ast, { struct, args, size: isRest ? null : size, max, path }, cx, declarations);
    if (field !== null) place.byName.set(field.name, field);
    return field;
  }
  const node: { -readonly [K in keyof WindowModel]: WindowModel[K] } = {
    member: 'within',
    name: ast.name?.text ?? null,
    path: ast.name === null ? path : `${path}.${ast.name.text}`,
    span: ast.span,
    size: size === null ? unknownBoolean(ast.size.span) : foldConstants(size),
    max: max ?? null,
    body: { members: [] },
    guards: cx.guards,
  };
  if (ast.name !== null) {
    cx.names.add(ast.name, { kind: 'window', window: node, span: ast.name.span });
    place.byName.set(ast.name.text, node);
  }
  node.body = block(ast.members, place);
  return isNumber && max !== undefined ? node : null;
}

/** `remaining()` */
function isRemaining(size: Expr): boolean {
  return (
    size.kind === 'call' &&
    size.callee.kind === 'name' &&
    size.callee.name === 'remaining' &&
    size.args.length === 0
  );
}

/** A boolean; null after a report. */
function buildCondition(expr: Expr, cx: Context): Expression | null {
  const condition = buildExpression(expr, cx);
  if (condition === null || isCondition(condition)) return condition;
  cx.report.error('PF109', condition.span, `a condition is a boolean, this is ${kindOf(condition)}`);
  return null;
}

/** Stands for an expression in error while what depends on it is read for errors of its own. */
function unknownBoolean(span: Expr['span']): Expression {
  return { op: 'match', on: [], arms: [], span, type: { kind: 'bool' }, optional: false };
}

function buildField(ast: FieldAst, place: Place): Field | null {
  const { cx, path, declarations } = place;
  const { report } = cx;
  const plain = buildType(
    { type: ast.type, extent: ast.extent, attrs: ast.attrs, span: ast.name.span },
    cx,
    declarations,
  );
  if (plain === null) {
    cx.names.addBroken(ast.name);
    return null;
  }
  const isFilled = ast.value !== null || ast.attrs.some((attr) => attr.kind === 'checksum');
  const { type = plain, ...annotated } = buildAnnotations(ast.annotations, plain, isFilled, cx);
  checkAttributes(ast.attrs, attributesOf(type), `\`${ast.name.text}\``, report);
  const range = rangeAttr(ast, type, place) ?? rangeOfDigits(type);
  const spans: OpenSpan[] = [];
  const built = computedValue(ast, type, place, spans);
  const called = built?.op === 'call' && spans.length > 0 ? built : null;
  const computed = called === null ? built : null;
  const constant = ast.value === null || built !== null ? null : literalFor(ast.value, type, place);
  if (annotated.isSkipped === true && defaultOf(ast, type, range, place) === null)
    zeroFits(ast, type, range, report);
  if (constant !== null && 'nullable' in type && type.nullable) neverNull(ast, report);
  const field: Field = {
    member: 'field',
    name: ast.name.text,
    path: `${path}.${ast.name.text}`,
    doc: ast.doc,
    span: ast.name.span,
    type,
    guards: cx.guards,
    ...annotated,
    constant,
    ...(constant === null ? {} : constantBytes(type, constant, ast.value!.span, report)),
    ...(computed === null || computed === undefined ? {} : { computed }),
    default: defaultOf(ast, type, range, place),
    range,
    checksum: null,
    derivation: null,
  };
  if (!cx.names.addField(ast.name, field)) return null;
  place.byName.set(ast.name.text, field);
  if (spans.length > 0) spansOf(field, called, spans, place);
  const attr = ast.attrs.find((a) => a.kind === 'checksum');
  if (attr !== undefined && isChecksumType(attr, ast, type, place)) {
    // What stands later is not known yet.
    const isAhead = isLater(attr.from, place) || isLater(attr.to, place) || attr.to.text === ast.name.text;
    const read = (): void =>
      void ((field as { checksum: Checksum | null }).checksum = checksumRange(attr, isAhead, place));
    if (isLater(attr.from, place) || isLater(attr.to, place)) place.later.push(read);
    else read();
  }
  return field;
}

/** Whether a name is declared further on. */
function isLater({ text }: Name, { byName, cx }: Place): boolean {
  return !byName.has(text) && cx.names.later.has(text);
}

/** Finds the members of what a field is computed of, which may stand later. @param called what is a checksum then */
function spansOf(
  field: Field,
  called: (Expression & { op: 'call' }) | null,
  spans: readonly OpenSpan[],
  place: Place,
): void {
  const isOpen = spans.some(({ from, to }) => isLater(from, place) || isLater(to, place));
  const isAhead = isOpen || spans.some(({ to }) => to.text === field.name);
  const close = (): void => {
    for (const { span, from, to } of spans) {
      const [first, last] = [memberNamed(from, place), memberNamed(to, place)];
      // After a report something has to stand there.
      closeSpan(span, first ?? field, last ?? first ?? field);
    }
    const [only, other] = spans;
    if (called === null) return;
    if (other !== undefined || called.args.length !== 1) {
      place.cx.report.error('PF199', called.span, 'a checksum of more than the bytes is not built yet', {
        hint: `write \`= ${called.fn.name}(bytes(first..last))\``,
      });
      return;
    }
    const { from, to } = only!.span;
    Object.assign(field, { checksum: { algorithm: called, from, to, isAhead } } satisfies Partial<Field>);
  };
  if (isOpen) place.later.push(close);
  else close();
}

/** Reports a number that can't be zero where an encoder would write that. */
function zeroFits(ast: FieldAst, type: FieldType, range: Field['range'], report: Report): void {
  if (type.kind !== 'int') return;
  const isOut = range !== null && (range.low > 0n || range.high < 0n);
  if (!isOut && (type.enum === null || isValueOf(type.enum, 0n))) return;
  report.error('PF113', ast.name.span, `nobody gives \`${ast.name.text}\`, and zero is no value of it`, {
    hint: 'say what is written: `default …`',
  });
}

/** Reports a constant that is said to be null at times. */
function neverNull({ attrs }: FieldAst, report: Report): void {
  const attr = attrs.find((a) => a.kind === 'nullable');
  if (attr !== undefined) report.error('PF113', attr.span, 'a constant is never null', { hint: 'remove it' });
}

/** The attributes that mean something for a field of a type; where null is not built, build-type.ts refuses it. */
function attributesOf(type: FieldType): readonly Attr['kind'][] {
  switch (type.kind) {
    case 'int':
      return type.bool ? ['default', 'nullable'] : ['default', 'in', 'checksum', 'nullable'];
    case 'bytes':
    case 'text':
      return ['max', 'default', 'nullable'];
    case 'list':
    case 'map':
      return ['max', 'nullable'];
    case 'struct':
      return ['nullable'];
    case 'extern':
      return type.extern.value === 'map' ? ['max', 'nullable'] : ['nullable'];
    case 'float':
      return ['default'];
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'coded':
    case 'inner':
      return [];
    case 'record':
      return ['max'];
  }
}

/** What a field is computed of; null where it has a constant or none, undefined after a report. */
function computedValue(
  ast: FieldAst,
  type: FieldType,
  { cx }: Place,
  spans: OpenSpan[],
): Expression | null | undefined {
  const { value } = ast;
  if (value === null || !(readsFields(value, cx.names) || readsRequest(value))) return null;
  const ofEnum = type.kind === 'int' ? type.enum : null;
  if (value.kind === 'name' && ofEnum?.members.some((m) => m.name === value.name) === true) return null;
  const fail = (message: string, hint: string): undefined => {
    cx.report.error('PF109', value.span, message, { hint });
    return undefined;
  };
  const isPlain = type.kind === 'int' && type.form.kind === 'fixed' && !type.bool && type.enum === null;
  if (!isPlain || type.int.bits > 48)
    return fail('only an integer of fixed width, of at most 48 bits, is computed', 'write u8 to u48');
  const span: Context['span'] = (call, isSize) => openSpan(call, isSize, spans, cx);
  const built = buildExpression(value, { ...cx, span, sizes: true });
  if (built === null) return undefined;
  if (built.type.kind !== 'int')
    return fail(`a number is computed here, this is ${kindOf(built)}`, 'compare with `assert`');
  if (built.optional)
    return fail(
      'this is not in every frame, so it can not always be computed',
      'say what it is without it: `… ?? 0`',
    );
  return built;
}

/** A constant as a value of the type; null after a report. */
function literalFor(expr: FieldAst['value'] & object, type: FieldType, place: Place): ConstantValue | null {
  const { cx } = place;
  const ofEnum = type.kind === 'int' ? type.enum : null;
  const isMember =
    expr.kind === 'name' && ofEnum !== null && ofEnum.members.some((m) => m.name === expr.name);
  if (!isMember && (readsFields(expr, cx.names) || readsRequest(expr))) {
    cx.report.error('PF109', expr.span, 'a default is constant', {
      hint: 'a value that is always computed is written `= …`',
    });
    return null;
  }
  const value = constantOf(expr, cx.scope, cx.report, type.kind === 'int' ? type.enum : null);
  if (value === null) return null;
  const refuse = (message: string, hint?: string): null => {
    cx.report.error('PF113', expr.span, message, hint === undefined ? {} : { hint });
    return null;
  };
  if (type.kind === 'int') {
    if (type.bool)
      return value.kind === 'bool'
        ? { kind: 'int', value: value.value ? 1n : 0n }
        : refuse('this has to be `true` or `false`');
    let number: bigint;
    if (value.kind === 'int') number = value.value;
    else if (value.kind === 'text' && value.value.length === type.int.bits / 8) {
      number = [...value.value].reduce((sum, c) => sum * 256n + BigInt(c.charCodeAt(0)), 0n);
      if (type.int.little)
        return refuse('a text for a little-endian number reads backwards; write the number');
    } else return refuse(`this is no value of ${type.int.bits} bits`);
    const { low, high } = formRange(type);
    if (number < low || number > high)
      return refuse(`${number} does not fit: the field holds ${low} to ${high}`);
    if (type.enum !== null && !isValueOf(type.enum, number))
      return refuse(`${number} is no member of \`${type.enum.name}\``);
    return { kind: 'int', value: number };
  }
  if (type.kind === 'bytes' || type.kind === 'text') {
    if (value.kind !== 'text') return refuse('this has to be a text');
    if (type.kind === 'text' && !isWrittenAs(value.value, type.encoding))
      return refuse(`this can't be written as ${type.encoding}`);
    const length =
      type.kind === 'text' && type.encoding === 'utf8'
        ? new TextEncoder().encode(value.value).length
        : value.value.length;
    const most = mostAnnounced(type.extent, type.nullable);
    if (length > most) return refuse(`this has ${length} bytes, the field takes ${most}`);
    const size =
      type.extent.kind === 'size' && type.extent.value.op === 'int' ? Number(type.extent.value.value) : null;
    if (type.kind === 'bytes' && [...value.value].some((c) => c.charCodeAt(0) > 255))
      return refuse('bytes are written with characters up to \\xff');
    if (size !== null && size !== length)
      return refuse(`this has ${length} bytes, the field ${size}`, `write \`size ${length}\``);
    return value;
  }
  if (type.kind === 'float') {
    if (value.kind !== 'float' && value.kind !== 'int')
      return refuse(`this has to be a float`, 'write `1.5`');
    const number = Number(value.value);
    if (type.bits === 32 && !Number.isFinite(Math.fround(number)))
      return refuse('this is more than 32 bits hold', 'write `f64`');
    return { kind: 'float', value: number };
  }
  return refuse(`a ${type.kind} can't have a constant value`);
}

function defaultOf(
  ast: FieldAst,
  type: FieldType,
  range: Field['range'],
  place: Place,
): ConstantValue | null {
  const attr = ast.attrs.find((a) => a.kind === 'default');
  if (attr === undefined || !attributesOf(type).includes('default')) return null;
  const { report } = place.cx;
  if (ast.value !== null) {
    report.error('PF113', attr.span, 'a constant needs no default', { hint: 'remove it' });
    return null;
  }
  const value = literalFor(attr.value, type, place);
  if (value?.kind === 'int' && range !== null && (value.value < range.low || value.value > range.high)) {
    const message = `the default ${value.value} is not in ${range.low}..${range.high}`;
    report.error('PF113', attr.value.span, message);
    return null;
  }
  return value;
}

/** What a fixed number of digits or bytes can say, where its integer could hold more. */
function rangeOfDigits(type: FieldType): Field['range'] {
  if (type.kind !== 'int') return null;
  const isNarrow =
    type.form.kind === 'digits'
      ? type.form.extent.kind === 'size'
      : type.form.kind === 'varint' && type.form.width !== undefined;
  if (!isNarrow) return null;
  const range = formRange(type);
  return range.high < rangeOf(type.int).high ? range : null;
}

function rangeAttr(ast: FieldAst, type: FieldType, { cx }: Place): Field['range'] {
  const attr = ast.attrs.find((a) => a.kind === 'in');
  if (attr === undefined || ast.value === null) return rangeAttribute(ast.attrs, type, cx);
  cx.report.error('PF113', attr.span, 'a constant needs no range', { hint: 'remove it' });
  return null;
}

type ChecksumAttr = Attr & { readonly kind: 'checksum' };

/** Whether a field is what its checksum needs; false after a report. */
function isChecksumType(attr: ChecksumAttr, ast: FieldAst, type: FieldType, place: Place): boolean {
  const { report } = place.cx;
  const algorithm = attr.algorithm.kind === 'name' ? attr.algorithm.name : '';
  if (!isChecksum(algorithm)) {
    const known = Object.keys(CHECKSUMS);
    const hint = { hint: `there are ${known.map((name) => `\`${name}\``).join(', ')}` };
    const near = suggestHint(algorithm, known);
    const message = algorithm === '' ? 'this is no checksum' : `there is no checksum \`${algorithm}\``;
    report.error('PF123', attr.algorithm.span, message, 'hint' in near ? near : hint);
    return false;
  }
  if (type.kind !== 'int') return false;
  const { bits } = CHECKSUMS[algorithm];
  if (type.int.bits !== bits || type.int.signed || type.enum !== null || type.form.kind !== 'fixed') {
    report.error('PF123', ast.type.span, `${algorithm} has ${bits} bits`, { hint: `write u${bits}` });
    return false;
  }
  for (const other of ast.attrs)
    if (other.kind === 'default' || other.kind === 'in')
      report.error('PF123', other.span, `a checksum is computed and has no \`${other.kind}\``);
  if (ast.value === null) return true;
  report.error('PF123', ast.value.span, 'a checksum is computed and has no value of its own');
  return false;
}

/** What a checksum covers; null after a report. */
function checksumRange(attr: ChecksumAttr, isAhead: boolean, place: Place): Checksum | null {
  const [from, to] = [memberNamed(attr.from, place), memberNamed(attr.to, place)];
  const algorithm = (attr.algorithm as Expr & { kind: 'name' }).name as ChecksumName;
  return from === null || to === null ? null : { algorithm, from, to, isAhead };
}

/** A member of the frame or struct by its name; null after a report. */
function memberNamed(name: Name, { byName, cx }: Place): MemberModel | null {
  const member = byName.get(name.text);
  if (member !== undefined) return member;
  const { names, scope } = cx;
  if (names.get(name.text)?.kind === 'broken' || scope.isLost(name.text)) return null;
  cx.report.error(
    'PF100',
    name.span,
    `there is no field \`${name.text}\``,
    suggestHint(name.text, [...byName.keys()]),
  );
  return null;
}

function buildBits(ast: Bits, place: Place): BitGroup | null {
  const { cx, path, declarations } = place;
  const { report } = cx;
  const int = declarations.baseType(ast.type);
  const broken = (): null => {
    for (const field of ast.fields) cx.names.addBroken(field.name);
    return null;
  };
  if (int === null) return broken();
  if (int.bits > 32 || int.signed) {
    report.error('PF113', ast.type.span, 'bits lie in an unsigned integer of at most 32 bits');
    return broken();
  }
  const fields: BitFieldModel[] = [];
  const name = ast.name?.text ?? null;
  const typeName = ast.type.kind === 'named' ? ast.type.path.at(-1)!.text : '';
  const isChosen = cx.order !== undefined && int.bits > 8 && !hasOwnOrder(typeName);
  const group: BitGroup = {
    member: 'bits',
    name,
    path: name === null ? `${path}.bits` : `${path}.${name}`,
    span: ast.span,
    int: isChosen ? { ...int, little: false } : int,
    ...(isChosen ? { order: cx.order! } : {}),
    guards: cx.guards,
    fields,
  };
  const sum = ast.fields.reduce((total, f) => total + Number(f.width.value), 0);
  if (sum !== int.bits) {
    report.error('PF113', ast.type.span, `these bits add up to ${sum}, the integer has ${int.bits}`, {
      hint: sum < int.bits ? `add \`reserved : ${int.bits - sum};\`` : 'use a wider integer',
    });
    return broken();
  }
  if (ast.name !== null) cx.names.add(ast.name, { kind: 'group', span: ast.name.span });
  let left = int.bits;
  for (const bit of ast.fields) {
    left -= Number(bit.width.value);
    const model = buildBitField(bit, group, left, place);
    if (model === null) cx.names.addBroken(bit.name);
    else {
      fields.push(model);
      cx.names.addField(bit.name, model);
    }
  }
  if (name !== null) place.byName.set(name, group);
  return group;
}

function buildBitField(bit: BitField, group: BitGroup, shift: number, place: Place): BitFieldModel | null {
  const { cx, declarations } = place;
  const width = Number(bit.width.value);
  const base = {
    member: 'bitField',
    name: bit.name.text,
    path: `${place.path}.${bit.name.text}`,
    doc: bit.doc,
    span: bit.name.span,
    group,
    shift,
    width,
    guards: cx.guards,
  } as const;
  if (width < 1) {
    cx.report.error('PF113', bit.width.span, 'a bit field has at least one bit');
    return null;
  }
  let asEnum: BitFieldModel['enum'] = null;
  if (bit.as !== null) {
    if (bit.as.kind !== 'named' || bit.as.args.length > 0 || declarations.intType(bit.as.path[0]!.text)) {
      cx.report.error('PF109', bit.as.span, 'bits can be read as an enum only', {
        hint: 'without `as` they are a number, and a single bit is a boolean',
      });
      return null;
    }
    const declaration = cx.scope.resolve(bit.as.path);
    if (declaration === undefined) return null;
    if (declaration.kind !== 'enum') {
      cx.report.error(
        'PF109',
        bit.as.span,
        `bits can be read as an enum, not ${aDeclaration(declaration.kind)}`,
      );
      return null;
    }
    asEnum = declarations.enumOf(declaration);
    if (asEnum === null) return null;
    const over = asEnum.members.find((m) => m.value >= 1n << BigInt(width) || m.value < 0n);
    if (over !== undefined) {
      cx.report.error(
        'PF113',
        bit.as.span,
        `\`${over.name}\` is ${over.value}, which ${width} bits can't hold`,
      );
      return null;
    }
  }
  const isNumber = asEnum === null && width > 1;
  const what = isNumber ? `\`${bit.name.text}\`` : `\`${bit.name.text}\`, which is no number`;
  checkAttributes(bit.attrs, isNumber ? ['in'] : [], what, cx.report);
  const bounds = { low: 0n, high: (1n << BigInt(width)) - 1n };
  if (bit.value === null) {
    const range = isNumber ? rangeWithin(bit.attrs, bounds, null, cx) : null;
    return { ...base, enum: asEnum, constant: null, range, derivation: null };
  }
  const given = bit.attrs.find((a) => a.kind === 'in');
  if (given !== undefined)
    cx.report.error('PF113', given.span, 'a constant needs no range', { hint: 'remove it' });
  const value = constantOf(bit.value, cx.scope, cx.report, asEnum);
  const number =
    value?.kind === 'int' ? value.value : value?.kind === 'bool' ? (value.value ? 1n : 0n) : null;
  if (number === null) {
    if (value !== null) cx.report.error('PF109', bit.value.span, 'a bit field is a number or a boolean');
    return null;
  }
  if (asEnum !== null && !isValueOf(asEnum, number)) {
    cx.report.error('PF113', bit.value.span, `${number} is no member of \`${asEnum.name}\``);
    return null;
  }
  if (number < 0n || number >= 1n << BigInt(width)) {
    cx.report.error('PF113', bit.value.span, `${number} does not fit into ${width} bits`);
    return null;
  }
  const constant: ConstantValue = { kind: 'int', value: number };
  return { ...base, enum: asEnum, constant, range: null, derivation: null };
}

/** Whether an expression reads a field or calls a function, so that its value is not known beforehand. */
function readsFields(expr: Expr, names: Names): boolean {
  switch (expr.kind) {
    case 'name':
      return !names.isParam(expr.name) && names.declares(expr.name);
    case 'call':
    case 'match':
      return true;
    case 'unary':
      return readsFields(expr.operand, names);
    case 'binary':
      return readsFields(expr.left, names) || readsFields(expr.right, names);
    case 'member':
    case 'index':
      return readsFields(expr.object, names);
    default:
      return false;
  }
}

function isLargerThan(value: Expression, limit: number): boolean {
  let count = 0;
  for (const _ of parts(value)) if (++count > limit) return true;
  return false;
}
