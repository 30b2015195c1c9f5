import {
  StructureKind,
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
} from 'ts-morph';
import type { Expression } from '../model/expression.js';
import { valueParts } from '../model/expressions-of.js';
import { camelCase } from '../model/camel-case.js';
import { present } from '../model/evaluate.js';
import { synthFacts } from '../model/synth-facts.js';
import { walk } from '../model/walk.js';
import { isFree } from '../model/is-given.js';
import { idParts } from '../model/id-parts.js';
import { isBig } from '../model/integers.js';
import type { BitFieldModel, Field, FieldType, SynthModel, SynthValue } from '../model/model.js';
import { emitExpression, type Environment } from './emit-expression.js';
import { varies } from './emit-reencode.js';
import { textContent } from '../model/size.js';
import { idInHead, RoleReader } from './emit-roles.js';
import { isEntry } from './emit-record.js';
import { docOf, quote, type Module } from './module.js';
import { Reader } from './reader.js';
import { fieldTypeText } from './type-text.js';

/** Emits the frames the proxy makes itself, and what it remembers of a request to answer it. */
export function emitSynths(module: Module): (FunctionDeclarationStructure | InterfaceDeclarationStructure)[] {
  const emitted: (FunctionDeclarationStructure | InterfaceDeclarationStructure)[] = [];
  for (const synth of module.protocol.synths) {
    const name = camelCase(synth.name);
    if (synth.name === 'hijack') emitted.push(...emitHijack(synth, module));
    else emitted.push({ ...emitSynth(synth, module), name, isExported: module.protocol.side === 'server' });
  }
  return emitted.length === 0 ? [] : [...emitted, ...emitIdentified(module)];
}

function emitSynth(synth: SynthModel, module: Module): Omit<FunctionDeclarationStructure, 'name'> {
  const reader = new Reader(module);
  const request = requestFields(synth, module.protocol);
  // The request is a frame of the other side, whose module reads it.
  const isAcross = synth.name === 'heartbeat_ack' && module.protocol.side === 'server';
  const env: Environment = {
    module,
    field: (e) => reader.field(e),
    request: (e) => (isPlain(e) && !isAcross ? reader.field(e) : `req.${module.property(e.name)}`),
    param: (e) => (e.name === 'id' ? 'id' : camelCase(e.name)),
    hold: (_e, code) => code,
  };
  const needsView = !isAcross && [...request.values()].some((e) => !isPlain(e));
  const last = isIdWrittenLast(synth, module.protocol);
  const fields = emitFields(synth, env, module);
  const lines = [
    ...(needsView ? [`const req = new ${module.viewName}(b, at, end);`] : []),
    ...(module.asks ? ['const { facts } = req;'] : []),
    ...reader.lines,
    last
      ? `return identified(${module.encodeName}({ ${fields} }), ${isAcross ? 'req.id' : idCode(synth)});`
      : `return ${module.encodeName}({ ${fields} });`,
  ];
  const takesRequest = synth.name === 'heartbeat_ack';
  const id = synth.params.find((p) => p.role === 'id');
  const usesEnd = /(?<!\.)\bend\b/.test(lines.join('\n'));
  return {
    kind: StructureKind.Function,
    docs: synth.doc === '' ? [] : [docOf(synth.doc)],
    parameters: isAcross
      ? request.size === 0 && !last && !module.asks
        ? []
        : [{ name: 'req', type: `{ ${memoTypes(request, last, module).join('; ')} }` }]
      : takesRequest
        ? [
            { name: 'b', type: 'Uint8Array' },
            { name: 'at', type: 'number' },
            ...(usesEnd ? [{ name: 'end', type: 'number' }] : []),
          ]
        : id === undefined
          ? []
          : [{ name: camelCase(id.name), type: 'number' }],
    returnType: 'Uint8Array',
    statements: lines,
  };
}

function emitHijack(
  synth: SynthModel,
  module: Module,
): (FunctionDeclarationStructure | InterfaceDeclarationStructure)[] {
  const request = requestFields(synth, module.protocol);
  const env: Environment = {
    module,
    field: () => {
      throw new Error('a hijack reads the request by its parameter');
    },
    request: (e) => `memo.${module.property(e.name)}`,
    param: (e) => (e.role === 'status' ? 'status' : 'reason'),
    hold: (_e, code) => code,
  };
  const last = isIdWrittenLast(synth, module.protocol);
  return [
    emitMemo(synth, module),
    // Where the request is another frame, the module of that one remembers it.
    ...(module.protocol.side === 'server' ? [] : [emitRemember(synth, module)]),
    {
      kind: StructureKind.Function,
      name: 'hijack',
      isExported: module.protocol.side === 'server',
      docs: synth.doc === '' ? [] : [docOf(synth.doc)],
      parameters: [
        { name: request.size === 0 && !last && !module.asks ? '_memo' : 'memo', type: module.memoName },
        ...hijackParameters(synth, module),
      ],
      returnType: 'Uint8Array',
      statements: [
        ...(module.asks ? ['const { facts } = memo;'] : []),
        !last
          ? `return ${module.encodeName}({ ${emitFields(synth, env, module)} });`
          : `return identified(${module.encodeName}({ ${emitFields(synth, env, module)} }), memo.id);`,
      ],
    },
  ];
}

/** Emits the interface of what `remember` keeps. */
function emitMemo(synth: SynthModel, module: Module): InterfaceDeclarationStructure {
  const fields = [...requestFields(synth, module.protocol)].map(([name, e]) => ({
    name: module.property(name),
    type: `${fieldTypeText(e.fields[0]!, module)}${e.optional ? ' | undefined' : ''}`,
    isReadonly: true,
  }));
  const last = isIdWrittenLast(synth, module.protocol);
  return {
    kind: StructureKind.Interface,
    name: module.memoName,
    isExported: true,
    docs: ['What an error reply takes from its request.'],
    properties: [
      ...fields,
      ...(last ? [{ name: 'id', type: module.useType('RequestId'), isReadonly: true }] : []),
      ...(module.asks ? [{ name: 'facts', type: module.factsName, isReadonly: true }] : []),
    ],
  };
}

/** What an error reply is told beside its request, as far as it says it. */
function hijackParameters(synth: SynthModel, module: Module): { name: string; type: string }[] {
  const uses = (role: string): boolean =>
    synth.fields.some((f) => [...valueParts(f.value)].some((e) => e.op === 'param' && e.role === role));
  const [status, reason] = [uses('status'), uses('reason')];
  return [
    ...(status || reason ? [{ name: status ? 'status' : '_status', type: module.useType('Status') }] : []),
    ...(reason ? [{ name: 'reason', type: 'string' }] : []),
  ];
}

/** Emits `remember`: what an error reply takes from a request of this module's frame. */
export function emitRemember(synth: SynthModel, module: Module): FunctionDeclarationStructure {
  const request = requestFields(synth, module.protocol);
  const reader = new RoleReader(module);
  const values = [...request].map(([name, e]) => {
    if (isName(e)) return `${module.property(name)}: ${reader.field(e)}`;
    // A view gives what stands in arms as what may be absent, even where every arm has it.
    const isSure = !e.optional && e.fields.every((field) => field.guards.length > 0);
    const code = isPlain(e)
      ? reader.field(e)
      : `new ${module.viewName}(b, at, end).${module.property(name)}${isSure ? '!' : ''}`;
    return `${module.property(name)}: ${code}${isPlain(e) && closed(e.fields[0]!, module) !== '' ? ` as ${closed(e.fields[0]!, module)}` : ''}`;
  });
  const last = isIdWrittenLast(synth, module.protocol);
  if (last) values.unshift('id: idOf(b, at)');
  const hasFacts = module.protocol.facts.length > 0;
  if (hasFacts) values.push('facts: factsOf(b, at, end)');
  const lines = [...reader.lines, `return { ${values.join(', ')} };`];
  const usesEnd = /(?<!\.)\bend\b/.test(lines.join('\n'));
  return {
    kind: StructureKind.Function,
    name: 'remember',
    parameters:
      request.size === 0 && !last && !hasFacts
        ? []
        : [
            { name: 'b', type: 'Uint8Array' },
            { name: 'at', type: 'number' },
            ...(usesEnd ? [{ name: 'end', type: 'number' }] : []),
          ],
    returnType: module.memoName,
    statements: lines,
  };
}

/** The id that a frame made here gets: that of the request, or the one it is given. */
function idCode(synth: SynthModel): string {
  return synth.params.some((p) => p.role === 'id') ? 'id' : 'idOf(b, at)';
}

/**
 * Whether a frame made here gets its id after it is written: one in a head, a text, whose bytes need not be characters,
 * and one of several fields that is given as a whole.
 */
function isIdWrittenLast(synth: SynthModel, { roles, idForm }: Module['protocol']): boolean {
  if (idForm !== null || roles.id?.type.kind === 'inHead') return true;
  return roles.id?.type.kind === 'composed' && synth.params.some((p) => p.role === 'id');
}

/** Emits `identified`: a frame of our own with its id; null where the id is a field that the encoder takes. */
function emitIdentified(module: Module): FunctionDeclarationStructure[] {
  const inHead = idInHead(module) !== null;
  if (!module.protocol.synths.some((synth) => isIdWrittenLast(synth, module.protocol))) return [];
  const ids = [module.protocol.roles.id!, ...module.protocol.idInOtherArms];
  return [
    {
      kind: StructureKind.Function,
      name: 'identified',
      docs: [inHead ? 'A frame made here, with its id in the head.' : 'A frame made here, with its id.'],
      parameters: [
        { name: 'b', type: 'Uint8Array' },
        { name: 'id', type: module.useType('RequestId') },
      ],
      returnType: 'Uint8Array',
      statements: ids.some(varies)
        ? ['return setId(b, 0, b.length, id) ? b : withId(b, 0, b.length, id);']
        : ['setId(b, 0, b.length, id);', 'return b;'],
    },
  ];
}

/** The types of what is taken of a request, as properties. */
function memoTypes(request: ReturnType<typeof requestFields>, withId: boolean, module: Module): string[] {
  const types = [...request].map(
    ([name, e]) =>
      `readonly ${module.property(name)}: ${fieldTypeText(e.fields[0]!, module)}${e.optional ? ' | undefined' : ''}`,
  );
  const id = withId ? [`readonly id: ${module.useType('RequestId')}`] : [];
  const facts = module.asks ? [`readonly facts: ${module.factsName}`] : [];
  return [...id, ...types, ...facts];
}

/** The synth whose frames the other side makes, of what this side reads in a heartbeat; null if it needs nothing of it. */
export function answerAcross({ reply }: Module['protocol']): SynthModel | null {
  const ack = reply?.synths.find((s) => s.name === 'heartbeat_ack');
  if (ack === undefined || reply === null) return null;
  if (reply.facts.length > 0) return ack;
  return requestFields(ack, reply).size === 0 && !isIdWrittenLast(ack, reply) ? null : ack;
}

/** Emits what answers a heartbeat of this module's frame with one of the other side's. */
export function emitAnswer(synth: SynthModel, module: Module): FunctionDeclarationStructure {
  const { statements, ...remembers } = emitRemember(synth, module);
  const values = (statements as string[]).map((line) =>
    line.replace(/^return ([^]*);$/, (_, of: string) => `return heartbeatAck(${of});`),
  );
  return { ...remembers, name: 'answerHeartbeat', returnType: 'Uint8Array', statements: values };
}

/** Whether a field is the id, and that a text. */
function isTextId(
  field: Field | BitFieldModel,
  { roles, idInOtherArms, idForm }: Module['protocol'],
): boolean {
  return idForm !== null && [roles.id, ...idInOtherArms].some((id) => id === field);
}

function isWide(field: Field): boolean {
  return field.type.kind === 'int' && isBig(field.type.int, field.range);
}

function holdsBytes(field: Field): boolean {
  return (
    field.type.kind === 'bytes' ||
    (isEntry(field) && field.type.of.kind === 'bytes') ||
    (field.type.kind === 'extern' && field.type.extern.value === 'bytes')
  );
}

/** Whether a request's field is read by its place alone. */
function isPlain(e: Expression & { op: 'field' | 'request' }): boolean {
  const field = e.fields[0]!;
  if (field.member === 'field' && isEntry(field)) return /^int/.test(field.type.of.kind);
  return field.member === 'bitField' || field.type.kind === 'int';
}

/** Whether a request's field is a text that every frame has, as the name of what is called: few, again and again. */
function isName(e: Expression & { op: 'field' | 'request' }): boolean {
  const field = e.fields[0]!;
  return field.member === 'field' && field.type.kind === 'text' && !e.optional;
}

function closed(field: Field | BitFieldModel, module: Module): string {
  const of = field.member === 'bitField' ? field.enum : field.type.kind === 'int' ? field.type.enum : null;
  return of !== null && !of.open && !of.flags ? fieldTypeText(field, module) : '';
}

/** What a synth takes of its request. An id that is a text is taken as bytes. */
function requestFields(
  synth: SynthModel,
  protocol: Module['protocol'],
): Map<string, Expression & { op: 'request' }> {
  const fields = new Map<string, Expression & { op: 'request' }>();
  for (const { field, value } of synth.fields)
    if (!isTextId(field, protocol))
      for (const e of valueParts(value)) if (e.op === 'request') fields.set(e.name, e);
  return fields;
}

/** The code of what a struct or list is set to. */
function partsCode(field: Field, value: SynthValue, env: Environment, module: Module): string {
  if (value.op === 'listLiteral') {
    const { element } = field.type as FieldType & { kind: 'list' };
    const values = value.values.map((one) => partsCode({ ...field, type: element }, one, env, module));
    return `[${values.join(', ')}]`;
  }
  if (value.op !== 'structLiteral') return scalarCode(field, value as Expression, env, module);
  const given = value.fields.map(
    (one) => `${module.property(one.field)}: ${partsCode(one.field as Field, one.value, env, module)}`,
  );
  for (const member of walk(value.struct.body)) {
    if (member.member !== 'bits') continue;
    for (const bit of member.fields)
      if (isFree(bit) && !value.fields.some(({ field: set }) => set.name === bit.name))
        given.push(`${module.property(bit)}: ${zeroBit(bit, module)}`);
  }
  return `{ ${given.join(', ')} }`;
}

/** The code of a value that is neither struct nor list. */
function scalarCode(
  field: Field | BitFieldModel,
  value: Expression,
  env: Environment,
  module: Module,
): string {
  let code = emitExpression(value, env);
  if (field.member === 'field' && holdsBytes(field) && value.type.kind === 'text')
    code = `${module.use('utf8Bytes')}(${code})`;
  // The proxy's ids are numbers.
  if (field.member === 'field' && value.op === 'param' && value.role === 'id' && isWide(field))
    code = `BigInt(${code})`;
  const cast = closed(field, module);
  const open = value.op === 'int' && value.type.kind === 'int' && value.type.enum !== null;
  return cast !== '' && !open ? `(${code}) as ${cast}` : code;
}

function zeroBit(bit: BitFieldModel, module: Module): string {
  const cast = closed(bit, module) === '' ? '' : ` as ${closed(bit, module)}`;
  return bit.enum === null && bit.width === 1 ? 'false' : `0${cast}`;
}

function emitFields(synth: SynthModel, env: Environment, module: Module): string {
  const given = synth.fields.map(({ field, value }) => {
    if (value.op === 'structLiteral' || value.op === 'listLiteral')
      return `${module.property(field)}: ${partsCode(field as Field, value, env, module)}`;
    if (value.op === 'headersLiteral') {
      const entries = value.entries.map((e) => {
        const code = emitExpression(e.value, env);
        return `[${quote(e.key)}, ${e.value.type.kind === 'int' ? `String(${code})` : code}]`;
      });
      return `${module.property(field)}: [${entries.join(', ')}]`;
    }
    if (isTextId(field, module.protocol)) {
      const { min } = textContent((field as Field).type);
      return `${module.property(field)}: ${quote('0'.repeat(min))}`;
    }
    const code = scalarCode(field, value, env, module);
    const property = module.property(field);
    return property === code ? code : `${property}: ${code}`;
  });
  const set = new Set(synth.fields.map((f) => f.field.name));
  if (isIdWrittenLast(synth, module.protocol))
    for (const part of idParts(module.protocol.roles.id))
      if (part.type.kind === 'int' && !set.has(part.name))
        given.push(`${module.property(part)}: ${isWide(part) ? '0n' : '0'}`);
  // Bits that a synth does not set are 0, in the arms that it chooses.
  const facts = synthFacts(module.protocol, synth);
  for (const member of walk(module.protocol.frame.body)) {
    if (member.member !== 'bits' || present(member.guards, facts) === false) continue;
    for (const bit of member.fields) {
      if (!isFree(bit) || set.has(bit.name)) continue;
      set.add(bit.name);
      given.push(`${module.property(bit)}: ${zeroBit(bit, module)}`);
    }
  }
  return given.join(', ');
}
