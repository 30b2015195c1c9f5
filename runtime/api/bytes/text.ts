import { DecodeError, EncodeError } from '../errors.js';

/**
 * Text in received buffers. The contract has no Node types; where the host has Node's Buffer its native
 * slicing is used, elsewhere TextDecoder.
 */
type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, text: string, at: number, length: number) => number;
interface Host {
  readonly Buffer?: {
    readonly byteLength: (text: string) => number;
    readonly prototype: {
      readonly latin1Slice?: Slice;
      readonly utf8Slice?: Slice;
      readonly latin1Write?: Write;
      readonly utf8Write?: Write;
    };
  };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean },
  ) => { decode(bytes: Uint8Array): string };
  readonly TextEncoder: new () => {
    encode(text: string): Uint8Array;
    encodeInto(text: string, into: Uint8Array): { read: number; written: number };
  };
}
const host = globalThis as unknown as Host;
const latin1Slice: Slice =
  host.Buffer?.prototype.latin1Slice ??
  function (start, end) {
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(this[i]!);
    return text;
  };
const lenient = new host.TextDecoder('utf-8', { fatal: false });
const utf8Slice: Slice =
  host.Buffer?.prototype.utf8Slice ??
  function (start, end) {
    return lenient.decode(this.subarray(start, end));
  };
const encoder = new host.TextEncoder();
const byteLength = host.Buffer?.byteLength;
const latin1Write = host.Buffer?.prototype.latin1Write;
const utf8Write = host.Buffer?.prototype.utf8Write;
/** From so many characters on a native call costs less than a loop over them: measured on Node 20. */
const WORTH_MEASURING = 8;
const WORTH_WRITING = 24;

/** How bytes[start, end) become a text. */
export type ReadText = (bytes: Uint8Array, start: number, end: number) => string;

/** bytes[start, end) as UTF-8; invalid sequences become U+FFFD. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  return end > start ? utf8Slice.call(bytes, start, end) : '';
}

/** bytes[start, end), each byte one character U+0000 to U+00FF. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  return end > start ? latin1Slice.call(bytes, start, end) : '';
}

/** How many bytes `text` takes as UTF-8; a lone surrogate takes three, as U+FFFD. */
export function utf8Length(text: string): number {
  let length = text.length;
  if (length >= WORTH_MEASURING && byteLength !== undefined) return byteLength(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length += 2;
      i += 1;
    } else length += 2;
  }
  return length;
}

/** Writes `text` as UTF-8 at `at` and returns where it ends; the caller has made room for utf8Length(text). */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const length = text.length;
  if (length >= WORTH_WRITING && utf8Write !== undefined) {
    return at + utf8Write.call(bytes, text, at, bytes.length - at);
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return at + i + encoder.encodeInto(text.slice(i), bytes.subarray(at + i)).written;
    bytes[at + i] = unit;
  }
  return at + length;
}

/** Writes `text`, one byte a character (the caller has checked that all are below U+0100), and returns where it ends. */
export function writeLatin1(bytes: Uint8Array, at: number, text: string): number {
  const length = text.length;
  if (length >= WORTH_WRITING && latin1Write !== undefined) {
    return at + latin1Write.call(bytes, text, at, length);
  }
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + length;
}

/**
 * `text` again, if every character of it fits one byte below `limit`: 128 for ASCII, 256 for Latin-1.
 * @throws EncodeError
 */
export function byteText(field: string, text: string, limit: number): string {
  // As many bytes as characters: all of it is ASCII.
  if (utf8Length(text) === text.length) return text;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= limit) {
      throw new EncodeError(
        field,
        `character ${i} is U+${text.charCodeAt(i).toString(16).toUpperCase().padStart(4, '0')}, over U+00${(limit - 1).toString(16).toUpperCase()}`,
      );
    }
  }
  return text;
}

/**
 * Whether bytes[start, end) are exactly the UTF-8 of `text`. Nothing is allocated for ASCII.
 * @param read how they become a text where one of them is not ASCII: `readLatin1` for texts that are
 */
export function equalsText(
  bytes: Uint8Array,
  start: number,
  end: number,
  text: string,
  read: ReadText = readUtf8,
): boolean {
  const length = text.length;
  if (end - start < length) return false;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return read(bytes, start, end) === text;
    if (bytes[start + i] !== unit) return false;
  }
  return end - start === length;
}

/**
 * Whether bytes[start, end) are the UTF-8 of a text that differs from `text` in case at most, as {@link HeaderMap} has it.
 * @param read as in {@link equalsText}
 */
export function equalsKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  text: string,
  read: ReadText = readUtf8,
): boolean {
  const length = text.length;
  for (let i = 0; i < length && start + i < end; i++) {
    const unit = text.charCodeAt(i);
    const byte = bytes[start + i]!;
    if (unit >= 0x80 || byte >= 0x80) return read(bytes, start, end).toLowerCase() === text.toLowerCase();
    if (byte !== unit && lower(byte) !== lower(unit)) return false;
  }
  return end - start === length;
}

/** A letter from A to Z in lower case; others as they are. */
export function lower(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
}

/**
 * bytes[start, end) as ASCII.
 * @param field and `schema` name the field in the error; `frame` is where its frame starts
 * @throws DecodeError if a byte is not ASCII
 */
export function readAscii(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: string,
  frame: number,
  schema: string,
): string {
  const wrong = nonAscii(bytes, start, end);
  if (wrong >= 0) {
    throw new DecodeError(
      'text',
      field,
      wrong - frame,
      `byte 0x${bytes[wrong]!.toString(16)} is not ASCII`,
      schema,
    );
  }
  return readLatin1(bytes, start, end);
}

/** The first index at which bytes[start, end) is no longer ASCII, or -1. */
export function nonAscii(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) if (bytes[i]! >= 0x80) return i;
  return -1;
}

/** `text` as UTF-8 in bytes of its own. */
export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text);
}
