import { fixedSize, memberSize } from '../../model/size.js';
import type { BitGroup, Block, ExtentModel, Field, MemberModel, VariantModel } from '../../model/model.js';
import { lengthForm } from '../length-form.js';
import { constantOf, sourceText } from '../source-text.js';

/** One box of a bit diagram. */
export interface Cell {
  /** What it may be labelled with, the best first; what does not fit is left to the next. */
  readonly labels: readonly string[];
  /** Its width; null: it varies, or is too large to be drawn, and the box is open. */
  readonly bits: number | null;
}

/** Boxes of more bits than this are drawn open, with their size in words. */
const WIDEST = 128;

/** The boxes of a block, one after another; arms, branches and windows are one box each. */
export function cellsOf(block: Block): Cell[] {
  return block.members.flatMap(cellsOfMember);
}

function cellsOfMember(member: MemberModel): Cell[] {
  const size = fixedSize(memberSize(member));
  switch (member.member) {
    case 'assert':
      return [];
    case 'bits':
      return bitCells(member);
    case 'field':
      if (member.isPad === true) return [box(['padding', 'pad'], size)];
      return member.isPeek === true ? [] : [fieldCell(member, size)];
    case 'pad': {
      const label = member.mode === 'align' ? `padding to a multiple of ${member.value} bytes` : 'padding';
      return size === 0 ? [] : [box([label, 'pad'], size)];
    }
    case 'within': {
      const measure = `${sourceText(member.size)} bytes`;
      const [only, second] = member.body.members;
      const inside = only?.member === 'field' && second === undefined ? only.name : null;
      const name = member.name ?? 'window';
      return [
        box([inside === null ? `${name} (${measure})` : `${name}: ${inside} (${measure})`, name], null),
      ];
    }
    case 'if': {
      const condition = sourceText(member.condition);
      const names = member.then.members.flatMap((m) => (m.member === 'field' ? [m.name] : [])).join(', ');
      return [box([`${names}, if ${condition}`, `if ${condition}`, names, 'optional part'], null)];
    }
    case 'variant':
      return variantCells(member, size);
  }
}

function variantCells(variant: VariantModel, size: number | null): Cell[] {
  const filled = variant.arms.filter((arm) => arm.body.members.length > 0);
  if (filled.length === 0) return [];
  const names = filled.map((arm) => arm.name ?? variant.name ?? `arm ${variant.arms.indexOf(arm) + 1}`);
  const on = variant.on.map(sourceText).join(', ');
  const sizes = filled.map((arm, i) => {
    const bytes = fixedSize(memberSize({ ...variant, arms: [arm] }));
    return bytes === null ? names[i]! : `${names[i]!} (${bytes} ${bytes === 1 ? 'byte' : 'bytes'})`;
  });
  const labels = [
    `by ${on}: ${sizes.join(' | ')}`,
    `by ${on}: ${names.join(' | ')}`,
    names.join(' | '),
    `by ${on}`,
  ];
  return [box(size === null ? labels : labels.slice(2), size)];
}

function fieldCell(field: Field, size: number | null): Cell {
  const { constant, name } = field;
  if (size !== null) {
    return box([...(constant === null ? [] : [`${name} = ${constantOf(field, constant)}`]), name], size);
  }
  return box([`${name} (${measureOf(field)})`, name], null);
}

function measureOf(field: Field): string {
  const { type } = field;
  switch (type.kind) {
    case 'struct':
      return `a ${type.struct.name}`;
    case 'bytes':
    case 'text':
    case 'list':
    case 'map':
      return extentText(type.extent, type.kind === 'map' ? 'entries' : 'elements');
    default:
      return 'varying';
  }
}

function extentText(extent: ExtentModel, units: string): string {
  switch (extent.kind) {
    case 'size':
      return `${sourceText(extent.value)} bytes`;
    case 'count':
      return `${sourceText(extent.value)} ${units}`;
    case 'rest':
      return 'the rest';
    case 'until':
      return `up to ${JSON.stringify(extent.delimiter)}`;
    case 'varying':
      return `length as ${lengthForm(extent.length)}, then as many bytes`;
    case 'prefix':
      return `length in ${extent.int.bits / 8} ${extent.int.bits === 8 ? 'byte' : 'bytes'}, then as many bytes`;
  }
}

/** A group of bits in the order of the wire: a little-endian group begins with its lowest byte. */
function bitCells(group: BitGroup): Cell[] {
  const { bits, little } = group.int;
  const whole = little
    ? Array.from({ length: bits / 8 }, (_, i) => ({ high: 8 * i + 7, low: 8 * i }))
    : [{ high: bits - 1, low: 0 }];
  return whole.flatMap(({ high, low }) =>
    group.fields.flatMap((field): Cell[] => {
      const top = Math.min(high, field.shift + field.width - 1);
      const bottom = Math.max(low, field.shift);
      if (top < bottom) return [];
      const part = top - bottom + 1 < field.width ? `[${top - field.shift}:${bottom - field.shift}]` : '';
      return [{ labels: [`${field.name}${part}`, field.name], bits: top - bottom + 1 }];
    }),
  );
}

function box(labels: readonly string[], bytes: number | null): Cell {
  const shown = labels.filter((label) => label !== '');
  if (bytes !== null && bytes * 8 <= WIDEST) return { labels: shown, bits: bytes * 8 };
  return { labels: bytes === null ? shown : [`${shown[0]!} (${bytes} bytes)`, ...shown], bits: null };
}
