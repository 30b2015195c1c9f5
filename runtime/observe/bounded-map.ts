/**
 * One `T` for each key, made when first asked for, but only for the first `limit` keys: what comes later
 * shares the one under `other`. So names that come from the wire or from a large configuration can't grow
 * memory, nor the number of series a scrape gives.
 */
export class BoundedMap<T> {
  private readonly entries = new Map<string, T>();

  constructor(
    private readonly make: () => T,
    private readonly limit = 1_000,
  ) {}

  get(key: string): T {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const name = this.entries.size < this.limit ? key : 'other';
    let entry = this.entries.get(name);
    if (entry === undefined) {
      entry = this.make();
      this.entries.set(name, entry);
    }
    return entry;
  }

  get size(): number {
    return this.entries.size;
  }

  [Symbol.iterator](): IterableIterator<[key: string, value: T]> {
    return this.entries.entries();
  }
}
