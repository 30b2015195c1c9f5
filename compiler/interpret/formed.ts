import type { FieldType, IntForm } from '../model/model.js';

type Int = FieldType & { readonly kind: 'int' };

/** A number read where it lies; `need`: so many bytes more; `bad`: why it is none. */
export type Formed =
  { readonly value: bigint; readonly next: number } | { readonly need: number } | { readonly bad: string };

/** The most groups of seven bits, and the most digits, that are read. */
const MOST_GROUPS = 8;
const MOST_DIGITS = 20;

/** A varint or digits at bytes[at, end). */
export function readFormed(type: Int, bytes: Uint8Array, at: number, end: number): Formed {
  const { form } = type;
  const formed = form.kind === 'varint' ? readVarint(form, bytes, at, end) : readDigits(form, bytes, at, end);
  if ('value' in formed && (formed.value > MOST || formed.value < -MOST))
    return { bad: 'is a number of more than 53 bits' };
  return formed;
}

const MOST = (1n << 53n) - 1n;

function readVarint(form: IntForm & { kind: 'varint' }, bytes: Uint8Array, at: number, end: number): Formed {
  if (form.encoding === 'quic') {
    if (at >= end) return { need: 1 };
    const size = 1 << (bytes[at]! >> 6);
    if (at + size > end) return { need: at + size - end };
    let value = BigInt(bytes[at]! & 0x3f);
    for (let i = 1; i < size; i++) value = (value << 8n) | BigInt(bytes[at + i]!);
    return { value, next: at + size };
  }
  if (form.encoding === 'ber') {
    if (at >= end) return { need: 1 };
    const first = bytes[at]!;
    if (first < 0x80) return { value: BigInt(first), next: at + 1 };
    const next = at + 1 + (first & 0x7f);
    if (next === at + 1 || next > at + 8) return { bad: 'is no length of 53 bits' };
    if (next > end) return { need: next - end };
    const digits = Buffer.from(bytes.subarray(at + 1, next)).toString('hex');
    return { value: BigInt(`0x${digits}`), next };
  }
  const groups: bigint[] = [];
  const most = form.encoding === 'mqtt' ? 4 : MOST_GROUPS;
  for (let i = at; ; i++) {
    if (i >= end) return { need: 1 };
    groups.push(BigInt(bytes[i]! & 0x7f));
    if (bytes[i]! < 0x80) break;
    if (groups.length === most) return { bad: `goes on after ${most} bytes` };
  }
  const next = at + groups.length;
  if (form.encoding !== 'vlq') groups.reverse();
  const value = groups.reduce((sum, group) => (sum << 7n) | group, 0n);
  if (form.encoding !== 'zigzag') return { value, next };
  return { value: (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n, next };
}

function readDigits(form: IntForm, bytes: Uint8Array, at: number, end: number): Formed {
  if (form.kind !== 'digits') throw new Error('a number of fixed width is read by its width');
  const { base, extent } = form;
  const isDigit = (byte: number): boolean =>
    (base === 10 ? /[0-9]/ : /[0-9a-fA-F]/).test(String.fromCharCode(byte));
  const numberOf = (text: string): bigint => BigInt(base === 16 ? `0x${text}` : text);
  const latin1 = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (extent.kind === 'size') {
    for (let i = at; i < Math.min(end, at + extent.digits); i++)
      if (!isDigit(bytes[i]!)) return { bad: `has to be ${extent.digits} digits` };
    const next = at + extent.digits;
    return next > end ? { need: next - end } : { value: numberOf(latin1(at, next)), next };
  }
  let i = at;
  const sign =
    base === 10 && (bytes[at] === 0x2d || bytes[at] === 0x2b) && at < end ? latin1(at, at + 1) : '';
  i += sign.length;
  const first = i;
  while (i < end && isDigit(bytes[i]!)) i++;
  if (i - first > MOST_DIGITS) return { bad: `has over ${MOST_DIGITS} digits` };
  if (i === first) return i < end ? { bad: 'begins with no digit' } : { need: 1 + extent.delimiter.length };
  const wanted = extent.delimiter;
  const found = latin1(i, Math.min(end, i + wanted.length));
  if (!wanted.startsWith(found)) return { bad: `has to end with ${JSON.stringify(wanted)}` };
  if (found.length < wanted.length) return { need: wanted.length - found.length };
  const value = numberOf(latin1(first, i));
  return { value: sign === '-' ? -value : value, next: i + wanted.length };
}
