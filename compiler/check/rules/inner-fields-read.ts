import type { Report } from '../../diagnostics/diagnostic.js';
import type { Expression } from '../../model/expression.js';
import { expressionsOf, membersRead, parts } from '../../model/expressions-of.js';
import type { BitFieldModel, Field, Protocol } from '../../model/model.js';
import { isGiven } from '../../model/is-given.js';
import { walk } from '../../model/walk.js';

/**
 * PF111, PF199: a field of a struct, or of what a coded window stands for, is read when a role asks for it. Where a
 * frame ends and whether it is one is decided without: a window is decoded for those only who look into it.
 */
export function innerFieldsRead(protocol: Protocol, report: Report): void {
  for (const block of [protocol.frame.body, ...protocol.structs.map((s) => s.body)])
    for (const member of walk(block))
      for (const e of membersRead(member).flatMap((one) => [...parts(one)])) {
        decided(e, report);
      }
  for (const e of expressionsOf(protocol)) notGiven(e, report);
}

/** Refuses an expression of the layout that asks for such a field. */
function decided(e: Expression, report: Report): void {
  const [of, name] = innerOf(e);
  if (of === null) return;
  if (of.type.kind === 'list') {
    report.error('PF199', e.span, `deciding by what is found in the list \`${of.name}\` is not built yet`, {
      hint: 'roles may look into it',
    });
    return;
  }
  if (of.type.kind === 'coded')
    report.error(
      'PF111',
      e.span,
      `\`${name}\` is in what \`${of.name}\` stands for, and a frame is not decided by that`,
      {
        labels: [{ span: of.span, text: 'this is decoded for roles only' }],
        hint: 'a field outside of the window can decide',
      },
    );
  else
    report.error(
      'PF199',
      e.span,
      `deciding by what is inside of the struct \`${of.name}\` is not built yet`,
      {
        hint: 'put the field into the frame; roles may read it',
      },
    );
}

/**
 * Refuses to read a constant text of a struct, which readers compare where it lies, and what is skipped: they keep no
 * value of either.
 */
function notGiven(e: Expression, report: Report): void {
  const [of, name] = innerOf(e);
  if (of === null || e.op !== 'field') return;
  const skipped = e.fields.flatMap(keptOf).find((f) => f.member === 'field' && f.isSkipped === true);
  if (skipped !== undefined)
    report.error(
      'PF109',
      e.span,
      `\`${skipped.name}\` is skipped, so readers of \`${of.name}\` keep no value of it`,
      {
        labels: [{ span: skipped.span, text: 'skipped here' }],
        hint: 'remove `@skip`',
      },
    );
  const filled = e.fields.some(
    (f) =>
      f.member === 'field' &&
      f.type.kind === 'inner' &&
      f.type.fields.some(
        (one) =>
          one.member === 'field' && one.type.kind !== 'int' && one.type.kind !== 'inner' && !isGiven(one),
      ),
  );
  if (filled)
    report.error(
      'PF199',
      e.span,
      `reading \`${name}\` of \`${of.name}\`, which is constant, is not built yet`,
      { hint: 'write what it is' },
    );
}

/** What readers keep of a struct for a field in it: the field, and the key by which its element is looked for. */
function keptOf(field: Field | BitFieldModel): readonly (Field | BitFieldModel)[] {
  if (field.member !== 'field' || field.type.kind !== 'inner') return [];
  const { fields, where } = field.type;
  return where === undefined ? fields : [...fields, where.key];
}

/** The struct or window of a field that an expression reads, and the field's name. */
function innerOf(e: Expression): readonly [of: Field | null, name: string] {
  const field =
    e.op === 'field' || e.op === 'request'
      ? e.fields.find((f) => f.member === 'field' && f.type.kind === 'inner')
      : undefined;
  return field?.member === 'field' && field.type.kind === 'inner'
    ? [field.type.of(), field.name]
    : [null, ''];
}
