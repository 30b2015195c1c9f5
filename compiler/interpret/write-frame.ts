import { entriesWithSize, HeaderMap } from '@proto-frame/api';
import { lengthsByKey, type HeaderLength } from '../model/header-lengths.js';
import { mostAnnounced, rangeOf } from '../model/integers.js';
import type { Expression } from '../model/expression.js';
import type {
  AssertModel,
  Block,
  Checksum,
  Derivation,
  Encoding,
  Enum,
  Extended,
  ExtentModel,
  Field,
  FieldType,
  Guard,
  IntType,
  Length,
  MemberModel,
  Protocol,
} from '../model/model.js';
import { inTurn } from '../model/covers.js';
import { isLate } from '../model/late-computed.js';
import { checksumOf, type Range } from './checksum.js';
import {
  argumentValues,
  entriesOf,
  evaluateValue,
  isTaken,
  UnknownFact,
  type FactValues,
  type Scope,
  type Value,
} from './evaluate-value.js';
import { ExternCode, isEncodeError, type ExternValue } from './extern-code.js';
import { JsonError, objectFromJson, type Json } from './json.js';
import { headerIn, type Shown } from './read-frame.js';
import { isAnnounced } from '../model/announced.js';
import { decidingLengths, isEarly } from '../model/early-length.js';
import { isInArms, isPartial, usesOf } from '../model/partial-length.js';
import { branchesOf, givenBranch, isPeeking, peeksIn, type Peeking } from '../model/peeks.js';
import { walk } from '../model/walk.js';
import { formedBytes } from '../model/formed-bytes.js';
import { isWrittenAs } from '../model/written-as.js';
import { recordBytes } from './record-entries.js';
import { intIn, isLittle, readInt, writeInt } from './read-int.js';

/**
 * A frame from JSON by the model alone: lengths, constants, defaults and checksums are filled in.
 *
 * @param code what the protocol's externs are, if it has some
 * @param facts what is known of the request that it answers
 * @throws JsonError with the field that is missing, unknown or can't be held
 */
export function writeFrame(
  protocol: Protocol,
  json: { readonly [key: string]: Json },
  code: ExternCode = ExternCode.none,
  facts: FactValues = new Map(),
): Uint8Array {
  const writer = new FrameWriter(code, protocol.headerCase);
  const object = objectFromJson(protocol.frame.body, json, '');
  try {
    writer.write(protocol.frame.body, object, '', new Map(facts));
  } catch (error) {
    if (error instanceof UnknownFact) throw new JsonError(error.message, 'is not known of the request');
    throw error;
  }
  return writer.bytes();
}

/** Bytes that grow; lengths are put in when what they measure has been written. */
class FrameWriter {
  private data = new Uint8Array(256);
  private size = 0;

  constructor(
    readonly code: ExternCode,
    readonly headerCase: Protocol['headerCase'] = 'sensitive',
  ) {}

  bytes(): Uint8Array {
    return this.data.slice(0, this.size);
  }

  /** Writes a frame or struct of its own fields and fills in its lengths. */
  write(
    block: Block,
    object: { readonly [field: string]: Shown },
    path: string,
    given: Scope['values'] = new Map(),
  ): void {
    const body = new BodyWriter(this, object, path, given, lengthsByKey(block));
    body.frame(block);
    body.finish();
  }

  get position(): number {
    return this.size;
  }

  /** Whether the bytes at a place are these characters. */
  startsWith(at: number, text: string): boolean {
    return (
      Buffer.from(this.data.subarray(at, Math.min(this.size, at + text.length))).toString('latin1') === text
    );
  }

  reserve(count: number): number {
    const at = this.size;
    this.size += count;
    if (this.size > this.data.length) {
      const larger = new Uint8Array(Math.max(this.size, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    return at;
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.data.set(bytes, at);
  }

  insert(at: number, bytes: Uint8Array): void {
    const end = this.size;
    this.reserve(bytes.length);
    this.data.copyWithin(at + bytes.length, at, end);
    this.data.set(bytes, at);
  }

  put(at: number, bytes: Uint8Array): void {
    this.data.set(bytes, at);
  }

  putInt(at: number, int: IntType, value: bigint, path: string): void {
    const { low, high } = rangeOf(int);
    if (value < low || value > high)
      throw new JsonError(path, `${value} does not fit: it holds ${low} to ${high}`);
    writeInt(this.data, at, int, value);
  }

  intAt(at: number, int: IntType): bigint {
    return readInt(this.data, at, int);
  }

  sum(of: Checksum, range: Range, own: Range): bigint {
    return checksumOf(of, this.data, range, own, this.code);
  }
}

class BodyWriter {
  private readonly scope: Scope;
  /** Derived fields that are written. */
  private readonly done = new Set<Length>();
  /** Derived fields and where they, or the groups of bits that they are in, stand. */
  private readonly holes = new Map<Length, number>();
  /** Bytes, or elements, of what has been written. */
  private readonly units = new Map<Extended, bigint>();
  private readonly places = new Map<MemberModel, { from: number; to: number }>();
  private readonly checksums: Field[] = [];
  /** What is computed of how many bytes there are. */
  private readonly late: Field[] = [];
  /** The entries that are given for the headers. */
  private entries: readonly (readonly [string, string | null])[] = [];
  private readonly peeks = new Set<Field>();
  /** The branches and assertions that hang on what was peeked at, which is known once it is written. */
  private readonly chosen: Guard[] = [];
  private readonly asserts: AssertModel[] = [];
  /** The frame or struct, and the lengths that decide something in it. */
  private body: Block = { members: [] };
  private deciding: ReadonlySet<Length> = new Set();
  /** Where the frame or struct starts, from which alignments are counted. */
  private readonly start: number;

  constructor(
    private readonly out: FrameWriter,
    private readonly object: { readonly [field: string]: Shown },
    private readonly path: string,
    given: Scope['values'],
    /** What the headers say the size of. */
    private readonly sizes: ReadonlyMap<string, readonly HeaderLength[]> = new Map(),
  ) {
    this.scope = {
      values: given,
      code: out.code,
      span: (e) => this.spanOf(e),
      header: (key) => headerIn(this.entries, out.headerCase)(key),
    };
    this.start = out.position;
  }

  /** Writes all of a frame or struct. */
  frame(block: Block): void {
    this.body = block;
    this.deciding = new Set(decidingLengths(block));
    this.block(block);
  }

  /** What is given of all fields, for what is laid out before those that stand before it. */
  private givenValues(): Scope['values'] {
    const values: Scope['values'] = new Map(this.scope.values);
    const scope: Scope = { ...this.scope, values };
    for (const member of walk(this.body)) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        if (values.has(field) || field.derivation !== null) continue;
        const own = this.object[field.name];
        if (field.member === 'bitField') {
          const bits = field.constant?.kind === 'int' ? field.constant.value : (own ?? 0n);
          const number = typeof bits === 'boolean' ? (bits ? 1n : 0n) : bits;
          values.set(field, field.enum === null && field.width === 1 ? number === 1n : (number as bigint));
        } else if (field.type.kind === 'int') {
          const computed = field.computed === undefined ? own : evaluateValue(field.computed, scope);
          const value =
            field.constant?.kind === 'int' ? field.constant.value : (computed ?? this.fallback(field));
          const isBool = field.type.bool && typeof value === 'bigint';
          if (value !== undefined) values.set(field, isBool ? value === 1n : (value as Value));
        } else {
          const given = own !== undefined ? own : (constantOf(field) ?? emptyOf(field.type));
          const said = typeof field.said === 'string' ? field.said : undefined;
          if (given !== undefined) values.set(field, said ?? knownOf(given));
        }
      }
    }
    return values;
  }

  /** Finds the lengths of a block that are known from what is given, for what they decide. */
  private measure(block: Block): void {
    const known = (field: Length): bigint | undefined => {
      const derivation = this.useOf(field);
      const own = this.object[field.name];
      if (derivation === null)
        return field.constant?.kind === 'int'
          ? field.constant.value
          : typeof own === 'bigint'
            ? own
            : this.fallback(field);
      const isRead = derivation.of.member === 'field' || this.deciding.has(field);
      if (!isRead || !isEarly(field)) return undefined;
      let value = this.unitsOf(derivation.of) - derivation.constant;
      for (const term of derivation.terms) {
        const one = known(term.field);
        if (one === undefined) return undefined;
        value -= term.coefficient * one;
      }
      return value / derivation.factor;
    };
    for (const member of block.members) {
      const lengths = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const length of lengths) {
        const value = length.derivation === null ? undefined : known(length);
        if (value !== undefined) this.scope.values.set(length, value);
      }
    }
  }

  /**
   * What a length follows from: of what it measures in several arms, that which is written, or given; null if none is.
   */
  private useOf(length: Length): Derivation | null {
    if (!isInArms(length)) return length.derivation;
    const uses = usesOf(length);
    return (
      uses.find(({ of }) => this.units.has(of)) ??
      uses.find(({ of }) => of.name !== null && this.object[of.name] !== undefined) ??
      null
    );
  }

  private fallback(field: Length): bigint | undefined {
    const given = this.scope.values.get(field);
    if (typeof given === 'bigint') return given;
    if (field.member === 'bitField') return undefined;
    return field.default?.kind === 'int' ? field.default.value : undefined;
  }

  /** The bytes or elements of what is given, -1 for null. */
  private unitsOf(of: Extended): bigint {
    const measured = new FrameWriter(this.out.code);
    const isWindow = of.member === 'within';
    const values = isWindow ? this.givenValues() : new Map(this.scope.values);
    const writer = new BodyWriter(measured, this.object, this.path, values);
    if (isWindow) {
      writer.member(of);
      return BigInt(measured.bytes().length);
    }
    const given =
      this.object[of.name] ?? (this.object[of.name] === null ? null : (constantOf(of) ?? emptyOf(of.type)));
    if (given === null) return -1n;
    if (isCounted(of.type)) return BigInt((given as readonly Shown[]).length);
    writer.value(of.type, given!, this.name(of));
    return BigInt(measured.bytes().length);
  }

  block(block: Block): void {
    this.measure(block);
    for (const member of block.members) {
      const from = this.out.position;
      this.member(member);
      this.places.set(member, { from, to: this.out.position });
    }
  }

  /** Fills in lengths, then checksums, then looks whether what was peeked at chooses what was written. */
  finish(): void {
    for (const field of this.holes.keys()) this.derive(field);
    for (const field of this.late) {
      const value = this.number(field);
      this.scope.values.set(field, value);
      this.out.putInt(this.places.get(field)!.from, this.intOf(field), value, this.name(field));
    }
    const isOver = (one: Field, other: Field): boolean => {
      const { from, to } = one.checksum!;
      const at = this.places.get(other)!.from;
      return at >= this.places.get(from)!.from && at < this.places.get(to)!.to;
    };
    for (const field of inTurn(this.checksums, isOver)) {
      const { from, to } = field.checksum!;
      const range = { from: this.places.get(from)!.from, to: this.places.get(to)!.to };
      const sum = this.out.sum(field.checksum!, range, this.places.get(field)!);
      this.out.putInt(this.places.get(field)!.from, this.intOf(field), sum, this.name(field));
    }
    for (const peek of this.peeks)
      this.scope.values.set(peek, this.out.intAt(this.places.get(peek)!.from, this.intOf(peek)));
    for (const guard of this.chosen)
      if (!isTaken(guard, this.scope)) throw new JsonError(this.whole, 'begins as another arm does');
    for (const { condition, message } of this.asserts)
      if (evaluateValue(condition, this.scope) !== true) throw new JsonError(this.whole, message);
  }

  /** How many bytes members take that are written; undefined before they are. */
  private spanOf({ from, to }: Expression & { op: 'span' | 'sizeOf' }): bigint | undefined {
    const [first, last] = [this.places.get(from), this.places.get(to)];
    return first === undefined || last === undefined ? undefined : BigInt(last.to - first.from);
  }

  /** What is named where no field is. */
  private get whole(): string {
    return this.path === '' ? 'frame' : this.path;
  }

  /** The branch of what is chosen by what it peeks at, by which of its fields are given. */
  private choose(node: Peeking): Block | null {
    const branch = givenBranch(node, (name) => this.object[name] !== undefined);
    if (branch === undefined) throw new JsonError(this.whole, 'takes the fields of one arm');
    this.chosen.push({ node, arm: branch } as Guard);
    return branchesOf(node)[branch]!;
  }

  private intOf(field: Field): IntType {
    return intIn(field.type as FieldType & { kind: 'int' }, this.scope);
  }

  private derive(field: Length): bigint {
    const known = this.scope.values.get(field);
    if (typeof known === 'bigint' && this.done.has(field)) return known;
    this.done.add(field);
    const value = this.measured(field);
    if (field.range !== null && (value < field.range.low || value > field.range.high)) {
      throw new JsonError(
        this.name(field),
        `would be ${value}, has to be ${field.range.low} to ${field.range.high}`,
      );
    }
    const at = this.holes.get(field)!;
    if (field.member === 'bitField') {
      if (value < 0n || value >= 1n << BigInt(field.width))
        throw new JsonError(this.name(field), `${value} does not fit into ${field.width} bits`);
      const int = intIn(field.group, this.scope);
      const group = this.out.intAt(at, int) | (value << BigInt(field.shift));
      this.out.putInt(at, int, group, this.path);
    } else if (digitsOf(field) > 0) this.out.put(at, formed(field, value, this.name(field)));
    else if (isVarying(field)) this.insert(field, formed(field, value, this.name(field)));
    else this.out.putInt(at, this.intOf(field), value, this.name(field));
    this.scope.values.set(field, value);
    return value;
  }

  /** What a length has to be; of one that measures nothing in this frame, what is given. */
  private measured(field: Length): bigint {
    const derivation = this.useOf(field);
    const given = this.object[field.name];
    const units = derivation === null ? undefined : this.units.get(derivation.of);
    if (derivation === null || units === undefined) {
      const value = given ?? (field.member === 'field' ? this.fallback(field) : 0n);
      if (typeof value !== 'bigint' || !isPartial(field))
        throw new JsonError(this.name(field), 'is missing: it measures what is not in this frame');
      return value;
    }
    let value = units - derivation.constant;
    for (const term of derivation.terms)
      value -=
        term.coefficient *
        (term.field.derivation === null
          ? BigInt(Number(this.scope.values.get(term.field) ?? 0n))
          : this.derive(term.field));
    if (value % derivation.factor !== 0n)
      throw new JsonError(this.name(field), `${value} is no multiple of ${derivation.factor}`);
    value /= derivation.factor;
    if (given !== undefined && given !== value)
      throw new JsonError(this.name(field), `is ${String(given)}, has to be ${value}`);
    return value;
  }

  /** Puts bytes in; what was written after them has moved. */
  private insert(hole: Field, bytes: Uint8Array): void {
    const at = this.holes.get(hole)!;
    this.out.insert(at, bytes);
    // What comes later in the order of writing has moved, though it may start at the same place.
    let later = false;
    for (const [field, place] of this.holes) {
      if (later || place > at) this.holes.set(field, place + bytes.length);
      later ||= field === hole;
    }
    later = false;
    for (const [member, place] of this.places) {
      const around = member !== hole && [...walk({ members: [member] })].includes(hole);
      if (member === hole || around) place.to += bytes.length;
      else if (later) {
        place.from += bytes.length;
        place.to += bytes.length;
      }
      later ||= member === hole;
    }
  }

  private member(member: MemberModel): void {
    switch (member.member) {
      case 'field':
        this.field(member);
        return;
      case 'bits': {
        let group = 0n;
        const at = this.out.reserve(member.int.bits / 8);
        for (const bit of member.fields) {
          if (bit.derivation !== null) {
            this.holes.set(bit, at);
            continue;
          }
          const given = this.object[bit.name];
          const value =
            bit.constant?.kind === 'int'
              ? bit.constant.value
              : given === undefined
                ? 0n
                : given === true
                  ? 1n
                  : given === false
                    ? 0n
                    : (given as bigint);
          if (value < 0n || value >= 1n << BigInt(bit.width))
            throw new JsonError(this.name(bit), `${value} does not fit into ${bit.width} bits`);
          requireMember(bit.enum, value, this.name(bit));
          this.scope.values.set(bit, bit.enum === null && bit.width === 1 ? value === 1n : value);
          group |= value << BigInt(bit.shift);
        }
        this.out.putInt(at, intIn(member, this.scope), group, this.path);
        return;
      }
      case 'pad':
        this.out.reserve(
          member.mode === 'size'
            ? member.value
            : (member.value - ((this.out.position - this.start) % member.value)) % member.value,
        );
        return;
      case 'assert':
        if (peeksIn([member.condition]).length > 0) this.asserts.push(member);
        else if (evaluateValue(member.condition, this.scope) === false)
          throw new JsonError(this.whole, member.message);
        return;
      case 'if': {
        if (isPeeking(member)) {
          const chosen = this.choose(member);
          if (chosen !== null) this.block(chosen);
          return;
        }
        const branch = isTaken({ node: member, arm: 0 }, this.scope) ? member.then : member.otherwise;
        if (branch !== null) this.block(branch);
        return;
      }
      case 'variant': {
        if (isPeeking(member)) {
          this.block(this.choose(member)!);
          return;
        }
        const arm = member.arms.find((_, i) => isTaken({ node: member, arm: i }, this.scope));
        if (arm === undefined) throw new JsonError(this.whole, 'no arm of the variant takes these values');
        this.block(arm.body);
        return;
      }
      case 'within': {
        const from = this.out.position;
        this.block(member.body);
        // Lengths whose own size varies count for the window they stand in.
        for (const inner of walk(member.body))
          if (inner.member === 'field' && this.holes.has(inner) && isVarying(inner)) this.derive(inner);
        this.units.set(member, BigInt(this.out.position - from));
        if (isAnnounced(member.size) && evaluateValue(member.size, this.scope) !== this.units.get(member))
          throw new JsonError(
            this.path === '' ? (member.name ?? 'a window') : this.path,
            `has ${this.units.get(member)} bytes, needs ${String(evaluateValue(member.size, this.scope))}`,
          );
        return;
      }
    }
  }

  private field(field: Field): void {
    const { type } = field;
    if (field.isPad === true) {
      const { extent } = type as FieldType & { readonly extent: { readonly value: Expression } };
      this.out.append(new Uint8Array(Number(evaluateValue(extent.value, this.scope))));
      return;
    }
    if (field.isPeek === true) {
      this.peeks.add(field);
      return;
    }
    if (type.kind === 'record') {
      this.record(field, type);
      return;
    }
    if (type.kind === 'int' && type.form.kind !== 'fixed') {
      if (field.derivation !== null) {
        this.holes.set(field, this.out.reserve(digitsOf(field)));
        return;
      }
      const value = this.number(field);
      this.scope.values.set(field, value);
      this.out.append(formed(field, value, this.name(field)));
      return;
    }
    if (type.kind === 'int') {
      const at = this.out.reserve(type.int.bits / 8);
      if (field.derivation !== null) {
        this.holes.set(field, at);
        return;
      }
      if (field.checksum !== null) {
        this.checksums.push(field);
        return;
      }
      if (isLate(field)) {
        this.late.push(field);
        return;
      }
      const value = this.number(field);
      this.scope.values.set(field, type.bool ? value === 1n : value);
      this.out.putInt(at, this.intOf(field), value, this.name(field));
      return;
    }
    const own = type.kind === 'map' ? this.sized(field) : this.object[field.name];
    // Null is a value of its own, not the default.
    const given = own !== undefined ? own : (constantOf(field) ?? zerosOf(field) ?? emptyOf(type));
    if (given === undefined) throw new JsonError(this.name(field), 'is missing');
    const keyed = type.kind === 'list' ? type.keyed : undefined;
    this.scope.values.set(
      field,
      keyed === undefined
        ? typeof field.said === 'string'
          ? field.said
          : knownOf(given)
        : entriesOf(keyed, given as readonly Shown[]),
    );
    const from = this.out.position;
    this.value(type, given, this.name(field));
    if ('extent' in type && type.extent.kind !== 'prefix' && type.extent.kind !== 'varying') {
      const count = isCounted(type);
      this.units.set(
        field,
        given === null ? -1n : BigInt(count ? (given as readonly Shown[]).length : this.out.position - from),
      );
      const { extent } = type;
      const isKnown = 'value' in extent && (extent.value.op === 'int' || isAnnounced(extent.value));
      const fixed = isKnown ? evaluateValue(extent.value, this.scope) : null;
      if (fixed !== null && fixed !== this.units.get(field))
        throw new JsonError(
          this.name(field),
          `has ${this.units.get(field)} ${count ? 'elements' : 'bytes'}, needs ${fixed}`,
        );
    }
  }

  /** The entries of a map, with the sizes in them that stand there. */
  private sized(field: Field): Shown | undefined {
    const own = this.object[field.name];
    let entries = (own ?? []) as Iterable<readonly [string, string | null]>;
    this.entries = [...entries];
    for (const [key, uses] of this.sizes) {
      const use = uses.find(
        (one) =>
          one.size.of.maps.includes(field) && one.field.guards.every((guard) => isTaken(guard, this.scope)),
      );
      if (use === undefined) continue;
      const size = Number(this.unitsOf(use.field));
      const none = Number(use.size.missing ?? -1n);
      entries = entriesWithSize(entries, key, size, none, this.out.headerCase === 'insensitive');
    }
    return own === undefined && this.sizes.size === 0 ? undefined : ([...entries] as unknown as Shown);
  }

  private number(field: Field): bigint {
    const of = (v: Shown | undefined): bigint | undefined =>
      typeof v === 'boolean' ? (v ? 1n : 0n) : (v as bigint | undefined);
    const constant = field.constant?.kind === 'int' ? field.constant.value : undefined;
    const fallback = field.default?.kind === 'int' ? field.default.value : undefined;
    const computed = field.computed === undefined ? undefined : evaluateValue(field.computed, this.scope);
    const skipped = field.isSkipped === true ? 0n : undefined;
    const value =
      constant ?? of(computed as Shown | undefined) ?? of(this.object[field.name]) ?? fallback ?? skipped;
    if (value === undefined) throw new JsonError(this.name(field), 'is missing');
    if (field.range !== null && (value < field.range.low || value > field.range.high)) {
      throw new JsonError(
        this.name(field),
        `is ${value}, has to be ${field.range.low} to ${field.range.high}`,
      );
    }
    if (field.type.kind === 'int') requireMember(field.type.enum, value, this.name(field));
    return value;
  }

  private value(type: FieldType, value: Shown, path: string): void {
    switch (type.kind) {
      case 'extern':
        this.extern(type, value, path);
        return;
      case 'record':
      case 'entry':
      case 'inHead':
      case 'composed':
      case 'inner':
        throw new Error(`${type.kind} is refused by the checker`);
      case 'float': {
        const view = new DataView(new ArrayBuffer(type.bits / 8));
        const little = isLittle(type, type.order, this.scope);
        if (type.bits === 32) view.setFloat32(0, value as number, little);
        else view.setFloat64(0, value as number, little);
        this.out.append(new Uint8Array(view.buffer));
        return;
      }
      case 'int':
        if (type.form.kind !== 'fixed') {
          const bytes = formedBytes(type, value as bigint);
          if (bytes === null) throw new JsonError(path, `${String(value)} does not fit`);
          this.out.append(bytes);
          return;
        }
        this.out.putInt(
          this.out.reserve(type.int.bits / 8),
          intIn(type, this.scope),
          typeof value === 'boolean' ? (value ? 1n : 0n) : (value as bigint),
          path,
        );
        return;
      case 'bytes':
      case 'text': {
        const bytes =
          value === null
            ? null
            : value instanceof Uint8Array
              ? value
              : textBytes(value as string, type.kind === 'text' ? type.encoding : 'utf8', path);
        if (type.extent.kind === 'prefix') {
          const int = intIn(type.extent, this.scope);
          const none = int.signed ? -1n : (1n << BigInt(int.bits)) - 1n;
          this.out.putInt(
            this.out.reserve(int.bits / 8),
            int,
            bytes === null ? none : BigInt(bytes.length),
            path,
          );
        }
        if (type.extent.kind === 'varying') {
          const size = bytes === null ? -1n : BigInt(bytes.length);
          const most = mostAnnounced(type.extent, type.nullable);
          const length = size > BigInt(most) ? null : formedBytes(type.extent.length, size);
          if (length === null) throw new JsonError(path, `has ${size} bytes, at most ${most} may be`);
          this.out.append(length);
        }
        if (bytes !== null) this.out.append(bytes);
        if (type.extent.kind === 'until') {
          const { delimiter } = type.extent;
          const whole = Buffer.concat([bytes ?? new Uint8Array(0), Buffer.from(delimiter, 'latin1')]);
          if (whole.indexOf(Buffer.from(delimiter, 'latin1')) !== whole.length - delimiter.length)
            throw new JsonError(path, `holds ${JSON.stringify(delimiter)}, which would end it`);
          this.out.append(Buffer.from(delimiter, 'latin1'));
        }
        return;
      }
      case 'struct':
        this.out.write(
          type.struct.body,
          value as { readonly [field: string]: Shown },
          path,
          argumentValues(type.struct, type.args, this.scope),
        );
        return;
      case 'coded': {
        const inner = new FrameWriter(this.out.code);
        inner.write(
          type.struct.body,
          value as { readonly [field: string]: Shown },
          path,
          argumentValues(type.struct, type.args, this.scope),
        );
        const plain = inner.bytes();
        if (plain.length > type.max)
          throw new JsonError(path, `holds ${plain.length} bytes, the limit is ${type.max}`);
        this.out.append(this.out.code.codec(type.codec).encode(plain));
        return;
      }
      case 'list':
        if (value === null) return;
        (value as readonly Shown[]).forEach((v, i) => this.element(type, v, `${path}[${i}]`));
        if (type.extent.kind === 'until') this.out.append(Buffer.from(type.extent.delimiter, 'latin1'));
        return;
      case 'map':
        // The texts of an entry read the order of their lengths as a parameter.
        for (const [param, given] of argumentValues(type.pair, type.args, this.scope))
          this.scope.values.set(param, given);
        for (const [key, text] of value as readonly (readonly [Shown, Shown])[]) {
          const from = this.out.position;
          this.value(type.key.type, key, `${path}.key`);
          this.value(type.value.type, text, `${path}.value`);
          this.toldFromEnd(type.extent, from, path);
        }
        if (type.extent.kind === 'until') this.out.append(Buffer.from(type.extent.delimiter, 'latin1'));
        return;
    }
  }

  /** An element of a list: of the size that all have, in its range, and not beginning as the list ends. */
  private element(type: FieldType & { kind: 'list' }, value: Shown, path: string): void {
    const { range, element, extent } = type;
    if (range !== null && typeof value === 'bigint' && (value < range.low || value > range.high))
      throw new JsonError(path, `is ${value}, has to be ${range.low} to ${range.high}`);
    if (element.kind === 'int' && typeof value === 'bigint') requireMember(element.enum, value, path);
    const from = this.out.position;
    this.value(element, value, path);
    const isSized = (element.kind === 'bytes' || element.kind === 'text') && element.extent.kind === 'size';
    if (isSized) {
      const [taken, size] = [
        BigInt(this.out.position - from),
        evaluateValue((element.extent as { value: Expression }).value, this.scope),
      ];
      // Where a list is measured before what stands before it is written, its size is not known yet.
      if (size !== undefined && taken !== size)
        throw new JsonError(path, `has ${taken} bytes, needs ${String(size)}`);
    }
    this.toldFromEnd(extent, from, path);
  }

  /** Refuses an element or entry, written from `from` on, that begins as its list or map ends. */
  private toldFromEnd(extent: ExtentModel, from: number, path: string): void {
    if (extent.kind === 'until' && this.out.startsWith(from, extent.delimiter))
      throw new JsonError(path, `begins with ${JSON.stringify(extent.delimiter)}, which would end it`);
  }

  /** A record of its entries, or as its bytes are given. */
  private record(field: Field, { extern, entries }: FieldType & { kind: 'record' }): void {
    const own = this.object[field.name];
    if (own instanceof Uint8Array) {
      this.out.append(own);
      return;
    }
    try {
      this.out.append(recordBytes(this.out.code.record(extern), entries, this.object));
    } catch (error) {
      if (!isEncodeError(error)) throw error;
      throw new JsonError(this.name(field), error.message);
    }
  }

  private extern({ extern }: FieldType & { kind: 'extern' }, value: Shown, path: string): void {
    try {
      if (extern.value === 'map' && value instanceof Uint8Array) {
        this.out.append(value);
        return;
      }
      if (extern.value === 'map') {
        const headers = new HeaderMap();
        for (const [key, text] of value as readonly (readonly [string, string | null])[])
          headers.add(key, text);
        const bytes = new Uint8Array(this.out.code.map(extern).size(headers));
        this.out.code.map(extern).write(bytes, 0, headers, bytes);
        this.out.append(bytes);
        return;
      }
      const code = this.out.code.type(extern);
      const given = (typeof value === 'bigint' ? Number(value) : value) as ExternValue;
      const bytes = new Uint8Array(code.size(given));
      code.write(bytes, 0, given);
      this.out.append(bytes);
    } catch (error) {
      if (!isEncodeError(error)) throw error;
      throw new JsonError(path, error.message);
    }
  }

  private name(field: { readonly name: string }): string {
    return this.path === '' ? field.name : `${this.path}.${field.name}`;
  }
}

/** @throws JsonError for what is no member of a closed enum */
function requireMember(of: Enum | null, value: bigint, path: string): void {
  if (of === null || of.open || of.flags || of.members.some((m) => m.value === value)) return;
  throw new JsonError(path, `${value} is no ${of.name}`);
}

/** @throws JsonError for what the encoding can not hold */
function textBytes(text: string, encoding: Encoding, path: string): Uint8Array {
  if (!isWrittenAs(text, encoding))
    throw new JsonError(path, `holds a character that can't be written as ${encoding}`);
  return Buffer.from(text, encoding === 'utf8' ? 'utf8' : 'latin1');
}

/** Whether a count says how many elements or entries there are. */
function isCounted(type: FieldType): boolean {
  return (type.kind === 'list' || type.kind === 'map') && type.extent.kind === 'count';
}

/** What conditions and calls see of a value. */
function knownOf(given: Shown): Value {
  if (given instanceof Uint8Array) return Buffer.from(given).toString('latin1');
  return typeof given === 'object' && given !== null ? '' : typeof given === 'number' ? '' : given;
}

function isVarying(field: Field): boolean {
  return field.type.kind === 'int' && field.type.form.kind !== 'fixed' && digitsOf(field) === 0;
}

/** How many digits a number has that always has as many; 0 for others. */
function digitsOf({ type }: Field): number {
  const form = type.kind === 'int' ? type.form : null;
  return form?.kind === 'digits' && form.extent.kind === 'size' ? form.extent.digits : 0;
}

function formed(field: Field, value: bigint, path: string): Uint8Array {
  const type = field.type as FieldType & { kind: 'int' };
  const { low, high } = rangeOf(type.int);
  const bytes = value < low || value > high ? null : formedBytes(type, value);
  if (bytes === null) throw new JsonError(path, `${value} does not fit: it holds ${low} to ${high}`);
  return bytes;
}

function constantOf(field: Field): Shown | undefined {
  const value = field.constant ?? field.default;
  if (value?.kind === 'float') return value.value;
  if (value?.kind !== 'text') return undefined;
  return field.type.kind === 'bytes' ? Buffer.from(value.value, 'latin1') : value.value;
}

/** What stands for a field that is skipped. */
function zerosOf({ isSkipped, type }: Field): Shown | undefined {
  if (isSkipped !== true) return undefined;
  if (type.kind === 'float') return 0;
  const isSized = type.kind === 'bytes' && type.extent.kind === 'size' && type.extent.value.op === 'int';
  return isSized
    ? new Uint8Array(Number((type.extent.value as Expression & { op: 'int' }).value))
    : undefined;
}

/** What stands for a field of variable size that is not given. */
function emptyOf(type: FieldType): Shown | undefined {
  if ('nullable' in type && type.nullable) return null;
  switch (type.kind) {
    case 'bytes':
      return new Uint8Array(0);
    case 'text':
      return '';
    case 'list':
    case 'map':
      return [];
    default:
      return undefined;
  }
}
