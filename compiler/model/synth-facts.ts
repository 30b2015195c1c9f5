import { isEarly } from './early-length.js';
import { evaluate, type Known } from './evaluate.js';
import { expressionsOf } from './expressions-of.js';
import type {
  BitFieldModel,
  Derivation,
  Field,
  FieldType,
  Length,
  Protocol,
  SynthModel,
  SynthValue,
} from './model.js';
import { isInArms, lengthsOf, usesOf } from './partial-length.js';
import { exampleOf } from './peek-agreement.js';
import { givenBranch, peekingIn } from './peeks.js';
import { walk } from './walk.js';

/** What is known of the frame a synth makes. Bits it does not set are 0. */
export function synthFacts(protocol: Protocol, synth: SynthModel): Map<Field | BitFieldModel, Known> {
  const facts = new Map<Field | BitFieldModel, Known>();
  for (const member of walk(protocol.frame.body)) {
    if (member.member === 'field') {
      const value = member.constant ?? member.default;
      if (value?.kind === 'int')
        facts.set(member, member.type.kind === 'int' && member.type.bool ? value.value === 1n : value.value);
    } else if (member.member === 'bits') {
      for (const bit of member.fields) {
        if (bit.derivation !== null) continue;
        const number = bit.constant?.kind === 'int' ? bit.constant.value : 0n;
        facts.set(bit, bit.enum === null && bit.width === 1 ? number === 1n : number);
      }
    }
  }
  for (const { field, value } of synth.fields) {
    if (!('type' in value)) continue;
    const known = evaluate(value, facts);
    for (const same of namesakes(protocol, field)) facts.set(same, known);
  }
  for (const part of expressionsOf(protocol))
    if (part.op === 'field') for (const field of part.fields) setInner(field, synth, facts);
  for (const length of lengthsOf(protocol.frame.body)) {
    const value = lengthOf(length, synth);
    if (value !== undefined) facts.set(length, value);
  }
  const names = synth.fields.map(({ field }) => field.name);
  for (const [node, members] of peekingIn(protocol.frame.body)) {
    const branch = givenBranch(node, (name) => names.includes(name));
    const example = branch === undefined ? null : exampleOf(node, branch, members);
    if (example !== null) facts.set(example.peek, example.value);
  }
  return facts;
}

/** Notes what a struct that the synth sets says of one of its fields. */
function setInner(
  field: Field | BitFieldModel,
  synth: SynthModel,
  facts: Map<Field | BitFieldModel, Known>,
): void {
  if (field.member !== 'field' || field.type.kind !== 'inner') return;
  const { of, fields } = field.type;
  const value = synth.fields.find((one) => one.field === of())?.value;
  if (value?.op !== 'structLiteral') return;
  const set = value.fields.find((one) => one.field.name === fields[0]!.name)?.value;
  if (set !== undefined && 'type' in set) facts.set(field, evaluate(set, facts));
}

/** A length of what a synth does not set, or sets to a constant text; undefined for others. */
function lengthOf(length: Length, synth: SynthModel): bigint | undefined {
  const uses = usesOf(length);
  if (uses.some(({ terms }) => terms.length > 0) || !isEarly(length)) return undefined;
  const isSet = ({ of }: Derivation): boolean => synth.fields.some((one) => one.field.name === of.name);
  const derivation = isInArms(length) ? uses.find(isSet) : uses[0]!;
  if (derivation === undefined || derivation.of.member === 'within') return undefined;
  const of = derivation.of as Field;
  const set = synth.fields.find((one) => one.field.name === of.name)?.value;
  const text = set === undefined ? (of.default?.kind === 'text' ? of.default.value : null) : set;
  const isNull = set === undefined && text === null && 'nullable' in of.type && of.type.nullable;
  const units = text === null ? (isNull ? -1 : 0) : sizeOfText(of.type, text);
  return units === undefined ? undefined : (BigInt(units) - derivation.constant) / derivation.factor;
}

/** The bytes of a constant text; undefined for what is known later. */
function sizeOfText(type: FieldType, value: SynthValue | string): number | undefined {
  const text = typeof value === 'string' ? value : value.op === 'text' ? value.value : undefined;
  if (text === undefined) return undefined;
  return type.kind === 'text' && type.encoding === 'utf8'
    ? new TextEncoder().encode(text).length
    : text.length;
}

/** The fields that a synth sets by one name: one in each arm that has it. */
export function namesakes(protocol: Protocol, { name }: Field | BitFieldModel): (Field | BitFieldModel)[] {
  return [...walk(protocol.frame.body)].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'bits'
      ? m.fields.filter((f) => f.name === name)
      : m.member === 'field' && m.name === name
        ? [m]
        : [],
  );
}
