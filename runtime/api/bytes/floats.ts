import { put32, put32le, u32, u32le } from './integers.js';

/**
 * IEEE 754 numbers in received buffers. Names without a suffix are big-endian. As with integers nothing is
 * checked: codecs have checked the bounds.
 */

/** Bits on their way between integers and floats. */
const bits = new DataView(new ArrayBuffer(8));

export function f32(b: Uint8Array, at: number): number {
  bits.setUint32(0, u32(b, at));
  return bits.getFloat32(0);
}

export function f32le(b: Uint8Array, at: number): number {
  bits.setUint32(0, u32le(b, at));
  return bits.getFloat32(0);
}

export function f64(b: Uint8Array, at: number): number {
  bits.setUint32(0, u32(b, at));
  bits.setUint32(4, u32(b, at + 4));
  return bits.getFloat64(0);
}

export function f64le(b: Uint8Array, at: number): number {
  bits.setUint32(0, u32le(b, at + 4));
  bits.setUint32(4, u32le(b, at));
  return bits.getFloat64(0);
}

/** Writes `value` rounded to the nearest number of 32 bits. */
export function putF32(b: Uint8Array, at: number, value: number): void {
  bits.setFloat32(0, value);
  put32(b, at, bits.getUint32(0));
}

/** Writes `value` rounded to the nearest number of 32 bits. */
export function putF32le(b: Uint8Array, at: number, value: number): void {
  bits.setFloat32(0, value);
  put32le(b, at, bits.getUint32(0));
}

export function putF64(b: Uint8Array, at: number, value: number): void {
  bits.setFloat64(0, value);
  put32(b, at, bits.getUint32(0));
  put32(b, at + 4, bits.getUint32(4));
}

export function putF64le(b: Uint8Array, at: number, value: number): void {
  bits.setFloat64(0, value);
  put32le(b, at, bits.getUint32(4));
  put32le(b, at + 4, bits.getUint32(0));
}
