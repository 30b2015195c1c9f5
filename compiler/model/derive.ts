import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import { constantLength } from './constant-length.js';
import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import type { BitFieldModel, Block, Derivation, Extended, Field, Length, MemberModel } from './model.js';
import { exclusive } from './names.js';
import { isPartial } from './partial-length.js';

/** An expression as Σ coefficient·field + constant. */
interface Affine {
  readonly terms: Map<Length, bigint>;
  readonly constant: bigint;
}

/** One extent that has to come true when a frame is written. */
interface Use {
  readonly of: Extended;
  readonly affine: Affine;
  readonly span: Span;
  /** The length that stands outside of arms around the extent; null where none does. */
  readonly outside: Length | null;
}

/** A derivation in the making. */
interface Found {
  readonly derivation: Derivation;
  readonly alsoOf: Extended[];
  readonly inOtherArms: Derivation[];
}

/**
 * Length inversion (language.md section 7): finds for every integer that an extent uses how it follows from
 * that extent, so that a writer never sets a length. An extent with one unknown field defines it; extents
 * whose fields are all known by then are checked on encode; what stays unknown is reported as PF101. A length that only
 * extents in arms use follows from the one that a frame has.
 */
export function derive(body: Block, report: Report): void {
  const uses: Use[] = [];
  collect(body, uses, report);
  for (const { of, affine, span, outside } of uses)
    if (outside === null) constantLength(of, affine, span, report);
  const derived = new Map<Length, Found>();
  const known = (field: Length): boolean => isFixed(field) || derived.has(field);
  let open = uses.filter(({ outside }) => outside === null);
  for (let progress = true; progress && open.length > 0;) {
    progress = false;
    const stuck: Use[] = [];
    for (const use of open) {
      const unknown = [...use.affine.terms.keys()].filter((f) => !known(f));
      if (unknown.length === 0) {
        for (const field of use.affine.terms.keys()) derived.get(field)?.alsoOf.push(use.of);
        progress = true;
      } else if (unknown.length === 1) {
        const [field] = unknown as [Length];
        derived.set(field, foundIn(use, field));
        progress = true;
      } else stuck.push(use);
    }
    open = stuck;
  }
  for (const use of open) {
    const names = [...use.affine.terms.keys()].filter((f) => !known(f));
    report.error(
      'PF101',
      use.span,
      `${names.map((f) => `\`${f.name}\``).join(' and ')} can't both follow from this one extent`,
      {
        labels: names.map((f) => ({ span: f.span, text: 'no other extent says what this is' })),
        hint: 'give one of them an extent of its own',
      },
    );
  }
  inArms(
    uses.filter(({ outside }) => outside !== null),
    derived,
    report,
  );
  for (const [field, { derivation }] of derived) {
    field.derivation = derivation;
    if (field.member === 'bitField') continue;
    if (field.default !== null && !isPartial(field)) {
      report.error(
        'PF102',
        field.span,
        `\`${field.name}\` follows from ${extendedName(derivation.of)} and can't have a default`,
        {
          labels: [{ span: derivation.useSpan, text: 'it is used here' }],
          hint: 'remove the default: the encoder fills the field in',
        },
      );
    }
    if (field.computed !== undefined)
      report.error('PF102', field.span, `\`${field.name}\` is computed and can't be a length as well`);
    if (field.checksum !== null) {
      report.error('PF102', field.span, `\`${field.name}\` is a checksum and can't be a length as well`);
    }
  }
}

/** What an extent says of one of its fields. */
function foundIn({ of, affine, span }: Use, field: Length): Found {
  const terms = [...affine.terms].filter(([f]) => f !== field);
  const alsoOf: Extended[] = [];
  const inOtherArms: Derivation[] = [];
  return {
    derivation: {
      of,
      factor: affine.terms.get(field)!,
      constant: affine.constant,
      terms: terms.map(([f, coefficient]) => ({ field: f, coefficient })),
      alsoOf,
      inOtherArms,
      useSpan: span,
    },
    alsoOf,
    inOtherArms,
  };
}

/** Adds what extents in arms say of lengths that stand outside of these: each in frames that have its arm. */
function inArms(uses: readonly Use[], derived: Map<Length, Found>, report: Report): void {
  const ofLength = new Map<Length, Found[]>();
  // Those around others come first.
  for (const use of uses.toSorted((a, b) => a.of.guards.length - b.of.guards.length)) {
    const field = use.outside!;
    const other = [...use.affine.terms.keys()].find((f) => f !== field && !isFixed(f));
    if (other !== undefined) {
      refuseTerm(use, other, report);
      continue;
    }
    const before = derived.get(field);
    const found = before === undefined ? [] : (ofLength.get(field) ?? [before]);
    const around = found.find(({ derivation }) => isInside(derivation.of, use.of));
    const beside = found.find(({ derivation }) => !exclusive(derivation.of.guards, use.of.guards));
    if (around !== undefined) around.alsoOf.push(use.of);
    else if (beside !== undefined) refuseBeside(use, beside.derivation, report);
    else if (before === undefined) derived.set(field, foundIn(use, field));
    else {
      const one = foundIn(use, field);
      before.inOtherArms.push(one.derivation);
      ofLength.set(field, [...found, one]);
    }
  }
}

function refuseTerm(use: Use, other: Length, report: Report): void {
  report.error(
    'PF101',
    use.span,
    `\`${use.outside!.name}\` stands outside of the arm that uses it together with \`${other.name}\``,
    {
      labels: [{ span: other.span, text: 'one of them says what the other is in this arm only' }],
      hint: 'move both into the arm, or the arms into `within (length) { … }`',
    },
  );
}

function refuseBeside(use: Use, { of, useSpan }: Derivation, report: Report): void {
  const name = use.outside!.name;
  report.error(
    'PF101',
    use.span,
    `${extendedName(of)} and ${extendedName(use.of)} may both be there, and each says what \`${name}\` is`,
    {
      labels: [{ span: useSpan, text: 'it is used here as well' }],
      hint: 'put both into arms of one variant, or give each a length of its own',
    },
  );
}

/** Whether the value of a field is said without the frame. */
function isFixed(field: Length): boolean {
  return field.constant !== null || (field.member === 'field' && field.isParam === true);
}

/** "`content`", "the window `header`": what an extent belongs to, for messages. */
export function extendedName(of: Extended): string {
  return of.member === 'field'
    ? `\`${of.name}\``
    : of.name === null
      ? 'this window'
      : `the window \`${of.name}\``;
}

function collect(body: Block, uses: Use[], report: Report): void {
  const visit = (member: MemberModel): void => {
    switch (member.member) {
      case 'field': {
        if (!('extent' in member.type) || member.isPad === true) return;
        const { extent } = member.type;
        if (extent.kind === 'size' || extent.kind === 'count') add(member, extent.value);
        return;
      }
      case 'within':
        add(member, member.size);
        member.body.members.forEach(visit);
        return;
      case 'if':
        member.then.members.forEach(visit);
        member.otherwise?.members.forEach(visit);
        return;
      case 'variant':
        for (const arm of member.arms) arm.body.members.forEach(visit);
        return;
      case 'bits':
      case 'assert':
      case 'pad':
        return;
    }
  };
  const add = (of: Extended, value: Expression): void => {
    // What an extern function says is not turned round: the encoder checks that it agrees.
    if (value.op === 'call') return;
    // The headers take what is written.
    if (value.op === 'digits') return;
    // Nothing follows from what is known beforehand either.
    if ([...parts(value)].every((part) => part.op !== 'field' || part.fields.every(isParam))) return;
    const affine = affineOf(value, report);
    if (affine === null || affine.terms.size === 0) return;
    const outside = [...affine.terms.keys()].find((f) => !isFixed(f) && !isInside(of, f)) ?? null;
    uses.push({ of, affine, span: value.span, outside });
  };
  body.members.forEach(visit);
}

function isParam(field: Field | BitFieldModel): boolean {
  return field.member === 'field' && field.isParam === true;
}

/** Whether an extent is in every frame that has the field. */
function isInside(of: Extended, field: Length | Extended): boolean {
  return of.guards.every((g) => field.guards.some((h) => h.node === g.node && h.arm === g.arm));
}

/** What to do about a length of an arm that is used outside of it. */
const IN_ITS_ARM =
  'move what it measures into its arm, behind it; or let the length stand outside of the arms';

function affineOf(e: Expression, report: Report): Affine | null {
  const refuse = (
    why: string,
    hint = 'sizes are sums of integer fields, each times a constant: `n`, `n - 4`, `n * 4`, `n + m`',
  ): null => {
    report.error('PF101', e.span, `an encoder can't find the length for this: ${why}`, { hint });
    return null;
  };
  switch (e.op) {
    case 'int':
      return { terms: new Map(), constant: e.value };
    case 'field': {
      const [field, ...others] = e.fields;
      if (field!.member === 'field' && field!.isPeek === true)
        return refuse('it is not taken here', 'use the field itself, where it has been read');
      if (others.length > 0) return refuse(`\`${e.name}\` stands in several arms`, IN_ITS_ARM);
      if (e.optional) return refuse(`\`${e.name}\` is not there in every frame`, IN_ITS_ARM);
      if (e.type.kind === 'int' && e.type.enum !== null)
        return refuse(`\`${e.name}\` is a \`${e.type.enum.name}\``);
      return { terms: new Map([[field!, 1n]]), constant: 0n };
    }
    case 'unary': {
      if (e.operator !== '-') return refuse(`\`${e.operator}\` can't be turned round`);
      const of = affineOf(e.operand, report);
      return of && scale(of, -1n);
    }
    case 'binary': {
      const left = affineOf(e.left, report);
      const right = affineOf(e.right, report);
      if (left === null || right === null) return null;
      if (e.operator === '+') return sum(left, right);
      if (e.operator === '-') return sum(left, scale(right, -1n));
      if (e.operator === '*' && left.terms.size === 0) return scale(right, left.constant);
      if (e.operator === '*' && right.terms.size === 0) return scale(left, right.constant);
      if (e.operator === '<<' && right.terms.size === 0 && right.constant >= 0n && right.constant < 64n)
        return scale(left, 1n << right.constant);
      const { text } = e.span.file;
      return refuse(`\`${text.slice(e.span.start, e.span.end)}\` is not linear`);
    }
    default:
      return refuse('this is no sum of fields');
  }
}

function sum(a: Affine, b: Affine): Affine {
  const terms = new Map(a.terms);
  for (const [field, coefficient] of b.terms) {
    const total = (terms.get(field) ?? 0n) + coefficient;
    if (total === 0n) terms.delete(field);
    else terms.set(field, total);
  }
  return { terms, constant: a.constant + b.constant };
}

function scale(a: Affine, by: bigint): Affine {
  if (by === 0n) return { terms: new Map(), constant: 0n };
  return { terms: new Map([...a.terms].map(([f, c]) => [f, c * by])), constant: a.constant * by };
}
