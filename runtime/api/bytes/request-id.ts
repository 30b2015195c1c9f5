import type { RequestId } from '../x-protocol.js';
import { put32, put32le, put64, put64le, u32, u32le } from './integers.js';

/** A 64-bit request id: a number where a number is exact, else a bigint. */
export function requestId64(b: Uint8Array, at: number): RequestId {
  return join(u32(b, at), u32(b, at + 4));
}

/** As {@link requestId64}, little-endian. */
export function requestId64le(b: Uint8Array, at: number): RequestId {
  return join(u32le(b, at + 4), u32le(b, at));
}

/** Writes a 64-bit request id. No bigint is made of a number. */
export function putRequestId64(b: Uint8Array, at: number, id: RequestId): void {
  if (typeof id !== 'number') {
    put64(b, at, BigInt(id));
    return;
  }
  const high = Math.floor(id / 0x100000000);
  put32(b, at, high);
  put32(b, at + 4, id - high * 0x100000000);
}

/** As {@link putRequestId64}, little-endian. */
export function putRequestId64le(b: Uint8Array, at: number, id: RequestId): void {
  if (typeof id !== 'number') {
    put64le(b, at, BigInt(id));
    return;
  }
  const high = Math.floor(id / 0x100000000);
  put32le(b, at, id - high * 0x100000000);
  put32le(b, at + 4, high);
}

function join(high: number, low: number): RequestId {
  return high < 0x200000 ? high * 0x100000000 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** An id as it was read: a number where a number is exact. */
export function exactId(id: bigint): RequestId {
  return id <= Number.MAX_SAFE_INTEGER && id >= Number.MIN_SAFE_INTEGER ? Number(id) : id;
}
