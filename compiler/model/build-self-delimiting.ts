import type { Extent, NamedType } from '../syntax/ast.js';
import type { Context } from './build-expression.js';
import { maxOf, refuseExtent, type TypeInput } from './build-type.js';
import { constantOf } from './constants.js';
import type { Declarations } from './declarations.js';
import type { FieldType, IntType, VarintEncoding } from './model.js';
import { suggestHint } from './suggest-hint.js';

const NAMES = ['varint', 'dec', 'hex', 'cstr'];
const VARINTS: readonly VarintEncoding[] = ['leb128', 'zigzag', 'mqtt', 'vlq', 'quic', 'ber'];

/** Numbers of varying width are held to what a JavaScript number has exactly. */
const UNSIGNED: IntType = { bits: 53, signed: false, little: false };
const SIGNED: IntType = { bits: 54, signed: true, little: false };

/** Digits of a number with a fixed width: more could not be read exactly. */
const MOST_DIGITS = { 10: 15, 16: 13 } as const;

export function isSelfDelimitingName(name: string): boolean {
  return NAMES.includes(name);
}

/** `varint(leb128)`, `dec(u32) until "\r\n"`, `hex(u16) size 4`, `cstr`; null after a report. */
export function buildSelfDelimiting(
  name: string,
  type: NamedType,
  input: TypeInput,
  cx: Context,
  declarations: Declarations,
): FieldType | null {
  const { report } = cx;
  if (name === 'cstr') {
    const max = maxOf(input.attrs, cx);
    if (max === undefined) return null;
    if (type.args.length > 0) {
      report.error('PF109', type.span, '`cstr` takes nothing in parentheses', { hint: 'write `cstr`' });
      return null;
    }
    return refuseExtent(input, cx, {
      kind: 'text',
      encoding: 'utf8',
      extent: { kind: 'until', delimiter: '\0', max },
      nullable: false,
    });
  }
  const [arg, extra] = type.args;
  const of = arg?.kind === 'name' && extra === undefined ? arg.name : null;
  if (name === 'varint') {
    const encoding = VARINTS.find((v) => v === of);
    if (encoding === undefined) {
      report.error('PF109', type.span, '`varint` takes the name of an encoding', {
        hint:
          (of === null ? undefined : suggestHint(of, VARINTS).hint) ??
          `it is one of ${VARINTS.map((v) => `\`${v}\``).join(', ')}`,
      });
      return null;
    }
    const int =
      encoding === 'mqtt'
        ? { ...UNSIGNED, bits: 28 }
        : encoding === 'zigzag'
          ? { ...SIGNED, bits: 53 }
          : UNSIGNED;
    return refuseExtent(input, cx, {
      kind: 'int',
      int,
      form: { kind: 'varint', encoding },
      enum: null,
      bool: false,
    });
  }
  const base = name === 'dec' ? 10 : 16;
  const named = of === null ? null : declarations.intType(of);
  if (named === null || (base === 16 && named.signed)) {
    const wanted = base === 10 ? 'an integer type' : 'an unsigned integer type';
    report.error('PF109', type.span, `\`${name}\` takes ${wanted}`, { hint: `write \`${name}(u32)\`` });
    return null;
  }
  const int = named.bits <= 48 ? { ...named, little: false } : named.signed ? SIGNED : UNSIGNED;
  const { extent } = input;
  if (extent?.kind === 'until') {
    const delimiter = delimiterOf(extent, cx);
    if (delimiter === null) return null;
    if (/^[-+0-9a-fA-F]/.test(delimiter)) {
      report.error('PF113', extent.span, 'the delimiter begins with what could be a digit of the number');
      return null;
    }
    return {
      kind: 'int',
      int,
      form: { kind: 'digits', base, extent: { kind: 'until', delimiter } },
      enum: null,
      bool: false,
    };
  }
  if (extent?.kind === 'size') {
    const size = constantOf(extent.value!, cx.scope, report);
    if (size === null) return null;
    if (size.kind !== 'int' || size.value < 1n || size.value > BigInt(MOST_DIGITS[base]) || int.signed) {
      report.error(
        'PF113',
        extent.span,
        int.signed
          ? 'a fixed number of digits leaves no room for a sign'
          : `a number has 1 to ${MOST_DIGITS[base]} digits`,
        int.signed ? { hint: `write \`${name}(u32)\`` } : {},
      );
      return null;
    }
    // As many digits as there are bound the number as well.
    const digits = Number(size.value);
    return {
      kind: 'int',
      int,
      form: { kind: 'digits', base, extent: { kind: 'size', digits } },
      enum: null,
      bool: false,
    };
  }
  report.error('PF103', input.span, 'nothing says where these digits end', {
    hint: 'add `until "\\r\\n"`, or `size n` with their number',
  });
  return null;
}

/** The bytes of a delimiter, 1 to 8 of them, as a latin1 text; null after a report. */
export function delimiterOf(extent: Extent, cx: Context): string | null {
  const value = constantOf(extent.value!, cx.scope, cx.report);
  if (value === null) return null;
  const text = value.kind === 'text' ? value.value : '';
  if (text.length >= 1 && text.length <= 8 && [...text].every((c) => c.charCodeAt(0) < 256)) return text;
  cx.report.error('PF113', extent.value!.span, 'a delimiter is a text of 1 to 8 bytes', {
    hint: 'such as `until "\\r\\n"`',
  });
  return null;
}
