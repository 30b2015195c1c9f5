import type { Expression } from '../../model/expression.js';
import type {
  ArmModel,
  BitFieldModel,
  Field,
  MemberModel,
  SynthValue,
  ValueSet,
  VariantModel,
  Wanted,
} from '../../model/model.js';
import { wordName } from '../../model/word-name.js';

/** How a field or member is known in both versions. */
export type Known = (of: Field | BitFieldModel | MemberModel) => string;

/** Larger ranges are compared as a whole. */
const MOST_VALUES = 256;
const MOST_TUPLES = 1024;

/** A text that is the same for two expressions if they mean the same; members of enums count by name. */
export function meaningKey(e: Expression, known: Known): string {
  const key = (inner: Expression): string => meaningKey(inner, known);
  switch (e.op) {
    case 'int':
      return valueName(e.value, e);
    case 'text':
      return JSON.stringify(e.value);
    case 'bool':
      return String(e.value);
    case 'null':
      return 'null';
    case 'frameKind':
      return `kind ${e.value}`;
    case 'field':
      return `[${e.fields
        .map((f) => fieldKey(f, known))
        .sort()
        .join(' ')}]`;
    case 'request':
      return `req.[${e.fields
        .map((f) => fieldKey(f, known))
        .sort()
        .join(' ')}]`;
    case 'flag':
      return `${key(e.of)}.${e.name}`;
    case 'header':
      return `${e.maps.map((map) => fieldKey(map, known)).join(' ')}[${JSON.stringify(e.key)}]`;
    case 'unary':
      return `${e.operator}(${key(e.operand)})`;
    case 'binary':
      return `(${key(e.left)} ${e.operator} ${key(e.right)})`;
    case 'match': {
      const arms = e.arms.map((arm) => `${patternTokens(arm.patterns, e.on).join('|')}=>${key(arm.value)}`);
      return `match(${e.on.map(key).join()}){${arms.join()}}`;
    }
    case 'sizeOf':
    case 'span':
      return `${e.op === 'span' ? '' : 'size of '}bytes(${known(e.from)}..${known(e.to)})`;
    case 'access':
      return `${key(e.of)}.[${e.fields.map(known).sort().join(' ')}]`;
    case 'call':
      return `${e.fn.name}(${e.args.map(key).join()})`;
    case 'byte':
      return `${key(e.of)}[${e.index}]`;
    case 'part':
      return `${e.part}(${key(e.of)}, ${JSON.stringify(e.separator)})`;
    case 'named':
      return `named(${key(e.of)})`;
    case 'textTest':
      return `${e.test}(${key(e.of)}, ${JSON.stringify(e.text)})`;
    case 'word':
      return `word(${key(e.of)}, ${e.index})`;
    case 'cased':
      return `${e.to}(${key(e.of)})`;
    case 'oneOf':
      return key(e.of);
    case 'digits':
      return `digits(${key(e.of)} ?? ${e.missing ?? 'none'})`;
    case 'param':
      return `param ${e.role}`;
    case 'wire':
      return `wire(${key(e.of)})`;
  }
}

/** A field of a struct or coded window is known by what it is in, what is known of the request by its text. */
function fieldKey(field: Field | BitFieldModel, known: Known): string {
  if (field.member === 'field' && field.ofRequest === true) return field.path;
  if (field.member === 'bitField' || field.type.kind !== 'inner') return known(field);
  const { of, where } = field.type;
  return `${known(of())}.${where === undefined ? '' : `find(${wantedText(where)}).`}${field.name}`;
}

/** What is looked for in a list, members of enums by name. */
function wantedText({ key, value }: Wanted): string {
  if (typeof value !== 'bigint') return JSON.stringify(value);
  const of = key.member === 'bitField' ? key.enum : key.type.kind === 'int' ? key.type.enum : null;
  return of?.members.find((m) => m.value === value)?.name ?? String(value);
}

/** As {@link meaningKey}, of what a synth sets. */
export function synthKey(value: SynthValue, known: Known): string {
  if (value.op === 'listLiteral') return `[${value.values.map((v) => synthKey(v, known)).join()}]`;
  if (value.op === 'headersLiteral')
    return `headers{${value.entries.map((e) => `${e.key}:${meaningKey(e.value, known)}`).join()}}`;
  if (value.op !== 'structLiteral') return meaningKey(value, known);
  const fields = value.fields.map((f) => `${known(f.field)}: ${synthKey(f.value, known)}`);
  return `{${fields.sort().join()}}`;
}

/** What the arms of a variant take, value by value where there are not too many; `_` for all others. */
export function armTokens(variant: VariantModel): Map<ArmModel, string[]> {
  const tokens = new Map(variant.arms.map((arm) => [arm, patternTokens(arm.patterns, variant.on)]));
  const [on, second] = variant.on;
  const domain = second === undefined && on !== undefined ? domainOf(on) : null;
  if (domain !== null) {
    const named = new Set([...tokens.values()].flat());
    for (const [arm, own] of tokens)
      if (own.includes('_'))
        tokens.set(arm, [...own.filter((t) => t !== '_'), ...domain.filter((t) => !named.has(t))]);
  }
  return tokens;
}

function domainOf(on: Expression): string[] | null {
  if (on.type.kind === 'bool') return ['false', 'true'];
  const of = on.type.kind === 'int' ? on.type.enum : null;
  return of === null || of.open || of.flags ? null : of.members.map((m) => m.name);
}

/** What patterns take, value by value where there are not too many; `_` for all others. */
export function patternTokens(
  patterns: readonly (readonly ValueSet[])[] | null,
  on: readonly Expression[],
): string[] {
  if (patterns === null) return ['_'];
  const tokens = patterns.flatMap((sets) => {
    const each = sets.map((set, i) => setTokens(set, on[i] ?? null));
    if (each.reduce((product, one) => product * one.length, 1) > MOST_TUPLES)
      return [`(${each.map((one) => one.join('|')).join(', ')})`];
    return each
      .reduce<string[][]>((rows, one) => rows.flatMap((row) => one.map((t) => [...row, t])), [[]])
      .map((row) => (row.length === 1 ? row[0]! : `(${row.join(', ')})`));
  });
  return [...new Set(tokens)].sort();
}

function setTokens(set: ValueSet, on: Expression | null): string[] {
  if (set === null) return ['_'];
  return set.flatMap(({ low, high }) =>
    high - low >= BigInt(MOST_VALUES)
      ? [`${low}..${high}`]
      : Array.from({ length: Number(high - low) + 1 }, (_, i) => valueName(low + BigInt(i), on)),
  );
}

function valueName(value: bigint, on: Expression | null): string {
  if (on?.op === 'oneOf') return wordName(on, value);
  const type = on?.type;
  if (type?.kind === 'bool') return value === 0n ? 'false' : 'true';
  const of = type?.kind === 'int' ? type.enum : null;
  return of?.members.find((m) => m.value === value)?.name ?? String(value);
}
