/** Takes one complete frame: bytes[start, end). */
export type OnFrame = (bytes: Buffer, start: number, end: number) => void;

/** The length of the bolt v1 frame that starts at `at`, or 0 if `to` is too near to tell. */
export function boltLength(b: Buffer, at: number, to: number): number {
  if (to - at < 22 && (to - at < 20 || b[at + 1] !== 0)) return 0;
  const p = b[at + 1] === 0 ? at + 12 : at + 14;
  return p + 8 - at + b.readUInt16BE(p) + b.readUInt16BE(p + 2) + b.readUInt32BE(p + 4);
}

/**
 * Cuts a stream of bolt v1 frames, for test peers that must be quick and must not use the framer they test.
 * What is incomplete at the end of a chunk is kept as a list and joined once the frame is there.
 */
export class BoltSplitter {
  private parts: Buffer[] = [];
  private have = 0;
  private need = 0;

  constructor(private readonly onFrame: OnFrame) {}

  push(chunk: Buffer): void {
    if (this.have > 0) {
      this.parts.push(chunk);
      this.have += chunk.length;
      if (this.have < this.need) return;
      chunk = Buffer.concat(this.parts, this.have);
      this.parts = [];
      this.have = 0;
    }
    let at = 0;
    while (at < chunk.length) {
      const length = boltLength(chunk, at, chunk.length);
      if (length === 0 || at + length > chunk.length) {
        this.need = length === 0 ? 22 : length;
        break;
      }
      this.onFrame(chunk, at, at + length);
      at += length;
    }
    if (at < chunk.length) {
      this.parts.push(at === 0 ? chunk : chunk.subarray(at));
      this.have = chunk.length - at;
      if (this.need === 22 && this.have >= 20) this.need = this.have + 1;
    }
  }

  /** Bytes that wait for the rest of their frame. */
  get pending(): number {
    return this.have;
  }
}
