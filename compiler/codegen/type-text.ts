import { plainField } from '../model/inner-fields.js';
import { isBig } from '../model/integers.js';
import type { BitFieldModel, Field, FieldType } from '../model/model.js';
import { pascalCase } from '../model/camel-case.js';
import type { Module } from './module.js';

/** A field's TypeScript type as a view gives it. */
export function fieldTypeText(field: Field | BitFieldModel, module: Module): string {
  if (field.member === 'bitField') {
    if (field.enum !== null) return pascalCase(field.enum.name);
    return field.width === 1 ? 'boolean' : 'number';
  }
  if (field.said !== undefined) return typeof field.said === 'string' ? 'string' : 'number';
  if (field.type.kind === 'inner') return fieldTypeText(plainField(field), module);
  if (field.type.kind === 'int' && field.type.enum === null && !field.type.bool) {
    return isBig(field.type.int, field.range) ? 'bigint' : 'number';
  }
  return typeText(field.type, module);
}

/** What an encoder takes for the field: as a view gives it, and header entries in any form. */
export function initTypeText(field: Field | BitFieldModel, module: Module): string {
  if (
    field.member === 'field' &&
    (field.type.kind === 'map' ||
      (field.type.kind === 'entry' && field.type.of.kind === 'map') ||
      (field.type.kind === 'extern' && field.type.extern.value === 'map'))
  ) {
    module.usesHeaderEntries = true;
    return 'HeaderEntries';
  }
  return fieldTypeText(field, module);
}

export function typeText(type: FieldType, module: Module): string {
  switch (type.kind) {
    case 'int':
      if (type.enum !== null) return pascalCase(type.enum.name);
      if (type.bool) return 'boolean';
      return isBig(type.int, null) ? 'bigint' : 'number';
    case 'bytes':
      return type.nullable ? 'Uint8Array | null' : 'Uint8Array';
    case 'text':
      return type.nullable ? 'string | null' : 'string';
    case 'struct':
    case 'coded':
      return pascalCase(type.struct.name);
    case 'list': {
      const element = typeText(type.element, module);
      const list = `readonly ${element.includes('|') ? `(${element})` : element}[]`;
      return type.nullable ? `${list} | null` : list;
    }
    case 'float':
      return 'number';
    case 'extern': {
      const { value } = type.extern;
      if (value === 'map') return module.useType('HeaderMap');
      const plain = { int: 'number', text: 'string', bytes: 'Uint8Array', bool: 'boolean', record: 'never' }[
        value
      ];
      return type.nullable ? `${plain} | null` : plain;
    }
    case 'entry':
      switch (type.of.kind) {
        case 'int':
          return type.of.enum === null ? 'number' : pascalCase(type.of.enum.name);
        case 'int64':
          return module.useType('RequestId');
        case 'text':
          return 'string';
        case 'bytes':
          return 'Uint8Array';
        case 'map':
          return module.useType('HeaderMap');
      }
    case 'record':
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${type.kind} is refused by the checker`);
    case 'map':
      return module.useType('HeaderMap');
  }
}
