import type { RequestId } from '../x-protocol.js';
import { u32, u32le } from './integers.js';

/** A 64-bit request id: a number where a number is exact, else a bigint. */
export function requestId64(b: Uint8Array, at: number): RequestId {
  return join(u32(b, at), u32(b, at + 4));
}

/** As {@link requestId64}, little-endian. */
export function requestId64le(b: Uint8Array, at: number): RequestId {
  return join(u32le(b, at + 4), u32le(b, at));
}

function join(high: number, low: number): RequestId {
  return high < 0x200000 ? high * 0x100000000 + low : (BigInt(high) << 32n) | BigInt(low);
}
