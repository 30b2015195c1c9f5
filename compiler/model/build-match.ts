import { contentOf } from './constant-bytes.js';
import { merge } from './merge-ranges.js';
import { fixedSize, memberSize } from './size.js';
import { askedWhole, eitherOf, wordBytes } from './word-bytes.js';
import { boundsOf, rangeOf } from './integers.js';
import type {
  BitFieldModel,
  Field,
  Frame,
  Guard,
  IntType,
  MatchByte,
  MatchForm,
  MemberModel,
  ValueSet,
  VariantModel,
} from './model.js';

/** What `match { … }` demands of a byte, in the arms it stands in. */
export interface Demand extends MatchByte {
  readonly guards: readonly Guard[];
}

/** One way a first frame can begin. */
interface Form {
  readonly bytes: readonly MatchByte[];
  readonly guards: readonly Guard[];
  /** Where fields of one byte stand. */
  readonly places: ReadonlyMap<Field | BitFieldModel, number>;
  /** Where its next member stands; null once that varies. */
  readonly at: number | null;
}

/** More ways are taken as one. */
const MOST_FORMS = 16;

/**
 * Which bytes tell the protocol: those at the start of the frame whose place is fixed and whose values are
 * bound by a constant, a range or a closed enum, within the first `probe` bytes; and what the schema's own
 * `match` says of them. Where a byte chooses an arm and the arms begin differently, each is a form of its own.
 */
export function buildMatch(frame: Frame, probe: number, explicit: readonly Demand[]): MatchForm[] {
  const start: Form = { bytes: [], guards: [], places: new Map(), at: 0 };
  const split = (node: VariantModel): boolean => explicit.some((d) => d.guards.some((g) => g.node === node));
  const found = after(frame.body.members, [start], probe, split);
  const forms = found.length > MOST_FORMS ? after(frame.body.members, [start], probe, null) : found;
  return forms.flatMap(({ bytes, guards }) => {
    const here = explicit.filter((d) =>
      d.guards.every((g) => guards.some((h) => h.node === g.node && h.arm === g.arm)),
    );
    const all = [...bytes, ...here];
    const offsets = [...new Set(all.map((b) => b.offset))].filter((o) => o < probe).sort((a, b) => a - b);
    const form = offsets.map((at) => ({ offset: at, allowed: both(all.filter((b) => b.offset === at)) }));
    const last = guards.at(-1);
    const name = last?.node.member === 'variant' ? last.node.arms[last.arm]!.name : null;
    // An arm that no first byte leads to is none.
    return form.length === 0 || (guards.length > 0 && form.some((b) => b.allowed.length === 0))
      ? []
      : [{ name, bytes: form }];
  });
}

/** What all forms of a match have in common: no byte that it does not allow begins a frame. */
export function commonMatch(forms: readonly MatchForm[]): MatchByte[] {
  return forms.length === 1 ? [...forms[0]!.bytes] : eitherOf(forms.map(({ bytes }) => bytes));
}

/** The forms once these members have passed. @param split whether a variant is told apart whatever its arms hold; null: never */
function after(
  members: readonly MemberModel[],
  forms: readonly Form[],
  probe: number,
  split: ((node: VariantModel) => boolean) | null,
): readonly Form[] {
  return members.reduce<readonly Form[]>(
    (open, member) =>
      open.flatMap((form) => {
        const told = member.member === 'variant' ? byWords(member, form, probe, split) : null;
        if (told !== null) return told;
        return form.at === null || form.at >= probe ? [form] : pass(member, form, form.at, probe, split);
      }),
    forms,
  );
}

function pass(
  member: MemberModel,
  form: Form,
  at: number,
  probe: number,
  split: ((node: VariantModel) => boolean) | null,
): readonly Form[] {
  const size = fixedSize(memberSize(member));
  const next = { ...form, at: size === null ? null : at + size };
  switch (member.member) {
    case 'field':
      return [
        {
          ...next,
          bytes: [...form.bytes, ...fieldBytes(member, at)],
          places: new Map([...form.places, [member, at]]),
        },
      ];
    case 'bits':
      return [{ ...next, bytes: [...form.bytes, ...bitBytes(member, at)] }];
    case 'assert':
      return [form];
    case 'within':
      // Its first members stand in every frame; how far it goes is not known.
      return after(member.body.members, [form], probe, split).map((inner) => ({ ...inner, at: null }));
    case 'variant': {
      const arms = split === null ? null : armsOf(member, form, probe, split);
      return arms ?? [next];
    }
    default:
      return [next];
  }
}

/**
 * A form for each word that chooses an arm, where the words stand at a place that is known; null where they do not, or
 * an arm takes all others. Too many words are one form, of what they have in common.
 */
function byWords(
  variant: VariantModel,
  form: Form,
  probe: number,
  split: ((node: VariantModel) => boolean) | null,
): readonly Form[] | null {
  const [on, second] = variant.on;
  const asked = on?.op === 'oneOf' && second === undefined ? askedWhole(on.of) : null;
  const place = asked === null ? undefined : form.places.get(asked.field);
  if (on?.op !== 'oneOf' || asked === null || place === undefined) return null;
  const takesOthers = ([set]: readonly ValueSet[]): boolean => !set || set.some(({ low }) => low < 0n);
  if (variant.arms.some(({ patterns }) => patterns === null || patterns.some(takesOthers))) return null;
  const open = { ...form, at: null };
  if (split === null) {
    const all = eitherOf(on.texts.map((text) => wordBytes(asked, text, place)));
    return [{ ...open, bytes: [...form.bytes, ...all] }];
  }
  return variant.arms.flatMap((arm, i) => {
    const own = after(
      arm.body.members,
      [{ ...open, guards: [...form.guards, { node: variant, arm: i }] }],
      probe,
      split,
    );
    const words = arm.patterns!.flatMap(([set]) => set!.map(({ low }) => on.texts[Number(low)]!));
    return own.flatMap((inner) =>
      words.map((word) => ({ ...inner, bytes: [...inner.bytes, ...wordBytes(asked, word, place)] })),
    );
  });
}

/** A form for each arm; null where no byte tells them apart, or nothing in them tells more. */
function armsOf(
  variant: VariantModel,
  form: Form,
  probe: number,
  split: (node: VariantModel) => boolean,
): readonly Form[] | null {
  const [on, second] = variant.on;
  const chosen = on?.op === 'field' && on.fields.length === 1 && second === undefined ? on.fields[0]! : null;
  const place = chosen === null ? undefined : form.places.get(chosen);
  const isByte = chosen?.member === 'field' && chosen.type.kind === 'int' && chosen.type.int.bits === 8;
  if (place === undefined || !isByte) return null;
  const sets = variant.arms.map(({ patterns }) =>
    patterns?.flatMap(([set]) => (set === null || set === undefined ? [ANY] : set.map(numbers))),
  );
  const taken = sets.flatMap((set) => set ?? []);
  const arms = variant.arms.map((arm, i) => {
    const allowed = sets[i] ?? without(taken);
    const own = after(
      arm.body.members,
      [{ ...form, guards: [...form.guards, { node: variant, arm: i }] }],
      probe,
      split,
    );
    return own.map((inner) => ({ ...inner, bytes: [...inner.bytes, { offset: place, allowed }] }));
  });
  const tells = arms.flat().some((inner) => inner.bytes.length > form.bytes.length + 1);
  return tells || split(variant) ? arms.flat() : null;
}

const ANY = { low: 0, high: 255 };

function numbers({ low, high }: { readonly low: bigint; readonly high: bigint }): typeof ANY {
  return { low: Number(low < 0n ? 0n : low), high: Number(high > 255n ? 255n : high) };
}

/** The bytes that none of the ranges takes. */
function without(ranges: MatchByte['allowed']): { low: number; high: number }[] {
  const values = Array.from({ length: 256 }, (_, byte) => byte);
  return merge(values.filter((byte) => !ranges.some((r) => byte >= r.low && byte <= r.high)));
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
  if ((field.type.kind === 'bytes' || field.type.kind === 'text') && field.constant?.kind === 'text') {
    return [...contentOf(field.type, field.constant.value)].map((c, i) =>
      exactly(offset + i, BigInt(c.charCodeAt(0))),
    );
  }
  if (field.type.kind !== 'int' || field.type.form.kind !== 'fixed') return [];
  // Its bytes stand in either order.
  if (field.type.order !== undefined) return [];
  const { int } = field.type;
  if (field.constant?.kind === 'int') return split(int, field.constant.value, offset);
  if (field.type.bool) return int.bits === 8 ? [{ offset, allowed: [{ low: 0, high: 1 }] }] : [];
  const members = field.type.enum;
  if (members !== null && members.members.length > 0 && !members.open && !members.flags) {
    // Of each byte what some member has there: together they take a little more than the members.
    const values = members.members.map((m) => split(int, m.value, offset));
    return Array.from({ length: int.bits / 8 }, (_, i) => ({
      offset: offset + i,
      allowed: merge(values.map((value) => value[i]!.allowed[0]!.low)),
    })).filter(({ allowed }) => allowed[0]!.low !== 0 || allowed[0]!.high !== 255);
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
