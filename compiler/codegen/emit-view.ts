import {
  StructureKind,
  type ClassDeclarationStructure,
  type GetAccessorDeclarationStructure,
} from 'ts-morph';
import type { Expression } from '../model/expression.js';
import { walk } from '../model/walk.js';
import type { BitFieldModel, Field, Frame } from '../model/model.js';
import { pascalCase } from '../model/camel-case.js';
import { isGiven } from '../model/is-given.js';
import { readAtCursor, slice } from './emit-struct-read.js';
import { isInnerOptional, plainField } from '../model/inner-fields.js';
import { heldCode, isCoded, isInner, presence } from './emit-inner.js';
import { entryGetter, isEntry } from './emit-record.js';
import { docOf, fieldDocs, quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { announcesNull, behindLength } from './self-delimiting.js';
import { argumentsOf } from './struct-arguments.js';
import { tidy } from './tidy.js';
import { fieldTypeText } from './type-text.js';

/** The fields of a frame by name, in layout order; several where arms share one. */
export function fieldsByName(frame: Frame): Map<string, (Field | BitFieldModel)[]> {
  const names = new Map<string, (Field | BitFieldModel)[]>();
  for (const member of walk(frame.body)) {
    const fields =
      member.member === 'bits'
        ? member.fields
        : member.member === 'field' && member.type.kind !== 'record' && !isHidden(member)
          ? isCoded(member)
            ? // What an encoder fills in is checked by readers, and kept by none.
              [member, ...member.type.inner.filter((f) => isGiven(plainField(f)))]
            : [member]
          : [];
    for (const field of fields) names.set(field.name, [...(names.get(field.name) ?? []), field]);
  }
  return names;
}

/** Whether a field has no name that a caller could use. */
function isHidden({ isPeek, isPad, isSkipped }: Field): boolean {
  return isPeek === true || isPad === true || isSkipped === true;
}

/** Emits the view: a class with a getter for every field, each reading where the field lies. */
export function emitView(module: Module): ClassDeclarationStructure {
  const { frame } = module.protocol;
  return {
    kind: StructureKind.Class,
    name: module.viewName,
    isExported: true,
    docs: [
      docOf(
        frame.doc,
        `Every field of a ${frame.name}, read from bytes[start, end) when asked for. The bytes have to be accepted by check.`,
      ),
    ],
    ctors: [
      {
        parameters: [
          { name: 'bytes', type: 'Uint8Array', isReadonly: true },
          { name: 'start', type: 'number', isReadonly: true },
          { name: 'end', type: 'number', isReadonly: true },
        ],
      },
    ],
    methods: [
      {
        name: 'of',
        isStatic: true,
        docs: [`The fields of a frame of this protocol.`],
        parameters: [{ name: 'frame', type: module.useType('XFrame') }],
        returnType: module.viewName,
        statements: [`return new ${module.viewName}(frame.bytes, frame.start, frame.end);`],
      },
    ],
    getAccessors: [...fieldsByName(frame)].map(([, fields]) => emitGetter(fields, module)),
  };
}

function emitGetter(
  fields: readonly (Field | BitFieldModel)[],
  module: Module,
): GetAccessorDeclarationStructure {
  const first = fields[0]!;
  const reader = new Reader(module);
  const optional = fields.some((f) => f.guards.length > 0 || isInnerOptional(f));
  const absent = optional || (first.member === 'field' && isEntry(first) && first.default === null);
  const plain = plainField(first);
  const plainSizes = plain.member === 'bitField' || plain.type.kind === 'int';
  if (plainSizes && !optional) {
    reader.lines.push(`return ${reader.value(first)}${closedCast(plain)};`);
  } else if (plainSizes) {
    const code = reader.field(fieldOf(fields, optional));
    reader.lines.push(`return ${code}${closedCast(plain)}${closedCast(plain) === '' ? '' : ' | undefined'};`);
  } else {
    for (const field of fields as readonly Field[]) {
      if (field.guards.length === 0) {
        emitSized(field, reader, module);
      } else {
        reader.lines.push(`if (${reader.condition(field.guards)}) {`);
        reader.within = field.guards;
        reader.nested(() => emitSized(field, reader, module));
        reader.within = [];
        reader.lines.push('}');
      }
    }
    if (fields.every((f) => f.guards.length > 0)) reader.lines.push('return undefined;');
  }
  return {
    kind: StructureKind.GetAccessor,
    name: module.property(first),
    docs: fieldDocs(first),
    returnType: `${fieldTypeText(first, module)}${absent ? ' | undefined' : ''}`,
    statements: shorten(reader.lines),
  };
}

/** Locals for `this.bytes` and `this.start` where they are used more than once, else the members themselves. */
function shorten(all: readonly string[]): string[] {
  const lines = tidy(all);
  const body = lines.join('\n');
  const count = (pattern: RegExp): number => body.match(pattern)?.length ?? 0;
  const usesEnd = /(?<!\.)\bend\b/.test(body) ? ', end' : '';
  if (count(/\bb\b/g) <= 1 && count(/\bat\b/g) <= 1 && usesEnd === '') {
    return [body.replace(/\bb\b/, 'this.bytes').replace(/\bat\b/, 'this.start')];
  }
  return [`const { bytes: b, start: at${usesEnd} } = this;`, ...lines];
}

function fieldOf(
  fields: readonly (Field | BitFieldModel)[],
  optional: boolean,
): Expression & { op: 'field' } {
  const first = fields[0]!;
  return { op: 'field', name: first.name, fields, span: first.span, optional, type: { kind: 'bool' } };
}

function closedCast(field: Field | BitFieldModel): string {
  const of = field.member === 'bitField' ? field.enum : field.type.kind === 'int' ? field.type.enum : null;
  return of !== null && !of.open && !of.flags ? ` as ${pascalCase(of.name)}` : '';
}

function emitSized(field: Field, reader: Reader, module: Module): void {
  const { type } = field;
  const schema = module.schemaAt(field);
  const { lines } = reader;
  if (type.kind === 'int' || type.kind === 'float' || field.said !== undefined) {
    lines.push(`return ${reader.value(field)}${closedCast(field)};`);
    return;
  }
  if (isEntry(field)) {
    entryGetter(field, reader);
    return;
  }
  if (isInner(field)) {
    lines.push(
      `return ${heldCode(field.type.of(), 'b', 'at', module)}.${module.property(field)}${presence(field)};`,
    );
    return;
  }
  if (isCoded(field)) {
    lines.push(`return ${heldCode(field, 'b', 'at', module)};`);
    return;
  }
  const from = reader.placeOf(field);
  if (type.kind === 'map') {
    const map = module.use('HeaderMap');
    lines.push(
      `const entries = new ${map}(${module.exportName}.traits.headerCase);`,
      `readHeaders(b, at, end, entries);`,
      'return entries;',
    );
    return;
  }
  if (type.kind === 'extern') {
    const name = module.extern(type.extern);
    if (type.extern.value === 'map') {
      const map = module.use('HeaderMap');
      lines.push(
        `const entries = new ${map}(${module.exportName}.traits.headerCase);`,
        `if (!${name}.${type.extern.isHead ? 'readAll' : 'readHeaders'}(b, ${reader.placeOf(field)}, ${reader.endOf(field)}, entries, ${type.maxCount})) throw new ${module.use('DecodeError')}('window', ${quote(field.path)}, 0, 'is no such map', ${quote(schema)});`,
        'return entries;',
      );
    } else {
      const read = `${name}.read(b, ${reader.placeOf(field)}, ${reader.endOf(field)})`;
      lines.push(
        `return ${read}${type.extern.nullable && !type.nullable ? ` ?? ${type.extern.value === 'text' ? "''" : 'NO_BYTES'}` : ''};`,
      );
    }
    return;
  }
  if (
    type.kind === 'record' ||
    type.kind === 'entry' ||
    type.kind === 'inHead' ||
    type.kind === 'composed' ||
    type.kind === 'coded' ||
    type.kind === 'inner'
  )
    throw new Error(`${field.path}: ${type.kind} is refused by the checker`);
  if (type.kind === 'struct' || type.kind === 'list') {
    const window = windowEnd(field, reader);
    lines.push(`const c = new ${module.use('Cursor')}(b, ${from}, ${window});`);
    const count =
      type.kind === 'list' && (type.extent.kind === 'count' || type.extent.kind === 'size')
        ? reader.emit(type.extent.value)
        : null;
    if (type.kind === 'list' && type.nullable) lines.push(`if (${count} === -1) return null;`);
    const depth = String(module.protocol.limits.depth);
    const args = argumentsOf(type, reader);
    readAtCursor(type, field.path, schema, module, lines, 'value', count, null, depth, args);
    lines.push('return value;');
    return;
  }
  if (type.extent.kind === 'prefix') {
    const width = type.extent.int.bits / 8;
    lines.push(`const from = ${from};`);
    if (type.nullable) {
      const none = type.extent.int.signed ? '-1' : String(2 ** type.extent.int.bits - 1);
      lines.push(`if (${reader.lengthAt(type.extent, 'from')} === ${none}) return null;`);
    }
    lines.push(
      `return ${slice(type, `from + ${width}`, reader.endOf(field), field.path, schema, module, 'b', 'at')};`,
    );
    return;
  }
  if (type.extent.kind === 'varying') {
    lines.push(`const from = ${from};`);
    if (type.nullable) lines.push(`if (${announcesNull(type.extent, 'b', 'from', module)}) return null;`);
    const start = behindLength(type.extent, 'b', 'from', module);
    lines.push(`return ${slice(type, start, reader.endOf(field), field.path, schema, module, 'b', 'at')};`);
    return;
  }
  const ending = type.extent.kind === 'until' ? ` - ${type.extent.delimiter.length}` : '';
  if (type.nullable && 'value' in type.extent)
    lines.push(`if (${reader.emit(type.extent.value)} === -1) return null;`);
  const to = type.extent.kind === 'rest' ? windowEnd(field, reader) : reader.endOf(field) + ending;
  lines.push(`return ${slice(type, from, to, field.path, schema, module, 'b', 'at')};`);
}

/** Where the window around a field ends, or what stands behind one that takes the rest begins: the frame's end if there is no window. */
export function windowEnd(field: Field, reader: Reader): string {
  return reader.windowTo(field) ?? 'end';
}
