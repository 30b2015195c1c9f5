// Generated from tars.proto-frame (sha256 3e91b65a11b7ae39) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Response, in bytes:
//   0              length         u32 in 7..16777215
//   4              version_head   u8 = 0x10
//   5              version        Version
//   6              record         a record: struct
//   tag 2          packet_type    PacketType
//   tag 3          request_id     int
//   tag 4          message_type   int
//   tag 5          ret            Ret
//   tag 6          buffer         bytes
//   tag 7          server_status  map
//   tag 8          result_desc    text
//   tag 9          context        map
//   6              record         a record: struct
//   tag 2          packet_type    PacketType
//   tag 3          tup_type       int
//   tag 4          request_id     int
//   tag 5          servant        text
//   tag 6          func           text
//   tag 7          tup_buffer     bytes
//   tag 8          timeout        int
//   tag 9          tup_context    map
//   tag 10         tup_status     map

import {
  changedRecord,
  CONTRACT_VERSION,
  copyBytes,
  DecodeError,
  defineProtocol,
  EncodeError,
  frameBytes,
  FrameKind,
  HeaderMap,
  headerMapOf,
  Match,
  put32,
  put8,
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
  utf8Bytes,
  whenGiven,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import { struct as jceStruct } from '../extern/jce.js';

/** Entries by their tags. */
const REQUEST_ID_TAG = [3];
const REQUEST_ID_TAG_2 = [4];
const RET_TAG = [5];
const BUFFER_TAG = [6];
const CONTEXT_TAG = [9];
const PACKET_TYPE_TAG = [2];
const MESSAGE_TYPE_TAG = [4];
const SERVER_STATUS_TAG = [7];
const RESULT_DESC_TAG = [8];
const TUP_TYPE_TAG = [3];
const SERVANT_TAG = [5];
const FUNC_TAG = [6];
const TUP_BUFFER_TAG = [7];
const TIMEOUT_TAG = [8];
const TUP_CONTEXT_TAG = [9];
const TUP_STATUS_TAG = [10];

/** TUP is for clients without a generated stub: its responses have the layout of a request. */
export const Version = {
  tars: 1,
  tupComplex: 2,
  tupSimple: 3,
  xml: 4,
  json: 5,
} as const;
export type Version = (typeof Version)[keyof typeof Version];

/** Whether a request is answered. */
export const PacketType = {
  normal: 0,
  oneway: 1,
} as const;
export type PacketType = number;

/** What became of a call; a service's own codes are its result, not here. */
export const Ret = {
  success: 0,
  decodeError: -1,
  encodeError: -2,
  noFunction: -3,
  noServant: -4,
  resetGrid: -5,
  queueTimeout: -6,
  timeout: -7,
  connectError: -8,
  overload: -9,
  noAdapter: -10,
  invalidSet: -11,
  clientDecodeError: -12,
  sendError: -13,
  unknown: -99,
} as const;
export type Ret = number;

/** What a new Response is made of; lengths, constants and checksums are not given. */
export interface ResponseInit {
  readonly version: Version;
  readonly packetType?: PacketType | undefined;
  readonly requestId?: number | undefined;
  readonly messageType?: number | undefined;
  readonly ret?: Ret | undefined;
  /** The result, and what the call has changed of its arguments. */
  readonly buffer?: Uint8Array | undefined;
  readonly serverStatus?: HeaderEntries | undefined;
  readonly resultDesc?: string | undefined;
  readonly context?: HeaderEntries | undefined;
  readonly tupType?: number | undefined;
  readonly servant?: string | undefined;
  readonly func?: string | undefined;
  readonly tupBuffer?: Uint8Array | undefined;
  readonly timeout?: number | undefined;
  readonly tupContext?: HeaderEntries | undefined;
  readonly tupStatus?: HeaderEntries | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) !== 16) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) < 1 || u8(b, from + 5) > 5) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 7) {
    state.need = 7;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 7 || length_ > 16777215) return ScanFault.malformed;
  return from + 4 + (length_ - 4) - from;
}

/** Where packetEnd starts. */
function packetEndAt(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

/** Where packetEnd2 starts. */
function packetEnd2At(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

/** Where packetEnd3 starts. */
function packetEnd3At(b: Uint8Array, at: number): number {
  const version = u8(b, at + 5);
  return version === Version.tars || version === Version.xml || version === Version.json
    ? packetEndAt(b, at)
    : packetEnd2At(b, at);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + (u32(b, at) - 4);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 7) {
    throw new DecodeError('window', 'Response', 0, `has ${end - at} bytes, needs 7`, 'tars.proto-frame:62:9');
  }

  if (u32(b, at) < 7 || u32(b, at) > 16777215) {
    throw new DecodeError(
      'range',
      'Response.length',
      0,
      `is ${u32(b, at)}, has to be 7 to 16777215`,
      'tars.proto-frame:63:5',
    );
  }

  const p = endAt(b, at);
  const packetEnd = p;
  if (u8(b, at + 4) !== 16) {
    throw new DecodeError(
      'constant',
      'Response.version_head',
      4,
      `is ${u8(b, at + 4)}, has to be 16`,
      'tars.proto-frame:65:7',
    );
  }

  if (u8(b, at + 5) < 1 || u8(b, at + 5) > 5) {
    throw new DecodeError(
      'enum',
      'Response.version',
      5,
      `${u8(b, at + 5)} is no Version`,
      'tars.proto-frame:66:7',
    );
  }

  const version = u8(b, at + 5);
  switch (version) {
    case Version.tars:
    case Version.xml:
    case Version.json: {
      if (!jceStruct.isRecord(b, at + 6, p)) {
        throw new DecodeError('window', 'Response.record', 6, 'is no struct', 'tars.proto-frame:69:18');
      }

      break;
    }

    case Version.tupComplex:
    case Version.tupSimple: {
      if (!jceStruct.isRecord(b, at + 6, p)) {
        throw new DecodeError('window', 'Response.record', 6, 'is no struct', 'tars.proto-frame:83:18');
      }

      break;
    }
  }

  const p2 = packetEnd3At(b, at);
  if (p2 > packetEnd) {
    throw new DecodeError(
      'window',
      'Response',
      6,
      `runs ${p2 - packetEnd} bytes over the end of its window`,
      'tars.proto-frame:67:7',
    );
  }

  if (p2 !== packetEnd) {
    throw new DecodeError(
      'window',
      'Response',
      6,
      `${packetEnd - p2} bytes of its window are left over`,
      'tars.proto-frame:67:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'tars.proto-frame:62:9',
    );
  }

  idOf(b, at);
}

function kindOf(_b: Uint8Array, _at: number): FrameKind {
  return FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  const version = u8(b, at + 5);
  if (version === Version.tars || version === Version.xml || version === Version.json) {
    return requireId(
      jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG)),
      'Response.request_id',
      6,
      'tars.proto-frame:71:15',
    );
  }

  return requireId(
    jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG_2)),
    'Response.request_id',
    6,
    'tars.proto-frame:86:15',
  );
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const version = u8(b, at + 5);
  if (version === Version.tars || version === Version.xml || version === Version.json) {
    const p = endAt(b, at);
    const idFrom = jceStruct.changeStart(b, at + 6, p, REQUEST_ID_TAG);
    const idTo = jceStruct.changeEnd(b, idFrom, p, REQUEST_ID_TAG);
    if (jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG, id) !== idTo - idFrom) return false;
    jceStruct.writeChanged(b, idFrom, REQUEST_ID_TAG, id, b, idFrom, idTo);
    return true;
  }

  const p2 = endAt(b, at);
  const idFrom = jceStruct.changeStart(b, at + 6, p2, REQUEST_ID_TAG_2);
  const idTo = jceStruct.changeEnd(b, idFrom, p2, REQUEST_ID_TAG_2);
  if (jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG_2, id) !== idTo - idFrom) return false;
  jceStruct.writeChanged(b, idFrom, REQUEST_ID_TAG_2, id, b, idFrom, idTo);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const version = u8(b, at + 5);
  return (
    (version === Version.tars || version === Version.xml || version === Version.json
      ? jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), RET_TAG))
      : undefined) ?? 0
  );
}

function bodyStart(b: Uint8Array, at: number, end: number): number {
  const version = u8(b, at + 5);
  if (!(version === Version.tars || version === Version.xml || version === Version.json)) return end;
  const p = endAt(b, at);
  const edge = jceStruct.bytesStart(b, jceStruct.find(b, at + 6, p, BUFFER_TAG));
  return edge < 0 ? end : edge;
}

function bodyEnd(b: Uint8Array, at: number, end: number): number {
  const version = u8(b, at + 5);
  if (!(version === Version.tars || version === Version.xml || version === Version.json)) return end;
  const p = endAt(b, at);
  const edge = jceStruct.bytesEnd(b, jceStruct.find(b, at + 6, p, BUFFER_TAG));
  return edge < 0 ? end : edge;
}

function toCanonical(wire: number): Status {
  switch (wire) {
    case Ret.success:
      return Status.OK;
    case Ret.decodeError:
      return Status.CODEC_ERROR;
    case Ret.encodeError:
    case Ret.clientDecodeError:
      return Status.DESERIALIZE_ERROR;
    case Ret.noFunction:
    case Ret.noServant:
      return Status.NO_ROUTE;
    case Ret.queueTimeout:
    case Ret.overload:
      return Status.OVERLOADED;
    case Ret.timeout:
      return Status.TIMEOUT;
    case Ret.connectError:
      return Status.NO_HEALTHY_UPSTREAM;
    case Ret.resetGrid:
    case Ret.noAdapter:
    case Ret.invalidSet:
    case Ret.sendError:
      return Status.INTERNAL;
    default:
      return Status.UNKNOWN;
  }
}

function toWire(status: Status): number {
  switch (status) {
    case Status.OK:
      return Ret.success;
    case Status.CODEC_ERROR:
      return Ret.decodeError;
    case Status.DESERIALIZE_ERROR:
      return Ret.encodeError;
    case Status.NO_ROUTE:
      return Ret.noServant;
    case Status.TIMEOUT:
      return Ret.timeout;
    case Status.NO_HEALTHY_UPSTREAM:
      return Ret.connectError;
    case Status.OVERLOADED:
    case Status.LIMIT_EXCEEDED:
      return Ret.overload;
    default:
      return Ret.unknown;
  }
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  const version = u8(b, at + 5);
  if (!(version === Version.tars || version === Version.xml || version === Version.json)) return undefined;
  return jceStruct.header(b, at + 6, endAt(b, at), CONTEXT_TAG, key);
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const version = u8(b, at + 5);
  if (!(version === Version.tars || version === Version.xml || version === Version.json)) return;
  const p = endAt(b, at);
  if (jceStruct.readHeaders(b, at + 6, p, CONTEXT_TAG, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Response.context',
    6,
    'is no map of at most 256 entries',
    'tars.proto-frame:78:15',
  );
}

/** The entries of a new record; those that are not given are left out. */
function entriesOf1(init: ResponseInit): RecordEntries {
  return [
    [PACKET_TYPE_TAG, init.packetType],
    [REQUEST_ID_TAG, init.requestId],
    [MESSAGE_TYPE_TAG, init.messageType],
    [RET_TAG, init.ret],
    [BUFFER_TAG, init.buffer],
    [SERVER_STATUS_TAG, whenGiven(init.serverStatus, headerMapOf)],
    [RESULT_DESC_TAG, init.resultDesc],
    [CONTEXT_TAG, whenGiven(init.context, headerMapOf)],
  ];
}

/** The entries of a new record; those that are not given are left out. */
function entriesOf2(init: ResponseInit): RecordEntries {
  return [
    [PACKET_TYPE_TAG, init.packetType],
    [TUP_TYPE_TAG, init.tupType],
    [REQUEST_ID_TAG_2, init.requestId],
    [SERVANT_TAG, init.servant],
    [FUNC_TAG, init.func],
    [TUP_BUFFER_TAG, init.tupBuffer],
    [TIMEOUT_TAG, init.timeout],
    [TUP_CONTEXT_TAG, whenGiven(init.tupContext, headerMapOf)],
    [TUP_STATUS_TAG, whenGiven(init.tupStatus, headerMapOf)],
  ];
}

/** A new Response. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeResponse(init: ResponseInit): Uint8Array {
  const { version } = init;
  requireInteger('Response.version', version, 1, 5);
  let size = 4;
  const packetFrom = size;
  size += 2;
  if (version === Version.tars || version === Version.xml || version === Version.json) {
    size += jceStruct.size(entriesOf1(init));
  } else {
    size += jceStruct.size(entriesOf2(init));
  }

  const packetSize = size - packetFrom;
  const length = packetSize + 4;
  requireInteger('Response.length', length, 7, 16777215);
  if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put8(b, p + 4, 16);
  put8(b, p + 5, version);
  p += 6;
  if (version === Version.tars || version === Version.xml || version === Version.json) {
    p = jceStruct.write(b, p, entriesOf1(init));
  } else {
    p = jceStruct.write(b, p, entriesOf2(init));
  }

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
  if (headers !== null && body !== null) {
    const version = u8(b, at + 5);
    if (!(version === Version.tars || version === Version.xml || version === Version.json)) {
      if (headers.size > 0 || body.length > 0)
        throw new EncodeError('Response', 'has no headers and no body');
      return copyBytes(b, at, end);
    }

    const p = endAt(b, at);
    const recordFrom = at + 6;
    const recordTo = p;
    const record = changedRecord(jceStruct, b, recordFrom, recordTo, [
      [CONTEXT_TAG, headers],
      [BUFFER_TAG, body],
    ]);
    const recordSize = record.length;
    const length_ = p - (at + 4) + recordSize - (recordTo - recordFrom) + 4;
    requireInteger('Response.length', length_, 7, 16777215);
    const size = end - at + recordSize - (recordTo - recordFrom);
    if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
    const out = frameBytes(size);
    out.set(b.subarray(at, recordFrom), 0);
    const q = recordFrom - at;
    out.set(record, q);
    put32(out, 0, length_);
    return out;
  }

  if (body !== null) {
    const version = u8(b, at + 5);
    if (!(version === Version.tars || version === Version.xml || version === Version.json)) {
      if (body.length > 0) throw new EncodeError('Response', 'has no body');
      return copyBytes(b, at, end);
    }

    const p = endAt(b, at);
    const bodyFrom = jceStruct.changeStart(b, at + 6, p, BUFFER_TAG);
    const bodyTo = jceStruct.changeEnd(b, bodyFrom, p, BUFFER_TAG);
    const bodySize = jceStruct.changedSize(b, bodyFrom, bodyTo, BUFFER_TAG, body);
    const length_ = p - (at + 4) + bodySize - (bodyTo - bodyFrom) + 4;
    requireInteger('Response.length', length_, 7, 16777215);
    const size = end - at + bodySize - (bodyTo - bodyFrom);
    if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
    const out = frameBytes(size);
    out.set(b.subarray(at, bodyFrom), 0);
    let q = bodyFrom - at;
    jceStruct.writeChanged(out, q, BUFFER_TAG, body, b, bodyFrom, bodyTo);
    q += bodySize;
    out.set(b.subarray(bodyTo, end), q);
    put32(out, 0, length_);
    return out;
  }

  if (headers === null) return copyBytes(b, at, end);
  const version = u8(b, at + 5);
  if (!(version === Version.tars || version === Version.xml || version === Version.json)) {
    if (headers.size > 0) throw new EncodeError('Response', 'has no headers');
    return copyBytes(b, at, end);
  }

  const p = endAt(b, at);
  const headersFrom = jceStruct.changeStart(b, at + 6, p, CONTEXT_TAG);
  const headersTo = jceStruct.changeEnd(b, headersFrom, p, CONTEXT_TAG);
  const headersSize = jceStruct.changedSize(b, headersFrom, headersTo, CONTEXT_TAG, headers);
  const length_ = p - (at + 4) + headersSize - (headersTo - headersFrom) + 4;
  requireInteger('Response.length', length_, 7, 16777215);
  const size = end - at + headersSize - (headersTo - headersFrom);
  if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  jceStruct.writeChanged(out, q, CONTEXT_TAG, headers, b, headersFrom, headersTo);
  q += headersSize;
  out.set(b.subarray(headersTo, end), q);
  put32(out, 0, length_);
  return out;
}

/** The frame with another id, where that takes another width. @throws EncodeError */
function withId(b: Uint8Array, at: number, end: number, id: RequestId): Uint8Array {
  const version = u8(b, at + 5);
  if (version === Version.tars || version === Version.xml || version === Version.json) {
    const p = endAt(b, at);
    const idFrom = jceStruct.changeStart(b, at + 6, p, REQUEST_ID_TAG);
    const idTo = jceStruct.changeEnd(b, idFrom, p, REQUEST_ID_TAG);
    const idSize = jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG, id);
    const length_ = p - (at + 4) + idSize - (idTo - idFrom) + 4;
    requireInteger('Response.length', length_, 7, 16777215);
    const size = end - at + idSize - (idTo - idFrom);
    if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
    const out = frameBytes(size);
    out.set(b.subarray(at, idFrom), 0);
    let q = idFrom - at;
    q = jceStruct.writeChanged(out, q, REQUEST_ID_TAG, id, b, idFrom, idTo);
    out.set(b.subarray(idTo, end), q);
    put32(out, 0, length_);
    return out;
  }

  const p = endAt(b, at);
  const idFrom = jceStruct.changeStart(b, at + 6, p, REQUEST_ID_TAG_2);
  const idTo = jceStruct.changeEnd(b, idFrom, p, REQUEST_ID_TAG_2);
  const idSize = jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG_2, id);
  const length_ = p - (at + 4) + idSize - (idTo - idFrom) + 4;
  requireInteger('Response.length', length_, 7, 16777215);
  const size = end - at + idSize - (idTo - idFrom);
  if (size > 16777215) throw new EncodeError('Response', `has ${size} bytes, the limit is 16777215`);
  const out = frameBytes(size);
  out.set(b.subarray(at, idFrom), 0);
  let q = idFrom - at;
  q = jceStruct.writeChanged(out, q, REQUEST_ID_TAG_2, id, b, idFrom, idTo);
  out.set(b.subarray(idTo, end), q);
  put32(out, 0, length_);
  return out;
}

export function heartbeatAck(req: {
  readonly version: Version;
  readonly requestId: number | undefined;
}): Uint8Array {
  return encodeResponse({
    version: req.version as Version,
    packetType: PacketType.normal,
    requestId: req.requestId,
    messageType: 0,
    ret: Ret.success,
    buffer: utf8Bytes(''),
    serverStatus: [],
  });
}

/** What an error reply takes from its request. */
export interface ResponseMemo {
  readonly version: Version;
  readonly requestId: number | undefined;
  readonly servant: string | undefined;
  readonly func: string | undefined;
}

/** To a client of TUP the outcome in the status, and a buffer that holds no attributes. */
export function hijack(memo: ResponseMemo, status: Status, reason: string): Uint8Array {
  return encodeResponse({
    version: memo.version as Version,
    packetType: PacketType.normal,
    requestId: memo.requestId,
    messageType: 0,
    ret: toWire(status),
    buffer: utf8Bytes(''),
    serverStatus: [],
    resultDesc: reason,
    tupType: 0,
    servant: memo.servant,
    func: memo.func,
    tupBuffer: utf8Bytes('\b\f'),
    timeout: 0,
    tupContext: [],
    tupStatus: [
      ['STATUS_RESULT_CODE', String(toWire(status))],
      ['STATUS_RESULT_DESC', reason],
    ],
  });
}

/** Every field of a Response, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ResponseFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get versionHead(): number {
    return u8(this.bytes, this.start + 4);
  }

  get version(): Version {
    return u8(this.bytes, this.start + 5) as Version;
  }

  get packetType(): PacketType | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), PACKET_TYPE_TAG));
    }

    if (version === Version.tupComplex || version === Version.tupSimple) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), PACKET_TYPE_TAG));
    }

    return undefined;
  }

  get requestId(): number | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG));
    }

    if (version === Version.tupComplex || version === Version.tupSimple) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG_2));
    }

    return undefined;
  }

  get messageType(): number | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), MESSAGE_TYPE_TAG));
    }

    return undefined;
  }

  get ret(): Ret | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), RET_TAG));
    }

    return undefined;
  }

  /** The result, and what the call has changed of its arguments. */
  get buffer(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      const p = endAt(b, at);
      const place = jceStruct.find(b, at + 6, p, BUFFER_TAG);
      const start = jceStruct.bytesStart(b, place);
      return start < 0 ? undefined : b.subarray(start, jceStruct.bytesEnd(b, place));
    }

    return undefined;
  }

  get serverStatus(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      const p = endAt(b, at);
      if (jceStruct.find(b, at + 6, p, SERVER_STATUS_TAG) < 0) return undefined;
      const entries = new HeaderMap(tarsReplies.traits.headerCase);
      if (!jceStruct.readHeaders(b, at + 6, p, SERVER_STATUS_TAG, entries, 256))
        throw new DecodeError(
          'window',
          'Response.server_status',
          0,
          'is no map of texts',
          'tars.proto-frame:76:15',
        );
      return entries;
    }

    return undefined;
  }

  get resultDesc(): string | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      const p = endAt(b, at);
      const resultDescPlace = jceStruct.find(b, at + 6, p, RESULT_DESC_TAG);
      const resultDescStart = jceStruct.textStart(b, resultDescPlace);
      return resultDescStart < 0
        ? undefined
        : readUtf8(b, resultDescStart, jceStruct.textEnd(b, resultDescPlace));
    }

    return undefined;
  }

  get context(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tars || version === Version.xml || version === Version.json) {
      const p = endAt(b, at);
      if (jceStruct.find(b, at + 6, p, CONTEXT_TAG) < 0) return undefined;
      const entries = new HeaderMap(tarsReplies.traits.headerCase);
      if (!jceStruct.readHeaders(b, at + 6, p, CONTEXT_TAG, entries, 256))
        throw new DecodeError(
          'window',
          'Response.context',
          0,
          'is no map of texts',
          'tars.proto-frame:78:15',
        );
      return entries;
    }

    return undefined;
  }

  get tupType(): number | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), TUP_TYPE_TAG));
    }

    return undefined;
  }

  get servant(): string | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      const p = endAt(b, at);
      const servantPlace = jceStruct.find(b, at + 6, p, SERVANT_TAG);
      const servantStart = jceStruct.textStart(b, servantPlace);
      return servantStart < 0 ? undefined : readUtf8(b, servantStart, jceStruct.textEnd(b, servantPlace));
    }

    return undefined;
  }

  get func(): string | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      const p = endAt(b, at);
      const funcPlace = jceStruct.find(b, at + 6, p, FUNC_TAG);
      const funcStart = jceStruct.textStart(b, funcPlace);
      return funcStart < 0 ? undefined : readUtf8(b, funcStart, jceStruct.textEnd(b, funcPlace));
    }

    return undefined;
  }

  get tupBuffer(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      const p = endAt(b, at);
      const place = jceStruct.find(b, at + 6, p, TUP_BUFFER_TAG);
      const start = jceStruct.bytesStart(b, place);
      return start < 0 ? undefined : b.subarray(start, jceStruct.bytesEnd(b, place));
    }

    return undefined;
  }

  get timeout(): number | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), TIMEOUT_TAG));
    }

    return undefined;
  }

  get tupContext(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      const p = endAt(b, at);
      if (jceStruct.find(b, at + 6, p, TUP_CONTEXT_TAG) < 0) return undefined;
      const entries = new HeaderMap(tarsReplies.traits.headerCase);
      if (!jceStruct.readHeaders(b, at + 6, p, TUP_CONTEXT_TAG, entries, 256))
        throw new DecodeError(
          'window',
          'Response.tup_context',
          0,
          'is no map of texts',
          'tars.proto-frame:91:15',
        );
      return entries;
    }

    return undefined;
  }

  get tupStatus(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const version = u8(b, at + 5);
    if (version === Version.tupComplex || version === Version.tupSimple) {
      const p = endAt(b, at);
      if (jceStruct.find(b, at + 6, p, TUP_STATUS_TAG) < 0) return undefined;
      const entries = new HeaderMap(tarsReplies.traits.headerCase);
      if (!jceStruct.readHeaders(b, at + 6, p, TUP_STATUS_TAG, entries, 256))
        throw new DecodeError(
          'window',
          'Response.tup_status',
          0,
          'is no map of texts',
          'tars.proto-frame:92:16',
        );
      return entries;
    }

    return undefined;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ResponseFrame {
    return new ResponseFrame(frame.bytes, frame.start, frame.end);
  }
}

export const tarsReplies: XProtocol<ResponseInit> = defineProtocol<ResponseInit, object>({
  name: 'tars',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 1,
    idMax: 2147483647,
    idReserved: [],
    maxFrame: 16777215,
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
