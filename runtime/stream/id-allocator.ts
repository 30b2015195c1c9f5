import type { RequestId, Traits } from '@proto-frame/api';

/** What {@link IdAllocator.allocate} gives when no id is left. */
export const NO_ID = -1;

const FREE = -1;
const FIRST_SLOTS = 64;
const MOST_SLOTS = 128 * 1024;

/** What a reply that no stream waits for was, see {@link IdAllocator.absorb}. */
export type StrayReply = 'late' | 'duplicate' | 'unknown';

/**
 * The request ids of one connection, and who waits for the reply to each. Ids go up through the protocol's
 * range and start again; one that is in flight or in quarantine is passed over. They live in a table indexed
 * by the id's low bits: a slot that is taken makes the allocator pass over the id, so two ids never share a
 * slot, and the whole id is compared on every look-up.
 *
 * After a timeout or a cancel the id goes into quarantine: not given out again until its late reply came or
 * the connection closed, since that reply would otherwise answer another request.
 *
 * @typeParam T who waits
 */
export class IdAllocator<T extends object> {
  /** How many ids wait for a reply that somebody wants. */
  inFlight = 0;
  /** How many wait for a reply that nobody wants any more. */
  quarantined = 0;

  private readonly min: number;
  private readonly max: number;
  private readonly reserved: readonly number[];
  /** How many ids can be out at a time. */
  private readonly capacity: number;
  private readonly mostSlots: number;
  private ids: Float64Array;
  private owners: (T | null)[];
  private mask: number;
  private next: number;
  /** Ids from here to `next` have been issued, or all of them. */
  private first: number;
  private wrapped = false;

  constructor(traits: Pick<Traits, 'idMin' | 'idMax' | 'idReserved'>) {
    this.min = traits.idMin;
    this.max = traits.idMax;
    this.reserved = traits.idReserved;
    const range = this.max - this.min + 1;
    let slots = 1;
    while (slots < range && slots < MOST_SLOTS) slots *= 2;
    this.mostSlots = slots;
    this.capacity = range <= slots ? range - this.reserved.length : slots / 2;
    const size = Math.min(FIRST_SLOTS, slots);
    this.mask = size - 1;
    this.ids = new Float64Array(size).fill(FREE);
    this.owners = new Array<T | null>(size).fill(null);
    this.next = this.first = this.min;
  }

  /** Whether no id is left until one is released. */
  get exhausted(): boolean {
    return this.inFlight + this.quarantined >= this.capacity;
  }

  /** Whether so many ids are in quarantine that a new connection is the better choice. */
  get spoiled(): boolean {
    return this.quarantined * 2 > this.capacity;
  }

  /** An id that is nobody else's now, for `owner`; {@link NO_ID} if there is none. */
  allocate(owner: T): number {
    const used = this.inFlight + this.quarantined;
    if (used >= this.capacity) return NO_ID;
    if (used * 2 >= this.ids.length && this.ids.length < this.mostSlots) this.grow();
    let id = this.next;
    while (this.ids[id & this.mask] !== FREE || this.isReserved(id)) id = this.after(id);
    this.next = this.after(id);
    const slot = id & this.mask;
    this.ids[slot] = id;
    this.owners[slot] = owner;
    this.inFlight++;
    return id;
  }

  /** Who waits for the reply to `id`; null if nobody does. */
  ownerOf(id: RequestId): T | null {
    if (typeof id !== 'number') return null;
    const slot = id & this.mask;
    return this.ids[slot] === id ? (this.owners[slot] ?? null) : null;
  }

  /** Who waits for the reply to `id`, which is free from now on; null if nobody does: see {@link absorb}. */
  take(id: RequestId): T | null {
    if (typeof id !== 'number') return null;
    const slot = id & this.mask;
    if (this.ids[slot] !== id) return null;
    const owner = this.owners[slot] ?? null;
    if (owner === null) return null;
    this.ids[slot] = FREE;
    this.owners[slot] = null;
    this.inFlight--;
    return owner;
  }

  /** Nobody wants the reply to `id` any more, but it may come. */
  quarantine(id: number): void {
    const slot = id & this.mask;
    if (this.ids[slot] !== id || this.owners[slot] === null) return;
    this.owners[slot] = null;
    this.inFlight--;
    this.quarantined++;
  }

  /** What a reply is that {@link take} found nobody for; frees the id if it was in quarantine. */
  absorb(id: RequestId): StrayReply {
    if (typeof id !== 'number') return 'unknown';
    const slot = id & this.mask;
    if (this.ids[slot] === id) {
      this.ids[slot] = FREE;
      this.quarantined--;
      return 'late';
    }
    const issued = this.wrapped ? id >= this.min && id <= this.max : id >= this.first && id < this.next;
    return issued && !this.isReserved(id) ? 'duplicate' : 'unknown';
  }

  /** Forgets all ids and gives back who waited, oldest slots first. For a connection that closed. */
  clear(): T[] {
    const owners = this.owners.filter((owner) => owner !== null);
    this.ids.fill(FREE);
    this.owners.fill(null);
    this.inFlight = this.quarantined = 0;
    return owners;
  }

  /** The id to go on with, within the range. */
  setNext(id: number): void {
    if (this.next === this.first && !this.wrapped) this.first = id;
    else this.wrapped = true;
    this.next = id;
  }

  private after(id: number): number {
    if (id < this.max) return id + 1;
    this.wrapped = true;
    return this.min;
  }

  private isReserved(id: number): boolean {
    return this.reserved.length > 0 && this.reserved.includes(id);
  }

  private grow(): void {
    const { ids, owners } = this;
    const size = ids.length * 2;
    this.ids = new Float64Array(size).fill(FREE);
    this.owners = new Array<T | null>(size).fill(null);
    this.mask = size - 1;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id === FREE) continue;
      this.ids[id & this.mask] = id;
      this.owners[id & this.mask] = owners[i]!;
    }
  }
}

/** The first id of the range that means nothing special, for frames outside of any request. */
export function firstId(traits: Pick<Traits, 'idMin' | 'idReserved'>): number {
  let id = Math.max(traits.idMin, 1);
  while (traits.idReserved.includes(id)) id++;
  return id;
}
