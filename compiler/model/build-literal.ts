import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr } from '../syntax/ast.js';
import { evaluate, present, type Facts, type Known } from './evaluate.js';
import { boundsOf, isValueOf } from './integers.js';
import { isFree, isGiven } from './is-given.js';
import type { BitFieldModel, Field, FieldType, Struct, SynthField, SynthValue } from './model.js';
import { usesOf } from './partial-length.js';
import { memberSize } from './size.js';
import { walk } from './walk.js';

/** Builds the value of a field that is neither struct nor list; null after a report. */
type Scalar = (field: Field | BitFieldModel, value: Expr) => SynthValue | null;

/** Whether a field is set in a synth by the fields or elements it has. */
export function isSetByParts(field: Field | BitFieldModel): field is Field {
  return field.member === 'field' && (field.type.kind === 'struct' || field.type.kind === 'list');
}

/** What a synth sets a struct or list to: `Point { x: 1 }`, `[ 1, 2 ]`; null after a report. */
export function buildLiteral(field: Field, value: Expr, scalar: Scalar, report: Report): SynthValue | null {
  const { type } = field;
  if (type.kind === 'list') return listLiteral(field, type, value, scalar, report);
  if (type.kind === 'struct') return structLiteral(field, type.struct, value, scalar, report);
  return scalar(field, value);
}

function listLiteral(
  field: Field,
  type: FieldType & { kind: 'list' },
  value: Expr,
  scalar: Scalar,
  report: Report,
): SynthValue | null {
  if (value.kind !== 'listLiteral') {
    report.error('PF140', value.span, `\`${field.name}\` is set to its elements`, {
      hint: 'write `[ …, … ]`',
    });
    return null;
  }
  const { extent } = type;
  const fixed = extent.kind === 'count' && extent.value.op === 'int' ? Number(extent.value.value) : null;
  const { length } = value.items;
  if (fixed !== null ? length !== fixed : length > type.maxCount) {
    const most = fixed === null ? `at most ${type.maxCount}` : String(fixed);
    report.error('PF140', value.span, `these are ${length} elements, \`${field.name}\` has ${most}`);
    return null;
  }
  const element: Field = { ...field, type: type.element, range: type.range, default: null, derivation: null };
  const values = value.items.map((item) => buildLiteral(element, item, scalar, report));
  return values.includes(null)
    ? null
    : { op: 'listLiteral', values: values as SynthValue[], span: value.span };
}

function structLiteral(
  field: Field,
  struct: Struct,
  value: Expr,
  scalar: Scalar,
  report: Report,
): SynthValue | null {
  // Built for arguments it has another name.
  const { file, start, end } = struct.span;
  const name = file.text.slice(start, end);
  if (value.kind !== 'struct' || value.name.text !== name) {
    report.error(
      'PF140',
      value.kind === 'struct' ? value.name.span : value.span,
      `\`${field.name}\` is a \`${name}\``,
      {
        hint: `write \`${name} { … }\``,
      },
    );
    return null;
  }
  const known = fieldsOf(struct);
  const fields: SynthField[] = [];
  let whole = true;
  for (const entry of value.fields) {
    const key = entry.name.text;
    const of = known.find((one) => one.name === key);
    const refuse = (code: string, message: string, extra: { hint?: string } = {}): void => {
      whole = false;
      report.error(code, entry.name.span, message, extra);
    };
    if (of === undefined)
      refuse(
        'PF100',
        `\`${name}\` has no field \`${key}\``,
        suggestHint(
          key,
          known.map((one) => one.name),
        ),
      );
    else if (fields.some((one) => one.field.name === key)) refuse('PF114', `\`${key}\` is set twice`);
    else if (!isGiven(of))
      refuse('PF102', `\`${key}\` is filled in when the frame is written and can't be set`, {
        hint: 'remove it here',
      });
    else {
      const built = buildLiteral(of as Field, entry.value, scalar, report);
      if (built === null) whole = false;
      else fields.push({ field: of, value: built, span: entry.name.span });
    }
  }
  if (whole && isWhole(name, struct, value, fields, report))
    return { op: 'structLiteral', struct, fields, span: value.span };
  return null;
}

/** Whether all fields without default are set, and only those of the arms that the values choose. */
function isWhole(
  name: string,
  struct: Struct,
  value: Expr,
  fields: readonly SynthField[],
  report: Report,
): boolean {
  const facts = new Map<Field | BitFieldModel, Known>();
  for (const one of fieldsOf(struct)) {
    const set = fields.find(({ field }) => field.name === one.name);
    const own = one.constant ?? (one.member === 'field' ? one.default : null);
    if (set !== undefined && 'type' in set.value) facts.set(one, evaluate(set.value, facts));
    else if (own?.kind === 'int') facts.set(one, isFlag(one) ? own.value === 1n : own.value);
    else if (one.member === 'bitField' && isFree(one)) facts.set(one, isFlag(one) ? false : 0n);
  }
  for (const one of fieldsOf(struct)) {
    const set = fields.find(({ field }) => field.name === one.name);
    const isThere = present(one.guards, facts);
    const others = fieldsOf(struct).filter((other) => other.name === one.name);
    if (set !== undefined && others.every((other) => present(other.guards, facts) === false)) {
      report.error('PF140', set.span, `\`${one.name}\` is not in the \`${name}\` that these values make`);
      return false;
    }
    if (set !== undefined || isThere === false || !isNeeded(one, facts)) continue;
    report.error('PF140', value.span, `this \`${name}\` does not set \`${one.name}\``, {
      labels: [{ span: one.span, text: 'it has no default' }],
      hint: `add \`${one.name}: …\``,
    });
    return false;
  }
  return true;
}

function fieldsOf({ body }: Struct): (Field | BitFieldModel)[] {
  return [...walk(body)].flatMap((m): readonly (Field | BitFieldModel)[] =>
    m.member === 'field'
      ? m.isPeek === true || m.isPad === true
        ? []
        : [m]
      : m.member === 'bits'
        ? m.fields
        : [],
  );
}

function isFlag(field: Field | BitFieldModel): boolean {
  if (field.member === 'bitField') return field.enum === null && field.width === 1;
  return field.type.kind === 'int' && field.type.bool;
}

/** Whether an encoder can't do without a value for a field, in a frame or struct of which this is known. */
export function isNeeded(field: Field | BitFieldModel, facts: Facts): boolean {
  if (!isGiven(field) || usesOf(field).some(({ of }) => present(of.guards, facts) === true)) return false;
  if (field.member === 'bitField')
    return !isFree(field) || boundsOf(field).low > 0n || (field.enum !== null && !isValueOf(field.enum, 0n));
  if (field.default !== null) return false;
  const { kind } = field.type;
  if (kind === 'int' || kind === 'float' || kind === 'struct' || kind === 'coded') return true;
  return (
    memberSize(field).min > 0 &&
    'extent' in field.type &&
    !['prefix', 'varying', 'until'].includes(field.type.extent.kind)
  );
}
