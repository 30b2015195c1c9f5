import { ScanFault, ScanState, type XProtocol } from '@proto-frame/api';

/** Why {@link Framer.read} came back. */
export const FramerState = {
  /** All bytes are used up; there may be the start of a frame, see {@link Framer.incomplete}. */
  empty: 0,
  /** The share of this turn is used up. */
  more: 1,
  /** {@link Framer.stop} was called. */
  stopped: 2,
  /** The bytes are no frame of the protocol. */
  malformed: 3,
  /** A frame is over the limit. */
  tooLarge: 4,
} as const;
export type FramerState = (typeof FramerState)[keyof typeof FramerState];

export interface FrameSink {
  /** A complete frame at bytes[at, end). The sink owns it from now on. */
  onFrame(bytes: Uint8Array, at: number, end: number): void;
}

/** One connection's share of a turn. Without it a 64 KiB chunk of tiny frames holds everybody else up. */
const FRAMES_PER_TURN = 128;
const BYTES_PER_TURN = 256 * 1024;
/** The first memory for a frame that came in parts; it doubles up to the frame's length. */
const FIRST_CAPACITY = 256;

/**
 * Cuts one direction of a connection into frames. A frame that lies whole in a chunk is handed on where it
 * lies. One that is cut is collected in memory that grows with what has arrived, up to the length its header
 * announced, and a length over the limit is refused before anything of it is collected.
 */
export class Framer {
  /** Frames handed on so far. */
  frames = 0;
  /** How often a frame was not complete in the bytes at hand. */
  needMore = 0;
  /** Bytes received and not yet looked at. */
  waitingBytes = 0;

  private readonly state: ScanState;
  private readonly chunks: Uint8Array[] = [];
  private position = 0;
  private stopped = false;
  /** What is left of this turn's share. */
  private framesLeft = 0;
  private bytesLeft = 0;

  /** The start of a frame whose end has not arrived. */
  private part: Uint8Array | null = null;
  private have = 0;
  /** The frame's length, or 0 while unknown. */
  private length = 0;

  /** @param limit the largest frame in bytes */
  constructor(
    private readonly protocol: XProtocol,
    private readonly limit: number,
  ) {
    this.state = new ScanState(limit);
  }

  /** Whether the start of a frame waits for its end. */
  get incomplete(): boolean {
    return this.part !== null;
  }

  /** Adds bytes received; they are not copied and must not change. */
  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.waitingBytes += chunk.length;
  }

  /** Lets read() come back after the frame at hand. */
  stop(): void {
    this.stopped = true;
  }

  /** Hands complete frames to `sink`, one turn's share of them at most. After a fault never call it again. */
  read(sink: FrameSink): FramerState {
    this.stopped = false;
    this.framesLeft = FRAMES_PER_TURN;
    this.bytesLeft = BYTES_PER_TURN;
    while (this.chunks.length > 0) {
      const chunk = this.chunks[0]!;
      let state: FramerState = FramerState.empty;
      if (this.part !== null) state = this.complete(chunk, sink);
      if (state === FramerState.empty && this.part === null) state = this.readChunk(chunk, sink);
      if (state > FramerState.stopped) return state;
      if (this.position === chunk.length) {
        this.chunks.shift();
        this.waitingBytes -= chunk.length;
        this.position = 0;
      }
      if (state !== FramerState.empty) return state;
    }
    return FramerState.empty;
  }

  /** The frames that lie whole in `chunk`; starts a part with what is left. */
  private readChunk(chunk: Uint8Array, sink: FrameSink): FramerState {
    const { protocol, state, limit } = this;
    const to = chunk.length;
    while (this.position < to) {
      const at = this.position;
      const length = protocol.scan(chunk, at, to, state);
      if (length < 0) return fault(length);
      if (length > limit || (length === 0 && state.need > limit)) return FramerState.tooLarge;
      const end = at + length;
      if (length === 0 || end > to) {
        this.needMore++;
        this.length = length;
        this.begin(chunk, at, to);
        return FramerState.empty;
      }
      state.reset();
      this.position = end;
      this.frames++;
      sink.onFrame(chunk, at, end);
      if (this.stopped) return FramerState.stopped;
      this.bytesLeft -= length;
      if (--this.framesLeft === 0 || this.bytesLeft <= 0) return FramerState.more;
    }
    return FramerState.empty;
  }

  /** Copies the start of a frame out of the chunk, so that the chunk can be freed. */
  private begin(chunk: Uint8Array, at: number, to: number): void {
    this.have = to - at;
    this.part = Buffer.allocUnsafe(this.capacity(this.have));
    this.part.set(chunk.subarray(at, to));
    this.position = to;
  }

  /** Adds to the part what it lacks, and hands the frame on if that is all of it. */
  private complete(chunk: Uint8Array, sink: FrameSink): FramerState {
    for (;;) {
      const target = this.length > 0 ? this.length : Math.max(this.state.need, this.have + 1);
      // A frame that ends with a delimiter is only known to need one byte more: as many again as there are
      // keeps the number of scans small. What is over is given back.
      const wanted = this.length > 0 ? target - this.have : Math.max(target - this.have, this.have);
      this.take(chunk, Math.min(wanted, chunk.length - this.position));
      if (this.have < target) {
        this.needMore++;
        return FramerState.empty;
      }
      if (this.length === 0) {
        const length = this.protocol.scan(this.part!, 0, this.have, this.state);
        if (length < 0) return fault(length);
        if (length > this.limit) return FramerState.tooLarge;
        if (length === 0) {
          if (this.state.need > this.limit) return FramerState.tooLarge;
          continue;
        }
        this.length = length;
        if (length > this.have) continue;
        // The scan asked for more than the frame has: what is over belongs to the next one.
        const over = this.have - length;
        if (over > this.position) return FramerState.malformed;
        this.position -= over;
      }
      return this.deliver(sink);
    }
  }

  private deliver(sink: FrameSink): FramerState {
    const part = this.part!;
    const length = this.length;
    this.part = null;
    this.length = this.have = 0;
    this.state.reset();
    this.frames++;
    sink.onFrame(part, 0, length);
    if (this.stopped) return FramerState.stopped;
    this.bytesLeft -= length;
    return --this.framesLeft === 0 || this.bytesLeft <= 0 ? FramerState.more : FramerState.empty;
  }

  private take(chunk: Uint8Array, count: number): void {
    const needed = this.have + count;
    if (needed > this.part!.length) {
      const larger = Buffer.allocUnsafe(this.capacity(needed));
      larger.set(this.part!.subarray(0, this.have));
      this.part = larger;
    }
    if (count === 1) this.part![this.have] = chunk[this.position]!;
    else this.part!.set(chunk.subarray(this.position, this.position + count), this.have);
    this.position += count;
    this.have = needed;
  }

  /** Room for `needed` bytes and some more, but never for more than the frame announced. */
  private capacity(needed: number): number {
    const roomy = Math.max(FIRST_CAPACITY, needed * 2);
    return this.length > 0 ? Math.min(roomy, Math.max(this.length, needed)) : roomy;
  }
}

function fault(scanned: number): FramerState {
  return scanned === ScanFault.tooLarge ? FramerState.tooLarge : FramerState.malformed;
}
