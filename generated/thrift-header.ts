// Generated from thrift-header.proto-frame (sha256 9cf8ddd51c81a328) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Message, in bytes:
//   0              length         u32 in 18..16384000
//   4              magic          u16 = 0x0fff
//   6              flags          u16 default 0
//   8              seq            u32
//   12             header_words   u16 in 1..65535
//   14             protocol       Protocol
//   15             transforms     u8 = 0
//   16             info           bytes rest
//   strict         strict         u16 = 0x8001
//   strict + 2     unused         u8 default 0
//   strict + 3     type           MessageType
//   strict + 4     name_size      u32 in 0..65535
//   strict + 8     name           text latin1 size name_size
//   seqid          seqid          i32
//   strict         protocol_id    u8 = 0x82
//   strict + 1     type version   bits of u8
//   strict + 2     seqid          varint(leb128) in 0..4294967295
//   nameLen        name_len       varint(leb128) in 0..65535
//   name           name           text latin1 size name_len
//   fields2        fields         bytes rest

import {
  byteText,
  CONTRACT_VERSION,
  copyBytes,
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
  put16,
  put32,
  put8,
  putLeb128,
  readLatin1,
  type RequestId,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  Status,
  textAfter,
  textBefore,
  TextCache,
  u16,
  u32,
  u8,
  utf8Bytes,
  writeLatin1,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  framedApplicationException as thriftExceptionFramedApplicationException,
  framedExceptionType as thriftExceptionFramedExceptionType,
} from './extern/thrift-exception.js';

/** Of the message within; JSON (1) and others are refused. */
export const Protocol = {
  binary: 0,
  compact: 2,
} as const;
export type Protocol = (typeof Protocol)[keyof typeof Protocol];

export const MessageType = {
  call: 1,
  reply: 2,
  exception: 3,
  oneway: 4,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** What a new Message is made of; lengths, constants and checksums are not given. */
export interface MessageInit {
  readonly flags?: number | undefined;
  /** Of the transport, which servers give back; the message has a sequence id of its own. */
  readonly seq: number;
  readonly protocol: Protocol;
  /** Keys and values, and zeros up to a whole word: as they came. */
  readonly info?: Uint8Array | undefined;
  readonly unused?: number | undefined;
  readonly type?: MessageType | undefined;
  readonly name?: string | undefined;
  readonly seqid?: number | undefined;
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
  if (u8(b, from + 4) !== 15) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 255) return Match.no;
  if (to <= from + 14) return Match.more;
  if (u8(b, from + 14) !== 0 && u8(b, from + 14) !== 2) return Match.no;
  if (to <= from + 15) return Match.more;
  if (u8(b, from + 15) !== 0) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 22) {
    state.need = 22;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 18 || length_ > 16384000) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where strict starts. */
function strictAt(b: Uint8Array, at: number): number {
  return at + 14 + u16(b, at + 12) * 4;
}

/** Where seqid starts. */
function seqidAt(b: Uint8Array, at: number): number {
  return at + 14 + u16(b, at + 12) * 4 + 8 + u32(b, strictAt(b, at) + 4);
}

/** Where nameLen starts. */
function nameLenAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  const p = strictAt(b, at);
  return marks.keep(
    0,
    ended(leb128End(b, p + 2, endAt(b, at)), 'Message.seqid', p + 2 - at, 'thrift-header.proto-frame:50:11'),
  );
}

/** Where name starts. */
function nameAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  const p = nameLenAt(b, at);
  return marks.keep(
    1,
    ended(leb128End(b, p, endAt(b, at)), 'Message.name_len', p - at, 'thrift-header.proto-frame:51:11'),
  );
}

/** Where fields starts. */
function fieldsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  return marks.keep(2, nameAt(b, at) + leb128(b, nameLenAt(b, at)));
}

/** Where fields2 starts. */
function fields2At(b: Uint8Array, at: number): number {
  const protocol = u8(b, at + 14);
  return protocol === Protocol.binary ? seqidAt(b, at) + 4 : fieldsAt(b, at);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + u32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 22) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, needs 22`,
      'thrift-header.proto-frame:19:9',
    );
  }

  if (u32(b, at) < 18 || u32(b, at) > 16384000) {
    throw new DecodeError(
      'range',
      'Message.length',
      0,
      `is ${u32(b, at)}, has to be 18 to 16384000`,
      'thrift-header.proto-frame:20:5',
    );
  }

  const p = endAt(b, at);
  const packetEnd = p;
  if (u16(b, at + 4) !== 4095) {
    throw new DecodeError(
      'constant',
      'Message.magic',
      4,
      `is ${u16(b, at + 4)}, has to be 4095`,
      'thrift-header.proto-frame:22:7',
    );
  }

  if (u16(b, at + 12) < 1) {
    throw new DecodeError(
      'range',
      'Message.header_words',
      12,
      `is ${u16(b, at + 12)}, has to be 1 to 65535`,
      'thrift-header.proto-frame:27:7',
    );
  }

  const p2 = strictAt(b, at);
  if (p2 > packetEnd) {
    throw new DecodeError(
      'window',
      'Message.header',
      14,
      'runs over the end of the window around it',
      'thrift-header.proto-frame:28:7',
    );
  }

  const protocol = u8(b, at + 14);
  if (protocol !== Protocol.binary && protocol !== Protocol.compact) {
    throw new DecodeError(
      'enum',
      'Message.protocol',
      14,
      `${protocol} is no Protocol`,
      'thrift-header.proto-frame:29:9',
    );
  }

  if (u8(b, at + 15) !== 0) {
    throw new DecodeError(
      'constant',
      'Message.transforms',
      15,
      `is ${u8(b, at + 15)}, has to be 0`,
      'thrift-header.proto-frame:31:9',
    );
  }

  if (p2 > packetEnd) {
    throw new DecodeError(
      'window',
      'Message.header',
      14,
      `runs ${p2 - packetEnd} bytes over the end of its window`,
      'thrift-header.proto-frame:28:7',
    );
  }

  if (protocol === Protocol.binary) {
    if (u16(b, p2) !== 32769) {
      throw new DecodeError(
        'constant',
        'Message.strict',
        p2 - at,
        `is ${u16(b, p2)}, has to be 32769`,
        'thrift-header.proto-frame:37:11',
      );
    }

    if (u8(b, p2 + 3) < 1 || u8(b, p2 + 3) > 4) {
      throw new DecodeError(
        'enum',
        'Message.type',
        p2 + 3 - at,
        `${u8(b, p2 + 3)} is no MessageType`,
        'thrift-header.proto-frame:39:11',
      );
    }

    if (u32(b, p2 + 4) > 65535) {
      throw new DecodeError(
        'range',
        'Message.name_size',
        p2 + 4 - at,
        `is ${u32(b, p2 + 4)}, has to be 0 to 65535`,
        'thrift-header.proto-frame:40:11',
      );
    }

    const p3 = seqidAt(b, at);
    if (p3 > packetEnd) {
      throw new DecodeError(
        'window',
        'Message.name',
        p2 + 8 - at,
        `runs ${p3 - packetEnd} bytes over the end of its window`,
        'thrift-header.proto-frame:41:11',
      );
    }
  } else if (protocol === Protocol.compact) {
    if (u8(b, p2) !== 130) {
      throw new DecodeError(
        'constant',
        'Message.protocol_id',
        p2 - at,
        `is ${u8(b, p2)}, has to be 130`,
        'thrift-header.proto-frame:45:11',
      );
    }

    if (((u8(b, p2 + 1) >>> 5) & 7) < 1 || ((u8(b, p2 + 1) >>> 5) & 7) > 4) {
      throw new DecodeError(
        'enum',
        'Message.type',
        p2 + 1 - at,
        `${(u8(b, p2 + 1) >>> 5) & 7} is no MessageType`,
        'thrift-header.proto-frame:47:13',
      );
    }

    if ((u8(b, p2 + 1) & 31) !== 1) {
      throw new DecodeError(
        'constant',
        'Message.version',
        p2 + 1 - at,
        `is ${u8(b, p2 + 1) & 31}, has to be 1`,
        'thrift-header.proto-frame:48:13',
      );
    }

    const seqid = leb128(b, p2 + 2);
    if (seqid < 0 || seqid > 4294967295) {
      throw new DecodeError(
        'range',
        'Message.seqid',
        p2 + 2 - at,
        `is ${seqid}, has to be 0 to 4294967295`,
        'thrift-header.proto-frame:50:11',
      );
    }

    const p4 = marks.keep(
      0,
      ended(leb128End(b, p2 + 2, p), 'Message.seqid', p2 + 2 - at, 'thrift-header.proto-frame:50:11'),
    );
    const nameLen = leb128(b, p4);
    if (nameLen < 0 || nameLen > 65535) {
      throw new DecodeError(
        'range',
        'Message.name_len',
        p4 - at,
        `is ${nameLen}, has to be 0 to 65535`,
        'thrift-header.proto-frame:51:11',
      );
    }

    const p5 = marks.keep(
      1,
      ended(leb128End(b, p4, p), 'Message.name_len', p4 - at, 'thrift-header.proto-frame:51:11'),
    );
    const p6 = marks.keep(2, p5 + nameLen);
    if (p6 > packetEnd) {
      throw new DecodeError(
        'window',
        'Message.name',
        p5 - at,
        `runs ${p6 - packetEnd} bytes over the end of its window`,
        'thrift-header.proto-frame:52:11',
      );
    }
  }

  const p7 = fields2At(b, at);
  if (p7 > packetEnd) {
    throw new DecodeError(
      'window',
      'Message',
      p2 - at,
      `runs ${p7 - packetEnd} bytes over the end of its window`,
      'thrift-header.proto-frame:35:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'thrift-header.proto-frame:19:9',
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
  const protocol = u8(b, at + 14);
  const p = strictAt(b, at);
  const type = protocol === Protocol.binary ? u8(b, p + 3) : (u8(b, p + 1) >>> 5) & 7;
  return type === MessageType.call
    ? FrameKind.request
    : type === MessageType.oneway
      ? FrameKind.oneway
      : FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  const protocol = u8(b, at + 14);
  if (protocol === Protocol.binary) {
    return i32(b, seqidAt(b, at));
  }

  return leb128(b, strictAt(b, at) + 2);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const protocol = u8(b, at + 14);
  if (protocol === Protocol.binary) {
    const p = seqidAt(b, at);
    put32(b, p, id as number);
    return true;
  }

  const p2 = strictAt(b, at);
  const start = p2 + 2;
  const p3 = nameLenAt(b, at);
  if (leb128Size(id as number) !== p3 - start) return false;
  let q = start;
  q = putLeb128(b, q, id as number);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const protocol = u8(b, at + 14);
  const p = strictAt(b, at);
  const type = protocol === Protocol.binary ? u8(b, p + 3) : (u8(b, p + 1) >>> 5) & 7;
  const p2 = fields2At(b, at);
  const p3 = endAt(b, at);
  const chosen = (p2 < p3 ? u8(b, p2) : undefined) ?? 0;
  const chosen2 = (p2 + 1 < p3 ? u8(b, p2 + 1) : undefined) ?? 0;
  const chosen3 = (p2 + 2 < p3 ? u8(b, p2 + 2) : undefined) ?? 0;
  return type === MessageType.reply
    ? chosen === 0 ||
      (protocol === Protocol.binary && chosen2 === 0 && chosen3 === 0) ||
      (protocol === Protocol.compact && chosen >= 0 && chosen <= 15 && chosen2 === 0)
      ? 0
      : 1
    : type === MessageType.exception
      ? 100 + thriftExceptionFramedExceptionType(protocol, b.subarray(p2, p3))
      : 0;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  const protocol = u8(b, at + 14);
  const p = strictAt(b, at);
  const p2 = seqidAt(b, at);
  const name = protocol === Protocol.binary ? byteNames.read(b, p + 8, p2) : nameText(b, at);
  return textBefore(name, ':') ?? 'thrift';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const protocol = u8(b, at + 14);
  const p = strictAt(b, at);
  const p2 = seqidAt(b, at);
  const name = protocol === Protocol.binary ? byteNames.read(b, p + 8, p2) : nameText(b, at);
  return textAfter(name, ':') ?? name;
}

function bodyStart(b: Uint8Array, at: number): number {
  return fields2At(b, at);
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
  const {
    flags = 0,
    seq,
    protocol,
    info = NO_BYTES,
    unused = 0,
    type,
    name = '',
    seqid,
    fields = NO_BYTES,
  } = init;
  requireInteger('Message.flags', flags, 0, 65535);
  requireInteger('Message.seq', seq, 0, 4294967295);
  if (protocol !== Protocol.binary && protocol !== Protocol.compact)
    throw new EncodeError('Message.protocol', `${String(protocol)} is no Protocol`);
  if (protocol === Protocol.binary) {
    requireInteger('Message.unused', unused, 0, 255);
    requirePresent('Message.type', type);
    requireInteger('Message.type', type!, 1, 4);
    requirePresent('Message.seqid', seqid);
    requireInteger('Message.seqid', seqid!, -2147483648, 2147483647);
  } else {
    requirePresent('Message.type', type);
    requireInteger('Message.type', type!, 1, 4);
    requirePresent('Message.seqid', seqid);
    requireInteger('Message.seqid', seqid!, 0, 4294967295);
  }

  let nameSize = 0,
    nameLen = 0;
  let size = 4;
  const packetFrom = size;
  size += 10;
  const headerFrom = size;
  size += 2 + info.length;
  const headerSize = size - headerFrom;
  if (protocol === Protocol.binary) {
    const nameSize2 = byteText('Message.name', name, 256).length;
    size += 8 + nameSize2;
    size += 4;
    nameSize = nameSize2;
    requireInteger('Message.name_size', nameSize, 0, 65535);
  } else {
    size += 2 + leb128Size(seqid!);
    const nameSize3 = byteText('Message.name', name, 256).length;
    size += nameSize3;
    nameLen = nameSize3;
    requireInteger('Message.name_len', nameLen, 0, 65535);
    size += leb128Size(nameLen);
  }

  size += fields.length;
  const packetSize = size - packetFrom;
  const length = packetSize;
  requireInteger('Message.length', length, 18, 16384000);
  const headerWords = headerSize / 4;
  requireInteger('Message.header_words', headerWords, 1, 65535);
  if (size > 16384004) throw new EncodeError('Message', `has ${size} bytes, the limit is 16384004`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put16(b, p + 4, 4095);
  put16(b, p + 6, flags);
  put32(b, p + 8, seq);
  put16(b, p + 12, headerWords);
  put8(b, p + 14, protocol);
  put8(b, p + 15, 0);
  p += 16;
  b.set(info, p);
  p += info.length;
  if (protocol === Protocol.binary) {
    put16(b, p, 32769);
    put8(b, p + 2, unused);
    put8(b, p + 3, type!);
    put32(b, p + 4, nameSize);
    p += 8;
    p = writeLatin1(b, p, name);
    put32(b, p, seqid!);
    p += 4;
  } else {
    put8(b, p, 130);
    put8(b, p + 1, (type! << 5) | 1);
    p += 2;
    p = putLeb128(b, p, seqid!);
    p = putLeb128(b, p, nameLen);
    p = writeLatin1(b, p, name);
  }

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
  const p = fields2At(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p2 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Message.length', length_, 18, 16384000);
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
  const protocol = u8(b, at + 14);
  if (protocol === Protocol.binary) {
    const out = copyBytes(b, at, end);
    setId(out, 0, end - at, id);
    return out;
  }

  const p = strictAt(b, at);
  const p2 = nameLenAt(b, at);
  const idFrom = p + 2;
  const idTo = p2;
  const idSize = leb128Size(id as number);
  const p3 = endAt(b, at);
  const length_ = p3 - (at + 4) + idSize - (idTo - idFrom);
  requireInteger('Message.length', length_, 18, 16384000);
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
  readonly seq: number;
  readonly protocol: Protocol;
  readonly seqid: number;
  readonly name: string;
}

function remember(b: Uint8Array, at: number): MessageMemo {
  const protocol = u8(b, at + 14);
  const p = seqidAt(b, at);
  const p2 = strictAt(b, at);
  return {
    seq: u32(b, at + 8),
    protocol: u8(b, at + 14) as Protocol,
    seqid: protocol === Protocol.binary ? i32(b, p) : leb128(b, p2 + 2),
    name: protocol === Protocol.binary ? byteNames.read(b, p2 + 8, p) : nameText(b, at),
  };
}

/** A TApplicationException in the protocol of the call, with its method, as servers answer, and both ids. */
function hijack(memo: MessageMemo, status: Status, reason: string): Uint8Array {
  return encodeMessage({
    seq: memo.seq,
    protocol: memo.protocol as Protocol,
    info: utf8Bytes('\u0000\u0000'),
    type: MessageType.exception,
    seqid: memo.seqid,
    name: textAfter(memo.name, ':') ?? memo.name,
    fields: thriftExceptionFramedApplicationException(memo.protocol, reason, toWire(status) - 100),
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

  get magic(): number {
    return u16(this.bytes, this.start + 4);
  }

  get flags(): number {
    return u16(this.bytes, this.start + 6);
  }

  /** Of the transport, which servers give back; the message has a sequence id of its own. */
  get seq(): number {
    return u32(this.bytes, this.start + 8);
  }

  /** Words of 4 bytes that the header takes. */
  get headerWords(): number {
    return u16(this.bytes, this.start + 12);
  }

  get protocol(): Protocol {
    return u8(this.bytes, this.start + 14) as Protocol;
  }

  /** Compressed messages, which have transforms, are refused. */
  get transforms(): number {
    return u8(this.bytes, this.start + 15);
  }

  /** Keys and values, and zeros up to a whole word: as they came. */
  get info(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(at + 16, strictAt(b, at));
  }

  get strict(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.binary ? u16(b, strictAt(b, at)) : undefined;
  }

  get unused(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.binary ? u8(b, strictAt(b, at) + 2) : undefined;
  }

  get type(): MessageType | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    const p = strictAt(b, at);
    return (
      protocol === Protocol.binary
        ? u8(b, p + 3)
        : protocol === Protocol.compact
          ? (u8(b, p + 1) >>> 5) & 7
          : undefined
    ) as MessageType | undefined;
  }

  get nameSize(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.binary ? u32(b, strictAt(b, at) + 4) : undefined;
  }

  get name(): string | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    if (protocol === Protocol.binary) {
      return readLatin1(b, strictAt(b, at) + 8, seqidAt(b, at));
    }

    if (protocol === Protocol.compact) {
      return readLatin1(b, nameAt(b, at), fieldsAt(b, at));
    }

    return undefined;
  }

  get seqid(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.binary
      ? i32(b, seqidAt(b, at))
      : protocol === Protocol.compact
        ? leb128(b, strictAt(b, at) + 2)
        : undefined;
  }

  get protocolId(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.compact ? u8(b, strictAt(b, at)) : undefined;
  }

  get version(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.compact ? u8(b, strictAt(b, at) + 1) & 31 : undefined;
  }

  get nameLen(): number | undefined {
    const { bytes: b, start: at } = this;
    const protocol = u8(b, at + 14);
    return protocol === Protocol.compact ? leb128(b, nameLenAt(b, at)) : undefined;
  }

  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  get fields(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(fields2At(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): MessageFrame {
    return new MessageFrame(frame.bytes, frame.start, frame.end);
  }
}

/** THeader, Facebook's transport for Thrift: a header of words around a binary or compact message.
 *
 * After HeaderFormat.md of facebook/fbthrift and apache/thrift's own libraries (THeaderTransport). */
export const thriftHeader: XProtocol<MessageInit> = defineProtocol<MessageInit, MessageMemo>({
  name: 'thrift_header',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 2147483647,
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
