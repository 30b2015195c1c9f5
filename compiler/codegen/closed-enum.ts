import type { Enum } from '../model/model.js';
import type { Module } from './module.js';

/** Whether every value but its members is refused. */
export function isClosed(of: Enum | null): of is Enum {
  return of !== null && !of.open && !of.flags;
}

/** The least and the greatest member. */
export function spanOf(of: Enum): { low: bigint; high: bigint } {
  const values = of.members.map((m) => m.value).sort((a, b) => (a < b ? -1 : 1));
  return { low: values[0] ?? 0n, high: values[values.length - 1] ?? 0n };
}

/** Whether there are values between an enum's members that are none of them. */
export function hasGaps(of: Enum): boolean {
  const { low, high } = spanOf(of);
  return high - low + 1n !== BigInt(of.members.length);
}

/** The code of whether a value is no member, by each of them. */
export function noMember(of: Enum, value: string, module: Module): string {
  return of.members.map((m) => `${value} !== ${module.enumValue(of, m.value)}`).join(' && ');
}
