import type { FieldType, Struct } from '../model/model.js';
import { walk } from '../model/walk.js';
import { emitExpression, type Environment } from './emit-expression.js';
import type { Module } from './module.js';

/** The code of what the parameters of a struct are at a place: of the type's own, or of a list's elements. */
export function argumentsOf(type: FieldType, env: Environment): string[] {
  if (type.kind === 'list') return argumentsOf(type.element, env);
  return type.kind === 'struct' ? type.args.map((arg) => emitExpression(arg, env)) : [];
}

/** The names that a function over a struct, or over a list of them, has for the struct's parameters. */
export function paramNames(type: FieldType, module: Module, where: 'read' | 'write'): string[] {
  if (type.kind === 'list') return paramNames(type.element, module, where);
  return type.kind === 'struct' ? type.struct.params.map((param) => module.local(param, where)) : [];
}

/** Parameters of a function for those of a struct. */
export function structParams(
  struct: Struct,
  module: Module,
  where: 'read' | 'write',
): { name: string; type: string }[] {
  return struct.params.map((param) => ({
    name: module.local(param, where),
    type: param.type.kind === 'int' && param.type.bool ? 'boolean' : 'number',
  }));
}

/** Whether a struct is padded, which is counted from where it starts. */
export function hasAlignment(struct: Struct): boolean {
  return [...walk(struct.body)].some((member) => member.member === 'pad' && member.mode === 'align');
}

/** The struct that a value is, or that the elements of a list are; null for other values. */
export function structIn(type: FieldType): Struct | null {
  if (type.kind === 'list') return structIn(type.element);
  return type.kind === 'struct' ? type.struct : null;
}
