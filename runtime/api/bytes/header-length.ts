import type { HeaderMap } from '../header-map.js';

const MOST_DIGITS = 15;

/** The number that b[from, to) is in 1 to 15 digits and nothing else; -1 where it is none. */
export function wholeNumber(b: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > MOST_DIGITS) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = b[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Whether entries have a key. @param key in lower case where case makes no difference */
export function hasEntry(
  entries: Iterable<readonly [key: string, value: string | null]>,
  key: string,
  inAnyCase: boolean,
): boolean {
  for (const [own] of entries) if ((inAnyCase ? own.toLowerCase() : own) === key) return true;
  return false;
}

/**
 * Entries with a size under a key, whatever else was given for it: in the place of the first that has the key, or behind
 * all others.
 *
 * @param size null leaves the entries as they are, @param none the size that needs no entry; -1 for none
 */
export function entriesWithSize(
  entries: Iterable<readonly [key: string, value: string | null]>,
  key: string,
  size: number | null,
  none: number,
  inAnyCase: boolean,
): Iterable<readonly [key: string, value: string | null]> {
  if (size === null) return entries;
  const wanted = inAnyCase ? key.toLowerCase() : key;
  const written: (readonly [string, string | null])[] = [];
  let isSet = false;
  for (const [own, value] of entries) {
    const isIt = (inAnyCase ? own.toLowerCase() : own) === wanted;
    if (!isIt) written.push([own, value]);
    else if (!isSet) written.push([own, String(size)]);
    isSet ||= isIt;
  }
  if (!isSet && size !== none) written.push([key, String(size)]);
  return written;
}

/** Headers with a size under a key, as {@link entriesWithSize} has entries; the same where it stands there already. */
export function headersWithSize(headers: HeaderMap, key: string, size: number, none: number): HeaderMap {
  const found = headers.get(key);
  if (found === undefined && size === none) return headers;
  // Received ones have been held against the frame: there is one, or all are the same.
  if (!headers.changed && found !== undefined && Number(found) === size) return headers;
  const copy = headers.copy();
  copy.set(key, String(size));
  return copy;
}

/** Headers without a key. */
export function headersWithout(headers: HeaderMap, key: string): HeaderMap {
  if (!headers.has(key)) return headers;
  const copy = headers.copy();
  copy.delete(key);
  return copy;
}
