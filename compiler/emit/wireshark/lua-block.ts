import { defaultLast } from '../../model/default-last.js';
import type { Expression } from '../../model/expression.js';
import { boundsOf, rangeOf, composedBits } from '../../model/integers.js';
import type {
  Block,
  ExtentModel,
  Field,
  FieldType,
  MemberModel,
  Protocol,
  Struct,
} from '../../model/model.js';
import { argsIn, parts } from '../../model/expressions-of.js';
import { behind, knownSize } from '../../model/behind.js';
import { blockSize, takesRest } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { FieldTable } from './field-table.js';
import { isKnown, luaExpression, luaPatterns, luaText, valueOf } from './lua-expression.js';

/** The functions `read_Bolt(r, v)` and `read_struct_Pair(r, v)`: one goes through a frame or struct from front to back. */
export class LuaBlock {
  private lines: string[] = [];
  private indent = 1;
  private count = 0;
  private body: Block = { members: [] };

  constructor(
    private readonly protocol: Protocol,
    private readonly fields: FieldTable,
  ) {}

  /** The functions of all structs that the frame is made of, declared before any of them is defined. */
  structs(): string[] {
    const used = new Set<Struct>();
    collect(this.protocol.frame.body, used);
    const names = [...used].map((s) => this.structName(s));
    return [
      ...(names.length === 0 ? [] : ['', `local ${names.join(', ')}`]),
      ...[...used].flatMap((struct) =>
        this.define(`${this.structName(struct)} = function(r, v)`, struct.body, struct),
      ),
    ];
  }

  frame(): string[] {
    const { frame } = this.protocol;
    return this.define(`local function read_${frame.name}(r, v)`, frame.body, null);
  }

  private define(head: string, body: Block, struct: Struct | null): string[] {
    this.lines = [];
    this.body = body;
    const deep = struct?.recursive === true;
    if (deep) {
      this.push('r.depth = r.depth + 1');
      this.push(`if r.depth > ${this.protocol.limits.depth} then bad("is nested too deep") end`);
    }
    const aligned = [...walk(body)].some((member) => member.member === 'pad' && member.mode === 'align');
    if (aligned) this.push(struct === null ? 'local start = r.start' : 'local start = r.at');
    this.block(body);
    if (deep) this.push('r.depth = r.depth - 1');
    return ['', head, ...this.lines, 'end'];
  }

  /** Both sides' structs of one name are the same; each side has functions of its own. */
  private structName(struct: Struct): string {
    return `read_${this.protocol.frame.name}_${struct.name}`;
  }

  /** @returns false where the rest of the window has been taken as bytes */
  private block(block: Block): boolean {
    return block.members.every((member) => this.member(member));
  }

  private member(member: MemberModel): boolean {
    switch (member.member) {
      case 'field':
        return this.field(member);
      case 'bits': {
        const bits = member.fields.map(
          (bit) =>
            `{ ${this.fields.refer(bit)}, ${luaText(bit.name)}, ${bit.shift}, ${bit.width}, ${bit.enum === null && bit.width === 1} }`,
        );
        const little = member.order === undefined ? member.int.little : luaExpression(member.order);
        this.push(`r:bits(v, ${member.int.bits / 8}, ${little}, { ${bits.join(', ')} })`);
        for (const { name, range } of member.fields)
          if (range !== null)
            this.push(
              `if ${valueOf(name)} < ${range.low} or ${valueOf(name)} > ${range.high} then bad(${luaText(`${name} is out of range`)}) end`,
            );
        return true;
      }
      case 'assert':
        if (!isKnown(member.condition, this.protocol.roles)) return true;
        this.push(`if not (${luaExpression(member.condition)}) then bad(${luaText(member.message)}) end`);
        return true;
      case 'pad':
        this.push(
          member.mode === 'size'
            ? `r:take(${member.value})`
            : `r:take((${member.value} - (r.at - start) % ${member.value}) % ${member.value})`,
        );
        return true;
      case 'if': {
        if (!isKnown(member.condition, this.protocol.roles)) return this.unread(member.path);
        this.push(`if ${luaExpression(member.condition)} then`);
        const then = this.inner(member.then);
        let otherwise = true;
        if (member.otherwise !== null) {
          this.push('else');
          otherwise = this.inner(member.otherwise);
        }
        this.push('end');
        return then && otherwise;
      }
      case 'variant': {
        if (!member.on.every((e) => isKnown(e, this.protocol.roles))) return this.unread(member.path);
        const on = member.on.map(luaExpression);
        const arms = defaultLast(member.arms);
        let whole = true;
        arms.forEach((arm, i) => {
          const test = arm.patterns === null ? null : luaPatterns(arm.patterns, on);
          if (test === null && i === 0) this.push('do');
          else this.push(test === null ? 'else' : `${i === 0 ? 'if' : 'elseif'} ${test} then`);
          whole = this.inner(arm.body) && whole;
        });
        if (arms.every((arm) => arm.patterns !== null)) {
          this.push('else');
          this.push('  bad("no arm takes this")');
        }
        this.push('end');
        return whole;
      }
      case 'within': {
        if (asksRequest(member.size)) return this.unread(member.path);
        const outer = `window${++this.count}`;
        const branch = member.name === null ? null : `${outer}_branch`;
        if (branch !== null) this.push(`local ${branch} = r:open(${luaText(member.name!)})`);
        this.push(`local ${outer} = r:enter(${luaExpression(member.size)})`);
        this.block(member.body);
        this.push(`r:leave(${outer})`);
        if (branch !== null) this.push(`r:close(${branch})`);
        return true;
      }
    }
  }

  /** What hangs on a TypeScript module, or on the request, is shown as bytes, with all that follows. */
  private unread(what: string): false {
    this.push('v["(unread)"] = true');
    this.push(`r:opaque(${this.fields.unread()}, ${luaText(what)})`);
    return false;
  }

  private inner(block: Block): boolean {
    this.indent++;
    const whole = this.block(block);
    this.indent--;
    return whole;
  }

  private field(field: Field): boolean {
    const { type } = field;
    const size = takesRest(type) ? this.behind(field) : null;
    if (size !== null && type.kind !== 'extern' && type.kind !== 'record') {
      const outer = `rest${++this.count}`;
      this.push(`local ${outer} = r:enter(math.max(0, r:rest() - ${size}))`);
      const whole = this.value(field);
      this.push(`r:leave(${outer})`);
      return whole;
    }
    return this.value(field);
  }

  /** How many bytes stand behind what takes the rest of its window; null where none do, or nothing tells. */
  private behind(field: Field): string | null {
    const size = knownSize(behind(field, this.body));
    const asked = size?.choices.flatMap((c) => (c.member === 'if' ? [c.condition] : c.on)) ?? [];
    if (size === null || !asked.every((e) => isKnown(e, this.protocol.roles))) return null;
    const terms = size.choices.map((choice) => {
      const bytes = (block: Block | null): number => (block === null ? 0 : blockSize(block).min);
      if (choice.member === 'if')
        return `(${luaExpression(choice.condition)} and ${bytes(choice.then)} or ${bytes(choice.otherwise)})`;
      const on = choice.on.map(luaExpression);
      const cases = defaultLast(choice.arms).map(({ patterns, body }) =>
        patterns === null ? String(bytes(body)) : `${luaPatterns(patterns, on)} and ${bytes(body)}`,
      );
      return `(${cases.join(' or ')} or 0)`;
    });
    const all = [...(size.bytes === 0 ? [] : [String(size.bytes)]), ...terms];
    return all.length === 0 ? null : all.join(' - ');
  }

  private value(field: Field): boolean {
    const { type } = field;
    if (field.isPeek === true && type.kind === 'int') {
      const little = type.order === undefined ? type.int.little : luaExpression(type.order);
      this.push(`${valueOf(field.name)} = r:peek(${type.int.bits / 8}, ${type.int.signed}, ${little})`);
      this.check(field);
      return true;
    }
    const isAsking = 'extent' in type && 'value' in type.extent && asksRequest(type.extent.value);
    if (type.kind === 'extern' || type.kind === 'record' || isAsking) {
      return this.unread(field.name);
    }
    if (type.kind === 'coded') {
      // What it stands for is not looked into.
      this.push(this.extent(type.extent, false, this.fields.refer(field), 'nil').replace(/^/, 'local _ = '));
      return true;
    }
    if (type.kind === 'list' || type.kind === 'map') {
      if (!argsIn(type).every((arg) => isKnown(arg, this.protocol.roles))) return this.unread(field.name);
      this.many(field, type);
      return true;
    }
    if (type.kind === 'struct') {
      if (!type.args.every((arg) => isKnown(arg, this.protocol.roles))) return this.unread(field.name);
      const branch = `branch${++this.count}`;
      this.push(`local ${branch} = r:open(${luaText(field.name)})`);
      this.push(`${valueOf(field.name)} = ${luaArguments(type.struct, type.args)}`);
      this.push(`${this.structName(type.struct)}(r, ${valueOf(field.name)})`);
      this.push(`r:close(${branch})`);
      return true;
    }
    this.push(`${valueOf(field.name)} = ${this.read(type, this.fields.refer(field))}`);
    const { id } = this.protocol.roles;
    if (id?.type.kind === 'composed') this.idPart(field, id.type);
    if (field === id) this.push(`v["(id)"] = ${isWide(type) ? 'r.exact' : `whole(${valueOf(field.name)})`}`);
    this.check(field);
    return true;
  }

  /** A part of the id: a number, or its parts with points between them where Lua's numbers are not exact. */
  private idPart(field: Field, id: FieldType & { kind: 'composed' }): void {
    const part = id.parts.find((one) => one === field);
    if (part === undefined) return;
    const value = isWide(part.type) ? 'r.exact' : `whole(${valueOf(field.name)})`;
    this.push(`v["(id ${id.parts.indexOf(part)})"] = ${value}`);
    const all = id.parts.map((_, i) => `v["(id ${i})"]`);
    const whole =
      composedBits(id) > 53
        ? all.join(' .. "." .. ')
        : `whole(${all.reduce((sum, code, i) => `(${sum}) * ${2 ** id.parts[i]!.type.int.bits} + ${code}`)})`;
    this.push(`if ${all.join(' and ')} then v["(id)"] = ${whole} end`);
  }

  /** A list or map: elements up to a count, or to the end of the bytes it has. */
  private many(field: Field, type: FieldType & { kind: 'list' | 'map' }): void {
    const { extent } = type;
    const id = ++this.count;
    const branch = `branch${id}`;
    this.push(`local ${branch} = r:open(${luaText(field.name)})`);
    const isCounted = extent.kind === 'count';
    if (extent.kind === 'size') this.push(`local outer${id} = r:enter(${luaExpression(extent.value)})`);
    const entries = type.kind === 'map' && this.protocol.roles.headers.includes(field);
    if (entries) this.push('v["(headers)"] = {}');
    this.push(
      isCounted
        ? `for i = 1, ${luaExpression(extent.value)} do`
        : extent.kind === 'until'
          ? `while not r:passes(${delimiterText(extent.delimiter)}) do`
          : 'while r:rest() > 0 do',
    );
    this.indent++;
    if (type.kind === 'map') {
      this.push(`local entry = r:open("entry")`);
      this.push(`local pair = ${luaArguments(type.pair, type.args)}`);
      this.push(`${this.structName(type.pair)}(r, pair)`);
      if (entries) {
        const folds = this.protocol.headerCase === 'insensitive';
        const text = (of: Field): string =>
          of.type.kind === 'text' && of.type.encoding === 'latin1'
            ? `latin1_text(${pairValue(of)})`
            : pairValue(of);
        const key = folds ? `fold(${text(type.key)})` : text(type.key);
        if (folds) this.push('v["(fold)"] = true');
        this.push(`enter_header(v["(headers)"], ${key}, ${text(type.value)})`);
      }
      this.push('r:close(entry)');
    } else if (type.element.kind === 'struct') {
      this.push('local element = r:open("element")');
      const { struct, args } = type.element;
      this.push(`${this.structName(struct)}(r, ${luaArguments(struct, args)})`);
      this.push('r:close(element)');
    } else {
      const element: Field = { ...field, type: type.element, name: `${field.name}_element` };
      this.push(this.read(type.element, this.fields.refer(element)).replace(/^/, 'local _ = '));
    }
    this.indent--;
    this.push('end');
    if (extent.kind === 'size') this.push(`r:leave(outer${id})`);
    this.push(`r:close(${branch})`);
  }

  private read(type: FieldType, ref: string): string {
    switch (type.kind) {
      case 'int': {
        const { form, int } = type;
        if (form.kind === 'varint') return `r:varint(${ref}, ${int.signed}, "${form.encoding}")`;
        if (form.kind === 'digits') {
          const { extent, base } = form;
          return extent.kind === 'size'
            ? `r:digits(${ref}, ${int.signed}, ${base}, ${extent.digits})`
            : `r:digits(${ref}, ${int.signed}, ${base}, nil, ${delimiterText(extent.delimiter)})`;
        }
        const little = type.order === undefined ? int.little : luaExpression(type.order);
        const code = `r:${int.signed ? 'int' : 'uint'}(${ref}, ${int.bits / 8}, ${little})`;
        return type.bool ? `${code} ~= 0` : code;
      }
      case 'float':
        return `r:float(${ref}, ${type.bits / 8}, ${type.order === undefined ? type.little : luaExpression(type.order)})`;
      case 'bytes':
      case 'text':
        return this.extent(type.extent, type.nullable, ref, encodingOf(type));
      default:
        throw new Error(`a ${type.kind} is not read in one`);
    }
  }

  private extent(extent: ExtentModel, nullable: boolean, ref: string, encoding: string): string {
    switch (extent.kind) {
      case 'rest':
        return `r:bytes(${ref}, r:rest(), ${encoding})`;
      case 'until':
        return `r:delimited(${ref}, ${delimiterText(extent.delimiter)}, ${extent.max ?? this.protocol.limits.line}, ${encoding})`;
      case 'prefix': {
        const { int } = extent;
        const none = !nullable ? 'nil' : int.signed ? '-1' : String(rangeOf(int).high);
        const little = extent.order === undefined ? int.little : luaExpression(extent.order);
        return `prefixed(r, ${ref}, ${int.bits / 8}, ${int.signed}, ${little}, ${none}, ${encoding})`;
      }
      case 'varying':
        return `announced(r, ${ref}, ${this.read(extent.length, 'nil')}, ${nullable ? '-1' : 'nil'}, ${encoding})`;
      default: {
        const size = luaExpression(extent.value);
        const read = `r:bytes(${ref}, ${size}, ${encoding})`;
        return nullable ? `${size} ~= -1 and ${read} or nil` : read;
      }
    }
  }

  private check(field: Field): void {
    const value = valueOf(field.name);
    const { type } = field;
    if (field.constant?.kind === 'text') {
      const bytes = Buffer.from(
        field.constant.value,
        type.kind === 'text' && type.encoding === 'utf8' ? 'utf8' : 'latin1',
      );
      this.push(`if ${value} ~= ${luaText(bytes)} then bad(${luaText(`${field.name} is wrong`)}) end`);
    }
    if (type.kind !== 'int' || type.bool) return;
    if (field.constant?.kind === 'int') {
      const message = luaText(`${field.name} has to be ${field.constant.value}`);
      this.push(`if ${value} ~= ${field.constant.value} then bad(${message}) end`);
      return;
    }
    if (field.computed !== undefined && isKnown(field.computed, this.protocol.roles)) {
      const wanted = luaExpression(field.computed);
      this.push(`if ${value} ~= ${wanted} then bad(${luaText(`${field.name} is wrong`)}) end`);
    }
    const { low, high } = boundsOf(field);
    const full = rangeOf(type.int);
    if (low > full.low || high < full.high)
      this.push(
        `if ${value} < ${low} or ${value} > ${high} then bad(${luaText(`${field.name} is out of range`)}) end`,
      );
  }

  private push(line: string): void {
    this.lines.push('  '.repeat(this.indent) + line);
  }
}

const ENCODINGS = { utf8: 'ENC_UTF_8', ascii: 'ENC_ASCII', latin1: 'ENC_ISO_8859_1' };

/** How Wireshark reads the characters of a text; nil for bytes. */
function encodingOf(type: FieldType): string {
  return type.kind === 'text' ? ENCODINGS[type.encoding] : 'nil';
}

function pairValue({ name }: Field): string {
  return `pair[${luaText(name)}]`;
}

/** Whether a number is read that Lua holds as a rounded one. */
function isWide(type: FieldType): boolean {
  return type.kind === 'int' && type.form.kind === 'fixed' && type.int.bits > 32;
}

function delimiterText(delimiter: string): string {
  return luaText(Buffer.from(delimiter, 'latin1'));
}

/** The values that a struct begins with: its parameters. */
function luaArguments(struct: Struct, args: readonly Expression[]): string {
  if (args.length === 0) return '{}';
  const given = struct.params.map(({ name }, i) => `[${luaText(name)}] = ${luaExpression(args[i]!)}`);
  return `{ ${given.join(', ')} }`;
}

function collect(block: Block, into: Set<Struct>): void {
  const visit = (type: FieldType): void => {
    if (type.kind === 'list') visit(type.element);
    const struct = type.kind === 'struct' ? type.struct : type.kind === 'map' ? type.pair : null;
    if (struct === null || into.has(struct)) return;
    into.add(struct);
    collect(struct.body, into);
  };
  for (const member of walk(block)) if (member.member === 'field') visit(member.type);
}

/** Whether an expression reads what a request has said, which a dissector does not keep. */
function asksRequest(e: Expression): boolean {
  return [...parts(e)].some(
    (part) => part.op === 'field' && part.fields.some((f) => f.member === 'field' && f.ofRequest === true),
  );
}
