import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { camelCase } from '../model/camel-case.js';
import { delimiterAfter } from '../model/delimiter-after.js';
import { orderIn } from '../model/expressions-of.js';
import { rangeOf } from '../model/integers.js';
import type { Field, MemberModel, WindowModel } from '../model/model.js';
import { walk } from '../model/walk.js';
import { littleCode, readInteger } from './byte-order.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { windowEnd } from './emit-view.js';
import { announcesNull, behindLength } from './self-delimiting.js';
import { tidy } from './tidy.js';

type MapField = Field & { readonly type: Field['type'] & { readonly kind: 'map' } };

export function isMap(field: MemberModel): field is MapField {
  return field.member === 'field' && field.type.kind === 'map';
}

/** The map fields that the role `headers` names, each in its own arm, all of one struct; none where others keep headers. */
export function headersFields(module: Module): readonly MapField[] {
  return module.protocol.roles.headers.filter(isMap);
}

/** Where the entries of a map start and end, without the delimiter after the last. */
export function entriesRange(field: MapField, reader: Reader): { from: string; to: string } {
  const from = reader.placeOf(field);
  return {
    from,
    to:
      field.type.extent.kind === 'rest'
        ? windowEnd(field, reader)
        : `${reader.endOf(field)}${endsBefore(field)}`,
  };
}

/** The window whose headers `limits.header_bytes` bounds, if its own size does not. */
export function headerWindow(
  module: Module,
): { readonly window: WindowModel; readonly bytes: number } | null {
  const { frame, limits, roles } = module.protocol;
  const window = [...walk(frame.body)].find(
    (m): m is WindowModel =>
      m.member === 'within' && roles.headers.some((map) => m.body.members.includes(map)),
  );
  const high = window?.size.type.kind === 'int' ? window.size.type.high : 0n;
  if (window === undefined || window.guards.length > 0 || high <= BigInt(limits.headerBytes)) return null;
  return { window, bytes: limits.headerBytes };
}

/** The functions that find where the key and the value of an entry end: one where both look alike. */
export function entryEnds({ type: { pair, key, value } }: MapField): {
  readonly key: string;
  readonly value: string;
} {
  const name = camelCase(pair.name);
  if (JSON.stringify(shape(key)) === JSON.stringify(shape(value)))
    return { key: `${name}TextEnd`, value: `${name}TextEnd` };
  return { key: `${name}KeyEnd`, value: `${name}ValueEnd` };
}

/** Emits the functions over header entries: finding one, reading all, and writing them. */
export function emitHeaders(
  fields: readonly MapField[],
  module: Module,
): (FunctionDeclarationStructure | string)[] {
  const [field] = fields as readonly [MapField];
  const { key, value } = field.type;
  const ends = entryEnds(field);
  const [keyTail, valueTail] = [endsBefore(key), endsBefore(value)];
  const cache = (of: Field): string =>
    `new ${module.use('TextCache')}(${isByteText(of) ? module.use('readLatin1') : ''})`;
  const little = littleCode({ order: orderIn(field.type) }, new Reader(module));
  const nullTest = (place: string): string | null =>
    value.type.kind === 'text' && value.type.nullable ? isNullAt(value, place, little, module) : null;
  const text = (place: string, end: string): string => {
    const code = `values.read(b, ${contentAt(value, place, module)}, ${end}${valueTail})`;
    const none = nullTest(place);
    return none === null ? code : `${none} ? null : ${code}`;
  };
  const find = eachArm(fields, 'return -1;', new Reader(module), (map, reader) => {
    const range = entriesRange(map, reader);
    reader.lines.push(
      `const to = ${range.to};`,
      `for (let q = ${range.from}; q < to; ) {`,
      `const v = ${ends.key}(b, q, to, at);`,
      `const next = ${ends.value}(b, v, to, at);`,
      `if (${isKeyed(key, 'q', 'v', 'key', module)}) return v;`,
      'q = next;',
      '}',
      'return -1;',
    );
  });
  const all = eachArm(fields, 'return;', new Reader(module), (map, reader) => {
    const range = entriesRange(map, reader);
    const most = Math.min(map.type.maxCount, module.protocol.limits.headers);
    reader.lines.push(
      `const to = ${range.to};`,
      `for (let q = ${range.from}; q < to; ) {`,
      `if (into.size === ${most}) {`,
      `throw new ${module.use('DecodeError')}('limit', ${quote(map.path)}, q - at, 'has over ${most} entries', ${quote(module.schemaAt(map))});`,
      '}',
      `const v = ${ends.key}(b, q, to, at);`,
      `const next = ${ends.value}(b, v, to, at);`,
      `into.append(keys.read(b, ${contentAt(key, 'q', module)}, v${keyTail}), ${text('v', 'next')}, q, next);`,
      'q = next;',
      '}',
      ...(fields.length > 1 ? ['return;'] : []),
    );
  });
  const b = { name: 'b', type: 'Uint8Array' };
  const at = { name: 'at', type: 'number' };
  const end = { name: 'end', type: 'number' };
  const usesEnd = needsEnd(module);
  const endParam = usesEnd ? [end] : [];
  const endArg = usesEnd ? ', end' : '';
  return [
    ...(ends.key === ends.value
      ? [textEndFunction(ends.key, [key, value], little, module)]
      : [
          textEndFunction(ends.key, [key], little, module),
          textEndFunction(ends.value, [value], little, module),
        ]),
    `/** Header keys and values: most are the same again and again. */\nconst keys = ${cache(key)};\nconst values = ${cache(value)};`,
    {
      kind: StructureKind.Function,
      name: 'findHeader',
      docs: ['Where the value of the first entry under `key` starts, or -1. @throws DecodeError'],
      parameters: [b, at, ...endParam, { name: 'key', type: 'string' }],
      returnType: 'number',
      statements: tidy(find),
    },
    {
      kind: StructureKind.Function,
      name: 'headerOf',
      parameters: [
        b,
        at,
        end.name === 'end' && usesEnd ? end : { name: '_end', type: 'number' },
        { name: 'key', type: 'string' },
      ],
      returnType: 'string | null | undefined',
      statements: [
        `const v = findHeader(b, at${endArg}, key);`,
        'if (v < 0) return undefined;',
        `const to = ${ends.value}(b, v, b.length, at);`,
        `return ${text('v', 'to')};`,
      ],
    },
    ...(module.usesKnownHeader
      ? [
          {
            kind: StructureKind.Function,
            name: 'knownHeader',
            docs: ['A header whose values are few, as the very same string each time.'],
            parameters: [b, at, ...endParam, { name: 'key', type: 'string' }],
            returnType: 'string | undefined',
            statements: [
              `const v = findHeader(b, at${endArg}, key);`,
              `if (v < 0${nullTest('v') === null ? '' : ` || ${nullTest('v')!}`}) return undefined;`,
              `return ${isByteText(value) ? 'byteNames' : 'names'}.read(b, ${contentAt(value, 'v', module)}, ${ends.value}(b, v, b.length, at)${valueTail});`,
            ],
          } satisfies FunctionDeclarationStructure,
        ]
      : []),
    {
      kind: StructureKind.Function,
      name: 'readHeaders',
      parameters: [
        b,
        at,
        usesEnd ? end : { name: '_end', type: 'number' },
        { name: 'into', type: module.useType('HeaderMap') },
      ],
      returnType: 'void',
      statements: tidy(all),
    },
  ];
}

/** Whether finding headers asks for the end of the frame: where the entries of a map end with it. */
export function needsEnd(module: Module): boolean {
  return headersFields(module).some((map) => entriesRange(map, new Reader(module)).to === 'end');
}

/**
 * The lines that do something with the field that a frame has of those which stand in arms of their own.
 *
 * @param absent what is done with a frame that has none
 * @param emit adds the lines for one, which return, to the reader
 */
export function eachArm<Of extends Field>(
  fields: readonly Of[],
  absent: string,
  reader: Reader,
  emit: (field: Of, reader: Reader) => void,
): string[] {
  const { lines } = reader;
  const [first] = fields;
  if (first !== undefined && fields.length === 1) {
    if (first.guards.length > 0) lines.push(`if (!(${reader.condition(first.guards)})) ${absent}`);
    reader.within = first.guards;
    emit(first, reader);
    return lines;
  }
  for (const field of fields) {
    lines.push(`if (${reader.condition(field.guards)}) {`);
    reader.within = field.guards;
    reader.nested(() => emit(field, reader));
    reader.within = [];
    lines.push('}');
  }
  lines.push(absent);
  return lines;
}

function textEndFunction(
  name: string,
  fields: readonly Field[],
  little: string,
  module: Module,
): FunctionDeclarationStructure {
  const [field] = fields;
  const { extent, nullable } = field!.type as Field['type'] & { kind: 'text' };
  const path = fields.length === 1 ? field!.path : field!.path.slice(0, field!.path.indexOf('.'));
  const fail = (test: string, detail: string): string[] => [
    `if (${test}) {`,
    `throw new ${module.use('DecodeError')}('window', ${quote(path)}, p - at, ${detail}, ${quote(module.schemaAt(field!))});`,
    '}',
  ];
  const lines: string[] = [];
  if (extent.kind === 'prefix') {
    const width = extent.int.bits / 8;
    lines.push(`const length = p + ${width} <= to ? ${readInteger(extent, 'b', 'p', little, module)} : -2;`);
    if (nullable || fields.some((f) => f.type.kind === 'text' && f.type.nullable)) {
      lines.push(`if (length === ${nullLength(field!)} && p + ${width} <= to) return p + ${width};`);
    }
    const max = extent.max === null ? '' : ` || length > ${extent.max}`;
    lines.push(
      ...fail(
        `length < 0 || p + ${width} + length > to${max}`,
        quote('a text runs over the end of the headers'),
      ),
    );
    lines.push(`return p + ${width} + length;`);
  } else if (extent.kind === 'varying') {
    const isNullable = nullable || fields.some((f) => f.type.kind === 'text' && f.type.nullable);
    lines.push(
      `const end = ${module.announcedEnd(extent, isNullable)}(b, p, to);`,
      ...fail('end <= 0', quote('a text runs over the end of the headers')),
      'return end;',
    );
  } else if (extent.kind === 'until') {
    const max = extent.max ?? module.protocol.limits.line;
    const detail = `a text has no ${JSON.stringify(extent.delimiter)} after it, or over ${max} bytes before it`;
    lines.push(
      `const end = ${module.use('untilEnd')}(b, p, to, ${module.delimiter(extent.delimiter)}, ${max});`,
      ...fail('end <= 0', quote(detail)),
      'return end;',
    );
  } else {
    const size = extent.kind === 'size' && extent.value.op === 'int' ? extent.value.value : 0n;
    lines.push(
      ...fail(`p + ${size} > to`, quote('a text runs over the end of the headers')),
      `return p + ${size};`,
    );
  }
  return {
    kind: StructureKind.Function,
    name,
    docs: [
      extent.kind === 'until'
        ? 'Where the text that starts at `p` ends, its delimiter included. @throws DecodeError'
        : 'Where the text that starts at `p` ends, which is inside its window. @throws DecodeError',
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'p', type: 'number' },
      { name: 'to', type: 'number' },
      { name: 'at', type: 'number' },
    ],
    returnType: 'number',
    statements: lines,
  };
}

/** What makes two texts look alike on the wire; a key may use the function of a nullable value. */
function shape(field: Field): unknown {
  const type = field.type as Field['type'] & { kind: 'text' };
  const { extent } = type;
  if (extent.kind === 'until') return [extent.delimiter, extent.max];
  if (extent.kind === 'varying') return [extent.length.form, extent.length.int, extent.max];
  return extent.kind === 'prefix' ? [extent.int, extent.max, extent.order !== undefined] : [field.path];
}

/** Whether the bytes of a text are a character each. Texts in ASCII are read as UTF-8, of which ASCII is a part. */
export function isByteText({ type }: Field): boolean {
  return type.kind === 'text' && type.encoding === 'latin1';
}

/** The code of whether an entry from `from` on, whose key ends at `end`, is one under a key, whose code is `wanted`. */
export function isKeyed(key: Field, from: string, end: string, wanted: string, module: Module): string {
  const same = module.use(module.protocol.headerCase === 'sensitive' ? 'equalsText' : 'equalsKey');
  const read = isByteText(key) ? `, ${module.use('readLatin1')}` : '';
  return `${same}(b, ${contentAt(key, from, module)}, ${end}${endsBefore(key)}, ${wanted}${read})`;
}

/** The code that comes back over the delimiter after a text or map; nothing where none ends it. */
export function endsBefore({ type }: Field): string {
  const delimiter = 'extent' in type ? delimiterAfter(type.extent) : null;
  return delimiter === null ? '' : ` - ${delimiter.length}`;
}

/** The code of where the characters of a text start that stands at a place. */
export function contentAt({ type }: Field, place: string, module: Module): string {
  const { extent } = type as Field['type'] & { kind: 'text' };
  if (extent.kind === 'varying') return behindLength(extent, 'b', place, module);
  return extent.kind === 'prefix' ? `${place} + ${extent.int.bits / 8}` : place;
}

/** The code of whether a text at a place is null; null where nothing could say so. */
function isNullAt(field: Field, place: string, little: string, module: Module): string | null {
  const { extent } = field.type as Field['type'] & { kind: 'text' };
  if (extent.kind === 'varying') return announcesNull(extent, 'b', place, module);
  if (extent.kind !== 'prefix') return null;
  return `${readInteger(extent, 'b', place, little, module)} === ${nullLength(field)}`;
}

/** The bytes before a text that say how long it is. */
export function prefixWidth(field: Field): number {
  const type = field.type as Field['type'] & { kind: 'text' };
  return type.extent.kind === 'prefix' ? type.extent.int.bits / 8 : 0;
}

/** The length that stands for null. */
export function nullLength(field: Field): string {
  const type = field.type as Field['type'] & { kind: 'text' };
  if (type.extent.kind !== 'prefix') return '-1';
  return type.extent.int.signed ? '-1' : String(rangeOf(type.extent.int).high);
}
