import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Expression } from '../model/expression.js';
import { orderIn } from '../model/expressions-of.js';
import { formRange, intName, longest, mostAnnounced } from '../model/integers.js';
import { isLate } from '../model/late-computed.js';
import { pascalCase } from '../model/camel-case.js';
import { checksumsOf, covers } from '../model/covers.js';
import { delimiterAfter } from '../model/delimiter-after.js';
import { codedAround, writtenFor } from '../model/inner-fields.js';
import { lengthsOf, usesOf } from '../model/partial-length.js';
import { walk } from '../model/walk.js';
import { exclusive } from '../model/names.js';
import type {
  BitGroup,
  Derivation,
  Extended,
  ExtentModel,
  Field,
  FieldType,
  Guard,
  Length,
  MemberModel,
  PadModel,
  WindowModel,
} from '../model/model.js';
import { isLaidOutAnew } from '../model/early-length.js';
import { deriveLines, disagreement, givenFields } from './emit-encode.js';
import { littleCode, putInteger, readInteger, writeInOrder } from './byte-order.js';
import { sumCode } from './checksum-code.js';
import { emitExpression, type Environment } from './emit-expression.js';
import { entriesRange, headersFields, headerWindow, isMap, nullLength, prefixWidth } from './emit-headers.js';
import {
  changedSize,
  changeRange,
  isEntry,
  recordRange,
  writeChanged,
  type EntryField,
  type RecordField,
} from './emit-record.js';
import { baseOf, bodyRange, fixedWidth, idInHead } from './emit-roles.js';
import { HEADER_ENTRIES } from './header-functions.js';
import { codedWriterName } from './emit-coded-headers.js';
import { quote, type Module } from './module.js';
import { Reader } from './reader.js';
import {
  countedBy,
  formedSize,
  isFormed,
  isSelfDelimited,
  putLength,
  readFormed,
  writeDelimiter,
  writeFormed,
  type Varying,
} from './self-delimiting.js';
import { argumentsOf } from './struct-arguments.js';
import { tidy } from './tidy.js';

/** What the functions over entries take where the order of their lengths is chosen. */
const LITTLE = { name: 'little', type: 'boolean' };

/**
 * A part of the frame that is written anew: what a caller gives, the record that it changes, a length whose own width
 * follows its value, a pad.
 */
interface Region {
  readonly field: Field | WindowModel | PadModel;
  readonly param: 'headers' | 'coded' | 'body' | 'record' | 'id' | 'length' | 'pad';
  /** What its locals begin with: `body` has `bodyFrom`, `bodyTo` and `bodySize`. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly size: string;
  /** The code of how many entries there are, where that is counted. */
  readonly count?: string;
  /** The arms of a pad that the frame may not have. */
  readonly guards?: readonly Guard[];
}

/**
 * Emits `reencode`: the frame with other headers or another body. Everything else is copied as it came; the
 * lengths around a changed part, and the checksum, are made anew.
 */
export function emitReencode(module: Module): FunctionDeclarationStructure {
  const lines: string[] = [];
  const { body, headers } = module.protocol.roles;
  refuseAbsent(module, lines);
  verifyChecksum(module, lines);
  const isAnew = isLaidOutAnew(module.protocol);
  const [ownHeaders = null, ownBody = null] = [headers[0], body[0]];
  const apart =
    ownHeaders !== null &&
    ownBody !== null &&
    ownBody.guards.length > 0 &&
    !sameGuards(ownHeaders.guards, ownBody.guards);
  if (isAnew) lines.push(...anew(module));
  else if (headers.length > 1 || body.length > 1 || apart) lines.push(...byArms(module));
  else if (ownHeaders === null && ownBody === null) lines.push(copied(module));
  else lines.push(...changed(ownHeaders, ownBody, [], module));
  return {
    kind: StructureKind.Function,
    name: 'reencode',
    docs: [
      'The frame with other headers, another body, or both; null leaves them as they are. @throws EncodeError',
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'end', type: 'number' },
      { name: 'headers', type: `${module.useType('HeaderMap')} | null` },
      { name: 'body', type: 'Uint8Array | null' },
    ],
    returnType: 'Uint8Array',
    statements: tidy(lines),
  };
}

/**
 * The lines that encode the frame with other headers or another body, where what a length of these decides may change
 * with them. What an encoder would write otherwise than it came is left alone.
 */
function anew(module: Module): string[] {
  const { frame, roles } = module.protocol;
  const lines = [`if (headers === null && body === null) ${copied(module)}`];
  lines.push(`const frame = new ${module.viewName}(b, at, end);`);
  const replaced = new Map<string, string>();
  for (const [param, parts] of [
    ['headers', roles.headers],
    ['body', roles.body],
  ] as const) {
    if (parts.length === 0) continue;
    const names = [...new Set((parts as readonly Field[]).map((part) => module.property(part)))];
    const some = names.map((name) => `frame.${name} === undefined`).join(' && ');
    const isGiven =
      param === 'headers' ? 'headers !== null && headers.size > 0' : 'body !== null && body.length > 0';
    const isAlways = parts.some((part) => part.guards.length === 0);
    if (!isAlways) lines.push(`if (${isGiven} && ${some}) ${refusal(`has no ${param}`, module)}`);
    for (const name of names) {
      const own = isAlways ? '' : ` && frame.${name} !== undefined`;
      replaced.set(name, `${param} !== null${own} ? ${param} : frame.${name}`);
    }
  }
  const given = givenFields(frame.body).map(({ field }) => module.property(field));
  lines.push(
    `${module.use('requireSame')}(${quote(frame.name)}, b.subarray(at, end), ${module.encodeName}(frame));`,
    `return ${module.encodeName}({`,
    ...given.map((name) => `${name}: ${replaced.get(name) ?? `frame.${name}`},`),
    '});',
  );
  return lines;
}

/** The line that returns the frame as it came. */
function copied(module: Module): string {
  return `return ${module.use('copyBytes')}(b, at, end);`;
}

function refusal(detail: string, module: Module): string {
  const { frame } = module.protocol;
  return `throw new ${module.use('EncodeError')}(${quote(frame.name)}, ${quote(detail)});`;
}

/** The lines that find which headers and which body a frame has, each of which stands in some frames only, and change those. */
function byArms(module: Module): string[] {
  const { body, headers } = module.protocol.roles;
  const reader = new Reader(module);
  const { lines } = reader;
  /** The first line of the block that is open. */
  let scope = 0;
  /** Emits what is done with frames that have a part; whether no others are left. */
  const arm = (
    part: Field | WindowModel,
    known: readonly Guard[],
    emit: (isInArm: boolean) => void,
  ): boolean => {
    const more = part.guards.filter((g) => !known.some((k) => k.node === g.node));
    if (more.length > 0) lines.push(`if (${reader.condition(more)}) {`);
    const around = scope;
    if (more.length > 0) scope = lines.length;
    reader.nested(() => emit(more.length > 0));
    scope = around;
    if (more.length > 0) lines.push('}');
    return more.length === 0;
  };
  /** What is declared around a block has its names. */
  const block = (isInArm: boolean, inner: readonly string[]): void => {
    const declares = !isInArm && lines.slice(scope).some((line) => line.startsWith('const '));
    lines.push(...(declares ? ['{', ...inner, '}'] : inner));
  };
  const hasHeaders = (part: Field | WindowModel): boolean =>
    headers.some((map) =>
      map.guards.every((g) => part.guards.some((own) => own.node === g.node && own.arm === g.arm)),
    );
  const bodies = (of: Field | null, known: readonly Guard[]): void => {
    for (const one of body) {
      if (exclusive(one.guards, known) || (of === null && hasHeaders(one))) continue;
      if (arm(one, known, (isInArm) => block(isInArm, changed(of, one, union(known, one.guards), module))))
        return;
    }
    if (body.length > 0)
      lines.push(`if (body !== null && body.length > 0) ${refusal('has no body', module)}`);
    if (of === null) lines.push(copied(module));
    else block(false, changed(of, null, known, module));
  };
  for (const one of headers) if (arm(one, [], () => bodies(one, one.guards))) return lines;
  if (headers.length > 0)
    lines.push(`if (headers !== null && headers.size > 0) ${refusal('has no headers', module)}`);
  bodies(null, []);
  return lines;
}

function sameGuards(a: readonly Guard[], b: readonly Guard[]): boolean {
  return a.length === b.length && a.every((g, i) => g.node === b[i]!.node && g.arm === b[i]!.arm);
}

function union(a: readonly Guard[], b: readonly Guard[]): Guard[] {
  return [...a, ...b.filter((g) => !a.some((other) => other.node === g.node))];
}

/**
 * The lines that write the frame with other headers or another body, of those that it has one of each at most.
 *
 * @param known the arms in which the frame is known to be
 */
function changed(
  headers: Field | null,
  body: Field | WindowModel | null,
  known: readonly Guard[],
  module: Module,
): string[] {
  const lines: string[] = [];
  const copy = (): string => copied(module);
  const refuse = (detail: string): string => refusal(detail, module);
  const here = (part: Field | WindowModel): Guard[] => union(known, part.guards);
  if (headers !== null && body !== null && isIn(headers, body)) {
    lines.push(
      'if (body !== null) {',
      `if (headers !== null) ${refuse('has its headers in the body: change one of them')}`,
    );
    const whole = new Reader(module);
    inArms(body, known, 'body.length > 0', copy, () => refuse('has no body'), whole);
    lines.push(...rewrite([body], module, here(body), whole, true), '}', `if (headers === null) ${copy()}`);
    const part = new Reader(module);
    inArms(headers, known, 'headers.size > 0', copy, () => refuse('has no headers'), part);
    lines.push(...rewrite([headers], module, here(headers), part, true));
  } else if (isEntry(headers) && isEntry(body)) {
    const record = headers.type.record() as RecordField;
    lines.push('if (headers !== null && body !== null) {');
    const both = new Reader(module);
    const given = 'headers.size > 0 || body.length > 0';
    inArms(record, known, given, copy, () => refuse('has no headers and no body'), both);
    lines.push(...rewrite([record], module, here(record), both, true), '}', 'if (body !== null) {');
    const own = new Reader(module);
    inArms(body, known, 'body.length > 0', copy, () => refuse('has no body'), own);
    lines.push(...rewrite([body], module, here(body), own, true), '}', `if (headers === null) ${copy()}`);
    const other = new Reader(module);
    inArms(headers, known, 'headers.size > 0', copy, () => refuse('has no headers'), other);
    lines.push(...rewrite([headers], module, here(headers), other, true));
  } else if (
    headers !== null &&
    body !== null &&
    body.guards.length === 0 &&
    headers.guards.some((g) => !known.includes(g))
  ) {
    // A frame without the headers' arm still has a body.
    const reader = new Reader(module);
    const condition = reader.condition(headers.guards);
    reader.lines.push(
      `if (!(${condition})) {`,
      `if (headers !== null && headers.size > 0) ${refuse('has no headers')}`,
      ...rewrite([body], module),
      '}',
    );
    lines.push(...rewrite([headers, body], module, headers.guards, reader));
  } else {
    const some = (headers ?? body)!;
    const given = [
      ...(headers === null ? [] : ['(headers !== null && headers.size > 0)']),
      ...(body === null ? [] : ['(body !== null && body.length > 0)']),
    ].join(' || ');
    const reader = new Reader(module);
    inArms(some, known, given, copy, () => refuse('has no headers and no body'), reader);
    lines.push(
      ...rewrite(
        [headers, body].filter((r) => r !== null),
        module,
        here(some),
        reader,
      ),
    );
  }
  return lines;
}

/** Emits `withId`: the frame with an id of another width, for ids that vary in width. Null if the id never does. */
export function emitWithId(module: Module): FunctionDeclarationStructure | null {
  const { roles, idInOtherArms } = module.protocol;
  const ids = roles.id === null ? [] : [roles.id, ...idInOtherArms];
  if (!ids.some((id) => varies(id))) return null;
  const lines: string[] = [];
  verifyChecksum(module, lines);
  const reader = new Reader(module);
  const copy = (): string[] => [
    `const out = ${module.use('copyBytes')}(b, at, end);`,
    'setId(out, 0, end - at, id);',
    'return out;',
  ];
  for (const [i, id] of ids.entries()) {
    const condition = i < ids.length - 1 ? reader.condition(id.guards) : null;
    if (condition !== null) {
      const inner = varies(id) ? rewrite([id], module, id.guards) : copy();
      reader.lines.push(`if (${condition}) {`, ...inner, '}');
    } else if (varies(id)) rewrite([id], module, id.guards, reader);
    else reader.lines.push(...copy());
  }
  lines.push(...reader.lines);
  return {
    kind: StructureKind.Function,
    name: 'withId',
    docs: ['The frame with another id, where that takes another width. @throws EncodeError'],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'end', type: 'number' },
      { name: 'id', type: module.useType('RequestId') },
    ],
    returnType: 'Uint8Array',
    statements: tidy(lines),
  };
}

/** Whether another id may take another width. */
export function varies(id: Field): boolean {
  if (id.type.kind === 'text') return fixedWidth(id) === null;
  return isSelfDelimited(id.type) || id.type.kind === 'inHead' || isEntry(id);
}

/** Emits what is done with a frame that has not the arm of a part: refuse what is given for it, or copy. */
function inArms(
  part: Field | WindowModel,
  known: readonly Guard[],
  given: string,
  copy: () => string,
  refuse: () => string,
  reader: Reader,
): void {
  const unknown = part.guards.filter((g) => !known.includes(g));
  if (unknown.length === 0) return;
  const condition = reader.condition(unknown);
  reader.lines.push(`if (!(${condition})) {`, `if (${given}) ${refuse()}`, copy(), '}');
}

function isIn(field: Field, window: Field | WindowModel): boolean {
  const part = writtenFor(field);
  return part === window || (window.member === 'within' && [...walk(window.body)].includes(part));
}

/** The lines that write the frame with other parts, and return it; after those that the reader has. */
function rewrite(
  parts: readonly (Field | WindowModel)[],
  module: Module,
  within: readonly Guard[] = [],
  reader = new Reader(module),
  isGiven = false,
): string[] {
  reader.within = within;
  const { lines } = reader;
  const order = [...walk(module.protocol.frame.body)];
  const regions: Region[] = parts.map((part) => regionOf(part, isGiven, reader, module));
  regions.push(...padsAfter(regions, parts, within, reader, module));
  const affected = affectedLengths(regions, module, reader);
  regions.sort((a, b) => order.indexOf(a.field) - order.indexOf(b.field));
  regions.forEach(({ field, name, from, to, guards }, i) => {
    if (guards === undefined) {
      lines.push(`const ${name}From = ${from};`, `const ${name}To = ${to};`);
      return;
    }
    // A pad that the frame has not is none, where what stands before it ends.
    const nowhere = `${regions[i - 1]!.name}To`;
    const condition = reader.condition(guards);
    lines.push(
      `let ${name}From = ${nowhere};`,
      `let ${name}To = ${nowhere};`,
      `const ${name}Here = ${condition};`,
    );
    lines.push(`if (${name}Here) {`);
    reader.within = union(within, guards);
    reader.nested(() => {
      const [start, end] = [reader.placeOf(field), reader.endOf(field)];
      lines.push(`${name}From = ${start};`, `${name}To = ${end};`);
    });
    reader.within = within;
    lines.push('}');
  });
  for (const region of regions) {
    const { param, size } = region;
    if (param === 'length' || param === 'pad') continue;
    if (param === 'record') lines.push(...changedTwice(region.field as RecordField, module));
    if (param === 'coded') {
      const write = `${codedWriterName(region.field as Field)}(b, at, headers)`;
      lines.push(`const coded = ${isGiven ? write : `headers === null ? null : ${write}`};`);
    }
    const fresh = freshSize(region, reader, module);
    lines.push(
      `const ${size} = ${param === 'id' || isGiven ? fresh : `${param} === null ? ${param}To - ${param}From : ${fresh}`};`,
    );
  }
  regions.forEach((region, i) => {
    if (region.field.member === 'pad') lines.push(padLine(region, region.field.value, regions.slice(0, i)));
  });
  const lengths = derivedOf(regions, affected, module, reader);
  regionChecks(regions, lengths, isGiven, module, reader);
  const growth = regions.map(growthOf).join(' + ');
  const { frame, limits } = module.protocol;
  lines.push(
    `const size = end - at + ${growth};`,
    `if (size > ${limits.frame}) throw new ${module.use('EncodeError')}(${quote(frame.name)}, \`has \${size} bytes, the limit is ${limits.frame}\`);`,
    `const out = ${module.use('frameBytes')}(size);`,
  );
  const lastRegion = regions[regions.length - 1]!;
  const before = lines.length;
  const last = lastRegion.to === reader.place(module.layout.end);
  // The place was only asked for to compare it.
  lines.length = before;
  splice(regions, lines, last, isGiven, reader, module);
  const writer = new Reader(module, 'out', '0');
  writer.within = within;
  // In layout order: where a length stands is known once those before it are right.
  for (const field of order) {
    if (field.member === 'bits') writer.lines.push(...lengthBits(field, lengths, writer, module));
    if (field.member !== 'field') continue;
    if (lengths.includes(field)) {
      if (isSelfDelimited(field.type)) continue;
      if (isFormed(field)) {
        writer.lines.push(...placed(field, writer, module));
        continue;
      }
      const type = field.type as FieldType & { kind: 'int' };
      const value = type.int.bits > 48 ? `BigInt(${module.local(field)})` : module.local(field);
      const place = writer.placeOf(field);
      writer.lines.push(putInteger(type, 'out', place, value, littleCode(type, writer), module));
    } else if (
      parts.includes(field) &&
      (field.type.kind === 'bytes' || field.type.kind === 'text') &&
      field.type.extent.kind === 'prefix'
    ) {
      const { extent } = field.type;
      const { size } = regions.find((r) => r.field === field)!;
      const place = writer.placeOf(field);
      writer.lines.push(putInteger(extent, 'out', place, size, littleCode(extent, writer), module));
    }
  }
  lines.push(...renumber(writer.lines));
  for (const field of order)
    if (field.member === 'field' && isLate(field)) lines.push(...lateLines(field, module));
  const checksums = checksumsOf(module.protocol.frame);
  for (const checksum of checksums) {
    const sum = new Reader(module, 'out', '0');
    const guard = checksum.guards.length === 0 ? null : sum.condition(checksum.guards);
    sum.within = checksum.guards;
    const one = (): void => {
      const inner = checksumCode(checksum, sum, module);
      const type = checksum.type as FieldType & { kind: 'int' };
      // Its own bytes count as zeros.
      if (covers(checksum, checksum, module.protocol.frame))
        sum.lines.push(`out.fill(0, ${inner.place}, ${inner.place} + ${type.int.bits / 8});`);
      sum.lines.push(putInteger(type, 'out', inner.place, inner.sum, littleCode(type, sum), module));
    };
    if (guard === null) one();
    else {
      sum.lines.push(`if (${guard}) {`);
      sum.nested(one);
      sum.lines.push('}');
    }
    const all = renumber(sum.lines, 's');
    // Each in a block of its own, so that names of places are free again.
    lines.push(...(checksums.length > 1 && all.length > 1 ? ['{', ...all, '}'] : all));
  }
  lines.push('return out;');
  return lines;
}

/** The lines that write the lengths in a group of bits, and leave the other bits as they are. */
function lengthBits(group: BitGroup, lengths: readonly Length[], writer: Reader, module: Module): string[] {
  return group.fields
    .filter((bit) => lengths.includes(bit))
    .map((bit) => {
      const place = writer.placeOf(group);
      const value = bit.shift === 0 ? module.local(bit) : `(${module.local(bit)} << ${bit.shift})`;
      const others = 2 ** group.int.bits - 1 - (2 ** bit.width - 1) * 2 ** bit.shift;
      const write = (little: boolean): string => {
        const name = intName({ ...group.int, little });
        const kept = `(${module.use(name)}(out, ${place}) & 0x${others.toString(16)})`;
        return `${module.use(name.replace(/^[ui]/, 'put'))}(out, ${place}, ${kept} | ${value});`;
      };
      return writeInOrder(group, littleCode(group, writer), write);
    });
}

/** The lines that write anew what is computed of how many bytes there are. */
function lateLines(field: Field, module: Module): string[] {
  const reader = new Reader(module, 'out', '0');
  const condition = field.guards.length === 0 ? null : reader.condition(field.guards);
  reader.within = field.guards;
  const type = field.type as FieldType & { kind: 'int' };
  const place = reader.placeOf(field);
  const value = reader.free(`new${pascalCase(field.name)}`);
  const { low, high } = field.range ?? formRange(type);
  reader.lines.push(
    `const ${value} = ${reader.emit(field.computed!)};`,
    `${module.use('requireInteger')}(${quote(field.path)}, ${value}, ${low}, ${high});`,
    putInteger(type, 'out', place, value, littleCode(type, reader), module),
  );
  const lines = renumber(tidy(reader.lines), 'c');
  return condition === null ? ['{', ...lines, '}'] : [`if (${rename(condition, 'c')}) {`, ...lines, '}'];
}

/** The alignments that move with what is replaced before them. */
function padsAfter(
  regions: readonly Region[],
  parts: readonly (Field | WindowModel)[],
  within: readonly Guard[],
  reader: Reader,
  module: Module,
): Region[] {
  const order = [...walk(module.protocol.frame.body)];
  const first = Math.min(...regions.map(({ field }) => order.indexOf(field)));
  const replaced = parts.flatMap((part) => (part.member === 'within' ? [...walk(part.body)] : []));
  const pads = order
    .slice(first)
    .filter((m): m is PadModel => m.member === 'pad' && m.mode === 'align' && !replaced.includes(m))
    .filter((pad) => !exclusive(pad.guards, within));
  return pads.map((field, i) => {
    const name = `pad${i === 0 ? '' : i + 1}`;
    const guards = field.guards.filter((g) => !within.some((known) => known.node === g.node));
    if (guards.length > 0)
      return { field, param: 'pad', name, from: `${name}From`, to: `${name}To`, size: `${name}Size`, guards };
    const [from, to] = [reader.placeOf(field), reader.endOf(field)];
    return { field, param: 'pad', name, from, to, size: `${name}Size` };
  });
}

/** The line that finds how many bytes a pad takes, by what regions before it grow. */
function padLine({ name, size, guards }: Region, align: number, before: readonly Region[]): string {
  const place = [`${name}From - at`, ...before.map(growthOf)].join(' + ');
  const bytes = `(${align} - ((${place}) % ${align})) % ${align}`;
  return `const ${size} = ${guards === undefined ? bytes : `${name}Here ? ${bytes} : 0`};`;
}

/** Where the bytes of a part stand that can be replaced. */
function regionOf(part: Field | WindowModel, isGiven: boolean, reader: Reader, module: Module): Region {
  const { roles } = module.protocol;
  const isHeaders = roles.headers.some((one) => one === part);
  const isBody = roles.body.includes(part);
  const inHead = idInHead(module);
  if (inHead !== null && part === roles.id) {
    const to = `${inHead.name}.idEnd(b, ${reader.placeOf(inHead.head)}, idFrom)`;
    return { field: inHead.head, param: 'id', name: 'id', from: 'idPlace(b, at)', to, size: 'idSize' };
  }
  if (isEntry(part)) {
    const param = isHeaders ? 'headers' : isBody ? 'body' : 'id';
    return { field: part, param, name: param, ...changeRange(part, param, reader), size: `${param}Size` };
  }
  const coded = isHeaders ? codedAround(part) : null;
  if (coded !== null) {
    const range = { from: reader.placeOf(coded), to: reader.endOf(coded) };
    return { field: coded, param: 'coded', name: 'coded', ...range, size: 'codedSize' };
  }
  if (isHeaders && isHead(part)) {
    const range = `${reader.placeOf(part)}, ${reader.endOf(part)}`;
    const to = `${module.extern(part.type.extern)}.textsEnd(b, ${range})`;
    return {
      field: part,
      param: 'headers',
      name: 'headers',
      from: 'textsPlace(b, at)',
      to,
      size: 'headersSize',
    };
  }
  if (part.member === 'field' && part.type.kind === 'record') {
    const range = recordRange(part, reader);
    return { field: part, param: 'record', name: 'record', ...range, size: 'recordSize' };
  }
  if (isHeaders) {
    const range = isMap(part)
      ? entriesRange(part, reader)
      : { from: reader.placeOf(part), to: reader.endOf(part) };
    const counted = part.member === 'field' ? countedBy(part.type) : null;
    const given = 'headers.size';
    const count =
      counted === null
        ? {}
        : { count: isGiven ? given : `(headers === null ? ${reader.emit(counted)} : ${given})` };
    return { field: part, param: 'headers', name: 'headers', ...range, size: 'headersSize', ...count };
  }
  // A length of varying width is written with what it announces.
  const isWhole = varyingOf(part) !== null;
  if (isBody && !isWhole)
    return {
      field: part,
      param: 'body',
      name: 'body',
      ...bodyRange(part, reader, reader),
      size: 'bodySize',
    };
  const isText = part.member === 'field' && part.type.kind === 'text' && !isWhole;
  const range = isText
    ? bodyRange(part, reader, reader)
    : { from: reader.placeOf(part), to: reader.endOf(part) };
  const param = isBody ? 'body' : 'id';
  return { field: part, param, name: param, ...range, size: `${param}Size` };
}

/** How far a part goes that has a length of varying width before it; null for others. */
function varyingOf(part: MemberModel): Varying | null {
  if (part.member !== 'field' || !('extent' in part.type)) return null;
  return part.type.extent.kind === 'varying' ? part.type.extent : null;
}

/** The code of how many bytes a given body or id has, without what stands around it. */
function givenLength(param: Region['param'], module: Module): string {
  if (param === 'body') return 'body.length';
  return `${module.use('textIdSize')}(id, ${baseOf(module.protocol.idForm)})`;
}

/** The code of how many bytes a part takes that is given anew. */
function freshSize({ field, param }: Region, reader: Reader, module: Module): string {
  if (field.member === 'pad') throw new Error('the size of a pad follows from its place');
  if (isEntry(field)) return changedSize(field, param, param, module);
  const varying = varyingOf(field);
  if (varying !== null && (param === 'body' || param === 'id')) {
    const { nullable } = (field as Field).type as FieldType & { kind: 'bytes' | 'text' };
    return `${module.announcedSize(varying, nullable)}(${givenLength(param, module)})`;
  }
  if (param === 'body') return 'body.length';
  if (param === 'record' || param === 'coded') return `${param}.length`;
  const inHead = idInHead(module);
  if (param === 'id' && inHead !== null)
    return `${inHead.name}.idSize(b, ${reader.placeOf(inHead.head)}, id)`;
  if (param === 'id' && (field as Field).type.kind === 'text')
    return `${module.use('textIdSize')}(id, ${baseOf(module.protocol.idForm)})`;
  if (param === 'id')
    return formedSize((field as Field).type as FieldType & { kind: 'int' }, 'id as number', module);
  if (isMap(field)) return `sizeOf${pascalCase(field.type.pair.name)}Entries(headers)`;
  const name = module.extern((field as ExternField).type.extern);
  if (isHead(field as Field)) return `${name}.textsSize(headers, b, headersFrom, headersTo)`;
  return `${name}.size(headers, b, headersFrom, headersTo)`;
}

/** The lines that make the record with the headers and the body that are given. */
function changedTwice({ type }: RecordField, module: Module): string[] {
  const { headers, body } = module.protocol.roles;
  const path = (role: readonly unknown[]): string =>
    module.entryPath(type.entries.find((entry) => role.includes(entry)) as EntryField);
  return [
    `const record = ${module.use('changedRecord')}(${module.extern(type.extern)}, b, recordFrom, recordTo, [`,
    `[${path(headers)}, headers],`,
    `[${path(body)}, body],`,
    ']);',
  ];
}

/** Whether a field is a map whose texts are only a part of it. */
function isHead(part: Field | WindowModel): part is ExternField {
  return part.member === 'field' && part.type.kind === 'extern' && part.type.extern.isHead;
}

type ExternField = Field & { readonly type: FieldType & { readonly kind: 'extern' } };

/** The names a second reader of one function declares are kept apart from the first one's. */
function renumber(lines: readonly string[], prefix = 'o'): string[] {
  return lines.map((line) => rename(line, prefix));
}

function rename(code: string, prefix: string): string {
  return code.replace(/\bp(\d*)\b/g, `${prefix}$1`);
}

/** Where a checksum stands and the code that computes it. */
export function checksumCode(
  field: Field,
  reader: Reader,
  module: Module,
): { place: string; from: string; to: string; sum: string } {
  const { from, to } = field.checksum!;
  const place = reader.placeOf(field);
  const start = reader.placeOf(from);
  const end = reader.endOf(to);
  return {
    place,
    from: start,
    to: end,
    sum: sumCode(field.checksum!, reader.b, start, end, module),
  };
}

/** Refuses headers or a body that the frame has no place for: what a filter sets reaches the wire or is an error. */
function refuseAbsent(module: Module, lines: string[]): void {
  const { frame, roles } = module.protocol;
  const refuse = (given: string, what: string): void => {
    const error = `new ${module.use('EncodeError')}(${quote(frame.name)}, ${quote(`has no ${what}`)})`;
    lines.push(`if (${given}) throw ${error};`);
  };
  if (roles.headers.length === 0) refuse('headers !== null && headers.size > 0', 'headers');
  if (roles.body.length === 0) refuse('body !== null && body.length > 0', 'body');
}

/** Refuses to make a new checksum for a frame whose own is wrong: that would hide the damage. */
function verifyChecksum(module: Module, lines: string[]): void {
  if (checksumsOf(module.protocol.frame).length > 0) lines.push('verify(b, at, end);');
}

/** Emits `verify`, for protocols with checksums. */
export function emitVerify(checksums: readonly Field[], module: Module): FunctionDeclarationStructure {
  const reader = new Reader(module);
  const { lines } = reader;
  const one = (field: Field): void => {
    reader.within = field.guards;
    const { place, from, to, sum } = checksumCode(field, reader, module);
    const type = field.type as FieldType & { kind: 'int' };
    const isOwn = covers(field, field, module.protocol.frame);
    if (isOwn)
      lines.push(
        // Its own bytes count as zeros.
        `const covered = ${module.use('copyBytes')}(b, ${from}, ${to});`,
        `covered.fill(0, ${place} - (${from}), ${place} - (${from}) + ${type.int.bits / 8});`,
      );
    lines.push(
      `const sum = ${isOwn ? sumCode(field.checksum!, 'covered', '0', 'covered.length', module) : sum};`,
      `const found = ${readInteger(type, 'b', place, littleCode(type, reader), module)};`,
      // Zero and all ones are the same number in an internet checksum.
      field.checksum!.algorithm === 'internet'
        ? 'if (sum !== found && (sum !== 0 || found !== 0xffff)) {'
        : 'if (sum !== found) {',
      `throw new ${module.use('DecodeError')}('checksum', ${quote(field.path)}, ${place} - at, \`is \${found}, the bytes give \${sum}\`, ${quote(module.schemaAt(field))});`,
      '}',
    );
    reader.within = [];
  };
  const [first, ...others] = checksums;
  if (first !== undefined && others.length === 0) {
    if (first.guards.length > 0) lines.push(`if (!(${reader.condition(first.guards)})) return;`);
    one(first);
  } else
    for (const field of checksums) {
      lines.push(field.guards.length === 0 ? '{' : `if (${reader.condition(field.guards)}) {`);
      reader.nested(() => one(field));
      lines.push('}');
    }
  return {
    kind: StructureKind.Function,
    name: 'verify',
    isExported: true,
    docs: [
      `Whether the ${others.length === 0 ? 'checksum of the frame b[at, end) is' : 'checksums of the frame b[at, end) are'} right. Frames passed on unchanged are left to the receiver to verify. @throws DecodeError`,
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: '_end', type: 'number' },
    ],
    returnType: 'void',
    statements: tidy(lines),
  };
}

/**
 * The lengths that change with the regions. Those of varying width become regions themselves, so that lengths
 * around them change too.
 */
function affectedLengths(regions: Region[], module: Module, reader: Reader): Map<Length, Derivation> {
  const affected = new Map<Length, Derivation>();
  const all = lengthsOf(module.protocol.frame.body);
  for (let grown = true; grown;) {
    grown = false;
    for (const member of all) {
      if (affected.has(member)) continue;
      // A length that another one is subtracted from follows the other.
      const use = usesOf(member).find(
        ({ of, terms }) =>
          regions.some((r) => r.field === of) ||
          regionsIn(of, regions).length > 0 ||
          terms.some((t) => affected.has(t.field)),
      );
      if (use === undefined) continue;
      affected.set(member, use);
      grown = true;
      if (member.member === 'bitField' || !isSelfDelimited(member.type)) continue;
      const name = module.local(member);
      regions.push({
        field: member,
        param: 'length',
        name,
        from: reader.placeOf(member),
        to: reader.endOf(member),
        size: `${name}Size`,
      });
    }
  }
  return affected;
}

/** The affected lengths in the order they depend on each other; their locals are declared. */
function derivedOf(
  regions: readonly Region[],
  affected: ReadonlyMap<Length, Derivation>,
  module: Module,
  reader: Reader,
): Length[] {
  const done: Length[] = [];
  const declare = (field: Length, derivation: Derivation): void => {
    if (done.includes(field)) return;
    for (const term of derivation.terms) {
      const needed = affected.get(term.field);
      if (needed !== undefined) declare(term.field, needed);
    }
    for (const inner of regionsIn(derivation.of, regions))
      if (inner.param === 'length') declare(inner.field as Field, affected.get(inner.field as Field)!);
    const units = unitsOf(derivation.of, regions, reader);
    const term = (f: Length): string => (affected.has(f) ? module.local(f) : reader.value(f));
    reader.lines.push(...deriveLines(field, derivation, units, module.local(field), term, module));
    done.push(field);
    const own = regions.find((r) => r.field === field);
    if (own === undefined || field.member === 'bitField' || !isFormed(field)) return;
    // One that keeps its value keeps its bytes, which may be more than it needs.
    const keeps = `${own.name} === ${readFormed(field.type, 'b', `${own.name}From`, module)}`;
    reader.lines.push(
      `const ${own.name}Keeps = ${keeps};`,
      `const ${own.size} = ${own.name}Keeps ? ${own.name}To - ${own.name}From : ${formedSize(field.type, own.name, module)};`,
    );
  };
  for (const [field, derivation] of affected) declare(field, derivation);
  return done;
}

function unitsOf(of: Extended, regions: readonly Region[], reader: Reader): string {
  const own = regions.find((r) => r.field === of);
  if (own !== undefined) return own.count ?? own.size;
  const inside = regionsIn(of, regions);
  const [only] = inside;
  // What does not change has the size or count it had.
  if (only === undefined) return reader.emit(extentOf(of));
  const from = reader.placeOf(of);
  const to = reader.endOf(of);
  if (inside.length === 1 && only.from === from && only.to === to) return only.size;
  return [`${to} - (${from})`, ...inside.map(growthOf)].join(' + ');
}

/** How many bytes more a region takes than it did. */
function growthOf({ name, size }: Region): string {
  return `${size} - (${name}To - ${name}From)`;
}

/** The lines that write a length of a fixed number of digits where it lies. */
function placed(
  field: Field & { type: FieldType & { kind: 'int' } },
  writer: Reader,
  module: Module,
): string[] {
  const { form } = field.type;
  if (form.kind !== 'digits' || form.extent.kind !== 'size') throw new Error(`${field.path} varies in width`);
  const put = module.use(form.base === 10 ? 'putDigits' : 'putHexDigits');
  return [`${put}(out, ${writer.placeOf(field)}, ${module.local(field)}, ${form.extent.digits});`];
}

/** The regions in a window. */
function regionsIn(of: MemberModel, regions: readonly Region[]): Region[] {
  if (of.member !== 'within') return [];
  const members = [...walk(of.body)];
  return regions.filter((r) => members.includes(r.field));
}

/** What gives the size or count of a window or field. */
function extentOf(of: Extended): Expression {
  return of.member === 'within' ? of.size : (of.type as { extent: { value: Expression } }).extent.value;
}

/** Refuses what an encoder would refuse of the changed parts: bounds of their own, and lengths that others share. */
function regionChecks(
  regions: readonly Region[],
  lengths: readonly Length[],
  isGiven: boolean,
  module: Module,
  reader: Reader,
): void {
  const { lines } = reader;
  const bounded = (path: string, units: string, least: bigint | number, most: bigint | number): void =>
    void lines.push(
      `${module.use('requireInteger')}(${quote(`${path} (bytes)`)}, ${units}, ${least}, ${most});`,
    );
  const bounds = (path: string, units: string, value: Expression | null, max: number | null): void => {
    if (value?.op === 'int') bounded(path, units, value.value, value.value);
    else if (max !== null) bounded(path, units, 0, max);
  };
  const limit = headerWindow(module);
  for (const { field, param, size, count } of regions) {
    // A window is bounded below; an extern's value, a length and an id that is a number by their own form.
    if (
      param === 'length' ||
      field.member === 'pad' ||
      field.member === 'within' ||
      !('extent' in field.type)
    )
      continue;
    const { extent } = field.type as FieldType & { kind: 'bytes' | 'map' };
    const max = param === 'headers' ? null : extent.max;
    if (count !== undefined) {
      const { value } = extent as { value: Expression };
      const what = quote(`${field.path} (elements)`);
      if (value.op === 'int')
        lines.push(`${module.use('requireInteger')}(${what}, ${count}, ${value.value}, ${value.value});`);
    } else if (extent.kind === 'varying') {
      const given = param === 'body' && !isGiven ? '(body?.length ?? 0)' : givenLength(param, module);
      bounded(field.path, given, 0, mostAnnounced(extent, false));
    } else if (extent.kind === 'prefix') bounded(field.path, size, 0, longest(extent.int, false, max));
    else bounds(field.path, size, 'value' in extent ? extent.value : null, max);
  }
  for (const member of walk(module.protocol.frame.body)) {
    if (member.member !== 'within' || regionsIn(member, regions).length === 0) continue;
    const units = unitsOf(member, regions, reader);
    bounds(member.path, units, member.size, member.max);
    if (limit?.window === member) bounded(member.path, units, 0, limit.bytes);
  }
  const environment: Environment = {
    module,
    field: (e) => (lengths.includes(e.fields[0]!) ? module.local(e.fields[0]!) : reader.field(e)),
    hold: (_e, code) => code,
  };
  const shared = new Set<Extended>();
  for (const member of lengthsOf(module.protocol.frame.body)) {
    for (const other of usesOf(member).flatMap(({ alsoOf }) => alsoOf))
      if (
        lengths.includes(member) ||
        regions.some((r) => r.field === other) ||
        regionsIn(other, regions).length > 0
      )
        shared.add(other);
  }
  const agree = (other: Extended): void => {
    const [announced, taken] = [
      emitExpression(extentOf(other), environment),
      unitsOf(other, regions, reader),
    ];
    lines.push(disagreement(other, announced, taken, module));
  };
  for (const other of shared) {
    if (exclusive(other.guards, reader.within)) continue;
    const unknown = other.guards.filter((g) => !reader.within.some((known) => known.node === g.node));
    if (unknown.length > 0) {
      // What an arm has that the frame may not be of keeps its size, and the length that announces it.
      const condition = reader.condition(unknown);
      lines.push(`if (${condition}) {`);
      reader.nested(() => agree(other));
      lines.push('}');
    } else agree(other);
  }
}

function splice(
  regions: readonly Region[],
  lines: string[],
  last: boolean,
  isGiven: boolean,
  reader: Reader,
  module: Module,
): void {
  let before = 'at';
  // An id or a length moves the place behind itself.
  const stays =
    last && regions.length === 1 && ['headers', 'body', 'record', 'coded'].includes(regions[0]!.param);
  regions.forEach((region, i) => {
    const gap = regions[i - 1];
    if (i === 0) {
      lines.push(
        `out.set(b.subarray(at, ${region.name}From), 0);`,
        `${stays ? 'const' : 'let'} q = ${region.name}From - at;`,
      );
    } else if (gap!.to !== region.from) {
      lines.push(
        `out.set(b.subarray(${before}, ${region.name}From), q);`,
        `q += ${region.name}From - ${before};`,
      );
    }
    before = `${region.name}To`;
    const old = `out.set(b.subarray(${region.name}From, ${region.name}To), q);`;
    if (region.field.member === 'pad') {
      lines.push(`out.fill(0, q, q + ${region.size});`, `q += ${region.size};`);
      return;
    }
    if (region.param === 'length') {
      const type = (region.field as Field).type as FieldType & { kind: 'int' };
      const [put, ...rest] = writeFormed(type, region.name, module, 'out', 'q');
      lines.push(`if (${region.name}Keeps) {`, old, `q += ${region.size};`, '} else {', put!, ...rest, '}');
      return;
    }
    if (region.param === 'id' && isEntry(region.field)) {
      lines.push(`q = ${writeChanged(region.field, 'id', 'id', module)};`);
      return;
    }
    const inHead = idInHead(module);
    if (region.param === 'id' && inHead !== null) {
      lines.push(`q = ${inHead.name}.writeId(out, q, id, b, ${reader.placeOf(inHead.head)});`);
      return;
    }
    if (region.param === 'id' && (region.field as Field).type.kind === 'text') {
      const put = module.use('putTextId');
      const varying = varyingOf(region.field);
      const given = givenLength('id', module);
      if (varying !== null) lines.push(putLength(varying, given, module, 'out', 'q'));
      const start = varying === null ? 'q' : `q + idSize - ${given}`;
      lines.push(`${put}(out, ${start}, q + idSize, id, ${baseOf(module.protocol.idForm)});`);
      if (!last || i < regions.length - 1) lines.push('q += idSize;');
      lines.push(...delimitedId(region.field as Field, module));
      return;
    }
    if (region.param === 'id') {
      const type = (region.field as Field).type as FieldType & { kind: 'int' };
      lines.push(...writeFormed(type, 'id as number', module, 'out', 'q'));
      return;
    }
    const ended = region.param === 'body' ? delimitedBody(region, module) : [];
    const varying = region.param === 'body' ? varyingOf(region.field) : null;
    if (varying !== null) {
      const whole = [
        putLength(varying, 'body.length', module, 'out', 'q'),
        'out.set(body, q + bodySize - body.length);',
      ];
      lines.push(...(isGiven ? whole : [`if (body === null) ${old}`, 'else {', ...whole, '}']));
      if (!last || i < regions.length - 1) lines.push(`q += ${region.size};`);
      return;
    }
    const fresh = isEntry(region.field)
      ? `${writeChanged(region.field, region.param, region.param, module)};`
      : region.param === 'body' || region.param === 'record' || region.param === 'coded'
        ? `out.set(${region.param}, q);`
        : freshHeaders(region.field as Field, module);
    if (isGiven) lines.push(fresh, ...ended);
    else if (ended.length === 0) lines.push(`if (${region.param} === null) ${old}`, `else ${fresh}`);
    else lines.push(`if (${region.param} === null) ${old}`, 'else {', fresh, ...ended, '}');
    if (!last || i < regions.length - 1) lines.push(`q += ${region.size};`);
  });
  if (!last) lines.push(`out.set(b.subarray(${before}, end), q);`);
}

/** The lines that end a given body with its delimiter, and refuse one in which that stands. */
function delimitedBody({ field, size }: Region, module: Module): string[] {
  if (field.member !== 'field' || !('extent' in field.type) || field.type.extent.kind !== 'until') return [];
  const { delimiter, max } = field.type.extent;
  const bytes = module.delimiter(delimiter);
  const most = max ?? module.protocol.limits.line;
  return [
    `out.set(${bytes}, q + ${size});`,
    `${module.use('requireDelimited')}(${quote(field.path)}, out, q, q + ${size} + ${delimiter.length}, ${bytes}, ${most});`,
  ];
}

/** The line that refuses an id in which its delimiter stands: a caller's, where requests delimit it otherwise. */
function delimitedId(field: Field, module: Module): string[] {
  const { extent } = field.type as FieldType & { kind: 'text' };
  if (extent.kind !== 'until') return [];
  const text = quote(extent.delimiter);
  const error = `new ${module.use('EncodeError')}(${quote(field.path)}, 'holds the delimiter that would end it')`;
  return [`if (typeof id === 'string' && (id + ${text}).indexOf(${text}) !== id.length) throw ${error};`];
}

/** The line that writes all headers at `q`, those received by their own bytes. */
function freshHeaders(field: Field, module: Module): string {
  if (isMap(field)) {
    const args = argumentsOf(field.type, new Reader(module)).map((arg) => `, ${arg}`);
    return `splice${pascalCase(field.type.pair.name)}Entries(out, q, b, headers${args.join('')});`;
  }
  const name = module.extern((field as ExternField).type.extern);
  if (isHead(field)) return `${name}.writeTexts(out, q, headers, b, headersFrom, headersTo);`;
  return `${name}.write(out, q, headers, b, headersFrom, headersTo);`;
}

/** Emits the functions that measure and write header entries, those received by their own bytes. */
export function emitEntryWriters(module: Module): (FunctionDeclarationStructure | string)[] {
  const fields = headersFields(module);
  const [field] = fields;
  if (field === undefined) return [];
  const name = pascalCase(field.type.pair.name);
  const { key, value } = field.type;
  const limit = Math.min(field.type.maxCount, module.protocol.limits.headers);
  const map = module.useType('HeaderMap');
  const keyWriter = `write${name}Key`;
  const valueWriter = `write${name}Value`;
  const size = textSizeNames(name, key, value);
  const paths = [...new Set(fields.map((map) => map.path))];
  const tooMany = (path: string): string =>
    `throw new ${module.use('EncodeError')}(${quote(path)}, 'has over ${limit} entries');`;
  const nullable = value.type.kind === 'text' && value.type.nullable;
  const b = { name: 'b', type: 'Uint8Array' };
  const entries = { name: 'headers', type: map };
  const end = delimiterAfter(field.type.extent);
  const little = orderIn(field.type) === undefined ? [] : [LITTLE];
  const told = (text: Field): string => (orderIn(text.type) === undefined ? '' : `, ${LITTLE.name}`);
  const write = (out: string, keyText: string, valueText: string): string =>
    end === null
      ? `${valueWriter}(${out}, ${keyWriter}(${out}, p, ${keyText}${told(key)}), ${valueText}${told(value)})`
      : `write${name}Entry(${out}, p, ${keyText}, ${valueText}${little.map(() => `, ${LITTLE.name}`).join('')})`;
  const splicers = (): FunctionDeclarationStructure[] => [
    {
      kind: StructureKind.Function,
      name: `sizeOf${name}Entries`,
      parameters: [entries],
      returnType: 'number',
      statements: [
        `if (headers.size > ${limit}) ${tooMany(paths.join(' or '))}`,
        'let size = 0;',
        'for (let i = 0; i < headers.size; i++) {',
        'const start = headers.startAt(i);',
        `if (start >= 0) size += headers.endAt(i) - start;`,
        `else size += ${size.key}(headers.keyAt(i)) + ${size.value}(headers.valueAt(i));`,
        '}',
        'return size;',
      ],
    },
    {
      kind: StructureKind.Function,
      name: `splice${name}Entries`,
      docs: ['Writes all entries at `at`: those that came in `b` as their own bytes, the others anew.'],
      parameters: [
        { name: 'out', type: 'Uint8Array' },
        { name: 'at', type: 'number' },
        b,
        entries,
        ...little,
      ],
      returnType: 'void',
      statements: [
        'let p = at;',
        'for (let i = 0; i < headers.size; i++) {',
        'const start = headers.startAt(i);',
        'if (start >= 0) {',
        'out.set(b.subarray(start, headers.endAt(i)), p);',
        'p += headers.endAt(i) - start;',
        `} else p = ${write('out', 'headers.keyAt(i)', 'headers.valueAt(i)')};`,
        '}',
      ],
    },
  ];
  return [
    HEADER_ENTRIES,
    ...fields.filter((map) => map.type.extent.kind === 'count').map(countFunction),
    ...textSizes(name, key, value, module),
    textWriter(keyWriter, key, module),
    textWriter(valueWriter, value, module),
    ...(end === null ? [] : [entryWriter(name, end, paths.join(' or '), field.type, module)]),
    ...paths.flatMap((path): FunctionDeclarationStructure[] => {
      const list = path.split('.').map(pascalCase).join('');
      return [
        {
          kind: StructureKind.Function,
          name: `sizeOf${list}`,
          parameters: [{ name: 'entries', type: 'HeaderEntries' }],
          returnType: 'number',
          statements: [
            'let size = 0;',
            'let count = 0;',
            'for (const [key, value] of entries) {',
            `if (++count > ${limit}) ${tooMany(path)}`,
            ...(nullable
              ? []
              : [
                  `if (value === null) throw new ${module.use('EncodeError')}(${quote(value.path)}, 'has no null');`,
                ]),
            `size += ${size.key}(key) + ${size.value}(value);`,
            '}',
            'return size;',
          ],
        },
        {
          kind: StructureKind.Function,
          name: `write${list}`,
          parameters: [
            b,
            { name: 'at', type: 'number' },
            { name: 'entries', type: 'HeaderEntries' },
            ...little,
          ],
          returnType: 'number',
          statements: [
            'let p = at;',
            'for (const [key, value] of entries) {',
            `p = ${write('b', 'key', 'value')};`,
            '}',
            'return p;',
          ],
        },
      ];
    }),
    // Frames that are laid out anew are encoded as new ones are.
    ...(isLaidOutAnew(module.protocol) ? [] : splicers()),
  ];
}

/** The function that counts what an encoder is given for a map. */
function countFunction({ path }: Field): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: `countOf${path.split('.').map(pascalCase).join('')}`,
    parameters: [{ name: 'entries', type: 'HeaderEntries' }],
    returnType: 'number',
    statements: ['let count = 0;', 'for (const _entry of entries) count++;', 'return count;'],
  };
}

/** The function that writes an entry of a map which ends with a delimiter, and tells it from that. */
function entryWriter(
  name: string,
  delimiter: string,
  path: string,
  { key, value, args }: FieldType & { readonly kind: 'map' },
  module: Module,
): FunctionDeclarationStructure {
  const told = (text: Field): string => (orderIn(text.type) === undefined ? '' : `, ${LITTLE.name}`);
  const isEnd = `${module.use('startsAt')}(b, p, p + ${delimiter.length}, ${module.delimiter(delimiter)})`;
  return {
    kind: StructureKind.Function,
    name: `write${name}Entry`,
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'p', type: 'number' },
      { name: 'key', type: 'string' },
      { name: 'value', type: 'string | null' },
      ...(args.length === 0 ? [] : [LITTLE]),
    ],
    returnType: 'number',
    statements: [
      `const end = write${name}Value(b, write${name}Key(b, p, key${told(key)}), value${told(value)});`,
      `if (${isEnd}) throw new ${module.use('EncodeError')}(${quote(path)}, 'has an entry that begins as its end does');`,
      'return end;',
    ],
  };
}

/** The functions that measure a key and a value: one where as many bytes stand around both. */
function textSizeNames(name: string, key: Field, value: Field): { key: string; value: string } {
  if (sizeShape(key) === sizeShape(value)) return { key: `sizeOf${name}Text`, value: `sizeOf${name}Text` };
  return { key: `sizeOf${name}Key`, value: `sizeOf${name}Value` };
}

/** What texts have in common whose sizes are found by one function. */
function sizeShape(field: Field): string {
  const varying = varyingOf(field);
  const { nullable, encoding } = field.type as FieldType & { kind: 'text' };
  // What its encoding can not hold is refused by the name of the field.
  if (encoding !== 'utf8') return field.path;
  if (varying === null) return String(bytesAround(field));
  return JSON.stringify([varying.length.form, varying.length.int, nullable]);
}

function textSizes(name: string, key: Field, value: Field, module: Module): FunctionDeclarationStructure[] {
  const names = textSizeNames(name, key, value);
  const measures = new Map([
    [names.key, key],
    [names.value, value],
  ]);
  return [...measures].map(([own, field]) => ({
    kind: StructureKind.Function,
    name: own,
    parameters: [{ name: 'text', type: 'string | null' }],
    returnType: 'number',
    statements: [textSize(field, module)],
  }));
}

function textSize(field: Field, module: Module): string {
  const varying = varyingOf(field);
  const { nullable, encoding } = field.type as FieldType & { kind: 'text' };
  const length =
    encoding === 'utf8'
      ? `${module.use('utf8Length')}(text)`
      : `${module.use('byteText')}(${quote(field.path)}, text, ${encoding === 'ascii' ? 128 : 256}).length`;
  if (varying === null) return `return ${bytesAround(field)} + (text === null ? 0 : ${length});`;
  const none = nullable ? formedSize(varying.length, '-1', module) : '0';
  return `return text === null ? ${none} : ${module.announcedSize(varying, nullable)}(${length});`;
}

/** The bytes of a text that are not its characters: its length or its delimiter. */
function bytesAround(field: Field): number {
  const { extent } = field.type as FieldType & { kind: 'text' };
  return delimiterAfter(extent)?.length ?? prefixWidth(field);
}

function textWriter(name: string, field: Field, module: Module): FunctionDeclarationStructure {
  const { extent, nullable } = field.type as FieldType & { kind: 'text' };
  if (extent.kind === 'until') return delimitedWriter(name, field, extent, module);
  if (extent.kind === 'varying') return announcedWriter(name, field, extent, module);
  if (extent.kind !== 'prefix')
    throw new Error('header texts without an end of their own are refused by the checker');
  const width = extent.int.bits / 8;
  const { order } = extent;
  const put = (length: string): string => putInteger(extent, 'b', 'p', length, LITTLE.name, module);
  const none = nullLength(field);
  const most = longest(extent.int, nullable, extent.max);
  return {
    kind: StructureKind.Function,
    name,
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'p', type: 'number' },
      { name: 'text', type: nullable || name.endsWith('Value') ? 'string | null' : 'string' },
      ...(order === undefined ? [] : [LITTLE]),
    ],
    returnType: 'number',
    statements: [
      ...(nullable
        ? ['if (text === null) {', put(none), `return p + ${width};`, '}']
        : name.endsWith('Value')
          ? [
              `if (text === null) throw new ${module.use('EncodeError')}(${quote(field.path)}, 'has no null');`,
            ]
          : []),
      `const end = ${module.use('writeUtf8')}(b, p + ${width}, text);`,
      `${module.use('requireInteger')}(${quote(`${field.path} (bytes)`)}, end - p - ${width}, 0, ${most});`,
      put(`end - p - ${width}`),
      'return end;',
    ],
  };
}

/** The function that writes a text and, before it, a length of varying width. */
function announcedWriter(
  name: string,
  field: Field,
  extent: Varying,
  module: Module,
): FunctionDeclarationStructure {
  const { nullable } = field.type as FieldType & { kind: 'text' };
  const isValue = name.endsWith('Value');
  const most = mostAnnounced(extent, nullable);
  return {
    kind: StructureKind.Function,
    name,
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'text', type: isValue ? 'string | null' : 'string' },
    ],
    returnType: 'number',
    statements: [
      'let p = at;',
      ...(nullable
        ? ['if (text === null) {', ...writeFormed(extent.length, '-1', module), 'return p;', '}']
        : isValue
          ? [
              `if (text === null) throw new ${module.use('EncodeError')}(${quote(field.path)}, 'has no null');`,
            ]
          : []),
      `const length = ${module.use('utf8Length')}(text);`,
      `${module.use('requireInteger')}(${quote(`${field.path} (bytes)`)}, length, 0, ${most});`,
      ...writeFormed(extent.length, 'length', module),
      `return ${module.use('writeUtf8')}(b, p, text);`,
    ],
  };
}

/**
 * The function that writes a text and its delimiter, which is nowhere in the text. It has been measured, and with that
 * found to fit its encoding.
 */
function delimitedWriter(
  name: string,
  field: Field,
  extent: ExtentModel & { kind: 'until' },
  module: Module,
): FunctionDeclarationStructure {
  const { encoding } = field.type as FieldType & { kind: 'text' };
  const isValue = name.endsWith('Value');
  const max = extent.max ?? module.protocol.limits.line;
  return {
    kind: StructureKind.Function,
    name,
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'from', type: 'number' },
      { name: 'text', type: isValue ? 'string | null' : 'string' },
    ],
    returnType: 'number',
    statements: [
      ...(isValue
        ? [`if (text === null) throw new ${module.use('EncodeError')}(${quote(field.path)}, 'has no null');`]
        : []),
      `let p = ${module.use(encoding === 'utf8' ? 'writeUtf8' : 'writeLatin1')}(b, from, text);`,
      ...writeDelimiter(extent.delimiter, module),
      `${module.use('requireDelimited')}(${quote(field.path)}, b, from, p, ${module.delimiter(extent.delimiter)}, ${max});`,
      'return p;',
    ],
  };
}
