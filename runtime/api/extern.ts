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
   * that this one replaces is [from, to) there.
   * @throws EncodeError
   */
  size(headers: HeaderMap, source?: Uint8Array, from?: number, to?: number): number;
  /** Writes the map at `at`; entries that know their place (startAt) are copied from `source`. Returns where it ends. */
  write(
    bytes: Uint8Array,
    at: number,
    headers: HeaderMap,
    source: Uint8Array,
    from?: number,
    to?: number,
  ): number;
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

/** Where an entry stands: the tags of the records around it, outermost first, and its own. */
export type EntryPath = readonly number[];

/** What an entry holds; text and bytes are told apart by the format, or not at all. */
export type EntryValue = number | bigint | string | Uint8Array | HeaderMap;

/** The entries of a new record in the order of their paths; those that are undefined are left out. */
export type RecordEntries = readonly (readonly [path: EntryPath, value: EntryValue | undefined])[];

/**
 * Entries under numbers, some of them records themselves: `extern type message => record`. A format that lets a
 * tag come twice says by these functions which entry counts; a proxy has to take the one that receivers take.
 */
export interface ExternRecord {
  /** Whether [from, to) is a record, all of its entries whole. The other functions are asked of nothing else. */
  isRecord(bytes: Uint8Array, from: number, to: number): boolean;
  /** Where the entry at `path` of the record [from, to) starts, its tag included; -1 if there is none. */
  find(bytes: Uint8Array, from: number, to: number, path: EntryPath): number;
  /** The number that the entry at `at` holds; undefined if `at` is -1, or it holds something else or over 53 bits. */
  int(bytes: Uint8Array, at: number): number | undefined;
  /** As {@link int}, of 64 bits. */
  int64(bytes: Uint8Array, at: number): number | bigint | undefined;
  /** Writes another number into the bytes that the entry at `at` takes, wider than it need be; false if it can't. */
  putInt(bytes: Uint8Array, at: number, value: number): boolean;
  /** Where the text that the entry at `at` holds starts; -1 if `at` is -1 or it holds something else. */
  textStart(bytes: Uint8Array, at: number): number;
  /** Where it ends. */
  textEnd(bytes: Uint8Array, at: number): number;
  /** As textStart and textEnd, of bytes. */
  bytesStart(bytes: Uint8Array, at: number): number;
  bytesEnd(bytes: Uint8Array, at: number): number;
  /** The first value under `key` of the map at `path`, as {@link ExternMap.get}. */
  header(
    bytes: Uint8Array,
    from: number,
    to: number,
    path: EntryPath,
    key: string,
  ): string | null | undefined;
  /** Appends what the map at `path` holds, as {@link ExternMap.readHeaders}; nothing if there is no such entry. */
  readHeaders(
    bytes: Uint8Array,
    from: number,
    to: number,
    path: EntryPath,
    into: HeaderMap,
    most: number,
  ): boolean;
  /** How many bytes a new record takes. @throws EncodeError if one of its entries can't be written */
  size(entries: RecordEntries): number;
  /** Writes a new record and returns where it ends. */
  write(bytes: Uint8Array, at: number, entries: RecordEntries): number;
  /**
   * Where the bytes start that are written anew when the entry at `path` gets another value: the entry with the
   * records around it, or the place for it where there is none.
   */
  changeStart(bytes: Uint8Array, from: number, to: number, path: EntryPath): number;
  /** Where they end, of the record that ends at `to`. */
  changeEnd(bytes: Uint8Array, start: number, to: number, path: EntryPath): number;
  /**
   * How many bytes take the place of [start, end) when the entry at `path` gets another value. A value that is what
   * the entry holds takes the bytes that are there; nothing takes the place of no entry. @throws EncodeError
   */
  changedSize(bytes: Uint8Array, start: number, end: number, path: EntryPath, value: EntryValue): number;
  /** Writes them at `at` of `out`, and returns where they end; map entries that know their place stand in `bytes`. */
  writeChanged(
    out: Uint8Array,
    at: number,
    path: EntryPath,
    value: EntryValue,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number;
}
