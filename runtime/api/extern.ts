import type { HeaderMap } from './header-map.js';
import type { RequestId } from './x-protocol.js';

/**
 * What a TypeScript module gives a schema that declares `extern type`. Everything here is pure, keeps no
 * reference to bytes and takes time bounded by the bytes it is shown; hostile bytes give a value, never an
 * exception.
 *
 * The result of every `end` function: a place in the bytes (greater than `from`); 0 if the bytes can't be
 * such a value; -n if at least n bytes more than `to` are needed to know. It is not asked of what a schema
 * lets take the `rest` of its window, which may be empty.
 */
export interface ExternType<Value> {
  /** Where the value that starts at `from` ends. */
  end(bytes: Uint8Array, from: number, to: number): number;
  /** The value at [from, to), whose end has been found. */
  read(bytes: Uint8Array, from: number, to: number): Value;
  /** How many bytes `value` takes. @throws EncodeError if it can't be written */
  size(value: Value): number;
  /** Writes `value` at `at` and returns where it ends. */
  write(bytes: Uint8Array, at: number, value: Value): number;
}

/** A map of texts that can be a protocol's headers: `extern type strmap => map`. */
export interface ExternMap {
  /** As {@link ExternType.end}. */
  end(bytes: Uint8Array, from: number, to: number): number;
  /** The first value under `key` of the map at [from, to): null if it is null, undefined if there is none or it is no text. */
  get(bytes: Uint8Array, from: number, to: number, key: string): string | null | undefined;
  /**
   * Appends every entry to `into` with the bytes it stands in; entries whose value is no text as well, as
   * the text nearest to it, so that re-encoding keeps them. False if the bytes are no such map, or have over `most` entries.
   */
  readHeaders(bytes: Uint8Array, from: number, to: number, into: HeaderMap, most: number): boolean;
  /**
   * How many bytes the map takes with these entries; those that know their place stand in `source`, and the map
   * that this one replaces starts at `from` there.
   * @throws EncodeError
   */
  size(headers: HeaderMap, source?: Uint8Array, from?: number): number;
  /** Writes the map at `at`; entries that know their place (startAt) are copied from `source`. Returns where it ends. */
  write(bytes: Uint8Array, at: number, headers: HeaderMap, source: Uint8Array, from?: number): number;
}

/**
 * A map of texts that stands among other facts, a request id one of them, in a form that hides where they stand:
 * an object of JSON, a message of protobuf. `get` gives the other facts as texts under keys that begin with a
 * colon; `readHeaders` gives the texts alone, `readAll` all in their order. `size` and `write` make a whole head of
 * entries of both sorts, the same bytes of what `readAll` gave where these are as the module would write them. The
 * id has to be in it, whatever it is, because a new frame gets its own by `writeId`.
 */
export interface ExternHead extends ExternMap {
  /** As readHeaders, with the other facts. */
  readAll(bytes: Uint8Array, from: number, to: number, into: HeaderMap, most: number): boolean;
  /** Where the bytes of all texts start, which writeTexts replaces; -1 if the bytes are no head. Where there are none, the place for them. */
  textsStart(bytes: Uint8Array, from: number, to: number): number;
  /** Where they end. */
  textsEnd(bytes: Uint8Array, from: number, to: number): number;
  /** How many bytes these texts take where [start, end) of `source` was. @throws EncodeError */
  textsSize(headers: HeaderMap, source: Uint8Array, start: number, end: number): number;
  /** Writes them at `at` and returns where they end. */
  writeTexts(
    bytes: Uint8Array,
    at: number,
    headers: HeaderMap,
    source: Uint8Array,
    start: number,
    end: number,
  ): number;
  /** Where the id under `key` of the head [from, to) starts; -1 if it has none that is whole. */
  idStart(bytes: Uint8Array, from: number, to: number, key: string): number;
  /** Where the id that starts at `at` ends, of a head that starts at `from`. */
  idEnd(bytes: Uint8Array, from: number, at: number): number;
  readId(bytes: Uint8Array, from: number, at: number): RequestId;
  /** How many bytes another id takes in the head that starts at `from`. */
  idSize(bytes: Uint8Array, from: number, id: RequestId): number;
  /** Writes an id into `bytes` as the head that starts at `from` of `source` has it, and returns where it ends. */
  writeId(bytes: Uint8Array, at: number, id: RequestId, source: Uint8Array, from: number): number;
}

/** Entries under tags: `extern type jce => record`. A tag is a number, or a text such as a JSON key. */
export interface ExternRecord<Tag extends number | string> {
  /** As {@link ExternType.end}, for a record that fills its window: `to` if all entries are well formed. */
  end(bytes: Uint8Array, from: number, to: number): number;
  /** Where the entry under `tag` of the record [from, to) starts, its tag included; -1 if there is none. */
  find(bytes: Uint8Array, from: number, to: number, tag: Tag): number;
  /** Where the entry that starts at `at` ends. */
  entryEnd(bytes: Uint8Array, at: number, to: number): number;
  /** Where the bytes of a record that is an entry's value start and end: for records in records. */
  innerStart(bytes: Uint8Array, at: number, to: number): number;
  innerEnd(bytes: Uint8Array, at: number, to: number): number;
  /** Entries by what they hold; `read` gives undefined if the entry holds something else. */
  readonly int: ExternEntry<number, Tag>;
  readonly text: ExternEntry<string, Tag>;
  readonly bytes: ExternEntry<Uint8Array, Tag>;
  /** null if the format has no maps. */
  readonly map: ExternEntryMap<Tag> | null;
  /** What the format puts around all entries, and between two: JSON's braces and commas. '' for binary formats. */
  readonly open: string;
  readonly between: string;
  readonly close: string;
}

/** One kind of entry. */
export interface ExternEntry<Value, Tag extends number | string> {
  /** The value of the entry that starts at `at`. */
  read(bytes: Uint8Array, at: number, to: number): Value | undefined;
  /** How many bytes the entry takes, its tag included. */
  size(tag: Tag, value: Value): number;
  /** Writes the entry and returns where it ends. */
  write(bytes: Uint8Array, at: number, tag: Tag, value: Value): number;
}

/** An entry that is a map of texts: as {@link ExternMap}, at the entry's place. */
export interface ExternEntryMap<Tag extends number | string> {
  get(bytes: Uint8Array, at: number, to: number, key: string): string | null | undefined;
  readHeaders(bytes: Uint8Array, at: number, to: number, into: HeaderMap, most: number): boolean;
  size(tag: Tag, headers: HeaderMap): number;
  write(bytes: Uint8Array, at: number, tag: Tag, headers: HeaderMap, source: Uint8Array): number;
}
