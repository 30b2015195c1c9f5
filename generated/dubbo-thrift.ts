// Generated from dubbo-thrift.proto-frame (sha256 760c313b3d659392) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Message, in bytes:
//   0              length         u32 in 33..8388608
//   4              magic          u16 = 0xdabc
//   6              message_len    u32 in 33..8388608
//   10             header_len     u16 in 21..65535
//   12             version        u8 = 1
//   13             service_len    u32 in 0..65514
//   17             service        text latin1 size service_len
//   id             id             u64
//   strict         strict         u16 = 0x8001
//   strict + 2     unused         u8 default 0
//   strict + 3     type           MessageType
//   strict + 4     name_len       u32 in 0..65535
//   strict + 8     name           text latin1 size name_len
//   seqid          seqid          i32
//   seqid + 4      fields         bytes rest

import {
  byteText,
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  frameBytes,
  FrameKind,
  type HeaderMap,
  i32,
  Match,
  put16,
  put32,
  put64,
  put8,
  putRequestId64,
  readLatin1,
  type RequestId,
  requestId64,
  requireBigInteger,
  requireInteger,
  ScanFault,
  type ScanState,
  Status,
  TextCache,
  u16,
  u32,
  u64,
  u8,
  writeLatin1,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  applicationException as thriftExceptionApplicationException,
  exceptionType as thriftExceptionExceptionType,
} from './extern/thrift-exception.js';

export const MessageType = {
  call: 1,
  reply: 2,
  exception: 3,
  oneway: 4,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** What a new Message is made of; lengths, constants and checksums are not given. */
export interface MessageInit {
  readonly service?: string | undefined;
  readonly id: bigint;
  readonly unused?: number | undefined;
  readonly type: MessageType;
  readonly name?: string | undefined;
  readonly seqid: number;
  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  readonly fields?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) > 128) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) !== 218) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 188) return Match.no;
  if (to <= from + 6) return Match.more;
  if (u8(b, from + 6) !== 0) return Match.no;
  if (to <= from + 7) return Match.more;
  if (u8(b, from + 7) > 128) return Match.no;
  if (to <= from + 12) return Match.more;
  if (u8(b, from + 12) !== 1) return Match.no;
  if (to <= from + 13) return Match.more;
  if (u8(b, from + 13) !== 0) return Match.no;
  if (to <= from + 14) return Match.more;
  if (u8(b, from + 14) !== 0) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 37) {
    state.need = 37;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 33 || length_ > 8388608) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where id starts. */
function idAt(b: Uint8Array, at: number): number {
  return at + 17 + u32(b, at + 13);
}

/** Where strict starts. */
function strictAt(b: Uint8Array, at: number): number {
  return at + 12 + (u16(b, at + 10) - 8);
}

/** Where seqid starts. */
function seqidAt(b: Uint8Array, at: number): number {
  return at + 12 + (u16(b, at + 10) - 8) + 8 + u32(b, strictAt(b, at) + 4);
}

/** Where packetEnd starts. */
function packetEndAt(b: Uint8Array, at: number): number {
  return at + 10 + (u32(b, at + 6) - 6);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + u32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 37) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, needs 37`,
      'dubbo-thrift.proto-frame:17:9',
    );
  }

  if (u32(b, at) < 33 || u32(b, at) > 8388608) {
    throw new DecodeError(
      'range',
      'Message.length',
      0,
      `is ${u32(b, at)}, has to be 33 to 8388608`,
      'dubbo-thrift.proto-frame:19:5',
    );
  }

  const p = endAt(b, at);
  const packetEnd = p;
  if (u16(b, at + 4) !== 55996) {
    throw new DecodeError(
      'constant',
      'Message.magic',
      4,
      `is ${u16(b, at + 4)}, has to be 55996`,
      'dubbo-thrift.proto-frame:21:7',
    );
  }

  if (u32(b, at + 6) < 33 || u32(b, at + 6) > 8388608) {
    throw new DecodeError(
      'range',
      'Message.message_len',
      6,
      `is ${u32(b, at + 6)}, has to be 33 to 8388608`,
      'dubbo-thrift.proto-frame:23:7',
    );
  }

  const p2 = packetEndAt(b, at);
  if (p2 > packetEnd) {
    throw new DecodeError(
      'window',
      'Message.message',
      10,
      'runs over the end of the window around it',
      'dubbo-thrift.proto-frame:24:7',
    );
  }

  const messageEnd = p2;
  if (u16(b, at + 10) < 21) {
    throw new DecodeError(
      'range',
      'Message.header_len',
      10,
      `is ${u16(b, at + 10)}, has to be 21 to 65535`,
      'dubbo-thrift.proto-frame:26:9',
    );
  }

  const p3 = strictAt(b, at);
  if (p3 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message.header',
      12,
      'runs over the end of the window around it',
      'dubbo-thrift.proto-frame:27:9',
    );
  }

  const headerEnd = p3;
  if (u8(b, at + 12) !== 1) {
    throw new DecodeError(
      'constant',
      'Message.version',
      12,
      `is ${u8(b, at + 12)}, has to be 1`,
      'dubbo-thrift.proto-frame:28:11',
    );
  }

  if (u32(b, at + 13) > 65514) {
    throw new DecodeError(
      'range',
      'Message.service_len',
      13,
      `is ${u32(b, at + 13)}, has to be 0 to 65514`,
      'dubbo-thrift.proto-frame:29:11',
    );
  }

  const p4 = idAt(b, at);
  if (p4 > headerEnd) {
    throw new DecodeError(
      'window',
      'Message.service',
      17,
      `runs ${p4 - headerEnd} bytes over the end of its window`,
      'dubbo-thrift.proto-frame:30:11',
    );
  }

  if (p4 + 8 !== headerEnd) {
    throw new DecodeError(
      'window',
      'Message.id',
      p4 - at,
      `${headerEnd - (p4 + 8)} bytes of its window are left over`,
      'dubbo-thrift.proto-frame:31:11',
    );
  }

  if (p3 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message.header',
      12,
      `runs ${p3 - messageEnd} bytes over the end of its window`,
      'dubbo-thrift.proto-frame:27:9',
    );
  }

  if (u16(b, p3) !== 32769) {
    throw new DecodeError(
      'constant',
      'Message.strict',
      p3 - at,
      `is ${u16(b, p3)}, has to be 32769`,
      'dubbo-thrift.proto-frame:33:9',
    );
  }

  if (u8(b, p3 + 3) < 1 || u8(b, p3 + 3) > 4) {
    throw new DecodeError(
      'enum',
      'Message.type',
      p3 + 3 - at,
      `${u8(b, p3 + 3)} is no MessageType`,
      'dubbo-thrift.proto-frame:35:9',
    );
  }

  if (u32(b, p3 + 4) > 65535) {
    throw new DecodeError(
      'range',
      'Message.name_len',
      p3 + 4 - at,
      `is ${u32(b, p3 + 4)}, has to be 0 to 65535`,
      'dubbo-thrift.proto-frame:36:9',
    );
  }

  const p5 = seqidAt(b, at);
  if (p5 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message.name',
      p3 + 8 - at,
      `runs ${p5 - messageEnd} bytes over the end of its window`,
      'dubbo-thrift.proto-frame:37:9',
    );
  }

  if (p5 + 4 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message.fields',
      p5 + 4 - at,
      `runs ${p5 + 4 - messageEnd} bytes over the end of its window`,
      'dubbo-thrift.proto-frame:40:9',
    );
  }

  if (p2 > packetEnd) {
    throw new DecodeError(
      'window',
      'Message.message',
      10,
      `runs ${p2 - packetEnd} bytes over the end of its window`,
      'dubbo-thrift.proto-frame:24:7',
    );
  }

  if (p2 !== packetEnd) {
    throw new DecodeError(
      'window',
      'Message.message',
      10,
      `${packetEnd - p2} bytes of its window are left over`,
      'dubbo-thrift.proto-frame:24:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'dubbo-thrift.proto-frame:17:9',
    );
  }
}

/** Names of services and methods, a byte a character. */
const byteNames = new TextCache(readLatin1);

function kindOf(b: Uint8Array, at: number): FrameKind {
  const p = strictAt(b, at);
  const type = u8(b, p + 3);
  return type === MessageType.call
    ? FrameKind.request
    : type === MessageType.oneway
      ? FrameKind.oneway
      : FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return requestId64(b, idAt(b, at));
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const p = idAt(b, at);
  putRequestId64(b, p, id);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const p = strictAt(b, at);
  const type = u8(b, p + 3);
  const p2 = seqidAt(b, at);
  const p3 = packetEndAt(b, at);
  const chosen = (p2 + 4 < p3 ? u8(b, p2 + 4) : undefined) ?? 0;
  const chosen2 = (p2 + 4 + 1 < p3 ? u8(b, p2 + 4 + 1) : undefined) ?? 0;
  const chosen3 = (p2 + 4 + 2 < p3 ? u8(b, p2 + 4 + 2) : undefined) ?? 0;
  return type === MessageType.reply
    ? chosen === 0 || (chosen2 === 0 && chosen3 === 0)
      ? 0
      : 1
    : type === MessageType.exception
      ? 100 + thriftExceptionExceptionType(b.subarray(p2 + 4, p3))
      : 0;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  return byteNames.read(b, at + 17, idAt(b, at));
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  return byteNames.read(b, strictAt(b, at) + 8, seqidAt(b, at));
}

function bodyStart(b: Uint8Array, at: number): number {
  return seqidAt(b, at) + 4;
}

function bodyEnd(b: Uint8Array, at: number): number {
  return packetEndAt(b, at);
}

function toCanonical(wire: number): Status {
  switch (wire) {
    case 0:
      return Status.OK;
    case 101:
      return Status.NO_ROUTE;
    case 102:
    case 103:
    case 104:
    case 107:
      return Status.CODEC_ERROR;
    case 106:
      return Status.INTERNAL;
    case 111:
      return Status.OVERLOADED;
    case 112:
      return Status.TIMEOUT;
    default:
      return Status.UNKNOWN;
  }
}

function toWire(status: Status): number {
  switch (status) {
    case Status.OK:
      return 0;
    case Status.UNKNOWN:
      return 100;
    case Status.NO_ROUTE:
      return 101;
    case Status.CODEC_ERROR:
      return 107;
    case Status.OVERLOADED:
      return 111;
    case Status.TIMEOUT:
      return 112;
    default:
      return 106;
  }
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Message. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeMessage(init: MessageInit): Uint8Array {
  const { service = '', id, unused = 0, type, name = '', seqid, fields = NO_BYTES } = init;
  requireBigInteger('Message.id', id, 0n, 18446744073709551615n);
  requireInteger('Message.unused', unused, 0, 255);
  requireInteger('Message.type', type, 1, 4);
  requireInteger('Message.seqid', seqid, -2147483648, 2147483647);
  let size = 4;
  const packetFrom = size;
  size += 6;
  const messageFrom = size;
  size += 2;
  const headerFrom = size;
  const serviceSize = byteText('Message.service', service, 256).length;
  size += 5 + serviceSize;
  size += 8;
  const headerSize = size - headerFrom;
  const nameSize = byteText('Message.name', name, 256).length;
  size += 8 + nameSize;
  size += 4 + fields.length;
  const messageSize = size - messageFrom;
  const packetSize = size - packetFrom;
  const length = packetSize;
  requireInteger('Message.length', length, 33, 8388608);
  const messageLen = messageSize + 6;
  requireInteger('Message.message_len', messageLen, 33, 8388608);
  const headerLen = headerSize + 8;
  requireInteger('Message.header_len', headerLen, 21, 65535);
  const serviceLen = serviceSize;
  requireInteger('Message.service_len', serviceLen, 0, 65514);
  const nameLen = nameSize;
  requireInteger('Message.name_len', nameLen, 0, 65535);
  if (size > 8388612) throw new EncodeError('Message', `has ${size} bytes, the limit is 8388612`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put16(b, p + 4, 55996);
  put32(b, p + 6, messageLen);
  put16(b, p + 10, headerLen);
  put8(b, p + 12, 1);
  put32(b, p + 13, serviceLen);
  p += 17;
  p = writeLatin1(b, p, service);
  put64(b, p, id);
  put16(b, p + 8, 32769);
  put8(b, p + 10, unused);
  put8(b, p + 11, type);
  put32(b, p + 12, nameLen);
  p += 16;
  p = writeLatin1(b, p, name);
  put32(b, p, seqid);
  p += 4;
  b.set(fields, p);
  p += fields.length;
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
  if (headers !== null && headers.size > 0) throw new EncodeError('Message', 'has no headers');
  const p = seqidAt(b, at);
  const p2 = packetEndAt(b, at);
  const bodyFrom = p + 4;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const p3 = endAt(b, at);
  const length_ = p3 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Message.length', length_, 33, 8388608);
  const messageLen = p2 - (at + 10) + bodySize - (bodyTo - bodyFrom) + 6;
  requireInteger('Message.message_len', messageLen, 33, 8388608);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 8388612) throw new EncodeError('Message', `has ${size} bytes, the limit is 8388612`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  let q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  q += bodySize;
  out.set(b.subarray(bodyTo, end), q);
  put32(out, 0, length_);
  put32(out, 6, messageLen);
  return out;
}

/** What an error reply takes from its request. */
export interface MessageMemo {
  readonly service: string;
  readonly id: bigint;
  readonly name: string;
  readonly seqid: number;
}

function remember(b: Uint8Array, at: number): MessageMemo {
  const p = idAt(b, at);
  const p2 = strictAt(b, at);
  const p3 = seqidAt(b, at);
  return {
    service: byteNames.read(b, at + 17, p),
    id: u64(b, p),
    name: byteNames.read(b, p2 + 8, p3),
    seqid: i32(b, p3),
  };
}

/** A TApplicationException with the service, id, method and sequence id of the call. */
function hijack(memo: MessageMemo, status: Status, reason: string): Uint8Array {
  return encodeMessage({
    service: memo.service,
    id: memo.id,
    type: MessageType.exception,
    name: memo.name,
    seqid: memo.seqid,
    fields: thriftExceptionApplicationException(reason, toWire(status) - 100),
  });
}

/** Every field of a Message, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class MessageFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Of all that follows. */
  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get magic(): number {
    return u16(this.bytes, this.start + 4);
  }

  /** The same again, counted from the magic as well. */
  get messageLen(): number {
    return u32(this.bytes, this.start + 6);
  }

  /** Of the header, from the magic on. */
  get headerLen(): number {
    return u16(this.bytes, this.start + 10);
  }

  get version(): number {
    return u8(this.bytes, this.start + 12);
  }

  get serviceLen(): number {
    return u32(this.bytes, this.start + 13);
  }

  get service(): string {
    const { bytes: b, start: at } = this;
    return readLatin1(b, at + 17, idAt(b, at));
  }

  get id(): bigint {
    const { bytes: b, start: at } = this;
    return u64(b, idAt(b, at));
  }

  get strict(): number {
    const { bytes: b, start: at } = this;
    return u16(b, strictAt(b, at));
  }

  get unused(): number {
    const { bytes: b, start: at } = this;
    return u8(b, strictAt(b, at) + 2);
  }

  get type(): MessageType {
    const { bytes: b, start: at } = this;
    return u8(b, strictAt(b, at) + 3) as MessageType;
  }

  get nameLen(): number {
    const { bytes: b, start: at } = this;
    return u32(b, strictAt(b, at) + 4);
  }

  get name(): string {
    const { bytes: b, start: at } = this;
    return readLatin1(b, strictAt(b, at) + 8, seqidAt(b, at));
  }

  get seqid(): number {
    const { bytes: b, start: at } = this;
    return i32(b, seqidAt(b, at));
  }

  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  get fields(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(seqidAt(b, at) + 4, packetEndAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): MessageFrame {
    return new MessageFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Dubbo's Thrift: a header with service and request id before a strict binary Thrift message.
 *
 * After ThriftCodec of Dubbo 2.7 and pkg/protocol/xprotocol/dubbothrift of MOSN, which waits for 4 bytes too few. */
export const dubboThrift: XProtocol<MessageInit> = defineProtocol<MessageInit, MessageMemo>({
  name: 'dubbo_thrift',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 9007199254740991,
    idReserved: [],
    maxFrame: 8388612,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  idOf,
  setId,
  serviceOf,
  methodOf,
  wireStatusOf,
  toCanonical,
  toWire,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeMessage,
  remember,
  hijack,
});
