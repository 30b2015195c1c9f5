/**
 * Received bytes that are not a frame of the protocol. The only thing a codec throws while reading.
 * The runtime closes the connection that sent them, and only that one.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  /**
   * @param code stable and short, for metrics: `constant`, `enum`, `range`, `window`, `checksum`, `assert`, `text`, `limit`
   * @param field the path of the field, such as `Bolt.headers`
   * @param offset of the field in the frame, in bytes
   * @param detail what was found and what was expected
   * @param schema where the schema says so: `bolt.proto-frame:23:5`, or empty for a hand-written codec
   */
  constructor(
    readonly code: DecodeErrorCode,
    readonly field: string,
    readonly offset: number,
    readonly detail: string,
    readonly schema = '',
  ) {
    super(`${field} at byte ${offset}: ${detail}${schema === '' ? '' : ` (${schema})`}`);
  }
}

export type DecodeErrorCode =
  'constant' | 'enum' | 'variant' | 'range' | 'window' | 'checksum' | 'assert' | 'text' | 'limit';

/** A value that the wire can't carry: too long for its length field, out of range. Nothing was written. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';

  /**
   * @param field the path of the field, such as `Bolt.header_len`
   * @param detail the value, and the range it has to be in
   */
  constructor(
    readonly field: string,
    readonly detail: string,
  ) {
    super(`${field}: ${detail}`);
  }
}
