import { DecodeError } from '../errors.js';
import type { WindowCodec } from '../window-codec.js';

/**
 * What the window b[from, to) of the frame at `at` stands for.
 *
 * @param max the most bytes it may stand for
 * @throws DecodeError with code `limit` for more, with `window` for bytes that the codec can't decode
 */
export function decodeWindow(
  codec: WindowCodec,
  b: Uint8Array,
  at: number,
  from: number,
  to: number,
  max: number,
  path: string,
  schema: string,
): Uint8Array {
  let plain: Uint8Array;
  try {
    plain = codec.decode(b, from, to, max);
  } catch (error) {
    if (isTooLarge(error)) throw tooLarge(path, from - at, max, schema);
    const reason = error instanceof Error ? error.message : String(error);
    throw new DecodeError('window', path, from - at, `can't be decoded: ${reason}`, schema);
  }
  if (plain.length > max) throw tooLarge(path, from - at, max, schema);
  return plain;
}

function isTooLarge(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(path: string, offset: number, max: number, schema: string): DecodeError {
  return new DecodeError('limit', path, offset, `holds more than ${max} bytes`, schema);
}
