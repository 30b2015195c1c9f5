import { type ExternHead, type ExternMap, HeaderMap } from '@proto-frame/api';
import type {
  BitFieldModel,
  Block,
  Derivation,
  Encoding,
  Enum,
  Field,
  FieldType,
  Guard,
  Length,
  MemberModel,
  Protocol,
  Struct,
  WindowModel,
} from '../model/model.js';
import type { Expression } from '../model/expression.js';
import { checksumName } from '../model/checksum-name.js';
import { delimiterAfter } from '../model/delimiter-after.js';
import { isGiven } from '../model/is-given.js';
import { knownSize } from '../model/behind.js';
import { mostAnnounced, rangeOf } from '../model/integers.js';
import { blockSize, takesRest } from '../model/size.js';
import { isPartial, usesOf } from '../model/partial-length.js';
import type { Span } from '../source/source-file.js';
import { isLate, spansIn } from '../model/late-computed.js';
import { checksumOf } from './checksum.js';
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
import { readEntry, recordBytesOrNull } from './record-entries.js';
import { ExternCode, isEncodeError, type ExternValue } from './extern-code.js';
import { readFormed } from './formed.js';
import { intIn, isLittle, readInt } from './read-int.js';

/** What a tool can show of a value: numbers as bigint, bytes as they are, structs by field. */
export type Shown =
  | bigint
  | number
  | boolean
  | string
  | null
  | Uint8Array
  | readonly Shown[]
  | { readonly [field: string]: Shown };

/** One field of a frame, where it lies. */
export interface FieldNode {
  readonly name: string;
  /** Bytes from the start of the frame. */
  readonly offset: number;
  readonly length: number;
  readonly value: Shown;
  /** What the value means: an enum's member, "4 bytes of class_name", "ok". */
  readonly note: string;
  readonly children: readonly FieldNode[];
  /** Whether an encoder takes it: not constants, checksums, and lengths of what the frame has. */
  given: boolean;
}

export interface FrameTree {
  readonly length: number;
  readonly fields: readonly FieldNode[];
  /** What was read, for roles. */
  readonly scope: Scope;
  /** The members, arms and branches of the model that were read. */
  readonly reached: ReadonlySet<object>;
}

/** The outcome of reading one frame: a frame, too few bytes, or none of this protocol. */
export type ReadResult =
  | { readonly kind: 'frame'; readonly tree: FrameTree }
  /** At least `need` bytes from the start of the frame are needed. */
  | { readonly kind: 'more'; readonly need: number }
  | {
      readonly kind: 'bad';
      readonly offset: number;
      readonly field: string;
      readonly message: string;
      readonly span: Span;
    };

class More {
  constructor(readonly need: number) {}
}
class Bad {
  constructor(
    readonly offset: number,
    readonly field: string,
    readonly message: string,
    readonly span: Span,
  ) {}
}

/**
 * Reads the frame at bytes[at, end) by the model alone, with every byte accounted for.
 *
 * @param code what the protocol's externs are, if it has some
 * @param facts what is known of the request that it answers; without it what hangs on that is shown as bytes
 */
export function readFrame(
  protocol: Protocol,
  bytes: Uint8Array,
  at: number,
  end: number,
  code: ExternCode = ExternCode.none,
  facts: FactValues = new Map(),
): ReadResult {
  const reader = new FrameReader(protocol, bytes, at, end, code, facts);
  try {
    return { kind: 'frame', tree: reader.read() };
  } catch (error) {
    if (error instanceof More) return { kind: 'more', need: error.need };
    if (error instanceof Bad)
      return {
        kind: 'bad',
        offset: error.offset,
        field: error.field,
        message: error.message,
        span: error.span,
      };
    throw error;
  }
}

/** Where the innermost window ends, or where the bytes at hand end. */
interface Bound {
  readonly end: number;
  readonly isWindow: boolean;
}

/** A value with what is said of it, where it ends, and what it holds. */
interface ReadValue {
  readonly value: Shown;
  readonly note: string;
  readonly next: number;
  readonly children: readonly FieldNode[];
}

/** A checksum that stands before what it covers, or a number computed of how many bytes there are. */
interface Waiting {
  readonly field: Field;
  readonly found: bigint;
  readonly node: { note: string };
  readonly at: number;
  /** What has to be read before. */
  readonly until: readonly MemberModel[];
  readonly scope: Scope;
}

class FrameReader {
  private waiting: Waiting[] = [];
  /** Where the members of the frame or the innermost struct stand. */
  private places = new Map<MemberModel, { from: number; to: number }>();
  private readonly headers: [string, string | null][] = [];
  /** The map that they are of. */
  private headersIn: Field | null = null;
  private idInHead: bigint | string | null = null;
  /** Finds what a head has under a key. */
  private headOf: ((key: string) => string | null | undefined) | null = null;
  private readonly reached = new Set<object>();
  /** Lengths of what may not be there, of the frame or the innermost struct, and the nodes of these. */
  private partial = new Map<Length, FieldNode>();
  /** Recursive structs around the place that is read. */
  private depth = 0;
  /** Where the frame or the innermost struct starts, from which alignments are counted. */
  private start: number;

  constructor(
    private readonly protocol: Protocol,
    private readonly bytes: Uint8Array,
    private readonly at: number,
    private readonly end: number,
    private readonly code: ExternCode,
    private readonly facts: FactValues,
  ) {
    this.start = at;
  }

  read(): FrameTree {
    const scope: Scope = {
      values: new Map(this.facts),
      inner: new Map(),
      elements: new Map(),
      code: this.code,
      span: (e) => this.spanOf(e),
      header: (key, maps) => {
        if (this.headOf !== null) return this.headOf(key);
        const isIn = this.headersIn !== null && maps.includes(this.headersIn);
        return isIn ? headerIn(this.headers, this.protocol.headerCase)(key) : undefined;
      },
      headerNumber: (key) => numberIn(this.headers, this.protocol.headerCase, key),
    };
    const { frame, limits } = this.protocol;
    const { nodes, next } = this.block(frame.body, this.at, { end: this.end, isWindow: false }, scope);
    if (this.idInHead !== null) scope.values.set(this.protocol.roles.id!, this.idInHead);
    const { id } = this.protocol.roles;
    if (id?.type.kind === 'composed') {
      const whole = id.type.parts.reduce((sum, part) => {
        const value = scope.values.get(part);
        return (sum << BigInt(part.type.int.bits)) | (typeof value === 'bigint' ? value : 0n);
      }, 0n);
      scope.values.set(id, whole);
    }
    if (next - this.at > limits.frame) {
      throw new Bad(0, frame.name, `has ${next - this.at} bytes, the limit is ${limits.frame}`, frame.span);
    }
    return { length: next - this.at, fields: nodes, scope, reached: this.reached };
  }

  /** Says of a checksum that stands ahead whether it is right, and checks a computed size, once all is read. */
  private judged({ field, found, node, at, until, scope }: Waiting): boolean {
    if (!until.every((member) => this.places.has(member))) return false;
    if (field.checksum !== null) node.note = this.verify(field, found);
    else this.checkComputed(field, found, at, scope);
    return true;
  }

  private checkComputed(field: Field, found: Value, at: number, scope: Scope): void {
    const wanted = evaluateValue(field.computed!, { ...scope, span: (e) => this.spanOf(e) });
    if (wanted !== found)
      throw new Bad(at - this.at, field.path, `is ${String(found)}, has to be ${String(wanted)}`, field.span);
  }

  private spanOf({ op, from, to }: Expression & { op: 'span' | 'sizeOf' }): Value {
    const [start, end] = [this.places.get(from)!.from, this.places.get(to)!.to];
    return op === 'sizeOf' ? BigInt(end - start) : latin1(this.bytes.subarray(start, end));
  }

  /** @param behind what stands behind the block, up to the end of the window around it */
  private block(
    block: Block,
    at: number,
    bound: Bound,
    scope: Scope,
    behind: readonly MemberModel[] = [],
    nodes: FieldNode[] = [],
  ): { nodes: FieldNode[]; next: number } {
    let next = at;
    this.reached.add(block);
    for (const [i, member] of block.members.entries()) {
      this.reached.add(member);
      const from = next;
      next = this.member(member, next, bound, scope, nodes, [...block.members.slice(i + 1), ...behind]);
      for (const [length, node] of this.partial)
        if (usesOf(length).some(({ of }) => of === member)) node.given = false;
      this.places.set(member, { from, to: next });
      this.waiting = this.waiting.filter((one) => !this.judged(one));
    }
    return { nodes, next };
  }

  /** Reads a member at `at`, adds its nodes and gives where it ends. */
  private member(
    member: MemberModel,
    at: number,
    bound: Bound,
    scope: Scope,
    nodes: FieldNode[],
    behind: readonly MemberModel[],
  ): number {
    switch (member.member) {
      case 'field':
        if (takesRest(member.type)) {
          const end = bound.end - sizeOf(behind, scope);
          if (end < at) this.reach(at, bound.end - at + 1, bound, member.path, member.span);
          return this.field(member, at, { ...bound, end }, scope, nodes);
        }
        return this.field(member, at, bound, scope, nodes);
      case 'bits': {
        const size = member.int.bits / 8;
        const next = this.reach(at, size, bound, member.path, member.span);
        const group = readInt(this.bytes, at, intIn(member, scope));
        for (const bit of member.fields) nodes.push(this.bit(bit, group, at, size, scope));
        return next;
      }
      case 'pad': {
        const size =
          member.mode === 'size'
            ? member.value
            : (member.value - ((at - this.start) % member.value)) % member.value;
        const next = this.reach(at, size, bound, member.path, member.span);
        if (size > 0) nodes.push(this.padNode(at, next));
        return next;
      }
      case 'assert':
        if (evaluateValue(member.condition, scope) !== true)
          throw new Bad(at - this.at, member.path, member.message, member.span);
        return at;
      case 'if': {
        const branch = isTaken({ node: member, arm: 0 }, scope) ? member.then : member.otherwise;
        return branch === null ? at : this.inline(branch, at, bound, scope, nodes, behind);
      }
      case 'variant': {
        const arm = member.arms.find((_, i) => isTaken({ node: member, arm: i }, scope));
        if (arm === undefined) throw new Bad(at - this.at, member.path, 'no arm takes this', member.span);
        return this.inline(arm.body, at, bound, scope, nodes, behind);
      }
      case 'within': {
        const size = this.size(evaluateValue(member.size, scope), at, member.path, member.span);
        if (member.max !== null && size > member.max)
          throw new Bad(
            at - this.at,
            member.path,
            `has ${size} bytes, at most ${member.max} may be`,
            member.span,
          );
        const next = this.reach(at, size, bound, member.path, member.span);
        const inner = this.window(member, at, next, scope);
        if (inner.next !== next)
          throw new Bad(
            inner.next - this.at,
            member.path,
            `${next - inner.next} bytes of the window are left over`,
            member.span,
          );
        if (member.name === null) nodes.push(...inner.nodes);
        else
          nodes.push({
            name: member.name,
            offset: at - this.at,
            length: size,
            value: null,
            note: `${size} bytes`,
            children: inner.nodes,
            given: true,
          });
        return next;
      }
    }
  }

  /** Reads a window; what hangs on a request that was not seen is bytes, to its end. */
  private window(
    { body, span }: WindowModel,
    at: number,
    end: number,
    scope: Scope,
  ): { nodes: FieldNode[]; next: number } {
    const nodes: FieldNode[] = [];
    try {
      return this.block(body, at, { end, isWindow: true }, scope, [], nodes);
    } catch (error) {
      if (!(error instanceof UnknownFact)) throw error;
      const last = nodes[nodes.length - 1];
      const from = last === undefined ? at : this.at + last.offset + last.length;
      if (from > end) throw new Bad(from - this.at, body.members[0]!.path, 'runs over its window', span);
      const node = {
        name: '(unread)',
        offset: from - this.at,
        length: end - from,
        children: [],
        given: false,
      };
      const note = `hangs on ${error.message} of a request that was not seen`;
      nodes.push({ ...node, value: this.bytes.subarray(from, end), note });
      return { nodes, next: end };
    }
  }

  private padNode(at: number, next: number): FieldNode {
    return {
      name: '(pad)',
      offset: at - this.at,
      length: next - at,
      value: this.bytes.subarray(at, next),
      note: '',
      children: [],
      given: false,
    };
  }

  private inline(
    block: Block,
    at: number,
    bound: Bound,
    scope: Scope,
    nodes: FieldNode[],
    behind: readonly MemberModel[],
  ): number {
    const inner = this.block(block, at, bound, scope, behind);
    nodes.push(...inner.nodes);
    return inner.next;
  }

  private bit(bit: BitFieldModel, group: bigint, at: number, size: number, scope: Scope): FieldNode {
    const number = (group >> BigInt(bit.shift)) & ((1n << BigInt(bit.width)) - 1n);
    const boolean = bit.enum === null && bit.width === 1;
    const value = boolean ? number === 1n : number;
    scope.values.set(bit, value);
    if (bit.constant?.kind === 'int' && bit.constant.value !== number) {
      throw new Bad(at - this.at, bit.path, `is ${number}, has to be ${bit.constant.value}`, bit.span);
    }
    if (bit.range !== null && (number < bit.range.low || number > bit.range.high)) {
      const message = `is ${number}, has to be ${bit.range.low} to ${bit.range.high}`;
      throw new Bad(at - this.at, bit.path, message, bit.span);
    }
    const named = bit.enum === null ? '' : memberName(bit.enum, number);
    const note = bit.derivation === null ? named : lengthNote(bit.derivation);
    if (bit.enum !== null && note === '' && !bit.enum.open && !bit.enum.flags)
      throw new Bad(at - this.at, bit.path, `${number} is no ${bit.enum.name}`, bit.span);
    const node = {
      name: bit.name,
      offset: at - this.at,
      length: size,
      value,
      note: note === '' ? `${bit.width} bit${bit.width === 1 ? '' : 's'}` : note,
      children: [],
      given: isGiven(bit),
    };
    if (isPartial(bit)) this.partial.set(bit, node);
    return node;
  }

  private field(field: Field, at: number, bound: Bound, scope: Scope, nodes: FieldNode[]): number {
    if (field.type.kind === 'record') return this.record(field, field.type, at, bound, scope, nodes);
    if (field.isPad === true) {
      const { next } = this.value(field.type, field, at, bound, scope);
      if (next > at) nodes.push(this.padNode(at, next));
      return next;
    }
    if (field.isPeek === true) {
      const { value } = this.value(field.type, field, at, bound, scope);
      scope.values.set(field, value as bigint);
      this.checkValue(field, value, at);
      return at;
    }
    const { value, note, next, children } = this.value(field.type, field, at, bound, scope);
    const known: Value =
      value instanceof Uint8Array
        ? field.type.kind === 'text'
          ? nearest(value)
          : latin1(value)
        : (typeof value === 'object' && value !== null) || typeof value === 'number'
          ? ''
          : value;
    const keyed = field.type.kind === 'list' ? field.type.keyed : undefined;
    const said = typeof field.said === 'string' ? field.said : known;
    scope.values.set(field, keyed === undefined ? said : entriesOf(keyed, value as readonly Shown[]));
    // What an encoder writes for itself is kept by tools.
    const given = isGiven(field) || field.isSkipped === true;
    let comment = note;
    if (field.derivation !== null) comment = lengthNote(field.derivation);
    const isAhead = field.checksum?.isAhead === true;
    if (field.checksum !== null && !isAhead) comment = this.verify(field, value as bigint);
    this.checkValue(field, value, at);
    if (field.computed !== undefined) {
      if (!isLate(field)) this.checkComputed(field, known, at, scope);
      comment = 'computed';
    }
    const node = {
      name: field.name,
      offset: at - this.at,
      length: next - at,
      value: typeof field.said === 'object' ? field.said.value : (field.said ?? value),
      note: comment,
      children,
      given,
    };
    nodes.push(node);
    if (isPartial(field)) this.partial.set(field, node);
    const until = isAhead ? [field.checksum!.from, field.checksum!.to] : isLate(field) ? spansIn(field) : [];
    if (until.length > 0) this.waiting.push({ field, found: value as bigint, node, at, until, scope });
    return next;
  }

  /** Reads a record: what its entries hold; or its bytes, where these entries would not make the same bytes again. */
  private record(
    field: Field,
    { extern, entries }: FieldType & { kind: 'record' },
    at: number,
    bound: Bound,
    scope: Scope,
    nodes: FieldNode[],
  ): number {
    const format = this.code.record(extern);
    const bad = (message: string, of: Field = field): never => {
      throw new Bad(at - this.at, of.path, message, of.span);
    };
    const { end } = bound;
    if (!format.isRecord(this.bytes, at, end)) bad(`is no ${extern.name}`);
    const { roles, idInOtherArms, limits } = this.protocol;
    const children: FieldNode[] = [];
    const values: { [field: string]: Shown } = {};
    for (const entry of entries) {
      const type = entry.type as FieldType & { kind: 'entry' };
      const place = format.find(this.bytes, at, end, type.path);
      const value = readEntry(format, type, this.bytes, at, end, limits.headers);
      const isId = entry === roles.id || idInOtherArms.includes(entry);
      if (isId && value === undefined) bad('is missing', entry);
      if (type.of.kind === 'map' && place >= 0 && value === undefined) bad('is no map of texts', entry);
      if (roles.headers.includes(entry) && value !== undefined) {
        this.headersIn = entry;
        this.headers.push(
          ...(value as readonly (readonly [string, string | null])[]).map(
            ([k, v]): [string, string | null] => [k, v],
          ),
        );
      }
      const known = value === undefined && entry.default?.kind === 'int' ? entry.default.value : value;
      if (known !== undefined)
        scope.values.set(
          entry,
          known instanceof Uint8Array
            ? latin1(known)
            : typeof known === 'object' || typeof known === 'number'
              ? ''
              : known,
        );
      if (value === undefined) continue;
      this.reached.add(entry);
      values[entry.name] = value;
      const of = type.of.kind === 'int' ? type.of.enum : null;
      children.push({
        name: entry.name,
        offset: place - this.at,
        length: format.changeEnd(this.bytes, place, end, type.path.slice(-1)) - place,
        value,
        note: `tag ${type.path.join('.')}${of === null ? '' : ` ${memberName(of, value as bigint)}`}`,
        children: [],
        given: true,
      });
    }
    const bytes = this.bytes.subarray(at, end);
    const again = recordBytesOrNull(format, entries, values);
    const isWhole = again !== null && Buffer.compare(bytes, again) === 0;
    nodes.push({
      name: field.name,
      offset: at - this.at,
      length: end - at,
      value: isWhole ? null : bytes,
      note: `${extern.name}, ${end - at} bytes`,
      children,
      given: true,
    });
    return end;
  }

  private verify(field: Field, found: bigint): string {
    const { algorithm, from, to } = field.checksum!;
    const range = { from: this.places.get(from)!.from, to: this.places.get(to)!.to };
    const own = this.places.get(field) ?? { from: -1, to: -1 };
    const sum = checksumOf(field.checksum!, this.bytes, range, own, this.code);
    // Zero and all ones are the same number in an internet checksum.
    const isRight = sum === found || (algorithm === 'internet' && sum === 0n && found === 0xffffn);
    const name = checksumName(field.checksum!);
    return isRight ? `${name}, right` : `${name}, WRONG: the bytes give ${sum}`;
  }

  private checkValue(field: Field, value: Shown, at: number): void {
    const bad = (message: string): never => {
      throw new Bad(at - this.at, field.path, message, field.span);
    };
    if (field.type.kind !== 'int') {
      const wanted = field.constant?.kind === 'text' ? field.constant.value : null;
      const found = value instanceof Uint8Array ? latin1(value) : value;
      if (wanted !== null && found !== wanted) bad(`has to be ${JSON.stringify(wanted)}`);
      return;
    }
    const number = typeof value === 'boolean' ? (value ? 1n : 0n) : (value as bigint);
    if (field.constant?.kind === 'int' && !field.type.bool && number !== field.constant.value)
      bad(`is ${number}, has to be ${field.constant.value}`);
    if (field.range !== null && (number < field.range.low || number > field.range.high))
      bad(`is ${number}, has to be ${field.range.low} to ${field.range.high}`);
    const of = field.type.enum;
    if (of !== null && !of.open && !of.flags && !of.members.some((m) => m.value === number))
      bad(`${number} is no ${of.name}`);
  }

  private value(type: FieldType, field: Field, at: number, bound: Bound, scope: Scope): ReadValue {
    const leaf = (value: Shown, next: number, note = ''): ReadValue => ({
      value,
      note,
      next,
      children: [],
    });
    switch (type.kind) {
      case 'int': {
        const { number, next } = this.number(type, field, at, bound, scope);
        if (type.bool) return leaf(number !== 0n, next);
        return leaf(number, next, type.enum === null ? '' : memberName(type.enum, number));
      }
      case 'bytes':
      case 'text': {
        const { from, to, next, isNull } = this.extent(type, field, at, bound, scope);
        if (isNull) return leaf(null, next, 'null');
        const bytes = this.bytes.subarray(from, to);
        return type.kind === 'bytes' ? leaf(bytes, next) : leaf(textOf(bytes, type.encoding), next);
      }
      case 'struct':
        return this.struct(type, field, at, bound, scope);
      case 'coded':
        return this.coded(type, field, at, bound, scope);
      case 'list':
        return this.list(type, field, at, bound, scope);
      case 'float': {
        const next = this.reach(at, type.bits / 8, bound, field.path, field.span);
        const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + at, type.bits / 8);
        const little = isLittle(type, type.order, scope);
        return leaf(type.bits === 32 ? view.getFloat32(0, little) : view.getFloat64(0, little), next);
      }
      case 'extern':
        return this.extern(type, field, at, bound);
      case 'record':
      case 'entry':
      case 'inHead':
      case 'composed':
      case 'inner':
        throw new Error(`${type.kind} is refused by the checker`);
      case 'map':
        return this.map(type, field, at, bound, scope);
    }
  }

  private number(
    type: FieldType & { kind: 'int' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): { number: bigint; next: number } {
    if (type.form.kind === 'fixed') {
      const next = this.reach(at, type.int.bits / 8, bound, field.path, field.span);
      return { number: readInt(this.bytes, at, intIn(type, scope)), next };
    }
    const formed = readFormed(type, this.bytes, at, bound.end);
    if ('bad' in formed) throw new Bad(at - this.at, field.path, formed.bad, field.span);
    if ('need' in formed) {
      // Tells whether the window is too short, or bytes are yet to come.
      this.reach(bound.end, formed.need, bound, field.path, field.span);
      throw new Error('unreachable: nothing is left in the bound');
    }
    const { low, high } = rangeOf(type.int);
    if (formed.value < low || formed.value > high)
      throw new Bad(at - this.at, field.path, `is ${formed.value}, has to be ${low} to ${high}`, field.span);
    return { number: formed.value, next: formed.next };
  }

  /** Whether a list ends here; needs more bytes if those at hand may be the first of its delimiter. */
  private isDelimiter(delimiter: string, field: Field, at: number, bound: Bound): boolean {
    const end = Math.min(at + delimiter.length, bound.end);
    for (let i = at; i < end; i++) if (this.bytes[i] !== delimiter.charCodeAt(i - at)) return false;
    this.reach(at, delimiter.length > bound.end - at ? bound.end - at + 1 : 0, bound, field.path, field.span);
    return true;
  }

  /** Holds an element to its range and its closed enum. */
  private checkElement(
    { range }: FieldType & { kind: 'list' },
    { enum: of }: FieldType & { kind: 'int' },
    field: Field,
    value: Shown,
    at: number,
  ): void {
    if (typeof value !== 'bigint') return;
    const bad = (message: string): never => {
      throw new Bad(at - this.at, field.path, message, field.span);
    };
    if (range !== null && (value < range.low || value > range.high))
      bad(`is ${value}, has to be ${range.low} to ${range.high}`);
    if (of !== null && !of.open && !of.flags && !of.members.some((m) => m.value === value))
      bad(`${value} is no ${of.name}`);
  }

  /** Where a delimiter stands after `at`: the end of the value before it. */
  private delimiter(delimiter: string, max: number, field: Field, at: number, bound: Bound): number {
    const rest = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, bound.end - at);
    const found = rest.indexOf(Buffer.from(delimiter, 'latin1'));
    if (found < 0 && rest.length <= max + delimiter.length)
      this.reach(bound.end, 1, bound, field.path, field.span);
    if (found < 0 || found > max)
      throw new Bad(
        at - this.at,
        field.path,
        `has over ${max} bytes before ${JSON.stringify(delimiter)}`,
        field.span,
      );
    return at + found;
  }

  private extent(
    type: FieldType & { kind: 'bytes' | 'text' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): { from: number; to: number; next: number; isNull: boolean } {
    const { extent } = type;
    if (extent.kind === 'rest') return { from: at, to: bound.end, next: bound.end, isNull: false };
    if (extent.kind === 'prefix') {
      const from = this.reach(at, extent.int.bits / 8, bound, field.path, field.span);
      const length = readInt(this.bytes, at, intIn(extent, scope));
      const none = extent.int.signed ? -1n : (1n << BigInt(extent.int.bits)) - 1n;
      if (type.nullable && length === none) return { from, to: from, next: from, isNull: true };
      const size = this.size(length, at, field.path, field.span);
      const to = this.reach(from, size, bound, field.path, field.span);
      return { from, to, next: to, isNull: false };
    }
    if (extent.kind === 'varying') {
      const { number, next: from } = this.number(extent.length, field, at, bound, scope);
      if (type.nullable && number === -1n) return { from, to: from, next: from, isNull: true };
      const size = this.size(number, at, field.path, field.span);
      const most = mostAnnounced(extent, type.nullable);
      if (size > most)
        throw new Bad(at - this.at, field.path, `has ${size} bytes, at most ${most} may be`, field.span);
      const to = this.reach(from, size, bound, field.path, field.span);
      return { from, to, next: to, isNull: false };
    }
    if (extent.kind === 'until') {
      const max = extent.max ?? this.protocol.limits.line;
      const to = this.delimiter(extent.delimiter, max, field, at, bound);
      return { from: at, to, next: to + extent.delimiter.length, isNull: false };
    }
    const units = evaluateValue(extent.value, scope);
    if (type.nullable && units === -1n) return { from: at, to: at, next: at, isNull: true };
    const size = this.size(units, at, field.path, field.span);
    if (extent.max !== null && size > extent.max)
      throw new Bad(at - this.at, field.path, `has ${size} bytes, at most ${extent.max} may be`, field.span);
    const to = this.reach(at, size, bound, field.path, field.span);
    return { from: at, to, next: to, isNull: false };
  }

  private struct(
    { struct, args }: FieldType & { kind: 'struct' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): ReadValue {
    const given = argumentValues(struct, args, scope);
    scope.inner?.set(field, given);
    if (field.type.kind === 'list') {
      const elements = scope.elements?.get(field);
      if (elements === undefined) scope.elements?.set(field, [given]);
      else elements.push(given);
    }
    if (!struct.recursive) return this.inStruct(struct, at, bound, given);
    if (this.depth === this.protocol.limits.depth)
      throw new Bad(at - this.at, field.path, `is over ${this.depth} structs deep`, field.span);
    this.depth++;
    const read = this.inStruct(struct, at, bound, given);
    this.depth--;
    return read;
  }

  /** A window that stands for other bytes: they are decoded, and read as a struct of their own. */
  private coded(
    type: FieldType & { kind: 'coded' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): ReadValue {
    const bytes: FieldType & { kind: 'bytes' } = { kind: 'bytes', extent: type.extent, nullable: false };
    const { from, to, next } = this.extent(bytes, field, at, bound, scope);
    const bad = (message: string): never => {
      throw new Bad(at - this.at, field.path, message, field.span);
    };
    let plain: Uint8Array;
    try {
      plain = this.code.codec(type.codec).decode(this.bytes, from, to, type.max);
    } catch (error) {
      return bad(`can't be decoded: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (plain.length > type.max) return bad(`holds more than ${type.max} bytes`);
    const values = new Map([...this.facts, ...argumentValues(type.struct, type.args, scope)]);
    scope.inner?.set(field, values);
    const reader = new FrameReader(this.protocol, plain, 0, plain.length, this.code, this.facts);
    const end = { end: plain.length, isWindow: true };
    const inner = reader.block(type.struct.body, 0, end, { values, code: this.code });
    if (inner.next !== plain.length) bad(`${plain.length - inner.next} bytes of what it holds are left over`);
    for (const one of reader.reached) this.reached.add(one);
    const note = `${type.codec.name} of ${plain.length} bytes`;
    return { value: asObject(inner.nodes), note, next, children: inner.nodes };
  }

  private inStruct(struct: Struct, at: number, bound: Bound, given: Scope['values']): ReadValue {
    const { start, partial, places, waiting } = this;
    this.start = at;
    this.partial = new Map();
    [this.places, this.waiting] = [new Map(), []];
    const { nodes, next } = this.block(struct.body, at, bound, { values: given, code: this.code });
    Object.assign(this, { start, partial, places, waiting });
    return { value: asObject(nodes), note: struct.name, next, children: nodes };
  }

  private list(
    type: FieldType & { kind: 'list' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): ReadValue {
    const { extent } = type;
    if (type.nullable && 'value' in extent && evaluateValue(extent.value, scope) === -1n)
      return { value: null, note: 'null', next: at, children: [] };
    const counted =
      extent.kind === 'count'
        ? this.size(evaluateValue(extent.value, scope), at, field.path, field.span)
        : null;
    const window: Bound =
      extent.kind === 'size'
        ? {
            end: this.reach(
              at,
              this.size(evaluateValue(extent.value, scope), at, field.path, field.span),
              bound,
              field.path,
              field.span,
            ),
            isWindow: true,
          }
        : bound;
    if (counted !== null && counted > type.maxCount)
      throw new Bad(
        at - this.at,
        field.path,
        `has ${counted} elements, at most ${type.maxCount} may be`,
        field.span,
      );
    const children: FieldNode[] = [];
    let next = at;
    const delimiter = extent.kind === 'until' ? extent.delimiter : null;
    for (;;) {
      if (delimiter !== null && this.isDelimiter(delimiter, field, next, window)) {
        next += delimiter.length;
        break;
      }
      if (delimiter === null && !(counted === null ? next < window.end : children.length < counted)) break;
      if (children.length === type.maxCount)
        throw new Bad(next - this.at, field.path, `has over ${type.maxCount} elements`, field.span);
      const one = this.value(type.element, field, next, window, scope);
      if (type.element.kind === 'int') this.checkElement(type, type.element, field, one.value, next);
      children.push({
        name: `[${children.length}]`,
        offset: next - this.at,
        length: one.next - next,
        value: one.value,
        note: one.note,
        children: one.children,
        given: true,
      });
      next = one.next;
    }
    return { value: children.map((c) => c.value), note: `${children.length} elements`, next, children };
  }

  private map(
    type: FieldType & { kind: 'map' },
    field: Field,
    at: number,
    bound: Bound,
    scope: Scope,
  ): ReadValue {
    const { extent } = type;
    const delimiter = delimiterAfter(extent);
    const counted = extent.kind === 'count' ? evaluateValue(extent.value, scope) : null;
    const count = counted === null ? null : this.size(counted, at, field.path, field.span);
    const size =
      extent.kind === 'rest' || delimiter !== null || count !== null
        ? bound.end - at
        : this.size('value' in extent ? evaluateValue(extent.value, scope) : 0n, at, field.path, field.span);
    const end = this.reach(at, size, bound, field.path, field.span);
    const entries: Bound = delimiter === null && count === null ? { end, isWindow: true } : bound;
    const { limits, roles } = this.protocol;
    const isHeaders = roles.headers.includes(field);
    if (isHeaders) this.headersIn = field;
    const most = isHeaders ? Math.min(type.maxCount, limits.headers) : type.maxCount;
    if (count !== null && count > most)
      throw new Bad(at - this.at, field.path, `has ${count} entries, at most ${most} may be`, field.span);
    const children: FieldNode[] = [];
    const value: Shown[] = [];
    let next = at;
    for (;;) {
      if (delimiter !== null && this.isDelimiter(delimiter, field, next, bound)) {
        next += delimiter.length;
        break;
      }
      if (delimiter === null && (count === null ? next >= end : children.length === count)) break;
      if (children.length === most)
        throw new Bad(next - this.at, field.path, `has over ${most} entries`, field.span);
      const { nodes, next: after } = this.block(type.pair.body, next, entries, {
        values: argumentValues(type.pair, type.args, scope),
        code: this.code,
      });
      const [key, text] = nodes.map((n) => n.value as string | Uint8Array | null);
      children.push({
        name: typeof key === 'string' ? key : latin1(key ?? new Uint8Array(0)),
        offset: next - this.at,
        length: after - next,
        value: text ?? null,
        note: '',
        children: [],
        given: true,
      });
      value.push([key ?? '', text ?? null]);
      if (isHeaders) this.headers.push([nearest(key ?? ''), nearest(text ?? null)]);
      next = after;
    }
    return { value, note: `${children.length} entries`, next, children };
  }

  /** What a TypeScript module delimits and reads. */
  private extern(type: FieldType & { kind: 'extern' }, field: Field, at: number, bound: Bound): ReadValue {
    const { extern } = type;
    const isMap = extern.value === 'map';
    const code = isMap ? this.code.map(extern) : this.code.type(extern);
    const next = code.end(this.bytes, at, bound.end);
    if (next < 0) this.reach(bound.end, -next, bound, field.path, field.span);
    const bad = (): never => {
      throw new Bad(at - this.at, field.path, `is no ${extern.name}`, field.span);
    };
    if (next <= 0) return bad();
    if (!isMap) {
      const value = this.code.type(extern).read(this.bytes, at, next);
      return { value: shownOf(value), note: extern.name, next, children: [] };
    }
    const headers = new HeaderMap();
    const most = Math.min(type.maxCount, this.protocol.limits.headers);
    const map = this.code.map(extern);
    const head = extern.isHead ? this.code.head(extern) : null;
    if (!(head?.readAll ?? map.readHeaders)(this.bytes, at, next, headers, most)) bad();
    const entries = [...headers];
    if (head !== null && !this.head(head, field, at, next)) bad();
    else if (this.protocol.roles.headers.includes(field)) {
      this.headersIn = field;
      this.headers.push(...entries);
    }
    const note = `${entries.length} entries`;
    // What is no text is shown as the text nearest to it, which would not make the same bytes again.
    const bytes = this.bytes.subarray(at, next);
    const again = mapBytes(this.code.map(extern), entries);
    const isText = again !== null && Buffer.compare(bytes, again) === 0;
    // Entries that know their place are shown there.
    const children = entries.map(([name, value], i) => ({
      name,
      offset: Math.max(headers.startAt(i), at) - this.at,
      length: headers.startAt(i) < 0 ? 0 : headers.endAt(i) - headers.startAt(i),
      value,
      note: '',
      children: [],
      given: true,
    }));
    return { value: isText ? entries : bytes, note, next, children };
  }

  /** Takes what roles read of a head: facts by their keys, and the id. False if it has none, or no place for texts. */
  private head(head: ExternHead, field: Field, from: number, to: number): boolean {
    this.headOf = (key) => head.get(this.bytes, from, to, key);
    const { id } = this.protocol.roles;
    if (head.textsStart(this.bytes, from, to) < 0) return false;
    if (id?.type.kind !== 'inHead' || id.type.head !== field) return true;
    const place = head.idStart(this.bytes, from, to, id.type.key);
    if (place < 0) return false;
    const found = head.readId(this.bytes, from, place);
    this.idInHead = typeof found === 'string' ? found : BigInt(found);
    return true;
  }

  /** The place `size` bytes on: needs more bytes if they have not come, is wrong if a window ends before. */
  private reach(at: number, size: number, bound: Bound, path: string, span: Span): number {
    const next = at + size;
    if (next <= bound.end) return next;
    if (bound.isWindow)
      throw new Bad(at - this.at, path, `takes ${size} bytes, its window has ${bound.end - at} left`, span);
    if (next - this.at > this.protocol.limits.frame)
      throw new Bad(
        at - this.at,
        path,
        `makes a frame of at least ${next - this.at} bytes, the limit is ${this.protocol.limits.frame}`,
        span,
      );
    throw new More(next - this.at);
  }

  private size(value: Value, at: number, path: string, span: Span): number {
    if (typeof value !== 'bigint' || value < 0n)
      throw new Bad(at - this.at, path, `has the size ${String(value)}`, span);
    return Number(value);
  }
}

/** What stands under a key: the first value. */
export function headerIn(
  headers: readonly (readonly [string, string | null])[],
  rule: Protocol['headerCase'] = 'sensitive',
): (key: string) => string | null | undefined {
  const fold = (key: string): string => (rule === 'sensitive' ? key : key.toLowerCase());
  return (key) => headers.find(([k]) => fold(k) === fold(key))?.[1];
}

/** The number in digits under a key; -1 where it is none, or several that differ. */
function numberIn(
  headers: readonly [string, string | null][],
  rule: Protocol['headerCase'],
  key: string,
): bigint | undefined {
  const all = headers.filter((entry) => headerIn([entry], rule)(key) !== undefined).map(([, text]) => text);
  const numbers = new Set(all.map((text) => (/^[0-9]{1,15}$/.test(text ?? '') ? BigInt(text!) : -1n)));
  return numbers.size > 1 ? -1n : [...numbers][0];
}

/** A map as its extern writes these entries; null if it can't. */
function mapBytes(map: ExternMap, entries: readonly (readonly [string, string | null])[]): Uint8Array | null {
  const headers = new HeaderMap();
  for (const [key, text] of entries) headers.add(key, text);
  try {
    const bytes = new Uint8Array(map.size(headers));
    map.write(bytes, 0, headers, bytes);
    return bytes;
  } catch (error) {
    if (isEncodeError(error)) return null;
    throw error;
  }
}

const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text that a proxy takes bytes for which are none. */
function nearest<T extends string | null>(text: T | Uint8Array): T | string {
  return text instanceof Uint8Array ? lossy.decode(text) : text;
}

/** A value of an extern type, as other values are shown. */
function shownOf(value: ExternValue): Shown {
  return typeof value === 'number' ? BigInt(value) : value;
}

/** `request` for 1, `crc | urgent` for flags, '' for a number without a name. */
/** How many bytes members take of which that is known before. */
function sizeOf(members: readonly MemberModel[], scope: Scope): number {
  const { bytes, choices } = knownSize(members) ?? { bytes: 0, choices: [] };
  return choices.reduce((sum, choice) => {
    const branches =
      choice.member === 'if' ? [choice.then, choice.otherwise] : choice.arms.map(({ body }) => body);
    const taken = branches.find((_, arm) => isTaken({ node: choice, arm } as Guard, scope)) ?? null;
    return sum + (taken === null ? 0 : blockSize(taken).min);
  }, bytes);
}

/** "length of content" */
function lengthNote({ of, inOtherArms }: Derivation): string {
  const names = [of, ...inOtherArms.map((other) => other.of)].map(({ name }) => name ?? 'the window');
  return `length of ${names.join(' or ')}`;
}

function memberName(of: Enum, value: bigint): string {
  if (!of.flags) return of.members.find((m) => m.value === value)?.name ?? '';
  return of.members
    .filter((m) => (value & m.value) === m.value && m.value !== 0n)
    .map((m) => m.name)
    .join(' | ');
}

/** What an encoder would take of these fields. */
export function asObject(nodes: readonly FieldNode[]): { [field: string]: Shown } {
  const object: { [field: string]: Shown } = {};
  for (const node of nodes) {
    if (!node.given) continue;
    if (node.value === null && node.children.length > 0) Object.assign(object, asObject(node.children));
    else if (!(node.value === null && node.note.endsWith(' bytes'))) object[node.name] = node.value;
  }
  return object;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text, or the bytes themselves where they are none of the encoding: as a text they could not be written again. */
function textOf(bytes: Uint8Array, encoding: Encoding): string | Uint8Array {
  if (encoding === 'latin1') return latin1(bytes);
  if (encoding === 'ascii') return bytes.some((byte) => byte > 0x7f) ? bytes : latin1(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    return bytes;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
