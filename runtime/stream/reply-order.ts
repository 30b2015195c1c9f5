import { copyBytes } from '@proto-frame/api';

/** Replies up to this size are copied while they wait, so that they don't keep the chunk they came in. */
const COPY_LIMIT = 8 * 1024;

/** Where the replies of a {@link ReplyOrder} go when their turn comes. */
export interface ReplyTarget {
  writeNow(bytes: Uint8Array, at: number, end: number): void;
}

/** The place of one request's replies among those of its connection. */
export class ReplySlot {
  /** Complete: nothing more will be written. */
  finished = false;
  /** What waits for the slots before it. */
  parked: Uint8Array[] | null = null;
  next: ReplySlot | null = null;
}

/**
 * Brings replies into the order of their requests, for protocols without ids: what comes before its turn is
 * kept until all replies before it are complete.
 */
export class ReplyOrder {
  /** Bytes that wait for their turn. */
  parkedBytes = 0;
  /** The one whose turn it is. */
  private head: ReplySlot | null = null;
  private tail: ReplySlot | null = null;

  constructor(private readonly target: ReplyTarget) {}

  /** A place behind all others. */
  open(): ReplySlot {
    const slot = new ReplySlot();
    if (this.tail === null) this.head = slot;
    else this.tail.next = slot;
    this.tail = slot;
    return slot;
  }

  /**
   * Keeps a reply until its turn; it must stay as it is.
   * @returns false if it is its turn: then nothing was kept
   */
  park(slot: ReplySlot, bytes: Uint8Array, at: number, end: number): boolean {
    if (slot === this.head) return false;
    const small = end - at <= COPY_LIMIT;
    (slot.parked ??= []).push(small ? copyBytes(bytes, at, end) : bytes.subarray(at, end));
    this.parkedBytes += end - at;
    return true;
  }

  /** The slot is complete; the next one has its turn if it was the first. */
  finish(slot: ReplySlot): void {
    slot.finished = true;
    while (this.head !== null && this.head.finished) {
      this.head = this.head.next;
      if (this.head === null) this.tail = null;
      else this.release(this.head);
    }
  }

  private release(slot: ReplySlot): void {
    const { parked } = slot;
    if (parked === null) return;
    slot.parked = null;
    for (const bytes of parked) {
      this.parkedBytes -= bytes.length;
      this.target.writeNow(bytes, 0, bytes.length);
    }
  }
}
