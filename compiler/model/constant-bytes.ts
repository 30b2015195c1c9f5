import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import { formedBytes } from './formed-bytes.js';
import { formRange, intType, rangeOf } from './integers.js';
import type { ConstantValue, ExtentModel, Field, FieldType, SaidFloat } from './model.js';

/**
 * A constant that is a float, or stands with its length before it or its delimiter after it, as the bytes that it
 * always is: `pstr(u16) = "MQTT"` are six. Nothing for others; no constant after a report.
 */
export function constantBytes(
  type: FieldType,
  constant: ConstantValue,
  span: Span,
  report: Report,
): Partial<Pick<Field, 'type' | 'constant' | 'said'>> {
  if (type.kind === 'float' && constant.kind === 'float')
    return floatBytes(type, constant.value, span, report);
  if ((type.kind !== 'bytes' && type.kind !== 'text') || constant.kind !== 'text') return {};
  const { extent } = type;
  const content = contentOf(type, constant.value);
  if (extent.kind === 'prefix') {
    if (extent.order !== undefined) {
      report.error(
        'PF199',
        span,
        'a constant with its length in a byte order that is chosen is not built yet',
        {
          labels: [{ span: extent.order.span, text: 'it is chosen by this' }],
          hint: 'write the length as a number of its own before it: `n : u16 = 4; word : bytes size 4 = "MQTT";`',
        },
      );
      return { constant: null };
    }
    if (BigInt(content.length) <= rangeOf(extent.int).high)
      return asBytes(lengthBytes(content.length, extent.int) + content, constant.value, span);
    report.error('PF113', span, `this has ${content.length} bytes, more than its length can say`);
  } else if (extent.kind === 'varying') {
    const { length } = extent;
    const bytes =
      BigInt(content.length) > formRange(length).high ? null : formedBytes(length, BigInt(content.length));
    if (bytes !== null) return asBytes(Buffer.from(bytes).toString('latin1') + content, constant.value, span);
    report.error('PF113', span, `this has ${content.length} bytes, more than its length can say`);
  } else if (extent.kind !== 'until') return {};
  else {
    const whole = content + extent.delimiter;
    if (whole.indexOf(extent.delimiter) === content.length) return asBytes(whole, constant.value, span);
    report.error('PF113', span, 'the delimiter stands in this constant, so it would end before');
  }
  return { constant: null };
}

/** The bytes of a text, a character each. */
export function contentOf(type: FieldType & { readonly kind: 'bytes' | 'text' }, text: string): string {
  const isUtf8 = type.kind === 'text' && type.encoding === 'utf8';
  return isUtf8 ? Buffer.from(text).toString('latin1') : text;
}

/** An extent of as many bytes. */
export function sizeExtent(bytes: number, span: Span): ExtentModel {
  const value = BigInt(bytes);
  const type = intType({ low: value, high: value });
  return { kind: 'size', value: { op: 'int', value, type, optional: false, span }, max: null };
}

function floatBytes(
  { bits, little, order }: FieldType & { readonly kind: 'float' },
  value: number,
  span: Span,
  report: Report,
): Partial<Pick<Field, 'type' | 'constant' | 'said'>> {
  if (order !== undefined) {
    report.error('PF199', span, 'a constant float in a byte order that is chosen is not built yet', {
      labels: [{ span: order.span, text: 'it is chosen by this' }],
      hint: `say its own: \`f${bits}be\`, \`f${bits}le\``,
    });
    return { constant: null };
  }
  const bytes = Buffer.alloc(bits / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bits === 32) view.setFloat32(0, value, little);
  else view.setFloat64(0, value, little);
  return asBytes(
    bytes.toString('latin1'),
    { value: bits === 32 ? Math.fround(value) : value, bits, little },
    span,
  );
}

function asBytes(
  bytes: string,
  said: string | SaidFloat,
  span: Span,
): Pick<Field, 'type' | 'constant' | 'said'> {
  return {
    type: { kind: 'bytes', extent: sizeExtent(bytes.length, span), nullable: false },
    constant: { kind: 'text', value: bytes },
    said,
  };
}

/** A length as its bytes, a character each. */
function lengthBytes(
  length: number,
  { bits, little }: { readonly bits: number; readonly little: boolean },
): string {
  const bytes = Array.from({ length: bits / 8 }, (_, i) => Math.floor(length / 256 ** i) % 256);
  return String.fromCharCode(...(little ? bytes : bytes.reverse()));
}
