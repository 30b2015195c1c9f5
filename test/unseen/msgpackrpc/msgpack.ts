import {
  EncodeError,
  type ExternType,
  readUtf8,
  u16,
  u32,
  u8,
  utf8Length,
  writeUtf8,
} from '@proto-frame/api';

// MessagePack (spec.md of msgpack/msgpack), as far as a proxy needs it: values are skipped, texts read and written.

const [NIL, NEVER_USED, STR8, STR16, STR32] = [0xc0, 0xc1, 0xd9, 0xda, 0xdb];
/** Of the types from 0xc0 on: bytes of the length behind the first byte. */
const LENGTHS = new Map([
  [0xc4, 1],
  [0xc5, 2],
  [0xc6, 4],
  [0xc7, 1],
  [0xc8, 2],
  [0xc9, 4],
  [STR8, 1],
  [STR16, 2],
  [STR32, 4],
  [0xdc, 2],
  [0xdd, 4],
  [0xde, 2],
  [0xdf, 4],
]);
/** Likewise, bytes of the value where there is no length: floats, integers, extensions of fixed size. */
const FIXED = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
  [0xd4, 2],
  [0xd5, 3],
  [0xd6, 5],
  [0xd7, 9],
  [0xd8, 17],
]);
/** Values that may be announced at once; each takes a byte at least, so that a frame's limit bounds them too. */
const MOST_VALUES = 1 << 24;

/** The length that stands behind the first byte, in so many bytes. */
function lengthAt(b: Uint8Array, at: number, bytes: number): number {
  return bytes === 1 ? u8(b, at) : bytes === 2 ? u16(b, at) : u32(b, at);
}

/** Where the value at `from` ends, as {@link ExternType.end}. A count of values to come takes the place of a stack. */
function valueEnd(b: Uint8Array, from: number, to: number): number {
  let at = from;
  for (let values = 1; values > 0; values--) {
    if (at >= to) return to - at - 1;
    const first = b[at]!;
    at++;
    if (first === NEVER_USED) return 0;
    if (first < 0x80 || first >= 0xe0) continue;
    if (first < 0x90) values += 2 * (first & 0x0f);
    else if (first < 0xa0) values += first & 0x0f;
    else if (first < 0xc0) at += first & 0x1f;
    else {
      at += FIXED.get(first) ?? 0;
      const bytes = LENGTHS.get(first) ?? 0;
      if (bytes === 0) continue;
      if (at + bytes > to) return to - at - bytes;
      const length = lengthAt(b, at, bytes);
      at += bytes;
      if (first >= 0xde) values += 2 * length;
      else if (first >= 0xdc) values += length;
      else at += length + (first >= 0xc7 && first <= 0xc9 ? 1 : 0);
    }
    if (values > MOST_VALUES) return 0;
  }
  return at > to ? to - at : at;
}

/** Any value, its bytes as they are. */
export const anyValue: ExternType<Uint8Array> = {
  end: valueEnd,
  read: (b, from, to) => b.subarray(from, to),
  size(value) {
    if (valueEnd(value, 0, value.length) !== value.length)
      throw new EncodeError('value', 'is no MessagePack');
    return value.length;
  },
  write(b, at, value) {
    b.set(value, at);
    return at + value.length;
  },
};

/** A text. */
export const textValue: ExternType<string> = {
  end(b, from, to) {
    if (from >= to) return -1;
    const first = b[from]!;
    const isText = (first >= 0xa0 && first < 0xc0) || (first >= STR8 && first <= STR32);
    return isText ? valueEnd(b, from, to) : 0;
  },
  read(b, from, to) {
    return readUtf8(b, from + 1 + (LENGTHS.get(b[from]!) ?? 0), to);
  },
  size(value) {
    const length = utf8Length(value);
    if (length > 0xffff) throw new EncodeError('text', `has ${length} bytes, the limit is 65535`);
    return length + (length < 32 ? 1 : length < 0x100 ? 2 : 3);
  },
  write(b, at, value) {
    const length = utf8Length(value);
    if (length < 32) b[at] = 0xa0 | length;
    else if (length < 0x100) b.set([STR8, length], at);
    else b.set([STR16, length >> 8, length & 0xff], at);
    return writeUtf8(b, at + textValue.size(value) - length, value);
  },
};

/** 0 where the error of a response is nil. */
export function errorState(error: Uint8Array): number {
  return error[0] === NIL ? 0 : 1;
}
