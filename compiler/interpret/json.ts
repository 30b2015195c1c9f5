import { suggest } from '../diagnostics/suggest.js';
import type {
  BitFieldModel,
  Block,
  EntryType,
  Enum,
  ExternTypeModel,
  Field,
  FieldType,
  Protocol,
  Struct,
} from '../model/model.js';
import { isPartial } from '../model/partial-length.js';
import { walk } from '../model/walk.js';
import type { Shown } from './read-frame.js';

/** What `decode --format json` prints and `encode` takes. Bytes are hex, members of enums go by name, big numbers are texts. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A frame's fields as JSON. */
export function toJson(
  protocol: Protocol,
  fields: { readonly [field: string]: Shown },
): { [field: string]: Json } {
  return blockJson(protocol.frame.body, fields);
}

/** JSON that does not fit the schema; `path` says where. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(`${path}: ${message}`);
  }
}

function blockJson(block: Block, fields: { readonly [field: string]: Shown }): { [field: string]: Json } {
  const json: { [field: string]: Json } = {};
  for (const [name, field] of fieldsOf(block)) {
    const value = fields[name];
    if (value === undefined) continue;
    json[name] = field.member === 'bitField' ? numberJson(value, field.enum) : valueJson(field.type, value);
  }
  return json;
}

/** The fields of a block by name; of those that share one, the first. */
export function fieldsOf(block: Block): Map<string, Field | BitFieldModel> {
  const fields = new Map<string, Field | BitFieldModel>();
  for (const member of walk(block)) {
    const own = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
    for (const field of own) {
      const isHidden = field.member === 'field' && (field.isPeek === true || field.isPad === true);
      if (!isHidden && !fields.has(field.name)) fields.set(field.name, field);
    }
  }
  return fields;
}

function valueJson(type: FieldType, value: Shown): Json {
  if (value === null) return null;
  switch (type.kind) {
    case 'int':
      return numberJson(value, type.enum);
    case 'text':
      return textJson(value);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'struct':
    case 'coded':
      return structJson(type.struct, value);
    case 'list':
      return (value as readonly Shown[]).map((v) => valueJson(type.element, v));
    case 'float':
      // JSON has no NaN, no infinities and no negative zero.
      if (Object.is(value, -0)) return '-0';
      return Number.isFinite(value) ? (value as number) : String(value);
    case 'extern':
      return externJson(type.extern, value);
    case 'record':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'entry':
      return entryJson(type.of, value);
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${type.kind} is no field of its own`);
    case 'map':
      return (value as readonly (readonly Shown[])[]).map((pair) => pair.map(textJson));
  }
}

function entryJson(of: EntryType, value: Shown): Json {
  switch (of.kind) {
    case 'int':
      return numberJson(value, of.enum);
    case 'int64':
      return numberJson(value, null);
    case 'text':
      return textJson(value);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'map':
      return (value as readonly (readonly Shown[])[]).map((pair) => pair.map(textJson));
  }
}

function entryFromJson(of: EntryType, json: Json, path: string): Shown {
  switch (of.kind) {
    case 'int':
      return toNumber(json, of.enum, path);
    case 'int64':
      return toNumber(json, null, path);
    case 'text': {
      const text = textOf(json);
      if (text === undefined) throw new JsonError(path, 'has to be a text');
      return text;
    }
    case 'bytes':
      return bytesFromJson(json, path);
    case 'map':
      return entriesFromJson(json, path);
  }
}

function externJson(extern: ExternTypeModel, value: Shown): Json {
  switch (extern.value) {
    case 'int':
    case 'bool':
      return numberJson(value, null);
    case 'text':
      return textJson(value);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'map':
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
      return (value as readonly (readonly Shown[])[]).map((pair) => pair.map(textJson));
    case 'record':
      throw new Error('a record is no field of its own');
  }
}

function externFromJson(extern: ExternTypeModel, json: Json, path: string): Shown {
  switch (extern.value) {
    case 'int':
      return toNumber(json, null, path);
    case 'bool':
      return toBoolean(json, path);
    case 'text':
      if (typeof json !== 'string') throw new JsonError(path, 'has to be a text');
      return json;
    case 'bytes':
      return bytesFromJson(json, path);
    case 'map':
      // The whole map as it stands, where a value is no text.
      return typeof json === 'string' ? bytesFromJson(json, path) : entriesFromJson(json, path);
    case 'record':
      throw new Error('a record is no field of its own');
  }
}

function bytesFromJson(json: Json, path: string): Uint8Array {
  if (typeof json !== 'string' || !HEX.test(json))
    throw new JsonError(path, 'has to be bytes as hex digits: "00ff"');
  return new Uint8Array(Buffer.from(json, 'hex'));
}

/** Bytes that are no text of the encoding are written as hex. */
function textJson(value: Shown): Json {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : (value as string | null);
}

/** A text, or { hex } for bytes that are none; undefined if it is neither. */
function textOf(json: Json | undefined): string | Uint8Array | undefined {
  if (typeof json === 'string') return json;
  const hex =
    typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as { readonly [key: string]: Json })['hex']
      : undefined;
  return typeof hex === 'string' && HEX.test(hex) ? new Uint8Array(Buffer.from(hex, 'hex')) : undefined;
}

const HEX = /^([0-9a-f]{2})*$/i;

function structJson(struct: Struct, value: Shown): Json {
  return blockJson(struct.body, value as { readonly [field: string]: Shown });
}

function numberJson(value: Shown, of: Enum | null): Json {
  if (typeof value !== 'bigint') return value as boolean;
  const member = of === null || of.flags ? undefined : of.members.find((m) => m.value === value);
  if (member !== undefined) return member.name;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(value)
    : String(value);
}

/** Numbers that JSON has no number for. */
const SPECIAL = ['NaN', 'Infinity', '-Infinity', '-0'];

/** A JSON value as the number, boolean, text, bytes, struct or list that a field holds. @throws JsonError */
export function fromJson(field: Field | BitFieldModel, json: Json, path: string): Shown {
  if (field.member === 'bitField') {
    if (field.enum === null && field.width === 1) return toBoolean(json, path);
    return toNumber(json, field.enum, path);
  }
  return typeFromJson(field.type, json, path);
}

export function typeFromJson(type: FieldType, json: Json, path: string): Shown {
  if (json === null && 'nullable' in type && type.nullable) return null;
  switch (type.kind) {
    case 'int':
      return type.bool ? toBoolean(json, path) : toNumber(json, type.enum, path);
    case 'text': {
      const text = textOf(json);
      if (text === undefined) throw new JsonError(path, 'has to be a text');
      return text;
    }
    case 'bytes':
      return bytesFromJson(json, path);
    case 'struct':
    case 'coded': {
      if (typeof json !== 'object' || json === null || Array.isArray(json))
        throw new JsonError(path, `has to be an object with the fields of ${type.struct.name}`);
      return objectFromJson(type.struct.body, json as { readonly [key: string]: Json }, path);
    }
    case 'list':
      if (!Array.isArray(json)) throw new JsonError(path, 'has to be a list');
      return json.map((v: Json, i) => typeFromJson(type.element, v, `${path}[${i}]`));
    case 'float': {
      if (typeof json === 'number') return json;
      if (typeof json === 'string' && SPECIAL.includes(json)) return Number(json);
      throw new JsonError(path, 'has to be a number');
    }
    case 'extern':
      return externFromJson(type.extern, json, path);
    case 'record':
      return bytesFromJson(json, path);
    case 'entry':
      return entryFromJson(type.of, json, path);
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${type.kind} is no field of its own`);
    case 'map':
      return entriesFromJson(json, path);
  }
}

/** An object's values by field. @throws JsonError for a name that is no field */
export function objectFromJson(
  block: Block,
  json: { readonly [key: string]: Json },
  path: string,
): { [field: string]: Shown } {
  const fields = fieldsOf(block);
  const object: { [field: string]: Shown } = {};
  for (const [name, value] of Object.entries(json)) {
    const field = fields.get(name);
    const own = path === '' ? name : `${path}.${name}`;
    if (field === undefined) {
      const near = suggest(name, [...fields.keys()]);
      const hint = near === null ? `there are ${[...fields.keys()].join(', ')}` : `did you mean \`${near}\`?`;
      throw new JsonError(own, `there is no such field; ${hint}`);
    }
    if (field.constant !== null) throw new JsonError(own, 'is constant; leave it out');
    const isDerived = field.derivation !== null && !isPartial(field);
    if (isDerived || (field.member === 'field' && field.computed !== undefined))
      throw new JsonError(own, 'is filled in by the encoder; leave it out');
    if (field.member === 'field' && field.checksum !== null)
      throw new JsonError(own, 'is a checksum and computed; leave it out');
    object[name] = fromJson(field, value, own);
  }
  return object;
}

/** Header entries: an object, or a list of pairs where a key comes more than once. */
function entriesFromJson(json: Json, path: string): Shown {
  const pairs = Array.isArray(json)
    ? json
    : json !== null && typeof json === 'object'
      ? Object.entries(json)
      : null;
  if (pairs === null) throw new JsonError(path, 'has to be an object of texts, or a list of [key, value]');
  return pairs.map((pair: Json, i): Shown => {
    const [first, second, ...more] = Array.isArray(pair) ? (pair as readonly Json[]) : [];
    const key = textOf(first);
    const value = second === null ? null : textOf(second);
    if (key === undefined || value === undefined || more.length > 0)
      throw new JsonError(`${path}[${i}]`, 'has to be a key and a text or null');
    return [key, value];
  });
}

function toBoolean(json: Json, path: string): boolean {
  if (typeof json !== 'boolean') throw new JsonError(path, 'has to be true or false');
  return json;
}

function toNumber(json: Json, of: Enum | null, path: string): bigint {
  const member = of?.members.find((m) => m.name === json);
  if (member !== undefined) return member.value;
  if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
  if (typeof json === 'string' && /^-?\d+$/.test(json)) return BigInt(json);
  throw new JsonError(
    path,
    of === null
      ? 'has to be a whole number'
      : `has to be a number or one of ${of.members.map((m) => m.name).join(', ')}`,
  );
}
