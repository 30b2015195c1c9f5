import { layoutOf, type Layout } from '../../model/layout.js';
import type {
  BitFieldModel,
  Block,
  ConditionModel,
  Enum,
  Field,
  Frame,
  MemberModel,
  Struct,
} from '../../model/model.js';
import { memberSize } from '../../model/size.js';
import { walk } from '../../model/walk.js';
import type { Span } from '../../source/source-file.js';
import { memberName, placeText } from '../place-text.js';
import { sourceText } from '../source-text.js';
import type { Changes } from './change.js';
import { armName, compareArms } from './compare-arms.js';
import { compareBits } from './compare-bits.js';
import { compareEnums } from './compare-enums.js';
import { compareExtents, compareFields } from './compare-fields.js';
import type { LayoutContext } from './layout-context.js';
import { meaningKey, type Known } from './meaning-key.js';
import { NOTHING, Pairing } from './pairing.js';

/** Compares the bytes of two versions of a frame. */
export class LayoutComparison {
  /** Who is who, for comparing expressions. */
  readonly pairing = new Pairing();

  private readonly enums = new Map<Enum, Enum>();
  private readonly structs = new Map<Struct, Struct>();
  private readonly removed: { member: Field | BitFieldModel; from: string }[] = [];
  private readonly added: { member: Field | BitFieldModel; to: string; why: string }[] = [];
  private readonly cx: LayoutContext;
  private oldLayout!: Layout;
  private newLayout!: Layout;

  constructor(private readonly changes: Changes) {
    this.cx = {
      changes,
      pairing: this.pairing,
      structs: (was, is) => this.structPair(was, is),
      enums: (was, is) => this.enumPair(was, is),
      enumNow: (was) => this.enums.get(was),
    };
  }

  /** Compares two frames with everything in them. */
  frames(old: Frame, now: Frame): void {
    this.pairing.pair(old.body, now.body);
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

  private blocks(old: Block, now: Block, whole: string): void {
    const { pairs, removed, added, moved } = this.pairing.alignment(old, now);
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
    if (was.member === 'field' && is.member === 'field') compareFields(this.cx, was, is);
    else if (was.member === 'bits' && is.member === 'bits') compareBits(this.cx, was, is);
    else if (was.member === 'variant' && is.member === 'variant')
      for (const [a, b] of compareArms(this.cx, was, is)) this.blocks(a.body, b.body, armName(b));
    else if (was.member === 'if' && is.member === 'if') {
      if (
        meaningKey(was.condition, this.pairing.knownOld) !== meaningKey(is.condition, this.pairing.knownNew)
      )
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
      compareExtents(
        this.cx,
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

  private assertions(old: Block, now: Block): void {
    const keys = (block: Block, known: Known): Map<string, Span> =>
      new Map(
        block.members.flatMap((m) =>
          m.member === 'assert' ? [[meaningKey(m.condition, known), m.span]] : [],
        ),
      );
    const before = keys(old, this.pairing.knownOld);
    const after = keys(now, this.pairing.knownNew);
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
    this.pairing.pair(was.body, is.body);
    this.changes.doc(`struct \`${is.name}\``, was, is);
    this.within(was, is, () => this.blocks(was.body, is.body, `struct \`${is.name}\``));
  }

  private enumPair(was: Enum, is: Enum): void {
    if (this.enums.get(was) === is) return;
    this.enums.set(was, is);
    compareEnums(was, is, this.changes);
  }
}

function leavesOf(member: MemberModel): (Field | BitFieldModel)[] {
  return [...walk({ members: [member] })].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'field'
      ? m.isPeek === true || m.isPad === true
        ? []
        : [m]
      : m.member === 'bits'
        ? m.fields
        : [],
  );
}
