/** Values by one of a set of lengths, the longest first. */
interface Affixes<T> {
  readonly lengths: readonly number[];
  readonly values: ReadonlyMap<string, T>;
}

/**
 * What belongs to a domain: an exact one before `*end`, the longest of them first, before `begin*`, before `*`.
 * A look-up costs one probe for each length of wildcard there is, however many domains there are.
 */
export class DomainTable<T> {
  private readonly exact = new Map<string, T>();
  private readonly suffixes: Affixes<T>;
  private readonly prefixes: Affixes<T>;
  private readonly rest: T | null;

  /** @param entries domains as a configuration has them; of two that are the same the first counts */
  constructor(entries: readonly (readonly [domain: string, value: T])[]) {
    const suffixes = new Map<string, T>();
    const prefixes = new Map<string, T>();
    let rest: T | null = null;
    for (const [domain, value] of entries) {
      if (domain === '*') rest ??= value;
      else if (domain.startsWith('*')) addFirst(suffixes, domain.slice(1), value);
      else if (domain.endsWith('*')) addFirst(prefixes, domain.slice(0, -1), value);
      else addFirst(this.exact, domain, value);
    }
    this.suffixes = byLength(suffixes);
    this.prefixes = byLength(prefixes);
    this.rest = rest;
  }

  /** Whether every domain leads to the same. */
  get trivial(): boolean {
    return this.exact.size + this.suffixes.values.size + this.prefixes.values.size === 0;
  }

  /** @param domain undefined: only `*` takes it */
  find(domain: string | undefined): T | null {
    if (domain === undefined) return this.rest;
    const exact = this.exact.get(domain);
    if (exact !== undefined) return exact;
    for (const length of this.suffixes.lengths) {
      if (length >= domain.length) continue;
      const value = this.suffixes.values.get(domain.slice(domain.length - length));
      if (value !== undefined) return value;
    }
    for (const length of this.prefixes.lengths) {
      if (length >= domain.length) continue;
      const value = this.prefixes.values.get(domain.slice(0, length));
      if (value !== undefined) return value;
    }
    return this.rest;
  }
}

function addFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

function byLength<T>(values: ReadonlyMap<string, T>): Affixes<T> {
  const lengths = new Set([...values.keys()].map((key) => key.length));
  return { lengths: [...lengths].sort((a, b) => b - a), values };
}
