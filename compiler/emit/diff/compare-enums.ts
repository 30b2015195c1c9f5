import { rangeOf } from '../../model/integers.js';
import type { Enum, IntType } from '../../model/model.js';
import type { Span } from '../../source/source-file.js';
import type { Changes } from './change.js';

/** Compares two versions of an enum. */
export function compareEnums(old: Enum, now: Enum, changes: Changes): void {
  const name = `enum \`${now.name}\``;
  changes.doc(name, old, now);
  compareInts(name, old.int, now.int, old.span, now.span, changes);
  const open = (one: Enum): boolean => one.open || one.flags;
  if (open(old) && !open(now))
    changes.breaking(
      'enum-closed',
      old.span,
      now.span,
      `${name} is closed now: values it does not list are refused`,
    );
  if (!open(old) && open(now))
    changes.compatible(
      'enum-opened',
      old.span,
      now.span,
      `${name} is open now: values it does not list are let through`,
    );

  for (const was of old.members) {
    const is = now.members.find((m) => m.name === was.name);
    const member = `\`${was.name}\` of ${name}`;
    if (is !== undefined) {
      if (is.value !== was.value)
        changes.breaking(
          'enum-value-renumbered',
          was.span,
          is.span,
          `${member} was ${was.value}, is ${is.value}`,
        );
      changes.doc(member, was, is);
      continue;
    }
    const other = now.members.find((m) => m.value === was.value);
    if (other === undefined)
      changes.breaking('enum-value-removed', was.span, now.span, `${member} (${was.value}) is gone`);
    else
      changes.breaking(
        'enum-value-reused',
        was.span,
        other.span,
        `${was.value} of ${name} was \`${was.name}\`, is \`${other.name}\``,
      );
  }
  for (const is of now.members) {
    if (old.members.some((m) => m.name === is.name || m.value === is.value)) continue;
    const member = `\`${is.name}\` (${is.value}) is new in ${name}`;
    if (open(old)) changes.compatible('enum-value-added', old.span, is.span, member);
    else
      changes.breaking(
        'enum-value-added',
        old.span,
        is.span,
        `${member}, which was closed: the old version refuses it`,
      );
  }
}

/** Compares how two integers lie on the wire. */
export function compareInts(
  what: string,
  old: IntType,
  now: IntType,
  before: Span,
  after: Span,
  changes: Changes,
): boolean {
  if (old.bits !== now.bits) {
    changes.breaking('width-changed', before, after, `${what} had ${old.bits} bits, has ${now.bits}`);
    return false;
  }
  if (old.signed !== now.signed) {
    const { high } = rangeOf(old.signed ? old : now);
    const words = now.signed ? 'is signed now' : 'is no longer signed';
    changes.breaking(
      'sign-changed',
      before,
      after,
      `${what} ${words}: values above ${high} or below 0 are misread`,
    );
  }
  if (old.little !== now.little && now.bits > 8) {
    const order = (int: IntType): string => (int.little ? 'little' : 'big');
    changes.breaking(
      'byte-order-changed',
      before,
      after,
      `${what} was ${order(old)}-endian, is ${order(now)}-endian`,
    );
  }
  return true;
}
