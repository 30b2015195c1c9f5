/**
 * What makes the bytes of a window of other bytes: `within (n) as body codec zlib max 1MiB { … }`, and what a
 * TypeScript module gives a schema that declares `extern codec`. Pure, and keeps no reference to bytes.
 */
export interface WindowCodec {
  /**
   * What the bytes [from, to) stand for, at most `max` bytes of it: it stops there, whatever the bytes announce.
   * @throws Error saying what is wrong with the bytes, or that it is more
   */
  decode(bytes: Uint8Array, from: number, to: number, max: number): Uint8Array;
  /** The bytes that stand for `plain`, the same each time. */
  encode(plain: Uint8Array): Uint8Array;
}
