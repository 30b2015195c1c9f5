import { fixedSize, memberSize } from './size.js';
import { boundsOf, rangeOf } from './integers.js';
import type { Frame, IntType, MatchByte, MemberModel } from './model.js';

/**
 * Which bytes tell the protocol: those at the start of the frame whose place is fixed and whose values are
 * bound by a constant, a range or a closed enum, within the first `probe` bytes; and what the schema's own
 * `match` says of them.
 */
export function buildMatch(frame: Frame, probe: number, explicit: readonly MatchByte[]): MatchByte[] {
  const bytes: MatchByte[] = [...explicit];
  let offset = 0;
  const scan = (members: readonly MemberModel[]): boolean => {
    for (const member of members) {
      if (offset >= probe) return false;
      if (member.member === 'field') bytes.push(...fieldBytes(member, offset));
      else if (member.member === 'bits') bytes.push(...bitBytes(member, offset));
      else if (member.member === 'assert') continue;
      else if (member.member === 'within') {
        // Its first members stand in every frame; how far it goes is not known.
        scan(member.body.members);
        return false;
      }
      const size = fixedSize(memberSize(member));
      if (size === null) return false;
      offset += size;
    }
    return true;
  };
  scan(frame.body.members);
  const offsets = [...new Set(bytes.map((b) => b.offset))].filter((o) => o < probe).sort((a, b) => a - b);
  return offsets.map((at) => ({ offset: at, allowed: both(bytes.filter((b) => b.offset === at)) }));
}

/** What all of the demands on one byte allow. */
function both(demands: readonly MatchByte[]): MatchByte['allowed'] {
  return demands
    .map((d) => d.allowed)
    .reduce((some, other) =>
      some.flatMap((a) =>
        other
          .map((b) => ({ low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) }))
          .filter(({ low, high }) => low <= high),
      ),
    );
}

function fieldBytes(field: MemberModel & { member: 'field' }, offset: number): MatchByte[] {
  if (field.type.kind === 'bytes' && field.constant?.kind === 'text') {
    return [...field.constant.value].map((c, i) => exactly(offset + i, BigInt(c.charCodeAt(0))));
  }
  if (field.type.kind !== 'int' || field.type.form.kind !== 'fixed') return [];
  const { int } = field.type;
  if (field.constant?.kind === 'int') return split(int, field.constant.value, offset);
  if (field.type.bool) return int.bits === 8 ? [{ offset, allowed: [{ low: 0, high: 1 }] }] : [];
  const members = field.type.enum;
  if (int.bits === 8 && !int.signed && members !== null && !members.open && !members.flags) {
    return [{ offset, allowed: merge(members.members.map((m) => Number(m.value))) }];
  }
  const { low, high } = boundsOf(field);
  const full = rangeOf(int);
  if (int.bits === 8 && !int.signed && (low > full.low || high < full.high)) {
    return [{ offset, allowed: [{ low: Number(low), high: Number(high) }] }];
  }
  // Of a wider range the leading bytes that all its values share are known.
  if (!int.signed && (low > full.low || high < full.high)) {
    const first = split(int, low, offset);
    const last = split(int, high, offset);
    const order = int.little ? [...first.keys()].reverse() : [...first.keys()];
    const shared: MatchByte[] = [];
    for (const i of order) {
      const from = first[i]!.allowed[0]!.low;
      const to = last[i]!.allowed[0]!.low;
      shared.push({ offset: offset + i, allowed: [{ low: from, high: to }] });
      if (from !== to) break;
    }
    return shared
      .filter((b) => b.allowed[0]!.low !== 0 || b.allowed[0]!.high !== 255)
      .sort((a, b) => a.offset - b.offset);
  }
  return [];
}

function bitBytes(group: MemberModel & { member: 'bits' }, offset: number): MatchByte[] {
  if (group.int.bits !== 8) return [];
  const allowed: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const fits = group.fields.every((f) => {
      const value = BigInt((byte >> f.shift) & ((1 << f.width) - 1));
      if (f.constant?.kind === 'int') return value === f.constant.value;
      return f.enum === null || f.enum.open || f.enum.flags || f.enum.members.some((m) => m.value === value);
    });
    if (fits) allowed.push(byte);
  }
  return allowed.length === 256 ? [] : [{ offset, allowed: merge(allowed) }];
}

/** An integer's bytes, as they stand in the frame. */
export function split(int: IntType, value: bigint, offset: number): MatchByte[] {
  const count = int.bits / 8;
  const unsigned = BigInt.asUintN(int.bits, value);
  return Array.from({ length: count }, (_, i) => {
    const shift = BigInt(8 * (int.little ? i : count - 1 - i));
    return exactly(offset + i, (unsigned >> shift) & 0xffn);
  });
}

export function exactly(offset: number, value: bigint): MatchByte {
  return { offset, allowed: [{ low: Number(value), high: Number(value) }] };
}

/** Values as ranges. */
export function merge(values: number[]): { low: number; high: number }[] {
  const ranges: { low: number; high: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && value <= last.high + 1) last.high = Math.max(last.high, value);
    else ranges.push({ low: value, high: value });
  }
  return ranges;
}
