import type { MatchDecl } from '../syntax/ast.js';
import { buildExpression, type Context } from './build-expression.js';
import { split, type Demand } from './build-match.js';
import { evaluate, type Known } from './evaluate.js';
import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import { merge } from './merge-ranges.js';
import { askedWhole, eitherOf, startBytes, wordBytes } from './word-bytes.js';
import { layoutOf, memberOf, type Place } from './layout.js';
import type { BitFieldModel, Field, Frame, Guard, MatchByte, MemberModel } from './model.js';

/**
 * What `match { tag == "*"; }` demands of the first bytes, beside what constants, ranges and closed enums do.
 * Conditions on a byte may be any; wider fields are compared with a value. Reports the rest (PF130).
 */
export function explicitMatch(decl: MatchDecl, frame: Frame, probe: number, cx: Context): Demand[] {
  const { report } = cx;
  if (decl.from !== null && decl.from.text !== 'client') {
    const known = decl.from.text === 'server';
    report.error(
      known ? 'PF130' : 'PF100',
      decl.from.span,
      known
        ? 'a connection is recognised by what its client sends first'
        : 'frames come from `client` or `server`',
      { hint: 'write `match from client { … }`, or leave `from` out' },
    );
    return [];
  }
  const layout = layoutOf(frame);
  const places = new Map(layout.places);
  const bytes = new Map<Field, Map<number, Field>>();
  const byteOf = (field: Field, index: number): Field => {
    const known = bytes.get(field) ?? new Map<number, Field>();
    bytes.set(field, known);
    const byte = known.get(index) ?? byteField(field, `${field.name}[${index}]`);
    known.set(index, byte);
    // What is in error has no place.
    const start = places.get(field);
    if (start === undefined) return byte;
    const extent = 'extent' in field.type ? field.type.extent : null;
    const prefix = extent?.kind === 'prefix' ? extent.int.bits / 8 : 0;
    // Behind a length of varying width nothing has a place, as behind the field itself.
    const behind = extent?.kind === 'varying' ? layout.anchors.find((a) => a.after === field) : undefined;
    places.set(byte, { anchor: behind ?? start.anchor, offset: start.offset + prefix + index });
    return byte;
  };
  return decl.conditions.flatMap((expr) => {
    const condition = buildExpression(expr, { ...cx, byteOf });
    if (condition === null) return [];
    const refuse = (message: string, hint: string): Demand[] => {
      report.error('PF130', condition.span, message, { hint });
      return [];
    };
    if (condition.type.kind !== 'bool')
      return refuse('a condition is wanted', 'compare a field: `tag == "*"`');
    const names = fieldsOf(condition);
    const [first] = names;
    // Where arms have fields of one name, each is asked in its arm.
    const all = first?.map((_, i) => names.map((fields) => fields[i])) ?? [];
    if (
      all.length === 0 ||
      !all.every((fields) => fields.every((f) => f && memberOf(f) === memberOf(fields[0]!)))
    )
      return refuse('a condition of `match` looks at one field', 'write one condition for each field');
    const demands: Demand[] = [];
    for (const [field] of all as (Field | BitFieldModel)[][]) {
      const { guards } = field!;
      const place = places.get(memberOf(field!));
      if (place === undefined) return [];
      if (place.anchor !== null || !isTold(guards, places))
        return refuse(
          'the place of this field varies',
          'match on what stands at a fixed place in every frame',
        );
      if (place.offset >= probe)
        return refuse(`this field is beyond \`limits.probe\`, ${probe} bytes`, 'raise it, or match on less');
      const found = valuesOf(condition, field!, names.flat(), place.offset);
      if (found === null)
        return refuse('the first bytes do not follow from this', 'wider fields are compared by `==`');
      if (found.some((byte) => byte.allowed.length === 0))
        return refuse('no frame is like this', 'leave out the condition, or correct it');
      demands.push(...found.map((byte) => ({ ...byte, guards })));
    }
    return demands;
  });
}

/** The byte of a field at an index, as a field of its own. */
function byteField(of: Field, name: string): Field {
  const int = { bits: 8, signed: false, little: false };
  return {
    ...of,
    name,
    path: `${of.path}[…]`,
    type: { kind: 'int', int, form: { kind: 'fixed' }, enum: null, bool: false },
    constant: null,
    default: null,
    range: null,
    derivation: null,
  };
}

/** Whether one byte at a fixed place chooses each of the arms. */
function isTold(guards: readonly Guard[], places: ReadonlyMap<MemberModel, Place>): boolean {
  return guards.every(({ node }) => {
    const [on, second] = node.member === 'variant' ? node.on : [];
    const chosen =
      on?.op === 'field' && on.fields.length === 1 && second === undefined ? on.fields[0]! : null;
    return chosen?.member === 'field' && isByte(chosen) && places.get(chosen)?.anchor === null;
  });
}

/** The fields that a condition reads, those of one name together. */
function fieldsOf(condition: Expression): (readonly (Field | BitFieldModel)[])[] {
  return [...parts(condition)].flatMap((e) => (e.op === 'field' ? [e.fields] : []));
}

/** The bytes under which a condition holds; null where they can't be told. */
function valuesOf(
  condition: Expression,
  first: Field | BitFieldModel,
  fields: readonly (Field | BitFieldModel)[],
  offset: number,
): MatchByte[] | null {
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
  const words = wordsOf(condition, first, offset);
  if (words !== null) return words;
  if (condition.op !== 'binary' || condition.operator !== '==' || first.member !== 'field') return null;
  const other = condition.left.op === 'field' ? condition.right : condition.left;
  if (first.type.kind === 'int' && first.type.form.kind === 'fixed' && other.op === 'int')
    return split(first.type.int, other.value, offset);
  return null;
}

/** The bytes under which a text or bytes are one of some words, or begin with one of some texts; null where they can't be told. */
function wordsOf(condition: Expression, of: Field | BitFieldModel, offset: number): MatchByte[] | null {
  if (condition.op === 'binary' && condition.operator === 'or') {
    const sides = [condition.left, condition.right].map((side) => wordsOf(side, of, offset));
    return sides.includes(null) ? null : eitherOf(sides as MatchByte[][]);
  }
  if (condition.op === 'textTest' && condition.test === 'starts_with') {
    const asked = askedWhole(condition.of);
    return asked && startBytes(asked, condition.text, offset);
  }
  if (condition.op !== 'binary' || condition.operator !== '==') return null;
  const { left, right } = condition;
  const [other, word] = left.op === 'text' ? [right, left] : [left, right];
  const asked = askedWhole(other);
  return asked?.field === of && word.op === 'text' ? wordBytes(asked, word.value, offset) : null;
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
