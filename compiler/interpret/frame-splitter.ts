import type { Protocol } from '../model/model.js';
import { ExternCode } from './extern-code.js';
import { readFrame, type FrameTree, type ReadResult } from './read-frame.js';

/** A frame found in a stream of bytes, with the bytes it was read from. */
export interface FoundFrame {
  readonly tree: FrameTree;
  readonly bytes: Uint8Array;
  /** Bytes from the start of the stream. */
  readonly offset: number;
}

/** Cuts a stream of bytes into frames; after bytes that are none it gives no more. */
export class FrameSplitter {
  /** What was wrong with the bytes at `offset`, once something was. */
  fault: (ReadResult & { kind: 'bad' }) | null = null;
  /** Where the next frame starts, from the start of the stream. */
  offset = 0;

  private buffer: Buffer = Buffer.alloc(0);
  private need = 1;

  constructor(
    private readonly protocol: Protocol,
    private readonly code: ExternCode = ExternCode.none,
  ) {}

  /** Bytes that are no whole frame yet. */
  get left(): number {
    return this.buffer.length;
  }

  /** Adds bytes and gives the frames that are whole now. */
  *push(bytes: Uint8Array): IterableIterator<FoundFrame> {
    this.buffer = this.buffer.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.buffer, bytes]);
    let at = 0;
    while (this.fault === null && this.buffer.length - at >= this.need) {
      const result = readFrame(this.protocol, this.buffer, at, this.buffer.length, this.code);
      if (result.kind === 'more') {
        this.need = result.need;
        break;
      }
      if (result.kind === 'bad') {
        this.fault = result;
        break;
      }
      this.need = 1;
      const { length } = result.tree;
      yield { tree: result.tree, bytes: this.buffer.subarray(at, at + length), offset: this.offset };
      at += length;
      this.offset += length;
    }
    this.buffer = this.buffer.subarray(at);
  }
}
