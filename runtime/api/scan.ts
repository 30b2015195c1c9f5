/** Why {@link XProtocol.scan} gave up: a negative result. */
export const ScanFault = {
  /** The bytes can't be the start of a frame of this protocol. */
  malformed: -1,
  /** The frame is longer than {@link ScanState.limit}; only self-delimiting formats say so themselves. */
  tooLarge: -2,
} as const;
export type ScanFault = (typeof ScanFault)[keyof typeof ScanFault];

/** The numbers that {@link ScanState} keeps of a walk: where it started, how far it came, what is left of it. */
const KEPT = 3;

/**
 * What a scan remembers between two chunks of the same connection: a few integers, never bytes.
 * The framer owns one for each direction of a connection and resets it after every frame.
 */
export class ScanState {
  /** Out: how many bytes, counted from the start of the frame, are needed before scanning again. */
  need = 0;
  /** In: the largest frame in bytes that the framer will accept. */
  limit: number;
  /** Free for the codec: how far it has come, in bytes from the start of the frame. */
  position = 0;
  /** Free for the codec: what is still open at `position`, such as elements left. */
  pending = 0;
  /** Of each walk on the way to where the last scan stopped, in their order. Memory stays for the next frame. */
  private readonly walks: number[] = [];
  /** How many of these numbers are of this frame's walks. */
  private used = 0;
  /** Where the next walk of this scan is kept. */
  private next = 0;
  /** Whether a scan has looked at the frame before. */
  private looked = false;
  private from = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * For codecs that walk over lists: a scan of the frame at `from` begins.
   * @returns where its walks are kept; null for the first look at a frame, as most frames need no other: what that has
   * passed is passed once more by the second
   */
  begin(from: number): ScanState | null {
    if (!this.looked) {
      this.looked = true;
      return null;
    }
    this.from = from;
    this.next = 0;
    return this;
  }

  /**
   * A walk over `count` elements at `at` begins, or goes on where the last scan stopped.
   * @returns how to ask for it: {@link place}, {@link left}, {@link passed}
   */
  walk(at: number, count: number): number {
    const walk = this.next;
    this.next = walk + KEPT;
    const { walks } = this;
    const start = at - this.from;
    if (walk >= this.used || walks[walk] !== start) {
      walks[walk] = start;
      walks[walk + 1] = start;
      walks[walk + 2] = count;
      this.used = walk + KEPT;
    }
    return walk;
  }

  /** Where the walk goes on. */
  place(walk: number): number {
    return this.from + this.walks[walk + 1]!;
  }

  /** How many elements it has yet to pass. */
  left(walk: number): number {
    return this.walks[walk + 2]!;
  }

  /** The walk is about to look at an element, in which walks may be. */
  inside(walk: number): void {
    this.next = walk + KEPT;
  }

  /** The walk stops before an element that is not all there; the walks in that go on from where they stop. */
  stopped(walk: number, at: number, left: number): void {
    this.walks[walk + 1] = at - this.from;
    this.walks[walk + 2] = left;
  }

  /** The walk has come to `at`, and the walks in what it has passed are of no interest any more. */
  passed(walk: number, at: number, left: number): void {
    this.stopped(walk, at, left);
    this.next = walk + KEPT;
    if (this.used > this.next) this.used = this.next;
  }

  /** The walk is at its end, at `at`. Walks that come after it are kept where it was there before. */
  ended(walk: number, at: number): void {
    if (this.walks[walk + 2] !== 0) this.passed(walk, at, 0);
  }

  /** Forgets the frame that was being scanned. */
  reset(): void {
    this.need = 0;
    this.position = 0;
    this.pending = 0;
    this.used = 0;
    this.looked = false;
  }
}
