/** What codecs are built from besides the contract itself: numbers, text and checksums in buffers. */
export * from './bytes/integers.js';
export {
  byteText,
  equalsKey,
  equalsText,
  nonAscii,
  readAscii,
  readLatin1,
  readUtf8,
  utf8Bytes,
  utf8Length,
  writeLatin1,
  writeUtf8,
} from './bytes/text.js';
export { TextCache } from './bytes/text-cache.js';
export { Marks } from './bytes/marks.js';
export { crc32, crc32c, crc32cDelta, crc32Delta } from './bytes/crc32.js';
export { crc24, crc24Delta } from './bytes/crc24.js';
export * from './bytes/crc16.js';
export { adler32, adler32Delta, adler32Plus } from './bytes/adler32.js';
export { internet, internetDelta, internetPlus, internetZero } from './bytes/internet.js';
export { sum16, sum16Delta, sum8, sum8Delta, xor8, xor8Delta } from './bytes/sums.js';
export { requireBigInteger, requireInteger, requirePresent } from './bytes/require.js';
export { idPart, joinId } from './bytes/composed-id.js';
export { putTextId, putUuidId, textId, textIdSize, uuidId } from './bytes/text-id.js';
export { requireId } from './bytes/require-id.js';
export { exactId, putRequestId64, putRequestId64le, requestId64, requestId64le } from './bytes/request-id.js';
export { Cursor } from './bytes/cursor.js';
export { changedRecord } from './bytes/changed-record.js';
export { copyBytes, frameBytes } from './bytes/copy.js';
export { f32, f32le, f64, f64le, putF32, putF32le, putF64, putF64le } from './bytes/floats.js';
export * from './bytes/varints.js';
export * from './bytes/wide-varints.js';
export * from './bytes/decimal.js';
export * from './bytes/hex.js';
export { delimiterPast, startsAt, untilEnd } from './bytes/until.js';
export { decodeWindow } from './bytes/decode-window.js';
export { requireSame } from './bytes/require-same.js';
export { Kept } from './bytes/kept.js';
export { gzip, zlib } from './bytes/zlib.js';
export type { WindowCodec } from './window-codec.js';
export { untilGoesOn } from './bytes/until-goes-on.js';
export { ended } from './bytes/ended.js';
export type {
  EntryPath,
  EntryValue,
  ExternHead,
  ExternMap,
  ExternRecord,
  ExternType,
  RecordEntries,
} from './extern.js';
export { unended } from './bytes/unended.js';
export { prefixedEnd } from './bytes/prefixed-end.js';
export { requireDelimited } from './bytes/require-delimited.js';
export { textAfter, textAfterLast, textBefore, textBeforeLast, textWord } from './bytes/text-parts.js';
export { textNumber } from './bytes/text-number.js';
export {
  beginsWith,
  endsWith,
  lowerCase,
  upperCase,
  whichInAnyCase,
  whichOf,
  whichText,
} from './bytes/which-text.js';
export {
  entriesWithSize,
  hasEntry,
  headersWithSize,
  headersWithout,
  wholeNumber,
} from './bytes/header-length.js';
export { wordEnd, wordStart } from './bytes/word-place.js';
export { headerMapOf } from './header-map-of.js';
export { memberName } from './member-name.js';
export { whenGiven } from './when-given.js';
