export type Path = readonly (string | number)[];

/** A value of the file that knows where it stands. Offsets in characters, ends exclusive. */
export interface Located {
  /** As JSON would have it; objects have no prototype. */
  readonly value: unknown;
  readonly path: Path;
  readonly start: number;
  readonly end: number;
  /** Where the key that leads here stands; the value itself in a list and at the root. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly entries: ReadonlyMap<string, Located>;
  readonly items: readonly Located[];
}

/** The deepest node on the way along `path`, and whether that is the whole way. */
export function locate(root: Located, path: readonly PropertyKey[]): { node: Located; found: boolean } {
  let node = root;
  for (const step of path) {
    const next = typeof step === 'number' ? node.items[step] : node.entries.get(String(step));
    if (next === undefined) return { node, found: false };
    node = next;
  }
  return { node, found: true };
}

/** `clusters[0].hosts[1].address`; keys that are no plain words are quoted. */
export function formatPath(path: readonly PropertyKey[]): string {
  let out = '';
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`;
    else {
      const name = String(step);
      out += /^[A-Za-z_][\w-]*$/.test(name)
        ? `${out === '' ? '' : '.'}${name}`
        : `[${JSON.stringify(name.slice(0, 64))}]`;
    }
  }
  return out;
}

/** The string under `key` of `node`, if there is one. */
export function stringAt(node: Located | undefined, key: string): Located | undefined {
  const child = node?.entries.get(key);
  return typeof child?.value === 'string' ? child : undefined;
}

/** The elements of the list under `key` of `node`, none if there is no list. */
export function itemsAt(node: Located | undefined, key: string): readonly Located[] {
  return node?.entries.get(key)?.items ?? [];
}

/** Whether keys and values stand there. */
export function isMap(node: Located): boolean {
  return typeof node.value === 'object' && node.value !== null && !Array.isArray(node.value);
}
