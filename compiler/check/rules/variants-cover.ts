import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { wordName } from '../../model/word-name.js';
import { matches } from '../../model/evaluate.js';
import { neverTaken } from '../../model/never-varies.js';
import { walk } from '../../model/walk.js';
import type { BitFieldModel, Block, Field, Protocol, ValueSet } from '../../model/model.js';
import type { Span } from '../../source/source-file.js';
import { expressionsOf } from '../../model/expressions-of.js';

interface Arm {
  readonly patterns: readonly (readonly ValueSet[])[] | null;
  readonly span: Span;
}

const MOST_POINTS = 4096;

/** PF110: the arms of every variant and match leave no value out, and none is never reached. */
export function variantsCover(protocol: Protocol, report: Report): void {
  const blocks: Block[] = [protocol.frame.body, ...protocol.structs.map((s) => s.body)];
  for (const block of blocks) {
    for (const member of walk(block)) {
      if (member.member !== 'variant') continue;
      check(member.on, member.arms, member.span, report, true);
      const unseen = report.hasErrorIn(member.span) ? null : neverTaken(member);
      if (unseen !== null)
        report.error('PF110', unseen.span, 'this arm names a value that what was asked before leaves out', {
          hint: 'remove it',
        });
    }
  }
  const words = wordsLeft(protocol);
  for (const e of expressionsOf(protocol)) {
    if (e.op === 'match')
      check(
        e.on,
        e.arms.map((a) => ({ patterns: a.patterns, span: a.value.span })),
        e.span,
        report,
        false,
        words,
      );
  }
}

/** The words that fields are in every frame, where a variant refuses all others. */
function wordsLeft({ frame }: Protocol): ReadonlyMap<Field | BitFieldModel, readonly string[]> {
  const words = new Map<Field | BitFieldModel, readonly string[]>();
  for (const member of frame.body.members) {
    const [on, ...others] = member.member === 'variant' ? member.on : [];
    if (member.member !== 'variant' || on?.op !== 'oneOf' || others.length > 0) continue;
    const field = wordField(on);
    if (field !== null && !asksForOthers(member.arms, 0)) words.set(field, on.texts);
  }
  return words;
}

/** The field that is asked which word it is; null for what is made of it. */
function wordField({ of }: Expression & { op: 'oneOf' }): Field | BitFieldModel | null {
  return of.op === 'field' && of.fields.length === 1 ? of.fields[0]! : null;
}

/**
 * @param isClosed whether a word that no arm names is refused
 * @param words what fields can be, where not every word
 */
function check(
  on: readonly Expression[],
  arms: readonly Arm[],
  span: Span,
  report: Report,
  isClosed = false,
  words: ReadonlyMap<Field | BitFieldModel, readonly string[]> = new Map(),
): void {
  // An arm or member in error may be the one that is missing here.
  if (on.length === 0 || arms.some((arm) => arm.patterns?.length === 0)) return;
  if (report.hasErrorIn(span) || on.some((e) => e.type.kind === 'int' && (e.type.enum?.lost.length ?? 0) > 0))
    return;
  const twice = on.find((e, i) => on.some((other, k) => k < i && isSame(e, other)));
  if (twice !== undefined) {
    const name = twice.span.file.text.slice(twice.span.start, twice.span.end);
    report.error('PF110', twice.span, `\`${name}\` is asked twice`, { hint: 'name it once' });
    return;
  }
  const wordsOf = (e: Expression): readonly string[] | undefined => {
    const field = e.op === 'oneOf' ? wordField(e) : null;
    return field === null ? undefined : words.get(field);
  };
  const domains = on.map((e, k) => {
    const left = wordsOf(e);
    if (e.op === 'oneOf' && left !== undefined) return numbered(e, left);
    return isClosed && !asksForOthers(arms, k) ? namedOf(e) : domainOf(e);
  });
  arms.forEach((arm, i) => {
    if (arm.patterns === null) {
      const next = arms[i + 1];
      if (next !== undefined)
        report.error('PF110', next.span, 'this arm is never reached: `_` before it takes everything', {
          labels: [{ span: arm.span, text: 'here' }],
        });
      return;
    }
    const outside = arm.patterns.every((row) =>
      row.some((set, k) => set !== null && !set.some((r) => overlaps(r, domains[k]!))),
    );
    if (outside)
      report.error('PF110', arm.span, "this arm is never reached: the value can't be that", {
        labels: on.map((e) => ({ span: e.span, text: `this is ${domainText(e)}` })),
      });
  });
  const points = representatives(domains, arms);
  const wildcard = arms.find((a) => a.patterns === null);
  if (points === null) {
    if (wildcard === undefined)
      report.error('PF110', span, 'there are too many combinations to prove that none is left out', {
        hint: 'end with `_ => …`',
      });
    return;
  }
  const left = points.find(
    (point) => !arms.some((a) => a.patterns !== null && matches(a.patterns, point) === true),
  );
  if (left !== undefined && wildcard === undefined) {
    report.error(
      'PF110',
      span,
      `no arm takes ${left.map((v, i) => show(v, on[i]!, wordsOf(on[i]!))).join(', ')}`,
      {
        hint: 'add an arm for it, or end with `_ => …`',
      },
    );
  }
  if (left === undefined && wildcard !== undefined) {
    report.error('PF110', wildcard.span, '`_` is never reached: the other arms take every value', {
      hint: 'remove it',
    });
  }
}

/** Whether an arm takes words at a position that no arm names. */
function asksForOthers(arms: readonly Arm[], position: number): boolean {
  const takesOthers = (set: ValueSet | undefined): boolean =>
    set === null || set?.some(({ low }) => low < 0n) === true;
  return arms.some(({ patterns }) => patterns === null || patterns.some((row) => takesOthers(row[position])));
}

/** The words that arms name; of what is no word all values. */
function namedOf(e: Expression): Ranges {
  return e.op === 'oneOf' ? [{ low: 0n, high: BigInt(e.texts.length - 1) }] : domainOf(e);
}

/** Which of the words that arms name these are; others are -1. */
function numbered({ texts }: Expression & { op: 'oneOf' }, words: readonly string[]): Ranges {
  return words.map((word) => BigInt(texts.indexOf(word))).map((n) => ({ low: n, high: n }));
}

function isSame(a: Expression, b: Expression): boolean {
  return a.op === 'field' && b.op === 'field' && a.fields[0] === b.fields[0];
}

type Ranges = readonly { readonly low: bigint; readonly high: bigint }[];

function domainOf(e: Expression): Ranges {
  if (e.type.kind === 'bool') return [{ low: 0n, high: 1n }];
  if (e.type.kind !== 'int') return [];
  const { enum: members, low, high } = e.type;
  if (members !== null && !members.open && !members.flags)
    return members.members
      .filter((m) => m.value >= low && m.value <= high)
      .map((m) => ({ low: m.value, high: m.value }));
  return [{ low, high }];
}

function overlaps(range: { low: bigint; high: bigint }, domain: Ranges): boolean {
  return domain.some((d) => range.low <= d.high && d.low <= range.high);
}

/** Points that stand for all values: each domain's ends and the ends of every pattern range inside it. */
function representatives(domains: readonly Ranges[], arms: readonly Arm[]): bigint[][] | null {
  let points: bigint[][] = [[]];
  domains.forEach((domain, k) => {
    const values = new Set<bigint>();
    for (const { low, high } of domain) {
      values.add(low).add(high);
      for (const arm of arms) {
        for (const row of arm.patterns ?? []) {
          for (const r of row[k] ?? []) {
            for (const v of [r.low - 1n, r.low, r.high, r.high + 1n])
              if (v >= low && v <= high) values.add(v);
          }
        }
      }
    }
    points =
      points.length * values.size > MOST_POINTS
        ? []
        : points.flatMap((p) => [...values].map((v) => [...p, v]));
  });
  return points.length === 0 ? null : points;
}

/** "0 to 3", "true or false": what a value can be, for messages. */
function domainText(e: Expression): string {
  if (e.op === 'oneOf') return 'a text';
  if (e.type.kind === 'bool') return 'true or false';
  if (e.type.kind !== 'int') return 'no number';
  const closed = e.type.enum !== null && !e.type.enum.open && !e.type.enum.flags;
  return closed ? `a member of \`${e.type.enum.name}\`` : `${e.type.low} to ${e.type.high}`;
}

function show(value: bigint, e: Expression, words: readonly string[] = []): string {
  if (e.op === 'oneOf') {
    const other = value < 0n ? words.find((word) => !e.texts.includes(word)) : undefined;
    return other === undefined ? wordName(e, value) : JSON.stringify(other);
  }
  if (e.type.kind === 'bool') return String(value === 1n);
  const name = e.type.kind === 'int' ? e.type.enum?.members.find((m) => m.value === value)?.name : undefined;
  return name === undefined ? String(value) : `\`${name}\``;
}
