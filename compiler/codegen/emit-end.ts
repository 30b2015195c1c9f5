import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import { camelCase, pascalCase } from '../model/camel-case.js';
import type { Expression } from '../model/expression.js';
import { membersRead, orderIn, parts, sizeOfElements } from '../model/expressions-of.js';
import { boundsOf, isBig, rangeOf } from '../model/integers.js';
import type { BitFieldModel, Block, Field, FieldType, MemberModel, Struct } from '../model/model.js';
import { fixedSize, memberSize, typeSize } from '../model/size.js';
import { littleCode, readInteger } from './byte-order.js';
import { ConstantText } from './constant-text.js';
import { emitCases, emitExpression, emitPatterns, type Environment } from './emit-expression.js';
import { literal } from './literal.js';
import { quote, type Module } from './module.js';
import { readValue } from './reader.js';
import {
  announcesNull,
  behindLength,
  endCode,
  isLong,
  isSelfDelimited,
  listEndName,
  reachesRecursion,
  readPassed,
  structEndName,
} from './self-delimiting.js';
import { argumentsOf, listParams, structParams } from './struct-arguments.js';
import { tidy } from './tidy.js';

const PARAMETERS = [
  { name: 'b', type: 'Uint8Array' },
  { name: 'at', type: 'number' },
  { name: 'to', type: 'number' },
];
const DEPTH = { name: 'depth', type: 'number' };
const state = (module: Module): { name: string; type: string } => ({
  name: 'state',
  type: `${module.useType('ScanState')} | null`,
});

/** Emits `blobEnd(b, at, to)`: where a struct of varying size ends, without reading more of it than that takes. */
export function emitStructEnd(struct: Struct, module: Module): FunctionDeclarationStructure {
  const type: FieldType = { kind: 'struct', struct, args: [] };
  const deep = reachesRecursion(type);
  const writer = new EndWriter(module, struct);
  return {
    kind: StructureKind.Function,
    name: structEndName(struct),
    docs: [
      `Where the ${pascalCase(struct.name)} that starts at \`at\` ends; 0 if it is malformed, -n if n bytes more are needed to know.`,
    ],
    parameters: [
      ...PARAMETERS,
      ...structParams(struct, module, 'read'),
      ...(deep ? [DEPTH] : []),
      ...(isLong(type, module) ? [state(module)] : []),
    ],
    returnType: 'number',
    statements: writer.run(),
  };
}

/** Emits `commandArgsEnd(b, at, to, count)`: where a list of elements of varying size ends. */
export function emitListEnd(
  type: FieldType & { kind: 'list' },
  path: string,
  module: Module,
): FunctionDeclarationStructure {
  const deep = reachesRecursion(type);
  const params = listParams(type, module, 'read');
  return {
    kind: StructureKind.Function,
    name: listEndName(path),
    docs: [`Where \`count\` elements that start at \`at\` end; 0 and -n as for one element.`],
    parameters: [
      ...PARAMETERS,
      { name: 'count', type: 'number' },
      ...params,
      ...(deep ? [DEPTH] : []),
      state(module),
    ],
    returnType: 'number',
    statements: tidy([
      'const walk = state === null ? 0 : state.walk(at, count);',
      'let p = state === null ? at : state.place(walk);',
      `for (let left = state === null ? count : state.left(walk); ${type.extent.kind === 'until' ? '' : 'left > 0'}; left--) {`,
      ...untilLines(type, module),
      ...(isLong(type.element, module) ? ['if (state !== null) state.inside(walk);'] : []),
      `const next = ${elementEnd(
        type,
        path,
        params.map((p) => p.name),
        module,
      )};`,
      'if (next <= 0) {',
      'if (state !== null) state.stopped(walk, p, left);',
      'return next;',
      '}',
      'p = next;',
      '}',
      ...(type.extent.kind === 'until' ? [] : ['if (state !== null) state.ended(walk, p);', 'return p;']),
    ]),
  };
}

/** The lines that end a list where its delimiter stands, and refuse one with more elements than it may have. */
function untilLines({ extent }: FieldType & { kind: 'list' }, module: Module): string[] {
  if (extent.kind !== 'until') return [];
  return [
    `const past = ${module.use('delimiterPast')}(b, p, to, ${module.delimiter(extent.delimiter)});`,
    'if (past < 0 && state !== null) state.stopped(walk, p, left);',
    'if (past > 0 && state !== null) state.ended(walk, p);',
    'if (past !== 0) return past;',
    'if (left === 0) return 0;',
  ];
}

/** The code of where the element at `p` ends. */
function elementEnd(
  type: FieldType & { kind: 'list' },
  path: string,
  args: readonly string[],
  module: Module,
): string {
  const { element } = type;
  const count =
    'extent' in element && 'value' in element.extent && element.extent.value.op === 'int'
      ? String(element.extent.value.value)
      : '0';
  if (isSelfDelimited(element))
    return endCode(element, path, 'b', 'p', 'to', count, 'depth', module, 'state', args);
  const size = sizeOfElements(type) === null ? fixedSize(typeSize(element)) : 'each';
  return size === null
    ? prefixEnd(element, args[0] ?? '', module)
    : `p + ${size} > to ? to - (p + ${size}) : p + ${size}`;
}

/** Where an element with a length prefix ends. */
function prefixEnd(type: FieldType, little: string, module: Module): string {
  if ((type.kind !== 'bytes' && type.kind !== 'text') || type.extent.kind !== 'prefix')
    throw new Error(`an element that is a ${type.kind} does not say where it ends`);
  const { int, max } = type.extent;
  const least = type.nullable && int.signed ? -1 : 0;
  const most = Math.min(max ?? Infinity, Number(rangeOf(int).high));
  const none = !type.nullable ? -2 : int.signed ? -1 : Number(rangeOf(int).high);
  const read = readInteger(type.extent, 'b', 'p', little, module);
  return `${module.use('prefixedEnd')}(p, to, ${int.bits / 8}, p + ${int.bits / 8} <= to ? ${read} : 0, ${least}, ${most}, ${none})`;
}

/** Emits the body: `p` moves from member to member; what sizes and arms hang on is read on the way. */
class EndWriter implements Environment {
  private readonly lines: string[] = [];
  /** Fields that decide where something ends. */
  private readonly needed: ReadonlySet<Field | BitFieldModel>;
  /** Bytes after `p` that are known to be here, and those of them that were passed. */
  private here = 0;
  private passed = 0;
  private names = new Set<string>(['b', 'at', 'to', 'p', 'depth', 'i', 'state']);
  private locals = new Map<Field | BitFieldModel, string>();
  /** The first of the fields of one name in several arms, under which the value of each is kept. */
  private readonly first = new Map<Field | BitFieldModel, Field | BitFieldModel>();
  /** Fields that are read where they may not be there. */
  private readonly absent = new Set<Field | BitFieldModel>();
  /** Texts and bytes that are compared, and the locals that hold them as texts. */
  private readonly compared = new Set<Field | BitFieldModel>();
  private texts = new Map<Field | BitFieldModel, string>();
  /** Members behind the block at hand, by the blocks around it: what they read outlives the block. */
  private behind: readonly MemberModel[] = [];

  constructor(
    readonly module: Module,
    private readonly struct: Struct,
  ) {
    const read = deciding(struct.body.members);
    this.needed = fieldsIn(read);
    for (const { fields, optional, isText } of read)
      for (const field of fields) {
        if (fields.length > 1) this.first.set(field, fields[0]!);
        if (optional) this.absent.add(field);
        if (isText) this.compared.add(field);
      }
    for (const param of struct.params) {
      const name = module.local(param);
      this.names.add(name);
      this.locals.set(param, name);
    }
  }

  run(): string[] {
    if (this.struct.recursive) this.lines.push('if (depth === 0) return 0;');
    const first = this.lines.length;
    this.block(this.struct.body, true);
    const moves = this.lines.some((line) => /^p \+?= /.test(line));
    this.lines.splice(first, 0, `${moves ? 'let' : 'const'} p = at;`);
    return tidy(this.lines);
  }

  field(e: Expression & { op: 'field' }): string {
    const [text, held] = [this.texts.get(e.fields[0]!), this.locals.get(e.fields[0]!)];
    const local = e.type.kind === 'text' ? (text ?? held) : (held ?? text);
    if (local === undefined)
      throw new Error(`${e.name} is not read on the way to the end of ${this.struct.name}`);
    return local;
  }

  /** A nullable field is held as its length, which is -1 for null, if not as a text. */
  nullValue(e: Expression): string | null {
    if (e.op !== 'field' || !isNullable(e.fields[0]!)) return null;
    return e.type.kind === 'text' && this.texts.has(e.fields[0]!) ? null : '-1';
  }

  bytesEqual(e: Expression & { op: 'field' }, text: string): string {
    const [field] = e.fields;
    if (field!.constant?.kind === 'text') return String(field!.constant.value === text);
    return `(${this.texts.get(field!)!} === ${quote(text)})`;
  }

  /** Bytes are held as texts too. */
  which(e: Expression & { op: 'oneOf' }): string | null {
    if (e.of.op !== 'field') return null;
    return `${this.module.use('whichOf')}(${this.texts.get(e.of.fields[0]!)!}, ${this.module.words(e.of, e.texts)})`;
  }

  byte({ of, index }: Expression & { op: 'byte' }): string {
    const text = this.texts.get(of.fields[0]!)!;
    const [has, none] = of.optional ? ['?', ' ?? 0'] : ['', ''];
    return `(${index} < (${text}${has}.length${none}) ? ${text}${has}.charCodeAt(${index}) : undefined)`;
  }

  hold(_e: Expression, code: string): string {
    return code;
  }

  /** @param ends whether the struct ends with the block, which then returns */
  private block(block: Block, ends: boolean): void {
    const { behind } = this;
    let returned = false;
    block.members.forEach((member, i) => {
      const rest = block.members.slice(i);
      this.behind = [...rest.slice(1), ...behind];
      returned = this.member(member, rest, ends && rest.length === 1);
    });
    this.behind = behind;
    if (!ends) this.flush();
    else if (!returned) this.lines.push(`return ${this.place()};`);
    this.passed = 0;
    this.here = 0;
  }

  /**
   * @param ends whether the struct ends with the member
   * @returns whether what was written returns in any case
   */
  private member(member: MemberModel, rest: readonly MemberModel[], ends: boolean): boolean {
    const size = fixedSize(memberSize(member));
    const isSimple =
      member.member === 'bits' ||
      (member.member === 'field' && size !== null) ||
      (member.member === 'pad' && size !== null);
    if (isSimple) {
      this.need(member, rest);
      if (member.member === 'field') this.readFixed(member, rest);
      else if (member.member === 'bits')
        for (const bit of member.fields)
          if (this.needed.has(bit)) {
            const little = littleCode(member, this);
            this.keep(bit, readValue(bit, 'b', this.place(), this.module, undefined, little));
            this.bounds(bit, rest);
          }
      this.passed += size ?? 0;
      return false;
    }
    switch (member.member) {
      case 'assert':
        return false;
      case 'field':
        this.flush();
        return this.varying(member, rest, ends);
      case 'if': {
        this.flush();
        this.declareIn([member.then, ...(member.otherwise === null ? [] : [member.otherwise])]);
        this.lines.push(`if (${emitExpression(member.condition, this)}) {`);
        this.inside(member.then, ends);
        if (member.otherwise !== null) {
          this.lines.push('} else {');
          this.inside(member.otherwise, ends);
        }
        this.lines.push('}');
        return ends && member.otherwise !== null;
      }
      case 'variant': {
        this.flush();
        this.declareIn(member.arms.map((arm) => arm.body));
        const on = member.on.map((e) => emitExpression(e, this));
        const arms = defaultLast(member.arms);
        const labels = emitCases(arms, member.on, this.module);
        if (labels !== null) {
          this.lines.push(`switch (${on[0]!}) {`);
          arms.forEach((arm, i) => {
            this.lines.push(`${labels[i]!} {`);
            this.inside(arm.body, ends);
            this.lines.push(...(ends ? [] : ['break;']), '}');
          });
          this.lines.push(
            ...(arms.every((arm) => arm.patterns !== null) ? ['default:', 'return 0;'] : []),
            '}',
          );
          return ends;
        }
        arms.forEach((arm, i) => {
          const test = arm.patterns === null ? null : emitPatterns(arm.patterns, member.on, on, this.module);
          this.lines.push(
            test === null ? (i === 0 ? '{' : '} else {') : `${i === 0 ? '' : '} else '}if (${test}) {`,
          );
          this.inside(arm.body, ends);
        });
        if (arms.every((arm) => arm.patterns !== null)) this.lines.push('} else return 0;');
        else this.lines.push('}');
        return ends;
      }
      case 'pad': {
        this.flush();
        const { value } = member;
        this.lines.push(`p += (${value} - ((p - at) % ${value})) % ${value};`, 'if (p > to) return to - p;');
        return false;
      }
      case 'within': {
        this.flush();
        const size = emitExpression(member.size, this);
        const { type } = member.size;
        if (member.max !== null && type.kind === 'int' && type.high > BigInt(member.max))
          this.lines.push(`if (${size} > ${member.max}) return 0;`);
        this.lines.push(`p += ${size};`, 'if (p > to) return to - p;');
        return false;
      }
    }
  }

  /** Writes a block in braces: names that it declares are free again behind it. */
  private inside(block: Block, ends: boolean): void {
    const { names, locals, texts } = this;
    this.names = new Set(names);
    this.locals = new Map(locals);
    this.texts = new Map(texts);
    this.block(block, ends);
    this.names = names;
    this.locals = locals;
    this.texts = texts;
  }

  private readFixed(field: Field, rest: readonly MemberModel[]): void {
    const { type } = field;
    const place = this.place();
    if (field.constant?.kind === 'text' && (type.kind === 'bytes' || type.kind === 'text')) {
      const constant = new ConstantText(field, field.constant.value, this.module);
      this.lines.push(`if (${constant.missing('b', place, `${place} + ${constant.size}`)}) return 0;`);
      return;
    }
    if (type.kind !== 'int') {
      this.keepText(field, place, `${place} + ${fixedSize(memberSize(field)) ?? 0}`);
      return;
    }
    if (type.form.kind === 'digits' && type.form.extent.kind === 'size') {
      const end = this.module.use(type.form.base === 10 ? 'digitsEnd' : 'hexDigitsEnd');
      this.lines.push(`if (${end}(b, ${place}, to, ${type.form.extent.digits}) <= 0) return 0;`);
    }
    if (field.constant?.kind !== 'int' && !this.needed.has(field)) return;
    const code = readValue(field, 'b', place, this.module, undefined, littleCode(type, this));
    if (field.constant?.kind === 'int') {
      this.lines.push(`if (${code} !== ${literal(field, field.constant)}) return 0;`);
      return;
    }
    this.keep(field, code);
    this.bounds(field, rest);
  }

  /** Passes a member whose end is found by walking it, and returns as {@link member} does. */
  private varying(field: Field, rest: readonly MemberModel[], ends: boolean): boolean {
    const { type } = field;
    const local = this.locals.get(this.keyOf(field)) ?? this.module.local(field);
    const depth = this.struct.recursive ? 'depth - 1' : 'depth';
    const walked = (count: string): string =>
      endCode(type, field.path, 'b', 'p', 'to', count, depth, this.module, 'state', argumentsOf(type, this));
    if (type.kind === 'int') {
      if (field.constant === null && !this.needed.has(field)) return this.move(walked('0'), ends);
      const end = this.free(`${local}End`);
      this.lines.push(`const ${end} = ${walked('0')};`, `if (${end} <= 0) return ${end};`);
      const code = readPassed(type, 'b', 'p', end, this.module);
      if (field.constant?.kind === 'int')
        this.lines.push(`if (${code} !== ${literal(field, field.constant)}) return 0;`);
      else if (this.needed.has(field)) {
        this.keep(field, code);
        this.bounds(field, rest);
      }
      this.lines.push(`p = ${end};`);
      return false;
    }
    const from = this.compared.has(field) ? this.free(`${this.module.local(field)}From`) : 'p';
    if (from !== 'p') this.lines.push(`const ${from} = p;`);
    if ((type.kind === 'bytes' || type.kind === 'text') && type.extent.kind === 'varying') {
      const { extent } = type;
      if (!this.needed.has(field)) return this.move(walked('0'), ends);
      const end = this.free(`${local}End`);
      this.lines.push(`const ${end} = ${walked('0')};`, `if (${end} <= 0) return ${end};`);
      if (isNullable(field)) this.keep(field, `${announcesNull(extent, 'b', 'p', this.module)} ? -1 : 0`);
      this.keepText(field, behindLength(extent, 'b', 'p', this.module), end);
      this.lines.push(`p = ${end};`);
      return false;
    }
    if (isSelfDelimited(type) && (type.kind !== 'list' || type.extent.kind === 'until')) {
      const isCompared = this.compared.has(field);
      const returned = this.move(walked('0'), ends && !isCompared);
      if (isCompared && 'extent' in type && type.extent.kind === 'until')
        this.keepText(field, from, `p - ${type.extent.delimiter.length}`);
      return returned;
    }
    if (!('extent' in type)) throw new Error(`${field.path} has no end of its own`);
    const { extent } = type;
    if (extent.kind === 'prefix' && type.kind !== 'record' && type.kind !== 'map' && type.kind !== 'list') {
      const little = littleCode(extent, this);
      if (!this.needed.has(field)) return this.move(prefixEnd(type, little, this.module), ends);
      if (isNullable(field)) {
        const { int } = extent;
        const none = int.signed ? -1 : Number(rangeOf(int).high);
        const isNull = `p + ${int.bits / 8} <= to && ${readInteger(extent, 'b', 'p', little, this.module)} === ${none}`;
        this.keep(field, `${isNull} ? -1 : 0`);
      }
      this.move(prefixEnd(type, little, this.module), false);
      this.keepText(field, `${from} + ${extent.int.bits / 8}`, 'p');
      return false;
    }
    if (extent.kind !== 'size' && extent.kind !== 'count') throw new Error(`${field.path} takes the rest`);
    const nullable = 'nullable' in type && type.nullable;
    const value = emitExpression(extent.value, this);
    const max = type.kind === 'list' && extent.kind === 'count' ? type.maxCount : extent.max;
    const isKnown = extent.value.op === 'int';
    const high = extent.value.type.kind === 'int' ? extent.value.type.high : 0n;
    if (!isKnown && max !== null && high > BigInt(max)) this.lines.push(`if (${value} > ${max}) return 0;`);
    const units = nullable ? `Math.max(0, ${value})` : value;
    if (nullable) {
      // A condition asks whether it is null, which its length tells.
      const known = this.locals.get(this.keyOf(field));
      if (known === undefined) this.locals.set(this.keyOf(field), value);
      else this.lines.push(`${known} = ${value};`);
    }
    if (type.kind === 'list' && isSelfDelimited(type)) return this.move(walked(units), ends);
    const bytes =
      type.kind === 'list' && extent.kind === 'count' ? `${units} * ${elementSize(type, this)}` : units;
    this.lines.push(`p += ${bytes};`, 'if (p > to) return to - p;');
    this.keepText(field, from, 'p');
    return false;
  }

  /** Keeps b[from, to) as a text where a condition compares it: bytes with a character for each, null where they are. */
  private keepText(field: Field, from: string, to: string): void {
    if (!this.compared.has(field)) return;
    const { type } = field;
    const key = this.keyOf(field);
    const isUtf8 = type.kind === 'text' && type.encoding === 'utf8';
    const read = `${this.module.use(isUtf8 ? 'readUtf8' : 'readLatin1')}(b, ${from}, ${to})`;
    const code = isNullable(field) ? `${this.locals.get(key)!} === -1 ? null : ${read}` : read;
    const known = this.texts.get(key);
    if (known !== undefined) this.lines.push(`${known} = ${code};`);
    else {
      const name = this.free(`${this.module.local(field)}Read`);
      this.texts.set(key, name);
      this.lines.push(`const ${name} = ${code};`);
    }
  }

  /** The field under which a value is kept. */
  private keyOf(field: Field | BitFieldModel): Field | BitFieldModel {
    return this.first.get(field) ?? field;
  }

  /** Moves `p` to the end that a call gives, and returns as {@link member} does. */
  private move(end: string, ends: boolean): boolean {
    if (ends) this.lines.push(`return ${end};`);
    else this.lines.push(`p = ${end};`, 'if (p <= 0) return p;');
    return ends;
  }

  /** What was proved of sizes holds for values in range only. */
  private bounds(field: Field | BitFieldModel, rest: readonly MemberModel[]): void {
    if (field.member === 'bitField') {
      const local = this.locals.get(this.keyOf(field))!;
      if (field.range !== null)
        this.lines.push(`if (${local} < ${field.range.low} || ${local} > ${field.range.high}) return 0;`);
      return;
    }
    if (field.type.kind !== 'int') return;
    const { low, high } = boundsOf(field);
    if (this.refusesOthers(rest[1], field, low, high)) return;
    const full = rangeOf(field.type.int);
    const free = field.type.form.kind === 'fixed' || field.type.int.bits >= 53;
    const local = this.locals.get(this.keyOf(field))!;
    const tests = [
      ...(low > full.low || !free ? [`${local} < ${low}`] : []),
      ...(high < full.high || !free ? [`${local} > ${high}`] : []),
    ];
    if (tests.length > 0) this.lines.push(`if (${tests.join(' || ')}) return 0;`);
  }

  /** Whether a member is a switch over the field's values, with an arm for none but those from low to high. */
  private refusesOthers(member: MemberModel | undefined, field: Field, low: bigint, high: bigint): boolean {
    if (member?.member !== 'variant' || emitCases(member.arms, member.on, this.module) === null) return false;
    const [on] = member.on;
    if (on!.op !== 'field' || on!.fields.length !== 1 || on!.fields[0] !== field) return false;
    const sets = member.arms.map((arm) => arm.patterns?.flat() ?? [null]).flat();
    return sets.every((set) => set !== null && set.every((r) => r.low >= low && r.high <= high));
  }

  private keep(field: Field | BitFieldModel, code: string): void {
    const key = this.keyOf(field);
    const known = this.locals.get(key);
    if (known !== undefined) {
      this.lines.push(`${known} = ${code};`);
      return;
    }
    const name = this.free(this.module.local(field));
    this.locals.set(key, name);
    this.lines.push(`const ${name} = ${code};`);
  }

  /** Declares before a branch what is read in it and asked for behind it. */
  private declareIn(blocks: readonly Block[]): void {
    const asked = fieldsIn(deciding(this.behind));
    for (const member of blocks.flatMap((b) => [...passed(b.members)])) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        if (!asked.has(field)) continue;
        const key = this.keyOf(field);
        if (this.compared.has(field) && !this.texts.has(key)) {
          const text = this.free(`${this.module.local(field)}Read`);
          this.texts.set(key, text);
          this.lines.push(`let ${text}: string | null | undefined;`);
        }
        if (this.locals.has(key) || (this.compared.has(field) && !isNullable(field))) continue;
        const name = this.free(this.module.local(field));
        this.locals.set(key, name);
        const none = notRead(field);
        const type = none === 'false' ? 'boolean' : none === '0n' ? 'bigint' : 'number';
        if (this.absent.has(field) && !isNullable(field))
          this.lines.push(`let ${name}: ${type} | undefined;`);
        else this.lines.push(`let ${name} = ${none};`);
      }
    }
  }

  /** Asks for the member's bytes, and for those of all members of fixed size right after it. */
  private need(member: MemberModel, rest: readonly MemberModel[]): void {
    const isPeek = member.member === 'field' && member.isPeek === true;
    const size = isPeek ? typeSize(member.type).min : memberSize(member).min;
    if (this.passed + size <= this.here) return;
    let wanted = this.passed;
    for (const next of rest) {
      const fixed = next.member === 'assert' ? 0 : fixedSize(memberSize(next));
      if (fixed === null || next.member === 'variant' || next.member === 'if') break;
      wanted += fixed;
    }
    wanted = Math.max(wanted, this.passed + size);
    this.here = wanted;
    this.lines.push(`if (to < p + ${wanted}) return to - (p + ${wanted});`);
  }

  private place(): string {
    return this.passed === 0 ? 'p' : `p + ${this.passed}`;
  }

  private flush(): void {
    if (this.passed > 0) this.lines.push(`p += ${this.passed};`);
    this.passed = 0;
    this.here = 0;
  }

  private free(name: string): string {
    let free = camelCase(name);
    for (let i = 2; this.names.has(free); i++) free = `${name}${i}`;
    this.names.add(free);
    return free;
  }
}

/** The code of the bytes that each element of a list takes. */
function elementSize(type: FieldType & { kind: 'list' }, env: Environment): string {
  const size = sizeOfElements(type);
  return size === null ? String(typeSize(type.element).min) : emitExpression(size, env);
}

/** What a field's local is in frames that lack the field. */
function notRead(field: Field | BitFieldModel): string {
  if (field.member === 'bitField') return field.enum === null && field.width === 1 ? 'false' : '0';
  const { type } = field;
  if (type.kind === 'int') return type.bool ? 'false' : isBig(type.int, field.range) ? '0n' : '0';
  return 'nullable' in type && type.nullable ? '-1' : '0';
}

/** The members on the way to the end: what stands in windows is passed with them. */
function* passed(members: readonly MemberModel[]): IterableIterator<MemberModel> {
  for (const member of members) {
    yield member;
    if (member.member === 'if') {
      yield* passed(member.then.members);
      if (member.otherwise !== null) yield* passed(member.otherwise.members);
    } else if (member.member === 'variant') for (const arm of member.arms) yield* passed(arm.body.members);
  }
}

/** Fields of one name that are read: whether they may be absent, and whether they are compared as a text. */
interface Read {
  readonly fields: readonly (Field | BitFieldModel)[];
  readonly optional: boolean;
  readonly isText: boolean;
}

/** What sizes, counts, conditions and variants of members read. */
function deciding(members: readonly MemberModel[]): Read[] {
  const read: Read[] = [];
  const add = (e: Expression): void => {
    const nulls = new Set<Expression>();
    for (const part of parts(e)) {
      if (part.op === 'binary' && [part.left, part.right].some((side) => side.op === 'null'))
        nulls.add(part.left).add(part.right);
      if (part.op !== 'field') continue;
      const { fields, optional } = part;
      const isTextual = fields.every(
        (f) => f.member === 'field' && (f.type.kind === 'text' || f.type.kind === 'bytes'),
      );
      // Whether a nullable one is null its length tells.
      const isText = isTextual && !(nulls.has(part) && fields.every(isNullable));
      read.push({ fields, optional, isText });
    }
  };
  for (const member of passed(members)) {
    if (member.member === 'assert') continue;
    const order = orderOfNumber(member);
    const isCompared = member.member === 'field' && member.constant !== null;
    for (const e of membersRead(member)) if (e !== order || isCompared) add(e);
  }
  // The order of a number matters where the number does.
  const orders = new Set<Expression>();
  for (const { fields } of read)
    for (const field of fields) {
      const order = orderOfNumber(field.member === 'bitField' ? field.group : field);
      if (order === undefined || orders.has(order)) continue;
      orders.add(order);
      add(order);
    }
  return read;
}

/** What chooses the byte order of a number or a group of bits. */
function orderOfNumber(member: MemberModel): Expression | undefined {
  if (member.member === 'bits') return member.order;
  const isNumber = member.member === 'field' && (member.type.kind === 'int' || member.type.kind === 'float');
  return isNumber ? orderIn(member.type) : undefined;
}

function fieldsIn(read: readonly Read[]): ReadonlySet<Field | BitFieldModel> {
  return new Set(read.flatMap(({ fields }) => fields));
}

function isNullable(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && 'nullable' in field.type && field.type.nullable;
}
