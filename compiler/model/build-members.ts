import { constantOf } from './constants.js';
import type { Field as FieldAst, Member, Name, StructDecl, BitField, Bits } from '../syntax/ast.js';
import { buildExpression, buildPatterns, describe, isCondition, type Context } from './build-expression.js';
import { buildType } from './build-type.js';
import type { Declarations } from './declarations.js';
import { rangeOf } from './integers.js';
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

/** Where members are built: the names they add to, and the path that messages and errors show. */
interface Place {
  readonly cx: Context & { readonly names: Names };
  readonly declarations: Declarations;
  readonly path: string;
  /** Members of the frame so far by name, for checksums. */
  readonly byName: Map<string, MemberModel>;
  readonly asserts: { count: number };
}

/** Builds the members of a frame or struct; members that could not be built are left out after a report. */
export function buildBlock(
  members: readonly Member[],
  path: string,
  cx: Context & { readonly names: Names },
  declarations: Declarations,
): Block {
  return block(members, { cx, declarations, path, byName: new Map(), asserts: { count: 0 } });
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
        break;
    }
  }
  return into;
}

/** Builds a struct once; null after a report. */
export function buildStruct(decl: StructDecl, declarations: Declarations, cx: Context): Struct | null {
  const known = declarations.structs.get(decl);
  if (known !== undefined) return known;
  if (decl.recursive || decl.params.length > 0) {
    cx.report.error(
      'PF199',
      decl.name.span,
      decl.recursive ? 'recursive structs are not built yet' : 'structs with parameters are not built yet',
    );
    return null;
  }
  if (declarations.open.has(decl)) {
    cx.report.error('PF150', decl.name.span, `\`${decl.name.text}\` contains itself`, {
      hint: 'only `recursive struct` may, with a depth limit',
    });
    return null;
  }
  declarations.open.add(decl);
  const names = new Names(cx.report, declaredNames(decl.members));
  const own: Context & { readonly names: Names } = { scope: cx.scope, report: cx.report, names, guards: [] };
  const struct: Struct = {
    name: decl.name.text,
    doc: decl.doc,
    span: decl.name.span,
    body: buildBlock(decl.members, decl.name.text, own, declarations),
  };
  declarations.open.delete(decl);
  declarations.structs.set(decl, struct);
  return struct;
}

function block(members: readonly Member[], place: Place): Block {
  const built: MemberModel[] = [];
  for (const member of members) {
    const model = buildMember(member, place);
    if (model !== null) built.push(model);
  }
  return { members: built };
}

function inside(place: Place, guard: Guard): Place {
  return { ...place, cx: { ...place.cx, guards: [...place.cx.guards, guard] } };
}

function buildMember(member: Member, place: Place): MemberModel | null {
  const { cx, path } = place;
  const { report, guards } = cx;
  switch (member.kind) {
    case 'field':
      return buildField(member, place);
    case 'bits':
      return buildBits(member, place);
    case 'let': {
      const value = buildExpression(member.value, cx);
      if (value !== null) cx.names.add(member.name, { kind: 'let', value, span: member.name.span });
      return null;
    }
    case 'assert': {
      const condition = buildExpression(member.condition, cx);
      if (condition === null) return null;
      if (!isCondition(condition)) {
        report.error(
          'PF109',
          condition.span,
          `an assertion is a boolean, this is ${describe(condition.type)}`,
        );
        return null;
      }
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
      const condition = buildExpression(member.condition, cx);
      if (condition === null) return null;
      if (!isCondition(condition)) {
        report.error(
          'PF109',
          condition.span,
          `a condition is a boolean, this is ${describe(condition.type)}`,
        );
        return null;
      }
      // The node is named in its members' guards, so it exists before them.
      const node: { -readonly [K in keyof ConditionModel]: ConditionModel[K] } = {
        member: 'if',
        path,
        span: member.span,
        condition,
        then: { members: [] },
        otherwise: null,
        guards,
      };
      node.then = block(member.then, inside(place, { node, arm: 0 }));
      if (member.otherwise !== null)
        node.otherwise = block(member.otherwise, inside(place, { node, arm: 1 }));
      return node;
    }
    case 'variant': {
      const on = member.on.map((e) => buildExpression(e, cx));
      if (on.some((e) => e === null)) return null;
      for (const e of on) {
        if (e!.type.kind !== 'int' && e!.type.kind !== 'bool') {
          report.error(
            'PF109',
            e!.span,
            `a variant is chosen by numbers and booleans, this is ${describe(e!.type)}`,
          );
          return null;
        }
      }
      const arms: ArmModel[] = [];
      const node: VariantModel = {
        member: 'variant',
        name: member.name?.text ?? null,
        path,
        span: member.span,
        on: on as VariantModel['on'],
        arms,
        guards,
      };
      for (const arm of member.arms) {
        const patterns = buildPatterns(arm.patterns, node.on, cx);
        if (patterns === undefined) continue;
        if (arm.args.length > 0) report.error('PF199', arm.span, 'arms with arguments are not built yet');
        const index = arms.length;
        const name = arm.name?.text ?? null;
        arms.push({ name, doc: arm.doc, span: arm.span, patterns, body: { members: [] } });
        const body = block(arm.members, inside({ ...place, path }, { node, arm: index }));
        arms[index] = { ...arms[index]!, body };
      }
      return node;
    }
    case 'within': {
      if (member.codec !== null) {
        report.error('PF199', member.codec.span, 'window codecs are not built yet');
        return null;
      }
      const size = buildExpression(member.size, cx);
      const maxAttr = member.attrs.find((a) => a.kind === 'max');
      const max = maxAttr === undefined ? null : constantOf(maxAttr.value, cx.scope, report);
      if (size === null || (maxAttr !== undefined && max === null)) return null;
      if (size.type.kind !== 'int') {
        report.error('PF109', size.span, `the size of a window is a number, this is ${describe(size.type)}`);
        return null;
      }
      const node: { -readonly [K in keyof WindowModel]: WindowModel[K] } = {
        member: 'within',
        name: member.name?.text ?? null,
        path: member.name === null ? path : `${path}.${member.name.text}`,
        span: member.span,
        size,
        max: max?.kind === 'int' ? Number(max.value) : null,
        body: { members: [] },
        guards,
      };
      if (member.name !== null) {
        cx.names.add(member.name, { kind: 'window', window: node, span: member.name.span });
        place.byName.set(member.name.text, node);
      }
      node.body = block(member.members, place);
      return node;
    }
  }
}

function buildField(ast: FieldAst, place: Place): Field | null {
  const { cx, path, declarations } = place;
  const { report } = cx;
  for (const annotation of ast.annotations)
    report.error('PF199', annotation.span, `\`@${annotation.name.text}\` is not built yet`);
  const type = buildType(
    { type: ast.type, extent: ast.extent, attrs: ast.attrs, span: ast.name.span },
    cx,
    declarations,
  );
  if (type === null) return null;
  const field: Field = {
    member: 'field',
    name: ast.name.text,
    path: `${path}.${ast.name.text}`,
    doc: ast.doc,
    span: ast.name.span,
    type,
    guards: cx.guards,
    constant: ast.value === null ? null : literalFor(ast.value, type, place),
    default: defaultOf(ast, type, place),
    range: rangeAttr(ast, type, place),
    checksum: checksumAttr(ast, type, place),
    derivation: null,
  };
  cx.names.addField(ast.name, field);
  place.byName.set(ast.name.text, field);
  return field;
}

/** A constant as a value of the type; null after a report. */
function literalFor(expr: FieldAst['value'] & object, type: FieldType, place: Place): ConstantValue | null {
  const { cx } = place;
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
        : refuse('this has to be true or false');
    let number: bigint;
    if (value.kind === 'int') number = value.value;
    else if (value.kind === 'text' && value.value.length === type.int.bits / 8) {
      number = [...value.value].reduce((sum, c) => sum * 256n + BigInt(c.charCodeAt(0)), 0n);
      if (type.int.little)
        return refuse('a text for a little-endian number reads backwards; write the number');
    } else return refuse(`this is no value of ${type.int.bits} bits`);
    const { low, high } = rangeOf(type.int);
    if (number < low || number > high)
      return refuse(`${number} does not fit: the field holds ${low} to ${high}`);
    if (
      type.enum !== null &&
      !type.enum.open &&
      !type.enum.flags &&
      !type.enum.members.some((m) => m.value === number)
    ) {
      return refuse(`${number} is no member of \`${type.enum.name}\``);
    }
    return { kind: 'int', value: number };
  }
  if (type.kind === 'bytes' || type.kind === 'text') {
    if (value.kind !== 'text') return refuse('this has to be a text');
    const size =
      type.extent.kind === 'size' && type.extent.value.op === 'int' ? Number(type.extent.value.value) : null;
    if (type.kind === 'bytes' && [...value.value].some((c) => c.charCodeAt(0) > 255))
      return refuse('bytes are written with characters up to \\xff');
    if (size !== null && size !== value.value.length && type.kind === 'bytes') {
      return refuse(
        `the constant has ${value.value.length} bytes, the field ${size}`,
        `size ${value.value.length}`,
      );
    }
    return value;
  }
  return refuse('only numbers, texts and bytes can be constant');
}

function defaultOf(ast: FieldAst, type: FieldType, place: Place): ConstantValue | null {
  const attr = ast.attrs.find((a) => a.kind === 'default');
  if (attr === undefined) return null;
  if (ast.value !== null) {
    place.cx.report.error('PF113', attr.span, 'a constant needs no default');
    return null;
  }
  return literalFor(attr.value, type, place);
}

function rangeAttr(ast: FieldAst, type: FieldType, place: Place): Field['range'] {
  const attr = ast.attrs.find((a) => a.kind === 'in');
  if (attr === undefined) return null;
  const { report, scope } = place.cx;
  if (type.kind !== 'int' || type.bool) {
    report.error('PF113', attr.span, '`in` is for numbers');
    return null;
  }
  const low = constantOf(attr.low, scope, report, type.enum);
  const high = constantOf(attr.high, scope, report, type.enum);
  if (low === null || high === null) return null;
  const bounds = rangeOf(type.int);
  if (low.kind !== 'int' || high.kind !== 'int') {
    report.error('PF113', attr.span, 'a range is written with numbers');
    return null;
  }
  if (low.value > high.value) {
    report.error('PF113', attr.span, `${low.value}..${high.value} is empty`);
    return null;
  }
  for (const [value, expr] of [
    [low.value, attr.low],
    [high.value, attr.high],
  ] as const) {
    if (value < bounds.low || value > bounds.high) {
      report.error(
        'PF113',
        expr.span,
        `${value} does not fit: the field holds ${bounds.low} to ${bounds.high}`,
      );
      return null;
    }
  }
  return { low: low.value, high: high.value };
}

function checksumAttr(ast: FieldAst, type: FieldType, place: Place): Checksum | null {
  const attr = ast.attrs.find((a) => a.kind === 'checksum');
  if (attr === undefined) return null;
  const { report } = place.cx;
  const algorithm = attr.algorithm.kind === 'name' ? attr.algorithm.name : '';
  if (algorithm !== 'crc32' && algorithm !== 'crc32c') {
    report.error('PF199', attr.algorithm.span, `only crc32 and crc32c are built so far`);
    return null;
  }
  if (type.kind !== 'int' || type.int.bits !== 32) {
    report.error('PF123', attr.span, `${algorithm} takes a field of 32 bits`);
    return null;
  }
  const find = (name: Name): MemberModel | null => {
    const member = place.byName.get(name.text);
    if (member === undefined) {
      report.error('PF123', name.span, `\`${name.text}\` is no field before this checksum`);
      return null;
    }
    return member;
  };
  const from = find(attr.from);
  const to = find(attr.to);
  return from === null || to === null ? null : { algorithm, from, to };
}

function buildBits(ast: Bits, place: Place): BitGroup | null {
  const { cx, path, declarations } = place;
  const { report } = cx;
  const int = declarations.baseType(ast.type);
  if (int === null) return null;
  if (int.bits > 32 || int.signed) {
    report.error('PF113', ast.type.span, 'bits lie in an unsigned integer of at most 32 bits');
    return null;
  }
  const fields: BitFieldModel[] = [];
  const name = ast.name?.text ?? null;
  const group: BitGroup = {
    member: 'bits',
    name,
    path: name === null ? `${path}.bits` : `${path}.${name}`,
    span: ast.span,
    int,
    guards: cx.guards,
    fields,
  };
  const sum = ast.fields.reduce((total, f) => total + Number(f.width.value), 0);
  if (sum !== int.bits) {
    report.error('PF113', ast.span, `these bits add up to ${sum}, the integer has ${int.bits}`, {
      hint: sum < int.bits ? `add \`reserved : ${int.bits - sum};\`` : 'use a wider integer',
    });
    return null;
  }
  let left = int.bits;
  for (const bit of ast.fields) {
    left -= Number(bit.width.value);
    const model = buildBitField(bit, group, left, place);
    if (model !== null) {
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
    const declaration = bit.as.kind === 'named' ? cx.scope.resolve(bit.as.path) : undefined;
    if (declaration === undefined) return null;
    asEnum = declaration.kind === 'enum' ? declarations.enumOf(declaration) : null;
    if (asEnum === null) {
      cx.report.error('PF109', bit.as.span, 'bits can be read as an enum');
      return null;
    }
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
  if (bit.value === null) return { ...base, enum: asEnum, constant: null };
  const value = constantOf(bit.value, cx.scope, cx.report, asEnum);
  const number =
    value?.kind === 'int' ? value.value : value?.kind === 'bool' ? (value.value ? 1n : 0n) : null;
  if (number === null) return null;
  if (number < 0n || number >= 1n << BigInt(width)) {
    cx.report.error('PF113', bit.value.span, `${number} does not fit into ${width} bits`);
    return null;
  }
  return { ...base, enum: asEnum, constant: { kind: 'int', value: number } };
}
