import type { Report } from '../diagnostics/diagnostic.js';
import type { Span } from '../source/source-file.js';
import { intType, rangeOf } from './integers.js';
import type { ConstantValue, Field, FieldType } from './model.js';

/**
 * A constant that stands with its length before it or its delimiter after it, as the bytes that it always is:
 * `pstr(u16) = "MQTT"` are six. Nothing for others; no constant after a report.
 */
export function constantBytes(
  type: FieldType,
  constant: ConstantValue,
  span: Span,
  report: Report,
): Partial<Pick<Field, 'type' | 'constant' | 'said'>> {
  if ((type.kind !== 'bytes' && type.kind !== 'text') || constant.kind !== 'text') return {};
  const { extent } = type;
  const isUtf8 = type.kind === 'text' && type.encoding === 'utf8';
  const content = isUtf8 ? Buffer.from(constant.value).toString('latin1') : constant.value;
  if (extent.kind === 'prefix') {
    if (BigInt(content.length) <= rangeOf(extent.int).high)
      return asBytes(lengthBytes(content.length, extent.int) + content, constant.value, span);
    report.error('PF113', span, `this has ${content.length} bytes, more than its length can say`);
  } else if (extent.kind !== 'until') return {};
  else {
    const whole = content + extent.delimiter;
    if (whole.indexOf(extent.delimiter) === content.length) return asBytes(whole, constant.value, span);
    report.error('PF113', span, 'the delimiter stands in this constant, so it would end before');
  }
  return { constant: null };
}

function asBytes(bytes: string, said: string, span: Span): Pick<Field, 'type' | 'constant' | 'said'> {
  const value = BigInt(bytes.length);
  const size = {
    op: 'int',
    value,
    type: intType({ low: value, high: value }),
    optional: false,
    span,
  } as const;
  return {
    type: { kind: 'bytes', extent: { kind: 'size', value: size, max: null }, nullable: false },
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
