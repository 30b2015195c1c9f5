import { camelCase } from '../model/camel-case.js';
import type { BitFieldModel, Field } from '../model/model.js';

/** Whether a field is what is known of the request, and has no place in the frame. */
export function isFact(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && field.ofRequest === true;
}

/** `facts.apiKey`: what is known of the request. */
export function factCode(field: Field | BitFieldModel): string {
  return `facts.${camelCase(field.name)}`;
}
