/**
 * Integers in received buffers, by index arithmetic: on Node 20 that is faster than DataView and Buffer for
 * single reads, and it works on any Uint8Array. No bounds are checked here: codecs have checked them, and a
 * read past the end gives 0 bits, never an exception. Names without a suffix are big-endian.
 */

export function u8(b: Uint8Array, at: number): number {
  return b[at]! & 0xff;
}

export function i8(b: Uint8Array, at: number): number {
  return (b[at]! << 24) >> 24;
}

export function u16(b: Uint8Array, at: number): number {
  return (b[at]! << 8) | b[at + 1]!;
}

export function i16(b: Uint8Array, at: number): number {
  return (((b[at]! << 8) | b[at + 1]!) << 16) >> 16;
}

export function u16le(b: Uint8Array, at: number): number {
  return (b[at + 1]! << 8) | b[at]!;
}

export function i16le(b: Uint8Array, at: number): number {
  return (((b[at + 1]! << 8) | b[at]!) << 16) >> 16;
}

export function u24(b: Uint8Array, at: number): number {
  return (b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!;
}

export function i24(b: Uint8Array, at: number): number {
  return (((b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!) << 8) >> 8;
}

export function u24le(b: Uint8Array, at: number): number {
  return (b[at + 2]! << 16) | (b[at + 1]! << 8) | b[at]!;
}

export function i24le(b: Uint8Array, at: number): number {
  return (((b[at + 2]! << 16) | (b[at + 1]! << 8) | b[at]!) << 8) >> 8;
}

export function u32(b: Uint8Array, at: number): number {
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;
}

export function i32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
}

export function u32le(b: Uint8Array, at: number): number {
  return ((b[at + 3]! << 24) | (b[at + 2]! << 16) | (b[at + 1]! << 8) | b[at]!) >>> 0;
}

export function i32le(b: Uint8Array, at: number): number {
  return (b[at + 3]! << 24) | (b[at + 2]! << 16) | (b[at + 1]! << 8) | b[at]!;
}

export function u40(b: Uint8Array, at: number): number {
  return u8(b, at) * 0x100000000 + u32(b, at + 1);
}

export function i40(b: Uint8Array, at: number): number {
  return i8(b, at) * 0x100000000 + u32(b, at + 1);
}

export function u40le(b: Uint8Array, at: number): number {
  return u8(b, at + 4) * 0x100000000 + u32le(b, at);
}

export function i40le(b: Uint8Array, at: number): number {
  return i8(b, at + 4) * 0x100000000 + u32le(b, at);
}

export function u48(b: Uint8Array, at: number): number {
  return u16(b, at) * 0x100000000 + u32(b, at + 2);
}

export function i48(b: Uint8Array, at: number): number {
  return i16(b, at) * 0x100000000 + u32(b, at + 2);
}

export function u48le(b: Uint8Array, at: number): number {
  return u16le(b, at + 4) * 0x100000000 + u32le(b, at);
}

export function i48le(b: Uint8Array, at: number): number {
  return i16le(b, at + 4) * 0x100000000 + u32le(b, at);
}

export function u56(b: Uint8Array, at: number): bigint {
  return (BigInt(u24(b, at)) << 32n) | BigInt(u32(b, at + 3));
}

export function i56(b: Uint8Array, at: number): bigint {
  return (BigInt(i24(b, at)) << 32n) | BigInt(u32(b, at + 3));
}

export function u56le(b: Uint8Array, at: number): bigint {
  return (BigInt(u24le(b, at + 4)) << 32n) | BigInt(u32le(b, at));
}

export function i56le(b: Uint8Array, at: number): bigint {
  return (BigInt(i24le(b, at + 4)) << 32n) | BigInt(u32le(b, at));
}

export function u64(b: Uint8Array, at: number): bigint {
  return (BigInt(u32(b, at)) << 32n) | BigInt(u32(b, at + 4));
}

export function i64(b: Uint8Array, at: number): bigint {
  return (BigInt(i32(b, at)) << 32n) | BigInt(u32(b, at + 4));
}

export function u64le(b: Uint8Array, at: number): bigint {
  return (BigInt(u32le(b, at + 4)) << 32n) | BigInt(u32le(b, at));
}

export function i64le(b: Uint8Array, at: number): bigint {
  return (BigInt(i32le(b, at + 4)) << 32n) | BigInt(u32le(b, at));
}

/** Writes the low 8 bits of `value`, signed or not. */
export function put8(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
}

/** Writes the low 16 bits of `value`, signed or not. */
export function put16(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 8;
  b[at + 1] = value;
}

/** Writes the low 16 bits of `value`, signed or not. */
export function put16le(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
}

/** Writes the low 24 bits of `value`, signed or not. */
export function put24(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 16;
  b[at + 1] = value >>> 8;
  b[at + 2] = value;
}

/** Writes the low 24 bits of `value`, signed or not. */
export function put24le(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
  b[at + 2] = value >>> 16;
}

/** Writes the low 32 bits of `value`, signed or not. */
export function put32(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}

/** Writes the low 32 bits of `value`, signed or not. */
export function put32le(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
  b[at + 2] = value >>> 16;
  b[at + 3] = value >>> 24;
}

/** Writes a whole number of up to 40 bits, signed or not. */
export function put40(b: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  put8(b, at, high);
  put32(b, at + 1, value - high * 0x100000000);
}

/** Writes a whole number of up to 40 bits, signed or not. */
export function put40le(b: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  put32le(b, at, value - high * 0x100000000);
  put8(b, at + 4, high);
}

/** Writes a whole number of up to 48 bits, signed or not. */
export function put48(b: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  put16(b, at, high);
  put32(b, at + 2, value - high * 0x100000000);
}

/** Writes a whole number of up to 48 bits, signed or not. */
export function put48le(b: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  put32le(b, at, value - high * 0x100000000);
  put16le(b, at + 4, high);
}

/** Writes the low 56 bits of `value`, signed or not. */
export function put56(b: Uint8Array, at: number, value: bigint): void {
  const low = Number(value & 0xffffffffn);
  const high = Number((value >> 32n) & 0xffffffffn);
  put24(b, at, high);
  put32(b, at + 3, low);
}

/** Writes the low 56 bits of `value`, signed or not. */
export function put56le(b: Uint8Array, at: number, value: bigint): void {
  const low = Number(value & 0xffffffffn);
  const high = Number((value >> 32n) & 0xffffffffn);
  put32le(b, at, low);
  put24le(b, at + 4, high);
}

/** Writes the low 64 bits of `value`, signed or not. */
export function put64(b: Uint8Array, at: number, value: bigint): void {
  const low = Number(value & 0xffffffffn);
  const high = Number((value >> 32n) & 0xffffffffn);
  put32(b, at, high);
  put32(b, at + 4, low);
}

/** Writes the low 64 bits of `value`, signed or not. */
export function put64le(b: Uint8Array, at: number, value: bigint): void {
  const low = Number(value & 0xffffffffn);
  const high = Number((value >> 32n) & 0xffffffffn);
  put32le(b, at, low);
  put32le(b, at + 4, high);
}
