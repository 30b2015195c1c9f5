import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  DecodeError,
  EncodeError,
  FrameKind,
  HeaderMap,
  Match,
  ScanState,
  type RequestFacts,
  type RequestId,
  type XProtocol,
} from '@proto-frame/api';
import type { Protocol } from '@proto-frame/compiler';
import type { Expression } from '../../../compiler/model/expression.js';
import { evaluate, type Known } from '../../../compiler/model/evaluate.js';
import { membersRead, parts } from '../../../compiler/model/expressions-of.js';
import { codedAround, plainField } from '../../../compiler/model/inner-fields.js';
import { keyedBy } from '../../../compiler/model/maps-as-lists.js';
import type { BitFieldModel, Field } from '../../../compiler/model/model.js';
import { isPartial, lengthsOf } from '../../../compiler/model/partial-length.js';
import { readOutside } from '../../../compiler/model/read-outside.js';
import { textContent } from '../../../compiler/model/size.js';
import { walk } from '../../../compiler/model/walk.js';
import { givenFields } from '../../../compiler/codegen/emit-encode.js';
import { ExternCode } from '../../../compiler/interpret/extern-code.js';
import { toJson, type Json } from '../../../compiler/interpret/json.js';
import { meaningOf } from '../../../compiler/interpret/meaning.js';
import { asObject, readFrame } from '../../../compiler/interpret/read-frame.js';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { givenFacts } from '../../support/given-facts.js';
import { arbitraryFacts, arbitraryInit, property, type Asked } from './arbitrary-init.js';

type Init = Record<string, unknown>;
type View = new (bytes: Uint8Array, start: number, end: number, facts?: RequestFacts) => Init;

/**
 * Holds a generated codec to what the compiler promises, on random frames.
 *
 * @returns how many of the frames the encoder took; it may refuse values whose lengths don't fit each other
 * @throws Error naming the promise that is broken, with the values
 */
export function proveCodec(
  protocol: Protocol,
  exports: Readonly<Record<string, unknown>>,
  options: { readonly seed: number; readonly frames: number; readonly code?: ExternCode },
): number {
  const codec = Object.values(exports).find(
    (e): e is XProtocol<Init> => typeof e === 'object' && e !== null && 'scan' in e,
  )!;
  const Frame = exports[`${protocol.frame.name}Frame`] as View;
  const { idMin, idMax } = codec.traits;
  const proof = new Proof(protocol, codec, Frame, options.code ?? ExternCode.none);
  fc.assert(
    fc.property(
      arbitraryFacts(protocol).chain((asked) =>
        arbitraryInit(protocol, asked.known).map((init) => ({ asked, init })),
      ),
      fc.record({
        offset: fc.nat(9),
        id: fc.oneof(
          fc.maxSafeNat().map((n) => Math.max(idMin, n % (idMax + 1))),
          fc.constantFrom(idMin, idMax),
        ),
        body: fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 250, maxLength: 600 })),
        value: fc.oneof(fc.string({ maxLength: 9 }), fc.string({ minLength: 120, maxLength: 300 })),
        damages: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      }),
      ({ asked, init }, change) => proof.run(asked, init, change),
    ),
    { numRuns: options.frames, seed: options.seed, endOnFailure: true },
  );
  return proof.taken;
}

function isOfWindow(e: Expression): boolean {
  return e.op === 'field' && e.fields.some(({ derivation }) => derivation?.of.member === 'within');
}

/** What an encoder is given for a frame with other headers. */
function givenHeaders(map: Field, headers: HeaderMap, init: Init): Init {
  const list = plainField(map) as Field;
  const window = codedAround(map);
  if (window === null) return { [property(map)]: [...headers] };
  const { key, value } = keyedBy(list.type)!;
  const entries = [...headers].map(([name, text]) => ({ [property(key)]: name, [property(value)]: text }));
  return { [property(window)]: { ...(init[property(window)] as Init), [property(map)]: entries } };
}

/** What an encoder is given for a frame with an id of the proxy. */
function withIdOf(field: Field, form: Protocol['idForm'], init: Init, id: number): Init {
  const { type } = field;
  const key = property(field);
  if (type.kind === 'composed') {
    let rest = BigInt(id);
    const parts = [...type.parts].reverse().map((part) => {
      const value = BigInt.asUintN(part.type.int.bits, rest);
      rest >>= BigInt(part.type.int.bits);
      const own = property(part);
      return [own, typeof init[own] === 'bigint' ? value : Number(value)] as const;
    });
    return Object.fromEntries(parts);
  }
  if (form === null) return { [key]: typeof init[key] === 'bigint' ? BigInt(id) : id };
  if (form === 'uuid') return { [key]: `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}` };
  const { min, max } = textContent(type);
  return { [key]: id.toString(form === 'hex' ? 16 : 10).padStart(min === max ? min : 0, '0') };
}

interface Change {
  readonly offset: number;
  readonly id: number;
  readonly body: Uint8Array;
  readonly value: string;
  readonly damages: readonly (readonly [at: number, byte: number])[];
}

class Proof {
  taken = 0;
  /** Whether the length of a window decides what there is. */
  private readonly decidesLate: boolean;
  /** How fields of structs are named that readers say and encoders find, in some arms or in all. */
  private readonly partial: ReadonlySet<string>;
  private codec: XProtocol<Init>;
  private asked: Asked = { facts: {}, known: new Map() };

  constructor(
    private readonly protocol: Protocol,
    private readonly anyCodec: XProtocol<Init>,
    private readonly AnyFrame: View,
    private readonly code: ExternCode,
  ) {
    const lengths = protocol.structs.flatMap(({ body }) => lengthsOf(body).filter(isPartial));
    this.partial = new Set([...lengths, ...readOutside(protocol)].map(property));
    const blocks = [protocol.frame.body, ...protocol.structs.map(({ body }) => body)];
    this.decidesLate = blocks
      .flatMap((block) => [...walk(block)])
      .some(
        (member) =>
          member.member !== 'field' &&
          member.member !== 'within' &&
          membersRead(member).some((e) => [...parts(e)].some(isOfWindow)),
      );
    this.codec = anyCodec;
  }

  run(asked: Asked, init: Init, change: Change): void {
    this.asked = asked;
    if (asked.known.size > 0) this.codec = givenFacts(this.anyCodec, asked.facts as RequestFacts);
    const frame = this.tryEncode(init);
    if (frame === null) return;
    this.taken++;
    if (this.decidesLate) init = this.inFrame(init, frame);
    this.readsBack(init, frame, change.offset);
    this.readsRoles(init, frame);
    this.scans(frame);
    this.interprets(frame, change.offset);
    this.setsId(init, frame, change.id);
    this.edits(init, frame, change);
    this.survives(init, frame, change.damages);
  }

  /** What of the values the frame has: the size of a window, which nobody knew before, may decide that. */
  private inFrame(init: Init, frame: Uint8Array): Init {
    const read = readFrame(this.protocol, frame, 0, frame.length, this.code, this.asked.known);
    return read.kind === 'frame' ? (only(init, asObject(read.tree.fields)) as Init) : init;
  }

  private view(bytes: Uint8Array, start: number, end: number): Init {
    return new this.AnyFrame(bytes, start, end, this.asked.facts as RequestFacts);
  }

  private tryEncode(init: Init): Uint8Array | null {
    try {
      return this.codec.encode(init);
    } catch (error) {
      if (error instanceof EncodeError) return null;
      throw error;
    }
  }

  private readsBack(init: Init, frame: Uint8Array, offset: number): void {
    const bytes = new Uint8Array(offset + frame.length + 3);
    bytes.set(frame, offset);
    const end = offset + frame.length;
    const scanned = this.codec.scan(bytes, offset, bytes.length, new ScanState(1 << 20));
    same('the scanned length', scanned, frame.length);
    this.codec.check(bytes, offset, end);
    const view = this.view(bytes, offset, end);
    for (const [key, value] of Object.entries(init))
      same(`field ${key}`, this.asGiven(plain(view[key]), plain(value)), plain(value));
    same('encode(view)', this.codec.encode(view), frame);
  }

  /** What is read of structs, without the lengths that were not given since the arm in hand has what they measure. */
  private asGiven(found: unknown, given: unknown): unknown {
    if (Array.isArray(found) && Array.isArray(given))
      return found.map((one, i) => this.asGiven(one, given[i]));
    if (typeof found !== 'object' || found === null || typeof given !== 'object' || given === null)
      return found;
    const entries = Object.entries(found)
      .filter(([key]) => key in given || !this.partial.has(key))
      .map(([key, value]) => [key, this.asGiven(value, (given as Init)[key])]);
    return Object.fromEntries(entries);
  }

  private readsRoles(init: Init, frame: Uint8Array): void {
    const { codec } = this;
    const { roles } = this.protocol;
    const facts = this.facts(init);
    const expected = (e: Expression | null): Known => (e === null ? undefined : evaluate(e, facts));
    const kind = expected(roles.kind);
    const at = [frame, 0, frame.length] as const;
    if (typeof kind === 'string')
      same('kindOf', codec.kindOf(...at), FrameKind[kind as keyof typeof FrameKind]);
    const heartbeat = expected(roles.heartbeat);
    if (typeof heartbeat === 'boolean') same('isHeartbeat', codec.isHeartbeat(...at), heartbeat);
    const goaway = expected(roles.goaway);
    if (typeof goaway === 'boolean') same('isGoaway', codec.isGoaway(...at), goaway);
    const timeout = expected(roles.timeout);
    if (typeof timeout === 'bigint')
      // What a division leaves of a small negative number is -0.
      same('timeoutOf', codec.timeoutOf(...at) + 0, Number(timeout));
    const status = expected(roles.status);
    if (typeof status === 'bigint') same('wireStatusOf', codec.wireStatusOf(...at), Number(status));
    codec.serviceOf(...at);
    codec.methodOf(...at);
    codec.groupOf(...at);
    codec.versionOf(...at);
    if (roles.id?.type.kind === 'int')
      same('idOf', BigInt(codec.idOf(...at)), BigInt(init[property(roles.id)] as number | bigint));
    const bodies = roles.body.filter((part) => part.member === 'field');
    if (bodies.length > 0 && bodies.length === roles.body.length) {
      const body = frame.subarray(codec.bodyStart(...at), codec.bodyEnd(...at));
      const given = bodies.map((part) => init[property(part)]).find((value) => value !== undefined);
      same('the body', plain(body), plain(given ?? []));
    }
    if (roles.headers.length === 0) return;
    const headers = new HeaderMap();
    codec.readHeaders(...at, headers);
    for (const [key] of headers) same(`header ${key}`, codec.headerOf(...at, key), headers.get(key));
    same('a header that is not there', codec.headerOf(...at, 'no such header'), undefined);
  }

  /** What an evaluator knows of a frame: the numbers and booleans in it. */
  private facts(init: Init): Map<Field | BitFieldModel, Known> {
    const facts = new Map<Field | BitFieldModel, Known>(this.asked.known);
    for (const member of walk(this.protocol.frame.body)) {
      const fields = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
      for (const field of fields) {
        const boolean = field.member === 'bitField' ? field.enum === null && field.width === 1 : false;
        if (field.constant?.kind === 'int')
          facts.set(field, boolean ? field.constant.value === 1n : field.constant.value);
        const value = init[property(field)];
        if (field.guards.length > 0 && givenFields(this.protocol.frame.body).every((g) => g.field !== field))
          continue;
        if (typeof value === 'boolean') facts.set(field, value);
        const isFloat = field.member === 'field' && field.type.kind === 'float';
        if ((typeof value === 'number' || typeof value === 'bigint') && !isFloat)
          facts.set(field, BigInt(value));
      }
    }
    return facts;
  }

  private scans(frame: Uint8Array): void {
    const state = new ScanState(1 << 20);
    for (let have = 0; have <= frame.length; have++) {
      const match = this.codec.match(frame, 0, have);
      if (match === Match.no && this.protocol.match.length > 0)
        throw new Error(`match says no to ${have} of ${frame.length} bytes`);
      if (match === Match.more && have === frame.length) throw new Error('match wants more than a frame');
    }
    // One state goes on from scan to scan, where the frame has moved to another place, the other starts anew.
    const kept = new ScanState(1 << 20);
    for (let have = 0; have < frame.length; have++) {
      state.reset();
      const length = this.codec.scan(frame, 0, have, state);
      const from = have % 3;
      const moved = new Uint8Array(from + have);
      moved.set(frame.subarray(0, have), from);
      same('a scan that goes on', this.codec.scan(moved, from, from + have, kept), length);
      if (length === 0) same('what a scan that goes on needs', kept.need, state.need);
      if (length === frame.length) continue;
      const what = `scan of ${have} of ${frame.length} bytes gave ${length} and needs ${state.need}`;
      if (length !== 0 || state.need <= have || state.need > frame.length) throw new Error(what);
    }
  }

  /** The interpreter reads the frame, and writes the same bytes again from JSON; of a part it says how much is missing. */
  private interprets(frame: Uint8Array, cut: number): void {
    const { protocol } = this;
    const { known } = this.asked;
    const read = readFrame(protocol, frame, 0, frame.length, this.code, known);
    if (read.kind !== 'frame') throw new Error(`the interpreter refuses a frame: ${show(read)}`);
    same('the length as interpreted', read.tree.length, frame.length);
    const meaning = meaningOf(protocol, read.tree);
    const at = [frame, 0, frame.length] as const;
    for (const role of ['service', 'method', 'group', 'version'] as const)
      same(`${role} as interpreted`, this.codec[`${role}Of`](...at), meaning[role]);
    same('heartbeat as interpreted', this.codec.isHeartbeat(...at), meaning.heartbeat ?? false);
    same('goaway as interpreted', this.codec.isGoaway(...at), meaning.goaway ?? false);
    const text = JSON.stringify(toJson(protocol, asObject(read.tree.fields)));
    const json = JSON.parse(text) as { [key: string]: Json };
    same('the frame as interpreted', writeFrame(protocol, json, this.code, known), frame);
    for (let have = cut; have < frame.length; have += 7) {
      const part = readFrame(protocol, frame, 0, have, this.code, known);
      if (part.kind !== 'more' || part.need <= have || part.need > frame.length)
        throw new Error(`the interpreter says of ${have} of ${frame.length} bytes: ${show(part)}`);
    }
  }

  /**
   * Whether bytes are a frame with all fields readable, by the generated code: the length a scan gives, what
   * check refuses, and then each field. Null if they are; undefined if a text is not ASCII, where the interpreter
   * shows bytes and reads on.
   */
  private refuses(bytes: Uint8Array): string | null | undefined {
    const { codec } = this;
    if (codec.scan(bytes, 0, bytes.length, new ScanState(1 << 20)) !== bytes.length) return 'the scan';
    const view = this.view(bytes, 0, bytes.length);
    const steps = givenFields(this.protocol.frame.body).map(
      ({ field }) =>
        () =>
          void view[property(field)],
    );
    let isText = true;
    for (const step of [() => codec.check(bytes, 0, bytes.length), ...steps]) {
      try {
        step();
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        if (!error.message.includes('is not ASCII')) return error.message;
        isText = false;
      }
    }
    return isText ? null : undefined;
  }

  private setsId(init: Init, frame: Uint8Array, id: number): void {
    const { roles, idForm } = this.protocol;
    const field = roles.id;
    if (field === null) return;
    const caller = this.codec.idOf(frame, 0, frame.length);
    const expected = this.tryEncode({ ...init, ...withIdOf(field, idForm, init, id) });
    let changed: Uint8Array;
    try {
      changed = this.otherId(frame, id);
    } catch (error) {
      // A length can't hold what another id makes of it.
      if (expected === null && error instanceof EncodeError) return;
      throw error;
    }
    same('the frame with another id', changed, expected);
    same('idOf after setId', this.codec.idOf(changed, 0, changed.length), id);
    if (field.type.kind === 'int' && field.type.form.kind !== 'fixed') return;
    same("the caller's id put back", this.otherId(changed, caller), frame);
  }

  private otherId(frame: Uint8Array, id: RequestId): Uint8Array {
    const changed = Uint8Array.from(frame);
    if (this.codec.setId(changed, 0, changed.length, id)) return changed;
    same('what setId leaves that gave up', changed, frame);
    return this.codec.withId(frame, 0, frame.length, id);
  }

  private edits(init: Init, frame: Uint8Array, { body, value }: Change): void {
    const { codec } = this;
    const { roles } = this.protocol;
    same('reencode(null, null)', codec.reencode(frame, 0, frame.length, null, null), frame);
    // What stands in another arm can't be replaced.
    const view = this.view(frame, 0, frame.length);
    const found = (role: typeof roles.body): Field | undefined =>
      role.filter((part) => part.member === 'field').find((part) => view[property(part)] !== undefined);
    const headers = new HeaderMap();
    codec.readHeaders(frame, 0, frame.length, headers);
    const [ownHeaders, ownBody] = [found(roles.headers), found(roles.body)];
    if (ownHeaders !== undefined) {
      headers.set('service', value);
      headers.delete('x');
    }
    const ofHeaders = ownHeaders === undefined ? {} : givenHeaders(ownHeaders, headers, init);
    const ofBody = ownBody === undefined ? {} : { [property(ownBody)]: body };
    const newBody = ownBody === undefined ? null : body;
    this.edited('headers', frame, headers, null, { ...init, ...ofHeaders });
    this.edited('body', frame, null, newBody, { ...init, ...ofBody });
    this.edited('headers and body', frame, headers, newBody, { ...init, ...ofHeaders, ...ofBody });
  }

  private edited(
    what: string,
    frame: Uint8Array,
    headers: HeaderMap | null,
    body: Uint8Array | null,
    init: Init,
  ): void {
    const expected = this.tryEncode(init);
    let edited: Uint8Array | null = null;
    try {
      edited = this.codec.reencode(frame, 0, frame.length, headers, body);
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      if (expected !== null) throw new Error(`reencode with other ${what} refuses: ${error.message}`);
    }
    if (edited === null) return;
    if (expected === null) throw new Error(`reencode with other ${what} writes what encode refuses`);
    same(`reencode with other ${what}`, edited, expected);
  }

  private survives(init: Init, frame: Uint8Array, damages: Change['damages']): void {
    const damaged = Uint8Array.from(frame);
    for (const [at, byte] of damages) damaged[at % damaged.length] = byte;
    const length = this.codec.scan(damaged, 0, damaged.length, new ScanState(1 << 20));
    const read = readFrame(this.protocol, damaged, 0, damaged.length, this.code, this.asked.known);
    if (read.kind === 'more' && length > 0 && length <= damaged.length)
      throw new Error(
        `scan of damaged bytes gave ${length} where the interpreter needs ${read.need}: ${show(damaged)}`,
      );
    if (read.kind === 'frame' && length !== read.tree.length)
      throw new Error(
        `scan of damaged bytes gave ${length}, the interpreter ${read.tree.length}: ${show(damaged)}`,
      );
    if (!Number.isInteger(length) || length < -2) throw new Error(`scan of damaged bytes gave ${length}`);
    if (length <= 0 || length > Math.min(100_000, this.protocol.limits.frame)) return;
    // What the length says is there, though not what was sent.
    const bytes = new Uint8Array(length);
    bytes.set(damaged.subarray(0, length));
    const { codec } = this;
    const again = readFrame(this.protocol, bytes, 0, length, this.code, this.asked.known);
    const refused = this.refuses(bytes);
    if (refused !== undefined && (refused === null) !== (again.kind === 'frame')) {
      const other = again.kind === 'bad' ? `${again.field} ${again.message}` : again.kind;
      throw new Error(`codec: ${refused}, interpreter: ${other}, of ${show(bytes)}`);
    }
    const at = [bytes, 0, length] as const;
    const steps: (() => void)[] = [
      () => codec.encode(this.view(...at)),
      () => Object.keys(init).forEach((key) => void this.view(...at)[key]),
      () =>
        void [codec.kindOf(...at), codec.isHeartbeat(...at), codec.isGoaway(...at), codec.timeoutOf(...at)],
      () =>
        void [codec.serviceOf(...at), codec.methodOf(...at), codec.groupOf(...at), codec.versionOf(...at)],
      () => void codec.headerOf(...at, 'service'),
      () => void codec.reencode(...at, null, new Uint8Array(3)),
      () => {
        const headers = new HeaderMap();
        codec.readHeaders(...at, headers);
        headers.set('service', 'x');
        codec.reencode(...at, headers, null);
      },
    ];
    try {
      codec.check(...at);
    } catch (error) {
      if (error instanceof DecodeError) return;
      throw error;
    }
    for (const step of steps) {
      try {
        step();
      } catch (error) {
        if (!(error instanceof DecodeError) && !(error instanceof EncodeError)) throw error;
      }
    }
  }
}

/** Of values for an encoder those that were read, in structs as well. */
function only(given: unknown, read: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(read)) return given.map((one, i) => only(one, read[i]));
  if (!isStruct(given) || !isStruct(read)) return given;
  const own = new Map(Object.entries(read).map(([name, value]) => [property({ name } as Field), value]));
  const entries = Object.entries(given).filter(([key]) => own.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, only(value, own.get(key))]));
}

function isStruct(value: unknown): value is Init {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function same(what: string, found: unknown, expected: unknown): void {
  if (Object.is(found, expected)) return;
  if (found instanceof Uint8Array && expected instanceof Uint8Array && Buffer.compare(found, expected) === 0)
    return;
  if (isDeepStrictEqual(plain(found), plain(expected))) return;
  throw new Error(`${what}: found ${show(found)}, expected ${show(expected)}`);
}

/** Values as they compare: bytes as their numbers, headers as their entries, without what is not there. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof HeaderMap) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.map(([key, v]) => [key, plain(v)]));
}

function show(value: unknown): string {
  return value instanceof Uint8Array
    ? Buffer.from(value).toString('hex')
    : JSON.stringify(plain(value), (_key, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v));
}
