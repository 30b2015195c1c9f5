/** What {@link OrderQueue.push} gives when there is no place. */
export const NO_TICKET = -1;

const FIRST_PLACES = 32;
const MOST_PLACES = 64 * 1024;

/**
 * Who waits for the replies on a connection that answers in the order of its requests. After a timeout or a
 * cancel the place stays until its replies have come: without it they would answer the request behind it.
 *
 * @typeParam T who waits
 */
export class OrderQueue<T extends object> {
  /** Places whose replies somebody wants. */
  inFlight = 0;
  /** Places whose replies nobody wants any more. */
  abandoned = 0;
  /** Whether the one that {@link take} gave last gets further replies. */
  more = false;

  private owners: (T | null)[] = new Array<T | null>(FIRST_PLACES).fill(null);
  /** Replies still to come, by place. */
  private left = new Int32Array(FIRST_PLACES);
  private mask = FIRST_PLACES - 1;
  /** Tickets from head to tail - 1 are taken. They only go up, so that none is ever mistaken for another. */
  private head = 0;
  private tail = 0;
  /** Replies at hand are to tickets before this one. */
  private limit = 0;

  /** Whether the replies at hand are to nothing: whoever waits has sent its request after they came. */
  get unasked(): boolean {
    return this.head >= this.limit;
  }

  /** How many places have had all their replies. */
  get served(): number {
    return this.head;
  }

  /** How many places are taken. */
  get length(): number {
    return this.tail - this.head;
  }

  /** Replies are at hand: they are to what was pushed so far. */
  mark(): void {
    this.limit = this.tail;
  }

  /** Whether there is no place for one more. */
  get full(): boolean {
    return this.tail - this.head >= MOST_PLACES;
  }

  /**
   * A place at the end for `owner`, who gets `replies` replies, at least one.
   * @returns its ticket, or {@link NO_TICKET}
   */
  push(owner: T, replies: number): number {
    if (this.full) return NO_TICKET;
    if (this.tail - this.head === this.owners.length) this.grow();
    const ticket = this.tail++;
    const place = ticket & this.mask;
    this.owners[place] = owner;
    this.left[place] = replies;
    this.inFlight++;
    return ticket;
  }

  /** Takes the place that was pushed last away again: its request was not sent. */
  unpush(): void {
    const place = --this.tail & this.mask;
    this.owners[place] = null;
    this.inFlight--;
  }

  /** Who gets the next reply; null if nobody wants it. Not to be asked when {@link unasked}. */
  get first(): T | null {
    return this.owners[this.head & this.mask] ?? null;
  }

  /** A reply has come: who gets it; null if nobody wants it any more. Not to be asked when {@link unasked}. */
  take(): T | null {
    const place = this.head & this.mask;
    const owner = this.owners[place] ?? null;
    this.more = --this.left[place]! > 0;
    if (this.more) return owner;
    this.owners[place] = null;
    this.head++;
    if (owner === null) this.abandoned--;
    else this.inFlight--;
    return owner;
  }

  /** Nobody wants the replies to `ticket` any more, but they will come. */
  abandon(ticket: number): void {
    if (ticket < this.head || ticket >= this.tail) return;
    const place = ticket & this.mask;
    if (this.owners[place] === null) return;
    this.owners[place] = null;
    this.inFlight--;
    this.abandoned++;
  }

  /** Forgets all places and gives back who waited, in their order. For a connection that closed. */
  clear(): T[] {
    const owners: T[] = [];
    for (let ticket = this.head; ticket < this.tail; ticket++) {
      const owner = this.owners[ticket & this.mask] ?? null;
      if (owner !== null) owners.push(owner);
    }
    this.owners.fill(null);
    this.head = this.tail;
    this.inFlight = this.abandoned = 0;
    return owners;
  }

  private grow(): void {
    const { owners, left, mask } = this;
    const size = owners.length * 2;
    this.owners = new Array<T | null>(size).fill(null);
    this.left = new Int32Array(size);
    this.mask = size - 1;
    for (let ticket = this.head; ticket < this.tail; ticket++) {
      this.owners[ticket & this.mask] = owners[ticket & mask]!;
      this.left[ticket & this.mask] = left[ticket & mask]!;
    }
  }
}
