import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { pascalCase } from '../model/camel-case.js';
import { isInnerOptional, plainField, type CodedField } from '../model/inner-fields.js';
import { isBig } from '../model/integers.js';
import type { BitFieldModel, CodecModel, Field, FieldType, Keyed, Wanted } from '../model/model.js';
import { givenFields } from './emit-encode.js';
import { readAtCursor } from './emit-struct-read.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { reachesRecursion } from './self-delimiting.js';
import { argumentsOf, structParams } from './struct-arguments.js';
import { tidy } from './tidy.js';
import { typeText } from './type-text.js';

/** A struct, or a window that stands for one, whose fields are read by their names; a map whose entries are by theirs. */
type Holder = Field & { readonly type: FieldType & { readonly kind: 'struct' | 'coded' | 'list' } };

/** A field in such a struct. */
export type InnerField = Field & { readonly type: FieldType & { readonly kind: 'inner' } };

export function isInner(field: Field | BitFieldModel): field is InnerField {
  return field.member === 'field' && field.type.kind === 'inner';
}

export function isCoded(field: Field | BitFieldModel): field is CodedField {
  return field.member === 'field' && field.type.kind === 'coded';
}

/** The function that gives what a held field holds, read once for a frame: `packetOf`; arms may share its name. */
function holderName(of: Field, module: Module): string {
  const local = module.local(of);
  const i = [...module.held].filter((field) => module.local(field) === local).indexOf(of);
  return module.local(`${local}Of${i === 0 ? '' : i + 1}`);
}

/** The code of what a struct, a coded window or a map that is a list holds. */
export function heldCode(of: Field, b: string, at: string, module: Module): string {
  module.held.add(of);
  return `${holderName(of, module)}(${b}, ${at})`;
}

/** The code of a field in a struct or coded window; undefined where it is not there, or null. */
export function innerCode(field: InnerField, reader: Reader): string {
  const { module } = reader;
  const holder = heldCode(field.type.of(), reader.b, reader.at, module);
  const plain = plainField(field);
  if (field.type.where !== undefined) return foundCode(field.type.where, field, holder, module);
  const code = `${holder}.${module.property(field)}`;
  const nullable = plain.member === 'field' && 'nullable' in plain.type && plain.type.nullable;
  return nullable ? `(${code} === null ? undefined : ${code})` : `${code}${presence(field)}`;
}

/** The code of a field of the element that is looked for in a list; undefined where there is none, or it is null. */
function foundCode({ key, value }: Wanted, field: InnerField, list: string, module: Module): string {
  const { type } = field.type.of();
  const of = key.member === 'bitField' ? key.enum : key.type.kind === 'int' ? key.type.enum : null;
  const isLong = key.member === 'field' && key.type.kind === 'int' && isBig(key.type.int, key.range);
  const wanted =
    typeof value !== 'bigint'
      ? typeof value === 'string'
        ? quote(value)
        : String(value)
      : of === null
        ? `${value}${isLong ? 'n' : ''}`
        : module.enumValue(of, value);
  const isNull = 'nullable' in type && type.nullable;
  const element = `${list}${isNull ? '?' : ''}.find((one) => one.${module.property(key)} === ${wanted})`;
  const plain = plainField(field);
  const nullable = plain.member === 'field' && 'nullable' in plain.type && plain.type.nullable;
  const code = `${element}?.${module.property(field)}`;
  return nullable ? `(${code} ?? undefined)` : code;
}

/**
 * The code of what stands under a key of a map that is a list of its entries.
 *
 * @param entries the code of the list, @param isOptional whether it can be undefined
 */
export function lookUpCode(
  { key, value }: Keyed,
  entries: string,
  isOptional: boolean,
  wanted: string,
  module: Module,
): string {
  const test = `(entry) => entry.${module.property(key)} === ${quote(wanted)}`;
  const code = `${entries}${isOptional ? '?' : ''}.find(${test})?.${module.property(value)}`;
  const nullable = 'nullable' in value.type && value.type.nullable;
  return nullable ? `(${code} ?? undefined)` : code;
}

/** `!` after a property that an encoder may leave out, and a reader never does. */
export function presence(field: InnerField): string {
  const holder = field.type.of().type;
  if ((holder.kind !== 'struct' && holder.kind !== 'coded') || isInnerOptional(field)) return '';
  const given = givenFields(holder.struct.body).find((one) => one.field.name === field.name);
  return given === undefined || given.optional ? '!' : '';
}

/** The name of a codec in generated code. */
export function codecName(codec: CodecModel, module: Module): string {
  return codec.kind === 'builtin' ? module.use(codec.name) : module.extern(codec);
}

/** Emits what reads the structs and coded windows that something asks for, and the lines by which check begins anew. */
export function emitHeld(module: Module): {
  statements: (FunctionDeclarationStructure | string)[];
  begin: string[];
} {
  const statements: (FunctionDeclarationStructure | string)[] = [];
  const begin: string[] = [];
  for (const of of module.held as ReadonlySet<Holder>) {
    const name = holderName(of, module);
    const kept = `${name.replace(/Of(?=\d*_?$)/, '')}Kept`;
    // What is asked of a list that is null is not in it.
    const orNone = of.type.kind === 'list' && of.type.nullable ? ' ?? []' : '';
    const type = typeText(of.type.kind === 'list' ? { ...of.type, nullable: false } : of.type, module);
    statements.push(
      `/** The ${of.name} of the frame at hand, read when it is first asked for. */\nconst ${kept} = new ${module.use('Kept')}<${type}>();`,
      {
        kind: StructureKind.Function,
        name,
        docs: [`What the ${of.name} of a frame holds. @throws DecodeError`],
        parameters: [
          { name: 'b', type: 'Uint8Array' },
          { name: 'at', type: 'number' },
        ],
        returnType: type,
        statements: [
          `const known = ${kept}.of(b, at);`,
          'if (known !== null) return known;',
          ...tidy([...readHolder(of, module), `return ${kept}.keep(b, at, value${orNone});`]),
        ],
      },
    );
    begin.push(`${kept}.forget();`);
  }
  return { statements, begin };
}

/** The lines that read a struct, or decode a window and read what it stands for, as `value`. */
function readHolder(of: Holder, module: Module): string[] {
  const reader = new Reader(module);
  reader.within = of.guards;
  const { lines } = reader;
  const schema = module.schemaAt(of);
  const type: FieldType =
    of.type.kind === 'coded' ? { kind: 'struct', struct: of.type.struct, args: of.type.args } : of.type;
  const from = reader.placeOf(of);
  if (of.type.kind === 'coded') {
    const codec = codecName(of.type.codec, module);
    const to = reader.endOf(of);
    lines.push(
      `const plain = ${module.use('decodeWindow')}(${codec}, b, at, ${from}, ${to}, ${of.type.max}, ${quote(of.path)}, ${quote(schema)});`,
      `const c = new ${module.use('Cursor')}(plain, 0, plain.length);`,
    );
  } else {
    const end = reader.windowTo(of) ?? reader.place(module.layout.end);
    lines.push(`const c = new ${module.use('Cursor')}(b, ${from}, ${end});`);
  }
  const args = argumentsOf(type, reader);
  const depth = String(module.protocol.limits.depth);
  const count = 'extent' in type && 'value' in type.extent ? reader.emit(type.extent.value) : null;
  readAtCursor(type, of.path, schema, module, lines, 'value', count, null, depth, args);
  if (of.type.kind === 'coded')
    lines.push(
      `if (c.at !== plain.length) throw new ${module.use('DecodeError')}('window', ${quote(of.path)}, c.at, \`\${plain.length - c.at} bytes of what it holds are left over\`, ${quote(schema)});`,
    );
  return lines;
}

/** Emits `encodePacket(v)`: the bytes of a coded window that stands for a struct. */
export function emitCodedWrite(of: CodedField, module: Module): FunctionDeclarationStructure {
  const name = pascalCase(of.type.struct.name);
  const { max, struct } = of.type;
  const params = structParams(struct, module, 'write');
  const deep = reachesRecursion({ kind: 'struct', struct, args: [] });
  const depth = deep ? `, ${module.protocol.limits.depth}` : '';
  return {
    kind: StructureKind.Function,
    name: `encode${name}`,
    docs: [`The bytes that stand for a ${name}. @throws EncodeError`],
    parameters: [{ name: 'v', type: name }, ...params],
    returnType: 'Uint8Array',
    statements: [
      `const size = sizeOf${name}(v${depth});`,
      `${module.use('requireInteger')}(${quote(`${of.path} (bytes in it)`)}, size, 0, ${max});`,
      `const plain = ${module.use('frameBytes')}(size);`,
      `write${name}(${['plain', '0', 'v', ...params.map((param) => param.name)].join(', ')});`,
      `return ${codecName(of.type.codec, module)}.encode(plain);`,
    ],
  };
}
