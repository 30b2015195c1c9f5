import type { FieldType, IntForm, VarintEncoding } from './model.js';

/** What is read and written as a number. */
const MOST = (1n << 53n) - 1n;

/** A number's bytes in a form that is not fixed; null if it does not fit. */
export function formedBytes(type: FieldType & { readonly kind: 'int' }, value: bigint): Uint8Array | null {
  const { form } = type;
  if (form.kind === 'varint') return varintBytes(form, value);
  if (form.kind !== 'digits') throw new Error('a number of fixed width is written by its width');
  const text = value.toString(form.base);
  if (form.extent.kind === 'until') return Buffer.from(text + form.extent.delimiter, 'latin1');
  return text.length > form.extent.digits || value < 0n
    ? null
    : Buffer.from(text.padStart(form.extent.digits, '0'), 'latin1');
}

/** A number in the bytes that its width says, with groups or bytes of zeros. */
function widened(encoding: VarintEncoding, raw: bigint, width: number): Uint8Array {
  if (encoding === 'ber' && width === 1) return Uint8Array.of(Number(raw));
  if (encoding === 'ber' || encoding === 'quic') {
    const bytes = Buffer.from(raw.toString(16).padStart(2 * width, '0'), 'hex');
    bytes[0]! |= encoding === 'ber' ? 0x80 | (width - 1) : Math.log2(width) << 6;
    return Uint8Array.from(bytes);
  }
  const groups = Array.from({ length: width }, (_, i) => Number((raw >> BigInt(7 * i)) & 0x7fn));
  if (encoding === 'vlq') groups.reverse();
  return Uint8Array.from(groups, (group, i) => (i === width - 1 ? group : group | 0x80));
}

function varintBytes(form: IntForm & { kind: 'varint' }, value: bigint): Uint8Array | null {
  let rest = form.encoding !== 'zigzag' ? value : value < 0n ? -2n * value - 1n : 2n * value;
  if (rest < 0n || rest > MOST) return null;
  if (form.width !== undefined) return widened(form.encoding, rest, form.width);
  if (form.encoding === 'quic') {
    const size = rest < 1n << 6n ? 1 : rest < 1n << 14n ? 2 : rest < 1n << 30n ? 4 : 8;
    rest |= BigInt(Math.log2(size)) << BigInt(8 * size - 2);
    return Uint8Array.from({ length: size }, (_, i) => Number((rest >> BigInt(8 * (size - 1 - i))) & 0xffn));
  }
  if (form.encoding === 'ber' && rest < 0x80n) return Uint8Array.of(Number(rest));
  if (form.encoding === 'ber') {
    const digits = rest.toString(16);
    const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
    return Uint8Array.of(0x80 + bytes.length, ...bytes);
  }
  const groups: number[] = [];
  do {
    groups.push(Number(rest & 0x7fn));
    rest >>= 7n;
  } while (rest > 0n);
  if (form.encoding === 'mqtt' && groups.length > 4) return null;
  if (form.encoding === 'vlq') groups.reverse();
  return Uint8Array.from(groups, (group, i) => (i === groups.length - 1 ? group : group | 0x80));
}
