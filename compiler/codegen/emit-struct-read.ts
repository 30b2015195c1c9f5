import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import type { Expression } from '../model/expression.js';

import { parts } from '../model/expressions-of.js';
import { boundsOf, formRange, isBig, rangeOf } from '../model/integers.js';
import { pascalCase } from '../model/camel-case.js';
import { memberSize, takesRest, typeSize } from '../model/size.js';
import { keyedBy } from '../model/maps-as-lists.js';
import { walk } from '../model/walk.js';
import type {
  BitFieldModel,
  Block,
  Enum,
  Field,
  FieldType,
  MemberModel,
  Struct,
  VariantModel,
  WindowModel,
} from '../model/model.js';
import { littleCode, readInOrder, readInteger } from './byte-order.js';
import { bytesCompared } from './bytes-compared.js';
import { isClosed, noMember } from './closed-enum.js';
import { ConstantText } from './constant-text.js';
import { emitExpression, emitPatterns, type Environment } from './emit-expression.js';
import { literal } from './literal.js';
import { quote, type Module } from './module.js';
import { behindCode, floatName, readValue } from './reader.js';
import { behind } from '../model/behind.js';
import { announcesNull, behindLength, endCode, reachesRecursion, readFormed } from './self-delimiting.js';
import { argumentsOf, hasAlignment, structParams } from './struct-arguments.js';
import { tidy } from './tidy.js';
import { lookUpCode } from './emit-inner.js';
import { isGiven } from '../model/is-given.js';
import { isLate } from '../model/late-computed.js';
import { fieldTypeText, typeText } from './type-text.js';

/** Emits `readPair(c)`: one struct read from front to back, every step inside its window. */
export function emitStructRead(struct: Struct, module: Module): FunctionDeclarationStructure {
  const reader = new StructReader(module, struct);
  const deep = reachesRecursion({ kind: 'struct', struct, args: [] });
  return {
    kind: StructureKind.Function,
    name: `read${pascalCase(struct.name)}`,
    docs: [`Reads a ${pascalCase(struct.name)} at the cursor and moves it on. @throws DecodeError`],
    parameters: [
      { name: 'c', type: module.useType('Cursor') },
      ...structParams(struct, module, 'read'),
      ...(deep ? [{ name: 'depth', type: 'number' }] : []),
    ],
    returnType: pascalCase(struct.name),
    statements: reader.run(),
  };
}

/** ` as Kind` after a number that check has found to be a member. */
function closedCast(of: Enum | null): string {
  return of !== null && !of.open && !of.flags ? ` as ${pascalCase(of.name)}` : '';
}

/**
 * The code that reads a value of a type at the cursor `c`.
 * @param depth the code of how many recursive structs may still be in each other
 * @param args the code of what the parameters of a struct are, or the byte order of a number
 */
export function readAtCursor(
  type: FieldType,
  path: string,
  schema: string,
  module: Module,
  lines: string[],
  local: string,
  count: string | null,
  range: Field['range'] = null,
  depth = String(module.protocol.limits.depth),
  args: readonly string[] = [],
): void {
  const reach = (size: string): string => `c.reach(${size}, ${quote(path)}, ${quote(schema)})`;
  const walked = (units: string): string =>
    `${module.use('ended')}(${endCode(type, path, 'c.bytes', 'c.at', 'c.end', units, '0', module)}, ${quote(path)}, c.at, ${quote(schema)})`;
  // What a number or a length has of the place of use is its order.
  const [little = ''] = args;
  switch (type.kind) {
    case 'float': {
      const one = (isLittle: boolean): string =>
        `${module.use(floatName({ ...type, little: isLittle }))}(c.bytes, c.at)`;
      const read = readInOrder({ int: type, order: type.order }, little, one);
      lines.push(`const ${local}End = ${reach(String(type.bits / 8))};`, `const ${local} = ${read};`);
      lines.push(`c.at = ${local}End;`);
      return;
    }
    case 'int': {
      if (type.form.kind !== 'fixed') {
        lines.push(
          `const ${local}End = ${walked('0')};`,
          `const ${local} = ${readFormed(type, 'c.bytes', 'c.at', module, `${local}End`)};`,
        );
        // A field is held to its range after it; what is an element is here.
        if (local === 'item' && range === null) lines.push(...outOfRange(type, path, schema, module));
        lines.push(`c.at = ${local}End;`);
        return;
      }
      const field = {
        member: 'field',
        type,
        range: local === 'item' ? null : range,
        path,
      } as unknown as Field;
      lines.push(`const ${local}End = ${reach(String(type.int.bits / 8))};`);
      const read = readValue(field, 'c.bytes', 'c.at', module, undefined, little);
      lines.push(`const ${local} = ${read}${closedCast(type.enum)};`);
      lines.push(`c.at = ${local}End;`);
      return;
    }
    case 'struct':
      lines.push(
        `const ${local} = read${pascalCase(type.struct.name)}(${['c', ...args, ...(reachesRecursion(type) ? [depth] : [])].join(', ')});`,
      );
      return;
    case 'bytes':
    case 'text': {
      const { extent } = type;
      const none =
        extent.kind === 'prefix' && type.nullable
          ? extent.int.signed
            ? '-1'
            : String(2 ** extent.int.bits - 1)
          : null;
      const tooLong = (size: string): void => {
        if (extent.max === null || /^\d+$/.test(size)) return;
        lines.push(
          `if (${size} > ${extent.max}${none === null ? '' : ` && ${size} !== ${none}`}) throw new ${module.use('DecodeError')}('limit', ${quote(path)}, c.at, \`has \${${size}} bytes, the limit is ${extent.max}\`, ${quote(schema)});`,
        );
      };
      if (extent.kind === 'prefix') {
        const width = extent.int.bits / 8;
        lines.push(`const ${local}At = ${reach(String(width))};`);
        const read = readInteger(extent, 'c.bytes', 'c.at', little, module);
        lines.push(`const ${local}Length = ${read};`);
        lines.push(`c.at = ${local}At;`);
        const size = none !== null ? `${local}Length === ${none} ? 0 : ${local}Length` : `${local}Length`;
        tooLong(`${local}Length`);
        lines.push(`const ${local}End = ${reach(size)};`);
        const value = slice(type, `c.at`, `${local}End`, path, schema, module);
        lines.push(
          `const ${local} = ${none !== null ? `${local}Length === ${none} ? null : ` : ''}${value};`,
        );
      } else if (extent.kind === 'varying') {
        lines.push(`const ${local}End = ${walked('0')};`);
        const from = behindLength(extent, 'c.bytes', 'c.at', module);
        const value = slice(type, from, `${local}End`, path, schema, module);
        const isNull = announcesNull(extent, 'c.bytes', 'c.at', module);
        lines.push(`const ${local} = ${type.nullable ? `${isNull} ? null : ` : ''}${value};`);
      } else if (extent.kind === 'until') {
        lines.push(`const ${local}End = ${walked('0')};`);
        const to = `${local}End - ${extent.delimiter.length}`;
        lines.push(`const ${local} = ${slice(type, 'c.at', to, path, schema, module)};`);
      } else {
        const given = extent.kind === 'rest' ? 'c.end - c.at' : (count ?? '0');
        const size = type.nullable ? `${local}Size` : given;
        if (type.nullable) lines.push(`const ${local}Size = Math.max(0, ${given});`);
        tooLong(size);
        lines.push(`const ${local}End = ${reach(size)};`);
        const value = slice(type, 'c.at', `${local}End`, path, schema, module);
        lines.push(`const ${local} = ${type.nullable ? `${given} === -1 ? null : ` : ''}${value};`);
      }
      lines.push(`c.at = ${local}End;`);
      return;
    }
    case 'list': {
      const element = typeText(type.element, module);
      const items = type.nullable ? `${local}Items` : local;
      lines.push(`const ${items}: ${element.includes('|') ? `(${element})` : element}[] = [];`);
      const error = (detail: string): string =>
        `throw new ${module.use('DecodeError')}('limit', ${quote(path)}, c.at, ${detail}, ${quote(schema)});`;
      if (type.extent.kind === 'count') {
        lines.push(
          `if (${count} > ${type.maxCount}) ${error(`\`has \${${count}} elements, the limit is ${type.maxCount}\``)}`,
        );
        lines.push(`for (let i = 0; i < ${count}; i++) {`);
      } else if (type.extent.kind === 'until') {
        lines.push(
          `while (!c.passes(${module.delimiter(type.extent.delimiter)})) {`,
          `if (${items}.length === ${type.maxCount}) ${error(quote(`has over ${type.maxCount} elements`))}`,
        );
      } else {
        if (type.extent.kind === 'size') lines.push(`const ${local}End = ${reach(count ?? '0')};`);
        lines.push(`while (c.at < ${type.extent.kind === 'rest' ? 'c.end' : `${local}End`}) {`);
        lines.push(
          `if (${items}.length === ${type.maxCount}) ${error(quote(`has over ${type.maxCount} elements`))}`,
        );
      }
      readAtCursor(
        type.element,
        path,
        schema,
        module,
        lines,
        'item',
        elementCount(type.element) ?? args[0] ?? null,
        type.range,
        depth,
        args,
      );
      if (type.element.kind === 'int')
        lines.push(...elementChecks(type.element, type.range, path, schema, module));
      lines.push(`${items}.push(item);`, '}');
      if (type.extent.kind === 'size')
        lines.push(
          `if (c.at > ${local}End) throw new ${module.use('DecodeError')}('window', ${quote(path)}, c.at, 'an element takes more than is left of the list', ${quote(schema)});`,
        );
      if (type.nullable) lines.push(`const ${local} = ${count} === -1 ? null : ${items};`);
      return;
    }
    case 'extern': {
      const name = module.extern(type.extern);
      if (type.extern.value === 'map')
        throw new Error(`${path}: a map in a struct is refused by the checker`);
      const none =
        type.extern.nullable && !type.nullable
          ? ` ?? ${type.extern.value === 'text' ? "''" : 'new Uint8Array(0)'}`
          : '';
      lines.push(
        `const ${local}End = ${walked('0')};`,
        `const ${local} = ${name}.read(c.bytes, c.at, ${local}End)${none};`,
        `c.at = ${local}End;`,
      );
      return;
    }
    case 'record':
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'inner':
    case 'map':
      throw new Error(`${path}: ${type.kind} is refused by the checker`);
  }
}

/** Refuses an element that is out of its range, or no member of its closed enum. */
function elementChecks(
  type: FieldType & { kind: 'int' },
  range: Field['range'],
  path: string,
  schema: string,
  module: Module,
): string[] {
  const fail = (test: string, code: 'enum' | 'range', detail: string): string =>
    `if (${test}) throw new ${module.use('DecodeError')}('${code}', ${quote(path)}, c.at, ${detail}, ${quote(schema)});`;
  const lines: string[] = [];
  if (range !== null) {
    const big = isBig(type.int, null) ? 'n' : '';
    const { low, high } = range;
    const test = `item < ${low}${big} || item > ${high}${big}`;
    lines.push(fail(test, 'range', `\`is \${item}, has to be ${low} to ${high}\``));
  }
  if (isClosed(type.enum)) {
    lines.push(
      fail(noMember(type.enum, 'item', module), 'enum', `\`\${String(item)} is no ${type.enum.name}\``),
    );
  }
  return lines;
}

/** Refuses an element that its form can say and its integer can't hold. */
function outOfRange(
  type: FieldType & { kind: 'int' },
  path: string,
  schema: string,
  module: Module,
): string[] {
  if (type.form.kind !== 'digits' || type.int.bits >= 53) return [];
  const { low, high } = formRange(type);
  const detail = `\`is \${item}, has to be ${low} to ${high}\``;
  return [
    `if (item < ${low} || item > ${high}) throw new ${module.use('DecodeError')}('range', ${quote(path)}, c.at, ${detail}, ${quote(schema)});`,
  ];
}

function elementCount(type: FieldType): string | null {
  if (!('extent' in type) || (type.extent.kind !== 'size' && type.extent.kind !== 'count')) return null;
  return type.extent.value.op === 'int' ? String(type.extent.value.value) : null;
}

/** bytes[from, to) as the type has it. */
export function slice(
  type: FieldType & { kind: 'bytes' | 'text' },
  from: string,
  to: string,
  path: string,
  schema: string,
  module: Module,
  b = 'c.bytes',
  at = '0',
): string {
  if (type.kind === 'bytes') return `${b}.subarray(${from}, ${to})`;
  if (type.encoding === 'utf8') return `${module.use('readUtf8')}(${b}, ${from}, ${to})`;
  if (type.encoding === 'latin1') return `${module.use('readLatin1')}(${b}, ${from}, ${to})`;
  return `${module.use('readAscii')}(${b}, ${from}, ${to}, ${quote(path)}, ${at}, ${quote(schema)})`;
}

class StructReader implements Environment {
  private readonly lines: string[] = [];
  private readonly locals = new Map<Field | BitFieldModel, string>();
  private readonly optional = new Set<string>();
  private windows = 0;
  /** The locals that note where members begin and end. */
  private readonly noted = new Map<MemberModel, { from: string[]; to: string[] }>();
  private readonly spans = new Map<Expression, string>();

  constructor(
    readonly module: Module,
    private readonly struct: Struct,
  ) {
    for (const param of struct.params) this.locals.set(param, module.local(param));
  }

  run(): string[] {
    if (this.struct.recursive) {
      const { name } = this.struct;
      const detail = `is over ${this.module.protocol.limits.depth} structs deep`;
      this.lines.push(
        `if (depth === 0) throw new ${this.module.use('DecodeError')}('limit', ${quote(name)}, c.at, ${quote(detail)}, ${quote(this.module.schemaAt(this.struct))});`,
      );
    }
    if (hasAlignment(this.struct)) this.lines.push('const start = c.at;');
    this.noteSpans();
    this.block(this.struct.body);
    this.checkLate();
    // What is derived is for finding the way, not for the reader.
    const names = [
      ...new Set(
        [...this.locals]
          .filter(([f]) => isGiven(f) || this.module.readOutside.has(f))
          .map(([f]) => this.module.property(f)),
      ),
    ];
    const byName = new Map([...this.locals].map(([f, local]) => [this.module.property(f), local]));
    const parts = names.map((n) => (byName.get(n) === n ? n : `${n}: ${byName.get(n)!}`));
    this.lines.push(`return { ${parts.join(', ')} };`);
    return tidy(this.lines);
  }

  field(e: Expression & { op: 'field' }): string {
    return this.locals.get(e.fields[0]!)!;
  }

  bytesEqual(e: Expression & { op: 'field' }, text: string): string {
    return bytesCompared(e, this.field(e), text, this.module);
  }

  byte({ of, index }: Expression & { op: 'byte' }): string {
    return `${this.field(of)}${of.optional ? '?.' : ''}[${index}]`;
  }

  header({ maps, key }: Expression & { op: 'header' }): string {
    const local = this.module.local(maps[0]!);
    return lookUpCode(keyedBy(maps[0]!.type)!, local, this.optional.has(local), key, this.module);
  }

  hold(_e: Expression, code: string): string {
    return code;
  }

  private block(block: Block): void {
    for (const member of block.members) {
      const noted = this.noted.get(member);
      for (const name of noted?.from ?? []) this.lines.push(`const ${name} = c.at;`);
      this.member(member);
      for (const name of noted?.to ?? []) this.lines.push(`const ${name} = c.at;`);
    }
  }

  /** Notes where what sizes are computed of begins and ends. */
  private noteSpans(): void {
    for (const field of walk(this.struct.body)) {
      if (field.member !== 'field') continue;
      for (const e of field.computed === undefined ? [] : parts(field.computed)) {
        if (e.op !== 'sizeOf') continue;
        const name = `${this.module.local(field)}${this.spans.size === 0 ? '' : this.spans.size + 1}`;
        this.note(e.from).from.push(`${name}From`);
        this.note(e.to).to.push(`${name}To`);
        this.spans.set(e, `(${name}To - ${name}From)`);
      }
    }
  }

  private note(member: MemberModel): { from: string[]; to: string[] } {
    const noted = this.noted.get(member) ?? { from: [], to: [] };
    this.noted.set(member, noted);
    return noted;
  }

  span(e: Expression & { op: 'span' | 'sizeOf' }): string {
    return this.spans.get(e)!;
  }

  /** Checks what is computed of sizes, once all is read. */
  private checkLate(): void {
    for (const field of walk(this.struct.body)) {
      if (field.member !== 'field' || !isLate(field)) continue;
      const local = this.locals.get(field)!;
      const wanted = emitExpression(field.computed!, this);
      const test = `${local} !== ${wanted}`;
      const isThere = this.optional.has(this.module.local(field)) ? `${local} !== undefined && ` : '';
      const detail = `\`is \${${local}}, has to be \${${wanted}}\``;
      this.fail(field, `${isThere}${test}`, 'constant', detail);
    }
  }

  private member(member: MemberModel): void {
    switch (member.member) {
      case 'field':
        this.read(member);
        return;
      case 'bits': {
        const group = this.module.local(member.name ?? member.fields[0]!.name);
        this.lines.push(
          `const ${group}Next = c.reach(${member.int.bits / 8}, ${quote(member.path)}, ${quote(this.module.schemaAt(member))});`,
        );
        for (const bit of member.fields) {
          const little = littleCode(member, this);
          const read = readValue(bit, 'c.bytes', 'c.at', this.module, undefined, little);
          this.set(bit, `${read}${closedCast(bit.enum)}`);
          this.checkBit(bit);
        }
        this.lines.push(`c.at = ${group}Next;`);
        return;
      }
      case 'assert': {
        const error = `new ${this.module.use('DecodeError')}('assert', ${quote(member.path)}, c.at, ${quote(member.message)}, ${quote(this.module.schemaAt(member))})`;
        this.lines.push(`if (!(${emitExpression(member.condition, this)})) throw ${error};`);
        return;
      }
      case 'pad': {
        const size =
          member.mode === 'size'
            ? String(member.value)
            : `(${member.value} - ((c.at - start) % ${member.value})) % ${member.value}`;
        this.lines.push(
          `c.at = c.reach(${size}, ${quote(member.path)}, ${quote(this.module.schemaAt(member))});`,
        );
        return;
      }
      case 'if':
        this.declare([member.then, ...(member.otherwise === null ? [] : [member.otherwise])]);
        this.lines.push(`if (${emitExpression(member.condition, this)}) {`);
        this.block(member.then);
        if (member.otherwise !== null) {
          this.lines.push('} else {');
          this.block(member.otherwise);
        }
        this.lines.push('}');
        return;
      case 'variant':
        this.variant(member);
        return;
      case 'within':
        this.window(member);
        return;
    }
  }

  private window(member: WindowModel): void {
    const [path, schema] = [quote(member.path), quote(this.module.schemaAt(member))];
    const size = emitExpression(member.size, this);
    if (member.max !== null)
      this.lines.push(
        `if (${size} > ${member.max}) throw new ${this.module.use('DecodeError')}('limit', ${path}, c.at, \`has \${${size}} bytes, the limit is ${member.max}\`, ${schema});`,
      );
    const outer = `outer${++this.windows}`;
    this.lines.push(`const ${outer} = c.enter(${size}, ${path}, ${schema});`);
    this.block(member.body);
    this.lines.push(`c.leave(${outer}, ${path}, ${schema});`);
  }

  private variant(member: VariantModel): void {
    this.declare(member.arms.map((a) => a.body));
    const on = member.on.map((e) => emitExpression(e, this));
    const arms = defaultLast(member.arms);
    arms.forEach((arm, i) => {
      const test = arm.patterns === null ? null : emitPatterns(arm.patterns, member.on, on, this.module);
      this.lines.push(
        test === null ? (i === 0 ? '{' : '} else {') : i === 0 ? `if (${test}) {` : `} else if (${test}) {`,
      );
      this.block(arm.body);
    });
    if (arms.every((a) => a.patterns !== null)) {
      const error = `new ${this.module.use('DecodeError')}('variant', ${quote(member.path)}, c.at, 'no arm takes this', ${quote(this.module.schemaAt(member))})`;
      this.lines.push('} else {', `throw ${error};`);
    }
    this.lines.push('}');
  }

  /** Declares what blocks read before them, so that it is known after them. */
  private declare(blocks: readonly Block[]): void {
    for (const member of blocks.flatMap((b) => [...walk(b)])) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        // A constant text is compared where it lies.
        if (field.constant?.kind === 'text') continue;
        if (field.member === 'field' && (field.isPad === true || isPassed(field))) continue;
        const local = this.module.local(field);
        // Branches in branches are declared with the outermost.
        if (this.optional.has(local)) continue;
        this.lines.push(`let ${local}: ${fieldTypeText(field, this.module)} | undefined;`);
        this.optional.add(local);
      }
    }
  }

  private set(field: Field | BitFieldModel, code: string): void {
    const local = this.module.local(field);
    this.lines.push(this.optional.has(local) ? `${local} = ${code};` : `const ${local} = ${code};`);
    this.locals.set(field, local);
  }

  private read(field: Field): void {
    const local = this.module.local(field);
    if (field.isPeek === true) {
      const size = typeSize(field.type).min;
      this.lines.push(`c.reach(${size}, ${quote(field.path)}, ${quote(this.module.schemaAt(field))});`);
      const of = field.type.kind === 'int' ? field.type.enum : null;
      const [little] = argumentsOf(field.type, this);
      const read = readValue(field, 'c.bytes', 'c.at', this.module, undefined, little);
      this.set(field, `${read}${closedCast(of)}`);
      this.checkValue(field, local);
      return;
    }
    if (isPassed(field)) {
      const size = memberSize(field).min;
      this.lines.push(
        `c.at = c.reach(${size}, ${quote(field.path)}, ${quote(this.module.schemaAt(field))});`,
      );
      return;
    }
    if (field.isPad === true) {
      const { extent } = field.type as FieldType & { readonly extent: { readonly value: Expression } };
      const size = emitExpression(extent.value, this);
      this.lines.push(
        `c.at = c.reach(${size}, ${quote(field.path)}, ${quote(this.module.schemaAt(field))});`,
      );
      return;
    }
    const inner = this.optional.has(local) ? `${local}Value` : local;
    const schema = this.module.schemaAt(field);
    if (field.constant?.kind === 'text' && (field.type.kind === 'text' || field.type.kind === 'bytes')) {
      this.readConstant(field, field.constant.value, local, schema);
      return;
    }
    const count =
      'extent' in field.type && (field.type.extent.kind === 'size' || field.type.extent.kind === 'count')
        ? emitExpression(field.type.extent.value, this)
        : null;
    const depth = this.struct.recursive ? 'depth - 1' : 'depth';
    const args = argumentsOf(field.type, this);
    const { module, lines } = this;
    const rest = takesRest(field.type) ? behindCode(behind(field, this.struct.body), this) : null;
    const outer = rest === null ? null : `outer${++this.windows}`;
    if (outer !== null)
      lines.push(`const ${outer} = c.enter(c.end - c.at - ${rest}, ${quote(field.path)}, ${quote(schema)});`);
    readAtCursor(field.type, field.path, schema, module, lines, inner, count, field.range, depth, args);
    if (outer !== null) lines.push(`c.leave(${outer}, ${quote(field.path)}, ${quote(schema)});`);
    if (inner !== local) this.lines.push(`${local} = ${inner};`);
    this.locals.set(field, local);
    this.checkValue(field, local);
  }

  private readConstant(field: Field, text: string, local: string, schema: string): void {
    const constant = new ConstantText(field, text, this.module);
    this.lines.push(`const ${local}End = c.reach(${constant.size}, ${quote(field.path)}, ${quote(schema)});`);
    const missing = constant.missing('c.bytes', 'c.at', `${local}End`);
    this.fail(field, missing, 'constant', quote(`has to be ${constant.shown}`));
    this.lines.push(`c.at = ${local}End;`);
  }

  /** A line that throws where `test` holds. */
  private fail(
    node: Field | BitFieldModel,
    test: string,
    code: 'constant' | 'enum' | 'range',
    detail: string,
  ): void {
    this.lines.push(
      `if (${test}) throw new ${this.module.use('DecodeError')}('${code}', ${quote(node.path)}, c.at, ${detail}, ${quote(this.module.schemaAt(node))});`,
    );
  }

  private checkBit(bit: BitFieldModel): void {
    const local = this.locals.get(bit)!;
    if (bit.constant?.kind === 'int') {
      const boolean = bit.enum === null && bit.width === 1;
      const wanted = boolean ? String(bit.constant.value === 1n) : String(bit.constant.value);
      this.fail(bit, `${local} !== ${wanted}`, 'constant', `\`is \${${local}}, has to be ${wanted}\``);
    } else if (bit.range !== null) {
      const { low, high } = bit.range;
      const detail = `\`is \${${local}}, has to be ${low} to ${high}\``;
      this.fail(bit, `${local} < ${low} || ${local} > ${high}`, 'range', detail);
    } else if (isClosed(bit.enum)) this.checkMember(bit, bit.enum, local);
  }

  private checkMember(node: Field | BitFieldModel, of: Enum, local: string): void {
    this.fail(node, noMember(of, local, this.module), 'enum', `\`\${String(${local})} is no ${of.name}\``);
  }

  private checkValue(field: Field, local: string): void {
    if (field.type.kind !== 'int') return;
    if (field.constant !== null) {
      const wanted = literal(field, field.constant);
      this.fail(field, `${local} !== ${wanted}`, 'constant', `\`is \${${local}}, has to be ${wanted}\``);
      return;
    }
    if (field.computed !== undefined && !isLate(field)) {
      const wanted = emitExpression(field.computed, this);
      this.fail(field, `${local} !== ${wanted}`, 'constant', `\`is \${${local}}, has to be \${${wanted}}\``);
    }
    const { low, high } = boundsOf(field);
    const full = rangeOf(field.type.int);
    const exact = field.type.form.kind === 'fixed' || field.type.int.bits >= 53;
    if (field.type.bool) return;
    const members = field.type.enum;
    if (isClosed(members)) this.checkMember(field, members, local);
    if (isClosed(members) && field.range === null) return;
    if (low !== full.low || high !== full.high || !exact)
      this.fail(
        field,
        `${local} < ${low} || ${local} > ${high}`,
        'range',
        `\`is \${${local}}, has to be ${low} to ${high}\``,
      );
  }
}

/** Whether nobody asks for a field: it is skipped, and not held to what it may be. */
function isPassed({ isSkipped, range, type }: Field): boolean {
  return isSkipped === true && range === null && !(type.kind === 'int' && isClosed(type.enum));
}
