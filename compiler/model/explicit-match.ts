import type { MatchDecl } from '../syntax/ast.js';
import { buildExpression, type Context } from './build-expression.js';
import { exactly, merge, split } from './build-match.js';
import { evaluate, type Known } from './evaluate.js';
import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import { layoutOf, memberOf } from './layout.js';
import type { BitFieldModel, Field, Frame, MatchByte } from './model.js';

/**
 * What `match { tag == "*"; }` demands of the first bytes, beside what constants, ranges and closed enums do.
 * Conditions on a byte may be any; wider fields are compared with a value. Reports the rest (PF130).
 */
export function explicitMatch(decl: MatchDecl, frame: Frame, probe: number, cx: Context): MatchByte[] {
  const { report } = cx;
  if (decl.from !== null) report.error('PF199', decl.from.span, 'a match of one side is not built yet');
  const { places } = layoutOf(frame);
  return decl.conditions.flatMap((expr) => {
    const condition = buildExpression(expr, cx);
    if (condition === null) return [];
    const refuse = (message: string, hint: string): MatchByte[] => {
      report.error('PF130', condition.span, message, { hint });
      return [];
    };
    if (condition.type.kind !== 'bool')
      return refuse('a condition is wanted', 'compare a field: `tag == "*"`');
    const fields = fieldsOf(condition);
    const member = fields[0] && memberOf(fields[0]);
    const place = member && places.get(member);
    if (member === undefined || fields.some((f) => memberOf(f) !== member))
      return refuse('a condition of `match` looks at one field', 'write one condition for each field');
    if (place === undefined || place.anchor !== null || fields.some((f) => f.guards.length > 0))
      return refuse('the place of this field varies', 'match on what stands at a fixed place in every frame');
    if (place.offset >= probe)
      return refuse(`this field is beyond \`limits.probe\`, ${probe} bytes`, 'raise it, or match on less');
    const bytes = valuesOf(condition, fields, place.offset);
    if (bytes === null)
      return refuse('the first bytes do not follow from this', 'wider fields are compared by `==`');
    if (bytes.some((byte) => byte.allowed.length === 0))
      return refuse('no frame is like this', 'leave out the condition, or correct it');
    return bytes;
  });
}

function fieldsOf(condition: Expression): (Field | BitFieldModel)[] {
  return [...parts(condition)].flatMap((e) => (e.op === 'field' ? e.fields : []));
}

/** The bytes under which a condition holds; null where they can't be told. */
function valuesOf(
  condition: Expression,
  fields: readonly (Field | BitFieldModel)[],
  offset: number,
): MatchByte[] | null {
  const first = fields[0]!;
  if (first.member === 'bitField' ? first.group.int.bits === 8 : isByte(first)) {
    const allowed: number[] = [];
    for (let byte = 0; byte < 256; byte++) {
      const facts = new Map(fields.map((field) => [field, valueOf(field, byte)]));
      const holds = evaluate(condition, facts);
      if (holds === undefined) return null;
      if (holds === true) allowed.push(byte);
    }
    return [{ offset, allowed: merge(allowed) }];
  }
  if (condition.op !== 'binary' || condition.operator !== '==' || first.member !== 'field') return null;
  const other = condition.left.op === 'field' ? condition.right : condition.left;
  if (first.type.kind === 'int' && first.type.form.kind === 'fixed' && other.op === 'int')
    return split(first.type.int, other.value, offset);
  if (first.type.kind === 'bytes' && other.op === 'text')
    return [...other.value].map((c, i) => exactly(offset + i, BigInt(c.charCodeAt(0))));
  return null;
}

function isByte(field: Field): boolean {
  return field.type.kind === 'int' && field.type.form.kind === 'fixed' && field.type.int.bits === 8;
}

/** What a field has in a byte. */
function valueOf(field: Field | BitFieldModel, byte: number): Known {
  if (field.member === 'bitField') {
    const bits = (byte >> field.shift) & (2 ** field.width - 1);
    return field.width === 1 && field.enum === null ? bits === 1 : BigInt(bits);
  }
  if (field.type.kind !== 'int') return undefined;
  if (field.type.bool) return byte !== 0;
  return field.type.int.signed ? BigInt.asIntN(8, BigInt(byte)) : BigInt(byte);
}
