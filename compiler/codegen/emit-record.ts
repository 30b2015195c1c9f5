import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { walk } from '../model/walk.js';
import type { Field, FieldType, WindowModel } from '../model/model.js';
import { eachArm } from './emit-headers.js';
import { headerFunctions } from './header-functions.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';

export type EntryField = Field & { readonly type: FieldType & { readonly kind: 'entry' } };
export type RecordField = Field & { readonly type: FieldType & { readonly kind: 'record' } };

/** Whether a part of the frame is an entry of a record. */
export function isEntry(part: Field | WindowModel | null): part is EntryField {
  return part?.member === 'field' && part.type.kind === 'entry';
}

/** The records of the frame, each in its own arm. */
export function recordsOf(module: Module): RecordField[] {
  return [...walk(module.protocol.frame.body)].filter(
    (m): m is RecordField => m.member === 'field' && m.type.kind === 'record',
  );
}

/** The code of an entry's format, of the record around it and of its path. */
export function entryCode(
  field: EntryField,
  reader: Reader,
): { format: string; from: string; to: string; path: string } {
  const { module } = reader;
  const record = field.type.record() as RecordField;
  return {
    format: module.extern(record.type.extern),
    ...recordRange(record, reader),
    path: module.entryPath(field),
  };
}

/** Where a record starts, and where its window ends. */
export function recordRange(record: Field, reader: Reader): { from: string; to: string } {
  return { from: reader.placeOf(record), to: reader.windowTo(record)! };
}

/** The distance of an entry's record from the start of the frame. */
function offsetCode(field: EntryField, from: string, module: Module): string {
  const place = module.layout.places.get(field.type.record())!;
  return place.anchor === null ? String(place.offset) : `${from} - at`;
}

/** The code of where the bytes start and end that are replaced when an entry gets a value. */
export function changeRange(field: EntryField, name: string, reader: Reader): { from: string; to: string } {
  const { format, from, to, path } = entryCode(field, reader);
  return {
    from: `${format}.changeStart(b, ${from}, ${to}, ${path})`,
    to: `${format}.changeEnd(b, ${name}From, ${to}, ${path})`,
  };
}

/** The code of how many bytes take the place of `nameFrom` to `nameTo` when the entry gets a value. */
export function changedSize(field: EntryField, name: string, value: string, module: Module): string {
  const format = module.extern((field.type.record() as RecordField).type.extern);
  return `${format}.changedSize(b, ${name}From, ${name}To, ${module.entryPath(field)}, ${value})`;
}

/** The code that writes them at `q`. */
export function writeChanged(field: EntryField, name: string, value: string, module: Module): string {
  const format = module.extern((field.type.record() as RecordField).type.extern);
  return `${format}.writeChanged(out, q, ${module.entryPath(field)}, ${value}, b, ${name}From, ${name}To)`;
}

/** The name of the function that gives a record's entries as an encoder takes them. */
export function entriesName(record: Field, module: Module): string {
  const records = recordsOf(module);
  return `entriesOf${records.length === 1 ? '' : records.indexOf(record as RecordField) + 1}`;
}

/** Emits what an encoder hands to a record's format: its entries in the order of their tags. */
export function emitEntries(record: RecordField, module: Module): FunctionDeclarationStructure {
  const rows = (record.type.entries as readonly EntryField[]).map((entry) => {
    const value = `init.${module.property(entry)}`;
    const code =
      entry.type.of.kind === 'map'
        ? `${module.use('whenGiven')}(${value}, ${module.use('headerMapOf')})`
        : value;
    return `[${module.entryPath(entry)}, ${code}],`;
  });
  return {
    kind: StructureKind.Function,
    name: entriesName(record, module),
    docs: ['The entries of a new record; those that are not given are left out.'],
    parameters: [{ name: 'init', type: module.initName }],
    returnType: module.useType('RecordEntries'),
    statements: ['return [', ...rows, '];'],
  };
}

/** The entries that the role `headers` names, each in its own arm. */
export function entryHeaders(module: Module): readonly EntryField[] {
  return module.protocol.roles.headers.filter(isEntry);
}

/** Emits the functions over headers that are an entry of a record. */
export function emitEntryHeaders(
  fields: readonly EntryField[],
  module: Module,
): (FunctionDeclarationStructure | string)[] {
  const most = module.protocol.limits.headers;
  const range = ({ from, to, path }: ReturnType<typeof entryCode>): string => `b, ${from}, ${to}, ${path}`;
  const one = eachArm(fields, 'return undefined;', new Reader(module), (field, reader) => {
    const code = entryCode(field, reader);
    reader.lines.push(`return ${code.format}.header(${range(code)}, key);`);
  });
  const all = eachArm(fields, 'return;', new Reader(module), (field, reader) => {
    const code = entryCode(field, reader);
    reader.lines.push(
      `if (${code.format}.readHeaders(${range(code)}, into, ${most})) return;`,
      `throw new ${module.use('DecodeError')}('limit', ${quote(field.path)}, ${offsetCode(field, code.from, module)}, 'is no map of at most ${most} entries', ${quote(module.schemaAt(field))});`,
    );
  });
  return headerFunctions(module, one, all);
}

/** The lines of a getter that gives an entry's value, or undefined. */
export function entryGetter(field: EntryField, reader: Reader): void {
  const { module, lines } = reader;
  const { format, from, to, path } = entryCode(field, reader);
  const found = `${format}.find(b, ${from}, ${to}, ${path})`;
  switch (field.type.of.kind) {
    case 'bytes':
      lines.push(
        `const place = ${found};`,
        `const start = ${format}.bytesStart(b, place);`,
        `return start < 0 ? undefined : b.subarray(start, ${format}.bytesEnd(b, place));`,
      );
      return;
    case 'map':
      lines.push(
        `if (${found} < 0) return undefined;`,
        `const entries = new ${module.use('HeaderMap')}(${module.exportName}.traits.headerCase);`,
        `if (!${format}.readHeaders(b, ${from}, ${to}, ${path}, entries, ${module.protocol.limits.headers})) throw new ${module.use('DecodeError')}('window', ${quote(field.path)}, 0, 'is no map of texts', ${quote(module.schemaAt(field))});`,
        'return entries;',
      );
      return;
    default:
      lines.push(`return ${reader.value(field)};`);
  }
}

/** The code of the id that an entry is. @throws DecodeError where it is none, when it runs */
export function entryId(field: EntryField, reader: Reader): string {
  const { module } = reader;
  const { format, from, to, path } = entryCode(field, reader);
  const id = `${format}.${field.type.of.kind}(b, ${format}.find(b, ${from}, ${to}, ${path}))`;
  return `${module.use('requireId')}(${id}, ${quote(field.path)}, ${offsetCode(field, from, module)}, ${quote(module.schemaAt(field))})`;
}

/** The lines that write an id over the one that is there, if it takes as many bytes, and return whether they did. */
export function setEntryId(field: EntryField, reader: Reader): string[] {
  const { format, from, to, path } = entryCode(field, reader);
  return [
    `const idFrom = ${format}.changeStart(b, ${from}, ${to}, ${path});`,
    `const idTo = ${format}.changeEnd(b, idFrom, ${to}, ${path});`,
    `if (${changedSize(field, 'id', 'id', reader.module)} !== idTo - idFrom) return false;`,
    `${format}.writeChanged(b, idFrom, ${path}, id, b, idFrom, idTo);`,
    'return true;',
  ];
}

/** The code of where an entry's bytes start or end: the end of the frame where it holds none. */
export function emitEntryBody(field: EntryField, reader: Reader, edge: 'bytesStart' | 'bytesEnd'): string {
  const { format, from, to, path } = entryCode(field, reader);
  reader.lines.push(`const edge = ${format}.${edge}(b, ${format}.find(b, ${from}, ${to}, ${path}));`);
  return 'edge < 0 ? end : edge';
}
