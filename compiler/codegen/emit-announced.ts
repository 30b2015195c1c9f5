import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import { mostAnnounced } from '../model/integers.js';
import type { IntForm } from '../model/model.js';
import type { Announced, Module } from './module.js';
import { endCode, formedSize, readPassed } from './self-delimiting.js';

/** Emits the functions over texts and bytes whose length has a varying width: where one ends, and what it takes. */
export function emitAnnounced(module: Module, code: string): FunctionDeclarationStructure[] {
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\(`).test(code);
  return [...module.announced].flatMap(([name, announced]) => {
    const size = module.announcedSize(announced.extent, announced.nullable);
    return [
      ...(isUsed(name) ? [emitEnd(name, announced, module)] : []),
      ...(isUsed(size) ? [emitSize(size, announced, module)] : []),
    ];
  });
}

/** `a leb128`, `a decimal` */
function formText(form: IntForm): string {
  if (form.kind === 'varint') return `a ${form.encoding}`;
  return form.kind === 'digits' && form.base === 16 ? 'a hexadecimal' : 'a decimal';
}

function emitEnd(
  name: string,
  { extent, nullable }: Announced,
  module: Module,
): FunctionDeclarationStructure {
  const { length } = extent;
  const [least, none] = nullable ? [-1, -1] : [0, -2];
  const read = readPassed(length, 'b', 'at', 'from', module);
  const most = mostAnnounced(extent, nullable);
  return {
    kind: StructureKind.Function,
    name,
    docs: [
      `Where what starts at \`at\` with ${formText(length.form)} length ends; 0 if it is malformed, -n if n bytes more are needed to know.`,
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
      { name: 'to', type: 'number' },
    ],
    returnType: 'number',
    statements: [
      `const from = ${endCode(length, '', 'b', 'at', 'to', '0', '0', module)};`,
      'if (from <= 0) return from;',
      `return ${module.use('prefixedEnd')}(at, to, from - at, ${read}, ${least}, ${most}, ${none});`,
    ],
  };
}

function emitSize(name: string, { extent }: Announced, module: Module): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name,
    docs: [`The bytes that as many take with ${formText(extent.length.form)} length before them.`],
    parameters: [{ name: 'length', type: 'number' }],
    returnType: 'number',
    statements: [`return ${formedSize(extent.length, 'length', module)} + length;`],
  };
}
