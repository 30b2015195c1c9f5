// Generated from kafka.proto-frame (sha256 8ccda134d1e495f5) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Request, in bytes:
//   0              length         i32 in 8..104857600
//   4              api_key        ApiKey
//   6              api_version    i16
//   8              correlation_id i32
//   12             client_id      pstr(i16) nullable
//   tagCount2      tag_count      varint(leb128)
//   tags           tags           list of TaggedField count tag_count max 1024
//   transaction2   transaction    compact_text nullable
//   transaction2   transactional_id pstr(i16) nullable
//   acks4          acks           i16
//   body           body           bytes rest

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
  i16,
  i32,
  leb128,
  leb128End,
  leb128Size,
  Marks,
  Match,
  put16,
  put32,
  putLeb128,
  readUtf8,
  type RequestId,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  utf8Length,
  writeUtf8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  apiName as kafkaApisApiName,
  requestHeader as kafkaApisRequestHeader,
  responseHeader as kafkaApisResponseHeader,
} from './extern/kafka-apis.js';
import { compactText as kafkaCompactCompactText } from './extern/kafka-compact.js';
import { kafkaReplies, type ResponseFacts } from './replies/kafka.js';

/** The APIs that mean something here; their names are those of api_name. */
export const ApiKey = {
  produce: 0,
  fetch: 1,
  joinGroup: 11,
  syncGroup: 14,
  saslHandshake: 17,
  apiVersions: 18,
  saslAuthenticate: 36,
} as const;
export type ApiKey = number;

/** A field that a later version adds without changing the rest. */
export interface TaggedField {
  readonly tag: number;
  readonly data?: Uint8Array | undefined;
}

/** What a new Request is made of; lengths, constants and checksums are not given. */
export interface RequestInit {
  readonly apiKey: ApiKey;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** Never compact, so that a broker can read it in a header it does not know. */
  readonly clientId?: string | null | undefined;
  readonly tags?: readonly TaggedField[] | undefined;
  /** The transaction it belongs to. */
  readonly transaction?: string | null | undefined;
  readonly transactionalId?: string | null | undefined;
  /** 0: no answer is sent; 1: when the leader has it; -1: when all replicas in sync have it. */
  readonly acks?: number | undefined;
  readonly body?: Uint8Array | undefined;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(3);

/** No byte of this protocol is known beforehand: it is chosen by port only. */
function match(): Match {
  return Match.no;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 12) {
    state.need = 12;
    return 0;
  }

  const length_ = i32(b, from);
  if (length_ < 8 || length_ > 104857600) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function requestTagsEnd(
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

/** Where tagCount starts. */
function tagCountAt(b: Uint8Array, at: number): number {
  const length = i16(b, at + 12);
  return at + 12 + 2 + (length === -1 ? 0 : length);
}

/** Where tagCount2 starts. */
function tagCount2At(b: Uint8Array, at: number): number {
  return kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 1 ? tagCountAt(b, at) : at + 12;
}

/** Where tags starts. */
function tagsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  const p = tagCount2At(b, at);
  return marks.keep(
    0,
    ended(leb128End(b, p, endAt(b, at)), 'Request.tag_count', p - at, 'kafka.proto-frame:58:9'),
  );
}

/** Where transaction starts. */
function transactionAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  const p = tagsAt(b, at);
  return marks.keep(
    1,
    ended(
      requestTagsEnd(b, p, endAt(b, at), leb128(b, tagCount2At(b, at)), null),
      'Request.tags',
      p - at,
      'kafka.proto-frame:59:9',
    ),
  );
}

/** Where transaction2 starts. */
function transaction2At(b: Uint8Array, at: number): number {
  return kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 2
    ? transactionAt(b, at)
    : tagCount2At(b, at);
}

/** Where acks starts. */
function acksAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  const p = transaction2At(b, at);
  return marks.keep(
    2,
    ended(
      kafkaCompactCompactText.end(b, p, endAt(b, at)),
      'Request.transaction',
      p - at,
      'kafka.proto-frame:64:11',
    ),
  );
}

/** Where acks2 starts. */
function acks2At(b: Uint8Array, at: number): number {
  const p = transaction2At(b, at);
  const length = i16(b, p);
  return p + 2 + (length === -1 ? 0 : length);
}

/** Where acks3 starts. */
function acks3At(b: Uint8Array, at: number): number {
  return i16(b, at + 6) >= 3 ? acks2At(b, at) : transaction2At(b, at);
}

/** Where acks4 starts. */
function acks4At(b: Uint8Array, at: number): number {
  return i16(b, at + 6) >= 9 ? acksAt(b, at) : acks3At(b, at);
}

/** Where body starts. */
function bodyAt(b: Uint8Array, at: number): number {
  return i16(b, at + 4) === ApiKey.produce ? acks4At(b, at) + 2 : transaction2At(b, at);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + i32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 12) {
    throw new DecodeError(
      'window',
      'Request',
      0,
      `has ${end - at} bytes, needs 12`,
      'kafka.proto-frame:45:9',
    );
  }

  if (i32(b, at) < 8 || i32(b, at) > 104857600) {
    throw new DecodeError(
      'range',
      'Request.length',
      0,
      `is ${i32(b, at)}, has to be 8 to 104857600`,
      'kafka.proto-frame:47:5',
    );
  }

  const p = endAt(b, at);
  const requestEnd = p;
  if (kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 1) {
    if (i16(b, at + 12) < -1) {
      throw new DecodeError(
        'range',
        'Request.client_id',
        12,
        `has the length ${i16(b, at + 12)}`,
        'kafka.proto-frame:55:9',
      );
    }

    const p2 = tagCountAt(b, at);
    if (p2 > requestEnd) {
      throw new DecodeError(
        'window',
        'Request.client_id',
        12,
        `runs ${p2 - requestEnd} bytes over the end of its window`,
        'kafka.proto-frame:55:9',
      );
    }
  }

  const p3 = tagCount2At(b, at);
  if (p3 > requestEnd) {
    throw new DecodeError(
      'window',
      'Request',
      12,
      `runs ${p3 - requestEnd} bytes over the end of its window`,
      'kafka.proto-frame:53:7',
    );
  }

  const p4 = transaction2At(b, at);
  if (p4 > requestEnd) {
    throw new DecodeError(
      'window',
      'Request',
      p3 - at,
      `runs ${p4 - requestEnd} bytes over the end of its window`,
      'kafka.proto-frame:57:7',
    );
  }

  if (i16(b, at + 4) === ApiKey.produce) {
    if (i16(b, at + 6) >= 9) {
    } else {
      if (i16(b, at + 6) >= 3) {
        if (i16(b, p4) < -1) {
          throw new DecodeError(
            'range',
            'Request.transactional_id',
            p4 - at,
            `has the length ${i16(b, p4)}`,
            'kafka.proto-frame:66:11',
          );
        }

        const p5 = acks2At(b, at);
        if (p5 > requestEnd) {
          throw new DecodeError(
            'window',
            'Request.transactional_id',
            p4 - at,
            `runs ${p5 - requestEnd} bytes over the end of its window`,
            'kafka.proto-frame:66:11',
          );
        }
      }

      const p6 = acks3At(b, at);
      if (p6 > requestEnd) {
        throw new DecodeError(
          'window',
          'Request',
          p4 - at,
          `runs ${p6 - requestEnd} bytes over the end of its window`,
          'kafka.proto-frame:65:16',
        );
      }
    }

    const p7 = acks4At(b, at);
    if (p7 + 2 > requestEnd) {
      throw new DecodeError(
        'window',
        'Request.acks',
        p7 - at,
        `runs ${p7 + 2 - requestEnd} bytes over the end of its window`,
        'kafka.proto-frame:69:9',
      );
    }
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Request',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'kafka.proto-frame:45:9',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  return (i16(b, at + 4) === ApiKey.produce ? i16(b, acks4At(b, at)) : undefined) === 0
    ? FrameKind.oneway
    : FrameKind.request;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return i32(b, at + 8);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  put32(b, at + 8, id as number);
  return true;
}

function serviceOf(_b: Uint8Array, _at: number): string | undefined {
  return 'kafka';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  return kafkaApisApiName(i16(b, at + 4));
}

function versionOf(b: Uint8Array, at: number): string | undefined {
  return String(i16(b, at + 6));
}

function isExclusive(b: Uint8Array, at: number): boolean {
  const apiKey = i16(b, at + 4);
  return apiKey === ApiKey.fetch || apiKey === ApiKey.joinGroup || apiKey === ApiKey.syncGroup
    ? true
    : apiKey === ApiKey.saslHandshake || apiKey === ApiKey.saslAuthenticate
      ? true
      : false;
}

function bodyStart(b: Uint8Array, at: number): number {
  return bodyAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

/** What the replies to a request are read by. */
function factsOf(b: Uint8Array, at: number, _end: number): ResponseFacts {
  return { flexible: kafkaApisResponseHeader(i16(b, at + 4), i16(b, at + 6)) >= 1 };
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

function sizeOfRequestTags(items: readonly TaggedField[]): number {
  let size = 0;
  for (const item of items) size += sizeOfTaggedField(item);
  return size;
}

function writeRequestTags(b: Uint8Array, at: number, items: readonly TaggedField[]): number {
  let p = at;
  for (const item of items) {
    p = writeTaggedField(b, p, item);
  }

  return p;
}

/** A new Request. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeRequest(init: RequestInit): Uint8Array {
  const {
    apiKey,
    apiVersion,
    correlationId,
    clientId = null,
    tags = [],
    transaction = null,
    transactionalId = null,
    acks,
    body = NO_BYTES,
  } = init;
  requireInteger('Request.api_key', apiKey, -32768, 32767);
  requireInteger('Request.api_version', apiVersion, -32768, 32767);
  requireInteger('Request.correlation_id', correlationId, -2147483648, 2147483647);
  if (apiKey === ApiKey.produce) {
    requirePresent('Request.acks', acks);
    requireInteger('Request.acks', acks!, -32768, 32767);
  }

  let tagCount = 0;
  let size = 4;
  const requestFrom = size;
  size += 8;
  if (kafkaApisRequestHeader(apiKey, apiVersion) >= 1) {
    size += 2 + (clientId === null ? 0 : utf8Length(clientId));
  }

  if (kafkaApisRequestHeader(apiKey, apiVersion) >= 2) {
    requireInteger('Request.tags (elements)', tags.length, 0, 1024);
    const tagsSize = sizeOfRequestTags(tags);
    size += tagsSize;
    tagCount = tags.length;
    requireInteger('Request.tag_count', tagCount, 0, 9007199254740991);
    size += leb128Size(tagCount);
  }

  if (apiKey === ApiKey.produce) {
    if (apiVersion >= 9) {
      size += kafkaCompactCompactText.size(transaction);
    } else {
      if (apiVersion >= 3) {
        size += 2 + (transactionalId === null ? 0 : utf8Length(transactionalId));
      }
    }

    size += 2;
  }

  size += body.length;
  const requestSize = size - requestFrom;
  const length = requestSize;
  requireInteger('Request.length', length, 8, 104857600);
  if (size > 104857604) throw new EncodeError('Request', `has ${size} bytes, the limit is 104857604`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put16(b, p + 4, apiKey);
  put16(b, p + 6, apiVersion);
  put32(b, p + 8, correlationId);
  p += 12;
  if (kafkaApisRequestHeader(apiKey, apiVersion) >= 1) {
    if (clientId === null) {
      put16(b, p, -1);
      p += 2;
    } else {
      requireInteger('Request.client_id (bytes)', utf8Length(clientId), 0, 32767);
      put16(b, p, utf8Length(clientId));
      p += 2;
      p = writeUtf8(b, p, clientId);
    }
  }

  if (kafkaApisRequestHeader(apiKey, apiVersion) >= 2) {
    p = putLeb128(b, p, tagCount);
    p = writeRequestTags(b, p, tags);
  }

  if (apiKey === ApiKey.produce) {
    if (apiVersion >= 9) {
      p = kafkaCompactCompactText.write(b, p, transaction);
    } else {
      if (apiVersion >= 3) {
        if (transactionalId === null) {
          put16(b, p, -1);
          p += 2;
        } else {
          requireInteger('Request.transactional_id (bytes)', utf8Length(transactionalId), 0, 32767);
          put16(b, p, utf8Length(transactionalId));
          p += 2;
          p = writeUtf8(b, p, transactionalId);
        }
      }
    }

    put16(b, p, acks!);
    p += 2;
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
): Uint8Array {
  if (headers !== null && headers.size > 0) throw new EncodeError('Request', 'has no headers');
  const p = bodyAt(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p2 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Request.length', length_, 8, 104857600);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 104857604) throw new EncodeError('Request', `has ${size} bytes, the limit is 104857604`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 0, length_);
  return out;
}

/** Every field of a Request, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class RequestFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Of all that follows. */
  get length_(): number {
    return i32(this.bytes, this.start);
  }

  get apiKey(): ApiKey {
    return i16(this.bytes, this.start + 4);
  }

  get apiVersion(): number {
    return i16(this.bytes, this.start + 6);
  }

  get correlationId(): number {
    return i32(this.bytes, this.start + 8);
  }

  /** Never compact, so that a broker can read it in a header it does not know. */
  get clientId(): string | null | undefined {
    const { bytes: b, start: at } = this;
    if (kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 1) {
      const from = at + 12;
      if (i16(b, from) === -1) return null;
      return readUtf8(b, from + 2, tagCountAt(b, at));
    }

    return undefined;
  }

  get tagCount(): number | undefined {
    const { bytes: b, start: at } = this;
    return kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 2
      ? leb128(b, tagCount2At(b, at))
      : undefined;
  }

  get tags(): readonly TaggedField[] | undefined {
    const { bytes: b, start: at } = this;
    if (kafkaApisRequestHeader(i16(b, at + 4), i16(b, at + 6)) >= 2) {
      const p = tagsAt(b, at);
      const p2 = endAt(b, at);
      const c = new Cursor(b, p, p2);
      const p3 = tagCount2At(b, at);
      const value: TaggedField[] = [];
      if (leb128(b, p3) > 1024)
        throw new DecodeError(
          'limit',
          'Request.tags',
          c.at,
          `has ${leb128(b, p3)} elements, the limit is 1024`,
          'kafka.proto-frame:59:9',
        );
      for (let i = 0; i < leb128(b, p3); i++) {
        const item = readTaggedField(c);
        value.push(item);
      }

      return value;
    }

    return undefined;
  }

  /** The transaction it belongs to. */
  get transaction(): string | null | undefined {
    const { bytes: b, start: at } = this;
    if (i16(b, at + 4) === ApiKey.produce && i16(b, at + 6) >= 9) {
      return kafkaCompactCompactText.read(b, transaction2At(b, at), acksAt(b, at));
    }

    return undefined;
  }

  get transactionalId(): string | null | undefined {
    const { bytes: b, start: at } = this;
    if (i16(b, at + 4) === ApiKey.produce && !(i16(b, at + 6) >= 9) && i16(b, at + 6) >= 3) {
      const p = transaction2At(b, at);
      const from = p;
      if (i16(b, from) === -1) return null;
      return readUtf8(b, from + 2, acks2At(b, at));
    }

    return undefined;
  }

  /** 0: no answer is sent; 1: when the leader has it; -1: when all replicas in sync have it. */
  get acks(): number | undefined {
    const { bytes: b, start: at } = this;
    return i16(b, at + 4) === ApiKey.produce ? i16(b, acks4At(b, at)) : undefined;
  }

  get body(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(bodyAt(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): RequestFrame {
    return new RequestFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Apache Kafka: the headers of requests and responses, and of Produce whether it is answered at all.
 *
 * After the protocol guide (kafka.apache.org/protocol) and clients/src/main/resources/common/message of
 * apache/kafka 4.0: RequestHeader.json, ResponseHeader.json, ProduceRequest.json. */
export const kafka: XProtocol<RequestInit> = defineProtocol<RequestInit, object>({
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
  replies: kafkaReplies,
  factsOf,
  match,
  scan,
  check,
  kindOf,
  isExclusive,
  idOf,
  setId,
  serviceOf,
  methodOf,
  versionOf,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeRequest,
});
