import {
  i16,
  i32,
  leb128,
  leb128End,
  leb128Size,
  put16,
  put32,
  put8,
  putLeb128,
  u8,
  utf8Length,
  writeUtf8,
  zigzag,
  zigzagEnd,
} from '@proto-frame/api';

// A TApplicationException is a struct of two fields: 1, a string, says what went wrong, 2, an i32, of which type it is.

const TEXT = 1;
const TYPE = 2;
/** Field types of the binary and of the compact protocol. */
const [STOP, I32, STRING] = [0, 8, 11];
const [COMPACT_I32, COMPACT_STRING] = [5, 8];
/** What stands for any type that is not said. */
const UNKNOWN = 0;

/** The type in a TApplicationException of the binary protocol, wherever it stands; 0 (unknown) without one. */
export function exceptionType(fields: Uint8Array): number {
  // The two fields come in any order; behind any other this looks no further.
  for (let at = 0; at + 7 <= fields.length && u8(fields, at) !== STOP;) {
    const [type, id, value] = [u8(fields, at), i16(fields, at + 1), i32(fields, at + 3)];
    if (type === I32 && id === TYPE) return Math.max(UNKNOWN, value);
    if (type === I32) at += 7;
    else if (type === STRING && value >= 0) at += 7 + value;
    else break;
  }
  return UNKNOWN;
}

/** A TApplicationException of the binary protocol. */
export function applicationException(text: string, type: number): Uint8Array {
  const b = new Uint8Array(7 + utf8Length(text) + 8);
  put8(b, 0, STRING);
  put16(b, 1, TEXT);
  const end = writeUtf8(b, 7, text);
  put32(b, 3, end - 7);
  put8(b, end, I32);
  put16(b, end + 1, TYPE);
  put32(b, end + 3, type);
  put8(b, end + 7, STOP);
  return b;
}

/** As exceptionType, of the compact protocol. */
export function compactExceptionType(fields: Uint8Array): number {
  const to = fields.length;
  for (let at = 0, id = 0; at < to && u8(fields, at) !== STOP;) {
    const [type, delta] = [u8(fields, at) & 15, u8(fields, at) >> 4];
    const value = delta > 0 ? at + 1 : zigzagEnd(fields, at + 1, to);
    if (value <= 0 || value >= to) break;
    id = delta > 0 ? id + delta : zigzag(fields, at + 1);
    // A number and a length both are varints.
    const end = leb128End(fields, value, to);
    if (end <= 0) break;
    if (type === COMPACT_I32 && id === TYPE) return Math.max(UNKNOWN, zigzag(fields, value));
    if (type === COMPACT_I32) at = end;
    else if (type === COMPACT_STRING) at = end + leb128(fields, value);
    else break;
  }
  return UNKNOWN;
}

/** A TApplicationException of the compact protocol. */
export function compactApplicationException(text: string, type: number): Uint8Array {
  const length = utf8Length(text);
  const size = leb128Size(length);
  const b = new Uint8Array(1 + size + length + 1 + leb128Size(type * 2) + 1);
  put8(b, 0, (TEXT << 4) | COMPACT_STRING);
  const end = writeUtf8(b, putLeb128(b, 1, length), text);
  put8(b, end, ((TYPE - TEXT) << 4) | COMPACT_I32);
  put8(b, putLeb128(b, end + 1, type * 2), STOP);
  return b;
}

/** What THeader says of a message within: the compact protocol, or the binary one. */
const COMPACT = 2;

/** As exceptionType, of the protocol that THeader names. */
export function framedExceptionType(protocol: number, fields: Uint8Array): number {
  return protocol === COMPACT ? compactExceptionType(fields) : exceptionType(fields);
}

/** A TApplicationException of the protocol that THeader names. */
export function framedApplicationException(protocol: number, text: string, type: number): Uint8Array {
  return protocol === COMPACT ? compactApplicationException(text, type) : applicationException(text, type);
}
