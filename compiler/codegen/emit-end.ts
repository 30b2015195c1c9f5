import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { defaultLast } from '../model/default-last.js';
import { camelCase, pascalCase } from '../model/camel-case.js';
import type { Expression } from '../model/expression.js';
import { membersRead, parts, sizeOfElements } from '../model/expressions-of.js';
import { boundsOf, intName, isBig, rangeOf } from '../model/integers.js';
import type { BitFieldModel, Block, Field, FieldType, MemberModel, Struct } from '../model/model.js';
import { fixedSize, memberSize, typeSize } from '../model/size.js';
import { ConstantText } from './constant-text.js';
import { emitCases, emitExpression, emitPatterns, type Environment } from './emit-expression.js';
import { literal } from './literal.js';
import type { Module } from './module.js';
import { readValue } from './reader.js';
import {
  endCode,
  isLong,
  isSelfDelimited,
  listEndName,
  reachesRecursion,
  readFormed,
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
  return size === null ? prefixEnd(element, module) : `p + ${size} > to ? to - (p + ${size}) : p + ${size}`;
}

/** Where an element with a length prefix ends. */
function prefixEnd(type: FieldType, module: Module): string {
  if ((type.kind !== 'bytes' && type.kind !== 'text') || type.extent.kind !== 'prefix')
    throw new Error(`an element that is a ${type.kind} does not say where it ends`);
  const { int, max } = type.extent;
  const least = type.nullable && int.signed ? -1 : 0;
  const most = Math.min(max ?? Infinity, Number(rangeOf(int).high));
  const none = !type.nullable ? -2 : int.signed ? -1 : Number(rangeOf(int).high);
  const read = module.use(intName(int));
  return `${module.use('prefixedEnd')}(p, to, ${int.bits / 8}, p + ${int.bits / 8} <= to ? ${read}(b, p) : 0, ${least}, ${most}, ${none})`;
}

/** Emits the body: `p` moves from member to member; what sizes and arms hang on is read on the way. */
class EndWriter implements Environment {
  private readonly lines: string[] = [];
  /** Fields that decide where something ends. */
  private readonly needed: ReadonlySet<Field | BitFieldModel>;
  /** Bytes after `p` that are known to be here, and those of them that were passed. */
  private here = 0;
  private passed = 0;
  private readonly names = new Set<string>(['b', 'at', 'to', 'p', 'depth', 'i', 'state']);
  private readonly locals = new Map<Field | BitFieldModel, string>();

  constructor(
    readonly module: Module,
    private readonly struct: Struct,
  ) {
    this.needed = new Set(deciding(struct.body));
    for (const param of struct.params) {
      const name = module.local(param);
      this.names.add(name);
      this.locals.set(param, name);
    }
  }

  run(): string[] {
    if (this.struct.recursive) this.lines.push('if (depth === 0) return 0;');
    this.lines.push('let p = at;');
    this.block(this.struct.body);
    this.flush();
    this.lines.push('return p;');
    return tidy(this.lines);
  }

  field(e: Expression & { op: 'field' }): string {
    const local = this.locals.get(e.fields[0]!);
    if (local === undefined)
      throw new Error(`${e.name} is not read on the way to the end of ${this.struct.name}`);
    return local;
  }

  hold(_e: Expression, code: string): string {
    return code;
  }

  private block(block: Block): void {
    block.members.forEach((member, i) => this.member(member, block.members.slice(i)));
  }

  private member(member: MemberModel, rest: readonly MemberModel[]): void {
    const size = fixedSize(memberSize(member));
    const isSimple =
      member.member === 'bits' ||
      (member.member === 'field' && size !== null) ||
      (member.member === 'pad' && size !== null);
    if (isSimple) {
      this.need(member, rest);
      if (member.member === 'field') this.readFixed(member);
      else if (member.member === 'bits')
        for (const bit of member.fields)
          if (this.needed.has(bit)) this.keep(bit, readValue(bit, 'b', this.place(), this.module));
      this.passed += size ?? 0;
      return;
    }
    switch (member.member) {
      case 'assert':
        return;
      case 'field':
        this.flush();
        this.varying(member);
        return;
      case 'if': {
        this.flush();
        this.declareIn([member.then, ...(member.otherwise === null ? [] : [member.otherwise])]);
        this.lines.push(`if (${emitExpression(member.condition, this)}) {`);
        this.inside(member.then);
        if (member.otherwise !== null) {
          this.lines.push('} else {');
          this.inside(member.otherwise);
        }
        this.lines.push('}');
        return;
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
            this.inside(arm.body);
            this.lines.push('break;', '}');
          });
          this.lines.push(
            ...(arms.every((arm) => arm.patterns !== null) ? ['default:', 'return 0;'] : []),
            '}',
          );
          return;
        }
        arms.forEach((arm, i) => {
          const test = arm.patterns === null ? null : emitPatterns(arm.patterns, member.on, on, this.module);
          this.lines.push(
            test === null ? (i === 0 ? '{' : '} else {') : `${i === 0 ? '' : '} else '}if (${test}) {`,
          );
          this.inside(arm.body);
        });
        if (arms.every((arm) => arm.patterns !== null)) this.lines.push('} else return 0;');
        else this.lines.push('}');
        return;
      }
      case 'pad': {
        this.flush();
        const { value } = member;
        this.lines.push(`p += (${value} - ((p - at) % ${value})) % ${value};`, 'if (p > to) return to - p;');
        return;
      }
      case 'within': {
        this.flush();
        const size = emitExpression(member.size, this);
        const { type } = member.size;
        if (member.max !== null && type.kind === 'int' && type.high > BigInt(member.max))
          this.lines.push(`if (${size} > ${member.max}) return 0;`);
        this.lines.push(`p += ${size};`, 'if (p > to) return to - p;');
        return;
      }
    }
  }

  private inside(block: Block): void {
    this.block(block);
    this.flush();
  }

  private readFixed(field: Field): void {
    const { type } = field;
    const place = this.place();
    if (field.constant?.kind === 'text' && (type.kind === 'bytes' || type.kind === 'text')) {
      const constant = new ConstantText(field, field.constant.value, this.module);
      this.lines.push(`if (${constant.missing('b', place, `${place} + ${constant.size}`)}) return 0;`);
      return;
    }
    if (type.kind !== 'int') return;
    if (type.form.kind === 'digits' && type.form.extent.kind === 'size') {
      const end = this.module.use(type.form.base === 10 ? 'digitsEnd' : 'hexDigitsEnd');
      this.lines.push(`if (${end}(b, ${place}, to, ${type.form.extent.digits}) <= 0) return 0;`);
    }
    const code = readValue(field, 'b', place, this.module);
    if (field.constant?.kind === 'int') {
      this.lines.push(`if (${code} !== ${literal(field, field.constant)}) return 0;`);
      return;
    }
    if (!this.needed.has(field)) return;
    this.keep(field, code);
    this.bounds(field);
  }

  /** Reads a member whose end is found by walking it. */
  private varying(field: Field): void {
    const { type } = field;
    const local = this.locals.get(field) ?? this.module.local(field);
    if (type.kind === 'int') {
      const end = this.free(`${local}End`);
      this.lines.push(
        `const ${end} = ${endCode(type, field.path, 'b', 'p', 'to', '0', 'depth', this.module)};`,
        `if (${end} <= 0) return ${end};`,
      );
      const code = readFormed(type, 'b', 'p', this.module, end);
      if (field.constant?.kind === 'int')
        this.lines.push(`if (${code} !== ${literal(field, field.constant)}) return 0;`);
      else if (this.needed.has(field)) {
        this.keep(field, code);
        this.bounds(field);
      }
      this.lines.push(`p = ${end};`);
      return;
    }
    if (isSelfDelimited(type) && (type.kind !== 'list' || type.extent.kind === 'until')) {
      const depth = this.struct.recursive ? 'depth - 1' : 'depth';
      this.lines.push(
        `p = ${endCode(type, field.path, 'b', 'p', 'to', '0', depth, this.module, 'state', argumentsOf(type, this))};`,
        'if (p <= 0) return p;',
      );
      return;
    }
    if (!('extent' in type)) throw new Error(`${field.path} has no end of its own`);
    const { extent } = type;
    if (extent.kind === 'prefix' && type.kind !== 'record' && type.kind !== 'map' && type.kind !== 'list') {
      this.lines.push(`p = ${prefixEnd(type, this.module)};`, 'if (p <= 0) return p;');
      return;
    }
    if (extent.kind !== 'size' && extent.kind !== 'count') throw new Error(`${field.path} takes the rest`);
    const nullable = 'nullable' in type && type.nullable;
    const value = emitExpression(extent.value, this);
    const max = type.kind === 'list' && extent.kind === 'count' ? type.maxCount : extent.max;
    const isKnown = extent.value.op === 'int';
    const high = extent.value.type.kind === 'int' ? extent.value.type.high : 0n;
    if (!isKnown && max !== null && high > BigInt(max)) this.lines.push(`if (${value} > ${max}) return 0;`);
    let units = value;
    if (nullable) {
      // Null is told by -1; a condition asks whether it is.
      this.keep(field, `${value} === -1 ? null : ${value}`, 'number | null');
      units = `(${this.locals.get(field)!} ?? 0)`;
    }
    if (type.kind === 'list' && isSelfDelimited(type)) {
      const depth = this.struct.recursive ? 'depth - 1' : 'depth';
      this.lines.push(
        `p = ${endCode(type, field.path, 'b', 'p', 'to', units, depth, this.module, 'state', argumentsOf(type, this))};`,
        'if (p <= 0) return p;',
      );
      return;
    }
    const bytes =
      type.kind === 'list' && extent.kind === 'count' ? `${units} * ${elementSize(type, this)}` : units;
    this.lines.push(`p += ${bytes};`, 'if (p > to) return to - p;');
  }

  /** What was proved of sizes holds for values in range only. */
  private bounds(field: Field): void {
    if (field.type.kind !== 'int') return;
    const { low, high } = boundsOf(field);
    const full = rangeOf(field.type.int);
    const free = field.type.form.kind === 'fixed' || field.type.int.bits >= 53;
    const local = this.locals.get(field)!;
    const tests = [
      ...(low > full.low || !free ? [`${local} < ${low}`] : []),
      ...(high < full.high || !free ? [`${local} > ${high}`] : []),
    ];
    if (tests.length > 0) this.lines.push(`if (${tests.join(' || ')}) return 0;`);
  }

  private keep(field: Field | BitFieldModel, code: string, type = 'number'): void {
    const known = this.locals.get(field);
    if (known !== undefined) {
      this.lines.push(`${known} = ${code};`);
      return;
    }
    const name = this.free(this.module.local(field));
    this.locals.set(field, name);
    this.lines.push(`const ${name}${type === 'number' ? '' : `: ${type}`} = ${code};`);
  }

  /** Declares before a branch what is read in it: later members may ask. */
  private declareIn(blocks: readonly Block[]): void {
    for (const member of blocks.flatMap((b) => [...passed(b)])) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        if (!this.needed.has(field) || this.locals.has(field)) continue;
        const nullable =
          field.member === 'field' && 'nullable' in field.type && field.type.nullable ? ' | null' : '';
        const name = this.free(this.module.local(field));
        this.locals.set(field, name);
        const flag =
          field.member === 'bitField'
            ? field.enum === null && field.width === 1
            : field.type.kind === 'int' && field.type.bool;
        const big =
          field.member === 'field' && field.type.kind === 'int' && isBig(field.type.int, field.range);
        if (nullable !== '') this.lines.push(`let ${name}: number | null = null;`);
        else this.lines.push(`let ${name} = ${flag ? 'false' : big ? '0n' : '0'};`);
      }
    }
  }

  /** Asks for the member's bytes, and for those of all members of fixed size right after it. */
  private need(member: MemberModel, rest: readonly MemberModel[]): void {
    const size = memberSize(member).min;
    if (this.passed + size <= this.here) return;
    let wanted = this.passed;
    for (const next of rest) {
      const fixed = next.member === 'assert' ? 0 : fixedSize(memberSize(next));
      if (fixed === null || next.member === 'variant' || next.member === 'if') break;
      wanted += fixed;
    }
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

/** The members on the way to the end of a block: what stands in windows is passed with them. */
function* passed(block: Block): IterableIterator<MemberModel> {
  for (const member of block.members) {
    yield member;
    if (member.member === 'if') {
      yield* passed(member.then);
      if (member.otherwise !== null) yield* passed(member.otherwise);
    } else if (member.member === 'variant') for (const arm of member.arms) yield* passed(arm.body);
  }
}

/** The fields that sizes, counts, conditions and variants of a block read. */
function deciding(block: Block): (Field | BitFieldModel)[] {
  const read: (Field | BitFieldModel)[] = [];
  for (const member of passed(block)) {
    if (member.member === 'assert') continue;
    for (const e of membersRead(member))
      for (const part of parts(e)) if (part.op === 'field') read.push(...part.fields);
    const isSized = member.member === 'field' && 'extent' in member.type && 'value' in member.type.extent;
    if (isSized && 'nullable' in member.type && member.type.nullable) read.push(member);
  }
  return read;
}
