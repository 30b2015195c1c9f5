/** What codecs are built from besides the contract itself: numbers, text and checksums in buffers. */
export * from './bytes/integers.js';
export {
  equalsText,
  fitsBelow,
  nonAscii,
  readLatin1,
  readUtf8,
  utf8Length,
  writeLatin1,
  writeUtf8,
} from './bytes/text.js';
export { TextCache } from './bytes/text-cache.js';
export { crc32, crc32c, crc32cDelta, crc32Delta } from './bytes/crc32.js';
