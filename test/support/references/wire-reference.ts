import type { RequestId } from '@proto-frame/api';
import type { Change, Facts } from '../protocols.js';
import type { ReferenceEntry } from '../reference-frames.js';

/** What tests believe a protocol's frames to be, written without looking at its codec. */
export interface WireReference {
  /** Whether frames have headers that can be changed. */
  readonly hasHeaders: boolean;
  /** How entries stand together; left out: as SimpleMapSerializer writes them. */
  readonly headerForm?: HeaderForm;
  /** What stands in the frame. */
  facts(frame: Uint8Array): Facts;
  /** The same frame with something changed, written from nothing. */
  rebuild(frame: Uint8Array, change: Change): Buffer;
  /** How long the frame is that `bytes` begin with; 0 if they are too few to know. */
  length(bytes: Buffer): number;
  /** A call that carries a text in its body. */
  request(id: RequestId, text: string): Buffer;
  /** The answer of a host to it. */
  reply(request: Uint8Array, text: string): Buffer;
}

/** The bytes that header entries take together. */
export interface HeaderForm {
  /** Entries as they came, or new ones, as they stand in `frame`. */
  block(
    entries: readonly (ReferenceEntry | readonly [key: string, value: string | null])[],
    frame: Uint8Array,
  ): Buffer;
  /** The most bytes that their length field, or the schema, allows. */
  readonly most: number;
  /** Whether this can be written as a value. */
  takes(text: string | null, frame: Uint8Array): boolean;
  /** Whether this can be written as a key. */
  takesKey(key: string): boolean;
}
