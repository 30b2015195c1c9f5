import {
  EncodeError,
  put24,
  put32,
  put8,
  readUtf8,
  u24,
  u32,
  u8,
  utf8Length,
  writeUtf8,
} from '@proto-frame/api';

// Attribute-value pairs of Diameter (RFC 6733, 4.1): a code, flags, a length without padding, a vendor where a flag
// says so, the value, and zeros up to a multiple of four.

const HEAD = 8;
/** Flag bits: an AVP of a vendor, and one that has to be understood. */
const [VENDOR, MANDATORY] = [0x80, 0x40];
const [SESSION_ID, RESULT_CODE, ERROR_MESSAGE, EXPERIMENTAL_RESULT, EXPERIMENTAL_RESULT_CODE] = [
  263, 268, 281, 297, 298,
];
/** What an answer without a result is taken for: DIAMETER_UNABLE_TO_COMPLY. */
const UNABLE_TO_COMPLY = 5012;

/** Where the first AVP of a code that belongs to no vendor starts, in [from, to); -1 if there is none that is whole. */
function find(b: Uint8Array, from: number, to: number, code: number): number {
  for (let at = from; at + HEAD <= to;) {
    const length = u24(b, at + 5);
    if (length < HEAD || at + length > to) return -1;
    if (u32(b, at) === code && (u8(b, at + 4) & VENDOR) === 0) return at;
    at += length + ((4 - (length % 4)) % 4);
  }
  return -1;
}

/** The value of a UTF8String or DiameterIdentity; empty if there is none. */
export function avpText(avps: Uint8Array, code: number): string {
  const at = find(avps, 0, avps.length, code);
  return at < 0 ? '' : readUtf8(avps, at + HEAD, at + u24(avps, at + 5));
}

/** The Result-Code, or the code of the Experimental-Result. */
export function resultCode(avps: Uint8Array): number {
  const at = find(avps, 0, avps.length, RESULT_CODE);
  if (at >= 0 && u24(avps, at + 5) === HEAD + 4) return u32(avps, at + HEAD);
  const group = find(avps, 0, avps.length, EXPERIMENTAL_RESULT);
  const inner =
    group < 0 ? -1 : find(avps, group + HEAD, group + u24(avps, group + 5), EXPERIMENTAL_RESULT_CODE);
  return inner < 0 || u24(avps, inner + 5) !== HEAD + 4 ? UNABLE_TO_COMPLY : u32(avps, inner + HEAD);
}

/** The AVPs of an answer that failed (7.2): the session of the request, a Result-Code and an Error-Message. */
export function errorAvps(request: Uint8Array, code: number, reason: string): Uint8Array {
  const session = find(request, 0, request.length, SESSION_ID);
  const kept =
    session < 0 ? new Uint8Array(0) : request.subarray(session, session + padded(u24(request, session + 5)));
  const length = HEAD + utf8Length(reason);
  if (length > 0xffff) throw new EncodeError('Error-Message', `has ${length} bytes`);
  const b = new Uint8Array(kept.length + HEAD + 4 + padded(length));
  b.set(kept);
  const result = putHead(b, kept.length, RESULT_CODE, MANDATORY, HEAD + 4);
  put32(b, result, code);
  writeUtf8(b, putHead(b, result + 4, ERROR_MESSAGE, 0, length), reason);
  return b;
}

function padded(length: number): number {
  return length + ((4 - (length % 4)) % 4);
}

function putHead(b: Uint8Array, at: number, code: number, flags: number, length: number): number {
  put32(b, at, code);
  put8(b, at + 4, flags);
  put24(b, at + 5, length);
  return at + HEAD;
}
