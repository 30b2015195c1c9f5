import { suggestHint } from './suggest-hint.js';
import type { Report } from '../diagnostics/diagnostic.js';
import type { Expr, Synth } from '../syntax/ast.js';
import { buildExpression, kindOf, type Context } from './build-expression.js';
import { buildLiteral, isSetByParts } from './build-literal.js';
import type { Expression } from './expression.js';
import { parts } from './expressions-of.js';
import { plainField } from './inner-fields.js';
import { intTypeOf } from './int-type-of.js';
import { boundsOf, isValueOf } from './integers.js';
import type {
  BitFieldModel,
  EntryType,
  Enum,
  Field,
  FieldType,
  Frame,
  SynthField,
  SynthModel,
  SynthName,
  SynthValue,
} from './model.js';
import type { Names } from './names.js';
import { isPartial } from './partial-length.js';
import { isWrittenAs } from './written-as.js';

const KNOWN: readonly string[] = ['heartbeat', 'heartbeat_ack', 'goaway', 'hijack'];

/** One side's frame, and what its names mean. */
export interface Side {
  readonly frame: Frame;
  readonly names: Names;
}

/**
 * A synth with its fields resolved; null after a report, and for `synth hijack none`.
 *
 * @param request the side whose frame `req` is
 * @param idTexts the fields that are the id, where that is a text
 */
export function buildSynth(
  synth: Synth,
  { frame, names }: Side,
  request: Side,
  cx: Context,
  report: Report,
  idTexts: readonly Field[],
): SynthModel | null {
  const name = synth.name.text;
  if (!KNOWN.includes(name)) {
    report.error('PF140', synth.name.span, `there is no synth \`${name}\``, suggestHint(name, KNOWN));
    return null;
  }
  if (synth.value === null) {
    if (name !== 'hijack')
      report.error('PF140', synth.span, `only hijack can be \`none\`; leave \`${name}\` out`);
    return null;
  }
  const params = buildParams(synth, request.frame, report);
  if (params === null) return null;
  if (synth.value.kind !== 'struct' || synth.value.name.text !== frame.name) {
    const found = synth.value.kind === 'struct' ? synth.value.name.span : synth.value.span;
    report.error('PF140', found, `a synth makes a \`${frame.name}\``, {
      hint: `write \`${frame.name} { … }\``,
    });
    return null;
  }
  const context: Context = {
    ...cx,
    names: null,
    guards: [],
    params: new Map(params.map((p) => [p.name, p.role])),
    requestNames: request.names,
  };
  const fields: SynthField[] = [];
  const seen = new Set<string>();
  for (const entry of synth.value.fields) {
    const key = entry.name.text;
    if (entry.name.quoted !== undefined) {
      report.error('PF140', entry.name.span, 'a field is named without quotes', {
        hint: 'only keys of headers are texts',
      });
      continue;
    }
    const meaning = names.get(key);
    if (meaning?.kind === 'broken' || (meaning === undefined && cx.scope.isLost(key))) continue;
    if (meaning?.kind !== 'field') {
      report.error(
        'PF100',
        entry.name.span,
        `\`${frame.name}\` has no field \`${key}\``,
        suggestHint(
          key,
          [...names.fields()].map(([n]) => n),
        ),
      );
      continue;
    }
    if (seen.has(key)) {
      report.error('PF114', entry.name.span, `\`${key}\` is set twice`, {
        labels: [
          { span: synth.value.fields.find((f) => f.name.text === key)!.name.span, text: 'first here' },
        ],
      });
      continue;
    }
    seen.add(key);
    const field = meaning.fields.find((one) => plainField(one) === one) ?? meaning.fields[0]!;
    if (field.member === 'field' && (field.type.kind === 'inner' || field.type.kind === 'coded')) {
      report.error(
        'PF140',
        entry.name.span,
        `\`${key}\` is in what other bytes stand for, which a synth does not make`,
        {
          hint: 'choose an arm without the window',
        },
      );
      continue;
    }
    if (field.derivation !== null && !isPartial(field)) {
      report.error(
        'PF102',
        entry.name.span,
        `\`${key}\` is derived when the frame is written and can't be set`,
        {
          labels: [{ span: field.derivation.useSpan, text: 'it follows from this' }],
          hint: 'remove it here',
        },
      );
      continue;
    }
    if (field.member === 'field' && field.checksum !== null) {
      report.error(
        'PF102',
        entry.name.span,
        `\`${key}\` is a checksum and is computed when the frame is written`,
        { hint: 'remove it here' },
      );
      continue;
    }
    if (field.member === 'field' && field.computed !== undefined) {
      report.error('PF102', entry.name.span, `\`${key}\` is computed when the frame is written`, {
        hint: 'remove it here',
      });
      continue;
    }
    if (field.constant !== null) {
      report.error('PF102', entry.name.span, `\`${key}\` is constant and can't be set`, {
        hint: 'remove it here',
      });
      continue;
    }
    if (field.member === 'field' && isMap(field.type)) {
      const value = headersLiteral(entry.value, field.type, context, report);
      if (value !== null) fields.push({ field, value, span: entry.name.span });
      continue;
    }
    const scalar = (of: Field | BitFieldModel, expr: Expr): Expression | null => {
      const value = buildExpression(expr, context, enumOf(of));
      if (value === null) return null;
      // The proxy writes its ids as the text that they are.
      const isOwnId = value.op === 'param' && value.role === 'id' && idTexts.some((id) => id === of);
      return isOwnId || checkValue(of, value, report) ? value : null;
    };
    const value = isSetByParts(field)
      ? buildLiteral(field, entry.value, scalar, report)
      : scalar(field, entry.value);
    if (value !== null) fields.push({ field, value, span: entry.name.span });
  }
  return { name: name as SynthName, doc: synth.doc, span: synth.name.span, params, fields };
}

function buildParams(synth: Synth, frame: Frame, report: Report): SynthModel['params'] | null {
  const name = synth.name.text;
  const allowed: Record<string, readonly string[]> = {
    heartbeat: ['id'],
    goaway: ['id'],
    heartbeat_ack: ['request'],
    hijack: ['request', 'status', 'reason'],
  };
  const usual: Record<string, string> = {
    heartbeat: 'heartbeat(id: u32)',
    goaway: 'goaway(id: u32)',
    heartbeat_ack: `heartbeat_ack(req: ${frame.name})`,
    hijack: `hijack(req: ${frame.name}, code: Code, reason: text)`,
  };
  const params: { name: string; role: 'id' | 'request' | 'status' | 'reason' }[] = [];
  for (const param of synth.params) {
    const type = param.type.kind === 'named' ? (param.type.path[0]?.text ?? '') : param.type.kind;
    const role =
      type === frame.name
        ? 'request'
        : type === 'Code'
          ? 'status'
          : type === 'text'
            ? 'reason'
            : intTypeOf(type, false) !== null
              ? 'id'
              : null;
    if (role === null || !allowed[name]!.includes(role) || params.some((p) => p.role === role)) {
      const message =
        role === null
          ? `a parameter is the request, its id, the status or the reason; this is none`
          : params.some((p) => p.role === role)
            ? `\`${name}\` has a parameter like this already`
            : `\`${name}\` is made without this parameter`;
      report.error('PF140', param.span, message, {
        hint: `write \`synth ${usual[name]!} = …;\``,
      });
      return null;
    }
    params.push({ name: param.name.text, role });
  }
  return params;
}

function isMap(type: FieldType): boolean {
  if (type.kind === 'entry') return type.of.kind === 'map';
  return type.kind === 'map' || (type.kind === 'extern' && type.extern.value === 'map');
}

/** `headers { key: text, … }`; null after a report. */
function headersLiteral(value: Expr, type: FieldType, context: Context, report: Report): SynthValue | null {
  if (value.kind !== 'struct' || value.name.text !== 'headers') {
    report.error('PF140', value.span, 'a map is set to its entries', {
      hint: 'write `headers { key: "value" }`',
    });
    return null;
  }
  const entries: { key: string; value: Expression }[] = [];
  for (const field of value.fields) {
    const built = buildExpression(field.value, context);
    if (built === null) return null;
    const fits = (built.type.kind === 'text' || built.type.kind === 'int') && built.op !== 'request';
    if (!fits) {
      report.error('PF140', built.span, `an entry is a text or a number, this is ${kindOf(built)}`);
      return null;
    }
    const of = type.kind === 'map' ? type.value : null;
    if (of?.type.kind === 'text' && built.op === 'text' && !isWrittenAs(built.value, of.type.encoding)) {
      const message = `\`${of.path}\` is \`text ${of.type.encoding}\`, as which this can't be written`;
      report.error('PF140', built.span, message, { labels: [{ span: of.span, text: 'such a value' }] });
      return null;
    }
    entries.push({ key: field.name.text, value: built });
  }
  return { op: 'headersLiteral', entries, span: value.span };
}

function enumOf(field: Field | BitFieldModel): Enum | null {
  if (field.member === 'bitField') return field.enum;
  if (field.type.kind === 'entry') return field.type.of.kind === 'int' ? field.type.of.enum : null;
  return field.type.kind === 'int' ? field.type.enum : null;
}

/** Whether an entry of a record can hold the value. */
function fitsEntry(of: EntryType, value: Expression): boolean {
  switch (of.kind) {
    case 'int':
      return value.type.kind === 'int' && (value.type.enum === null || value.type.enum === of.enum);
    case 'int64':
      return value.type.kind === 'int' || isWide(value);
    case 'text':
      return value.type.kind === 'text';
    default:
      return value.type.kind === 'text' && value.op !== 'request';
  }
}

/** Whether a value is an entry of 64 bits of the request. */
function isWide(value: Expression): boolean {
  const of = value.op === 'request' ? value.fields[0] : undefined;
  return of?.member === 'field' && of.type.kind === 'entry' && of.type.of.kind === 'int64';
}

function checkValue(field: Field | BitFieldModel, value: Expression, report: Report): boolean {
  const refuse = (message: string): false => {
    report.error('PF140', value.span, message);
    return false;
  };
  if (field.member === 'field' && field.type.kind === 'entry') {
    const { of } = field.type;
    return (
      fitsEntry(of, value) || refuse(`\`${field.name}\` is an entry of ${of.kind}, this is ${kindOf(value)}`)
    );
  }
  const boolean =
    field.member === 'bitField'
      ? field.enum === null && field.width === 1
      : field.type.kind === 'int' && field.type.bool;
  if (boolean)
    return value.type.kind === 'bool' || refuse(`\`${field.name}\` is a boolean, this is ${kindOf(value)}`);
  if (field.member === 'bitField' || field.type.kind === 'int') {
    if (value.type.kind !== 'int') return refuse(`\`${field.name}\` is a number, this is ${kindOf(value)}`);
    const enumOfField =
      field.member === 'bitField' ? field.enum : field.type.kind === 'int' ? field.type.enum : null;
    if (value.type.enum !== null && enumOfField !== null && value.type.enum !== enumOfField)
      return refuse(`\`${field.name}\` is a \`${enumOfField.name}\`, this is ${kindOf(value)}`);
    const bounds = boundsOf(field);
    // The proxy hands ids and statuses over in their range; what it copies from a request has one of its own.
    const given = [...parts(value)].some((e) => e.op === 'param' || e.op === 'wire');
    // Where arms have the field in forms of their own, a frame of the request's arm has that of the request.
    if (given || (value.op === 'request' && value.fields.includes(field))) return true;
    if (value.op === 'int') {
      if (enumOfField !== null && !isValueOf(enumOfField, value.value))
        return refuse(`${value.value} is no member of \`${enumOfField.name}\``);
      if (value.value < bounds.low || value.value > bounds.high)
        return refuse(`${value.value} does not fit: \`${field.name}\` holds ${bounds.low} to ${bounds.high}`);
    } else if (value.type.low < bounds.low || value.type.high > bounds.high) {
      return refuse(
        `this can be ${value.type.low} to ${value.type.high}, \`${field.name}\` holds ${bounds.low} to ${bounds.high}`,
      );
    } else if (
      enumOfField !== null &&
      value.type.enum !== enumOfField &&
      !enumOfField.open &&
      !enumOfField.flags
    ) {
      return refuse(`\`${field.name}\` is a \`${enumOfField.name}\`, this can be any number`);
    }
    return true;
  }
  if (
    field.type.kind === 'extern' &&
    (field.type.extern.value === 'text' || field.type.extern.value === 'bytes')
  ) {
    if (value.type.kind === 'null') return field.type.nullable || refuse(`\`${field.name}\` is not nullable`);
    if (value.type.kind === 'text' && value.op !== 'request') return true;
  }
  if (field.type.kind === 'text' || field.type.kind === 'bytes') {
    if (value.type.kind === 'null') return field.type.nullable || refuse(`\`${field.name}\` is not nullable`);
    if (value.type.kind === 'text' || value.type.kind === 'bytes') {
      const other = value.op === 'request' ? value.fields[0]! : null;
      return (
        other === null ||
        (other.member === 'field' && (other.type.kind === 'text' || other.type.kind === 'bytes')) ||
        refuse(`\`${field.name}\` is ${field.type.kind}, this is ${kindOf(value)}`)
      );
    }
  }
  return refuse(`\`${field.name}\` is ${field.type.kind}, this is ${kindOf(value)}`);
}
