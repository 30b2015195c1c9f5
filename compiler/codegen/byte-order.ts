import { StructureKind, type FunctionDeclarationStructure } from 'ts-morph';
import type { Expression } from '../model/expression.js';
import { parts } from '../model/expressions-of.js';
import { intName } from '../model/integers.js';
import type { Guard, IntType } from '../model/model.js';
import { emitExpression, type Environment } from './emit-expression.js';
import type { Module } from './module.js';
import { Reader } from './reader.js';
import { tidy } from './tidy.js';

/** A number of fixed width, a group of bits, or a length before a text. */
interface Ordered {
  readonly int: { readonly little: boolean };
  readonly order?: Expression | undefined;
}

/** The same, of an integer. */
interface OrderedInt extends Ordered {
  readonly int: IntType;
}

/** The code of whether the numbers of a type have their low byte first; empty where the schema says it. */
export function littleCode({ order }: { readonly order?: Expression | undefined }, env: Environment): string {
  if (order === undefined) return '';
  if (order.op === 'bool') return String(order.value);
  return env.little?.(order) ?? emitExpression(order, env);
}

/** The code that reads a number in the order that `little` is the code of, by what reads it in either. */
export function readInOrder(type: Ordered, little: string, read: (little: boolean) => string): string {
  if (type.order === undefined) return read(type.int.little);
  return `(${little} ? ${read(true)} : ${read(false)})`;
}

/** The line that writes a number in the order that `little` is the code of. */
export function writeInOrder(type: Ordered, little: string, write: (little: boolean) => string): string {
  if (type.order === undefined) return write(type.int.little);
  return `if (${little}) ${write(true)} else ${write(false)}`;
}

/** The code of an integer of fixed width at a place. */
export function readInteger(
  type: OrderedInt,
  b: string,
  place: string,
  little: string,
  module: Module,
): string {
  const read = (isLittle: boolean): string => module.use(intName({ ...type.int, little: isLittle }));
  return readInOrder(type, little, (isLittle) => `${read(isLittle)}(${b}, ${place})`);
}

/** The line that writes an integer of fixed width at a place. */
export function putInteger(
  type: OrderedInt,
  b: string,
  place: string,
  value: string,
  little: string,
  module: Module,
): string {
  const put = (isLittle: boolean): string =>
    module.use(intName({ ...type.int, little: isLittle }).replace(/^[ui]/, 'put'));
  return writeInOrder(type, little, (isLittle) => `${put(isLittle)}(${b}, ${place}, ${value});`);
}

/** A line as one statement: of two where the order is chosen. */
export function asOne(line: string): string {
  return line.includes(' else ') ? `{ ${line} }` : line;
}

/** Emits `isLittle`, for frames that say their byte order; one function for each `endian` of a frame. */
export function emitByteOrder(order: Expression, module: Module): FunctionDeclarationStructure {
  const reader = new Reader(module);
  reader.within = guardsOf(order);
  const code = reader.emit(order);
  return {
    kind: StructureKind.Function,
    name: module.orderName(order),
    docs: [
      module.orders.length === 1
        ? 'Whether the numbers of the frame at b[at] have their low byte first.'
        : `Whether the numbers that \`endian\` is for at ${module.schemaAt(order)} have their low byte first.`,
    ],
    parameters: [
      { name: 'b', type: 'Uint8Array' },
      { name: 'at', type: 'number' },
    ],
    returnType: 'boolean',
    statements: tidy([...reader.lines, `return ${code};`]),
  };
}

/** The arms in which a frame has what an order is read from. */
function guardsOf(order: Expression): readonly Guard[] {
  const all = [...parts(order)].flatMap((part) => (part.op === 'field' && !part.optional ? part.fields : []));
  return all.reduce<readonly Guard[]>(
    (deepest, { guards }) => (guards.length > deepest.length ? guards : deepest),
    [],
  );
}
