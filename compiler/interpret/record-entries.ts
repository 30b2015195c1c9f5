import { type EntryValue, type ExternRecord, HeaderMap, type RecordEntries } from '@proto-frame/api';
import type { Field, FieldType } from '../model/model.js';
import { isEncodeError } from './extern-code.js';
import type { Shown } from './read-frame.js';

type Entry = FieldType & { readonly kind: 'entry' };

/** What an entry of the record [from, to) holds, as other values are shown; undefined if it is not there. */
export function readEntry(
  format: ExternRecord,
  { path, of }: Entry,
  bytes: Uint8Array,
  from: number,
  to: number,
  most: number,
): Shown | undefined {
  const place = format.find(bytes, from, to, path);
  if (place < 0) return undefined;
  switch (of.kind) {
    case 'int':
    case 'int64': {
      const number = format[of.kind](bytes, place);
      return number === undefined ? undefined : BigInt(number);
    }
    case 'text': {
      const start = format.textStart(bytes, place);
      return start < 0
        ? undefined
        : Buffer.from(bytes.subarray(start, format.textEnd(bytes, place))).toString();
    }
    case 'bytes': {
      const start = format.bytesStart(bytes, place);
      return start < 0 ? undefined : bytes.subarray(start, format.bytesEnd(bytes, place));
    }
    case 'map': {
      const headers = new HeaderMap();
      return format.readHeaders(bytes, from, to, path, headers, most) ? [...headers] : undefined;
    }
  }
}

/** A record as its format writes these entries. @throws EncodeError */
export function recordBytes(
  format: ExternRecord,
  entries: readonly Field[],
  values: { readonly [field: string]: Shown },
): Uint8Array {
  const given: RecordEntries = entries.map((entry) => {
    const { path, of } = entry.type as Entry;
    return [path, entryValue(of.kind, values[entry.name])];
  });
  const bytes = new Uint8Array(format.size(given));
  format.write(bytes, 0, given);
  return bytes;
}

/** As {@link recordBytes}; null if the entries can't be written. */
export function recordBytesOrNull(...args: Parameters<typeof recordBytes>): Uint8Array | null {
  try {
    return recordBytes(...args);
  } catch (error) {
    if (isEncodeError(error)) return null;
    throw error;
  }
}

function entryValue(kind: Entry['of']['kind'], value: Shown | undefined): EntryValue | undefined {
  if (value === undefined) return undefined;
  if (kind === 'map') {
    const headers = new HeaderMap();
    for (const [key, text] of value as readonly (readonly [string, string | null])[]) headers.add(key, text);
    return headers;
  }
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return value as EntryValue;
}
