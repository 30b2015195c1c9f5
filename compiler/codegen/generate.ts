import {
  StructureKind,
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
  type StatementStructures,
} from 'ts-morph';
import { camelCase, pascalCase } from '../model/camel-case.js';
import type { Expression } from '../model/expression.js';
import type { Anchor } from '../model/layout.js';
import { listOf } from '../model/maps-as-lists.js';
import { checksumsOf } from '../model/covers.js';
import { inFrame } from '../model/in-frame.js';
import type { CodedField } from '../model/inner-fields.js';
import { walk } from '../model/walk.js';
import type { Block, Enum, Field, FieldType, Protocol, Struct } from '../model/model.js';
import { emitByteOrder } from './byte-order.js';
import { emitAnnounced } from './emit-announced.js';
import { emitCheck } from './emit-check.js';
import { emitEncode, emitInit, hasPlainElements, emitListWrite, emitStructWrite } from './emit-encode.js';
import { emitListEnd, emitStructEnd } from './emit-end.js';
import { codedHeaders, emitCodedHeaders, emitCodedHeadersWrite } from './emit-coded-headers.js';
import { emitCodedWrite, emitHeld, isCoded } from './emit-inner.js';
import { emitEnum } from './emit-enum.js';
import { emitHeaderNumbers, emitLengthened } from './emit-header-lengths.js';
import { emitHeaders, headersFields, needsEnd } from './emit-headers.js';
import { emitMatch } from './emit-match.js';
import { emitProtocol } from './emit-protocol.js';
import { emitExternHeaders, externHeaders } from './emit-extern-headers.js';
import { emitEntryWriters, emitReencode, emitVerify, emitWithId } from './emit-reencode.js';
import { emitRoles, emitTexts } from './emit-roles.js';
import { emitEntries, emitEntryHeaders, entryHeaders, recordsOf, type EntryField } from './emit-record.js';
import { emitScan } from './emit-scan.js';
import { emitStatus } from './emit-status.js';
import { emitStructRead } from './emit-struct-read.js';
import { answerAcross, emitAnswer, emitRemember, emitSynths } from './emit-synth.js';
import { emitView } from './emit-view.js';
import { handFacts } from './hand-facts.js';
import { HEADER_ENTRIES } from './header-functions.js';
import { docOf, Module } from './module.js';
import { print } from './print.js';
import { isMarked, Reader } from './reader.js';
import { isSelfDelimited, listEndName, structEndName } from './self-delimiting.js';
import { tidy } from './tidy.js';
import { fieldTypeText, typeText } from './type-text.js';
import { COMPILER_VERSION } from '../compiler-version.js';

/**
 * A checked protocol as the text of one TypeScript module, the same text on every machine.
 *
 * @param laidOut whether people read it: laying it out takes longer than all else
 */
export async function generate(protocol: Protocol, laidOut = true): Promise<string> {
  const module = new Module(protocol);
  const { frame } = protocol;
  const structs = protocol.structs.filter((s) => inFrame(protocol, s));
  // A module of one side has what its frame needs; one of both sides all that is declared.
  const declared = protocol.side === 'both' ? protocol.structs : structs;
  const facts = { members: protocol.facts.map((fact) => fact.field) };
  const used = enumsOf([protocol.frame.body, facts, ...structs.map((s) => s.body)]);
  for (const of of protocol.enums) if (protocol.side === 'both' || used.has(of)) module.add(emitEnum(of));
  const lists = listsOf([protocol.frame.body, ...structs.map((s) => s.body)]);
  const pair = headersFields(module)[0]?.type.pair;
  for (const struct of declared) {
    // Header entries are read and written by functions of their own.
    if (struct === pair && !structs.includes(struct)) continue;
    module.add(
      emitInit(
        pascalCase(struct.name),
        struct.doc === '' ? `A ${pascalCase(struct.name)}.` : struct.doc,
        struct.body,
        module,
      ),
    );
  }
  module.add(
    emitInit(
      module.initName,
      `What a new ${frame.name} is made of; lengths, constants and checksums are not given.`,
      frame.body,
      module,
    ),
  );
  if (module.asks) module.add(emitFacts(module));
  const matchAt = module.statements.length;
  module.add(...emitMatch(module), emitScan(module));
  const anchorsAt = module.statements.length;
  const check = emitCheck(module);
  module.add(check);
  const headers = headersFields(module);
  const roles = emitRoles(module, needsEnd(module));
  const extern = externHeaders(module);
  const inRecord = entryHeaders(module);
  const coded = codedHeaders(module);
  const headerFunctions =
    headers.length > 0
      ? emitHeaders(headers, module)
      : extern.length > 0
        ? emitExternHeaders(extern, module)
        : inRecord.length > 0
          ? emitEntryHeaders(inRecord, module)
          : coded.length > 0
            ? emitCodedHeaders(coded, module)
            : [];
  if (headerFunctions.length === 0 && module.usesHeaderEntries) module.add(HEADER_ENTRIES);
  const namesAt = module.statements.length;
  module.add(...roles, ...emitStatus(module), ...headerFunctions, ...emitHeaderNumbers(module));
  const checksums = checksumsOf(frame);
  if (checksums.length > 0) module.add(emitVerify(checksums, module));
  const usesBytes =
    hasCodedBranch(frame.body) || [frame.body, ...structs.map((s) => s.body)].some((b) => hasPlainBytes(b));
  if (usesBytes)
    module.add('/** What a bytes field is when it is not given. */\nconst NO_BYTES = new Uint8Array(0);');
  module.add(...emitEntryWriters(module));
  for (const struct of structs)
    module.add(emitStructRead(struct, module), ...emitStructWrite(struct, module));
  for (const { type, path } of lists) {
    if (!hasPlainElements(type))
      module.add(...emitListWrite(type, path, module, typeText(type.element, module)));
  }
  const windows = [...walk(frame.body)].filter((m) => m.member === 'field' && isCoded(m));
  for (const window of windows) module.add(emitCodedWrite(window as CodedField, module));
  for (const map of coded) module.add(emitCodedHeadersWrite(map, module));
  for (const record of recordsOf(module)) module.add(emitEntries(record, module));
  const withId = emitWithId(module);
  const ack = answerAcross(protocol);
  const errorReply = protocol.reply?.synths.find((s) => s.name === 'hijack');
  module.add(
    emitEncode(module),
    ...emitLengthened(emitReencode(module), module),
    ...(withId === null ? [] : [withId]),
    ...emitSynths(module),
    ...(errorReply === undefined ? [] : [emitRemember(errorReply, module)]),
    ...(ack === null ? [] : [emitAnswer(ack, module)]),
    emitView(module),
    emitProtocol(module),
  );
  const texts = emitTexts(module);
  const caches: string[] = [];
  if (module.usesNames)
    caches.push(
      `/** Names of services and methods: few, and the same again and again. */\nconst names = new ${module.use('TextCache')}();`,
    );
  if (module.usesByteNames) {
    const [cache, read] = [module.use('TextCache'), module.use('readLatin1')];
    caches.push(
      `/** Names of services and methods, a byte a character. */\nconst byteNames = new ${cache}(${read});`,
    );
  }
  module.statements.splice(namesAt, 0, ...caches, ...texts);
  // Reading what is held asks for places.
  const held = emitHeld(module);
  if (held.begin.length > 0) {
    check.statements = [...held.begin, ...[check.statements ?? []].flat()];
    module.statements.splice(anchorsAt, 0, ...held.statements);
  }
  module.statements.splice(anchorsAt, 0, ...emitPlaces(module));
  module.statements.splice(anchorsAt, 0, ...emitEnds(module, structs, lists));
  module.statements.splice(anchorsAt, 0, ...emitAnnounced(module, codeOf(module.statements)));
  if (module.markCount > 0) {
    check.statements = ['marks.begin(b, at);', ...[check.statements ?? []].flat()];
    module.statements.splice(
      matchAt,
      0,
      `/** Where parts of the frame at hand lie, found once for all who ask. */\nconst marks = new ${module.use('Marks')}(${[module.markCount, ...(texts.length === 0 ? [] : [texts.length])].join(', ')});`,
    );
  }
  const header = [
    `// Generated from ${module.schemaName} (sha256 ${protocol.schemaHash}) by @proto-frame/compiler ${COMPILER_VERSION}. Do not edit.`,
    layoutComment(module),
  ];
  const delimiters = [
    ...module.delimiterText(),
    ...module.pathText(),
    ...module.namesText(),
    ...module.wordsText(),
  ];
  const handed = module.asks ? handFacts(module.statements, module) : module.statements;
  const statements = [...delimiters, ...handed.map(markUnused)];
  // A word in a comment uses nothing.
  const code = JSON.stringify(statements, (key, value: unknown) =>
    key === 'docs' ? undefined : value,
  ).replaceAll('\\n', '\n');
  return print([...header, module.importText(code), ...statements], laidOut);
}

/** Emits the interface of what replies are read by of their requests. */
function emitFacts(module: Module): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name: module.factsName,
    isExported: true,
    docs: ['What of the request that it answers a reply is read by.'],
    extends: [module.useType('RequestFacts')],
    properties: module.protocol.facts.map(({ name, field, value }) => ({
      name: camelCase(name),
      type: `${fieldTypeText(field, module).replace(/ \| null$/, '')}${value.optional ? ' | undefined' : ''}`,
      isReadonly: true,
      docs: value.op === 'field' ? [] : [docOf(`\`${field.path}\``)],
    })),
  };
}

/** A function with those of its parameters marked by `_` that its statements don't read: strict options refuse them. */
function markUnused(statement: StatementStructures | string): StatementStructures | string {
  if (typeof statement === 'string' || statement.kind !== StructureKind.Function) return statement;
  const code = [statement.statements].flat().join('\n');
  const parameters = statement.parameters?.map((p) => {
    const used = new RegExp(`(?<![.$\\w])${p.name}\\b(?!:)`).test(code) || p.name.startsWith('_');
    return used ? p : { ...p, name: `_${p.name}` };
  });
  return parameters === undefined ? statement : { ...statement, parameters };
}

/**
 * One function for each place that varies: where a member of variable size ends and the next one starts; and one for
 * each byte order that is chosen.
 */
function emitPlaces(module: Module): FunctionDeclarationStructure[] {
  const places = new Map<Anchor, FunctionDeclarationStructure>();
  const orders = new Map<Expression, FunctionDeclarationStructure>();
  // Writing one may ask for another.
  for (let written = -1; written < places.size + orders.size;) {
    written = places.size + orders.size;
    for (const anchor of module.usedAnchors)
      if (!places.has(anchor)) places.set(anchor, emitAnchor(anchor, module));
    for (const order of module.usedOrders)
      if (!orders.has(order)) orders.set(order, emitByteOrder(order, module));
  }
  return [
    ...module.layout.anchors.flatMap((anchor) => places.get(anchor) ?? []),
    ...module.orders.flatMap((order) => orders.get(order) ?? []),
  ];
}

function emitAnchor(anchor: Anchor, module: Module): FunctionDeclarationStructure {
  const reader = new Reader(module);
  reader.within = anchor.after.guards;
  const code = reader.anchorCode(anchor);
  const found = tidy([...reader.lines, `return ${code};`]);
  return {
    kind: StructureKind.Function,
    name: `${anchor.name}At`,
    docs: [`Where ${anchor.name === 'end' ? 'the frame ends' : `${anchor.name} starts`}.`],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
    ],
    returnType: 'number',
    statements: isMarked(anchor, module) ? kept(anchor, found, module) : found,
  };
}

/** Statements that look for a place only if it is not known, and keep it. */
function kept(anchor: Anchor, found: readonly string[], module: Module): string[] {
  const mark = module.mark(anchor);
  const last = found[found.length - 1]!;
  return [
    `const known = marks.of(b, at, ${mark});`,
    'if (known > 0) return known;',
    ...found.slice(0, -1),
    `return marks.keep(${mark}, ${last.slice('return '.length, -1)});`,
  ];
}

function listsOf(blocks: readonly Block[]): { type: FieldType & { kind: 'list' }; path: string }[] {
  const lists: { type: FieldType & { kind: 'list' }; path: string }[] = [];
  for (const block of blocks) {
    for (const member of walk(block)) {
      if (member.member !== 'field' || member.type.kind !== 'list') continue;
      // Lists of one name in several arms are of one type, and have one set of functions.
      const { type, path } = member;
      if (!lists.some((list) => list.path === path)) lists.push({ type, path });
    }
  }
  return lists;
}

/** The functions that find where structs and lists of varying size end: those that something asks for. */
function emitEnds(
  module: Module,
  structs: readonly Struct[],
  lists: readonly { type: FieldType & { kind: 'list' }; path: string }[],
): FunctionDeclarationStructure[] {
  const open = new Map<string, () => FunctionDeclarationStructure>();
  for (const struct of structs)
    if (isSelfDelimited({ kind: 'struct', struct, args: [] }))
      open.set(structEndName(struct), () => emitStructEnd(struct, module));
  for (const { type, path } of lists)
    if (isSelfDelimited(type)) open.set(listEndName(path), () => emitListEnd(type, path, module));
  for (const { type, path } of headersFields(module)) {
    if (!isSelfDelimited(type)) continue;
    open.set(structEndName(type.pair), () => emitStructEnd(type.pair, module));
    open.set(listEndName(path), () => emitListEnd(listOf(type), path, module));
  }
  const emitted: FunctionDeclarationStructure[] = [];
  let code = codeOf(module.statements);
  for (let found = true; found;) {
    found = false;
    for (const [name, emit] of [...open]) {
      if (!new RegExp(`\\b${name}\\(`).test(code)) continue;
      const end = emit();
      emitted.push(end);
      code += codeOf([end]);
      open.delete(name);
      found = true;
    }
  }
  return emitted;
}

function codeOf(statements: readonly (StatementStructures | string)[]): string {
  return JSON.stringify(statements);
}

/** The enums that fields of these blocks are of. */
function enumsOf(blocks: readonly Block[]): Set<Enum> {
  const used = new Set<Enum>();
  const add = (type: FieldType): void => {
    if (type.kind === 'int' && type.enum !== null) used.add(type.enum);
    if (type.kind === 'entry' && type.of.kind === 'int' && type.of.enum !== null) used.add(type.of.enum);
    if (type.kind === 'list') add(type.element);
  };
  for (const member of blocks.flatMap((b) => [...walk(b)])) {
    if (member.member === 'field') add(member.type);
    else if (member.member === 'bits')
      for (const bit of member.fields) if (bit.enum !== null) used.add(bit.enum);
  }
  return used;
}

/** Whether a coded window stands in a branch, where its bytes are declared before they are made. */
function hasCodedBranch(block: Block): boolean {
  return [...walk(block)].some((m) => m.member === 'field' && isCoded(m) && m.guards.length > 0);
}

function hasPlainBytes(block: Block): boolean {
  return [...walk(block)].some(
    (m) =>
      m.member === 'field' &&
      m.type.kind === 'bytes' &&
      !m.type.nullable &&
      m.constant === null &&
      m.default === null,
  );
}

/** The layout as a comment: where each field stands, counted from the start or from the last place that varies. */
function layoutComment(module: Module): string {
  const rows: string[] = [];
  for (const member of walk(module.protocol.frame.body)) {
    if (member.member !== 'field' && member.member !== 'bits') continue;
    if (member.member === 'field' && (member.isPeek === true || member.isPad === true)) continue;
    const place = module.layout.places.get(member);
    const where =
      place === undefined
        ? `tag ${(member as EntryField).type.path.join('.')}`
        : place.anchor === null
          ? String(place.offset)
          : `${place.anchor.name}${place.offset === 0 ? '' : ` + ${place.offset}`}`;
    if (member.member === 'field' && member.type.kind === 'record') {
      rows.push(`//   ${where.padEnd(14)} ${member.name.padEnd(14)} a record: ${member.type.extern.name}`);
      continue;
    }
    const name = member.member === 'field' ? member.name : member.fields.map((f) => f.name).join(' ');
    rows.push(`//   ${where.padEnd(14)} ${name.padEnd(14)} ${describe(member)}`.trimEnd());
  }
  return `//\n// Layout of a ${module.protocol.frame.name}, in bytes:\n${rows.join('\n')}\n`;
}

function describe(member: Field | { member: 'bits'; int: { bits: number } }): string {
  if (member.member === 'bits') return `bits of u${member.int.bits}`;
  const { text } = member.span.file;
  const line = text.slice(member.span.end, text.indexOf(';', member.span.end));
  return line
    .replace(/^\s*:\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
