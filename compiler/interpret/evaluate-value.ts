import { askNone, askText } from '../model/ask-text.js';
import { arithmetic } from '../model/constants.js';
import { matches } from '../model/evaluate.js';
import { plainField } from '../model/inner-fields.js';
import { namedBy } from '../model/named-by.js';
import type { Expression } from '../model/expression.js';
import type { BitFieldModel, Field, Guard, Keyed, Struct } from '../model/model.js';
import type { ExternCode } from './extern-code.js';
import type { Shown } from './read-frame.js';

/** A value of one frame; undefined: not there. Bytes are a text with a character for each. */
export type Value = bigint | boolean | string | null | undefined;

/** The first value under each key of a map that is not the headers. */
export type Entries = ReadonlyMap<string, string | null>;

/** What is known of the request that a reply answers, by the fields of its facts. */
export type FactValues = ReadonlyMap<Field, Value>;

/** Thrown where an expression reads what is not known of a request, which has not been seen. */
export class UnknownFact extends Error {}

/** What has been read or set of one frame or struct. */
export interface Scope {
  readonly values: Map<Field | BitFieldModel, Value | Entries>;
  /** What has been read of the structs and coded windows in it. */
  readonly inner?: Map<Field, Scope['values']>;
  /** What has been read of the elements of lists of structs in it, one after the other. */
  readonly elements?: Map<Field, Scope['values'][]>;
  /** For calls of extern functions. */
  readonly code: ExternCode;
  /** The bytes of members, or how many they are, once these have been read or written. */
  span?(e: Expression & { op: 'span' | 'sizeOf' }): Value;
  /** A header's first value, for roles; undefined if the frame has none of the maps, or that none. */
  header?(key: string, maps: readonly Field[]): Value;
  /** The number under a key of the headers; -1 where it is none, or several that differ. */
  headerNumber?(key: string): bigint | undefined;
}

/** The value of the first of some fields that is in a struct or coded window which has been read. */
function innerValue(fields: readonly (Field | BitFieldModel)[], scope: Scope): Value | Entries {
  for (const field of fields) {
    if (field.member !== 'field' || field.type.kind !== 'inner') continue;
    const { where } = field.type;
    const values =
      where === undefined
        ? scope.inner?.get(field.type.of())
        : scope.elements?.get(field.type.of())?.find((one) => one.get(where.key) === where.value);
    const found = field.type.fields.find((f) => values?.has(f) === true);
    if (found !== undefined) return values!.get(found);
  }
  return undefined;
}

function heldValue(fields: readonly (Field | BitFieldModel)[], scope: Scope): Value | Entries {
  const field = fields.find((f) => scope.values.has(f));
  const [first] = fields;
  if (field === undefined && first?.member === 'field' && first.ofRequest === true)
    throw new UnknownFact(first.path);
  return field === undefined ? innerValue(fields, scope) : scope.values.get(field);
}

/** The entries of a map as they have been read or are given; of one key the first counts. */
export function entriesOf({ key, value }: Keyed, list: readonly Shown[]): Entries {
  const entries = new Map<string, string | null>();
  for (const one of list as readonly { readonly [field: string]: Shown }[]) {
    const name = textIn(one[key.name]);
    if (name !== null && !entries.has(name)) entries.set(name, textIn(one[value.name]));
  }
  return entries;
}

/** The text that a proxy takes a value for, also bytes that are none. */
function textIn(value: Shown | undefined): string | null {
  if (value instanceof Uint8Array) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
  return typeof value === 'string' ? value : null;
}

/** What an expression gives in one frame. A field of an arm that is not there gives undefined. */
export function evaluateValue(e: Expression, scope: Scope): Value {
  switch (e.op) {
    case 'int':
    case 'text':
    case 'bool':
    case 'frameKind':
      return e.value;
    case 'null':
      return null;
    case 'field':
    case 'request': {
      const value = heldValue(e.fields, scope);
      return value instanceof Map ? '' : (value as Value);
    }
    case 'header': {
      const held = heldValue(e.maps, scope);
      if (held instanceof Map) return (held as Entries).get(e.key) ?? undefined;
      const map = plainField(e.maps[0]!);
      return map.member === 'field' && map.type.kind === 'list' ? undefined : scope.header?.(e.key, e.maps);
    }
    case 'flag': {
      const of = evaluateValue(e.of, scope);
      return typeof of === 'bigint' && (of & e.mask) !== 0n;
    }
    case 'unary': {
      const of = evaluateValue(e.operand, scope);
      if (e.operator === 'not') return of !== true;
      if (typeof of !== 'bigint') return undefined;
      return e.operator === '-' ? -of : ~of;
    }
    case 'binary':
      return binary(e, scope);
    case 'match': {
      const on = e.on.map((s) => evaluateValue(s, scope));
      const arm = e.arms.find((a) => a.patterns === null || matches(a.patterns, on) === true);
      return arm === undefined ? undefined : evaluateValue(arm.value, scope);
    }
    case 'byte': {
      const of = evaluateValue(e.of, scope);
      if (typeof of !== 'string') return undefined;
      const byte = Buffer.from(of, e.of.type.kind === 'text' ? 'utf8' : 'latin1')[e.index];
      return byte === undefined ? undefined : BigInt(byte);
    }
    case 'part':
    case 'textTest':
    case 'word':
    case 'cased':
    case 'oneOf': {
      const of = evaluateValue(e.of, scope);
      return typeof of === 'string' ? askText(e, of) : askNone(e);
    }
    case 'digits': {
      const number = scope.headerNumber?.(e.of.key);
      return number === undefined ? (e.missing ?? -1n) : number;
    }
    case 'named': {
      const of = evaluateValue(e.of, scope);
      return of === undefined || of === null ? undefined : (namedBy(e.of)?.get(of as bigint) ?? String(of));
    }
    case 'call':
      return call(e, scope);
    case 'span':
    case 'sizeOf':
      return scope.span?.(e);
    case 'access':
    case 'param':
    case 'wire':
      return undefined;
  }
}

/** What the members of a struct know beforehand: its parameters, by what is given for them at a place. */
export function argumentValues(
  { params }: Struct,
  args: readonly Expression[],
  scope: Scope,
): Map<Field | BitFieldModel, Value> {
  return new Map(params.map((param, i) => [param, evaluateValue(args[i]!, scope)]));
}

/** Without one of its values a call gives none. */
function call({ fn, args }: Expression & { op: 'call' }, scope: Scope): Value {
  const values = args.map((arg) => evaluateValue(arg, scope));
  if (values.some((value) => value === undefined || value === null)) return undefined;
  const given = values.map((value, i) => {
    if (typeof value === 'bigint') return Number(value);
    return fn.params[i]!.type === 'bytes' ? Buffer.from(value as string, 'latin1') : value;
  });
  const result = scope.code.fn(fn)(...given);
  if (result instanceof Uint8Array) return Buffer.from(result).toString('latin1');
  return typeof result === 'number' ? BigInt(result) : result;
}

function binary(e: Expression & { op: 'binary' }, scope: Scope): Value {
  const left = evaluateValue(e.left, scope);
  switch (e.operator) {
    case 'and':
      return left === true && evaluateValue(e.right, scope) === true;
    case 'or':
      return left === true || evaluateValue(e.right, scope) === true;
    case '??':
      return left ?? evaluateValue(e.right, scope);
  }
  const right = evaluateValue(e.right, scope);
  if (e.operator === '==') return (left ?? null) === (right ?? null);
  if (e.operator === '!=') return (left ?? null) !== (right ?? null);
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return undefined;
  switch (e.operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return arithmetic(e.operator, left, right) ?? undefined;
  }
}

/** Whether the arm or branch of a guard is the frame's. */
export function isTaken(guard: Guard, scope: Scope): boolean {
  const { node } = guard;
  if (node.member === 'if') return (evaluateValue(node.condition, scope) === true) === (guard.arm === 0);
  const on = node.on.map((s) => evaluateValue(s, scope));
  const { patterns } = node.arms[guard.arm]!;
  if (patterns !== null) return matches(patterns, on) === true;
  return !node.arms.some((arm) => arm.patterns !== null && matches(arm.patterns, on) === true);
}
