import type { WindowCodec } from '../window-codec.js';

/** What is used of Node's zlib; it is asked for when the first window is looked into, so that nothing is imported. */
interface Zlib {
  inflateSync(bytes: Uint8Array, options: Options): Inflated;
  gunzipSync(bytes: Uint8Array, options: Options): Inflated;
  deflateSync(bytes: Uint8Array): Uint8Array;
  gzipSync(bytes: Uint8Array): Uint8Array;
}

interface Options {
  readonly maxOutputLength: number;
  readonly info: true;
}

interface Inflated {
  readonly buffer: Uint8Array;
  /** How many of the bytes given were taken is called bytesWritten. */
  readonly engine: { readonly bytesWritten: number };
}

/** Windows of zlib's own format (RFC 1950). */
export const zlib: WindowCodec = {
  decode: (bytes, from, to, max) => inflated(module().inflateSync, bytes, from, to, max),
  encode: (plain) => plainBytes(module().deflateSync(plain)),
};

/** Windows of gzip (RFC 1952), of one member or several. */
export const gzip: WindowCodec = {
  decode: (bytes, from, to, max) => inflated(module().gunzipSync, bytes, from, to, max),
  encode: (plain) => plainBytes(module().gzipSync(plain)),
};

function inflated(
  inflate: Zlib['inflateSync'],
  bytes: Uint8Array,
  from: number,
  to: number,
  max: number,
): Uint8Array {
  const { buffer, engine } = inflate(bytes.subarray(from, to), { maxOutputLength: max, info: true });
  if (engine.bytesWritten !== to - from) throw new Error('bytes are left over behind its end');
  return plainBytes(buffer);
}

/** Without the methods of a Buffer, which copy where these don't. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

let loaded: Zlib | null = null;

function module(): Zlib {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  loaded ??= (process?.getBuiltinModule?.('node:zlib') ?? null) as Zlib | null;
  if (loaded === null) throw new Error('zlib needs Node 20.16 or newer');
  return loaded;
}
