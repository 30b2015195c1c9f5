import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { camelCase } from '../model/camel-case.js';
import type { Expression } from '../model/expression.js';
import { checksumsOf, checksumsOver } from '../model/covers.js';
import { parts } from '../model/expressions-of.js';
import { composedBits, isBig } from '../model/integers.js';
import type { Field, FieldType, IdForm, IntField, WindowModel } from '../model/model.js';
import { fixedSize, memberSize } from '../model/size.js';
import { windowEnd } from './emit-view.js';
import { isByteText, isMap } from './emit-headers.js';
import { emitEntryBody, entryId, isEntry, setEntryId } from './emit-record.js';
import { emitSetTimeout } from './emit-timeout.js';
import { quote, type Module } from './module.js';
import { littleCode, readInOrder, writeInOrder } from './byte-order.js';
import { putInPlace, writeInPlace } from './put-in-place.js';
import { isMarked, Reader } from './reader.js';
import { behindLength, formedSize, leastSize, writeFormed } from './self-delimiting.js';
import { tidy } from './tidy.js';
import { fieldTypeText } from './type-text.js';

const B = { name: 'b', type: 'Uint8Array' };
const AT = { name: 'at', type: 'number' };

/** Reads texts that come again and again. */
class TextReader extends Reader {
  protected override text(type: FieldType & { kind: 'text' }, from: string, to: string): string {
    const isBytes = type.encoding === 'latin1';
    if (isBytes) this.module.usesByteNames = true;
    else this.module.usesNames = true;
    return `${isBytes ? 'byteNames' : 'names'}.read(b, ${from}, ${to})`;
  }
}

/** Reads a frame in a role: names as texts, and headers by the function over entries. */
export class RoleReader extends TextReader {
  constructor(
    module: Module,
    private readonly endArgument = '',
  ) {
    super(module);
  }

  /** A name that stands behind what is walked over is kept with the places there: service, method and others ask for it. */
  protected override textValue(field: Field, type: FieldType & { kind: 'text' }): string {
    if (!isKept(field, this.module)) return super.textValue(field, type);
    this.module.textMark(field);
    return `${textName(field, this.module)}(b, at)`;
  }

  /** What is kept as a text is compared as one. */
  override bytesEqual(e: Expression & { op: 'field' }, text: string): string {
    const [field] = e.fields as readonly Field[];
    if (e.fields.length > 1 || !isKept(field!, this.module) || !isName(field!, this.module))
      return super.bytesEqual(e, text);
    const same = `${this.value(field!)} === ${quote(text)}`;
    return field!.guards.length === 0 ? `(${same})` : `(${this.condition(field!.guards)} && ${same})`;
  }

  /** What is kept as a text is compared as one. */
  override which(e: Expression & { op: 'oneOf' }): string | null {
    const [field] = e.of.op === 'field' ? (e.of.fields as readonly Field[]) : [];
    const isText = field !== undefined && isKept(field, this.module) && isName(field, this.module);
    return isText ? null : super.which(e);
  }

  override header(e: Expression & { op: 'header' }): string {
    const { headers } = this.module.protocol.roles;
    if (!e.maps.every((map) => headers.includes(map))) return super.header(e);
    this.module.usesKnownHeader = true;
    // An extern keeps its own texts.
    const [map] = e.maps;
    if (map !== undefined && isMap(map)) {
      if (isByteText(map.type.value)) this.module.usesByteNames = true;
      else this.module.usesNames = true;
    }
    const code = `knownHeader(b, at${this.endArgument}, ${quote(e.key)})`;
    if (headers.every((map) => e.maps.includes(map))) return code;
    const has = e.maps.map((map) => `(${this.condition(map.guards)})`).join(' || ');
    return `(${has} ? ${code} : undefined)`;
  }
}

/** `nameText`: the function that reads a text once. */
function textName(field: Field, module: Module): string {
  const texts = [...module.markedTexts, field].filter((f) => camelCase(f.name) === camelCase(field.name));
  const i = texts.indexOf(field);
  return `${camelCase(field.name)}Text${i === 0 ? '' : i + 1}`;
}

function isKept(field: Field, module: Module): boolean {
  if (field.type.kind !== 'text' || field.type.nullable || field.type.extent.kind === 'prefix') return false;
  const { anchor } = module.layout.places.get(field)!;
  return anchor !== null && isMarked(anchor, module);
}

/** Whether a field is read for a name that routes match, so that its text is there anyway. */
function isName(field: Field, module: Module): boolean {
  const { service, method, group, version } = module.protocol.roles;
  return [service, method, group, version].some(
    (e) => e !== null && [...parts(e)].some((part) => part.op === 'field' && part.fields.includes(field)),
  );
}

/** Emits the functions that read a text of the frame at hand once. */
export function emitTexts(module: Module): FunctionDeclarationStructure[] {
  return module.markedTexts.map((field) => {
    const mark = module.textMark(field);
    const reader = new TextReader(module);
    reader.within = field.guards;
    const code = reader.value(field);
    return {
      kind: StructureKind.Function,
      name: textName(field, module),
      docs: [`The ${field.name.replaceAll('_', ' ')}, read once for all who ask.`],
      parameters: [B, AT],
      returnType: 'string',
      statements: [
        `const known = marks.text(b, at, ${mark});`,
        'if (known !== undefined) return known;',
        ...reader.lines,
        `return marks.keepText(${mark}, ${code});`,
      ],
    };
  });
}

/** A function (b, at, end) that gives a role's value; `end` is left out where it is not read. */
function roleFunction(
  name: string,
  returnType: string,
  reader: Reader,
  result: string,
  docs: string[] = [],
): FunctionDeclarationStructure {
  const lines = tidy([...reader.lines, `return ${result};`]);
  const usesEnd = /(?<!\.)\bend\b/.test(lines.join('\n'));
  return {
    kind: StructureKind.Function,
    name,
    docs,
    parameters: [B, AT, ...(usesEnd ? [{ name: 'end', type: 'number' }] : [])],
    returnType,
    statements: lines,
  };
}

/** Emits the functions of the roles a protocol has. The names are those of the contract. */
export function emitRoles(module: Module, headersNeedEnd: boolean): FunctionDeclarationStructure[] {
  const { roles } = module.protocol;
  const reader = (): RoleReader => new RoleReader(module, headersNeedEnd ? ', end' : '');
  const functions: FunctionDeclarationStructure[] = [];
  const expression = (name: string, e: Expression | null, type: string, absent: string | null): void => {
    if (e === null) return;
    const r = reader();
    const code = r.emit(e);
    functions.push(
      roleFunction(name, type, r, e.optional && absent !== null ? `${code} ?? ${absent}` : code),
    );
  };
  expression('kindOf', roles.kind, module.useType('FrameKind'), null);
  expression('isHeartbeat', roles.heartbeat, 'boolean', 'false');
  expression('isGoaway', roles.goaway, 'boolean', 'false');
  const head = idInHead(module);
  if (head !== null) functions.push(...emitHeadId(head, module));
  else if (roles.id !== null) functions.push(emitIdOf(module), ...emitSetId(module));
  if (roles.timeout?.type.kind === 'text') {
    const r = reader();
    const code = r.emit(roles.timeout);
    functions.push(roleFunction('timeoutOf', 'number', r, `${module.use('textNumber')}(${code})`));
  } else expression('timeoutOf', roles.timeout, 'number', '0');
  const setTimeout = emitSetTimeout(module);
  if (setTimeout !== null) functions.push(setTimeout);
  if (roles.status?.type.kind === 'text') {
    const r = reader();
    const code = r.emit(roles.status);
    functions.push(roleFunction('wireStatusOf', 'number', r, `${module.use('textNumber')}(${code})`));
  } else expression('wireStatusOf', roles.status, 'number', '0');
  expression('serviceOf', roles.service, 'string | undefined', null);
  expression('methodOf', roles.method, 'string | undefined', null);
  expression('groupOf', roles.group, 'string | undefined', null);
  expression('versionOf', roles.version, 'string | undefined', null);
  expression('expects', roles.expects, 'number', '1');
  expression('isExclusive', roles.exclusive, 'boolean', 'false');
  if (roles.body.length > 0) functions.push(...emitBody(roles.body, module));
  if (module.protocol.reply !== null && module.protocol.facts.length > 0)
    functions.push(emitFactsOf(reader(), module));
  return functions;
}

/** Emits `factsOf`: what the replies to a request are read by. */
function emitFactsOf(reader: RoleReader, module: Module): FunctionDeclarationStructure {
  const values = module.protocol.facts.map(({ name, field, value }) => {
    const of = field.type.kind === 'int' ? field.type.enum : null;
    const cast = of === null || of.open || of.flags ? '' : ` as ${fieldTypeText(field, module)}`;
    const code = value.type.kind === 'bytes' ? copied(reader.emit(value), value) : reader.emit(value);
    return `${camelCase(name)}: ${code}${cast}`;
  });
  const type = module.factsName;
  return {
    kind: StructureKind.Function,
    name: 'factsOf',
    docs: ['What the replies to a request are read by.'],
    parameters: [B, AT, { name: 'end', type: 'number' }],
    returnType: type,
    statements: tidy([...reader.lines, `return { ${values.join(', ')} };`]),
  };
}

/** Bytes that stay when those of the request are gone. */
function copied(code: string, { optional }: Expression): string {
  return optional ? `${code}?.slice()` : `${code}.slice()`;
}

function idType(id: Field): FieldType & { kind: 'int' } {
  return id.type as FieldType & { kind: 'int' };
}

/** The fields that are the id, each in its own arm. */
function idsOf(module: Module): Field[] {
  const { roles, idInOtherArms } = module.protocol;
  return roles.id === null ? [] : [roles.id, ...idInOtherArms];
}

function emitIdOf(module: Module): FunctionDeclarationStructure {
  const reader = new Reader(module);
  const ids = idsOf(module);
  const read = (id: Field): string => {
    if (isEntry(id)) return entryId(id, reader);
    if (id.type.kind === 'composed') return composedCode(id.type.parts, reader);
    if (id.type.kind === 'text') return textIdCode(id, reader, module);
    const { int, form } = idType(id);
    if (form.kind !== 'fixed' || !isBig(int, id.range)) return reader.value(id);
    if (int.bits !== 64 || int.signed) return `${module.use('exactId')}(${reader.value(id)})`;
    return requestId64(id, reader);
  };
  if (ids.length === 1) return roleFunction('idOf', module.useType('RequestId'), reader, read(ids[0]!));
  // What stands in one arm is read there only.
  ids.forEach((id, i) => {
    const condition = i < ids.length - 1 ? reader.condition(id.guards) : null;
    const start = reader.lines.length;
    reader.within = id.guards;
    reader.nested(() => reader.lines.push(`return ${read(id)};`));
    reader.within = [];
    if (condition === null) return;
    reader.lines.splice(start, 0, `if (${condition}) {`);
    reader.lines.push('}');
  });
  const result = /^return (.*);$/s.exec(reader.lines.pop()!)![1]!;
  return roleFunction('idOf', module.useType('RequestId'), reader, result);
}

function emitSetId(module: Module): FunctionDeclarationStructure[] {
  const reader = new Reader(module);
  const ids = idsOf(module);
  ids.forEach((id, i) => {
    const condition = i < ids.length - 1 ? reader.condition(id.guards) : null;
    if (condition !== null) reader.lines.push(`if (${condition}) {`);
    reader.within = id.guards;
    reader.nested(() => setId(id, i === 0 ? 'newId' : `newId${i + 1}`, reader, module));
    reader.within = [];
    if (condition !== null) reader.lines.push('}');
  });
  const { lines } = reader;
  const hasChecksum = checksumsOf(module.protocol.frame).length > 0;
  return [
    {
      kind: StructureKind.Function,
      name: 'setId',
      docs: hasChecksum
        ? ['A checksum over the id changes by what the id changes: a frame that came damaged stays so.']
        : [],
      parameters: [
        B,
        AT,
        { name: '_end', type: 'number' },
        { name: 'id', type: module.useType('RequestId') },
      ],
      returnType: 'boolean',
      statements: tidy(lines),
    },
  ];
}

/** The id that stands under a key of a head, and the head; null where the id is a field. */
export function idInHead(module: Module): { head: Field; name: string; key: string; path: string } | null {
  const { id } = module.protocol.roles;
  if (id?.type.kind !== 'inHead') return null;
  const { head } = id.type;
  if (head.type.kind !== 'extern') throw new Error(`${id.path} is in no head`);
  return { head, name: module.extern(head.type.extern), key: id.type.key, path: id.path };
}

/** Emits what finds, reads and replaces the id in a head. */
function emitHeadId(
  { head, name, key, path }: NonNullable<ReturnType<typeof idInHead>>,
  module: Module,
): FunctionDeclarationStructure[] {
  const reader = new Reader(module);
  const [from, to] = [reader.placeOf(head), reader.endOf(head)];
  const error = `new ${module.use('DecodeError')}('window', ${quote(path)}, ${from} - at, 'is missing', ${quote(module.schemaAt(head))})`;
  const lines = [
    ...reader.lines,
    `const place = ${name}.idStart(b, ${from}, ${to}, ${quote(key)});`,
    `if (place < 0) throw ${error};`,
  ];
  const id = { name: 'id', type: module.useType('RequestId') };
  const again = new Reader(module);
  const start = { from: again.placeOf(head), lines: again.lines };
  return [
    {
      kind: StructureKind.Function,
      name: 'idPlace',
      docs: ['Where the id stands. @throws DecodeError'],
      parameters: [B, AT],
      returnType: 'number',
      statements: tidy([...lines, 'return place;']),
    },
    {
      kind: StructureKind.Function,
      name: 'idOf',
      parameters: [B, AT],
      returnType: module.useType('RequestId'),
      statements: tidy([...start.lines, `return ${name}.readId(b, ${start.from}, idPlace(b, at));`]),
    },
    {
      kind: StructureKind.Function,
      name: 'setId',
      parameters: [B, AT, { name: '_end', type: 'number' }, id],
      returnType: 'boolean',
      statements: [
        'const place = idPlace(b, at);',
        ...start.lines,
        `const head = ${start.from};`,
        `if (${name}.idSize(b, head, id) !== ${name}.idEnd(b, head, place) - place) return false;`,
        `${name}.writeId(b, place, id, b, head);`,
        'return true;',
      ],
    },
  ];
}

/** The code of an id of 64 bits, a bigint only where a number is not exact. */
function requestId64(id: Field, reader: Reader): string {
  const read = (little: boolean): string =>
    `${reader.module.use(little ? 'requestId64le' : 'requestId64')}(b, ${reader.placeOf(id)})`;
  const type = idType(id);
  return readInOrder(type, littleCode(type, reader), read);
}

/** The code of an id of several fields. */
function composedCode(parts: readonly IntField[], reader: Reader): string {
  const [first, ...others] = parts.map((part) =>
    part.type.int.bits === 64 ? requestId64(part, reader) : reader.value(part),
  );
  const bits = (part: IntField | undefined): number => part!.type.int.bits;
  if (parts.reduce((sum, part) => sum + bits(part), 0) <= 53)
    return others.reduce(
      (sum, code, i) => `${i > 0 ? `(${sum})` : sum} * ${2 ** bits(parts[i + 1])} + ${code}`,
      first!,
    );
  const join = reader.module.use('joinId');
  return others.reduce((sum, code, i) => `${join}(${sum}, ${code}, ${bits(parts[i + 1])})`, first!);
}

/** The code of an id that is a text. */
function textIdCode(id: Field, reader: Reader, module: Module): string {
  const { from, to } = bodyRange(id, reader, reader);
  const { idForm } = module.protocol;
  if (idForm === 'uuid') return `${module.use('uuidId')}(b, ${from})`;
  return `${module.use('textId')}(b, ${from}, ${to}, ${baseOf(idForm)}, ${fixedWidth(id) !== null})`;
}

/** The base of ids that are digits. */
export function baseOf(form: IdForm | null): 10 | 16 {
  return form === 'hex' ? 16 : 10;
}

/** The bytes of a text that always has as many, else null. */
export function fixedWidth(id: Field): number | null {
  return fixedSize(memberSize(id));
}

/** The lines that write a text id over the one that is there, if it has its width. */
function setTextId(id: Field, scratch: string, reader: Reader, module: Module): void {
  const { lines } = reader;
  const { idForm } = module.protocol;
  const width = fixedWidth(id);
  const isCovered = checksumsOver(id, module.protocol.frame).length > 0;
  if (width === null) {
    if (isCovered) {
      // The bytes that a checksum is over are written anew with it.
      lines.push('return false;');
      return;
    }
    const { from, to } = bodyRange(id, reader, reader);
    const base = baseOf(idForm);
    lines.push(
      `const idFrom = ${from};`,
      `const idTo = ${to};`,
      `if (${module.use('textIdSize')}(id, ${base}) !== idTo - idFrom) return false;`,
      `return ${module.use('putTextId')}(b, idFrom, idTo, id, ${base});`,
    );
    return;
  }
  const put = (b: string, at: string): string => {
    if (idForm === 'uuid') return `${module.use('putUuidId')}(${b}, ${at}, id)`;
    return `${module.use('putTextId')}(${b}, ${at}, ${at === '0' ? width : `${at} + ${width}`}, id, ${baseOf(idForm)})`;
  };
  if (!isCovered) {
    lines.push(`return ${put('b', reader.placeOf(id))};`);
    return;
  }
  lines.push(`if (!${put(scratch, '0')}) return false;`);
  const write = (b: string, at: string): string => (b === 'b' ? `b.set(${scratch}, ${at});` : '');
  writeInPlace(id, reader, module, { write, width, scratch, what: 'An id' });
  lines.push('return true;');
}

/** The lines that write the id where it stands in one arm, and return whether that could be done in place. */
function setId(id: Field, scratch: string, reader: Reader, module: Module): void {
  const { lines } = reader;
  if (isEntry(id)) {
    lines.push(...setEntryId(id, reader));
    return;
  }
  if (id.type.kind === 'text') {
    setTextId(id, scratch, reader, module);
    return;
  }
  if (id.type.kind === 'composed') {
    let shift = composedBits(id.type);
    for (const [i, part] of id.type.parts.entries()) {
      const { bits } = part.type.int;
      shift -= bits;
      const code = `${module.use('idPart')}(id, ${shift}, ${bits})`;
      const value = bits > 48 ? `BigInt(${code})` : `${code} as number`;
      putInPlace(
        part,
        reader,
        module,
        value,
        i === 0 ? scratch : `${scratch}Part${i + 1}`,
        'A part of an id',
      );
    }
    lines.push('return true;');
    return;
  }
  const type = idType(id);
  const { int } = type;
  const { form } = type;
  if (form.kind === 'digits' && form.extent.kind === 'size') {
    const { digits } = form.extent;
    const put = module.use(form.base === 10 ? 'putDigits' : 'putHexDigits');
    const write = (b: string, at: string): string => `${put}(${b}, ${at}, id as number, ${digits});`;
    writeInPlace(id, reader, module, { write, width: digits, scratch, what: 'An id' });
    lines.push('return true;');
    return;
  }
  const isCovered = checksumsOver(id, module.protocol.frame).length > 0;
  if (form.kind !== 'fixed' && isCovered) {
    lines.push('return false;');
    return;
  }
  if (type.form.kind !== 'fixed') {
    const start = reader.free('start');
    lines.push(`const ${start} = ${reader.placeOf(id)};`);
    if (type.form.kind === 'varint' && type.form.width !== undefined) {
      const least = leastSize(type, 'id as number', module);
      lines.push(`const width = ${reader.endOf(id)} - ${start};`, `if (${least} > width) return false;`);
      lines.push(`let q = ${start};`, ...writeFormed(type, 'id as number', module, 'b', 'q', 'width'));
      lines.push('return true;');
      return;
    }
    const size = formedSize(type, 'id as number', module);
    lines.push(`if (${size} !== ${reader.endOf(id)} - ${start}) return false;`);
    lines.push(`let q = ${start};`, ...writeFormed(type, 'id as number', module, 'b', 'q'));
    lines.push('return true;');
    return;
  }
  if (int.bits === 64 && !int.signed && !isCovered) {
    const place = reader.placeOf(id);
    const put = (little: boolean): string => module.use(little ? 'putRequestId64le' : 'putRequestId64');
    const write = (little: boolean): string => `${put(little)}(b, ${place}, id);`;
    lines.push(writeInOrder(type, littleCode(type, reader), write), 'return true;');
    return;
  }
  // An id of fewer bits is a number; only wider ones can be bigint.
  putInPlace(id, reader, module, int.bits > 48 ? 'BigInt(id)' : 'id as number', scratch, 'An id');
  lines.push('return true;');
}

function emitBody(bodies: readonly (Field | WindowModel)[], module: Module): FunctionDeclarationStructure[] {
  const edge = (name: 'bodyStart' | 'bodyEnd'): FunctionDeclarationStructure => {
    const reader = new Reader(module);
    const code = (body: Field | WindowModel): string => {
      if (isEntry(body)) return emitEntryBody(body, reader, name === 'bodyStart' ? 'bytesStart' : 'bytesEnd');
      const other = new Reader(module);
      other.within = body.guards;
      const isStart = name === 'bodyStart';
      const range = bodyRange(body, isStart ? reader : other, isStart ? other : reader);
      return isStart ? range.from : range.to;
    };
    // A frame without the arm has an empty body at its end.
    const [only] = bodies;
    if (bodies.length === 1) {
      if (only!.guards.length > 0) reader.lines.push(`if (!(${reader.condition(only!.guards)})) return end;`);
      reader.within = only!.guards;
      return roleFunction(name, 'number', reader, code(only!));
    }
    for (const body of bodies) {
      reader.lines.push(`if (${reader.condition(body.guards)}) {`);
      reader.within = body.guards;
      reader.nested(() => reader.lines.push(`return ${code(body)};`));
      reader.within = [];
      reader.lines.push('}');
    }
    return roleFunction(name, 'number', reader, 'end');
  };
  return [edge('bodyStart'), edge('bodyEnd')];
}

/** Where the bytes of the body start and end. */
export function bodyRange(
  body: Field | WindowModel,
  start: Reader,
  stop: Reader,
): { from: string; to: string } {
  const from = start.placeOf(body);
  if (body.member === 'within') return { from, to: stop.endOf(body) };
  const { extent } = body.type as FieldType & { kind: 'bytes' };
  const to = extent.kind === 'rest' ? windowEnd(body, stop) : stop.endOf(body);
  if (extent.kind === 'until') return { from, to: `${to} - ${extent.delimiter.length}` };
  if (extent.kind === 'varying') return { from: behindLength(extent, 'b', from, start.module), to };
  return { from: extent.kind === 'prefix' ? `${from} + ${extent.int.bits / 8}` : from, to };
}
