/** What codecs are built from besides the contract itself: numbers, text and checksums in buffers. */
export * from './bytes/integers.js';
export {
  byteText,
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
export { crc32, crc32c, crc32cDelta, crc32Delta } from './bytes/crc32.js';
export { requireBigInteger, requireInteger, requirePresent } from './bytes/require.js';
export { requestId64, requestId64le } from './bytes/request-id.js';
export { Cursor } from './bytes/cursor.js';
export { copyBytes, frameBytes } from './bytes/copy.js';
