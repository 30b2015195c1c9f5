import { layoutOf, type Layout } from '../../model/layout.js';
import { rangeOf } from '../../model/integers.js';
import type {
  BitFieldModel,
  BitGroup,
  Block,
  ConditionModel,
  Enum,
  ExtentModel,
  Field,
  FieldType,
  Frame,
  MemberModel,
  Struct,
  VariantModel,
} from '../../model/model.js';
import { memberSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Span } from '../../source/source-file.js';
import { memberName, placeText } from '../place-text.js';
import { constantOf, constantText, sourceText } from '../source-text.js';
import { align, alignArms, type Alignment } from './align.js';
import type { Changes } from './change.js';
import { compareEnums, compareInts } from './compare-enums.js';
import { armTokens, meaningKey, type Known } from './meaning-key.js';

/** Compares the bytes of two versions of a frame; also finds out which field of the new one was which of the old. */
export class LayoutComparison {
  /** For expressions of the old and of the new version. */
  readonly knownOld: Known = (of) => pathOf(of);
  readonly knownNew: Known = (of) => pathOf(this.was.get(of) ?? of);

  private readonly was = new Map<Field | BitFieldModel | MemberModel, Field | BitFieldModel | MemberModel>();
  private readonly structs = new Map<Struct, Struct>();
  private readonly enums = new Map<Enum, Enum>();
  private readonly alignments = new Map<Block, Alignment>();
  private readonly removed: { member: Field | BitFieldModel; from: string }[] = [];
  private readonly added: { member: Field | BitFieldModel; to: string; why: string }[] = [];
  private oldLayout!: Layout;
  private newLayout!: Layout;

  constructor(private readonly changes: Changes) {}

  /** Compares two frames with everything in them. */
  frames(old: Frame, now: Frame): void {
    this.pair(old.body, now.body);
    this.changes.doc(`frame \`${now.name}\``, old, now);
    this.within(old, now, () => this.blocks(old.body, now.body, 'the frame'));
    this.moves();
  }

  /** Compares enums that no field of the frame has led to. */
  otherEnums(old: readonly Enum[], now: readonly Enum[]): void {
    for (const is of now) {
      const was = old.find((one) => one.name === is.name);
      if (was !== undefined) this.enumPair(was, is);
    }
  }

  /** Runs a comparison of two wholes that have offsets of their own. */
  private within(
    old: { name: string; doc: string; span: Span; body: Block },
    now: { name: string; doc: string; span: Span; body: Block },
    compare: () => void,
  ): void {
    const { oldLayout, newLayout } = this;
    this.oldLayout = layoutOf(old);
    this.newLayout = layoutOf(now);
    compare();
    this.oldLayout = oldLayout;
    this.newLayout = newLayout;
  }

  /** First of all: who is who, at any depth, so that expressions can be compared. */
  private pair(old: Block, now: Block): void {
    const alignment = align(old, now);
    this.alignments.set(now, alignment);
    for (const [was, is] of alignment.pairs) {
      this.was.set(is, was);
      if (was.member === 'bits' && is.member === 'bits') {
        for (const bit of is.fields) {
          const before =
            was.fields.find((f) => f.name === bit.name) ??
            was.fields.find(
              (f) =>
                f.shift === bit.shift && f.width === bit.width && !is.fields.some((o) => o.name === f.name),
            );
          if (before !== undefined) this.was.set(bit, before);
        }
      } else if (was.member === 'variant' && is.member === 'variant')
        for (const [a, b] of this.arms(was, is).pairs) this.pair(a.body, b.body);
      else if (was.member === 'if' && is.member === 'if') {
        this.pair(was.then, is.then);
        this.pair(was.otherwise ?? NOTHING, is.otherwise ?? NOTHING);
      } else if (was.member === 'within' && is.member === 'within') this.pair(was.body, is.body);
    }
  }

  private arms(old: VariantModel, now: VariantModel): ReturnType<typeof alignArms> {
    const before = armTokens(old);
    const after = armTokens(now);
    return alignArms(old, now, (a, b) => before.get(a)!.some((token) => after.get(b)!.includes(token)));
  }

  private blocks(old: Block, now: Block, whole: string): void {
    const alignment = now === NOTHING ? align(old, now) : (this.alignments.get(now) ?? align(old, now));
    const { pairs, removed, added, moved } = alignment;
    const { changes } = this;
    for (const [was, is] of pairs) {
      if (moved.has(is)) {
        const from = placeText(this.oldLayout.places.get(was)!);
        const to = placeText(this.newLayout.places.get(is)!);
        changes.breaking(
          'field-moved',
          was.span,
          is.span,
          `${memberName(is)} stood at ${from}, stands at ${to}`,
        );
      }
      this.members(was, is);
    }
    for (const member of removed) this.gone(member, whole);
    const last = now.members.filter((m) => m.member !== 'assert').at(-1);
    for (const member of added) this.come(member, whole, member === last);
    this.assertions(old, now);
  }

  private gone(member: MemberModel, whole: string): void {
    const leaves = leavesOf(member);
    for (const leaf of leaves) this.removed.push({ member: leaf, from: whole });
    if (leaves.length === 0 && memberSize(member).max > 0)
      this.changes.breaking(
        'field-removed',
        member.span,
        null,
        `${memberName(member)} is gone from ${whole}`,
      );
  }

  private come(member: MemberModel, whole: string, last: boolean): void {
    if (memberSize(member).max === 0) return;
    const flag = member.member === 'if' ? this.newFlag(member) : null;
    if (flag !== null) {
      this.changes.warning(
        'field-added',
        null,
        member.span,
        `${memberName(member)} is new: only frames with the new \`${flag}\` have it, which old peers never send`,
      );
      return;
    }
    const why = !last
      ? `is new in the middle of ${whole}: all that follows moves`
      : `is new at the end of ${whole}: the old version ${
          whole.startsWith('the window') ? 'refuses a window that holds more' : 'takes it for what comes next'
        }`;
    const leaves = leavesOf(member);
    for (const leaf of leaves) this.added.push({ member: leaf, to: whole, why });
    if (leaves.length === 0)
      this.changes.breaking('field-added', null, member.span, `${memberName(member)} ${why}`);
  }

  /** The flag that an optional part waits for, if the old version has none of that name. */
  private newFlag(member: ConditionModel): string | null {
    const { condition } = member;
    if (condition.op !== 'flag' || member.otherwise !== null) return null;
    const { type } = condition.of;
    const now = type.kind === 'int' ? type.enum : null;
    const was = [...this.enums].find(([, is]) => is === now)?.[0];
    return was === undefined || was.members.some((m) => m.name === condition.name) ? null : condition.name;
  }

  /** A field gone here and new there is one that moved. */
  private moves(): void {
    for (const { member, from } of this.removed) {
      const i = this.added.findIndex((one) => one.member.name === member.name);
      if (i < 0) {
        this.changes.breaking('field-removed', member.span, null, `\`${member.name}\` is gone from ${from}`);
        continue;
      }
      const [to] = this.added.splice(i, 1);
      this.changes.breaking(
        'field-moved',
        member.span,
        to!.member.span,
        `\`${member.name}\` was in ${from}, is in ${to!.to}`,
      );
    }
    for (const { member, why } of this.added)
      this.changes.breaking('field-added', null, member.span, `\`${member.name}\` ${why}`);
  }

  private members(was: MemberModel, is: MemberModel): void {
    const { changes } = this;
    if (was.member === 'field' && is.member === 'field') this.fields(was, is);
    else if (was.member === 'bits' && is.member === 'bits') this.bits(was, is);
    else if (was.member === 'variant' && is.member === 'variant') this.variants(was, is);
    else if (was.member === 'if' && is.member === 'if') {
      if (meaningKey(was.condition, this.knownOld) !== meaningKey(is.condition, this.knownNew))
        changes.breaking(
          'condition-changed',
          was.condition.span,
          is.condition.span,
          `there if \`${sourceText(was.condition)}\`, now if \`${sourceText(is.condition)}\``,
        );
      this.blocks(was.then, is.then, 'the optional part');
      this.blocks(was.otherwise ?? NOTHING, is.otherwise ?? NOTHING, 'the `else` part');
    } else if (was.member === 'within' && is.member === 'within') {
      const name = memberName(is);
      this.extents(
        name,
        { kind: 'size', value: was.size, max: was.max },
        { kind: 'size', value: is.size, max: is.max },
        was.span,
        is.span,
      );
      this.blocks(was.body, is.body, name);
    } else if (
      was.member === 'pad' &&
      is.member === 'pad' &&
      (was.mode !== is.mode || was.value !== is.value)
    )
      changes.breaking(
        'padding-changed',
        was.span,
        is.span,
        `padding was \`${was.mode} ${was.value}\`, is \`${is.mode} ${is.value}\``,
      );
  }

  private fields(was: Field, is: Field): void {
    const { changes } = this;
    const name = `\`${is.name}\``;
    const { span: a } = was;
    const { span: b } = is;
    if (was.name !== is.name)
      changes.warning(
        'field-renamed',
        a,
        b,
        `\`${was.name}\` is called ${name}: the bytes are the same, names in code are not`,
      );
    changes.doc(name, was, is);
    this.types(name, was.type, is.type, a, b);
    if (constantKey(was) !== constantKey(is))
      changes.breaking(
        'constant-changed',
        a,
        b,
        `${name} was ${shownConstant(was)}, is ${shownConstant(is)}`,
      );
    else if (was.constant === null) {
      const fallback = (f: Field): string =>
        f.default === null ? 'no default' : `the default ${constantText(f.default)}`;
      if (fallback(was) !== fallback(is))
        changes.warning('default-changed', a, b, `${name} had ${fallback(was)}, has ${fallback(is)}`);
      this.ranges(name, was, is);
    }
    const sum = (f: Field, known: Known): string =>
      f.checksum === null
        ? 'no checksum'
        : `${f.checksum.algorithm} over ${known(f.checksum.from)}..${known(f.checksum.to)}`;
    if (sum(was, this.knownOld) !== sum(is, this.knownNew))
      changes.breaking(
        'checksum-changed',
        a,
        b,
        `${name} was ${sum(was, this.knownOld)}, is ${sum(is, this.knownNew)}`,
      );
  }

  private ranges(name: string, was: Field, is: Field): void {
    if (was.type.kind !== 'int' || is.type.kind !== 'int' || (was.range === null && is.range === null))
      return;
    const before = was.range ?? rangeOf(was.type.int);
    const after = is.range ?? rangeOf(is.type.int);
    const text = `${name} was in ${before.low}..${before.high}, is in ${after.low}..${after.high}`;
    if (after.low > before.low || after.high < before.high)
      this.changes.breaking('range-changed', was.span, is.span, text);
    else if (after.low < before.low || after.high > before.high)
      this.changes.compatible('range-changed', was.span, is.span, text);
  }

  private types(name: string, was: FieldType, is: FieldType, a: Span, b: Span): void {
    const { changes } = this;
    if (was.kind === 'int' && is.kind === 'int') {
      if (was.enum !== null && is.enum !== null) return this.enumPair(was.enum, is.enum);
      if (!compareInts(name, was.int, is.int, a, b, changes)) return;
      const closed = is.bool || (is.enum !== null && !is.enum.open && !is.enum.flags);
      const wasClosed = was.bool || (was.enum !== null && !was.enum.open && !was.enum.flags);
      if (closed && !wasClosed)
        changes.breaking('type-changed', a, b, `${name} takes listed values only now`);
      else if (wasClosed && !closed) changes.compatible('type-changed', a, b, `${name} takes any value now`);
    } else if (was.kind === 'struct' && is.kind === 'struct') this.structPair(was.struct, is.struct);
    else if (was.kind === 'list' && is.kind === 'list') {
      this.types(`an element of ${name}`, was.element, is.element, a, b);
      this.extents(name, was.extent, is.extent, a, b);
      this.limit(`the count of ${name}`, was.maxCount, is.maxCount, a, b);
    } else if (was.kind === 'map' && is.kind === 'map') {
      this.structPair(was.pair, is.pair);
      this.extents(name, was.extent, is.extent, a, b);
      this.limit(`the count of ${name}`, was.maxCount, is.maxCount, a, b);
    } else if ((was.kind === 'text' || was.kind === 'bytes') && (is.kind === 'text' || is.kind === 'bytes')) {
      const encoding = (type: typeof was | typeof is): string =>
        type.kind === 'text' ? `text ${type.encoding}` : 'bytes';
      if (encoding(was) !== encoding(is)) {
        const text = `${name} was ${encoding(was)}, is ${encoding(is)}`;
        const wider = is.kind === 'bytes' || (encoding(was) === 'text ascii' && is.kind === 'text');
        if (wider) changes.compatible('type-changed', a, b, text);
        else changes.breaking('type-changed', a, b, text);
      }
      if (was.nullable && !is.nullable)
        changes.breaking('nullable-changed', a, b, `${name} can no longer be null`);
      if (!was.nullable && is.nullable)
        changes.compatible('nullable-changed', a, b, `${name} can be null now`);
      this.extents(name, was.extent, is.extent, a, b);
    } else changes.breaking('type-changed', a, b, `${name} was ${KINDS[was.kind]}, is ${KINDS[is.kind]}`);
  }

  private extents(name: string, was: ExtentModel, is: ExtentModel, a: Span, b: Span): void {
    const { changes } = this;
    if ((was.kind === 'size' || was.kind === 'count') && was.kind === is.kind) {
      if (meaningKey(was.value, this.knownOld) !== meaningKey(is.value, this.knownNew))
        changes.breaking(
          'extent-changed',
          was.value.span,
          is.value.span,
          `the ${was.kind} of ${name} was \`${sourceText(was.value)}\`, is \`${sourceText(is.value)}\``,
        );
    } else if (was.kind === 'prefix' && is.kind === 'prefix')
      compareInts(`the length before ${name}`, was.int, is.int, a, b, changes);
    else if (was.kind !== is.kind)
      changes.breaking(
        'extent-changed',
        a,
        b,
        `${name} ended by ${ENDS[was.kind]}, ends by ${ENDS[is.kind]}`,
      );
    this.limit(`the size of ${name}`, was.max ?? Infinity, is.max ?? Infinity, a, b);
  }

  private limit(what: string, was: number, is: number, a: Span, b: Span): void {
    const text = (n: number): string => (n === Infinity ? 'not limited' : `at most ${n}`);
    const message = `${what} was ${text(was)}, is ${text(is)}`;
    if (is < was) this.changes.breaking('limit-lowered', a, b, message);
    if (is > was) this.changes.compatible('limit-raised', a, b, message);
  }

  private bits(was: BitGroup, is: BitGroup): void {
    const { changes } = this;
    const group = memberName(is);
    if (!compareInts(`the group of ${group}`, was.int, is.int, was.span, is.span, changes)) return;
    for (const bit of is.fields) {
      const before = this.was.get(bit);
      const name = `\`${bit.name}\``;
      if (before?.member !== 'bitField') {
        const reserved = was.fields.some(
          (f) => f.constant !== null && f.shift <= bit.shift && f.shift + f.width >= bit.shift + bit.width,
        );
        const text = `${name} is new in the group`;
        if (!reserved) changes.breaking('bits-changed', was.span, bit.span, text);
        else if (bit.constant === null)
          changes.breaking(
            'bits-changed',
            was.span,
            bit.span,
            `${text}: the old version refuses frames that use these bits`,
          );
        continue;
      }
      if (before.name !== bit.name)
        changes.warning(
          'field-renamed',
          before.span,
          bit.span,
          `\`${before.name}\` is called ${name}: the bits are the same`,
        );
      changes.doc(name, before, bit);
      const place = (f: BitFieldModel): string =>
        f.width === 1 ? `bit ${f.shift}` : `bits ${f.shift + f.width - 1}..${f.shift}`;
      // Constant bits that shrink make room for the new ones, which are reported.
      if (place(before) !== place(bit) && (before.constant === null || bit.constant === null))
        changes.breaking(
          'bits-changed',
          before.span,
          bit.span,
          `${name} was ${place(before)}, is ${place(bit)}`,
        );
      if (constantKey(before) !== constantKey(bit))
        changes.breaking(
          'constant-changed',
          before.span,
          bit.span,
          `${name} was ${shownConstant(before)}, is ${shownConstant(bit)}`,
        );
      if (before.enum !== null && bit.enum !== null) this.enumPair(before.enum, bit.enum);
    }
    const kept = new Set(is.fields.map((bit) => this.was.get(bit)));
    for (const bit of was.fields)
      if (!kept.has(bit))
        changes.breaking('bits-changed', bit.span, is.span, `\`${bit.name}\` is gone from the group`);
  }

  private variants(was: VariantModel, is: VariantModel): void {
    const { changes } = this;
    const on = (v: VariantModel, known: Known): string => v.on.map((e) => meaningKey(e, known)).join();
    if (on(was, this.knownOld) !== on(is, this.knownNew))
      changes.breaking(
        'condition-changed',
        was.on[0]?.span ?? was.span,
        is.on[0]?.span ?? is.span,
        `the variant was chosen by \`${was.on.map(sourceText).join(', ')}\`, is by \`${is.on.map(sourceText).join(', ')}\``,
      );
    const before = armTokens(was);
    const after = armTokens(is);
    const { pairs, removed, added } = this.arms(was, is);
    const name = (arm: { name: string | null }): string =>
      arm.name === null ? 'an arm' : `arm \`${arm.name}\``;
    const wasDefault = was.arms.find((arm) => before.get(arm)!.includes('_'));
    const missing = this.removedNames(was);
    const list = (tokens: readonly string[]): string => tokens.map((t) => `\`${t}\``).join(', ');
    for (const [a, b] of pairs) {
      const lost = before.get(a)!.filter((t) => !after.get(b)!.includes(t) && !missing.has(t));
      const gained = after.get(b)!.filter((t) => !before.get(a)!.includes(t));
      const fromDefault =
        wasDefault === undefined || wasDefault === a
          ? []
          : gained.filter((t) => ![...before.values()].flat().includes(t));
      if (lost.length > 0)
        changes.breaking('arm-patterns-changed', a.span, b.span, `${name(b)} no longer takes ${list(lost)}`);
      if (fromDefault.length > 0)
        changes.breaking(
          'arm-patterns-changed',
          a.span,
          b.span,
          `${name(b)} takes ${list(fromDefault)}, which was read as ${name(wasDefault!)}`,
        );
      changes.doc(name(b), a, b);
      this.blocks(a.body, b.body, name(b));
    }
    for (const arm of removed)
      changes.breaking(
        'arm-removed',
        arm.span,
        is.span,
        `${name(arm)}, which took ${list(before.get(arm)!)}, is gone`,
      );
    for (const arm of added) {
      const known = [...before.values()].flat();
      const tokens = after.get(arm)!;
      const elsewhere =
        wasDefault !== undefined ? tokens.filter((t) => t !== '_') : tokens.filter((t) => known.includes(t));
      if (elsewhere.length > 0)
        changes.breaking(
          'arm-added',
          was.span,
          arm.span,
          `${name(arm)} is new and takes ${list(elsewhere)}, which was read otherwise`,
        );
      else changes.compatible('arm-added', was.span, arm.span, `${name(arm)} is new`);
    }
  }

  /** Names of enum members that the new version lacks: their loss is reported where they were declared. */
  private removedNames(was: VariantModel): Set<string> {
    const names = new Set<string>();
    for (const { type } of was.on) {
      if (type.kind !== 'int' || type.enum === null) continue;
      const now = this.enums.get(type.enum);
      if (now === undefined) continue;
      for (const member of type.enum.members)
        if (!now.members.some((m) => m.name === member.name)) names.add(member.name);
    }
    return names;
  }

  private assertions(old: Block, now: Block): void {
    const keys = (block: Block, known: Known): Map<string, Span> =>
      new Map(
        block.members.flatMap((m) =>
          m.member === 'assert' ? [[meaningKey(m.condition, known), m.span]] : [],
        ),
      );
    const before = keys(old, this.knownOld);
    const after = keys(now, this.knownNew);
    for (const [key, span] of after)
      if (!before.has(key))
        this.changes.breaking(
          'assertion-changed',
          null,
          span,
          `new: \`${sourceText({ span })}\`; frames that break it are refused`,
        );
    for (const [key, span] of before)
      if (!after.has(key))
        this.changes.compatible('assertion-changed', span, null, `gone: \`${sourceText({ span })}\``);
  }

  private structPair(was: Struct, is: Struct): void {
    if (this.structs.get(was) === is) return;
    this.structs.set(was, is);
    this.pair(was.body, is.body);
    this.changes.doc(`struct \`${is.name}\``, was, is);
    this.within(was, is, () => this.blocks(was.body, is.body, `struct \`${is.name}\``));
  }

  private enumPair(was: Enum, is: Enum): void {
    if (this.enums.get(was) === is) return;
    this.enums.set(was, is);
    compareEnums(was, is, this.changes);
  }
}

const NOTHING: Block = { members: [] };

const KINDS: Readonly<Record<FieldType['kind'], string>> = {
  int: 'a number',
  bytes: 'bytes',
  text: 'text',
  struct: 'a struct',
  list: 'a list',
  map: 'a map',
};

const ENDS: Readonly<Record<ExtentModel['kind'], string>> = {
  size: 'a size',
  count: 'a count',
  rest: 'the end of its window',
  prefix: 'a length before it',
};

function constantKey(field: Field | BitFieldModel): string {
  return field.constant === null ? '' : constantText(field.constant);
}

function shownConstant(field: Field | BitFieldModel): string {
  return field.constant === null ? 'not constant' : constantOf(field, field.constant);
}

function leavesOf(member: MemberModel): (Field | BitFieldModel)[] {
  return [...walk({ members: [member] })].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'field' ? [m] : m.member === 'bits' ? m.fields : [],
  );
}

/** Without the frame's or struct's own name, which may change. */
function pathOf(of: Field | BitFieldModel | MemberModel): string {
  const name = 'name' in of && of.name !== null ? of.name : '';
  const path = of.path.slice(of.path.indexOf('.') + 1);
  return path.endsWith(name) ? path : `${path}.${name}`;
}
