import { merge } from './merge-ranges.js';
import type { Expression } from './expression.js';
import type { Field, IntType, MatchByte } from './model.js';

/** What is asked of the first bytes: a text or bytes of the frame, whatever the case of its letters. */
export interface Asked {
  readonly field: Field;
  readonly inAnyCase: boolean;
}

/**
 * The text or bytes that words are compared with; null where that is something else, or in several arms. A length of
 * varying width, or in the order of the frame, may say the same in other bytes.
 */
export function askedWhole(of: Expression): Asked | null {
  if (of.op === 'cased') {
    const inner = askedWhole(of.of);
    return inner && { ...inner, inAnyCase: true };
  }
  const field = of.op === 'field' && of.fields.length === 1 ? of.fields[0]! : null;
  const isText = field?.member === 'field' && (field.type.kind === 'text' || field.type.kind === 'bytes');
  const { extent } = isText ? field.type : { extent: null };
  const isVarying = extent?.kind === 'varying' || (extent?.kind === 'prefix' && extent.order !== undefined);
  return isText && !isVarying ? { field, inAnyCase: false } : null;
}

/** The bytes under which a field at an offset is a word: its length before it, or its delimiter behind it, included. */
export function wordBytes({ field, inAnyCase }: Asked, word: string, offset: number): MatchByte[] {
  const { extent } = field.type as Field['type'] & { kind: 'text' };
  const size = sizeOf(field, word);
  const length = extent.kind === 'prefix' ? bytesOf(extent.int, size) : [];
  const after = extent.kind === 'until' ? [...extent.delimiter].map((c) => c.charCodeAt(0)) : [];
  return [
    ...length.map((byte, i) => only(offset + i, byte)),
    ...startBytes({ field, inAnyCase }, word, offset),
    ...after.map((byte, i) => only(offset + length.length + size + i, byte)),
  ];
}

/** The bytes under which a field at an offset begins with a text. */
export function startBytes({ field, inAnyCase }: Asked, text: string, offset: number): MatchByte[] {
  const { extent } = field.type as Field['type'] & { kind: 'text' };
  const start = offset + (extent.kind === 'prefix' ? extent.int.bits / 8 : 0);
  return [...encoded(field, text)].map((byte, i) => {
    const char = String.fromCharCode(byte);
    const cases = inAnyCase && byte < 0x80 ? [char.toLowerCase(), char.toUpperCase()] : [char];
    return { offset: start + i, allowed: merge([...new Set(cases.map((c) => c.charCodeAt(0)))]) };
  });
}

/** What one of several beginnings has: of each byte that all say something of, all that they allow. */
export function eitherOf(beginnings: readonly (readonly MatchByte[])[]): MatchByte[] {
  const [first, ...others] = beginnings;
  return (first ?? []).flatMap(({ offset, allowed }) => {
    const same = others.map((bytes) => bytes.find((b) => b.offset === offset));
    if (same.includes(undefined)) return [];
    const all = [...allowed, ...same.flatMap((b) => b!.allowed)];
    const values = all.flatMap(({ low, high }) => Array.from({ length: high - low + 1 }, (_, i) => low + i));
    return [{ offset, allowed: merge([...new Set(values)]) }];
  });
}

function encoded({ type }: Field, text: string): Uint8Array {
  return Buffer.from(text, type.kind === 'text' && type.encoding === 'utf8' ? 'utf8' : 'latin1');
}

function sizeOf(field: Field, word: string): number {
  return encoded(field, word).length;
}

function bytesOf(int: IntType, value: number): number[] {
  const bytes = Array.from({ length: int.bits / 8 }, (_, i) => Math.floor(value / 256 ** i) % 256);
  return int.little ? bytes : bytes.reverse();
}

function only(offset: number, byte: number): MatchByte {
  return { offset, allowed: [{ low: byte, high: byte }] };
}
