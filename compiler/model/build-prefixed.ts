import type { NamedType } from '../syntax/ast.js';
import type { Context } from './build-expression.js';
import { buildSelfDelimiting } from './build-self-delimiting.js';
import { hasOwnOrder, maxOf, refuseExtent, type TypeInput } from './build-type.js';
import type { Declarations } from './declarations.js';
import type { ExtentModel, FieldType } from './model.js';

/** Numbers that can stand before what they measure, whose width varies. */
const VARYING = ['varint', 'dec', 'hex'];

/** `pstr(u16)`, `pbytes(varint(quic))`, `pstr(dec(u16) until ":")`; null after a report. */
export function buildPrefixed(
  name: string,
  type: NamedType,
  input: TypeInput,
  cx: Context,
  declarations: Declarations,
): FieldType | null {
  const nullable = input.attrs.find((a) => a.kind === 'nullable');
  const length = buildLength(name, type, cx, declarations);
  const max = maxOf(input.attrs, cx);
  if (length === null || max === undefined) return null;
  if (nullable !== undefined && length.kind === 'varying' && !length.length.int.signed) {
    cx.report.error('PF109', nullable.span, 'a length of varying width without a sign has no null', {
      labels: [{ span: type.span, text: 'this is 0 or more' }],
      hint: `null is the length -1: \`${name}(varint(zigzag))\`, \`${name}(dec(i32) until ":")\`, or a fixed width: \`${name}(u16)\``,
    });
    return null;
  }
  const extent: ExtentModel = { ...length, max };
  return refuseExtent(
    input,
    cx,
    name === 'pstr'
      ? { kind: 'text', encoding: 'utf8', extent, nullable: nullable !== undefined }
      : { kind: 'bytes', extent, nullable: nullable !== undefined },
  );
}

type Length =
  | Omit<ExtentModel & { readonly kind: 'prefix' }, 'max'>
  | Omit<ExtentModel & { readonly kind: 'varying' }, 'max'>;

/** What the argument says of the length; null after a report. */
function buildLength(name: string, type: NamedType, cx: Context, declarations: Declarations): Length | null {
  const [arg, extra] = type.args;
  if (arg?.kind === 'call' && arg.callee.kind === 'name' && extra === undefined) {
    const { callee, args, span } = arg;
    if (VARYING.includes(callee.name)) {
      const path = [{ text: callee.name, span: callee.span }];
      const of: NamedType = { kind: 'named', path, args, extent: null, span };
      const number = { type: of, extent: type.extent, attrs: [], span };
      const built = buildSelfDelimiting(callee.name, of, number, cx, declarations);
      return built?.kind === 'int' ? { kind: 'varying', length: built } : null;
    }
  }
  const int = arg?.kind === 'name' && extra === undefined ? declarations.intType(arg.name) : null;
  if (int === null || int.bits > 32) {
    cx.report.error('PF109', type.span, `\`${name}\` takes an integer type of at most 32 bits, or a varint`, {
      hint: `write \`${name}(u16)\`, \`${name}(varint(leb128))\` or \`${name}(dec(u16) until ":")\``,
    });
    return null;
  }
  if (type.extent !== null) {
    cx.report.error('PF109', type.extent.span, 'an integer has a size of its own', {
      hint: `digits say where they end: \`${name}(dec(u16) until ":")\``,
    });
    return null;
  }
  const { name: intName } = arg as { readonly name: string };
  const chosen = int.bits > 8 && !hasOwnOrder(intName) ? cx.order : undefined;
  return chosen === undefined
    ? { kind: 'prefix', int }
    : { kind: 'prefix', int: { ...int, little: false }, order: chosen };
}
