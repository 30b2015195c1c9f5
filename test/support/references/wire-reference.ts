import type { RequestId } from '@proto-frame/api';
import type { Change, Facts } from '../protocols.js';
import type { ReferenceEntry } from '../reference-frames.js';

/** What tests believe a protocol's frames to be, written without looking at its codec. */
export interface FrameReference {
  /** Whether frames have headers that can be changed. */
  readonly hasHeaders: boolean;
  /** Whether this frame has them; left out: as all others. */
  headersIn?(frame: Uint8Array): boolean;
  /** The headers are a part of the body: one of both can be changed at once. */
  readonly headersInBody?: boolean;
  /** How entries stand together; left out: as SimpleMapSerializer writes them, up to 65535 bytes. */
  readonly headerForm?: HeaderForm;
  /** Bodies that this frame may get; left out: any bytes. None: it has no body. */
  bodies?(frame: Uint8Array): readonly Uint8Array[];
  /** Whether the frame's first bytes tell the protocol; left out: they do. */
  isTold?(frame: Uint8Array): boolean;
  /** What stands in the frame. */
  facts(frame: Uint8Array): Facts;
  /** The same frame with something changed, written from nothing. */
  rebuild(frame: Uint8Array, change: Change): Uint8Array;
}

/** The same of a protocol whose frames are called and answered by tests. */
export interface WireReference extends FrameReference {
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
