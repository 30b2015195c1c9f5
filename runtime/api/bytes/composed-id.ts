import type { RequestId } from '../x-protocol.js';

// Request ids of several numbers, read as one: the first holds the highest bits.

/** An id with `bits` more bits at its end: a number where a number is exact, else a bigint. */
export function joinId(high: RequestId, low: RequestId, bits: number): RequestId {
  if (typeof high === 'number' && typeof low === 'number' && high < 2 ** (53 - bits))
    return high * 2 ** bits + low;
  const whole = (BigInt(high) << BigInt(bits)) | BigInt(low);
  return whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole;
}

/** `bits` bits of an id, `shift` of them behind. No bigint is made of a number. */
export function idPart(id: RequestId, shift: number, bits: number): number | bigint {
  if (typeof id === 'number') return Math.floor(id / 2 ** shift) % 2 ** bits;
  const part = BigInt.asUintN(bits, BigInt(id) >> BigInt(shift));
  return bits <= 53 ? Number(part) : part;
}
