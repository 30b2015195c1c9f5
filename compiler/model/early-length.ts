import { argsIn, parts } from './expressions-of.js';
import type { Expression } from './expression.js';
import type { Derivation, Field, FieldType, Length, Protocol } from './model.js';
import { usesOf } from './partial-length.js';
import { idParts } from './id-parts.js';
import { writtenFor } from './inner-fields.js';

/** What a length measures where an encoder knows its size before it has chosen any arm. */
type Measured = FieldType & { readonly kind: 'bytes' | 'text' | 'list' | 'map' };

/**
 * Whether an encoder knows a length before it chooses arms and checks assertions: what it measures is given as a
 * whole, and so is all that is subtracted.
 */
export function isEarly(length: Length): boolean {
  return lateReason(length) === null;
}

/** Why an encoder knows a length only when all is laid out; null where it knows it before. */
export function lateReason(length: Length): string | null {
  for (const use of usesOf(length)) {
    const reason = lateUse(use);
    if (reason !== null) return reason;
  }
  return null;
}

function lateUse({ of, terms }: Derivation): string | null {
  if (of.member !== 'field' || !isMeasured(of.type)) return 'how large its window is hangs on the arms in it';
  const byBytes = of.type.kind === 'list' && of.type.extent.kind === 'size';
  if (byBytes && argsIn(of.type).some(readsLength)) return 'how large the elements are hangs on it';
  for (const { field } of terms) {
    if (field.derivation !== null) {
      const reason = lateReason(field);
      if (reason !== null) return reason;
    } else if (field.guards.length > 0 && field.constant === null)
      return `it hangs on \`${field.name}\`, which is in an arm`;
  }
  return null;
}

/** Whether an expression reads a length. */
function readsLength(e: Expression): boolean {
  return [...parts(e)].some((part) => part.op === 'field' && part.fields.some((f) => f.derivation !== null));
}

function isMeasured(type: FieldType): type is Measured {
  return type.kind === 'bytes' || type.kind === 'text' || type.kind === 'list' || type.kind === 'map';
}

/** What the proxy replaces that a length follows from: headers, body, an id of varying width; null for none. */
export function replacedIn(length: Length, protocol: Protocol): Field | null {
  const { roles, idInOtherArms } = protocol;
  const replaced = [...roles.headers.map(writtenFor), ...roles.body, ...idParts(roles.id), ...idInOtherArms];
  for (const { of, terms } of usesOf(length)) {
    if (of.member === 'field' && replaced.includes(of)) return of;
    for (const term of terms) {
      const inner = replacedIn(term.field, protocol);
      if (inner !== null) return inner;
    }
  }
  return null;
}
