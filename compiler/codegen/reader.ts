import type { Expression } from '../model/expression.js';
import { parts } from '../model/expressions-of.js';
import { isBig } from '../model/integers.js';
import { memberOf, type Anchor, type Place } from '../model/layout.js';
import { keyedBy } from '../model/maps-as-lists.js';
import type {
  BitFieldModel,
  Block,
  ExtentModel,
  Field,
  FieldType,
  Guard,
  MemberModel,
  VariantModel,
  WindowModel,
} from '../model/model.js';
import { sizeOfElements } from '../model/expressions-of.js';
import { isInnerOptional, plainField } from '../model/inner-fields.js';
import { behind, knownSize } from '../model/behind.js';
import { defaultLast } from '../model/default-last.js';
import { blockSize, memberSize, takesRest, typeSize } from '../model/size.js';
import { walk } from '../model/walk.js';
import { littleCode, readInOrder, readInteger } from './byte-order.js';
import { ConstantText } from './constant-text.js';
import { headerNumber } from './emit-header-lengths.js';
import { emitExpression, emitPatterns, unnamedWord, type Environment } from './emit-expression.js';
import { entryCode, isEntry, type EntryField } from './emit-record.js';
import { heldCode, innerCode, isInner, lookUpCode, type InnerField } from './emit-inner.js';
import { numberText } from './literal.js';
import { quote, type Module } from './module.js';
import { factCode, isFact } from './fact-code.js';
import {
  announcesNull,
  behindLength,
  countedBy,
  endCode,
  isFormed,
  isSelfDelimited,
  readFormed,
} from './self-delimiting.js';
import { argumentsOf } from './struct-arguments.js';

/**
 * Emits the body of one function that reads a frame at bytes `b` from `at`: places, fields and conditions as
 * expressions, with the locals they need declared once before them.
 */
export class Reader implements Environment {
  readonly lines: string[] = [];
  protected anchors = new Map<Anchor, string>();
  private held = new Map<Expression | Field | BitFieldModel | readonly (Field | BitFieldModel)[], string>();
  private readonly names = new Set<string>();
  /** The arms and branches around what is emitted: a walk in others would refuse bytes that are none of theirs. */
  within: readonly Guard[] = [];
  /** Calls that are made only where the frame has their arm. */
  private readonly lazy = new Set<string>();

  /** @param b the code of the bytes, @param at of the frame's start */
  constructor(
    readonly module: Module,
    readonly b = 'b',
    readonly at = 'at',
  ) {}

  /** A place as a position in the bytes. */
  place(place: Place): string {
    const base = place.anchor === null ? this.at : this.anchor(place.anchor);
    if (place.offset === 0) return base;
    return base === '0' ? String(place.offset) : `${base} + ${place.offset}`;
  }

  /** Where a member starts. */
  placeOf(member: MemberModel): string {
    return this.place(this.module.layout.places.get(member)!);
  }

  /** Where a member ends. */
  endOf(member: MemberModel): string {
    return this.place(endPlace(member, this.module));
  }

  /** Emits `code` as a local if it is none yet, and gives its name. */
  hold(e: Expression, code: string): string {
    const key = e.op !== 'field' ? e : e.fields.length === 1 ? e.fields[0]! : e.fields;
    const known = this.held.get(key);
    if (known !== undefined) return known;
    if (/^[\w$]+$/.test(code)) return code;
    for (const call of this.lazy) if (code.includes(call)) return `(${code})`;
    const asked = e.op === 'oneOf' ? '_word' : e.op === 'digits' ? '' : null;
    const base = e.op === 'field' ? e.name : asked === null ? null : `${this.module.subject(e)}${asked}`;
    const name = this.free(base === null ? 'chosen' : this.module.local(base));
    this.lines.push(`const ${name} = ${code};`);
    this.held.set(key, name);
    return name;
  }

  /** The value of a field that takes work to read, as a local. */
  protected once(field: Field | BitFieldModel): string {
    const code = this.value(field);
    if (/^[\w$]+$/.test(code)) return code;
    const name = this.free(this.module.local(field));
    this.lines.push(`const ${name} = ${code};`);
    this.held.set(field, name);
    return name;
  }

  /** The value of a field by name, undefined where no arm has it. */
  field(e: Expression & { op: 'field' | 'request' }): string {
    const known = this.held.get(e.fields);
    if (known !== undefined) return known;
    const [first] = e.fields;
    if (e.fields.length === 1 && !e.optional) return this.value(first!);
    if (e.fields.length === 1 && first!.guards.length === 0) return this.value(first!);
    const last = e.fields.length - 1;
    const cases = e.fields.map((f, i) =>
      // Where every frame has one of them, it is the last if it is none of the others.
      i === last && !e.optional ? this.value(f) : `${this.condition(f.guards)} ? ${this.value(f)} : `,
    );
    return `(${cases.join('')}${e.optional ? 'undefined' : ''})`;
  }

  /** The size that stands in the headers, as a local. */
  digits(e: Expression & { op: 'digits' }): string {
    return this.hold(e, headerNumber(e, this.b, this.at, this.module));
  }

  /** Whether the headers have a key, where that decides about the frame. */
  hasHeader(e: Expression & { op: 'header' }): string | null {
    if (!e.maps.every((map) => map.type.kind === 'map')) return null;
    return `(findHeader(${this.b}, ${this.at}, ${quote(e.key)}) >= 0)`;
  }

  /** What stands under a key of a map that is not the headers: the list of its entries is read once. */
  header(e: Expression & { op: 'header' }): string {
    const cases = e.maps.map((map) => {
      const { type } = plainField(map) as Field;
      const entries = isInner(map) ? innerCode(map, this) : heldCode(map, this.b, this.at, this.module);
      const code = lookUpCode(keyedBy(type)!, entries, isInnerOptional(map), e.key, this.module);
      return map.guards.length === 0 ? code : `${this.condition(map.guards)} ? ${code} : `;
    });
    return e.maps[0]!.guards.length === 0 ? cases[0]! : `(${cases.join('')}undefined)`;
  }

  /** The bytes of members of the frame itself, or how many they are. */
  span({ op, from, to }: Expression & { op: 'span' | 'sizeOf' }): string {
    const [start, end] = [this.placeOf(from), this.endOf(to)];
    return op === 'span' ? `${this.b}.subarray(${start}, ${end})` : `(${end} - (${start}))`;
  }

  spanEqual({ from, to }: Expression & { op: 'span' }, text: string): string {
    const read = this.module.use('readLatin1');
    return `(${read}(${this.b}, ${this.placeOf(from)}, ${this.endOf(to)}) === ${quote(text)})`;
  }

  /** A byte of a bytes field, undefined where there are not as many. */
  byte(e: Expression & { op: 'byte' }): string {
    const { of, index } = e;
    const cases = (of.fields as readonly Field[]).map((field) => {
      if (isInner(field)) {
        const inner = `${innerCode(field, this)}${isInnerOptional(field) ? '?.' : ''}[${index}]`;
        return field.guards.length === 0 ? inner : `${this.condition(field.guards)} ? ${inner} : `;
      }
      const [from, to] = this.bytesOf(field);
      const place = index === 0 ? from : `${from} + ${index}`;
      const code = `(${place} < ${to} ? ${this.module.use('u8')}(${this.b}, ${place}) : undefined)`;
      return field.guards.length === 0 ? code : `${this.condition(field.guards)} ? ${code} : `;
    });
    return of.fields[0]!.guards.length === 0 ? cases[0]! : `(${cases.join('')}undefined)`;
  }

  /** Where the bytes of a field start and end, as code. */
  private bytesOf(field: Field): [from: string, to: string] {
    this.readingAll(field);
    const start = this.placeOf(field);
    const to = (isOpenEnded(field) ? this.windowTo(field) : null) ?? this.endOf(field);
    const { extent } = field.type as FieldType & { kind: 'bytes' };
    if (extent.kind === 'until') return [start, `${to} - ${extent.delimiter.length}`];
    if (extent.kind === 'varying') return [behindLength(extent, this.b, start, this.module), to];
    return [extent.kind === 'prefix' ? `${start} + ${extent.int.bits / 8}` : start, to];
  }

  /** The value of a field that is there: numbers, booleans and bit fields. */
  value(field: Field | BitFieldModel): string {
    const held = this.held.get(field);
    if (held !== undefined) return held;
    if (isFact(field)) return factCode(field);
    if (field.member === 'field' && field.said !== undefined)
      return typeof field.said === 'string' ? quote(field.said) : numberText(field.said.value);
    if (field.member === 'field' && field.type.kind === 'text') return this.textValue(field, field.type);
    if (field.member === 'field' && field.type.kind === 'extern') {
      const { extern } = field.type;
      const code = `${this.module.extern(extern)}.read(${this.b}, ${this.placeOf(field)}, ${this.endOf(field)})`;
      return extern.nullable ? `(${code} ?? undefined)` : code;
    }
    if (field.member === 'field' && isEntry(field)) return this.entryValue(field);
    if (isInner(field)) return innerCode(field, this);
    if (field.member === 'field' && field.type.kind === 'bytes' && !field.type.nullable)
      return `${this.b}.subarray(${this.bytesOf(field).join(', ')})`;
    if (field.member === 'field' && 'nullable' in field.type && field.type.nullable)
      return this.nullableValue(field, field.type);
    const start = this.module.layout.places.get(memberOf(field))!;
    const place = this.place(start);
    this.reading(start, isPeek(field) ? typeSize(field.type).min : memberSize(memberOf(field)).min);
    const ordered = field.member === 'bitField' ? field.group : field.type;
    const little = 'order' in ordered ? littleCode(ordered, this) : '';
    return readValue(field, this.b, place, this.module, this.knownEnd(field), little);
  }

  /** Bytes that can be null, undefined where they are; of a list no more than whether it is there. */
  private nullableValue(field: Field, type: FieldType): string {
    if (!('extent' in type) || (type.kind !== 'bytes' && type.kind !== 'list'))
      throw new Error(`${field.path} is never null`);
    const { extent } = type;
    const value = (): string =>
      type.kind === 'list' ? 'true' : `${this.b}.subarray(${this.bytesOf(field).join(', ')})`;
    if (extent.kind === 'prefix') {
      const start = this.module.layout.places.get(field)!;
      const place = this.place(start);
      this.reading(start, extent.int.bits / 8);
      const none = extent.int.signed ? '-1' : String(2 ** extent.int.bits - 1);
      return `(${this.lengthAt(extent, place)} === ${none} ? undefined : ${value()})`;
    }
    if (extent.kind === 'varying')
      return `(${announcesNull(extent, this.b, this.placeOf(field), this.module)} ? undefined : ${value()})`;
    if (!('value' in extent)) throw new Error(`${field.path} is never null`);
    return `(${emitExpression(extent.value, this)} === -1 ? undefined : ${value()})`;
  }

  /** Where a field ends, if this function has found that already. */
  private knownEnd(field: Field | BitFieldModel): string | undefined {
    const anchor = this.module.layout.anchors.find((a) => a.after === field);
    return anchor === undefined ? undefined : this.anchors.get(anchor);
  }

  /** The value of an entry of a record, undefined where it is not there and nothing stands for it. */
  private entryValue(field: EntryField): string {
    const { format, from, to, path } = entryCode(field, this);
    const found = `${format}.find(${this.b}, ${from}, ${to}, ${path})`;
    const { of } = field.type;
    if (of.kind !== 'text') {
      const code = `${format}.${of.kind}(${this.b}, ${found})`;
      if (field.default?.kind !== 'int') return code;
      const value = field.default.value;
      const isNamed = of.kind === 'int' && of.enum !== null;
      return `(${code} ?? ${isNamed ? this.module.enumValue(of.enum, value) : value})`;
    }
    const local = this.module.local(field);
    const [place, start] = [this.free(`${local}Place`), this.free(`${local}Start`)];
    // In other arms there is no record to look into.
    const isThere = this.isWithin(field.guards) ? '' : `${this.condition(field.guards)} ? `;
    this.lines.push(
      `const ${place} = ${isThere}${found}${isThere === '' ? '' : ' : -1'};`,
      `const ${start} = ${format}.textStart(${this.b}, ${place});`,
    );
    const text = this.text(
      { kind: 'text', encoding: 'utf8', extent: { kind: 'rest', max: null }, nullable: false },
      start,
      `${format}.textEnd(${this.b}, ${place})`,
    );
    return `(${start} < 0 ? undefined : ${text})`;
  }

  /** The bytes of a text as a string. */
  protected text(type: FieldType & { kind: 'text' }, from: string, to: string): string {
    const read = this.module.use(type.encoding === 'utf8' ? 'readUtf8' : 'readLatin1');
    return `${read}(${this.b}, ${from}, ${to})`;
  }

  protected textValue(field: Field, type: FieldType & { kind: 'text' }): string {
    this.readingAll(field);
    const start = this.placeOf(field);
    const to = (type.extent.kind === 'rest' ? this.windowTo(field) : null) ?? this.endOf(field);
    if (type.extent.kind === 'until')
      return this.text(type, start, `${to} - ${type.extent.delimiter.length}`);
    if (type.extent.kind === 'varying') {
      const code = this.text(type, behindLength(type.extent, this.b, start, this.module), to);
      if (!type.nullable) return code;
      return `(${announcesNull(type.extent, this.b, start, this.module)} ? undefined : ${code})`;
    }
    if (type.extent.kind !== 'prefix') {
      const code = this.text(type, start, to);
      if (!type.nullable || !('value' in type.extent)) return code;
      return `(${emitExpression(type.extent.value, this)} === -1 ? undefined : ${code})`;
    }
    const { int } = type.extent;
    const code = this.text(type, `${start} + ${int.bits / 8}`, to);
    if (!type.nullable) return code;
    const none = int.signed ? '-1' : String(2 ** int.bits - 1);
    return `(${this.lengthAt(type.extent, start)} === ${none} ? undefined : ${code})`;
  }

  /** Whether numbers have their low byte first: a function of the frame says so. */
  little(order: Expression): string {
    this.module.usedOrders.add(order);
    return `${this.module.orderName(order)}(${this.b}, ${this.at})`;
  }

  /** The length at a place that stands before a text or bytes. */
  lengthAt(extent: ExtentModel & { readonly kind: 'prefix' }, place: string): string {
    return readInteger(extent, this.b, place, littleCode(extent, this), this.module);
  }

  /** Whether the bytes of a field are those of a text, a character a byte; false where the field is not there. */
  bytesEqual(e: Expression & { op: 'field' }, text: string): string {
    const tests = (e.fields as readonly Field[]).map((field) => {
      if (isInner(field)) return this.innerEqual(field, text);
      if (isEntry(field)) return this.sameBytes(this.value(field), text);
      const found = (): string => {
        if ('nullable' in field.type && field.type.nullable)
          return this.sameBytes(this.nullableValue(field, field.type), text);
        const constant = new ConstantText(field, text, this.module);
        if ('extent' in field.type) return constant.found(this.b, ...this.bytesOf(field));
        return constant.found(this.b, this.placeOf(field), this.endOf(field));
      };
      if (field.guards.length === 0) return found();
      return this.inItsArm(field, found, 'false', (condition, code) => `(${condition} && ${code})`);
    });
    return tests.length === 1 ? tests[0]! : `(${tests.join(' || ')})`;
  }

  /** Which of its words a field is, or a word of a field: found where the bytes lie. */
  which({ of, texts }: Expression & { op: 'oneOf' }): string | null {
    const looked = lookedAt(of);
    if (looked === null || !isLying(looked.field, texts)) return null;
    const { field, word, inAnyCase } = looked;
    const words = this.module.words(of, inAnyCase ? texts.map((text) => text.toLowerCase()) : texts);
    const which = this.module.use(inAnyCase ? 'whichInAnyCase' : 'whichText');
    const found = (from: string, to: string): string => {
      if (word === null) return `${which}(${this.b}, ${from}, ${to}, ${words})`;
      const start = this.free('wordAt');
      this.lines.push(
        `const ${start} = ${this.module.use('wordStart')}(${this.b}, ${from}, ${to}, ${word});`,
      );
      return `${which}(${this.b}, ${start}, ${this.module.use('wordEnd')}(${this.b}, ${start}, ${to}), ${words})`;
    };
    return this.whereLying(
      field,
      found,
      '-1',
      (condition, code) => `(${condition} ? ${code} : -1)`,
      'Math.max',
    );
  }

  /** Whether a field begins or ends with a text, where its bytes lie. */
  textTest({ of, test, text }: Expression & { op: 'textTest' }): string | null {
    if (test === 'contains' || of.op !== 'field' || !isLying(of, [text])) return null;
    const name = this.module.use(test === 'starts_with' ? 'beginsWith' : 'endsWith');
    const found = (from: string, to: string): string => `${name}(${this.b}, ${from}, ${to}, ${quote(text)})`;
    return this.whereLying(of, found, 'false', (condition, code) => `(${condition} && ${code})`, '');
  }

  /**
   * What is found of the bytes of a field, in the arm that has it.
   *
   * @param none what it is elsewhere, @param chosen the code of both, @param joined the function over all arms; '' for `||`
   */
  private whereLying(
    e: Expression & { op: 'field' },
    found: (from: string, to: string) => string,
    none: string,
    chosen: (condition: string, code: string) => string,
    joined: string,
  ): string {
    const each = (e.fields as readonly Field[]).map((field) => {
      const code = (): string => found(...this.bytesOf(field));
      if (field.guards.length === 0) return code();
      return this.inItsArm(field, code, none, chosen);
    });
    if (each.length === 1) return each[0]!;
    return joined === '' ? `(${each.join(' || ')})` : `${joined}(${each.join(', ')})`;
  }

  /** What is found of a field in an arm: what is walked there is walked there only. */
  private inItsArm(
    field: Field,
    found: () => string,
    none: string,
    chosen: (condition: string, code: string) => string,
  ): string {
    const { lines } = this;
    const condition = this.condition(field.guards);
    const before = lines.length;
    let code = '';
    this.nested(() => (code = found()));
    const walked = lines.splice(before);
    if (walked.length === 0) return chosen(condition, code);
    const name = this.free('same');
    lines.push(`let ${name} = ${none};`, `if (${condition}) {`, ...walked, `${name} = ${code};`, '}');
    return name;
  }

  /** As {@link bytesEqual}, of a field in a struct or coded window. */
  private innerEqual(field: InnerField, text: string): string {
    const code = innerCode(field, this);
    const plain = plainField(field);
    const isBytes = plain.member === 'field' && plain.type.kind === 'bytes';
    const same = isBytes ? this.sameBytes(code, text) : `${code} === ${quote(text)}`;
    return field.guards.length === 0 ? same : `(${this.condition(field.guards)} && ${same})`;
  }

  /** Whether bytes, if they are there, are those of a text. */
  private sameBytes(code: string, text: string): string {
    const same = `${this.module.use('readLatin1')}(given, 0, given.length) === ${quote(text)}`;
    return `(${this.module.use('whenGiven')}(${code}, (given) => ${same}) === true)`;
  }

  /** Whether a place under these guards is in the frame. */
  condition(guards: readonly Guard[]): string {
    const tests = guards.map((g) =>
      g.node.member === 'if' ? this.branch(g.node.condition, g.arm) : this.arm(g.node, g.arm),
    );
    return tests.length === 0 ? 'true' : tests.join(' && ');
  }

  /** Whether a variant's arm is the frame's. */
  arm(variant: VariantModel, index: number): string {
    const on = variant.on.map((e) => this.hold(e, emitExpression(e, this)));
    const arm = variant.arms[index]!;
    if (arm.patterns !== null) return emitPatterns(arm.patterns, variant.on, on, this.module);
    const unnamed = unnamedWord(variant.on, on);
    if (unnamed !== null) return unnamed;
    const others = variant.arms.flatMap((a) =>
      a.patterns === null ? [] : [emitPatterns(a.patterns, variant.on, on, this.module)],
    );
    return `!(${others.join(' || ')})`;
  }

  /** The code of an expression here. */
  emit(e: Expression): string {
    return emitExpression(e, this);
  }

  /** The code of where an anchor is, from what stands before it; every anchor's own function returns this. */
  anchorCode(anchor: Anchor): string {
    const { after, from } = anchor;
    const open = isOpenEnded(after) ? this.windowTo(after) : null;
    if (open !== null) return open;
    switch (after.member) {
      case 'variant':
        return this.choose(
          after.arms.map((arm, i) => [i === after.arms.length - 1 ? null : this.arm(after, i), arm.body]),
          from,
        );
      case 'if':
        return this.choose(
          [
            [this.branch(after.condition, 0), after.then],
            [null, after.otherwise],
          ],
          from,
        );
      case 'pad': {
        const start = this.place(from);
        return `${start} + ((${after.value} - ((${start} - ${this.at}) % ${after.value})) % ${after.value})`;
      }
      default:
        if (after.member === 'field' && isSelfDelimited(after.type))
          return this.walked(after, after.type, from);
        return `${this.sum(from)} + ${this.sizeCode(after, from)}`;
    }
  }

  /**
   * Where the window around a member ends; for one that takes the rest, where what stands behind it begins. Null
   * without a window.
   */
  windowTo(member: MemberModel): string | null {
    const window = windowAround(member, this.module);
    if (window === null) return null;
    const end = this.place(endPlace(window, this.module));
    const size = this.behind(member);
    return size === null ? end : `${end} - ${size}`;
  }

  /** How many bytes stand behind what takes the rest of its window; null where none do, or for others. */
  behind(member: MemberModel): string | null {
    if (!isOpenEnded(member)) return null;
    return behindCode(behind(member, this.module.protocol.frame.body), this);
  }

  /** Where a self-delimited field ends; bytes that are none are refused. */
  protected walked(field: Field, type: FieldType, from: Place): string {
    const start = this.place(from);
    const { ended, schema } = { ended: this.module.use('ended'), schema: quote(this.module.schemaAt(field)) };
    return `${ended}(${this.walk(field, type, start)}, ${quote(field.path)}, ${start} - ${this.at}, ${schema})`;
  }

  /** The end of a self-delimited value at `start`, or why there is none. */
  protected walk(field: Field, type: FieldType, start: string): string {
    const window = windowAround(field, this.module);
    const to = window === null ? `${this.b}.length` : this.place(endPlace(window, this.module));
    const counted = countedBy(type);
    const count = counted === null ? '0' : this.units(field, counted);
    return endCode(
      type,
      field.path,
      this.b,
      start,
      to,
      count,
      String(this.module.protocol.limits.depth),
      this.module,
      'null',
      argumentsOf(type, this),
    );
  }

  /** The size or count that an extent gives: 0 for null. */
  protected units(field: Field, value: Expression): string {
    const code = emitExpression(value, this);
    const nullable = 'nullable' in field.type && field.type.nullable;
    return nullable ? `Math.max(0, ${code})` : code;
  }

  /** Called before bytes at a place are read; a scan makes sure here that they have come. */
  protected reading(_place: Place, _size: number): void {}

  /** Called before a text or bytes are read as a whole; a scan makes sure here that they have come. */
  protected readingAll(_field: Field): void {}

  /** Opens a branch: what is declared in it is forgotten after it. */
  nested(emit: () => void): void {
    const { anchors, held } = this;
    this.anchors = new Map(anchors);
    this.held = new Map(held);
    emit();
    this.anchors = anchors;
    this.held = held;
  }

  /** A name that is not taken in this function. */
  free(name: string): string {
    let free = name;
    for (let i = 2; this.names.has(free); i++) free = `${name}${i}`;
    this.names.add(free);
    return free;
  }

  protected branch(condition: Expression, arm: number): string {
    const code = emitExpression(condition, this);
    return arm === 0 ? code : `!(${code})`;
  }

  private choose(cases: readonly (readonly [string | null, Block | null])[], from: Place): string {
    return cases
      .map(([test, block]) => {
        const end = block === null ? this.place(from) : this.place(this.module.layout.ends.get(block)!);
        return test === null ? end : `${test} ? ${end} : `;
      })
      .join('');
  }

  /** The local that holds an anchor. */
  protected anchor(anchor: Anchor): string {
    const known = this.anchors.get(anchor);
    if (known !== undefined) return known;
    this.module.usedAnchors.add(anchor);
    const call = `${anchor.name}At(${this.b}, ${this.at})`;
    if (isWalked(anchor) && !this.isWithin(anchor.after.guards)) {
      this.lazy.add(call);
      return call;
    }
    const name = this.free('p');
    this.lines.push(`const ${name} = ${call};`);
    this.anchors.set(anchor, name);
    return name;
  }

  protected isWithin(guards: readonly Guard[]): boolean {
    return guards.every((g) => this.within.some((known) => known.node === g.node && known.arm === g.arm));
  }

  /** A place as a sum, going back over members whose size is a sum of fields. */
  private sum(place: Place): string {
    const { anchor, offset } = place;
    if (anchor === null || this.anchors.has(anchor) || !isSum(anchor.after)) return this.place(place);
    const before = `${this.sum(anchor.from)} + ${this.sizeCode(anchor.after, anchor.from)}`;
    return offset === 0 ? before : `${before} + ${offset}`;
  }

  protected sizeCode(member: MemberModel, from: Place): string {
    if (member.member === 'within') return emitExpression(member.size, this);
    if (member.member !== 'field' || !('extent' in member.type))
      throw new Error(`${member.member} has no size of its own`);
    const { type } = member;
    const { extent } = type;
    if (extent.kind === 'prefix') {
      const width = extent.int.bits / 8;
      const start = this.place(from);
      this.reading(from, width);
      const length = this.lengthAt(extent, start);
      if ('nullable' in type && type.nullable) {
        const none = extent.int.signed ? '-1' : String(2 ** extent.int.bits - 1);
        const held = this.free('length');
        this.lines.push(`const ${held} = ${length};`);
        return `${width} + (${held} === ${none} ? 0 : ${held})`;
      }
      return `${width} + ${length}`;
    }
    if (extent.kind === 'rest') throw new Error('what takes the rest ends with its window');
    if (extent.kind === 'until' || extent.kind === 'varying') throw new Error(`${member.path} is walked`);
    const value = this.units(member, extent.value);
    if (extent.kind === 'count' && type.kind === 'list') {
      const size = sizeOfElements(type);
      return `${value} * ${size === null ? elementSize(type.element) : emitExpression(size, this)}`;
    }
    return value;
  }
}

/** The field of which words are asked, and how: all of it, or one of its words. Null where it is no field. */
function lookedAt(
  of: Expression,
): { field: Expression & { op: 'field' }; word: number | null; inAnyCase: boolean } | null {
  if (of.op === 'field') return { field: of, word: null, inAnyCase: false };
  if (of.op !== 'cased' && of.op !== 'word') return null;
  const looked = lookedAt(of.of);
  // Words of words, and parts of what has another case, are read as texts.
  if (looked === null || looked.inAnyCase || looked.word !== null) {
    return of.op === 'cased' && looked?.inAnyCase === false ? { ...looked, inAnyCase: true } : null;
  }
  return of.op === 'cased' ? { ...looked, inAnyCase: true } : { ...looked, word: of.index };
}

/** Whether the bytes of fields are compared as they lie: those of the frame itself, never null, with texts that are a byte a character. */
function isLying(e: Expression & { op: 'field' }, texts: readonly string[]): boolean {
  const isAscii = texts.every((text) => [...text].every((c) => c.charCodeAt(0) < 0x80));
  return e.fields.every(
    (f) =>
      f.member === 'field' &&
      (f.type.kind === 'bytes' || (f.type.kind === 'text' && (isAscii || f.type.encoding !== 'utf8'))) &&
      !f.type.nullable &&
      f.said === undefined,
  );
}

/** Whether a field is what stands next, read without being taken. */
function isPeek(field: Field | BitFieldModel): field is Field {
  return field.member === 'field' && field.isPeek === true;
}

/** Whether finding a place walks over values, which refuses bytes that are none. */
function isWalked(anchor: Anchor | null): boolean {
  if (anchor === null) return false;
  const walks = (member: MemberModel): boolean => member.member === 'field' && isSelfDelimited(member.type);
  return [...walk({ members: [anchor.after] })].some(walks) || isWalked(anchor.from.anchor);
}

/**
 * Whether a place is kept once it is found: it stands behind a value that is walked over, or of a size that takes work
 * to read, or it is the frame's end and something in the frame is walked over, which scan has done before.
 */
export function isMarked(anchor: Anchor, module: Module): boolean {
  const { after } = anchor;
  if (after.member === 'within') return false;
  if (after.member === 'field') return isSelfDelimited(after.type) || hasReadSize(after);
  return anchor === module.layout.end.anchor && isWalked(anchor);
}

/** Whether a field's size stands in digits or groups of bits, so that reading it takes work. */
function hasReadSize({ type }: Field): boolean {
  if (!('extent' in type) || !('value' in type.extent)) return false;
  return [...parts(type.extent.value)].some(
    (part) =>
      part.op === 'digits' ||
      (part.op === 'field' && part.fields.some((f) => f.member === 'field' && isFormed(f))),
  );
}

/** Whether a member's size is a sum of fields read elsewhere, so that its end is written as a sum. */
function isSum(member: MemberModel): boolean {
  if (isOpenEnded(member)) return false;
  if (member.member === 'within') return true;
  if (member.member === 'field' && isSelfDelimited(member.type)) return false;
  return (
    member.member === 'field' &&
    'extent' in member.type &&
    (member.type.extent.kind === 'size' || member.type.extent.kind === 'count')
  );
}

function elementSize(type: Field['type']): number {
  return typeSize(type).min;
}

/** The code of how many bytes members take of which that is known before; null for none. */
export function behindCode(members: readonly MemberModel[], env: Environment): string | null {
  const size = knownSize(members);
  if (size === null) throw new Error('what stands behind the rest has no size that is known');
  const terms = size.choices.map((choice) => {
    const bytes = (block: Block | null): string => String(block === null ? 0 : blockSize(block).min);
    if (choice.member === 'if')
      return `(${emitExpression(choice.condition, env)} ? ${bytes(choice.then)} : ${bytes(choice.otherwise)})`;
    const on = choice.on.map((e) => env.hold(e, emitExpression(e, env)));
    const arms = defaultLast(choice.arms);
    const cases = arms.map(({ patterns, body }, i) =>
      patterns === null || i === arms.length - 1
        ? bytes(body)
        : `${emitPatterns(patterns, choice.on, on, env.module)} ? ${bytes(body)} : `,
    );
    return `(${cases.join('')})`;
  });
  const all = [...(size.bytes === 0 ? [] : [String(size.bytes)]), ...terms];
  return all.length === 0 ? null : all.length === 1 ? all[0]! : `(${all.join(' + ')})`;
}

/** Whether a member goes on to the end of its window: the rest, and what is of no size until it is read. */
export function isOpenEnded(member: MemberModel): boolean {
  if (member.member !== 'field') return false;
  return takesRest(member.type);
}

/** The innermost window around a member, or null. */
export function windowAround(member: MemberModel, module: Module): WindowModel | null {
  let window: WindowModel | null = null;
  for (const outer of walk(module.protocol.frame.body)) {
    if (outer.member === 'within' && [...walk(outer.body)].includes(member)) window = outer;
  }
  return window;
}

/** Where a member ends: the start of what follows it. */
export function endPlace(member: MemberModel, module: Module): Place {
  const { layout } = module;
  const anchor = layout.anchors.find((a) => a.after === member);
  if (anchor !== undefined) return { anchor, offset: 0 };
  const start = layout.places.get(member)!;
  return { anchor: start.anchor, offset: start.offset + memberSize(member).min };
}

/** `f32le`: the function that reads a float. */
export function floatName(type: FieldType & { kind: 'float' }): string {
  return `f${type.bits}${type.little ? 'le' : ''}`;
}

/**
 * A number, boolean or bit field at a place.
 * @param end the code of where it ends, where that is known
 * @param little the code of whether it has its low byte first, where that is chosen
 */
export function readValue(
  field: Field | BitFieldModel,
  b: string,
  place: string,
  module: Module,
  end?: string,
  little = '',
): string {
  if (field.member === 'bitField') {
    const group = readInteger(field.group, b, place, little, module);
    if (field.width === field.group.int.bits) return group;
    const mask = 2 ** field.width - 1;
    const shifted = field.shift === 0 ? group : `(${group} >>> ${field.shift})`;
    const code = `(${shifted} & ${mask})`;
    return field.enum === null && field.width === 1 ? `(${code} !== 0)` : code;
  }
  if (field.type.kind === 'float') {
    const { type } = field;
    const read = (isLittle: boolean): string =>
      `${module.use(floatName({ ...type, little: isLittle }))}(${b}, ${place})`;
    return readInOrder({ int: type, order: type.order }, little, read);
  }
  if (field.type.kind !== 'int') throw new Error(`${field.path} is no number`);
  if (field.type.form.kind !== 'fixed') return readFormed(field.type, b, place, module, end);
  const { int } = field.type;
  const code = readInteger(field.type, b, place, little, module);
  if (field.type.bool) return `(${code} !== 0)`;
  return int.bits > 48 && !isBig(int, field.range) ? `Number(${code})` : code;
}
