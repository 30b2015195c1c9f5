// Generated from brpc.proto-frame (sha256 f6b8440c96cb0723) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Response, in bytes:
//   0              magic          u32 = 0x50525043
//   4              body_size      u32 in 2..67108864
//   8              meta_size      u32
//   12             record         a record: message
//   tag 2.1        error_code     ErrorCode
//   tag 2.2        error_text     text
//   tag 3          compress_type  CompressType
//   tag 4          correlation_id int64
//   tag 5          attachment_size int
//   tag 6          chunk_info     bytes
//   tag 7          authentication_data bytes
//   tag 8          stream_settings bytes
//   tag 9          user_fields    map
//   tag 10         content_type   int
//   tag 11         checksum_type  int
//   tag 12         checksum_value bytes
//   payload        payload        bytes rest

import {
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  frameBytes,
  FrameKind,
  HeaderMap,
  headerMapOf,
  Match,
  put32,
  readUtf8,
  type RecordEntries,
  type RequestId,
  requireId,
  requireInteger,
  ScanFault,
  type ScanState,
  Status,
  u32,
  u8,
  whenGiven,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import { message as protobufMessage } from '../extern/protobuf.js';

/** Entries by their tags. */
const CORRELATION_ID_TAG = [4];
const ERROR_CODE_TAG = [2, 1];
const USER_FIELDS_TAG = [9];
const ERROR_TEXT_TAG = [2, 2];
const COMPRESS_TYPE_TAG = [3];
const ATTACHMENT_SIZE_TAG = [5];
const CHUNK_INFO_TAG = [6];
const AUTHENTICATION_DATA_TAG = [7];
const STREAM_SETTINGS_TAG = [8];
const CONTENT_TYPE_TAG = [10];
const CHECKSUM_TYPE_TAG = [11];
const CHECKSUM_VALUE_TAG = [12];

/** How the message is compressed; the attachment never is. */
export const CompressType = {
  none: 0,
  snappy: 1,
  gzip: 2,
  zlib: 3,
  lz4: 4,
} as const;
export type CompressType = number;

/** brpc::Errno and what of errno.h it uses; a service may have codes of its own. */
export const ErrorCode = {
  success: 0,
  noService: 1001,
  noMethod: 1002,
  badRequest: 1003,
  unauthorized: 1004,
  tooManyFails: 1005,
  timedOut: 1008,
  failedSocket: 1009,
  overcrowded: 1011,
  internal: 2001,
  badResponse: 2002,
  loggingOff: 2003,
  limitReached: 2004,
} as const;
export type ErrorCode = number;

/** What a new Response is made of; lengths, constants and checksums are not given. */
export interface ResponseInit {
  readonly errorCode?: ErrorCode | undefined;
  readonly errorText?: string | undefined;
  readonly compressType?: CompressType | undefined;
  readonly correlationId?: RequestId | undefined;
  readonly attachmentSize?: number | undefined;
  readonly chunkInfo?: Uint8Array | undefined;
  readonly authenticationData?: Uint8Array | undefined;
  readonly streamSettings?: Uint8Array | undefined;
  readonly userFields?: HeaderEntries | undefined;
  readonly contentType?: number | undefined;
  readonly checksumType?: number | undefined;
  readonly checksumValue?: Uint8Array | undefined;
  readonly payload?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 80) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) !== 82) return Match.no;
  if (to <= from + 2) return Match.more;
  if (u8(b, from + 2) !== 80) return Match.no;
  if (to <= from + 3) return Match.more;
  if (u8(b, from + 3) !== 67) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) > 4) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 14) {
    state.need = 14;
    return 0;
  }

  if (u32(b, from) !== 1347571779) return ScanFault.malformed;
  const bodySize_ = u32(b, from + 4);
  if (bodySize_ < 2 || bodySize_ > 67108864) return ScanFault.malformed;
  return from + 12 + bodySize_ - from;
}

/** Where payload starts. */
function payloadAt(b: Uint8Array, at: number): number {
  return at + 12 + u32(b, at + 8);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 12 + u32(b, at + 4);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 14) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, needs 14`,
      'brpc.proto-frame:72:9',
    );
  }

  if (u32(b, at) !== 1347571779) {
    throw new DecodeError(
      'constant',
      'Response.magic',
      0,
      `is ${u32(b, at)}, has to be 1347571779`,
      'brpc.proto-frame:73:5',
    );
  }

  if (u32(b, at + 4) < 2 || u32(b, at + 4) > 67108864) {
    throw new DecodeError(
      'range',
      'Response.body_size',
      4,
      `is ${u32(b, at + 4)}, has to be 2 to 67108864`,
      'brpc.proto-frame:74:5',
    );
  }

  const p = endAt(b, at);
  const body_End = p;
  const p2 = payloadAt(b, at);
  if (p2 > body_End) {
    throw new DecodeError(
      'window',
      'Response.meta',
      12,
      'runs over the end of the window around it',
      'brpc.proto-frame:77:7',
    );
  }

  if (!protobufMessage.isRecord(b, at + 12, p2)) {
    throw new DecodeError('window', 'Response.record', 12, 'is no message', 'brpc.proto-frame:78:16');
  }

  if (p2 > body_End) {
    throw new DecodeError(
      'window',
      'Response.meta',
      12,
      `runs ${p2 - body_End} bytes over the end of its window`,
      'brpc.proto-frame:77:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'brpc.proto-frame:72:9',
    );
  }

  idOf(b, at);
}

function kindOf(_b: Uint8Array, _at: number): FrameKind {
  return FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return requireId(
    protobufMessage.int64(b, protobufMessage.find(b, at + 12, payloadAt(b, at), CORRELATION_ID_TAG)),
    'Response.correlation_id',
    12,
    'brpc.proto-frame:84:13',
  );
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const p = payloadAt(b, at);
  const idFrom = protobufMessage.changeStart(b, at + 12, p, CORRELATION_ID_TAG);
  const idTo = protobufMessage.changeEnd(b, idFrom, p, CORRELATION_ID_TAG);
  if (protobufMessage.changedSize(b, idFrom, idTo, CORRELATION_ID_TAG, id) !== idTo - idFrom) return false;
  protobufMessage.writeChanged(b, idFrom, CORRELATION_ID_TAG, id, b, idFrom, idTo);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), ERROR_CODE_TAG)) ?? 0;
}

function bodyStart(b: Uint8Array, at: number): number {
  return payloadAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): Status {
  switch (wire) {
    case ErrorCode.success:
      return Status.OK;
    case ErrorCode.noService:
    case ErrorCode.noMethod:
      return Status.NO_ROUTE;
    case ErrorCode.badRequest:
      return Status.CODEC_ERROR;
    case ErrorCode.unauthorized:
      return Status.PERMISSION_DENIED;
    case ErrorCode.timedOut:
      return Status.TIMEOUT;
    case ErrorCode.failedSocket:
    case ErrorCode.loggingOff:
      return Status.NO_HEALTHY_UPSTREAM;
    case ErrorCode.overcrowded:
      return Status.OVERLOADED;
    case ErrorCode.limitReached:
      return Status.LIMIT_EXCEEDED;
    case ErrorCode.internal:
    case ErrorCode.tooManyFails:
      return Status.INTERNAL;
    case ErrorCode.badResponse:
      return Status.DESERIALIZE_ERROR;
    default:
      return Status.UNKNOWN;
  }
}

function toWire(status: Status): number {
  switch (status) {
    case Status.OK:
      return ErrorCode.success;
    case Status.NO_ROUTE:
      return ErrorCode.noService;
    case Status.CODEC_ERROR:
      return ErrorCode.badRequest;
    case Status.PERMISSION_DENIED:
      return ErrorCode.unauthorized;
    case Status.TIMEOUT:
      return ErrorCode.timedOut;
    case Status.NO_HEALTHY_UPSTREAM:
      return ErrorCode.failedSocket;
    case Status.OVERLOADED:
      return ErrorCode.overcrowded;
    case Status.LIMIT_EXCEEDED:
      return ErrorCode.limitReached;
    case Status.DESERIALIZE_ERROR:
      return ErrorCode.badResponse;
    default:
      return ErrorCode.internal;
  }
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  return protobufMessage.header(b, at + 12, payloadAt(b, at), USER_FIELDS_TAG, key);
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const p = payloadAt(b, at);
  if (protobufMessage.readHeaders(b, at + 12, p, USER_FIELDS_TAG, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Response.user_fields',
    12,
    'is no map of at most 256 entries',
    'brpc.proto-frame:89:13',
  );
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** The entries of a new record; those that are not given are left out. */
function entriesOf(init: ResponseInit): RecordEntries {
  return [
    [ERROR_CODE_TAG, init.errorCode],
    [ERROR_TEXT_TAG, init.errorText],
    [COMPRESS_TYPE_TAG, init.compressType],
    [CORRELATION_ID_TAG, init.correlationId],
    [ATTACHMENT_SIZE_TAG, init.attachmentSize],
    [CHUNK_INFO_TAG, init.chunkInfo],
    [AUTHENTICATION_DATA_TAG, init.authenticationData],
    [STREAM_SETTINGS_TAG, init.streamSettings],
    [USER_FIELDS_TAG, whenGiven(init.userFields, headerMapOf)],
    [CONTENT_TYPE_TAG, init.contentType],
    [CHECKSUM_TYPE_TAG, init.checksumType],
    [CHECKSUM_VALUE_TAG, init.checksumValue],
  ];
}

/** A new Response. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeResponse(init: ResponseInit): Uint8Array {
  const { payload = NO_BYTES } = init;
  let size = 12;
  const bodyFrom = size;
  const metaFrom = size;
  size += protobufMessage.size(entriesOf(init));
  const metaSize2 = size - metaFrom;
  size += payload.length;
  const bodySize2 = size - bodyFrom;
  const bodySize = bodySize2;
  requireInteger('Response.body_size', bodySize, 2, 67108864);
  const metaSize = metaSize2;
  requireInteger('Response.meta_size', metaSize, 0, 4294967295);
  if (size > 67108876) throw new EncodeError('Response', `has ${size} bytes, the limit is 67108876`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, 1347571779);
  put32(b, p + 4, bodySize);
  put32(b, p + 8, metaSize);
  p += 12;
  p = protobufMessage.write(b, p, entriesOf(init));
  b.set(payload, p);
  p += payload.length;
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
  const p = payloadAt(b, at);
  const p2 = endAt(b, at);
  const headersFrom = protobufMessage.changeStart(b, at + 12, p, USER_FIELDS_TAG);
  const headersTo = protobufMessage.changeEnd(b, headersFrom, p, USER_FIELDS_TAG);
  const bodyFrom = p;
  const bodyTo = p2;
  const headersSize =
    headers === null
      ? headersTo - headersFrom
      : protobufMessage.changedSize(b, headersFrom, headersTo, USER_FIELDS_TAG, headers);
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const bodySize_ = p2 - (at + 12) + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Response.body_size', bodySize_, 2, 67108864);
  const metaSize = p - (at + 12) + headersSize - (headersTo - headersFrom);
  requireInteger('Response.meta_size', metaSize, 0, 4294967295);
  const size = end - at + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  if (size > 67108876) throw new EncodeError('Response', `has ${size} bytes, the limit is 67108876`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  if (headers === null) out.set(b.subarray(headersFrom, headersTo), q);
  else protobufMessage.writeChanged(out, q, USER_FIELDS_TAG, headers, b, headersFrom, headersTo);
  q += headersSize;
  out.set(b.subarray(headersTo, bodyFrom), q);
  q += bodyFrom - headersTo;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 4, bodySize_);
  put32(out, 8, metaSize);
  return out;
}

/** The frame with another id, where that takes another width. @throws EncodeError */
function withId(b: Uint8Array, at: number, end: number, id: RequestId): Uint8Array {
  const p = payloadAt(b, at);
  const idFrom = protobufMessage.changeStart(b, at + 12, p, CORRELATION_ID_TAG);
  const idTo = protobufMessage.changeEnd(b, idFrom, p, CORRELATION_ID_TAG);
  const idSize = protobufMessage.changedSize(b, idFrom, idTo, CORRELATION_ID_TAG, id);
  const p2 = endAt(b, at);
  const bodySize_ = p2 - (at + 12) + idSize - (idTo - idFrom);
  requireInteger('Response.body_size', bodySize_, 2, 67108864);
  const metaSize = p - (at + 12) + idSize - (idTo - idFrom);
  requireInteger('Response.meta_size', metaSize, 0, 4294967295);
  const size = end - at + idSize - (idTo - idFrom);
  if (size > 67108876) throw new EncodeError('Response', `has ${size} bytes, the limit is 67108876`);
  const out = frameBytes(size);
  out.set(b.subarray(at, idFrom), 0);
  let q = idFrom - at;
  q = protobufMessage.writeChanged(out, q, CORRELATION_ID_TAG, id, b, idFrom, idTo);
  out.set(b.subarray(idTo, end), q);
  put32(out, 4, bodySize_);
  put32(out, 8, metaSize);
  return out;
}

/** What an error reply takes from its request. */
export interface ResponseMemo {
  readonly correlationId: RequestId | undefined;
}

export function hijack(memo: ResponseMemo, status: Status, reason: string): Uint8Array {
  return encodeResponse({ errorCode: toWire(status), errorText: reason, correlationId: memo.correlationId });
}

/** Every field of a Response, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ResponseFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get magic(): number {
    return u32(this.bytes, this.start);
  }

  get bodySize(): number {
    return u32(this.bytes, this.start + 4);
  }

  get metaSize(): number {
    return u32(this.bytes, this.start + 8);
  }

  get errorCode(): ErrorCode | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), ERROR_CODE_TAG));
  }

  get errorText(): string | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    const errorText_Place = protobufMessage.find(b, at + 12, p, ERROR_TEXT_TAG);
    const errorText_Start = protobufMessage.textStart(b, errorText_Place);
    return errorText_Start < 0
      ? undefined
      : readUtf8(b, errorText_Start, protobufMessage.textEnd(b, errorText_Place));
  }

  get compressType(): CompressType | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), COMPRESS_TYPE_TAG));
  }

  get correlationId(): RequestId | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int64(b, protobufMessage.find(b, at + 12, payloadAt(b, at), CORRELATION_ID_TAG));
  }

  get attachmentSize(): number | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), ATTACHMENT_SIZE_TAG));
  }

  get chunkInfo(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    const place = protobufMessage.find(b, at + 12, p, CHUNK_INFO_TAG);
    const start = protobufMessage.bytesStart(b, place);
    return start < 0 ? undefined : b.subarray(start, protobufMessage.bytesEnd(b, place));
  }

  get authenticationData(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    const place = protobufMessage.find(b, at + 12, p, AUTHENTICATION_DATA_TAG);
    const start = protobufMessage.bytesStart(b, place);
    return start < 0 ? undefined : b.subarray(start, protobufMessage.bytesEnd(b, place));
  }

  get streamSettings(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    const place = protobufMessage.find(b, at + 12, p, STREAM_SETTINGS_TAG);
    const start = protobufMessage.bytesStart(b, place);
    return start < 0 ? undefined : b.subarray(start, protobufMessage.bytesEnd(b, place));
  }

  get userFields(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    if (protobufMessage.find(b, at + 12, p, USER_FIELDS_TAG) < 0) return undefined;
    const entries = new HeaderMap(brpcReplies.traits.headerCase);
    if (!protobufMessage.readHeaders(b, at + 12, p, USER_FIELDS_TAG, entries, 256))
      throw new DecodeError(
        'window',
        'Response.user_fields',
        0,
        'is no map of texts',
        'brpc.proto-frame:89:13',
      );
    return entries;
  }

  get contentType(): number | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), CONTENT_TYPE_TAG));
  }

  get checksumType(): number | undefined {
    const { bytes: b, start: at } = this;
    return protobufMessage.int(b, protobufMessage.find(b, at + 12, payloadAt(b, at), CHECKSUM_TYPE_TAG));
  }

  get checksumValue(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const p = payloadAt(b, at);
    const place = protobufMessage.find(b, at + 12, p, CHECKSUM_VALUE_TAG);
    const start = protobufMessage.bytesStart(b, place);
    return start < 0 ? undefined : b.subarray(start, protobufMessage.bytesEnd(b, place));
  }

  get payload(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(payloadAt(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ResponseFrame {
    return new ResponseFrame(frame.bytes, frame.start, frame.end);
  }
}

export const brpcReplies: XProtocol<ResponseInit> = defineProtocol<ResponseInit, object>({
  name: 'brpc',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 1,
    idMax: 2147483647,
    idReserved: [],
    maxFrame: 67108876,
    maxHeaders: 256,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  idOf,
  setId,
  wireStatusOf,
  toCanonical,
  toWire,
  headerOf,
  readHeaders,
  bodyStart,
  bodyEnd,
  reencode,
  withId,
  encode: encodeResponse,
});
