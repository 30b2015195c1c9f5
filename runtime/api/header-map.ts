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

  private readonly entries: Entry[] = [];

  constructor(private readonly caseRule: HeaderCase = 'sensitive') {}

  /** How many entries there are. */
  get size(): number {
    return this.entries.length;
  }

  /** The first value under `key`; null if it is null on the wire, undefined if there is none. */
  get(key: string): string | null | undefined {
    const at = this.indexOf(key, 0);
    return at < 0 ? undefined : this.entries[at]!.value;
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
    const entry = this.entries[at]!;
    entry.value = value;
    entry.start = entry.end = -1;
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

  /** Another map of the same entries, those received as they came. */
  copy(): HeaderMap {
    const copy = new HeaderMap(this.caseRule);
    for (const { key, value, start, end } of this.entries) copy.append(key, value, start, end);
    copy.changed = this.changed;
    return copy;
  }

  /** The entries in wire order. */
  *[Symbol.iterator](): IterableIterator<[key: string, value: string | null]> {
    for (const { key, value } of this.entries) yield [key, value];
  }

  /** For codecs: adds an entry as received, whose bytes are [start, end) of the frame's buffer. */
  append(key: string, value: string | null, start: number, end: number): void {
    this.entries.push(new Entry(key, value, start, end));
  }

  /** For codecs: key of entry `i`, 0 <= i < size. */
  keyAt(i: number): string {
    return this.entries[i]!.key;
  }

  /** For codecs: value of entry `i`. */
  valueAt(i: number): string | null {
    return this.entries[i]!.value;
  }

  /** For codecs: where entry `i` starts in the received buffer, or -1 if it was set or added here. */
  startAt(i: number): number {
    return this.entries[i]!.start;
  }

  /** For codecs: where entry `i` ends in the received buffer, exclusive, or -1. */
  endAt(i: number): number {
    return this.entries[i]!.end;
  }

  private indexOf(key: string, from: number): number {
    const { entries } = this;
    const wanted = this.caseRule === 'sensitive' ? key : key.toLowerCase();
    for (let i = from; i < entries.length; i++) {
      const found = entries[i]!.key;
      if ((this.caseRule === 'sensitive' ? found : found.toLowerCase()) === wanted) return i;
    }
    return -1;
  }

  private removeAt(i: number): void {
    this.entries.splice(i, 1);
    this.changed = true;
  }
}

/** One entry, and where it stands in the received buffer: -1 for one that was set or added here. */
class Entry {
  constructor(
    readonly key: string,
    public value: string | null,
    public start: number,
    public end: number,
  ) {}
}
