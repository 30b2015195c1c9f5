import { type BlockPool, BLOCK_SIZE } from './block-pool.js';

/** Frames up to this size are joined by copying; larger ones are handed over where they lie. */
const COPY_LIMIT = 8 * 1024;
/** What is written in one call at most, in bytes. When it is gone the peer has made progress. */
const PIECE = 128 * 1024;

/** Where a queue writes to: what it uses of a socket. */
export interface Sink {
  /** Bytes taken but not yet passed to the kernel. */
  readonly writableLength: number;
  write(bytes: Uint8Array): boolean;
  cork(): void;
  uncork(): void;
}

/**
 * The bytes on their way to one peer, in order. Ranges of received chunks are appended by reference: one that
 * follows the last one in the same chunk only moves its end, so the frames of a chunk that go the same way are
 * one write and no copy. A range that stands alone between others is copied into a block if it is small.
 */
export class WriteQueue {
  /** Bytes appended and not yet handed to the sink. */
  length = 0;

  private run: Uint8Array | null = null;
  private runStart = 0;
  private runEnd = 0;
  private block: Buffer | null = null;
  private blockUsed = 0;
  private pieces: Uint8Array[] | null = null;

  constructor(private readonly blocks: BlockPool) {}

  /** Appends bytes[start, end), which must not change until they are written. */
  append(bytes: Uint8Array, start: number, end: number): void {
    this.length += end - start;
    if (this.run === bytes && this.runEnd === start) {
      this.runEnd = end;
      return;
    }
    if (this.run !== null) this.settle();
    this.run = bytes;
    this.runStart = start;
    this.runEnd = end;
  }

  /**
   * Hands bytes to the sink until it holds a piece or the queue is empty. Called again when the sink has
   * drained.
   */
  flushTo(sink: Sink): void {
    if (this.length === 0) return;
    if (this.pieces === null && this.block === null && sink.writableLength === 0 && this.length <= PIECE) {
      const run = this.run!;
      this.run = null;
      this.length = 0;
      sink.write(
        this.runStart === 0 && this.runEnd === run.length ? run : run.subarray(this.runStart, this.runEnd),
      );
      return;
    }
    if (this.run !== null) this.settle();
    if (this.pieces === null) this.flushBlock(sink);
    else this.flushPieces(sink);
  }

  /** Forgets everything; the peer is gone. */
  clear(): void {
    this.run = null;
    this.block = null;
    this.pieces = null;
    this.length = 0;
  }

  /** Only one block is filled: it can be used again if the kernel takes it at once. */
  private flushBlock(sink: Sink): void {
    if (sink.writableLength >= PIECE) return;
    const block = this.block!;
    this.block = null;
    this.length = 0;
    const idle = sink.writableLength === 0;
    sink.write(block.subarray(0, this.blockUsed));
    if (idle && sink.writableLength === 0) this.blocks.give(block);
  }

  private flushPieces(sink: Sink): void {
    if (sink.writableLength >= PIECE) return;
    this.closeBlock();
    const pieces = this.pieces!;
    let done = 0;
    while (done < pieces.length && sink.writableLength < PIECE) {
      sink.cork();
      for (let room = PIECE; done < pieces.length && room > 0;) {
        const piece = pieces[done]!;
        const taken = Math.min(piece.length, room);
        if (taken === piece.length) done++;
        else pieces[done] = piece.subarray(taken);
        sink.write(taken === piece.length ? piece : piece.subarray(0, taken));
        room -= taken;
        this.length -= taken;
      }
      sink.uncork();
    }
    this.pieces = done === pieces.length ? null : pieces.slice(done);
  }

  /** Moves the open run into a block, or makes it a piece of its own. */
  private settle(): void {
    const run = this.run!;
    const length = this.runEnd - this.runStart;
    if (length > COPY_LIMIT) {
      this.closeBlock();
      (this.pieces ??= []).push(run.subarray(this.runStart, this.runEnd));
    } else {
      if (this.block !== null && this.blockUsed + length > BLOCK_SIZE) this.closeBlock();
      if (this.block === null) {
        this.block = this.blocks.take();
        this.blockUsed = 0;
      }
      copy(run, this.runStart, this.runEnd, this.block, this.blockUsed);
      this.blockUsed += length;
    }
    this.run = null;
  }

  /** Makes what the block holds a piece. The block stays with its pieces and is not given back. */
  private closeBlock(): void {
    if (this.block === null) return;
    (this.pieces ??= []).push(this.block.subarray(0, this.blockUsed));
    this.block = null;
  }
}

/** Below this size a loop beats making a view for `set`. */
const LOOP_LIMIT = 64;

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start <= LOOP_LIMIT) for (let i = start; i < end; i++) to[at++] = from[i]!;
  else to.set(from.subarray(start, end), at);
}
