import type { Protocol } from '../model/model.js';
import { AskedFacts } from './asked-facts.js';
import type { FactValues } from './evaluate-value.js';
import { ExternCode } from './extern-code.js';
import { readFrame, type FrameTree, type ReadResult } from './read-frame.js';

/** A frame found in a stream of bytes, with the bytes it was read from. */
export interface FoundFrame {
  /** What was known of the request that it answers. */
  readonly facts: FactValues;
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

  /** What is no frame yet, as it came, so that a large frame is joined once. */
  private pieces: Buffer[] = [];
  private have = 0;
  private need = 1;

  constructor(
    private readonly protocol: Protocol,
    private readonly code: ExternCode = ExternCode.none,
    /** What is known of the request that each frame answers; or of those that all answer. */
    private readonly asked: AskedFacts | FactValues = new Map(),
  ) {}

  /** Bytes that are no whole frame yet. */
  get left(): number {
    return this.have;
  }

  /** Adds bytes and gives the frames that are whole now. */
  *push(bytes: Uint8Array): IterableIterator<FoundFrame> {
    this.pieces.push(Buffer.from(bytes));
    this.have += bytes.length;
    if (this.have < this.need || this.fault !== null) return;
    const buffer = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces, this.have);
    let at = 0;
    while (this.fault === null && buffer.length - at >= this.need) {
      const { asked } = this;
      const facts = asked instanceof AskedFacts ? asked.of(buffer, at, buffer.length) : asked;
      if (facts === null) break;
      const result = readFrame(this.protocol, buffer, at, buffer.length, this.code, facts);
      if (result.kind === 'more') {
        this.need = result.need;
        break;
      }
      if (result.kind === 'bad') {
        this.fault = result;
        break;
      }
      this.need = 1;
      if (asked instanceof AskedFacts) asked.answered();
      const { length } = result.tree;
      const found = buffer.subarray(at, at + length);
      yield { facts, tree: result.tree, bytes: found, offset: this.offset };
      at += length;
      this.offset += length;
    }
    this.have = buffer.length - at;
    this.pieces = this.have === 0 ? [] : [buffer.subarray(at)];
  }
}
