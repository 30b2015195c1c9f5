import type { Field } from '../model/model.js';
import type { FactValues, Value } from './evaluate-value.js';
import { JsonError, type Json } from './json.js';

/** What a text says of a fact: a number or a member's name, `true`, a text, bytes in hex; undefined if it says nothing. */
export function factValue({ type, range }: Field, text: string): Value {
  switch (type.kind) {
    case 'int': {
      if (type.bool) return text === 'true' ? true : text === 'false' ? false : undefined;
      const member = type.enum?.members.find(({ name }) => name === text)?.value;
      const value = member ?? (/^-?(\d+|0x[\da-f]+)$/i.test(text) ? numberOf(text) : undefined);
      const isIn = value !== undefined && (range === null || (value >= range.low && value <= range.high));
      return isIn ? value : undefined;
    }
    case 'bytes':
      return /^([\da-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex').toString('latin1') : undefined;
    default:
      return text;
  }
}

function numberOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

/** What was known of a request, by the names of its facts; null where it has none. */
export function factsJson(facts: FactValues): { readonly [fact: string]: Json } | null {
  if (facts.size === 0) return null;
  const entries = [...facts].map(([field, value]): [string, Json] => {
    const isBytes = field.type.kind === 'bytes' && typeof value === 'string';
    if (isBytes) return [field.name, Buffer.from(value, 'latin1').toString('hex')];
    return [field.name, typeof value === 'bigint' ? String(value) : (value ?? null)];
  });
  return Object.fromEntries(entries);
}

/**
 * The facts that {@link factsJson} has written.
 *
 * @param fields of all facts
 * @throws JsonError for one that is missing or says nothing
 */
export function factsFromJson(fields: readonly Field[], json: { readonly [fact: string]: Json }): FactValues {
  return new Map(
    fields.map((field) => {
      const given = json[field.name];
      if (given === null) return [field, null];
      const value = given === undefined ? undefined : factValue(field, String(given));
      if (value === undefined) throw new JsonError(field.name, 'is not known of the request');
      return [field, value];
    }),
  );
}
