import fc from 'fast-check';
import { camelCase } from '../../../compiler/model/camel-case.js';
import { givenFields } from '../../../compiler/codegen/emit-encode.js';
import { isAnnounced } from '../../../compiler/model/announced.js';
import type { Expression } from '../../../compiler/model/expression.js';
import { argsIn, parts } from '../../../compiler/model/expressions-of.js';
import { evaluate, present, type Known } from '../../../compiler/model/evaluate.js';
import { isEarly } from '../../../compiler/model/early-length.js';
import { boundsOf, formRange, isBig, rangeOf } from '../../../compiler/model/integers.js';
import type {
  AssertModel,
  BitFieldModel,
  Block,
  EntryType,
  Extended,
  Field,
  FieldType,
  Protocol,
} from '../../../compiler/model/model.js';
import { isPartial, usesOf } from '../../../compiler/model/partial-length.js';
import { exampleOf } from '../../../compiler/model/peek-agreement.js';
import { branchesOf, peekingIn } from '../../../compiler/model/peeks.js';
import { walk } from '../../../compiler/model/walk.js';
import { lengthsByKey } from '../../../compiler/model/header-lengths.js';
import { sizedHeaders } from './sized-headers.js';
import { wordsAsked } from './words-asked.js';

type Value = unknown;

/** Values for a protocol's encoder that it has to accept, and what fields the frame then has. */
export function arbitraryInit(
  protocol: Protocol,
  asked: Facts = new Map(),
): fc.Arbitrary<Record<string, Value>> {
  const given = arbitraryBlock(protocol.frame.body, 0, asked);
  if (lengthsByKey(protocol.frame.body).size === 0) return given;
  return fc.tuple(given, fc.boolean()).map(([init, isAsked]) => sizedHeaders(protocol, init, isAsked));
}

/** What a request may have said that a reply answers: as the codec is handed it, and as evaluators know it. */
export interface Asked {
  readonly facts: Readonly<Record<string, Value>>;
  readonly known: ReadonlyMap<Field, Known>;
}

export function arbitraryFacts({ side, facts }: Protocol): fc.Arbitrary<Asked> {
  const fields = side === 'server' ? facts.map((fact) => fact.field) : [];
  return fc.tuple(...fields.map((field) => arbitraryField(field, 0, new Map()))).map((values) => ({
    facts: Object.fromEntries(fields.map(({ name }, i) => [camelCase(name), values[i] ?? undefined])),
    known: new Map(fields.map((field, i) => [field, known(field, values[i])])),
  }));
}

function isOfRequest(e: Expression): boolean {
  return e.op === 'field' && e.fields.some((f) => f.member === 'field' && f.ofRequest === true);
}

type Facts = ReadonlyMap<Field | BitFieldModel, Known>;

/**
 * @param depth recursive structs around the block
 * @param given the parameters of a struct
 */
function arbitraryBlock(
  block: Block,
  depth: number,
  given: Facts = new Map(),
): fc.Arbitrary<Record<string, Value>> {
  const fields = givenFields(block).map(({ field }) => field);
  // What a struct is given has to be known before the struct is made.
  const isLater = (field: Field | BitFieldModel): boolean =>
    field.member === 'field' && argsIn(field.type).length > 0;
  const [first, later] = [fields.filter((f) => !isLater(f)), fields.filter(isLater)];
  const entries = [...first, ...later];
  const names = entries.map(property);
  const all = fieldsOf(block);
  // Fields of several arms may have one name.
  const namesakes = entries.map(({ name }) => all.filter((field) => field.name === name));
  // What a request has to have said can't be met by drawing again.
  const asserts = [...walk(block)].filter(
    (member) => member.member === 'assert' && ![...parts(member.condition)].some(isOfRequest),
  ) as AssertModel[];
  const variants = [...walk(block)].filter((member) => member.member === 'variant');
  const words = wordsAsked(block);
  const constants = new Map(given);
  for (const field of all) if (field.constant?.kind === 'int') constants.set(field, field.constant.value);
  const factsOf = (values: readonly Value[]): Map<Field | BitFieldModel, Known> => {
    const facts = new Map(constants);
    values.forEach((value, i) => {
      for (const field of namesakes[i]!) facts.set(field, known(entries[i]!, value));
    });
    for (const field of all) {
      const length = lengthOf(field, entries, values);
      if (length !== undefined) facts.set(field, length);
    }
    // What no arm of the frame has is absent, and later conditions may ask for that.
    for (const fields of namesakes)
      if (fields.every((field) => present(field.guards, facts) === false))
        for (const field of fields) facts.set(field, null);
    return facts;
  };
  const draw = (some: readonly (Field | BitFieldModel)[], facts: Facts): fc.Arbitrary<Value[]> =>
    fc.tuple(...some.map((field) => arbitraryAsked(field, depth, facts, words.get(field) ?? [])));
  const peeking = [...peekingIn(block)];
  const picks = fc.tuple(...peeking.map(([node]) => fc.nat(branchesOf(node).length - 1)));
  return draw(first, factsOf([]))
    .chain((values) =>
      later.length === 0
        ? fc.constant(values)
        : draw(later, factsOf(values)).map((others) => [...values, ...others]),
    )
    .chain((values) => picks.map((picked) => ({ values, picked })))
    .chain(({ values, picked }) => {
      const facts = factsOf(values);
      for (const [i, [node, members]] of peeking.entries()) {
        const example = exampleOf(node, picked[i]!, members);
        if (example !== null) facts.set(example.peek, example.value);
      }
      // Of what is chosen by what it peeks at, an encoder is given one branch.
      const isPicked = ({ guards }: Field | BitFieldModel): boolean =>
        peeking.every(([node], i) => guards.every((g) => g.node !== node || g.arm === picked[i]));
      const init: Record<string, Value> = {};
      values.forEach((value, i) => {
        // A length of what the frame has is derived; elsewhere it may be given.
        const uses = usesOf(entries[i]!);
        if (uses.some(({ of }) => present(of.guards, facts) !== false)) return;
        if (uses.length > 0 && value === undefined) return;
        // A field of another arm is not in the frame and would not come back.
        if (namesakes[i]!.some((f) => isPicked(f) && present(f.guards, facts) !== false))
          init[names[i]!] = value;
      });
      const holds = asserts.every(({ condition }) => evaluate(condition, facts) !== false);
      // A word that no arm names is refused.
      const isTaken = variants.every(
        (node) =>
          peeking.some(([one]) => one === node) ||
          present(node.guards, facts) === false ||
          node.arms.some((_, arm) => present([{ node, arm }], facts) !== false),
      );
      return fc.constant(holds && isTaken ? init : null);
    })
    .filter((init): init is Record<string, Value> => init !== null);
}

/** A length that only hangs on what is given; undefined for others. */
function lengthOf(
  field: Field | BitFieldModel,
  entries: readonly (Field | BitFieldModel)[],
  values: readonly Value[],
): bigint | undefined {
  const uses = usesOf(field);
  if (uses.length === 0 || uses.some(({ terms }) => terms.length > 0) || !isEarly(field)) return undefined;
  const valueOf = (of: Extended): Value => values[entries.findIndex((e) => e.name === of.name)];
  const { of, factor, constant } = uses.find((use) => valueOf(use.of) !== undefined) ?? uses[0]!;
  if (of.member === 'within') return undefined;
  const value = valueOf(of);
  const units =
    value === null
      ? -1
      : value instanceof Uint8Array || Array.isArray(value)
        ? value.length
        : typeof value === 'string'
          ? Buffer.byteLength(value, encodingOf((of as Field).type))
          : undefined;
  return units === undefined ? undefined : (BigInt(units) - constant) / factor;
}

function encodingOf(type: FieldType): 'utf8' | 'latin1' {
  return type.kind === 'text' && type.encoding === 'utf8' ? 'utf8' : 'latin1';
}

function fieldsOf(block: Block): (Field | BitFieldModel)[] {
  return [...walk(block)].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'field' ? [m] : m.member === 'bits' ? m.fields : [],
  );
}

/** How views and encoders name a field. */
export function property(field: Field | BitFieldModel): string {
  const name = camelCase(field.name);
  return ['bytes', 'start', 'end', 'constructor', 'prototype', 'length', 'toString', 'valueOf'].includes(name)
    ? `${name}_`
    : name;
}

function known(field: Field | BitFieldModel, value: Value): Known {
  if (field.member === 'field' && field.type.kind === 'float') return undefined;
  if (typeof value === 'number') return BigInt(value);
  if (value === null || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  // Of a list no more is asked than whether there is one.
  if (field.member === 'field' && field.type.kind === 'list') return '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? value : undefined;
}

/** A value, mostly one of the words that something asks for. */
function arbitraryAsked(
  field: Field | BitFieldModel,
  depth: number,
  facts: Facts,
  words: readonly string[],
): fc.Arbitrary<Value> {
  const any = arbitraryField(field, depth, facts);
  if (field.member === 'bitField' || (field.type.kind !== 'text' && field.type.kind !== 'bytes')) return any;
  const { type } = field;
  const fixed = fixedUnits(type, facts);
  const fitting = words.filter(
    (word) => fixed === null || Buffer.byteLength(word, encodingOf(type)) === fixed,
  );
  if (fitting.length === 0) return any;
  const word = fc
    .constantFrom(...fitting)
    .map((text) => (type.kind === 'bytes' ? new Uint8Array(Buffer.from(text, 'latin1')) : text));
  return fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: any });
}

function arbitraryField(field: Field | BitFieldModel, depth: number, facts: Facts): fc.Arbitrary<Value> {
  if (field.member === 'bitField') {
    if (field.enum !== null && !field.enum.open && !field.enum.flags)
      return fc.constantFrom(...field.enum.members.map((m) => Number(m.value)));
    return field.width === 1 && field.enum === null
      ? fc.boolean()
      : fc.integer({ min: Number(boundsOf(field).low), max: Number(boundsOf(field).high) });
  }
  const { type } = field;
  const isLeftOut = isPartial(field) && field.default !== null;
  if (type.kind === 'entry') {
    const given = arbitraryEntry(type.of);
    // One that is left out reads as its default, which an encoder then writes.
    return field.default === null ? fc.option(given, { nil: undefined }) : given;
  }
  if (type.kind === 'int' && !type.bool) {
    if (type.enum !== null && !type.enum.open && !type.enum.flags)
      return fc.constantFrom(...type.enum.members.map((m) => Number(m.value)));
    const { low, high } = boundsOf(field);
    if (isBig(type.int, field.range)) return fc.bigInt({ min: low, max: high });
    const number = fc.oneof(
      fc.integer({ min: Number(low), max: Number(high) }),
      fc.constantFrom(Number(low), Number(high)),
    );
    return isLeftOut ? fc.option(number, { nil: undefined }) : number;
  }
  return arbitraryValue(type, depth, facts);
}

function arbitraryValue(type: FieldType, depth: number, facts: Facts): fc.Arbitrary<Value> {
  const orNull = (a: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
    'nullable' in type && type.nullable ? fc.option(a) : a;
  switch (type.kind) {
    case 'int':
      if (type.bool) return fc.boolean();
      if (type.enum !== null && !type.enum.open && !type.enum.flags)
        return fc.constantFrom(...type.enum.members.map((m) => Number(m.value)));
      if (type.form.kind !== 'fixed') {
        const { low, high } = formRange(type);
        return fc.integer({ min: Number(low), max: Number(high) });
      }
      return isBig(type.int, null)
        ? fc.bigInt({ min: rangeOf(type.int).low, max: rangeOf(type.int).high })
        : fc.integer({ min: Number(rangeOf(type.int).low), max: Number(rangeOf(type.int).high) });
    case 'bytes': {
      const fixed = fixedUnits(type, facts);
      if (fixed !== null) return fc.uint8Array({ minLength: fixed, maxLength: fixed });
      const step = factor(type);
      if (type.extent.kind === 'until') {
        const { delimiter, max } = type.extent;
        const without = (b: Uint8Array): Uint8Array =>
          b.filter((byte) => !delimiter.includes(String.fromCharCode(byte)));
        return fc.uint8Array({ maxLength: max ?? 30 }).map(without);
      }
      return orNull(
        fc
          .oneof(
            fc.uint8Array({ maxLength: 60 }),
            SIZES.chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
          )
          .map((b) => b.slice(0, b.length - (b.length % step))),
      );
    }
    case 'text': {
      const fixed = fixedUnits(type, facts);
      const unit = fc
        .integer({ min: 1, max: type.encoding === 'latin1' ? 255 : 127 })
        .map((c) => String.fromCharCode(c));
      if (fixed !== null) return fc.string({ unit, minLength: fixed, maxLength: fixed });
      if (type.extent.kind === 'until') {
        const { delimiter, max } = type.extent;
        const without = (s: string): string => [...s].filter((c) => !delimiter.includes(c)).join('');
        return fc.string({ unit, maxLength: max ?? 20 }).map(without);
      }
      const sized = SIZES.chain((n) => fc.string({ unit, minLength: n, maxLength: n }));
      return orNull(
        fc.oneof(sized, fc.string({ unit: type.encoding === 'utf8' ? 'grapheme' : unit, maxLength: 20 })),
      );
    }
    case 'float':
      return type.bits === 32 ? fc.float() : fc.double();
    case 'struct':
      return type.struct.recursive && depth === DEEPEST
        ? fc.constant(undefined)
        : arbitraryBlock(
            type.struct.body,
            depth + (type.struct.recursive ? 1 : 0),
            argumentFacts(type, facts),
          );
    case 'list': {
      const fixed = fixedUnits(type, facts);
      const count =
        fixed !== null && type.extent.kind === 'count'
          ? { minLength: fixed, maxLength: fixed }
          : { maxLength: 5 };
      if (depth === DEEPEST && type.element.kind === 'struct' && type.element.struct.recursive)
        return fc.constant([]);
      return orNull(fc.array(arbitraryElement(type, depth, facts), count));
    }
    case 'map':
      return fc.array(
        fc.tuple(arbitraryValue(type.key.type, depth, facts), arbitraryValue(type.value.type, depth, facts)),
        {
          maxLength: 6,
        },
      );
    case 'coded':
      return arbitraryBlock(type.struct.body, depth);
    case 'extern':
      if (type.extern.value === 'map') return fc.array(fc.tuple(TEXT, fc.option(TEXT)), { maxLength: 4 });
      throw new Error('random schemas have no extern but maps');
    case 'entry':
    case 'record':
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`random schemas have no ${type.kind}`);
  }
}

/** What an entry of a record holds. */
function arbitraryEntry(of: EntryType): fc.Arbitrary<Value> {
  switch (of.kind) {
    case 'int':
      return fc.oneof(fc.integer(), fc.constantFrom(0, 1, 127, 128, 32768));
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 1));
    case 'text':
      return TEXT;
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 });
    case 'map':
      // In protobuf a map without entries is none, and no key comes twice.
      return fc.uniqueArray(fc.tuple(TEXT, TEXT), { selector: ([key]) => key, minLength: 1, maxLength: 4 });
  }
}

/** An element in its range; one that is not the delimiter of its list itself. */
function arbitraryElement(
  { element, range, extent }: FieldType & { kind: 'list' },
  depth: number,
  facts: Facts,
): fc.Arbitrary<Value> {
  const first = extent.kind === 'until' ? extent.delimiter.charCodeAt(0) : -1;
  const free = (value: Value): boolean => value !== first;
  if (element.kind !== 'int' || range === null) return arbitraryValue(element, depth, facts).filter(free);
  return isBig(element.int, null)
    ? fc.bigInt({ min: range.low, max: range.high })
    : fc.integer({ min: Number(range.low), max: Number(range.high) }).filter(free);
}

const TEXT = fc.string({ maxLength: 12 });

/** Recursive structs in each other: at most as many as every schema allows. */
const DEEPEST = 3;

/** Few sizes, so that extents which share a length often agree. */
const SIZES = fc.constantFrom(0, 2, 4, 6, 8, 12);

/** What the parameters of a struct are, by what is known around it. */
function argumentFacts({ struct, args }: FieldType & { kind: 'struct' }, facts: Facts): Facts {
  return new Map(struct.params.map((param, i) => [param, evaluate(args[i]!, facts)]));
}

/** The bytes or elements of what has as many as is known beforehand, else null. */
function fixedUnits(type: FieldType & { kind: 'bytes' | 'text' | 'list' }, facts: Facts): number | null {
  const { extent } = type;
  if (extent.kind !== 'size' && extent.kind !== 'count') return null;
  const isKnown = extent.value.op === 'int' || isAnnounced(extent.value);
  const value = isKnown ? evaluate(extent.value, facts) : undefined;
  return typeof value === 'bigint' ? Number(value) : null;
}

/** What a field's size is a multiple of: 4 for `size n * 4`. */
function factor(type: FieldType & { kind: 'bytes' }): number {
  const { extent } = type;
  if (extent.kind !== 'size' || extent.value.op !== 'binary' || extent.value.operator !== '*') return 1;
  const { left, right } = extent.value;
  return right.op === 'int' ? Number(right.value) : left.op === 'int' ? Number(left.value) : 1;
}
