// Generated from motan2.proto-frame (sha256 695a955db9d428b2) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Message, in bytes:
//   0              magic          u16 = 0xf1f1
//   2              reserved heartbeat gzip oneway proxy response bits of u8
//   3              version status bits of u8
//   4              serialization unused bits of u8
//   5              id             u64
//   13             meta_len       u32
//   17             metadata       lines.newline_pairs rest
//   bodyLen        body_len       u32
//   bodyLen + 4    body           bytes size body_len max 15728000

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
  put16,
  put32,
  put64,
  put8,
  putRequestId64,
  type RequestId,
  requestId64,
  requireBigInteger,
  requireInteger,
  ScanFault,
  type ScanState,
  Status as ApiStatus,
  textNumber,
  u16,
  u32,
  u64,
  u8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import { motanException as motanExceptionFormat } from './extern/motan-exception.js';
import { newlinePairs as newlinePairsFormat } from './extern/newline-pairs.js';

/** How the body is serialized. */
export const Serialization = {
  hessian: 0,
  grpcPb: 1,
  json: 2,
  msgpack: 3,
  hprose: 4,
  pb: 5,
  simple: 6,
  grpcPbJson: 7,
  breeze: 8,
} as const;
export type Serialization = number;

/** The rest of the eight are kept for later. */
export const Status = {
  normal: 0,
  exception: 1,
} as const;
export type Status = number;

/** What a new Message is made of; lengths, constants and checksums are not given. */
export interface MessageInit {
  readonly reserved: number;
  readonly heartbeat: boolean;
  /** The body is compressed. */
  readonly gzip: boolean;
  readonly oneway: boolean;
  /** Sent by or to Motan's own agent. */
  readonly proxy: boolean;
  readonly response: boolean;
  /** 1 is Motan 2. */
  readonly version: number;
  readonly status: Status;
  readonly serialization: Serialization;
  readonly unused: number;
  readonly id: bigint;
  readonly metadata?: HeaderEntries | undefined;
  readonly body?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 241) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) !== 241) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 21) {
    state.need = 21;
    return 0;
  }

  if (u16(b, from) !== 61937) return ScanFault.malformed;
  if (u32(b, from + 13) > 65536) return ScanFault.tooLarge;
  const p = from + 17 + u32(b, from + 13);
  if (to < p + 4) {
    state.need = p + 4 - from;
    return 0;
  }

  if (u32(b, p) > 15728000) return ScanFault.tooLarge;
  return p + 4 + u32(b, p) - from;
}

/** Where metaEnd starts. */
function metaEndAt(b: Uint8Array, at: number): number {
  return bodyLenAt(b, at);
}

/** Where bodyLen starts. */
function bodyLenAt(b: Uint8Array, at: number): number {
  return at + 17 + u32(b, at + 13);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 17 + u32(b, at + 13) + 4 + u32(b, bodyLenAt(b, at));
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 21) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, needs 21`,
      'motan2.proto-frame:32:9',
    );
  }

  if (u16(b, at) !== 61937) {
    throw new DecodeError(
      'constant',
      'Message.magic',
      0,
      `is ${u16(b, at)}, has to be 61937`,
      'motan2.proto-frame:33:5',
    );
  }

  if (u32(b, at + 13) > 65536) {
    throw new DecodeError(
      'limit',
      'Message.meta',
      17,
      `has ${u32(b, at + 13)} bytes, the limit is 65536`,
      'motan2.proto-frame:55:5',
    );
  }

  const p2 = endAt(b, at);
  if (end !== p2) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, its fields take ${p2 - at}`,
      'motan2.proto-frame:32:9',
    );
  }

  if (u32(b, at + 13) > 65536) {
    throw new DecodeError(
      'limit',
      'Message.meta',
      17,
      `has ${u32(b, at + 13)} bytes, the limit is 65536`,
      'motan2.proto-frame:55:5',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const response = (u8(b, at + 2) & 1) !== 0;
  const oneway = ((u8(b, at + 2) >>> 2) & 1) !== 0;
  return response ? FrameKind.response : !response && oneway ? FrameKind.oneway : FrameKind.request;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  return ((u8(b, at + 2) >>> 4) & 1) !== 0;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return requestId64(b, at + 5);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  putRequestId64(b, at + 5, id);
  return true;
}

function timeoutOf(b: Uint8Array, at: number): number {
  return textNumber(knownHeader(b, at, 'M_tmo'));
}

function wireStatusOf(b: Uint8Array, at: number): number {
  return u8(b, at + 3) & 7;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'M_p');
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'M_m');
}

function groupOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'M_g');
}

function versionOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'M_v');
}

function bodyStart(b: Uint8Array, at: number): number {
  return bodyLenAt(b, at) + 4;
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): ApiStatus {
  switch (wire) {
    case Status.normal:
      return ApiStatus.OK;
    case Status.exception:
      return ApiStatus.INTERNAL;
    default:
      return ApiStatus.UNKNOWN;
  }
}

function toWire(status: ApiStatus): number {
  switch (status) {
    case ApiStatus.OK:
      return Status.normal;
    default:
      return Status.exception;
  }
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  return newlinePairsFormat.get(b, at + 17, metaEndAt(b, at), key);
}

/** A header for a role: null counts as none. */
function knownHeader(b: Uint8Array, at: number, key: string): string | undefined {
  return headerOf(b, at, 0, key) ?? undefined;
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const p = metaEndAt(b, at);
  const from = at + 17;
  if (newlinePairsFormat.readHeaders(b, from, p, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Message.metadata',
    from - at,
    'is no map of at most 256 entries',
    'motan2.proto-frame:56:7',
  );
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Message. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeMessage(init: MessageInit): Uint8Array {
  const {
    reserved,
    heartbeat: heartbeat_,
    gzip,
    oneway,
    proxy,
    response,
    version,
    status,
    serialization,
    unused,
    id,
    metadata = [],
    body = NO_BYTES,
  } = init;
  requireInteger('Message.reserved', reserved, 0, 7);
  requireInteger('Message.version', version, 0, 31);
  requireInteger('Message.status', status, 0, 7);
  requireInteger('Message.serialization', serialization, 0, 31);
  requireInteger('Message.unused', unused, 0, 7);
  requireBigInteger('Message.id', id, 0n, 18446744073709551615n);
  let size = 17;
  const metaFrom = size;
  size += newlinePairsFormat.size(headerMapOf(metadata));
  const metaSize = size - metaFrom;
  requireInteger('Message.meta (bytes)', metaSize, 0, 65536);
  const bodySize = body.length;
  requireInteger('Message.body (bytes)', bodySize, 0, 15728000);
  size += 4 + bodySize;
  const metaLen = metaSize;
  requireInteger('Message.meta_len', metaLen, 0, 4294967295);
  const bodyLen = bodySize;
  requireInteger('Message.body_len', bodyLen, 0, 4294967295);
  if (size > 16777216) throw new EncodeError('Message', `has ${size} bytes, the limit is 16777216`);
  const b = frameBytes(size);
  let p = 0;
  put16(b, p, 61937);
  put8(
    b,
    p + 2,
    (reserved << 5) |
      ((heartbeat_ ? 1 : 0) << 4) |
      ((gzip ? 1 : 0) << 3) |
      ((oneway ? 1 : 0) << 2) |
      ((proxy ? 1 : 0) << 1) |
      (response ? 1 : 0),
  );
  put8(b, p + 3, (version << 3) | status);
  put8(b, p + 4, (serialization << 3) | unused);
  put64(b, p + 5, id);
  put32(b, p + 13, metaLen);
  p += 17;
  p = newlinePairsFormat.write(b, p, headerMapOf(metadata), b);
  put32(b, p, bodyLen);
  p += 4;
  b.set(body, p);
  p += bodySize;
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
  const p = metaEndAt(b, at);
  const p2 = bodyLenAt(b, at);
  const p3 = endAt(b, at);
  const headersFrom = at + 17;
  const headersTo = p;
  const bodyFrom = p2 + 4;
  const bodyTo = p3;
  const headersSize =
    headers === null ? headersTo - headersFrom : newlinePairsFormat.size(headers, b, headersFrom, headersTo);
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const metaLen = p2 - (at + 17) + headersSize - (headersTo - headersFrom);
  requireInteger('Message.meta_len', metaLen, 0, 4294967295);
  const bodyLen = bodySize;
  requireInteger('Message.body_len', bodyLen, 0, 4294967295);
  requireInteger('Message.body (bytes)', bodySize, 0, 15728000);
  requireInteger('Message.meta (bytes)', p2 - (at + 17) + headersSize - (headersTo - headersFrom), 0, 65536);
  requireInteger('Message.meta (bytes)', p2 - (at + 17) + headersSize - (headersTo - headersFrom), 0, 65536);
  const size = end - at + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  if (size > 16777216) throw new EncodeError('Message', `has ${size} bytes, the limit is 16777216`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  if (headers === null) out.set(b.subarray(headersFrom, headersTo), q);
  else newlinePairsFormat.write(out, q, headers, b, headersFrom, headersTo);
  q += headersSize;
  out.set(b.subarray(headersTo, bodyFrom), q);
  q += bodyFrom - headersTo;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 13, metaLen);
  const o = bodyLenAt(out, 0);
  put32(out, o, bodyLen);
  return out;
}

function heartbeat(id: number): Uint8Array {
  return encodeMessage({
    version: 1,
    heartbeat: true,
    serialization: Serialization.grpcPb,
    id: BigInt(id),
    reserved: 0,
    gzip: false,
    oneway: false,
    proxy: false,
    response: false,
    status: 0,
    unused: 0,
  });
}

function heartbeatAck(b: Uint8Array, at: number): Uint8Array {
  return encodeMessage({
    version: (u8(b, at + 3) >>> 3) & 31,
    heartbeat: true,
    response: true,
    serialization: (u8(b, at + 4) >>> 3) & 31,
    id: u64(b, at + 5),
    reserved: 0,
    gzip: false,
    oneway: false,
    proxy: false,
    status: 0,
    unused: 0,
  });
}

/** What an error reply takes from its request. */
export interface MessageMemo {
  readonly version: number;
  readonly serialization: Serialization;
  readonly id: bigint;
}

function remember(b: Uint8Array, at: number): MessageMemo {
  return {
    version: (u8(b, at + 3) >>> 3) & 31,
    serialization: (u8(b, at + 4) >>> 3) & 31,
    id: u64(b, at + 5),
  };
}

/** The text stands in the metadata; there is no body. */
function hijack(memo: MessageMemo, status: ApiStatus, reason: string): Uint8Array {
  return encodeMessage({
    version: memo.version,
    response: true,
    status: toWire(status),
    serialization: memo.serialization,
    id: memo.id,
    metadata: [['M_e', motanExceptionFormat(503, reason)]],
    reserved: 0,
    heartbeat: false,
    gzip: false,
    oneway: false,
    proxy: false,
    unused: 0,
  });
}

/** Every field of a Message, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class MessageFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get magic(): number {
    return u16(this.bytes, this.start);
  }

  get reserved(): number {
    return (u8(this.bytes, this.start + 2) >>> 5) & 7;
  }

  get heartbeat(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 4) & 1) !== 0;
  }

  /** The body is compressed. */
  get gzip(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 3) & 1) !== 0;
  }

  get oneway(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 2) & 1) !== 0;
  }

  /** Sent by or to Motan's own agent. */
  get proxy(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 1) & 1) !== 0;
  }

  get response(): boolean {
    return (u8(this.bytes, this.start + 2) & 1) !== 0;
  }

  /** 1 is Motan 2. */
  get version(): number {
    return (u8(this.bytes, this.start + 3) >>> 3) & 31;
  }

  get status(): Status {
    return u8(this.bytes, this.start + 3) & 7;
  }

  get serialization(): Serialization {
    return (u8(this.bytes, this.start + 4) >>> 3) & 31;
  }

  get unused(): number {
    return u8(this.bytes, this.start + 4) & 7;
  }

  get id(): bigint {
    return u64(this.bytes, this.start + 5);
  }

  get metaLen(): number {
    return u32(this.bytes, this.start + 13);
  }

  get metadata(): HeaderMap {
    const { bytes: b, start: at } = this;
    const p = metaEndAt(b, at);
    const entries = new HeaderMap(motan2.traits.headerCase);
    if (!newlinePairsFormat.readHeaders(b, at + 17, p, entries, 1024))
      throw new DecodeError('window', 'Message.metadata', 0, 'is no such map', 'motan2.proto-frame:56:7');
    return entries;
  }

  get bodyLen(): number {
    const { bytes: b, start: at } = this;
    return u32(b, bodyLenAt(b, at));
  }

  get body(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(bodyLenAt(b, at) + 4, endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): MessageFrame {
    return new MessageFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Weibo's Motan 2: a 13-byte head, metadata as lines of text, a serialized body.
 *
 * After MotanV2Header and MotanV2Codec of Motan (Java) and protocol/motanProtocol.go of motan-go. */
export const motan2: XProtocol<MessageInit> = defineProtocol<MessageInit, MessageMemo>({
  name: 'motan2',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 9007199254740991,
    idReserved: [],
    maxFrame: 16777216,
    maxHeaders: 256,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  isHeartbeat,
  idOf,
  setId,
  timeoutOf,
  timeoutHeader: 'M_tmo',
  serviceOf,
  methodOf,
  groupOf,
  versionOf,
  wireStatusOf,
  toCanonical,
  toWire,
  headerOf,
  readHeaders,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeMessage,
  remember,
  heartbeat,
  heartbeatAck,
  hijack,
});
