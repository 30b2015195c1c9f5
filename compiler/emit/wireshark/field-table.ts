import type { BitFieldModel, Enum, Field, FieldType } from '../../model/model.js';
import { luaText } from './lua-expression.js';

/** The ProtoFields of a dissector: one for each name and kind of field. */
export class FieldTable {
  private readonly known = new Map<string, { readonly ref: string; readonly line: string }>();
  private readonly names = new Set<string>();

  constructor(private readonly prefix: string) {}

  /** The Lua by which a field is known: `F.request_id`. */
  refer(field: Field | BitFieldModel): string {
    const create = field.member === 'bitField' ? ofBits(field) : ofType(field.type, field.name);
    const key = `${field.name} ${create}`;
    const before = this.known.get(key);
    if (before !== undefined) return before.ref;
    let name = field.name;
    for (let i = 2; this.names.has(name); i++) name = `${field.name}_${i}`;
    this.names.add(name);
    const ref = `F[${luaText(name)}]`;
    const line = `${ref} = ProtoField.${create.replace('(', `(${luaText(`${this.prefix}.${name}`)}, ${luaText(field.name)}`)}`;
    this.known.set(key, { ref, line });
    return ref;
  }

  /** The field for bytes that only a TypeScript module can read. */
  unread(): string {
    const ref = 'F["(unread)"]';
    this.known.set(ref, {
      ref,
      line: `${ref} = ProtoField.bytes(${luaText(`${this.prefix}.unread`)}, "Unread")`,
    });
    this.names.add('unread');
    return ref;
  }

  /** The lines that make them. */
  lines(): string[] {
    return [...this.known.values()].map(({ line }) => line);
  }
}

/** `uint8(, base.DEC, {…})`: what follows the field's names in its creation. */
function ofType(type: FieldType, name: string): string {
  switch (type.kind) {
    case 'int': {
      const { int, form } = type;
      const bits = form.kind !== 'fixed' ? 64 : int.bits <= 32 ? int.bits : 64;
      const kind = `${int.signed ? 'int' : 'uint'}${bits}`;
      const names = type.bool
        ? '{ [0] = "false", [1] = "true" }'
        : type.enum === null
          ? null
          : valueNames(type.enum);
      return `${kind}(, base.DEC${names === null || bits > 32 ? '' : `, ${names}`})`;
    }
    case 'float':
      return type.bits === 32 ? 'float()' : 'double()';
    case 'text':
      return 'string()';
    case 'list':
    case 'map':
    case 'struct':
    case 'bytes':
    case 'extern':
    case 'record':
    case 'coded':
      return 'bytes()';
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'inner':
      throw new Error(`${name} has no place of its own`);
  }
}

function ofBits(bit: BitFieldModel): string {
  const mask = (2 ** bit.width - 1) * 2 ** bit.shift;
  const names =
    bit.enum !== null ? valueNames(bit.enum) : bit.width === 1 ? '{ [0] = "false", [1] = "true" }' : 'nil';
  return `uint${bit.group.int.bits}(, base.DEC, ${names}, 0x${mask.toString(16)})`;
}

function valueNames(of: Enum): string | null {
  if (of.flags) return 'nil';
  return `{ ${of.members.map((m) => `[${m.value}] = ${luaText(m.name)}`).join(', ')} }`;
}
