/** Whether header keys that differ only in case are the same key. */
export type HeaderCase = 'sensitive' | 'insensitive';

/**
 * The headers of one frame, in wire order, a key possibly more than once. An entry that was received and
 * not changed remembers where it stands in the frame, so that re-encoding copies its bytes as they came,
 * whatever they hold. A value can be null where the protocol knows null.
 */
export class HeaderMap {
  /** True once an entry was set, added or deleted. */
  changed = false;

  private readonly keys: string[] = [];
  private readonly values: (string | null)[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(private readonly caseRule: HeaderCase = 'sensitive') {}

  /** How many entries there are. */
  get size(): number {
    return this.keys.length;
  }

  /** The first value under `key`; null if it is null on the wire, undefined if there is none. */
  get(key: string): string | null | undefined {
    const at = this.indexOf(key, 0);
    return at < 0 ? undefined : this.values[at];
  }

  has(key: string): boolean {
    return this.indexOf(key, 0) >= 0;
  }

  /** Replaces the first value under `key` in its place and removes further ones; appends if there is none. */
  set(key: string, value: string | null): void {
    const at = this.indexOf(key, 0);
    if (at < 0) {
      this.add(key, value);
      return;
    }
    this.values[at] = value;
    this.starts[at] = this.ends[at] = -1;
    this.changed = true;
    for (let next = this.indexOf(key, at + 1); next >= 0; next = this.indexOf(key, next)) this.removeAt(next);
  }

  /** Appends a further value under `key`. */
  add(key: string, value: string | null): void {
    this.append(key, value, -1, -1);
    this.changed = true;
  }

  /** Removes all values under `key`; true if there was one. */
  delete(key: string): boolean {
    let found = false;
    for (let at = this.indexOf(key, 0); at >= 0; at = this.indexOf(key, at)) {
      this.removeAt(at);
      found = true;
    }
    return found;
  }

  /** The entries in wire order. */
  *[Symbol.iterator](): IterableIterator<[key: string, value: string | null]> {
    for (let i = 0; i < this.keys.length; i++) yield [this.keys[i]!, this.values[i]!];
  }

  /** For codecs: adds an entry as received, whose bytes are [start, end) of the frame's buffer. */
  append(key: string, value: string | null, start: number, end: number): void {
    this.keys.push(key);
    this.values.push(value);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** For codecs: key of entry `i`, 0 <= i < size. */
  keyAt(i: number): string {
    return this.keys[i]!;
  }

  /** For codecs: value of entry `i`. */
  valueAt(i: number): string | null {
    return this.values[i]!;
  }

  /** For codecs: where entry `i` starts in the received buffer, or -1 if it was set or added here. */
  startAt(i: number): number {
    return this.starts[i]!;
  }

  /** For codecs: where entry `i` ends in the received buffer, exclusive, or -1. */
  endAt(i: number): number {
    return this.ends[i]!;
  }

  private indexOf(key: string, from: number): number {
    if (this.caseRule === 'sensitive') return this.keys.indexOf(key, from);
    const wanted = key.toLowerCase();
    for (let i = from; i < this.keys.length; i++) if (this.keys[i]!.toLowerCase() === wanted) return i;
    return -1;
  }

  private removeAt(i: number): void {
    this.keys.splice(i, 1);
    this.values.splice(i, 1);
    this.starts.splice(i, 1);
    this.ends.splice(i, 1);
    this.changed = true;
  }
}
