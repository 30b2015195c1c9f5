import {
  StructureKind,
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
} from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import type { Expression } from '../model/expression.js';
import { checksumsOf } from '../model/covers.js';
import { membersRead, parts, sizeOfElements } from '../model/expressions-of.js';
import {
  boundsOf,
  formRange,
  isBig,
  longest,
  mostAnnounced,
  rangeOf,
  widthRange,
} from '../model/integers.js';
import { camelCase, pascalCase } from '../model/camel-case.js';
import type {
  ArmModel,
  AssertModel,
  BitFieldModel,
  Block,
  Derivation,
  Enum,
  Extended,
  Field,
  FieldType,
  Guard,
  Length,
  MemberModel,
  Struct,
  VariantModel,
  WindowModel,
} from '../model/model.js';
import type { CodedField } from '../model/inner-fields.js';
import { isAnnounced } from '../model/announced.js';
import { lengthsByKey } from '../model/header-lengths.js';
import { isGiven } from '../model/is-given.js';
import { isLate } from '../model/late-computed.js';
import { isInArms, isPartial, lengthsOf, usesOf } from '../model/partial-length.js';
import { askedBy, branchesOf, isPeeking, peeksIn, tellersOf, type Peeking } from '../model/peeks.js';
import { agreementOf } from '../model/peek-agreement.js';
import { memberOf } from '../model/layout.js';
import { keyedBy } from '../model/maps-as-lists.js';
import { blockSize, fixedSize } from '../model/size.js';
import { isEverywhere, ordersOf } from '../model/order-of.js';
import { walk } from '../model/walk.js';
import { asOne, littleCode, putInteger, writeInOrder } from './byte-order.js';
import { bytesCompared, whichCompared } from './bytes-compared.js';
import { sumCode } from './checksum-code.js';
import { hasGaps, isClosed, noMember, spanOf } from './closed-enum.js';
import { ConstantText } from './constant-text.js';
import { emitExpression, emitPatterns, unnamedWord, type Environment } from './emit-expression.js';
import { headerWindow } from './emit-headers.js';
import { isCoded, lookUpCode } from './emit-inner.js';
import { entriesName, isEntry } from './emit-record.js';
import { factCode, isFact } from './fact-code.js';
import { literal } from './literal.js';
import { floatName, readValue } from './reader.js';
import {
  formedSize,
  isFormed,
  isSelfDelimited,
  reachesRecursion,
  writeDelimiter,
  writeFormed,
} from './self-delimiting.js';
import { fieldDocs, quote, type Module } from './module.js';
import { argumentsOf, listParams, sizeArgumentsOf, structParams } from './struct-arguments.js';
import { tidy } from './tidy.js';
import { initTypeText } from './type-text.js';

/** The fields of a block by name, as an encoder takes them; `optional` where it can do without. */
export function givenFields(block: Block): { field: Field | BitFieldModel; optional: boolean }[] {
  const names = new Map<string, { field: Field | BitFieldModel; optional: boolean }>();
  for (const member of walk(block)) {
    const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
    for (const field of fields) {
      if (!isGiven(field)) continue;
      const optional =
        field.guards.length > 0 || fallback(field) !== null || isOptional(field) || isPartial(field);
      names.set(field.name, { field: names.get(field.name)?.field ?? field, optional });
    }
  }
  return [...names.values()];
}

/** What readers say besides of a struct's fields, and encoders find themselves. */
function readFields(block: Block, module: Module): ReturnType<typeof givenFields> {
  const given = givenFields(block).map(({ field }) => field.name);
  const all = [...walk(block)].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'field' ? [m] : m.member === 'bits' ? m.fields : [],
  );
  const read = all.filter((field) => module.readOutside.has(field) && !given.includes(field.name));
  const names = new Map(read.map((field) => [field.name, field]));
  return [...names.values()].map((field) => ({ field, optional: true }));
}

/** An entry of a record is left out where it is not given. */
function isOptional(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && isEntry(field);
}

/** What stands for a field that is not given: its default, or nothing for what has a variable size. Code, or null. */
function fallback(field: Field | BitFieldModel, module?: Module): string | null {
  if (field.member === 'bitField') return null;
  if (field.default !== null) {
    if (
      field.type.kind === 'int' &&
      field.type.enum !== null &&
      field.default.kind === 'int' &&
      module !== undefined
    ) {
      return module.enumValue(field.type.enum, field.default.value);
    }
    if (field.type.kind === 'bytes' && field.default.kind === 'text')
      return module === undefined ? 'NO_BYTES' : defaultBytes(field, field.default.value, module);
    return literal(field, field.default);
  }
  switch (field.type.kind) {
    case 'bytes':
      return field.type.nullable ? 'null' : 'NO_BYTES';
    case 'text':
      return field.type.nullable ? 'null' : "''";
    case 'extern':
      if (field.type.nullable) return 'null';
      return field.type.extern.value === 'map' ? '[]' : null;
    case 'list':
      return field.type.nullable ? 'null' : '[]';
    case 'map':
      return '[]';
    default:
      return null;
  }
}

/** The constant that holds the default of a field of bytes. */
function defaultBytes(field: Field, text: string, module: Module): string {
  const name = `${field.path.replaceAll('.', '_').toUpperCase()}_DEFAULT`;
  const bytes = [...text].map((c) => c.charCodeAt(0)).join(', ');
  module.addOnce(`const ${name} = new Uint8Array([${bytes}]);`);
  return name;
}

/** Emits the interface of what an encoder takes. */
export function emitInit(
  name: string,
  doc: string,
  block: Block,
  module: Module,
): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [doc],
    properties: [...givenFields(block), ...readFields(block, module)].map(({ field, optional }) => ({
      name: module.property(field),
      type: `${initTypeText(field, module)}${optional ? ' | undefined' : ''}`,
      hasQuestionToken: optional,
      isReadonly: true,
      docs: fieldDocs(field),
    })),
  };
}

/** Emits the encoder of the frame: values, sizes from the inside out, then the bytes, then the checksum. */
export function emitEncode(module: Module): FunctionDeclarationStructure {
  const { frame, limits } = module.protocol;
  const writer = new Writer(module, frame.body, 'init');
  writer.bind();
  writer.sizes();
  const { lines } = writer;
  lines.push(
    `if (size > ${limits.frame}) throw new ${module.use('EncodeError')}(${quote(frame.name)}, \`has \${size} bytes, the limit is ${limits.frame}\`);`,
    `const b = ${module.use('frameBytes')}(size);`,
    'let p = 0;',
  );
  writer.write();
  lines.push('return b;');
  return {
    kind: StructureKind.Function,
    name: module.encodeName,
    isExported: true,
    docs: [`A new ${frame.name}. Lengths and checksums follow from what is given. @throws EncodeError`],
    parameters: [{ name: writer.usesSource ? 'init' : '_init', type: module.initName }],
    returnType: 'Uint8Array',
    statements: writer.statements(),
  };
}

/** Emits `sizeOfItem(v)` and `writeItem(b, at, v)` of a struct. */
export function emitStructWrite(struct: Struct, module: Module): FunctionDeclarationStructure[] {
  const name = pascalCase(struct.name);
  const value = (of: Writer): { name: string; type: string } => ({
    name: of.usesSource ? 'v' : '_v',
    type: name,
  });
  const deep = reachesRecursion({ kind: 'struct', struct, args: [] });
  const params = structParams(struct, module, 'write');
  const sizeParams = structParams(struct, module, 'size');
  const sizer = new Writer(module, struct.body, 'v', struct.recursive ? 'depth - 1' : 'depth', sizeParams);
  if (struct.recursive) {
    const detail = quote(`is over ${module.protocol.limits.depth} structs deep`);
    sizer.lines.push(
      `if (depth === 0) throw new ${module.use('EncodeError')}(${quote(struct.name)}, ${detail});`,
    );
  }
  sizer.bind();
  sizer.sizes();
  const writer = new Writer(module, struct.body, 'v', undefined, params);
  writer.bind();
  writer.sizes();
  writer.lines.push('let p = at;');
  writer.write();
  return [
    {
      kind: StructureKind.Function,
      name: `sizeOf${name}`,
      docs: [`How many bytes a ${name} takes. @throws EncodeError`],
      parameters: [value(sizer), ...sizeParams, ...(deep ? [{ name: 'depth', type: 'number' }] : [])],
      returnType: 'number',
      statements: [...sizer.statements(), 'return size;'],
    },
    {
      kind: StructureKind.Function,
      name: `write${name}`,
      docs: [`Writes a ${name} and returns where it ends.`],
      parameters: [
        { name: 'b', type: 'Uint8Array' },
        { name: 'at', type: 'number' },
        value(writer),
        ...params,
      ],
      returnType: 'number',
      statements: tidy([...writer.statements(), 'return p;']),
    },
  ];
}

/** Emits the body of one encoder: a frame's or a struct's. */
class Writer implements Environment {
  readonly lines: string[] = [];
  /** Bytes that are certain and not yet added to `size`, or passed by `p`. */
  private pending = 0;
  private readonly units = new Map<Extended, string>();
  /** Fields of one name in several branches are one local. */
  private readonly hoisted = new Set<string>();
  private readonly hoistedBytes: string[] = [];
  /** What `bind` takes from the argument: `id`, `body = NO_BYTES`. */
  private parts: readonly string[] = [];
  /** The locals that say whether numbers have their low byte first, by what chooses that. */
  private readonly littles = new Map<Expression, string>();
  /** The lengths that are known from what is given. */
  private readonly known = new Set<Length>();
  /** Their locals; lengths of one name in several arms are one. */
  private readonly declared = new Set<string>();
  /** What the caller gives of lengths that measure something in some arms only, by their locals. */
  private readonly partial = new Map<string, string>();
  /** Extents that share a length and stand in arms deeper than where that is found: checked once all is measured. */
  private readonly apart = new Set<Extended>();
  /** The locals that hold what is written of what is given. */
  private readonly replaced = new Map<Field, string>();
  /** The locals that say which of its words a text is. */
  private readonly words = new Map<Expression, string>();
  /** The local that the sizes of members are added to. */
  private total = 'size';
  /** Windows that are measured before the rest, since their lengths decide, by the locals that hold their sizes. */
  private readonly windows = new Map<WindowModel, string>();
  /** The locals that say which branch was given, of what is chosen by what it peeks at. */
  private readonly chosen = new Map<Peeking, string>();
  /** What is peeked at that has to be looked at once it is written. */
  private readonly looked = new Set<Field>();
  /** Whether checksums are computed when all else is written: some stand before what they cover. */
  private isDeferred = false;
  /** The locals that are declared before the arms in which they are set. */
  private readonly announced = new Set<string>();
  /** The code of how many bytes there are, of numbers that are computed of it. */
  private readonly spans = new Map<Expression, string>();
  /** The locals that note where checksums begin and end, by the members they do so with. */
  private readonly checksumRanges = new Map<MemberModel, { from: string[]; to: string[] }>();

  constructor(
    readonly module: Module,
    private readonly body: Block,
    private readonly source: string,
    /** The code of how many recursive structs may still be in each other. */
    private readonly depth = String(module.protocol.limits.depth),
    params: readonly { readonly name: string }[] = [],
  ) {
    for (const { name } of params) this.taken.add(name);
    for (const length of lengthsOf(body))
      for (const use of usesOf(length)) {
        const { guards } = isInArms(length) ? use.of : length;
        for (const other of use.alsoOf) if (other.guards.length > guards.length) this.apart.add(other);
      }
  }

  field(e: Expression & { op: 'field' }): string {
    const field = e.fields[0]!;
    if (isFact(field)) return factCode(field);
    if (field.member === 'field' && field.isPeek === true)
      return readValue(
        field,
        'b',
        this.peekAt(field),
        this.module,
        undefined,
        littleCode(field.type as FieldType & { kind: 'int' }, this),
      );
    if (field.constant?.kind === 'int' && e.fields.length === 1) {
      return field.member === 'field' ? literal(field, field.constant) : String(field.constant.value);
    }
    if (field.member === 'field' && field.computed !== undefined && e.fields.length === 1)
      return emitExpression(field.computed, this);
    if (isPartial(field)) return this.lengthCode(field);
    // In the arm that has the field its presence has been required.
    const required = field.guards.length > 0 && !e.optional && isGiven(field) && fallback(field) === null;
    return required ? `${this.local(field)}!` : this.local(field);
  }

  hold(_e: Expression, code: string): string {
    return code;
  }

  little(order: Expression): string {
    return this.littles.get(order) ?? emitExpression(order, this);
  }

  bytesEqual(e: Expression & { op: 'field' }, text: string): string {
    return bytesCompared(e, this.field(e), text, this.module);
  }

  /** Whether the headers that are given have a key. */
  hasHeader({ maps, key }: Expression & { op: 'header' }): string | null {
    if (!maps.every((map) => map.type.kind === 'map')) return null;
    const inAnyCase = this.module.protocol.headerCase === 'insensitive';
    const wanted = quote(inAnyCase ? key.toLowerCase() : key);
    return `${this.module.use('hasEntry')}(${this.local(maps[0]!)}, ${wanted}, ${inAnyCase})`;
  }

  which(e: Expression & { op: 'oneOf' }): string | null {
    return this.words.get(e) ?? null;
  }

  byte({ of, index }: Expression & { op: 'byte' }): string {
    return `${this.field(of)}${of.optional ? '?.' : ''}[${index}]`;
  }

  header({ maps, key }: Expression & { op: 'header' }): string {
    return lookUpCode(keyedBy(maps[0]!.type)!, this.local(maps[0]!), false, key, this.module);
  }

  /** Declares what chooses the order of numbers, where that is the same for all of them. */
  private declareOrders(): void {
    for (const order of ordersOf(this.body)) {
      if (this.littles.has(order) || !isEverywhere(order)) continue;
      const code = emitExpression(order, this);
      const local = /^\w+$/.test(code) ? code : this.free('little');
      if (local !== code) this.lines.push(`const ${local} = ${code};`);
      this.littles.set(order, local);
    }
  }

  /** Takes the values apart, with defaults, and refuses those their fields can't hold. */
  bind(): void {
    for (const { field } of givenFields(this.body)) this.taken.add(this.local(field));
    for (const member of walk(this.body)) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) this.taken.add(this.local(field));
    }
    for (const length of lengthsOf(this.body).filter(isPartial)) {
      const local = this.local(length);
      if (!this.partial.has(local)) this.partial.set(local, this.free(`${local}Given`));
    }
    const parts = givenFields(this.body).map(({ field }) => {
      const [property, local] = [this.module.property(field), this.local(field)];
      const given = this.partial.get(local);
      if (given !== undefined) return `${property}: ${given}`;
      const value = fallback(field, this.module);
      const named = property === local ? local : `${property}: ${local}`;
      return value === null ? named : `${named} = ${value}`;
    });
    this.parts = parts;
    for (const member of walk(this.body))
      if (member.member === 'variant') for (const e of member.on) if (e.op === 'oneOf') this.declareWord(e);
    this.early();
    for (const member of walk(this.body))
      if ((member.member === 'if' || member.member === 'variant') && isPeeking(member)) this.choose(member);
    this.checks(this.body);
    this.checkKnown();
    this.sizeInHeaders();
  }

  /** Puts the sizes that stand in the headers into those that are given. */
  private sizeInHeaders(): void {
    const inAnyCase = this.module.protocol.headerCase === 'insensitive';
    for (const [key, uses] of lengthsByKey(this.body)) {
      const [map] = uses[0]!.size.of.maps;
      const cases = uses.map(({ field }) => {
        const size = contentSize(field.type, this.valueCode(field), field.path, this.module, this.depth);
        return field.guards.length === 0 ? size : `${this.guardsCode(field.guards)} ? ${size} : `;
      });
      const size = uses.every(({ field }) => field.guards.length > 0)
        ? `${cases.join('')}null`
        : cases.join('');
      const none = uses[0]!.size.missing ?? -1n;
      const sized = this.free(`${this.local(map!)}Sized`);
      const call = `${this.module.use('entriesWithSize')}(${this.valueCode(map!)}, ${quote(key)}, ${size}, ${none}, ${inAnyCase})`;
      this.lines.push(`const ${sized} = ${call};`);
      this.replaced.set(map!, sized);
    }
  }

  /** Refuses what is given in another arm than its length says: the length would not be that of anything. */
  private checkKnown(): void {
    for (const length of this.known) {
      if (!isInArms(length)) continue;
      for (const { of } of usesOf(length)) {
        const given = `${this.source}.${this.module.property(of.name!)} !== undefined`;
        const error = `new ${this.module.use('EncodeError')}(${quote(of.path)}, 'is given, and this form of the frame has it not')`;
        this.lines.push(`if (${given} && !(${this.guardsCode(of.guards)})) throw ${error};`);
      }
    }
  }

  /** Whether what is written has a place under these guards. */
  private guardsCode(guards: readonly Guard[]): string {
    const tests = guards.map(({ node, arm }) => {
      const chosen = this.chosen.get(node);
      if (chosen !== undefined) return `${chosen} === ${this.bitOf(node as Peeking, arm)}`;
      if (node.member === 'if') {
        const condition = emitExpression(node.condition, this);
        return arm === 0 ? condition : `!(${condition})`;
      }
      const on = node.on.map((e) => emitExpression(e, this));
      const test = ({ patterns }: ArmModel): string[] =>
        patterns === null ? [] : [emitPatterns(patterns, node.on, on, this.module)];
      const [own] = test(node.arms[arm]!);
      return own ?? `!(${node.arms.flatMap(test).join(' || ')})`;
    });
    return tests.join(' && ');
  }

  /** Declares which of its words a given text is. */
  private declareWord(e: Expression & { op: 'oneOf' }): void {
    const code = whichCompared(e, emitExpression(e.of, this), this.module);
    const local = this.free(camelCase(`${this.module.subject(e)}_word`));
    this.lines.push(`const ${local} = ${code};`);
    this.words.set(e, local);
  }

  /** Declares the lengths that conditions, assertions and arguments read: they are known from what is given. */
  private early(): void {
    const add = (field: Length): void => {
      if (field.derivation === null || this.known.has(field)) return;
      for (const use of usesOf(field)) for (const term of use.terms) add(term.field);
      this.known.add(field);
    };
    for (const member of walk(this.body)) {
      if (member.member === 'within') continue;
      const isSized =
        member.member === 'field' &&
        member.isPad !== true &&
        'extent' in member.type &&
        'value' in member.type.extent;
      // What a size alone reads is derived from it.
      const read = membersRead(member).filter((e) => !(isSized && e === member.type.extent.value));
      for (const e of read) for (const part of parts(e)) if (part.op === 'field') part.fields.forEach(add);
    }
    for (const length of lengthsOf(this.body)) {
      const local = this.local(length);
      const given = this.partial.get(local);
      if (given === undefined || this.declared.has(local) || this.known.has(length)) continue;
      this.lines.push(`let ${local} = ${this.givenCode(length)};`);
      this.declared.add(local);
    }
    const isMeasured = [...this.known].some(({ derivation }) => derivation!.of.member === 'within');
    for (const length of lengthsOf(this.body).filter((one) => isMeasured && isInArms(one))) {
      if (this.known.has(length) || this.declared.has(this.local(length))) continue;
      this.lines.push(`let ${this.local(length)} = 0;`);
      this.declared.add(this.local(length));
    }
    for (const field of this.known) {
      const local = this.local(field);
      const { of } = field.derivation!;
      if (of.member === 'within' && !this.windows.has(of)) this.measureWindow(of);
      if (field.guards.length === 0) this.lines.push(`const ${this.earlyCode(field)}`);
      else if (!this.declared.has(local)) this.lines.push(`let ${local} = 0;`);
      this.declared.add(local);
    }
  }

  /** Lays a window out before the rest of the frame, which hangs on how large it is. */
  private measureWindow(window: WindowModel): void {
    const name = this.free(`${window.name === null ? 'window' : this.local(window.name)}Size`);
    this.checks(window.body);
    const [outer, hoisted, bytes] = [this.lines.length, [...this.hoisted], this.hoistedBytes.length];
    this.total = name;
    this.sizeBlock(window.body);
    this.flushSize();
    this.varying(window.body);
    this.total = 'size';
    const measured = this.lines.splice(outer);
    for (const local of [...this.hoisted].filter((one) => !hoisted.includes(one))) {
      this.hoisted.delete(local);
      this.declared.add(local);
      this.lines.push(`let ${local} = 0;`);
    }
    for (const local of this.hoistedBytes.splice(bytes))
      this.lines.push(`let ${local}: Uint8Array = NO_BYTES;`);
    this.lines.push(`let ${name} = 0;`, ...measured);
    this.windows.set(window, name);
    this.units.set(window, name);
  }

  /** What is given of a length, or its default. */
  private givenCode(length: Length): string {
    const given = this.partial.get(this.local(length));
    if (given === undefined) return '0';
    const value = fallback(length, this.module);
    return value === null ? given : `${given} ?? ${value}`;
  }

  /** `len = data.length;` */
  private earlyCode(field: Length): string {
    if (!isInArms(field)) return this.earlyUse(field, field.derivation!);
    const local = this.local(field);
    const cases = usesOf(field).map((use) => {
      const code = this.earlyUse(field, use).slice(`${local} = `.length, -1);
      return `${this.source}.${this.module.property(use.of.name!)} !== undefined ? ${code} : `;
    });
    const given = this.givenCode(field);
    const value = `${cases.join('')}${given.includes('??') ? `(${given})` : given}`;
    const isSure = !isPartial(field) || fallback(field) !== null;
    return isSure
      ? `${local} = ${value};`
      : `${local} = ${this.module.use('requirePresent')}(${quote(field.path)}, ${value});`;
  }

  private earlyUse(field: Length, derivation: Derivation): string {
    const window = derivation.of.member === 'within' ? this.windows.get(derivation.of) : undefined;
    const of = derivation.of as Field;
    const units =
      window ?? this.unitsOf(of, of.type as FieldType & { kind: 'bytes' | 'text' | 'list' | 'map' });
    const term = (f: Length): string => this.termCode(f);
    const [line] = deriveLines(field, derivation, units, this.local(field), term, this.module);
    return line!.replace(/^const /, '');
  }

  /** The bytes or elements of what is given, -1 for null. */
  private unitsOf(of: Field, type: FieldType & { kind: 'bytes' | 'text' | 'list' | 'map' }): string {
    const value = this.local(of);
    const none = 'nullable' in type && type.nullable ? `${value} === null ? -1 : ` : '';
    const count = type.extent.kind === 'count' ? countCode(type, value, of.path) : null;
    const units =
      count ?? contentSize(type, value, of.path, this.module, this.depth, sizeArgumentsOf(type, this));
    return none === '' ? units : `(${none}${units})`;
  }

  /** Notes by a bit for each branch whether it is given. */
  private choose(node: Peeking): void {
    const bits = tellersOf(node).flatMap((names, i) => {
      if (names.length === 0) return [];
      const given = names.map((name) => `${this.source}.${this.module.property(name)} !== undefined`);
      return [`(${given.join(' || ')} ? ${2 ** i} : 0)`];
    });
    const local = this.free('arm');
    this.chosen.set(node, local);
    this.lines.push(`const ${local} = ${bits.length === 0 ? '0' : bits.join(' + ')};`);
  }

  /** What the local of a branch says where it was given, and no other. */
  private bitOf(node: Peeking, branch: number): number {
    return tellersOf(node)[branch]!.length === 0 ? 0 : 2 ** branch;
  }

  /** Refuses the fields of several branches, or of none. */
  private checkChosen(node: Peeking): void {
    const local = this.chosen.get(node)!;
    const bits = tellersOf(node).map((_, i) => this.bitOf(node, i));
    if (bits.length === 2 && bits.includes(0)) return;
    const tests = bits.map((bit) => `${local} !== ${bit}`);
    this.lines.push(
      `if (${tests.join(' && ')}) throw new ${this.module.use('EncodeError')}(${quote(node.path)}, ${quote('takes the fields of one arm')});`,
    );
  }

  /** The branches of what is chosen by what it peeks at; the last is what is left. */
  private chosenCases(node: Peeking): (readonly [string | null, Block | null])[] {
    const local = this.chosen.get(node)!;
    const branches = branchesOf(node);
    return branches.map((block, i) => [
      i === branches.length - 1 ? null : `${local} === ${this.bitOf(node, i)}`,
      block,
    ]);
  }

  /** All lines: first those values that the others use are taken from the argument. */
  statements(): string[] {
    const code = this.lines.join('\n');
    const used = this.parts.filter((part) => {
      const local = /^(?:\w+: )?(\w+)/.exec(part)![1]!;
      return new RegExp(`(?<![.$\\w'])${local}\\b`).test(code);
    });
    return used.length === 0 ? this.lines : [`const { ${used.join(', ')} } = ${this.source};`, ...this.lines];
  }

  /** Whether anything is taken from the argument. */
  get usesSource(): boolean {
    return (
      this.chosen.size > 0 ||
      this.statements().length > this.lines.length ||
      this.lines.some((line) => line.includes('(init)'))
    );
  }

  /** The size pass: `size` grows member by member; what lengths derive from is kept on the way. */
  sizes(): void {
    if ([...walk(this.body)].some((m) => m.member === 'field' && isCoded(m) && m.type.args.length > 0))
      this.declareOrders();
    const start = this.lines.length;
    this.lines.push('');
    this.sizeBlock(this.body);
    this.flushSize();
    this.varying(this.body);
    this.startSize(start);
    this.derived(this.body);
    this.agreeApart(this.body);
    // What a branch measures is written in another branch of the same condition: it is declared before both.
    if (this.hoisted.size > 0)
      this.lines.splice(start, 0, `let ${[...this.hoisted].map((name) => `${name} = 0`).join(', ')};`);
    for (const name of this.hoistedBytes) this.lines.splice(start, 0, `let ${name}: Uint8Array = NO_BYTES;`);
  }

  /** Declares `size` with what is first added to it; as a constant if nothing follows. */
  private startSize(line: number): void {
    const added = /^size \+= ([^]*);$/.exec(this.lines[line + 1] ?? '')?.[1];
    const first = added !== undefined && /\bsize\b/.test(added) ? undefined : added;
    const rest = this.lines.slice(first === undefined ? line + 1 : line + 2);
    const more = rest.some((l) => /\bsize \+=/.test(l));
    if (first === undefined) this.lines[line] = `${more ? 'let' : 'const'} size = 0;`;
    else this.lines.splice(line, 2, `${more ? 'let' : 'const'} size = ${first};`);
  }

  /** The write pass, from front to back at `p`. */
  write(): void {
    const late: Field[] = [];
    for (const member of walk(this.body)) {
      if (member.member === 'field' && member.checksum !== null) {
        const { from, to } = member.checksum;
        this.isDeferred ||= member.checksum.isAhead;
        const [start, end] = [this.checksumRange(from).from, this.checksumRange(to).to];
        const local = this.local(member);
        if (!start.includes(`${local}From`)) start.push(`${local}From`);
        if (!end.includes(`${local}To`)) end.push(`${local}To`);
      }
      if (member.member === 'field' && isLate(member)) {
        late.push(member);
        for (const e of parts(member.computed!)) {
          if (e.op !== 'sizeOf') continue;
          const name = this.free(`${this.local(member)}From`);
          const to = this.free(`${this.local(member)}To`);
          this.checksumRange(e.from).from.push(name);
          this.checksumRange(e.to).to.push(to);
          this.spans.set(e, `(${to} - ${name})`);
        }
      }
    }
    this.declareOrders();
    // Checksums may be over what is computed late.
    this.isDeferred ||= late.length > 0;
    for (const member of late)
      if (member.guards.length > 0) this.lines.push(`let ${this.local(member)}Place = -1;`);
    const checksums = this.isDeferred ? checksumsOf({ body: this.body }) : [];
    for (const member of checksums) {
      const { from, to } = member.checksum!;
      const local = this.local(member);
      if (member.guards.length > 0) this.lines.push(`let ${local}Place = -1;`);
      if (from.guards.length > 0) this.announce(`${local}From`);
      if (to.guards.length > 0) this.announce(`${local}To`);
    }
    this.toLookAt(this.body);
    for (const peek of this.looked)
      if (peek.guards.length > 0) this.lines.push(`let ${this.peekAt(peek)} = 0;`);
    this.writeBlock(this.body);
    if (this.source === 'v') this.flush();
    for (const member of late) this.writeLate(member);
    for (const member of checksums) {
      const place = `${this.local(member)}Place`;
      const type = member.type as FieldType & { kind: 'int' };
      const sum = this.sumCode(member);
      const put = putInteger(type, 'b', place, sum, littleCode(type, this), this.module);
      this.lines.push(member.guards.length > 0 ? `if (${place} >= 0) ${asOne(put)}` : put);
    }
    this.lookAt(this.body);
  }

  /** Writes what is computed of how many bytes there are, where its place has been left. */
  private writeLate(field: Field): void {
    const place = `${this.local(field)}Place`;
    const type = field.type as FieldType & { kind: 'int' };
    const { lines } = this;
    if (field.guards.length > 0) lines.push(`if (${place} >= 0) {`);
    this.checkComputed(field, field.computed!);
    const value = emitExpression(field.computed!, this);
    lines.push(putInteger(type, 'b', place, value, littleCode(type, this), this.module));
    if (field.guards.length > 0) lines.push('}');
  }

  span(e: Expression & { op: 'span' | 'sizeOf' }): string {
    return this.spans.get(e)!;
  }

  /** The code that computes a checksum, once what it covers is written. */
  private sumCode(field: Field): string {
    const local = this.local(field);
    return sumCode(field.checksum!, 'b', `${local}From`, `${local}To`, this.module);
  }

  /** Where what is peeked at was written. */
  private peekAt(peek: Field): string {
    return `${this.local(peek)}At`;
  }

  /** Finds what has to be looked at: where values decide whether a branch begins with what chooses it, and assertions. */
  private toLookAt({ members }: Block): void {
    for (const member of members) {
      if (member.member === 'within') this.toLookAt(member.body);
      if (member.member === 'assert') for (const peek of peeksIn([member.condition])) this.looked.add(peek);
      if (member.member !== 'if' && member.member !== 'variant') continue;
      const peeks = peeksIn(askedBy(member));
      if (peeks.length > 0 && branchesOf(member).some((_, i) => agreementOf(member, i, members) !== 'always'))
        for (const peek of peeks) this.looked.add(peek);
      for (const block of branchesOf(member)) if (block !== null) this.toLookAt(block);
    }
  }

  /** Refuses what begins as another branch does, once it is written. */
  private lookAt(block: Block): void {
    for (const member of block.members) {
      if (member.member === 'assert' && peeksIn([member.condition]).length > 0) this.checkAssert(member);
      const isChosen = (member.member === 'if' || member.member === 'variant') && this.chosen.has(member);
      if (!isChosen) {
        this.inBranches(member, (inner) => this.lookAt(inner), true);
        continue;
      }
      branchesOf(member).forEach((_, i) => {
        if (agreementOf(member, i, block.members) === 'always') return;
        const given = `${this.chosen.get(member)!} === ${this.bitOf(member, i)}`;
        const error = `new ${this.module.use('EncodeError')}(${quote(member.path)}, ${quote('begins as another arm does')})`;
        this.lines.push(`if (${given} && ${this.isAnother(member, i)}) throw ${error};`);
      });
      this.inBranches(member, (inner) => this.lookAt(inner), true);
    }
  }

  /** Whether what is written chooses another branch than the one that was given. */
  private isAnother(node: Peeking, branch: number): string {
    if (node.member === 'if') {
      const condition = emitExpression(node.condition, this);
      return branch === 0 ? `!(${condition})` : condition;
    }
    const on = node.on.map((e) => emitExpression(e, this));
    const test = ({ patterns }: ArmModel): string[] =>
      patterns === null ? [] : [emitPatterns(patterns, node.on, on, this.module)];
    const [own] = test(node.arms[branch]!);
    return own === undefined ? `(${node.arms.flatMap(test).join(' || ')})` : `!${own}`;
  }

  private checkAssert({ condition, path, message }: AssertModel): void {
    const error = `new ${this.module.use('EncodeError')}(${quote(path)}, ${quote(message)})`;
    this.lines.push(`if (!(${emitExpression(condition, this)})) throw ${error};`);
  }

  private checksumRange(member: MemberModel): { from: string[]; to: string[] } {
    const range = this.checksumRanges.get(member) ?? { from: [], to: [] };
    this.checksumRanges.set(member, range);
    return range;
  }

  private checks(block: Block): void {
    for (const field of this.known)
      if (field.guards.length > 0 && block.members.includes(memberOf(field)))
        this.lines.push(this.earlyCode(field));
    for (const member of block.members) {
      if (member.member === 'field') this.checkField(member);
      else if (member.member === 'bits') {
        for (const bit of member.fields) {
          if (!isGiven(bit)) continue;
          const path = quote(bit.path);
          const given = this.partial.get(this.local(bit));
          if (given !== undefined) {
            this.checkGiven(bit, given);
            continue;
          }
          if (bit.guards.length > 0)
            this.lines.push(`${this.module.use('requirePresent')}(${path}, ${this.local(bit)});`);
          if (bit.enum === null && bit.width === 1) continue;
          if (isClosed(bit.enum)) {
            this.lines.push(...requireMember(bit.enum, this.bitCode(bit), bit.path, this.module));
            continue;
          }
          const { low, high } = boundsOf(bit);
          this.lines.push(
            `${this.module.use('requireInteger')}(${path}, ${this.bitCode(bit)}, ${low}, ${high});`,
          );
        }
      } else if (member.member === 'assert') {
        // What it peeks at is not written yet.
        if (peeksIn([member.condition]).length === 0) this.checkAssert(member);
      } else {
        if ((member.member === 'if' || member.member === 'variant') && this.chosen.has(member))
          this.checkChosen(member);
        if (member.member === 'variant') this.checkWords(member);
        // What is in a window that is measured has been checked before.
        if (member.member !== 'within' || !this.windows.has(member))
          this.inBranches(member, (inner) => this.checks(inner), true);
      }
    }
  }

  /** Refuses words that no arm names, where there is none for others. */
  private checkWords(member: VariantModel): void {
    if (member.arms.some((arm) => arm.patterns === null) || !member.on.some((e) => e.op === 'oneOf')) return;
    const on = member.on.map((e) => emitExpression(e, this));
    const tests = member.arms.map((arm) => emitPatterns(arm.patterns!, member.on, on, this.module));
    const error = `new ${this.module.use('EncodeError')}(${quote(member.path)}, 'no arm takes this')`;
    const unnamed = unnamedWord(member.on, on) ?? `!(${tests.join(' || ')})`;
    this.lines.push(`if (${unnamed}) throw ${error};`);
  }

  private checkField(field: Field): void {
    if (field.computed !== undefined && !isLate(field)) this.checkComputed(field, field.computed);
    if (!isGiven(field)) return;
    const local = this.local(field);
    const given = this.partial.get(local);
    if (given !== undefined) {
      this.checkGiven(field, given);
      return;
    }
    if (field.guards.length > 0 && fallback(field) === null) {
      this.lines.push(`${this.module.use('requirePresent')}(${quote(field.path)}, ${local});`);
    }
    if (field.type.kind !== 'int' || field.type.bool) return;
    const { low, high } = field.range ?? formRange(field.type);
    const big = isBig(field.type.int, field.range);
    const require = this.module.use(big ? 'requireBigInteger' : 'requireInteger');
    const value = field.guards.length > 0 && fallback(field) === null ? `${local}!` : local;
    const suffix = big ? 'n' : '';
    this.lines.push(`${require}(${quote(field.path)}, ${value}, ${low}${suffix}, ${high}${suffix});`);
    const members = field.type.enum;
    if (!isClosed(members)) return;
    const { low: least, high: most } = boundsOf(field);
    if (most - least + 1n === BigInt(members.members.length))
      this.lines[this.lines.length - 1] = `${require}(${quote(field.path)}, ${value}, ${least}, ${most});`;
    else {
      if (field.range === null) this.lines.pop();
      this.lines.push(...requireMember(members, value, field.path, this.module));
    }
  }

  /** Refuses what is given of a length, if anything is, that it can't hold. */
  private checkGiven(field: Field | BitFieldModel, given: string): void {
    const { low, high } = boundsOf(field);
    const require = `${this.module.use('requireInteger')}(${quote(field.path)}, ${given}, ${low}, ${high});`;
    this.lines.push(`if (${given} !== undefined) ${require}`);
  }

  /** Refuses values of which a computed field would be more than it holds. */
  private checkComputed(field: Field, of: Expression): void {
    const { low, high } = field.range ?? formRange(field.type as FieldType & { kind: 'int' });
    if (of.type.kind === 'int' && of.type.low >= low && of.type.high <= high) return;
    const code = emitExpression(of, this);
    this.lines.push(`${this.module.use('requireInteger')}(${quote(field.path)}, ${code}, ${low}, ${high});`);
  }

  private sizeBlock(block: Block): void {
    for (const member of block.members) this.sizeMember(member);
  }

  private sizeMember(member: MemberModel): void {
    switch (member.member) {
      case 'field': {
        const { type } = member;
        if (member.isPeek === true) return;
        if (member.isPad === true) {
          this.grow(this.padSize(member));
          return;
        }
        if (isCoded(member)) this.encodeWindow(member);
        if (type.kind === 'record') {
          this.grow(`${this.module.extern(type.extern)}.size(${entriesName(member, this.module)}(init))`);
          return;
        }
        // The size of a length that varies with its value is known once that is.
        if (member.derivation !== null && isFormed(member) && isSelfDelimited(type)) return;
        if (type.kind === 'int' && member.constant !== null) {
          this.grow(formedSize(type, literal(member, member.constant), this.module));
          return;
        }
        if (type.kind === 'list' && !(type.extent.kind === 'count' && type.extent.value.op === 'int')) {
          const value = this.valueCode(member);
          const count = type.nullable ? `(${value} === null ? 0 : ${value}.length)` : `${value}.length`;
          this.lines.push(
            `${this.module.use('requireInteger')}(${quote(`${member.path} (elements)`)}, ${count}, 0, ${type.maxCount});`,
          );
        }
        if (type.kind === 'list' && hasPlainElements(type)) {
          const check = itemChecks(type, member.path, this.module);
          const items = `${this.valueCode(member)}${type.nullable ? ' ?? []' : ''}`;
          if (check.length > 0) this.lines.push(`for (const item of ${items}) {`, ...check, '}');
        }
        const extended = 'extent' in type && (type.extent.kind === 'size' || type.extent.kind === 'count');
        if (!extended) {
          const args = sizeArgumentsOf(type, this);
          const size = valueSize(type, this.valueCode(member), member.path, this.module, this.depth, args);
          if ('extent' in type && type.extent.kind === 'rest' && type.extent.max !== null)
            this.lines.push(
              `${this.module.use('requireInteger')}(${quote(`${member.path} (bytes)`)}, ${size}, 0, ${type.extent.max});`,
            );
          this.grow(size);
          return;
        }
        if (member.constant?.kind === 'text') {
          this.pending += new ConstantText(member, member.constant.value, this.module).size;
          return;
        }
        const { extent } = type;
        const local = this.local(member);
        const size = this.free(`${local}Size`);
        this.declare(
          size,
          contentSize(
            type,
            this.valueCode(member),
            member.path,
            this.module,
            this.depth,
            sizeArgumentsOf(type, this),
          ),
          this.apart.has(member),
        );
        const value = this.valueCode(member);
        const nullable = 'nullable' in type && type.nullable;
        const units = extent.kind === 'count' ? countCode(type, value, member.path) : size;
        this.units.set(member, nullable ? `(${value} === null ? -1 : ${units})` : units);
        this.extentChecks(
          member,
          extent.kind === 'count'
            ? nullable
              ? `(${value}?.length ?? 0)`
              : countCode(type, local, member.path)
            : size,
        );
        this.grow(size);
        return;
      }
      case 'bits':
        this.pending += member.int.bits / 8;
        return;
      case 'assert':
        return;
      case 'pad':
        if (member.mode === 'size') this.pending += member.value;
        else {
          this.flushSize();
          this.lines.push(
            `${this.total} += (${member.value} - (${this.total} % ${member.value})) % ${member.value};`,
          );
        }
        return;
      case 'within': {
        const early = this.windows.get(member);
        if (early !== undefined) {
          this.grow(early);
          this.windowChecks(member, early);
          return;
        }
        this.flushSize();
        const name = this.free(`${member.name === null ? 'window' : this.local(member.name)}Size`);
        const from = this.free(`${name.replace(/Size\d*$/, '')}From`);
        this.lines.push(`const ${from} = ${this.total};`);
        this.sizeBlock(member.body);
        this.flushSize();
        this.varying(member.body);
        this.declare(name, `${this.total} - ${from}`, member.guards.length > 0);
        this.windowChecks(member, name);
        return;
      }
      case 'if':
      case 'variant':
        if (this.chooseSize(member)) return;
        this.flushSize();
        this.inBranches(member, (inner) => {
          this.sizeBlock(inner);
          this.flushSize();
          this.varying(inner);
          this.derived(inner);
        });
        return;
    }
  }

  /** Bounds of a window that what is in it has to keep. */
  private windowChecks(member: WindowModel, name: string): void {
    this.units.set(member, name);
    if (isAnnounced(member.size))
      this.lines.push(disagreement(member, emitExpression(member.size, this), name, this.module));
    const fixed = member.size.op === 'int' ? member.size.value : null;
    if (fixed !== null)
      this.lines.push(
        `${this.module.use('requireInteger')}(${quote(`${member.path} (bytes)`)}, ${name}, ${fixed}, ${fixed});`,
      );
    const limit = this.source === 'init' ? headerWindow(this.module) : null;
    const most = Math.min(member.max ?? Infinity, limit?.window === member ? limit.bytes : Infinity);
    if (most !== Infinity)
      this.lines.push(
        `${this.module.use('requireInteger')}(${quote(`${member.path} (bytes)`)}, ${name}, 0, ${most});`,
      );
  }

  /** Adds the size of a branch in one expression where every branch has a size of its own; false if not. */
  private chooseSize(member: MemberModel & { member: 'if' | 'variant' }): boolean {
    const cases: (readonly [string | null, Block | null])[] = this.chosen.has(member)
      ? this.chosenCases(member)
      : member.member === 'if'
        ? [
            [emitExpression(member.condition, this), member.then],
            [null, member.otherwise],
          ]
        : [...this.armCases(member)];
    const sizes = cases.map(([, block]) => (block === null ? 0 : fixedSize(blockSize(block))));
    if (sizes.includes(null) || cases.some(([, block]) => block !== null && measured(block))) return false;
    const code = cases
      .map(([test], i) =>
        test === null
          ? String(sizes[i])
          : i === cases.length - 1
            ? `${test} ? ${sizes[i]} : 0`
            : `${test} ? ${sizes[i]} : `,
      )
      .join('');
    this.grow(new Set(sizes).size === 1 ? String(sizes[0]) : `(${code})`);
    return true;
  }

  /** Bounds of an extent that the caller's value has to keep: a fixed size, `max`, the most elements. */
  private extentChecks(field: Field, units: string): void {
    const { extent } = field.type as FieldType & {
      extent: { kind: 'size' | 'count'; value: Expression; max: number | null };
    };
    const isCalled = extent.value.op === 'call';
    if (isCalled || isAnnounced(extent.value)) {
      const taken = isCalled ? units : this.units.get(field)!;
      this.lines.push(disagreement(field, emitExpression(extent.value, this), taken, this.module));
    }
    const what = quote(`${field.path} (${extent.kind === 'count' ? 'elements' : 'bytes'})`);
    if (extent.value.op === 'int')
      this.lines.push(
        `${this.module.use('requireInteger')}(${what}, ${units}, ${extent.value.value}, ${extent.value.value});`,
      );
    else if (extent.max !== null)
      this.lines.push(`${this.module.use('requireInteger')}(${what}, ${units}, 0, ${extent.max});`);
  }

  private grow(size: string): void {
    if (/^\d+$/.test(size)) this.pending += Number(size);
    else {
      this.lines.push(`${this.total} += ${this.pending > 0 ? `${this.pending} + ` : ''}${size};`);
      this.pending = 0;
    }
  }

  private flushSize(): void {
    if (this.pending > 0) this.lines.push(`${this.total} += ${this.pending};`);
    this.pending = 0;
  }

  private declare(name: string, code: string, inBranch: boolean): void {
    this.lines.push(`${inBranch ? '' : 'const '}${name} = ${code};`);
    if (inBranch) this.hoisted.add(name);
  }

  /** Derives the lengths of a block whose own size hangs on their value, and adds it. */
  private varying(block: Block): void {
    const own = block.members.filter(
      (m): m is Field =>
        m.member === 'field' && m.derivation !== null && isFormed(m) && isSelfDelimited(m.type),
    );
    for (const field of own) {
      this.derive(field, directLengths(block));
      this.lines.push(
        `${this.total} += ${formedSize(field.type as FieldType & { kind: 'int' }, this.lengthCode(field), this.module)};`,
      );
    }
  }

  /** Declares the derived fields of a block from the size of what they measure; first those that others need. */
  private derived(block: Block): void {
    const fields = directLengths(block).filter((f) => f.derivation !== null);
    for (const field of fields) this.derive(field, fields);
    const members = [...directMembers(block)];
    for (const length of lengthsOf(this.body).filter(isInArms))
      for (const use of usesOf(length)) if (members.includes(use.of)) this.deriveInArm(length, use);
  }

  /** Finds a length of what stands in an arm, in that arm. */
  private deriveInArm(length: Length, use: Derivation): void {
    const local = this.local(length);
    if (this.known.has(length)) this.agree(use.of);
    else {
      const units = this.units.get(use.of)!;
      const term = (f: Length): string => this.termCode(f);
      const [line, ...others] = deriveLines(length, use, units, local, term, this.module);
      this.lines.push(line!.replace(/^const /, ''), ...others);
    }
    const given = this.partial.get(local);
    if (given !== undefined)
      this.lines.push(
        `if (${given} !== undefined && ${given} !== ${local}) throw new ${this.module.use('EncodeError')}(${quote(length.path)}, \`is \${${given}}, has to be \${${local}}\`);`,
      );
    for (const other of use.alsoOf) if (!this.apart.has(other)) this.agree(other);
  }

  /** Refuses extents deep in arms that are not as long as the length that they share says. */
  private agreeApart(block: Block): void {
    if (this.apart.size === 0) return;
    for (const member of block.members) {
      if ((member.member === 'field' || member.member === 'within') && this.apart.has(member))
        this.agree(member);
      this.inBranches(member, (inner) => this.agreeApart(inner), true);
    }
  }

  private readonly done = new Set<Length>();

  private derive(field: Length, fields: readonly Length[]): void {
    const declare = (field: Length): void => {
      if (this.done.has(field)) return;
      this.done.add(field);
      if (isInArms(field)) {
        // Its value is found in the arms; where there is none it has to be given.
        const isMissing = isPartial(field) && fallback(field) === null && !this.known.has(field);
        if (isMissing)
          this.lines.push(
            `${this.module.use('requirePresent')}(${quote(field.path)}, ${this.local(field)});`,
          );
        if (!isPartial(field) && !this.declared.has(this.local(field))) this.hoisted.add(this.local(field));
        return;
      }
      const derivation = field.derivation!;
      for (const term of derivation.terms)
        if (term.field.derivation !== null && fields.includes(term.field)) declare(term.field);
      const local = this.local(field);
      const units = this.units.get(derivation.of)!;
      const [first, ...others] = deriveLines(
        field,
        derivation,
        units,
        local,
        (f) => this.termCode(f),
        this.module,
      );
      const isKnown = this.known.has(field);
      const inBranch = field.guards.length > 0 && !isKnown;
      if (!isKnown) this.lines.push(inBranch ? first!.replace(/^const /, '') : first!);
      this.lines.push(...others);
      if (inBranch && !this.declared.has(local)) this.hoisted.add(local);
      for (const other of derivation.alsoOf) if (!this.apart.has(other)) this.agree(other);
    };
    declare(field);
  }

  /** A further extent that uses a derived field has to come out as long as what is written there. */
  private agree(other: Extended): void {
    const value =
      other.member === 'within' ? other.size : (other.type as { extent: { value: Expression } }).extent.value;
    this.lines.push(disagreement(other, emitExpression(value, this), this.units.get(other)!, this.module));
  }

  /** A length; of one that has to be given in some frames, where its presence has been required. */
  private lengthCode(length: Length): string {
    const isUnsure = isPartial(length) && fallback(length) === null && !this.known.has(length);
    return isUnsure ? `${this.local(length)}!` : this.local(length);
  }

  private termCode(field: Length): string {
    if (isFact(field)) return factCode(field);
    return field.constant?.kind === 'int' ? String(field.constant.value) : this.local(field);
  }

  private writeBlock(block: Block): void {
    for (const member of block.members) {
      const range = this.checksumRanges.get(member);
      for (const from of range?.from ?? []) this.mark(from);
      this.writeMember(member);
      for (const to of range?.to ?? []) this.mark(to);
    }
  }

  /** Declares a place before the arm in which it is found, for who asks after that. */
  private announce(place: string): void {
    this.lines.push(`let ${place} = 0;`);
    this.announced.add(place);
  }

  /** Keeps where the next byte is written. */
  private mark(place: string): void {
    this.lines.push(`${this.announced.has(place) ? '' : 'const '}${place} = ${this.position()};`);
  }

  private writeMember(member: MemberModel): void {
    switch (member.member) {
      case 'field':
        if (member.isPeek === true) {
          if (!this.looked.has(member)) return;
          const at = `${this.peekAt(member)} = ${this.position()};`;
          this.lines.push(member.guards.length > 0 ? at : `const ${at}`);
        } else if (member.isPad === true) {
          this.flush();
          const next = this.free('padEnd');
          this.lines.push(
            `const ${next} = p + ${this.padSize(member)};`,
            `b.fill(0, p, ${next});`,
            `p = ${next};`,
          );
        } else if (member.type.kind === 'record') {
          this.flush();
          const format = this.module.extern(member.type.extern);
          this.lines.push(`p = ${format}.write(b, p, ${entriesName(member, this.module)}(init));`);
        } else if (isLate(member)) {
          const declare = member.guards.length > 0 ? '' : 'const ';
          this.lines.push(`${declare}${this.local(member)}Place = ${this.position()};`);
          this.put(member.type as FieldType & { kind: 'int' }, '0');
        } else if (member.checksum !== null) {
          if (this.isDeferred) {
            const declare = member.guards.length > 0 ? '' : 'const ';
            this.lines.push(`${declare}${this.local(member)}Place = ${this.position()};`);
          }
          this.put(member.type as FieldType & { kind: 'int' }, this.isDeferred ? '0' : this.sumCode(member));
        } else if (member.constant?.kind === 'text') {
          this.flush();
          const constant = new ConstantText(member, member.constant.value, this.module);
          this.lines.push(...constant.written());
        } else if (member.type.kind === 'float') {
          const { type } = member;
          const value = this.valueCode(member);
          const write = (little: boolean): string =>
            `${this.module.use(floatName({ ...type, little }).replace('f', 'putF'))}(b, ${this.position()}, ${value});`;
          this.lines.push(writeInOrder({ int: type, order: type.order }, littleCode(type, this), write));
          this.pending += type.bits / 8;
        } else if (member.type.kind === 'int') {
          const value =
            member.computed !== undefined
              ? emitExpression(member.computed, this)
              : member.constant !== null
                ? literal(member, member.constant)
                : this.valueCode(member);
          this.put(member.type, member.type.bool ? `${value} ? 1 : 0` : this.bigCode(member, value));
        } else {
          this.flush();
          this.lines.push(
            ...writeValue(
              member.type,
              this.valueCode(member),
              member.path,
              this.module,
              // In a branch the local of its size belongs to the branch that measured it.
              member.guards.length > 0 || ('nullable' in member.type && member.type.nullable)
                ? undefined
                : this.units.get(member),
              argumentsOf(member.type, this),
            ),
          );
        }
        return;
      case 'bits': {
        const parts = member.fields.map((bit) => {
          const boolean = bit.enum === null && bit.width === 1;
          const value =
            bit.constant?.kind === 'int'
              ? String(bit.constant.value)
              : boolean
                ? `(${this.bitCode(bit)} ? 1 : 0)`
                : this.bitCode(bit);
          return bit.shift === 0 ? value : `(${value} << ${bit.shift})`;
        });
        this.put(
          {
            kind: 'int',
            int: member.int,
            form: { kind: 'fixed' },
            enum: null,
            bool: false,
            ...(member.order === undefined ? {} : { order: member.order }),
          },
          parts.join(' | '),
        );
        return;
      }
      case 'pad':
        this.flush();
        if (member.mode === 'size')
          this.lines.push(`b.fill(0, p, p + ${member.value});`, `p += ${member.value};`);
        else {
          const next = this.free('padEnd');
          this.lines.push(
            `const ${next} = p + ((${member.value} - (${this.source === 'v' ? '(p - at)' : 'p'} % ${member.value})) % ${member.value});`,
            `b.fill(0, p, ${next});`,
            `p = ${next};`,
          );
        }
        return;
      case 'within':
        this.writeBlock(member.body);
        return;
      case 'if':
      case 'variant':
        this.flush();
        this.inBranches(member, (inner) => {
          this.writeBlock(inner);
          this.flush();
        });
        return;
      case 'assert':
        return;
    }
  }

  /** The code of how many zeros a pad takes. */
  private padSize({ type }: Field): string {
    return emitExpression((type as FieldType & { extent: { value: Expression } }).extent.value, this);
  }

  private bitCode(bit: BitFieldModel): string {
    if (bit.derivation !== null) return this.lengthCode(bit);
    return bit.guards.length > 0 ? `${this.local(bit)}!` : this.local(bit);
  }

  /** Coded windows by the local that holds their bytes. */
  private readonly coded = new Map<Field, string>();

  /** Encodes a window before it is measured, once. */
  private encodeWindow(field: CodedField): void {
    const args = argumentsOf(field.type, this).map((arg) => `, ${arg}`);
    const code = `encode${pascalCase(field.type.struct.name)}(${this.valueCode(field)}${args.join('')})`;
    const bytes = this.free(`${this.local(field)}Bytes`);
    const inBranch = field.guards.length > 0;
    this.lines.push(`${inBranch ? '' : 'const '}${bytes} = ${code};`);
    if (inBranch) this.hoistedBytes.push(bytes);
    this.coded.set(field, bytes);
  }

  private valueCode(field: Field): string {
    if (field.isSkipped === true) return this.skippedCode(field);
    const bytes = this.coded.get(field) ?? this.replaced.get(field);
    if (bytes !== undefined) return bytes;
    const local = this.local(field);
    if (field.derivation !== null) return this.lengthCode(field);
    return field.guards.length > 0 && isGiven(field) && fallback(field) === null ? `${local}!` : local;
  }

  /** What is written where nobody gives a value: the default, or zeros. */
  private skippedCode(field: Field): string {
    const { type } = field;
    if (field.default !== null) return fallback(field, this.module)!;
    if (type.kind === 'bytes')
      return `new Uint8Array(${(type.extent as { value: Expression & { op: 'int' } }).value.value})`;
    if (type.kind === 'int' && type.enum !== null) return this.module.enumValue(type.enum, 0n);
    return type.kind === 'float' ? '0' : literal(field, { kind: 'int', value: 0n });
  }

  private bigCode(field: Field, value: string): string {
    const { int, form } = field.type as FieldType & { kind: 'int' };
    return form.kind === 'fixed' && int.bits > 48 && !isBig(int, field.range) ? `BigInt(${value})` : value;
  }

  private put(type: FieldType & { kind: 'int' }, value: string): void {
    if (type.form.kind !== 'fixed') {
      this.flush();
      this.lines.push(...writeFormed(type, value, this.module));
      return;
    }
    this.lines.push(putInteger(type, 'b', this.position(), value, littleCode(type, this), this.module));
    this.pending += type.int.bits / 8;
  }

  private position(): string {
    return this.pending === 0 ? 'p' : `p + ${this.pending}`;
  }

  private flush(): void {
    if (this.pending > 0) this.lines.push(`p += ${this.pending};`);
    this.pending = 0;
  }

  /** Emits a block for each branch of an if or variant, or straight on for a window. */
  private inBranches(member: MemberModel, emit: (block: Block) => void, dropEmpty = false): void {
    if (member.member === 'within') {
      emit(member.body);
      return;
    }
    if ((member.member === 'if' || member.member === 'variant') && this.chosen.has(member)) {
      const cases = this.chosenCases(member).filter(
        (c): c is readonly [string | null, Block] => c[1] !== null,
      );
      this.branches(cases, emit, dropEmpty);
    } else if (member.member === 'if') {
      const condition = emitExpression(member.condition, this);
      this.branches(
        [[condition, member.then], ...(member.otherwise === null ? [] : [[null, member.otherwise] as const])],
        emit,
        dropEmpty,
      );
    } else if (member.member === 'variant') {
      this.branches(this.armCases(member), emit, dropEmpty);
    }
  }

  private armCases(member: VariantModel): (readonly [string | null, Block])[] {
    const on = member.on.map((e) => emitExpression(e, this));
    const arms = defaultLast(member.arms);
    return arms.map((arm, i) => [
      // The checks before made sure that one arm takes the value.
      arm.patterns === null || (i === arms.length - 1 && this.isClosed(member))
        ? null
        : emitPatterns(arm.patterns, member.on, on, this.module),
      arm.body,
    ]);
  }

  private isClosed(member: VariantModel): boolean {
    return member.on.every(
      (e) => e.type.kind === 'bool' || (e.type.kind === 'int' && e.type.enum !== null && !e.type.enum.open),
    );
  }

  private branches<Of>(
    cases: readonly (readonly [string | null, Of])[],
    emit: (of: Of) => void,
    dropEmpty: boolean,
  ): void {
    const start = this.lines.length;
    const outer = this.pending;
    let any = false;
    /** Where the last branch with lines ends: empty ones after it are left out. */
    let last = start;
    cases.forEach(([test, block], i) => {
      this.lines.push(
        test === null ? (i === 0 ? '{' : '} else {') : i === 0 ? `if (${test}) {` : `} else if (${test}) {`,
      );
      const before = this.lines.length;
      this.pending = 0;
      emit(block);
      any ||= this.lines.length > before;
      if (this.lines.length > before) last = this.lines.length;
    });
    if (dropEmpty) this.lines.length = Math.max(last, start);
    this.lines.push('}');
    this.pending = outer;
    if (!any && (dropEmpty || outer === 0)) this.lines.length = start;
  }

  private local(field: Field | BitFieldModel | string): string {
    return this.module.local(field, 'write');
  }

  /** Names in use: those of all fields from the start. */
  private readonly taken = new Set<string>();

  private free(name: string): string {
    let free = name;
    for (let i = 2; this.taken.has(free); i++) free = `${name}${i}`;
    this.taken.add(free);
    return free;
  }
}

/** The members of a block itself and its windows, not of its branches. */
function* directMembers(block: Block): IterableIterator<MemberModel> {
  for (const member of block.members) {
    yield member;
    if (member.member === 'within') yield* directMembers(member.body);
  }
}

/** The fields and bits among them. */
function directLengths(block: Block): Length[] {
  return [...directMembers(block)].flatMap((m): readonly Length[] =>
    m.member === 'field' ? [m] : m.member === 'bits' ? m.fields : [],
  );
}

/** Whether something in a block has to be measured, though its size is fixed: a caller may give another one. */
function measured(block: Block): boolean {
  return [...walk(block)].some(
    (m) =>
      m.member === 'within' ||
      (m.member === 'field' && m.type.kind === 'struct') ||
      (m.member === 'field' && 'extent' in m.type && m.constant?.kind !== 'text'),
  );
}

/** The line that refuses what is no member of a closed enum. */
function requireMember(of: Enum, value: string, path: string, module: Module): string[] {
  if (!hasGaps(of)) {
    const { low, high } = spanOf(of);
    return [`${module.use('requireInteger')}(${quote(path)}, ${value}, ${low}, ${high});`];
  }
  const error = `new ${module.use('EncodeError')}(${quote(path)}, \`\${String(${value})} is no ${of.name}\`)`;
  return [`if (${noMember(of, value, module)}) throw ${error};`];
}

/** The line that refuses an extent which takes other units than the length it shares announces. */
export function disagreement(other: Extended, announced: string, taken: string, module: Module): string {
  const error = `new ${module.use('EncodeError')}(${quote(other.path)}, \`takes \${${taken}}, \${${announced}} are announced\`)`;
  return `if (${announced} !== ${taken}) throw ${error};`;
}

/** The lines that find a derived field from the units it measures, and refuse what it can't hold. */
export function deriveLines(
  field: Length,
  derivation: Derivation,
  units: string,
  local: string,
  term: (field: Length) => string,
  module: Module,
): string[] {
  const { factor, constant } = derivation;
  const signed = (n: bigint): string => (n < 0n ? ` + ${-n}` : n > 0n ? ` - ${n}` : '');
  const others = derivation.terms.map(({ field: f, coefficient }) => {
    const size = coefficient < 0n ? -coefficient : coefficient;
    return `${coefficient < 0n ? ' + ' : ' - '}${size === 1n ? '' : `${size} * `}${term(f)}`;
  });
  const sum = `${units}${others.join('')}${signed(constant)}`;
  const value = factor === 1n ? sum : factor === -1n ? `-(${sum})` : `(${sum}) / ${factor}`;
  const { low, high } =
    field.range ??
    (field.member === 'bitField'
      ? widthRange(field)
      : rangeOf((field.type as FieldType & { kind: 'int' }).int));
  const most = high > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : high;
  const nullable =
    derivation.of.member === 'field' && 'nullable' in derivation.of.type && derivation.of.type.nullable;
  const least = low >= 0n ? low : nullable ? -1n : 0n;
  return [
    `const ${local} = ${value};`,
    `${module.use('requireInteger')}(${quote(field.path)}, ${local}, ${least}, ${most});`,
  ];
}

/** The bytes a value takes, its own prefix included. `depth`: how many recursive structs may still be in each other. */
function valueSize(
  type: FieldType,
  value: string,
  path: string,
  module: Module,
  depth: string,
  args: readonly string[] = [],
): string {
  const more = moreOf(type, args, depth);
  switch (type.kind) {
    case 'int':
      return formedSize(type, value, module);
    case 'struct':
      return `sizeOf${pascalCase(type.struct.name)}(${value}${more})`;
    case 'float':
      return String(type.bits / 8);
    case 'extern':
      return `${module.extern(type.extern)}.size(${externValue(type, value, module)})`;
    case 'record':
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${path}: ${type.kind} is refused by the checker`);
    default:
      if (type.extent.kind === 'until')
        return `${type.extent.delimiter.length} + ${contentSize(type, value, path, module, depth, args)}`;
      if (type.extent.kind === 'varying' && (type.kind === 'bytes' || type.kind === 'text')) {
        const name = module.announcedSize(type.extent, type.nullable);
        const plain = { ...type, nullable: false };
        const size = `${name}(${contentSize(plain, value, path, module, depth, args)})`;
        if (!type.nullable) return size;
        return `(${value} === null ? ${formedSize(type.extent.length, '-1', module)} : ${size})`;
      }
      if (type.extent.kind !== 'prefix') return contentSize(type, value, path, module, depth, args);
      return `${type.extent.int.bits / 8} + ${contentSize(type, value, path, module, depth, args)}`;
  }
}

/** What follows the value where a size is asked for: arguments of structs, and how deep they may still go. */
function moreOf(type: FieldType, args: readonly string[], depth: string): string {
  return [...args, ...(reachesRecursion(type) ? [depth] : [])].map((arg) => `, ${arg}`).join('');
}

function contentSize(
  type: FieldType,
  value: string,
  path: string,
  module: Module,
  depth: string,
  args: readonly string[] = [],
): string {
  const more = moreOf(type, args, depth);
  const orNone = (code: string): string =>
    'nullable' in type && type.nullable ? `(${value} === null ? 0 : ${code})` : code;
  switch (type.kind) {
    case 'coded':
      return `${value}.length`;
    case 'bytes':
      return orNone(`${value}.length`);
    case 'text':
      return orNone(
        type.encoding === 'utf8'
          ? `${module.use('utf8Length')}(${value})`
          : `${module.use('byteText')}(${quote(path)}, ${value}, ${type.encoding === 'ascii' ? 128 : 256}).length`,
      );
    case 'list':
      return orNone(
        hasPlainElements(type)
          ? `${type.element.int.bits / 8} * ${value}.length`
          : `sizeOf${listName(path)}(${value}${more})`,
      );
    case 'map':
      return `sizeOf${listName(path)}(${value})`;
    default:
      return valueSize(type, value, path, module, depth, args);
  }
}

/** How many elements or entries a value has, as code. */
function countCode(type: FieldType, value: string, path: string): string {
  return type.kind === 'map' ? `countOf${listName(path)}(${value})` : `${value}.length`;
}

/** What an extern writes: headers as a map, whatever they were given as. */
function externValue(type: FieldType & { kind: 'extern' }, value: string, module: Module): string {
  return type.extern.value === 'map' ? `${module.use('headerMapOf')}(${value})` : value;
}

/** A number of a width that is always the same. */
export function isPlainInt(type: FieldType): type is FieldType & { readonly kind: 'int' } {
  return type.kind === 'int' && type.form.kind === 'fixed';
}

/** Whether a list is numbers of one width and nothing else, which are measured and written where it stands. */
export function hasPlainElements(
  type: FieldType & { readonly kind: 'list' },
): type is FieldType & { readonly kind: 'list'; readonly element: FieldType & { readonly kind: 'int' } } {
  return isPlainInt(type.element) && type.extent.kind !== 'until';
}

/** `Bolt.headers` gives `BoltHeaders`, for the functions over a list's elements. */
export function listName(path: string): string {
  return path.split('.').map(pascalCase).join('');
}

/** The lines that write a value at `p` and move on. `size` is its content's size where that is known. */
export function writeValue(
  type: FieldType,
  value: string,
  path: string,
  module: Module,
  size?: string,
  args: readonly string[] = [],
): string[] {
  const more = args.map((arg) => `, ${arg}`).join('');
  // What a number or a length has of the place of use is its order.
  const [little = ''] = args;
  switch (type.kind) {
    case 'float': {
      const put = (isLittle: boolean): string =>
        `${module.use(floatName({ ...type, little: isLittle }).replace('f', 'putF'))}(b, p, ${value});`;
      return [writeInOrder({ int: type, order: type.order }, little, put), `p += ${type.bits / 8};`];
    }
    case 'extern': {
      const name = module.extern(type.extern);
      const rest = type.extern.value === 'map' ? ', b' : '';
      return [`p = ${name}.write(b, p, ${externValue(type, value, module)}${rest});`];
    }
    case 'record':
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${path}: ${type.kind} is refused by the checker`);
    case 'int': {
      if (type.form.kind !== 'fixed')
        return writeFormed(type, type.bool ? `${value} ? 1 : 0` : value, module);
      const number = type.bool ? `${value} ? 1 : 0` : value;
      return [putInteger(type, 'b', 'p', number, little, module), `p += ${type.int.bits / 8};`];
    }
    case 'struct':
      return [`p = write${pascalCase(type.struct.name)}(b, p, ${value}${more});`];
    case 'list':
      if (hasPlainElements(type)) {
        const items = type.nullable ? `${value} ?? []` : value;
        const write = writeValue(type.element, 'item', path, module, undefined, args);
        return [`for (const item of ${items}) {`, ...write, '}'];
      }
      if (type.nullable) return [`if (${value} !== null) p = write${listName(path)}(b, p, ${value}${more});`];
      return [`p = write${listName(path)}(b, p, ${value}${more});`];
    case 'map':
      return [
        `p = write${listName(path)}(b, p, ${value}${more});`,
        ...(type.extent.kind === 'until' ? writeDelimiter(type.extent.delimiter, module) : []),
      ];
    case 'coded':
      return [`b.set(${value}, p);`, `p += ${size ?? `${value}.length`};`];
    case 'bytes':
    case 'text': {
      const content = (code: string): string[] =>
        type.kind === 'bytes'
          ? [`b.set(${code}, p);`, `p += ${size ?? `${code}.length`};`]
          : [`p = ${module.use(type.encoding === 'utf8' ? 'writeUtf8' : 'writeLatin1')}(b, p, ${code});`];
      if (type.extent.kind === 'until') {
        const max = type.extent.max ?? module.protocol.limits.line;
        const fits = module.use('requireDelimited');
        return [
          '{',
          'const from = p;',
          ...content(value),
          ...writeDelimiter(type.extent.delimiter, module),
          `${fits}(${quote(path)}, b, from, p, ${module.delimiter(type.extent.delimiter)}, ${max});`,
          '}',
        ];
      }
      const length =
        type.kind === 'bytes'
          ? `${value}.length`
          : type.encoding === 'utf8'
            ? `${module.use('utf8Length')}(${value})`
            : `${value}.length`;
      if (type.extent.kind === 'varying') {
        const most = mostAnnounced(type.extent, type.nullable);
        const write = [
          `${module.use('requireInteger')}(${quote(`${path} (bytes)`)}, ${length}, 0, ${most});`,
          ...writeFormed(type.extent.length, length, module),
          ...content(value),
        ];
        if (!type.nullable) return write;
        return [
          `if (${value} === null) {`,
          ...writeFormed(type.extent.length, '-1', module),
          '} else {',
          ...write,
          '}',
        ];
      }
      if (type.extent.kind !== 'prefix')
        return type.nullable ? [`if (${value} !== null) {`, ...content(value), '}'] : content(value);
      const { extent } = type;
      const { int, max } = extent;
      const width = int.bits / 8;
      const put = (length: string): string => putInteger(extent, 'b', 'p', length, little, module);
      const most = longest(int, type.nullable, max);
      const write = [
        `${module.use('requireInteger')}(${quote(`${path} (bytes)`)}, ${length}, 0, ${most});`,
        put(length),
        `p += ${width};`,
        ...content(value),
      ];
      if (!type.nullable) return write;
      return [`if (${value} === null) {`, put('-1'), `p += ${width};`, '} else {', ...write, '}'];
    }
  }
}

/** Emits `sizeOf…` and `write…` over the elements of a list. */
export function emitListWrite(
  type: FieldType & { kind: 'list' },
  path: string,
  module: Module,
  elementText: string,
): FunctionDeclarationStructure[] {
  const params = listParams(type, module, 'write');
  const args = params.map((param) => param.name);
  const sizeParams = listParams(type, module, 'size');
  const check = itemChecks(type, path, module);
  const sizeArgs = sizeParams.map((param) => param.name);
  const size = valueSize(type.element, 'item', path, module, 'depth', sizeArgs);
  const items = {
    name: 'items',
    type: `readonly ${elementText.includes('|') ? `(${elementText})` : elementText}[]`,
  };
  return [
    {
      kind: StructureKind.Function,
      name: `sizeOf${listName(path)}`,
      parameters: [
        items,
        ...sizeParams,
        ...(reachesRecursion(type) ? [{ name: 'depth', type: 'number' }] : []),
      ],
      returnType: 'number',
      statements:
        /^\d+$/.test(size) && check.length === 0
          ? [`return ${size} * items.length;`]
          : [
              'let size = 0;',
              ...(check.length > 0
                ? ['for (const item of items) {', ...check, `size += ${size};`, '}']
                : [`for (const item of items) size += ${size};`]),
              'return size;',
            ],
    },
    {
      kind: StructureKind.Function,
      name: `write${listName(path)}`,
      parameters: [{ name: 'b', type: 'Uint8Array' }, { name: 'at', type: 'number' }, items, ...params],
      returnType: 'number',
      statements: [
        'let p = at;',
        'for (const item of items) {',
        ...(type.extent.kind === 'until' ? ['const from = p;'] : []),
        ...writeValue(type.element, 'item', path, module, undefined, args),
        ...(type.extent.kind === 'until'
          ? [
              `if (${module.use('startsAt')}(b, from, from + ${type.extent.delimiter.length}, ${module.delimiter(type.extent.delimiter)})) throw new ${module.use('EncodeError')}(${quote(path)}, 'has an element that begins as its end does');`,
            ]
          : []),
        '}',
        ...(type.extent.kind === 'until' ? writeDelimiter(type.extent.delimiter, module) : []),
        'return p;',
      ],
    },
  ];
}

/** The lines that refuse an element which is out of its range, or has another size than all have. */
function itemChecks(type: FieldType & { kind: 'list' }, path: string, module: Module): string[] {
  const { element } = type;
  if (element.kind === 'int') {
    if (element.bool) return [];
    const { low, high } = type.range ?? formRange(element);
    const big = isBig(element.int, null);
    const suffix = big ? 'n' : '';
    const require = module.use(big ? 'requireBigInteger' : 'requireInteger');
    if (isClosed(element.enum) && type.range === null)
      return requireMember(element.enum, 'item', path, module);
    const members = isClosed(element.enum) ? requireMember(element.enum, 'item', path, module) : [];
    return [...members, `${require}(${quote(path)}, item, ${low}${suffix}, ${high}${suffix});`];
  }
  if (element.kind !== 'bytes' && element.kind !== 'text') return [];
  const { extent } = element;
  if (extent.kind !== 'size') return [];
  const size =
    sizeOfElements(type) === null ? String((extent.value as Expression & { op: 'int' }).value) : 'each';
  const units = contentSize(element, 'item', path, module, 'depth');
  return [`${module.use('requireInteger')}(${quote(`${path} (bytes)`)}, ${units}, ${size}, ${size});`];
}
