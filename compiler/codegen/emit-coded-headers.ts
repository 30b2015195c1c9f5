import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { pascalCase } from '../model/camel-case.js';
import { codedAround, plainField, type CodedField } from '../model/inner-fields.js';
import { keyedBy } from '../model/maps-as-lists.js';
import type { Field, FieldType, Struct } from '../model/model.js';
import { givenFields } from './emit-encode.js';
import { eachArm } from './emit-headers.js';
import { codecName, heldCode, isInner, presence, type InnerField } from './emit-inner.js';
import { headerFunctions } from './header-functions.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { reachesRecursion } from './self-delimiting.js';
import { argumentsOf } from './struct-arguments.js';
import { tidy } from './tidy.js';

type ListField = Field & { readonly type: FieldType & { readonly kind: 'list' } };

/** The fields that the role `headers` names where they are in what coded windows stand for, each in its own arm. */
export function codedHeaders(module: Module): readonly InnerField[] {
  return module.protocol.roles.headers.filter(isInner);
}

/** The map itself, which is the list of its entries. */
export function listOf(map: InnerField): ListField {
  return plainField(map) as ListField;
}

function windowOf(map: InnerField): CodedField {
  const window = codedAround(map);
  if (window === null) throw new Error(`${map.path} is in no window with a codec`);
  return window;
}

/** The function that gives the bytes of a window with other headers: `letterWithHeaders`. */
export function codedWriterName(window: Field): string {
  const { struct } = (window as CodedField).type;
  return `encode${pascalCase(struct.name)}WithHeaders`;
}

/** Emits the functions over headers in coded windows: finding one, and reading all. */
export function emitCodedHeaders(
  fields: readonly InnerField[],
  module: Module,
): (FunctionDeclarationStructure | string)[] {
  const entries = (map: InnerField): string =>
    `${heldCode(windowOf(map), 'b', 'at', module)}.${module.property(map)}${presence(map)}`;
  const one = eachArm(fields, 'return undefined;', new Reader(module), (map, reader) => {
    const { key, value } = keyedBy(listOf(map).type)!;
    const found = `${entries(map)}.find((entry) => entry.${module.property(key)} === key)`;
    reader.lines.push(`return ${found}?.${module.property(value)};`);
  });
  const all = eachArm(fields, 'return;', new Reader(module), (map, reader) => {
    const { key, value } = keyedBy(listOf(map).type)!;
    reader.lines.push(
      `for (const entry of ${entries(map)}) into.append(${entryCode(map, key, module)}, ${entryCode(map, value, module)}, -1, -1);`,
      ...(fields.length > 1 ? ['return;'] : []),
    );
  });
  return headerFunctions(module, one, all);
}

/** Emits `encodeLetterWithHeaders(b, at, headers)`: the bytes of the window with other headers, all else in it as it is. */
export function emitCodedHeadersWrite(map: InnerField, module: Module): FunctionDeclarationStructure {
  const window = windowOf(map);
  const list = listOf(map);
  const { codec, max, struct } = window.type;
  const { key, value } = keyedBy(list.type)!;
  const { struct: pair } = list.type.element as FieldType & { readonly struct: Struct };
  const name = pascalCase(struct.name);
  const depth = reachesRecursion({ kind: 'struct', struct, args: [] })
    ? `, ${module.protocol.limits.depth}`
    : '';
  const most = list.type.maxCount;
  const error = module.use('EncodeError');
  const reader = new Reader(module);
  reader.within = window.guards;
  const [from, to] = [reader.placeOf(window), reader.endOf(window)];
  const args = argumentsOf(window.type, reader)
    .map((arg) => `, ${arg}`)
    .join('');
  const nullable = 'nullable' in value.type && value.type.nullable;
  return {
    kind: StructureKind.Function,
    name: codedWriterName(window),
    docs: [
      `The bytes that stand for the ${name} of a frame, with other headers. @throws EncodeError also where an encoder would write what stays otherwise`,
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'headers', type: module.useType('HeaderMap') },
    ],
    returnType: 'Uint8Array',
    statements: tidy([
      `if (headers.size > ${most}) throw new ${error}(${quote(map.path)}, 'has over ${most} entries');`,
      ...reader.lines,
      `const plain = ${module.use('decodeWindow')}(${codecName(codec, module)}, b, at, ${from}, ${to}, ${max}, ${quote(window.path)}, ${quote(module.schemaAt(window))});`,
      `const known = ${heldCode(window, 'b', 'at', module)};`,
      `const again = ${module.use('frameBytes')}(sizeOf${name}(known${depth}));`,
      `write${name}(again, 0, known${args});`,
      `${module.use('requireSame')}(${quote(window.path)}, plain, again);`,
      `const entries: ${pascalCase(pair.name)}[] = [];`,
      'for (const [key, value] of headers) {',
      ...(nullable ? [] : [`if (value === null) throw new ${error}(${quote(value.path)}, 'has no null');`]),
      `entries.push({ ${entryPart(key, 'key', module)}, ${entryPart(value, 'value', module)} });`,
      '}',
      `return encode${name}({ ...known, ${module.property(map)}: entries }${args});`,
    ]),
  };
}

/** The code of a part of an entry that has been read, which an encoder may be free to leave out. */
function entryCode(map: InnerField, field: Field, module: Module): string {
  const { struct } = listOf(map).type.element as FieldType & { readonly struct: Struct };
  const given = givenFields(struct.body).find((one) => one.field === field);
  return `entry.${module.property(field)}${given?.optional === true ? '!' : ''}`;
}

/** `key`, or `name: key` where the field is called otherwise. */
function entryPart(field: Field, local: string, module: Module): string {
  const name = module.property(field);
  return name === local ? local : `${name}: ${local}`;
}
