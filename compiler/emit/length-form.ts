import { intName } from '../model/integers.js';
import type { FieldType } from '../model/model.js';

/** `varint(leb128)`, `dec until ":"`: a length of varying width. */
export function lengthForm({ form, int }: FieldType & { kind: 'int' }): string {
  if (form.kind === 'varint') return `varint(${form.encoding})`;
  if (form.kind !== 'digits') return intName(int);
  const { extent } = form;
  const end = extent.kind === 'until' ? `until ${JSON.stringify(extent.delimiter)}` : `size ${extent.digits}`;
  return `${form.base === 10 ? 'dec' : 'hex'} ${end}`;
}
