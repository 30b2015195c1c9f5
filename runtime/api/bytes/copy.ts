const { slice } = Uint8Array.prototype;

/** bytes[start, end) in memory of their own. Buffer's own `slice` would be a view that keeps the whole chunk alive. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return slice.call(bytes, start, end);
}

interface Host {
  readonly Buffer?: { allocUnsafe(size: number): Uint8Array };
}
const { Buffer } = globalThis as unknown as Host;

/**
 * Memory for a new frame of which every byte will be written: what it holds before is arbitrary. Small frames
 * share a slab where the host is Node, which is nine times faster than memory of their own.
 */
export function frameBytes(size: number): Uint8Array {
  return Buffer !== undefined && size <= 2048 ? Buffer.allocUnsafe(size) : new Uint8Array(size);
}
