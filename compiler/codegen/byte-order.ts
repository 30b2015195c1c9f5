import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Expression } from '../model/expression.js';
import type { Module } from './module.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

/** A number of fixed width, or a group of bits. */
interface Ordered {
  readonly int: { readonly little: boolean };
  readonly order?: Expression | undefined;
}

/** The code that reads a number in the order of the frame at `at` of `b`, by what reads it in either. */
export function readInOrder(type: Ordered, b: string, at: string, read: (little: boolean) => string): string {
  if (type.order === undefined) return read(type.int.little);
  return `(isLittle(${b}, ${at}) ? ${read(true)} : ${read(false)})`;
}

/** The line that writes a number in the order that `little` is the code of. */
export function writeInOrder(type: Ordered, little: string, write: (little: boolean) => string): string {
  if (type.order === undefined) return write(type.int.little);
  return `if (${little}) ${write(true)} else ${write(false)}`;
}

/** A line as one statement: of two where the order is chosen. */
export function asOne(line: string): string {
  return line.includes(' else ') ? `{ ${line} }` : line;
}

/** Emits `isLittle`, for frames that say their byte order. */
export function emitByteOrder(order: Expression, module: Module): FunctionDeclarationStructure {
  const reader = new Reader(module);
  const code = reader.emit(order);
  return {
    kind: StructureKind.Function,
    name: 'isLittle',
    docs: ['Whether the numbers of the frame at b[at] have their low byte first.'],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
    ],
    returnType: 'boolean',
    statements: tidy([...reader.lines, `return ${code};`]),
  };
}
