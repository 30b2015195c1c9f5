/** Numbers that are alike in all processes. */
const ALIKE: ReadonlySet<string> = new Set(['weight', 'priority', 'pid', 'latency_bounds_ms', 'config']);
/** Numbers of which the greatest counts. */
const GREATEST: ReadonlySet<string> = new Set(['time', 'uptime_seconds']);
/** What a host is called if one process has no complaint about it and another has. */
const NO_COMPLAINT = 'available';

/**
 * The same page of several processes as one: numbers are added up, lists of things with a name or an address
 * are matched by it, other lists of things are joined, and of the rest the first counts.
 *
 * @param values at least one, of the same type
 */
export function mergeStatus<T>(values: readonly T[]): T {
  return merge('', values) as T;
}

function merge(key: string, values: readonly unknown[]): unknown {
  const first = values[0];
  if (values.length === 1 || ALIKE.has(key)) return first;
  if (typeof first === 'number') {
    const numbers = values.map(Number);
    return GREATEST.has(key) ? Math.max(...numbers) : numbers.reduce((sum, value) => sum + value, 0);
  }
  if (key === 'state') return values.find((value) => value !== NO_COMPLAINT) ?? first;
  if (typeof first === 'boolean') return values.some((value) => value === true);
  if (Array.isArray(first)) return mergeLists(values as readonly (readonly unknown[])[]);
  if (typeof first !== 'object' || first === null) return first;
  const objects = values.filter((value): value is Record<string, unknown> => isObject(value));
  const keys = new Set(objects.flatMap((object) => Object.keys(object)));
  return Object.fromEntries(
    Array.from(keys, (name) => [
      name,
      merge(
        name,
        objects.filter((object) => Object.hasOwn(object, name)).map((object) => object[name]),
      ),
    ]),
  );
}

function mergeLists(lists: readonly (readonly unknown[])[]): unknown {
  const all = lists.flat();
  if (all.every((item) => typeof item === 'number')) {
    return lists[0]!.map((_, i) =>
      merge(
        '',
        lists.map((list) => list[i] ?? 0),
      ),
    );
  }
  if (!all.every(isObject)) return lists[0];
  if (!all.every((item) => keyOf(item) !== undefined)) {
    return all.sort((a, b) => Number(b['time'] ?? 0) - Number(a['time'] ?? 0));
  }
  const byKey = new Map<string, unknown[]>();
  for (const item of all) byKey.set(keyOf(item)!, [...(byKey.get(keyOf(item)!) ?? []), item]);
  return Array.from(byKey.values(), (same) => merge('', same));
}

/** Things that are the same in all processes have a name, or an address. */
function keyOf(item: Record<string, unknown>): string | undefined {
  const key = item['name'] ?? item['address'];
  return typeof key === 'string' ? key : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
