// Generated from tars.proto-frame (sha256 3e91b65a11b7ae39) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Request, in bytes:
//   0              length         u32 in 7..16777215
//   4              version_head   u8 = 0x10
//   5              version        Version
//   6              record         a record: struct
//   tag 2          packet_type    PacketType default normal
//   tag 3          message_type   int
//   tag 4          request_id     int
//   tag 5          servant        text
//   tag 6          func           text
//   tag 7          buffer         bytes
//   tag 8          timeout        int
//   tag 9          context        map
//   tag 10         status         map

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
  TextCache,
  u32,
  u8,
  utf8Bytes,
  whenGiven,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import { struct as jceStruct } from './extern/jce.js';
import { heartbeatAck, hijack, tarsReplies, type ResponseMemo } from './replies/tars.js';

/** Entries by their tags. */
const PACKET_TYPE_TAG = [2];
const FUNC_TAG = [6];
const REQUEST_ID_TAG = [4];
const TIMEOUT_TAG = [8];
const SERVANT_TAG = [5];
const BUFFER_TAG = [7];
const CONTEXT_TAG = [9];
const MESSAGE_TYPE_TAG = [3];
const STATUS_TAG = [10];

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

/** What a new Request is made of; lengths, constants and checksums are not given. */
export interface RequestInit {
  readonly version: Version;
  readonly packetType?: PacketType | undefined;
  readonly messageType?: number | undefined;
  readonly requestId?: number | undefined;
  /** App.Server.Obj */
  readonly servant?: string | undefined;
  readonly func?: string | undefined;
  /** The arguments. */
  readonly buffer?: Uint8Array | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly context?: HeaderEntries | undefined;
  readonly status?: HeaderEntries | undefined;
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

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + (u32(b, at) - 4);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 7) {
    throw new DecodeError('window', 'Request', 0, `has ${end - at} bytes, needs 7`, 'tars.proto-frame:39:9');
  }

  if (u32(b, at) < 7 || u32(b, at) > 16777215) {
    throw new DecodeError(
      'range',
      'Request.length',
      0,
      `is ${u32(b, at)}, has to be 7 to 16777215`,
      'tars.proto-frame:41:5',
    );
  }

  const p = endAt(b, at);
  if (u8(b, at + 4) !== 16) {
    throw new DecodeError(
      'constant',
      'Request.version_head',
      4,
      `is ${u8(b, at + 4)}, has to be 16`,
      'tars.proto-frame:43:7',
    );
  }

  if (u8(b, at + 5) < 1 || u8(b, at + 5) > 5) {
    throw new DecodeError(
      'enum',
      'Request.version',
      5,
      `${u8(b, at + 5)} is no Version`,
      'tars.proto-frame:44:7',
    );
  }

  if (!jceStruct.isRecord(b, at + 6, p)) {
    throw new DecodeError('window', 'Request.record', 6, 'is no struct', 'tars.proto-frame:45:14');
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Request',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'tars.proto-frame:39:9',
    );
  }

  idOf(b, at);
}

/** Names of services and methods: few, and the same again and again. */
const names = new TextCache();

function kindOf(b: Uint8Array, at: number): FrameKind {
  const p = endAt(b, at);
  const packetType = jceStruct.int(b, jceStruct.find(b, at + 6, p, PACKET_TYPE_TAG)) ?? PacketType.normal;
  return packetType === PacketType.oneway ? FrameKind.oneway : FrameKind.request;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  const p = endAt(b, at);
  const funcPlace = jceStruct.find(b, at + 6, p, FUNC_TAG);
  const funcStart = jceStruct.textStart(b, funcPlace);
  return (
    (funcStart < 0 ? undefined : names.read(b, funcStart, jceStruct.textEnd(b, funcPlace))) === 'tars_ping'
  );
}

function idOf(b: Uint8Array, at: number): RequestId {
  return requireId(
    jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG)),
    'Request.request_id',
    6,
    'tars.proto-frame:48:11',
  );
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const p = endAt(b, at);
  const idFrom = jceStruct.changeStart(b, at + 6, p, REQUEST_ID_TAG);
  const idTo = jceStruct.changeEnd(b, idFrom, p, REQUEST_ID_TAG);
  if (jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG, id) !== idTo - idFrom) return false;
  jceStruct.writeChanged(b, idFrom, REQUEST_ID_TAG, id, b, idFrom, idTo);
  return true;
}

function timeoutOf(b: Uint8Array, at: number): number {
  return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), TIMEOUT_TAG)) ?? 0;
}

function setTimeout(b: Uint8Array, at: number, _end: number, ms: number): boolean {
  const p = endAt(b, at);
  const place = jceStruct.find(b, at + 6, p, TIMEOUT_TAG);
  return place >= 0 && jceStruct.putInt(b, place, ms);
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  const p = endAt(b, at);
  const servantPlace = jceStruct.find(b, at + 6, p, SERVANT_TAG);
  const servantStart = jceStruct.textStart(b, servantPlace);
  return servantStart < 0 ? undefined : names.read(b, servantStart, jceStruct.textEnd(b, servantPlace));
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const p = endAt(b, at);
  const funcPlace = jceStruct.find(b, at + 6, p, FUNC_TAG);
  const funcStart = jceStruct.textStart(b, funcPlace);
  return funcStart < 0 ? undefined : names.read(b, funcStart, jceStruct.textEnd(b, funcPlace));
}

function bodyStart(b: Uint8Array, at: number, end: number): number {
  const p = endAt(b, at);
  const edge = jceStruct.bytesStart(b, jceStruct.find(b, at + 6, p, BUFFER_TAG));
  return edge < 0 ? end : edge;
}

function bodyEnd(b: Uint8Array, at: number, end: number): number {
  const p = endAt(b, at);
  const edge = jceStruct.bytesEnd(b, jceStruct.find(b, at + 6, p, BUFFER_TAG));
  return edge < 0 ? end : edge;
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  return jceStruct.header(b, at + 6, endAt(b, at), CONTEXT_TAG, key);
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const p = endAt(b, at);
  if (jceStruct.readHeaders(b, at + 6, p, CONTEXT_TAG, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Request.context',
    6,
    'is no map of at most 256 entries',
    'tars.proto-frame:56:11',
  );
}

/** The entries of a new record; those that are not given are left out. */
function entriesOf(init: RequestInit): RecordEntries {
  return [
    [PACKET_TYPE_TAG, init.packetType],
    [MESSAGE_TYPE_TAG, init.messageType],
    [REQUEST_ID_TAG, init.requestId],
    [SERVANT_TAG, init.servant],
    [FUNC_TAG, init.func],
    [BUFFER_TAG, init.buffer],
    [TIMEOUT_TAG, init.timeout],
    [CONTEXT_TAG, whenGiven(init.context, headerMapOf)],
    [STATUS_TAG, whenGiven(init.status, headerMapOf)],
  ];
}

/** A new Request. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeRequest(init: RequestInit): Uint8Array {
  const { version } = init;
  requireInteger('Request.version', version, 1, 5);
  let size = 4;
  const packetFrom = size;
  size += 2 + jceStruct.size(entriesOf(init));
  const packetSize = size - packetFrom;
  const length = packetSize + 4;
  requireInteger('Request.length', length, 7, 16777215);
  if (size > 16777215) throw new EncodeError('Request', `has ${size} bytes, the limit is 16777215`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put8(b, p + 4, 16);
  put8(b, p + 5, version);
  p += 6;
  p = jceStruct.write(b, p, entriesOf(init));
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
    const p = endAt(b, at);
    const recordFrom = at + 6;
    const recordTo = p;
    const record = changedRecord(jceStruct, b, recordFrom, recordTo, [
      [CONTEXT_TAG, headers],
      [BUFFER_TAG, body],
    ]);
    const recordSize = record.length;
    const length_ = p - (at + 4) + recordSize - (recordTo - recordFrom) + 4;
    requireInteger('Request.length', length_, 7, 16777215);
    const size = end - at + recordSize - (recordTo - recordFrom);
    if (size > 16777215) throw new EncodeError('Request', `has ${size} bytes, the limit is 16777215`);
    const out = frameBytes(size);
    out.set(b.subarray(at, recordFrom), 0);
    const q = recordFrom - at;
    out.set(record, q);
    put32(out, 0, length_);
    return out;
  }

  if (body !== null) {
    const p = endAt(b, at);
    const bodyFrom = jceStruct.changeStart(b, at + 6, p, BUFFER_TAG);
    const bodyTo = jceStruct.changeEnd(b, bodyFrom, p, BUFFER_TAG);
    const bodySize = jceStruct.changedSize(b, bodyFrom, bodyTo, BUFFER_TAG, body);
    const length_ = p - (at + 4) + bodySize - (bodyTo - bodyFrom) + 4;
    requireInteger('Request.length', length_, 7, 16777215);
    const size = end - at + bodySize - (bodyTo - bodyFrom);
    if (size > 16777215) throw new EncodeError('Request', `has ${size} bytes, the limit is 16777215`);
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
  const p = endAt(b, at);
  const headersFrom = jceStruct.changeStart(b, at + 6, p, CONTEXT_TAG);
  const headersTo = jceStruct.changeEnd(b, headersFrom, p, CONTEXT_TAG);
  const headersSize = jceStruct.changedSize(b, headersFrom, headersTo, CONTEXT_TAG, headers);
  const length_ = p - (at + 4) + headersSize - (headersTo - headersFrom) + 4;
  requireInteger('Request.length', length_, 7, 16777215);
  const size = end - at + headersSize - (headersTo - headersFrom);
  if (size > 16777215) throw new EncodeError('Request', `has ${size} bytes, the limit is 16777215`);
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
  const p = endAt(b, at);
  const idFrom = jceStruct.changeStart(b, at + 6, p, REQUEST_ID_TAG);
  const idTo = jceStruct.changeEnd(b, idFrom, p, REQUEST_ID_TAG);
  const idSize = jceStruct.changedSize(b, idFrom, idTo, REQUEST_ID_TAG, id);
  const length_ = p - (at + 4) + idSize - (idTo - idFrom) + 4;
  requireInteger('Request.length', length_, 7, 16777215);
  const size = end - at + idSize - (idTo - idFrom);
  if (size > 16777215) throw new EncodeError('Request', `has ${size} bytes, the limit is 16777215`);
  const out = frameBytes(size);
  out.set(b.subarray(at, idFrom), 0);
  let q = idFrom - at;
  q = jceStruct.writeChanged(out, q, REQUEST_ID_TAG, id, b, idFrom, idTo);
  out.set(b.subarray(idTo, end), q);
  put32(out, 0, length_);
  return out;
}

/** Answered whatever the servant's name is. */
function heartbeat(id: number): Uint8Array {
  return encodeRequest({
    version: Version.tars,
    packetType: PacketType.normal,
    messageType: 0,
    requestId: id,
    servant: '',
    func: 'tars_ping',
    buffer: utf8Bytes(''),
    timeout: 0,
    context: [],
    status: [],
  });
}

function remember(b: Uint8Array, at: number, end: number): ResponseMemo {
  const p = endAt(b, at);
  return {
    version: u8(b, at + 5) as Version,
    requestId: jceStruct.int(b, jceStruct.find(b, at + 6, p, REQUEST_ID_TAG)),
    servant: new RequestFrame(b, at, end).servant,
    func: new RequestFrame(b, at, end).func,
  };
}

function answerHeartbeat(b: Uint8Array, at: number): Uint8Array {
  const p = endAt(b, at);
  return heartbeatAck({
    version: u8(b, at + 5) as Version,
    requestId: jceStruct.int(b, jceStruct.find(b, at + 6, p, REQUEST_ID_TAG)),
  });
}

/** Every field of a Request, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class RequestFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Of the whole packet. */
  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get versionHead(): number {
    return u8(this.bytes, this.start + 4);
  }

  get version(): Version {
    return u8(this.bytes, this.start + 5) as Version;
  }

  get packetType(): PacketType {
    const { bytes: b, start: at } = this;
    return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), PACKET_TYPE_TAG)) ?? PacketType.normal;
  }

  get messageType(): number | undefined {
    const { bytes: b, start: at } = this;
    return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), MESSAGE_TYPE_TAG));
  }

  get requestId(): number | undefined {
    const { bytes: b, start: at } = this;
    return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), REQUEST_ID_TAG));
  }

  /** App.Server.Obj */
  get servant(): string | undefined {
    const { bytes: b, start: at } = this;
    const p = endAt(b, at);
    const servantPlace = jceStruct.find(b, at + 6, p, SERVANT_TAG);
    const servantStart = jceStruct.textStart(b, servantPlace);
    return servantStart < 0 ? undefined : readUtf8(b, servantStart, jceStruct.textEnd(b, servantPlace));
  }

  get func(): string | undefined {
    const { bytes: b, start: at } = this;
    const p = endAt(b, at);
    const funcPlace = jceStruct.find(b, at + 6, p, FUNC_TAG);
    const funcStart = jceStruct.textStart(b, funcPlace);
    return funcStart < 0 ? undefined : readUtf8(b, funcStart, jceStruct.textEnd(b, funcPlace));
  }

  /** The arguments. */
  get buffer(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const p = endAt(b, at);
    const place = jceStruct.find(b, at + 6, p, BUFFER_TAG);
    const start = jceStruct.bytesStart(b, place);
    return start < 0 ? undefined : b.subarray(start, jceStruct.bytesEnd(b, place));
  }

  /** Milliseconds. */
  get timeout(): number | undefined {
    const { bytes: b, start: at } = this;
    return jceStruct.int(b, jceStruct.find(b, at + 6, endAt(b, at), TIMEOUT_TAG));
  }

  get context(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const p = endAt(b, at);
    if (jceStruct.find(b, at + 6, p, CONTEXT_TAG) < 0) return undefined;
    const entries = new HeaderMap(tars.traits.headerCase);
    if (!jceStruct.readHeaders(b, at + 6, p, CONTEXT_TAG, entries, 256))
      throw new DecodeError('window', 'Request.context', 0, 'is no map of texts', 'tars.proto-frame:56:11');
    return entries;
  }

  get status(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const p = endAt(b, at);
    if (jceStruct.find(b, at + 6, p, STATUS_TAG) < 0) return undefined;
    const entries = new HeaderMap(tars.traits.headerCase);
    if (!jceStruct.readHeaders(b, at + 6, p, STATUS_TAG, entries, 256))
      throw new DecodeError('window', 'Request.status', 0, 'is no map of texts', 'tars.proto-frame:57:12');
    return entries;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): RequestFrame {
    return new RequestFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Tencent's Tars: a length, then a struct of JCE both ways.
 *
 * After RequestF.tars, Servant.h and AppProtocol.cpp of TarsCpp, and proved against @tars/rpc. */
export const tars: XProtocol<RequestInit> = defineProtocol<RequestInit, ResponseMemo>({
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
  replies: tarsReplies,
  match,
  scan,
  check,
  kindOf,
  isHeartbeat,
  idOf,
  setId,
  timeoutOf,
  setTimeout,
  serviceOf,
  methodOf,
  headerOf,
  readHeaders,
  bodyStart,
  bodyEnd,
  reencode,
  withId,
  encode: encodeRequest,
  remember,
  heartbeat,
  heartbeatAck: answerHeartbeat,
  hijack,
});
