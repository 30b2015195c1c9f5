import { bareField } from './bare-field.js';
import { inEveryFrame } from './in-every-frame.js';
import type { BitFieldModel, Field, FieldType, Struct, WindowModel } from './model.js';
import { walk } from './walk.js';

/** The fields of a struct by name, those of several arms together. */
export function fieldsOf(struct: Struct): Map<string, (Field | BitFieldModel)[]> {
  const names = new Map<string, (Field | BitFieldModel)[]>();
  for (const member of walk(struct.body)) {
    const own = member.member === 'field' ? [member] : member.member === 'bits' ? member.fields : [];
    // What is peeked at has no name.
    for (const field of own.filter((f) => f.member === 'bitField' || (f.isPeek !== true && f.isPad !== true)))
      names.set(field.name, [...(names.get(field.name) ?? []), field]);
  }
  return names;
}

/** What a struct holds, as the frame around it names it: `of` is the field that is the struct, or a coded window. */
export function innerFields(
  struct: Struct,
  of: () => Field,
  around: Pick<Field, 'path' | 'guards'>,
): Field[] {
  return [...fieldsOf(struct)].map(([name, fields]) => {
    const [first] = fields as [Field | BitFieldModel];
    return bareField({
      name,
      path: `${around.path}.${name}`,
      doc: first.doc,
      span: first.span,
      type: { kind: 'inner', of, fields },
      guards: around.guards,
    });
  });
}

/** The field itself, or the one in a struct that it stands for. */
export function plainField(field: Field | BitFieldModel): Field | BitFieldModel {
  return field.member === 'field' && field.type.kind === 'inner' ? plainField(field.type.fields[0]!) : field;
}

/** Whether a field in a struct is not there in every one, or not every list has the element that it is in. */
export function isInnerOptional(field: Field | BitFieldModel): boolean {
  if (field.member !== 'field' || field.type.kind !== 'inner') return false;
  return field.type.where !== undefined || !inEveryFrame(field.type.fields);
}

/** A window whose bytes stand for others. */
export type CodedField = Field & { readonly type: FieldType & { readonly kind: 'coded' } };

/** The coded window that a field is in; null if it is in none. */
export function codedAround(field: Field | BitFieldModel | WindowModel): CodedField | null {
  if (field.member !== 'field' || field.type.kind !== 'inner') return null;
  const of = field.type.of();
  return of.type.kind === 'coded' ? (of as CodedField) : null;
}

/** What of a frame is written anew where a part changes: the part, or the coded window that it is in. */
export function writtenFor<Part extends Field | WindowModel>(part: Part): Part | CodedField {
  return codedAround(part) ?? part;
}
