import type { BitFieldModel, BitGroup } from '../../model/model.js';
import { boundsOf } from '../../model/integers.js';
import { memberName } from '../place-text.js';
import { constantKey, shownConstant } from '../source-text.js';
import { compareInts } from './compare-enums.js';
import { compareClosed, compareNumbers, compareOrder, isClosed } from './compare-fields.js';
import type { LayoutContext } from './layout-context.js';

/** Compares two versions of a group of bits. */
export function compareBits(cx: LayoutContext, was: BitGroup, is: BitGroup): void {
  const { changes, pairing } = cx;
  const group = memberName(is);
  compareOrder(cx, `the group of ${group}`, was, is, was.span, is.span);
  if (!compareInts(`the group of ${group}`, was.int, is.int, was.span, is.span, changes)) return;
  for (const bit of is.fields) {
    const before = pairing.before(bit);
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
    if (before.range !== null || bit.range !== null)
      compareNumbers(cx, name, boundsOf(before), boundsOf(bit), before.span, bit.span);
    if (before.enum !== null && bit.enum !== null) cx.enums(before.enum, bit.enum);
    else compareClosed(cx, name, isClosed(before.enum), isClosed(bit.enum), before.span, bit.span);
  }
  const kept = new Set(is.fields.map((bit) => pairing.before(bit)));
  for (const bit of was.fields)
    if (!kept.has(bit))
      changes.breaking('bits-changed', bit.span, is.span, `\`${bit.name}\` is gone from the group`);
}
