// Generated from thrift-compact.proto-frame (sha256 146163dae5e4c74c) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Message, in bytes:
//   0              length         u32 in 4..16384000
//   4              protocol_id    u8 = 0x82
//   5              type version   bits of u8
//   6              seqid          varint(leb128) in 0..4294967295
//   nameLen        name_len       varint(leb128) in 0..65535
//   name           name           text latin1 size name_len
//   fields         fields         bytes rest

import {
  byteText,
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  ended,
  frameBytes,
  FrameKind,
  type HeaderMap,
  leb128,
  leb128End,
  leb128Size,
  Marks,
  Match,
  put32,
  put8,
  putLeb128,
  readLatin1,
  type RequestId,
  requireInteger,
  ScanFault,
  type ScanState,
  Status,
  textAfter,
  textBefore,
  TextCache,
  u32,
  u8,
  writeLatin1,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  compactApplicationException as thriftExceptionCompactApplicationException,
  compactExceptionType as thriftExceptionCompactExceptionType,
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
  readonly type: MessageType;
  /** Unsigned, not zig-zag. */
  readonly seqid: number;
  readonly name?: string | undefined;
  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  readonly fields?: Uint8Array | undefined;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(3, 1);

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) > 250) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) !== 130) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 33 && u8(b, from + 5) !== 65 && u8(b, from + 5) !== 97 && u8(b, from + 5) !== 129)
    return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 8) {
    state.need = 8;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 4 || length_ > 16384000) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where nameLen starts. */
function nameLenAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  return marks.keep(
    0,
    ended(
      leb128End(b, at + 6, endAt(b, at)),
      'Message.seqid',
      at + 6 - at,
      'thrift-compact.proto-frame:25:7',
    ),
  );
}

/** Where name starts. */
function nameAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  const p = nameLenAt(b, at);
  return marks.keep(
    1,
    ended(leb128End(b, p, endAt(b, at)), 'Message.name_len', p - at, 'thrift-compact.proto-frame:26:7'),
  );
}

/** Where fields starts. */
function fieldsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  return marks.keep(2, nameAt(b, at) + leb128(b, nameLenAt(b, at)));
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + u32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 8) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, needs 8`,
      'thrift-compact.proto-frame:16:9',
    );
  }

  if (u32(b, at) < 4 || u32(b, at) > 16384000) {
    throw new DecodeError(
      'range',
      'Message.length',
      0,
      `is ${u32(b, at)}, has to be 4 to 16384000`,
      'thrift-compact.proto-frame:17:5',
    );
  }

  const p = endAt(b, at);
  const messageEnd = p;
  if (u8(b, at + 4) !== 130) {
    throw new DecodeError(
      'constant',
      'Message.protocol_id',
      4,
      `is ${u8(b, at + 4)}, has to be 130`,
      'thrift-compact.proto-frame:19:7',
    );
  }

  if (((u8(b, at + 5) >>> 5) & 7) < 1 || ((u8(b, at + 5) >>> 5) & 7) > 4) {
    throw new DecodeError(
      'enum',
      'Message.type',
      5,
      `${(u8(b, at + 5) >>> 5) & 7} is no MessageType`,
      'thrift-compact.proto-frame:21:9',
    );
  }

  if ((u8(b, at + 5) & 31) !== 1) {
    throw new DecodeError(
      'constant',
      'Message.version',
      5,
      `is ${u8(b, at + 5) & 31}, has to be 1`,
      'thrift-compact.proto-frame:22:9',
    );
  }

  const seqid = leb128(b, at + 6);
  if (seqid < 0 || seqid > 4294967295) {
    throw new DecodeError(
      'range',
      'Message.seqid',
      6,
      `is ${seqid}, has to be 0 to 4294967295`,
      'thrift-compact.proto-frame:25:7',
    );
  }

  const p2 = marks.keep(
    0,
    ended(leb128End(b, at + 6, p), 'Message.seqid', at + 6 - at, 'thrift-compact.proto-frame:25:7'),
  );
  const nameLen = leb128(b, p2);
  if (nameLen < 0 || nameLen > 65535) {
    throw new DecodeError(
      'range',
      'Message.name_len',
      p2 - at,
      `is ${nameLen}, has to be 0 to 65535`,
      'thrift-compact.proto-frame:26:7',
    );
  }

  const p3 = marks.keep(
    1,
    ended(leb128End(b, p2, p), 'Message.name_len', p2 - at, 'thrift-compact.proto-frame:26:7'),
  );
  const p4 = marks.keep(2, p3 + nameLen);
  if (p4 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message.name',
      p3 - at,
      `runs ${p4 - messageEnd} bytes over the end of its window`,
      'thrift-compact.proto-frame:27:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'thrift-compact.proto-frame:16:9',
    );
  }
}

/** Names of services and methods, a byte a character. */
const byteNames = new TextCache(readLatin1);

/** The name, read once for all who ask. */
function nameText(b: Uint8Array, at: number): string {
  const known = marks.text(b, at, 0);
  if (known !== undefined) return known;
  const p = nameAt(b, at);
  const p2 = fieldsAt(b, at);
  return marks.keepText(0, byteNames.read(b, p, p2));
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const type = (u8(b, at + 5) >>> 5) & 7;
  return type === MessageType.call
    ? FrameKind.request
    : type === MessageType.oneway
      ? FrameKind.oneway
      : FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return leb128(b, at + 6);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const start = at + 6;
  const p = nameLenAt(b, at);
  if (leb128Size(id as number) !== p - start) return false;
  let q = start;
  q = putLeb128(b, q, id as number);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const type = (u8(b, at + 5) >>> 5) & 7;
  const p = fieldsAt(b, at);
  const p2 = endAt(b, at);
  const chosen = (p < p2 ? u8(b, p) : undefined) ?? 0;
  const chosen2 = (p + 1 < p2 ? u8(b, p + 1) : undefined) ?? 0;
  return type === MessageType.reply
    ? chosen === 0 || (chosen >= 0 && chosen <= 15 && chosen2 === 0)
      ? 0
      : 1
    : type === MessageType.exception
      ? 100 + thriftExceptionCompactExceptionType(b.subarray(p, p2))
      : 0;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  const name = nameText(b, at);
  return textBefore(name, ':') ?? 'thrift';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const name = nameText(b, at);
  return textAfter(name, ':') ?? name;
}

function bodyStart(b: Uint8Array, at: number): number {
  return fieldsAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
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
  const { type, seqid, name = '', fields = NO_BYTES } = init;
  requireInteger('Message.type', type, 1, 4);
  requireInteger('Message.seqid', seqid, 0, 4294967295);
  let size = 4;
  const messageFrom = size;
  size += 2 + leb128Size(seqid);
  const nameSize = byteText('Message.name', name, 256).length;
  size += nameSize;
  size += fields.length;
  const nameLen = nameSize;
  requireInteger('Message.name_len', nameLen, 0, 65535);
  size += leb128Size(nameLen);
  const messageSize = size - messageFrom;
  const length = messageSize;
  requireInteger('Message.length', length, 4, 16384000);
  if (size > 16384004) throw new EncodeError('Message', `has ${size} bytes, the limit is 16384004`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put8(b, p + 4, 130);
  put8(b, p + 5, (type << 5) | 1);
  p += 6;
  p = putLeb128(b, p, seqid);
  p = putLeb128(b, p, nameLen);
  p = writeLatin1(b, p, name);
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
  const p = fieldsAt(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p2 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Message.length', length_, 4, 16384000);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 16384004) throw new EncodeError('Message', `has ${size} bytes, the limit is 16384004`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 0, length_);
  return out;
}

/** The frame with another id, where that takes another width. @throws EncodeError */
function withId(b: Uint8Array, at: number, end: number, id: RequestId): Uint8Array {
  const p = nameLenAt(b, at);
  const idFrom = at + 6;
  const idTo = p;
  const idSize = leb128Size(id as number);
  const p2 = endAt(b, at);
  const length_ = p2 - (at + 4) + idSize - (idTo - idFrom);
  requireInteger('Message.length', length_, 4, 16384000);
  const size = end - at + idSize - (idTo - idFrom);
  if (size > 16384004) throw new EncodeError('Message', `has ${size} bytes, the limit is 16384004`);
  const out = frameBytes(size);
  out.set(b.subarray(at, idFrom), 0);
  let q = idFrom - at;
  q = putLeb128(out, q, id as number);
  out.set(b.subarray(idTo, end), q);
  put32(out, 0, length_);
  return out;
}

/** What an error reply takes from its request. */
export interface MessageMemo {
  readonly seqid: number;
  readonly name: string;
}

function remember(b: Uint8Array, at: number): MessageMemo {
  return { seqid: leb128(b, at + 6), name: nameText(b, at) };
}

/** A TApplicationException with the method of the call, as servers answer, and its sequence id. */
function hijack(memo: MessageMemo, status: Status, reason: string): Uint8Array {
  return encodeMessage({
    type: MessageType.exception,
    seqid: memo.seqid,
    name: textAfter(memo.name, ':') ?? memo.name,
    fields: thriftExceptionCompactApplicationException(reason, toWire(status) - 100),
  });
}

/** Every field of a Message, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class MessageFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get protocolId(): number {
    return u8(this.bytes, this.start + 4);
  }

  get type(): MessageType {
    return ((u8(this.bytes, this.start + 5) >>> 5) & 7) as MessageType;
  }

  get version(): number {
    return u8(this.bytes, this.start + 5) & 31;
  }

  /** Unsigned, not zig-zag. */
  get seqid(): number {
    return leb128(this.bytes, this.start + 6);
  }

  get nameLen(): number {
    const { bytes: b, start: at } = this;
    return leb128(b, nameLenAt(b, at));
  }

  get name(): string {
    const { bytes: b, start: at } = this;
    return readLatin1(b, nameAt(b, at), fieldsAt(b, at));
  }

  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  get fields(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(fieldsAt(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): MessageFrame {
    return new MessageFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Apache Thrift's compact protocol over the framed transport: as thrift, with variable-length integers.
 *
 * After doc/specs/thrift-compact-protocol.md and thrift-rpc.md of apache/thrift, and its own libraries. */
export const thriftCompact: XProtocol<MessageInit> = defineProtocol<MessageInit, MessageMemo>({
  name: 'thrift_compact',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 4294967295,
    idReserved: [],
    maxFrame: 16384004,
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
  withId,
  encode: encodeMessage,
  remember,
  hijack,
});
