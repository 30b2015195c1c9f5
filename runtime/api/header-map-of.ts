import { HeaderMap } from './header-map.js';

/** Entries in any form as a map of its own, none of which knows a place in received bytes. */
export function headerMapOf(entries: Iterable<readonly [key: string, value: string | null]>): HeaderMap {
  const map = new HeaderMap();
  for (const [key, value] of entries) map.add(key, value);
  return map;
}
