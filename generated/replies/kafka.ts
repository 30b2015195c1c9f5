// Generated from kafka.proto-frame (sha256 8ccda134d1e495f5) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Response, in bytes:
//   0              length         i32 in 4..104857600
//   4              correlation_id i32
//   8              tag_count      varint(leb128)
//   tags           tags           list of TaggedField count tag_count max 1024
//   body2          body           bytes rest

import {
  CONTRACT_VERSION,
  Cursor,
  DecodeError,
  defineProtocol,
  EncodeError,
  ended,
  frameBytes,
  FrameKind,
  type HeaderMap,
  i32,
  leb128,
  leb128End,
  leb128Size,
  Marks,
  Match,
  put32,
  putLeb128,
  type RequestFacts,
  type RequestId,
  requireInteger,
  ScanFault,
  type ScanState,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

/** A field that a later version adds without changing the rest. */
export interface TaggedField {
  readonly tag: number;
  readonly data?: Uint8Array | undefined;
}

/** What a new Response is made of; lengths, constants and checksums are not given. */
export interface ResponseInit {
  readonly correlationId: number;
  readonly tags?: readonly TaggedField[] | undefined;
  readonly body?: Uint8Array | undefined;
}

/** What of the request that it answers a reply is read by. */
export interface ResponseFacts extends RequestFacts {
  /** `response_header(req.api_key, req.api_version) >= 1` */
  readonly flexible: boolean;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(2);

/** No byte of this protocol is known beforehand: it is chosen by port only. */
function match(): Match {
  return Match.no;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 8) {
    state.need = 8;
    return 0;
  }
  const length_ = i32(b, from);
  if (length_ < 4 || length_ > 104857600) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function responseTagsEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    const next = taggedFieldEnd(b, p, to);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }
    p = next;
  }
  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where the TaggedField that starts at `at` ends; 0 if it is malformed, -n if n bytes more are needed to know. */
function taggedFieldEnd(b: Uint8Array, at: number, to: number): number {
  let p = at;
  p = leb128End(b, p, to);
  if (p <= 0) return p;
  const sizeEnd = leb128End(b, p, to);
  if (sizeEnd <= 0) return sizeEnd;
  const size = leb128(b, p);
  p = sizeEnd;
  if (size > 65536) return 0;
  p += size;
  if (p > to) return to - p;
  return p;
}

/** Where tags starts. */
function tagsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  return marks.keep(
    0,
    ended(leb128End(b, at + 8, endAt(b, at)), 'Response.tag_count', at + 8 - at, 'kafka.proto-frame:82:9'),
  );
}

/** Where body starts. */
function bodyAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  const p = tagsAt(b, at);
  return marks.keep(
    1,
    ended(
      responseTagsEnd(b, p, endAt(b, at), leb128(b, at + 8), null),
      'Response.tags',
      p - at,
      'kafka.proto-frame:83:9',
    ),
  );
}

/** Where body2 starts. */
function body2At(b: Uint8Array, at: number, facts: ResponseFacts): number {
  return facts.flexible ? bodyAt(b, at) : at + 8;
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + i32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number, facts: ResponseFacts): void {
  marks.begin(b, at);
  if (end - at < 8) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, needs 8`,
      'kafka.proto-frame:75:9',
    );
  }
  if (i32(b, at) < 4 || i32(b, at) > 104857600) {
    throw new DecodeError(
      'range',
      'Response.length',
      0,
      `is ${i32(b, at)}, has to be 4 to 104857600`,
      'kafka.proto-frame:77:5',
    );
  }
  const p = endAt(b, at);
  const responseEnd = p;
  const p2 = body2At(b, at, facts);
  if (p2 > responseEnd) {
    throw new DecodeError(
      'window',
      'Response',
      8,
      `runs ${p2 - responseEnd} bytes over the end of its window`,
      'kafka.proto-frame:81:7',
    );
  }
  if (end !== p) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'kafka.proto-frame:75:9',
    );
  }
}

function kindOf(_b: Uint8Array, _at: number): FrameKind {
  return FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return i32(b, at + 4);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  put32(b, at + 4, id as number);
  return true;
}

function bodyStart(b: Uint8Array, at: number, _end: number, facts: ResponseFacts): number {
  return body2At(b, at, facts);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** Reads a TaggedField at the cursor and moves it on. @throws DecodeError */
function readTaggedField(c: Cursor): TaggedField {
  const tagEnd = ended(leb128End(c.bytes, c.at, c.end), 'TaggedField.tag', c.at, 'kafka.proto-frame:40:5');
  const tag = leb128(c.bytes, c.at);
  c.at = tagEnd;
  const size_End = ended(leb128End(c.bytes, c.at, c.end), 'TaggedField.size', c.at, 'kafka.proto-frame:41:5');
  const size_ = leb128(c.bytes, c.at);
  c.at = size_End;
  if (size_ > 65536)
    throw new DecodeError(
      'limit',
      'TaggedField.data',
      c.at,
      `has ${size_} bytes, the limit is 65536`,
      'kafka.proto-frame:42:5',
    );
  const dataEnd = c.reach(size_, 'TaggedField.data', 'kafka.proto-frame:42:5');
  const data = c.bytes.subarray(c.at, dataEnd);
  c.at = dataEnd;
  return { tag, data };
}

/** How many bytes a TaggedField takes. @throws EncodeError */
function sizeOfTaggedField(v: TaggedField): number {
  const { tag, data = NO_BYTES } = v;
  requireInteger('TaggedField.tag', tag, 0, 9007199254740991);
  let size = leb128Size(tag);
  const dataSize = data.length;
  requireInteger('TaggedField.data (bytes)', dataSize, 0, 65536);
  size += dataSize;
  const size_ = dataSize;
  requireInteger('TaggedField.size', size_, 0, 9007199254740991);
  size += leb128Size(size_);
  return size;
}

/** Writes a TaggedField and returns where it ends. */
function writeTaggedField(b: Uint8Array, at: number, v: TaggedField): number {
  const { tag, data = NO_BYTES } = v;
  requireInteger('TaggedField.tag', tag, 0, 9007199254740991);
  let size = leb128Size(tag);
  const dataSize = data.length;
  requireInteger('TaggedField.data (bytes)', dataSize, 0, 65536);
  size += dataSize;
  const size_ = dataSize;
  requireInteger('TaggedField.size', size_, 0, 9007199254740991);
  size += leb128Size(size_);
  let p = at;
  p = putLeb128(b, p, tag);
  p = putLeb128(b, p, size_);
  b.set(data, p);
  p += dataSize;
  return p;
}

function sizeOfResponseTags(items: readonly TaggedField[]): number {
  let size = 0;
  for (const item of items) size += sizeOfTaggedField(item);
  return size;
}

function writeResponseTags(b: Uint8Array, at: number, items: readonly TaggedField[]): number {
  let p = at;
  for (const item of items) {
    p = writeTaggedField(b, p, item);
  }
  return p;
}

/** A new Response. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeResponse(init: ResponseInit, facts: ResponseFacts): Uint8Array {
  const { correlationId, tags = [], body = NO_BYTES } = init;
  requireInteger('Response.correlation_id', correlationId, -2147483648, 2147483647);
  let tagCount = 0;
  let size = 4;
  const responseFrom = size;
  size += 4;
  if (facts.flexible) {
    requireInteger('Response.tags (elements)', tags.length, 0, 1024);
    const tagsSize = sizeOfResponseTags(tags);
    size += tagsSize;
    tagCount = tags.length;
    requireInteger('Response.tag_count', tagCount, 0, 9007199254740991);
    size += leb128Size(tagCount);
  }
  size += body.length;
  const responseSize = size - responseFrom;
  const length = responseSize;
  requireInteger('Response.length', length, 4, 104857600);
  if (size > 104857604) throw new EncodeError('Response', `has ${size} bytes, the limit is 104857604`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put32(b, p + 4, correlationId);
  p += 8;
  if (facts.flexible) {
    p = putLeb128(b, p, tagCount);
    p = writeResponseTags(b, p, tags);
  }
  b.set(body, p);
  p += body.length;
  return b;
}

/** The frame with other headers, another body, or both; null leaves them as they are. @throws EncodeError */
function reencode(
  b: Uint8Array,
  at: number,
  end: number,
  headers: HeaderMap | null,
  body: Uint8Array | null,
  facts: ResponseFacts,
): Uint8Array {
  if (headers !== null && headers.size > 0) throw new EncodeError('Response', 'has no headers');
  const p = body2At(b, at, facts);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p2 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Response.length', length_, 4, 104857600);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 104857604) throw new EncodeError('Response', `has ${size} bytes, the limit is 104857604`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 0, length_);
  return out;
}

/** Every field of a Response, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ResponseFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
    readonly facts: ResponseFacts,
  ) {}

  /** Of all that follows. */
  get length_(): number {
    return i32(this.bytes, this.start);
  }

  get correlationId(): number {
    return i32(this.bytes, this.start + 4);
  }

  get tagCount(): number | undefined {
    return this.facts.flexible ? leb128(this.bytes, this.start + 8) : undefined;
  }

  get tags(): readonly TaggedField[] | undefined {
    const { bytes: b, start: at, facts } = this;
    if (facts.flexible) {
      const p = tagsAt(b, at);
      const p2 = endAt(b, at);
      const c = new Cursor(b, p, p2);
      const value: TaggedField[] = [];
      if (leb128(b, at + 8) > 1024)
        throw new DecodeError(
          'limit',
          'Response.tags',
          c.at,
          `has ${leb128(b, at + 8)} elements, the limit is 1024`,
          'kafka.proto-frame:83:9',
        );
      for (let i = 0; i < leb128(b, at + 8); i++) {
        const item = readTaggedField(c);
        value.push(item);
      }
      return value;
    }
    return undefined;
  }

  get body(): Uint8Array {
    const { bytes: b, start: at, facts } = this;
    return b.subarray(body2At(b, at, facts), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ResponseFrame {
    return new ResponseFrame(frame.bytes, frame.start, frame.end, frame.facts as ResponseFacts);
  }
}

export const kafkaReplies: XProtocol<ResponseInit> = defineProtocol<ResponseInit, object>({
  name: 'kafka',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 2147483639,
    idReserved: [],
    maxFrame: 104857604,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  idOf,
  setId,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeResponse,
});
