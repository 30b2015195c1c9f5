import type { FieldType, Struct } from '../model/model.js';
import { argsIn, orderIn, sizeArgsIn, sizeOfElements } from '../model/expressions-of.js';
import { walk } from '../model/walk.js';
import { littleCode } from './byte-order.js';
import { emitExpression, type Environment } from './emit-expression.js';
import type { Module } from './module.js';

/**
 * The code of what the functions over a type take besides bytes and values: parameters, the size of elements, the byte
 * order.
 */
export function argumentsOf(type: FieldType, env: Environment): string[] {
  const order = orderIn(type);
  return argsIn(type).map((arg) => (arg === order ? littleCode({ order }, env) : emitExpression(arg, env)));
}

/** As {@link argumentsOf}, of the functions that measure values: in either order they take as many bytes. */
export function sizeArgumentsOf(type: FieldType, env: Environment): string[] {
  return sizeArgsIn(type).map((arg) => emitExpression(arg, env));
}

/** The parameters of a function over a list, for those of the structs in it or for the size its elements have. */
export function listParams(
  type: FieldType & { kind: 'list' },
  module: Module,
  where: 'read' | 'write' | 'size',
): { name: string; type: string }[] {
  if (sizeOfElements(type) !== null) return [{ name: 'each', type: 'number' }];
  if (type.element.kind !== 'struct')
    return where === 'size' || orderIn(type) === undefined ? [] : [{ name: 'little', type: 'boolean' }];
  return structParams(type.element.struct, module, where).map((param) =>
    LIST_LOCALS.has(param.name) ? { ...param, name: `${param.name}_` } : param,
  );
}

/** What functions over lists have names for themselves. */
const LIST_LOCALS = new Set(['count', 'walk', 'left', 'past', 'items']);

/** Parameters of a function for those of a struct; what measures a struct is not told the byte order. */
export function structParams(
  struct: Struct,
  module: Module,
  where: 'read' | 'write' | 'size',
): { name: string; type: string }[] {
  const params = where === 'size' ? struct.params.filter((param) => param.isOrder !== true) : struct.params;
  return params.map((param) => ({
    name: module.local(param, where === 'read' ? 'read' : 'write'),
    type: param.type.kind === 'int' && param.type.bool ? 'boolean' : 'number',
  }));
}

/** Whether a struct is padded, which is counted from where it starts. */
export function hasAlignment(struct: Struct): boolean {
  return [...walk(struct.body)].some((member) => member.member === 'pad' && member.mode === 'align');
}
