/**
 * What to write instead of a value of the wrong shape, where that can be told.
 *
 * @param expected what the schema says about the value, such as `expected a duration such as 3s or 250ms`
 * @param value as read from the file
 */
export function shapeHint(expected: string, value: unknown): string | undefined {
  const meant = meantBy(expected, value);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

function meantBy(expected: string, value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (text.length > 64) return undefined;
  if (expected.startsWith('expected a duration')) return durationMeant(text);
  if (expected.startsWith('expected a size')) return sizeMeant(text);
  if (expected.startsWith('expected host:port')) return addressMeant(text);
  if (expected.startsWith('expected a whole number')) return unquoted(/^\d{1,9}$/, value);
  if (expected.startsWith('expected a number')) return unquoted(/^\d{1,9}(?:\.\d{1,9})?$/, value);
  if (expected.startsWith('expected true or false')) return FLAGS.get(text.toLowerCase());
  if (expected.startsWith('expected TLSv1') && /^tlsv?1[._][23]$/i.test(text)) return `TLSv1.${text.at(-1)}`;
  if (expected.startsWith('expected permissions') && /^0?[0-7]{3}$/.test(text)) {
    return JSON.stringify(text.padStart(4, '0'));
  }
  if (/^expected a (?:name|string)/.test(expected) && /^(?:number|boolean)$/.test(typeof value)) {
    return JSON.stringify(String(value));
  }
  return undefined;
}

/** As YAML 1.1 and other programs write them. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['true', 'true'],
  ['no', 'false'],
  ['off', 'false'],
  ['false', 'false'],
]);
const DURATIONS: ReadonlyMap<string, string> = new Map([
  ['', 's'],
  ['ms', 'ms'],
  ['msec', 'ms'],
  ['s', 's'],
  ['sec', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['m', 'm'],
  ['min', 'm'],
  ['minute', 'm'],
  ['minutes', 'm'],
  ['h', 'h'],
  ['hour', 'h'],
  ['hours', 'h'],
]);
const SIZES: ReadonlyMap<string, string> = new Map([
  ['', 'B'],
  ['b', 'B'],
  ['k', 'KiB'],
  ['kb', 'KiB'],
  ['kib', 'KiB'],
  ['m', 'MiB'],
  ['mb', 'MiB'],
  ['mib', 'MiB'],
  ['g', 'GiB'],
  ['gb', 'GiB'],
  ['gib', 'GiB'],
]);
/** The next smaller unit. */
const SMALLER: ReadonlyMap<string, string> = new Map([
  ['KiB', 'B'],
  ['MiB', 'KiB'],
  ['GiB', 'MiB'],
]);

function durationMeant(text: string): string | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z]*)$/.exec(text);
  const unit = parts === null ? undefined : DURATIONS.get(parts[2]!.toLowerCase());
  return unit === undefined ? undefined : `${parts![1]}${unit}`;
}

function sizeMeant(text: string): string | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z]*)$/.exec(text);
  const unit = parts === null ? undefined : SIZES.get(parts[2]!.toLowerCase());
  if (unit === undefined) return undefined;
  const number = Number(parts![1]);
  if (Number.isInteger(number)) return `${number}${unit}`;
  const smaller = SMALLER.get(unit);
  return smaller === undefined ? undefined : `${Math.round(number * 1024)}${smaller}`;
}

function addressMeant(text: string): string | undefined {
  if (/^(?:unix:\/\/)?\/[^:]+$/.test(text)) return `unix:${text.replace('unix://', '')}`;
  if (/^:?\d{1,5}$/.test(text)) return `127.0.0.1:${text.replace(':', '')}`;
  const url = /^[a-z][a-z0-9+.-]*:\/\/([A-Za-z0-9._-]+:\d{1,5})\/?$/.exec(text);
  if (url !== null) return url[1];
  const ipv6 = /^([0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}):(\d{1,5})$/.exec(text);
  if (ipv6 !== null) return `[${ipv6[1]}]:${ipv6[2]}`;
  return undefined;
}

function unquoted(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
