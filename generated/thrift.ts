// Generated from thrift.proto-frame (sha256 0a314b8e041a1a29) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Message, in bytes:
//   0              length         u32 in 10..16384000
//   4              form           Form
//   5              version        u8 = 1
//   6              unused         u8 default 0
//   7              type           MessageType
//   8              name_len       u32 in 0..65535
//   12             name           text latin1 size name_len
//   seqid          seqid          i32
//   5              len            u24 in 1..255
//   8              name           text latin1 size len
//   type           type           MessageType
//   type + 1       seqid          i32
//   fields         fields         bytes rest

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
  put24,
  put32,
  put8,
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
  u24,
  u32,
  u8,
  writeLatin1,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  applicationException as thriftExceptionApplicationException,
  exceptionType as thriftExceptionExceptionType,
} from './extern/thrift-exception.js';

/** What the first byte says of the form. The old one begins with the length of the name instead. */
export const Form = {
  old: 0,
  strict: 128,
} as const;
export type Form = (typeof Form)[keyof typeof Form];

export const MessageType = {
  call: 1,
  reply: 2,
  exception: 3,
  oneway: 4,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** What a new Message is made of; lengths, constants and checksums are not given. */
export interface MessageInit {
  readonly form: Form;
  readonly unused?: number | undefined;
  readonly type?: MessageType | undefined;
  /** A byte a character, so that an error reply has the very bytes. */
  readonly name?: string | undefined;
  readonly seqid?: number | undefined;
  /** The struct of arguments, or of what comes of them: never decoded, but for its first field. */
  readonly fields?: Uint8Array | undefined;
}

/** Whether it starts with a frame that is Strict. */
function matchStrict1(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) > 250) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) !== 128) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 1) return Match.no;
  if (to <= from + 7) return Match.more;
  if (u8(b, from + 7) < 1 || u8(b, from + 7) > 4) return Match.no;
  if (to <= from + 8) return Match.more;
  if (u8(b, from + 8) !== 0) return Match.no;
  if (to <= from + 9) return Match.more;
  if (u8(b, from + 9) !== 0) return Match.no;
  if (to <= from + 12) return Match.more;
  if (u8(b, from + 12) < 65 || u8(b, from + 12) > 122) return Match.no;
  return Match.yes;
}

/** Whether it starts with a frame that is Old. */
function matchOld2(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) > 250) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) !== 0) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 0) return Match.no;
  if (to <= from + 6) return Match.more;
  if (u8(b, from + 6) !== 0) return Match.no;
  if (to <= from + 7) return Match.more;
  if (u8(b, from + 7) < 1) return Match.no;
  if (to <= from + 8) return Match.more;
  if (u8(b, from + 8) < 65 || u8(b, from + 8) > 122) return Match.no;
  return Match.yes;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  const form1 = matchStrict1(b, from, to);
  if (form1 !== Match.no) return form1;
  return matchOld2(b, from, to);
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 14) {
    state.need = 14;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 10 || length_ > 16384000) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where seqid starts. */
function seqidAt(b: Uint8Array, at: number): number {
  return at + 12 + u32(b, at + 8);
}

/** Where type starts. */
function typeAt(b: Uint8Array, at: number): number {
  return at + 8 + u24(b, at + 5);
}

/** Where fields starts. */
function fieldsAt(b: Uint8Array, at: number): number {
  const form = u8(b, at + 4);
  return form === Form.strict ? seqidAt(b, at) + 4 : typeAt(b, at) + 5;
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + u32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 14) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, needs 14`,
      'thrift.proto-frame:24:9',
    );
  }

  if (u32(b, at) < 10 || u32(b, at) > 16384000) {
    throw new DecodeError(
      'range',
      'Message.length',
      0,
      `is ${u32(b, at)}, has to be 10 to 16384000`,
      'thrift.proto-frame:25:5',
    );
  }

  const p = endAt(b, at);
  const messageEnd = p;
  const form = u8(b, at + 4);
  if (form !== Form.old && form !== Form.strict) {
    throw new DecodeError('enum', 'Message.form', 4, `${form} is no Form`, 'thrift.proto-frame:27:7');
  }

  if (form === Form.strict) {
    if (u8(b, at + 5) !== 1) {
      throw new DecodeError(
        'constant',
        'Message.version',
        5,
        `is ${u8(b, at + 5)}, has to be 1`,
        'thrift.proto-frame:30:11',
      );
    }

    if (u8(b, at + 7) < 1 || u8(b, at + 7) > 4) {
      throw new DecodeError(
        'enum',
        'Message.type',
        7,
        `${u8(b, at + 7)} is no MessageType`,
        'thrift.proto-frame:32:11',
      );
    }

    if (u32(b, at + 8) > 65535) {
      throw new DecodeError(
        'range',
        'Message.name_len',
        8,
        `is ${u32(b, at + 8)}, has to be 0 to 65535`,
        'thrift.proto-frame:33:11',
      );
    }

    const p2 = seqidAt(b, at);
    if (p2 > messageEnd) {
      throw new DecodeError(
        'window',
        'Message.name',
        12,
        `runs ${p2 - messageEnd} bytes over the end of its window`,
        'thrift.proto-frame:35:11',
      );
    }
  } else if (form === Form.old) {
    if (u24(b, at + 5) < 1 || u24(b, at + 5) > 255) {
      throw new DecodeError(
        'range',
        'Message.len',
        5,
        `is ${u24(b, at + 5)}, has to be 1 to 255`,
        'thrift.proto-frame:40:11',
      );
    }

    const p3 = typeAt(b, at);
    if (p3 > messageEnd) {
      throw new DecodeError(
        'window',
        'Message.name',
        8,
        `runs ${p3 - messageEnd} bytes over the end of its window`,
        'thrift.proto-frame:41:11',
      );
    }

    if (u8(b, p3) < 1 || u8(b, p3) > 4) {
      throw new DecodeError(
        'enum',
        'Message.type',
        p3 - at,
        `${u8(b, p3)} is no MessageType`,
        'thrift.proto-frame:42:11',
      );
    }
  }

  const p4 = fieldsAt(b, at);
  if (p4 > messageEnd) {
    throw new DecodeError(
      'window',
      'Message',
      5,
      `runs ${p4 - messageEnd} bytes over the end of its window`,
      'thrift.proto-frame:28:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Message',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'thrift.proto-frame:24:9',
    );
  }
}

/** Names of services and methods, a byte a character. */
const byteNames = new TextCache(readLatin1);

function kindOf(b: Uint8Array, at: number): FrameKind {
  const form = u8(b, at + 4);
  const p = typeAt(b, at);
  const type = form === Form.strict ? u8(b, at + 7) : u8(b, p);
  return type === MessageType.call
    ? FrameKind.request
    : type === MessageType.oneway
      ? FrameKind.oneway
      : FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  const form = u8(b, at + 4);
  if (form === Form.strict) {
    return i32(b, seqidAt(b, at));
  }

  return i32(b, typeAt(b, at) + 1);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const form = u8(b, at + 4);
  if (form === Form.strict) {
    const p = seqidAt(b, at);
    put32(b, p, id as number);
    return true;
  }

  const p2 = typeAt(b, at);
  put32(b, p2 + 1, id as number);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const form = u8(b, at + 4);
  const p = typeAt(b, at);
  const type = form === Form.strict ? u8(b, at + 7) : u8(b, p);
  const p2 = fieldsAt(b, at);
  const p3 = endAt(b, at);
  const chosen = (p2 < p3 ? u8(b, p2) : undefined) ?? 0;
  const chosen2 = (p2 + 1 < p3 ? u8(b, p2 + 1) : undefined) ?? 0;
  const chosen3 = (p2 + 2 < p3 ? u8(b, p2 + 2) : undefined) ?? 0;
  return type === MessageType.reply
    ? chosen === 0 || (chosen2 === 0 && chosen3 === 0)
      ? 0
      : 1
    : type === MessageType.exception
      ? 100 + thriftExceptionExceptionType(b.subarray(p2, p3))
      : 0;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  const form = u8(b, at + 4);
  const p = seqidAt(b, at);
  const p2 = typeAt(b, at);
  const name = form === Form.strict ? byteNames.read(b, at + 12, p) : byteNames.read(b, at + 8, p2);
  return textBefore(name, ':') ?? 'thrift';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const form = u8(b, at + 4);
  const p = seqidAt(b, at);
  const p2 = typeAt(b, at);
  const name = form === Form.strict ? byteNames.read(b, at + 12, p) : byteNames.read(b, at + 8, p2);
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
  const { form, unused = 0, type, name = '', seqid, fields = NO_BYTES } = init;
  if (form !== Form.old && form !== Form.strict)
    throw new EncodeError('Message.form', `${String(form)} is no Form`);
  if (form === Form.strict) {
    requireInteger('Message.unused', unused, 0, 255);
    requirePresent('Message.type', type);
    requireInteger('Message.type', type!, 1, 4);
    requirePresent('Message.seqid', seqid);
    requireInteger('Message.seqid', seqid!, -2147483648, 2147483647);
  } else {
    requirePresent('Message.type', type);
    requireInteger('Message.type', type!, 1, 4);
    requirePresent('Message.seqid', seqid);
    requireInteger('Message.seqid', seqid!, -2147483648, 2147483647);
  }

  let nameLen = 0,
    len = 0;
  let size = 4;
  const messageFrom = size;
  size += 1;
  if (form === Form.strict) {
    const nameSize = byteText('Message.name', name, 256).length;
    size += 7 + nameSize;
    size += 4;
    nameLen = nameSize;
    requireInteger('Message.name_len', nameLen, 0, 65535);
  } else {
    const nameSize2 = byteText('Message.name', name, 256).length;
    size += 3 + nameSize2;
    size += 5;
    len = nameSize2;
    requireInteger('Message.len', len, 1, 255);
  }

  size += fields.length;
  const messageSize = size - messageFrom;
  const length = messageSize;
  requireInteger('Message.length', length, 10, 16384000);
  if (size > 16384004) throw new EncodeError('Message', `has ${size} bytes, the limit is 16384004`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put8(b, p + 4, form);
  p += 5;
  if (form === Form.strict) {
    put8(b, p, 1);
    put8(b, p + 1, unused);
    put8(b, p + 2, type!);
    put32(b, p + 3, nameLen);
    p += 7;
    p = writeLatin1(b, p, name);
    put32(b, p, seqid!);
    p += 4;
  } else {
    put24(b, p, len);
    p += 3;
    p = writeLatin1(b, p, name);
    put8(b, p, type!);
    put32(b, p + 1, seqid!);
    p += 5;
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
  const p = fieldsAt(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p2 - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Message.length', length_, 10, 16384000);
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

/** What an error reply takes from its request. */
export interface MessageMemo {
  readonly form: Form;
  readonly name: string;
  readonly seqid: number;
}

function remember(b: Uint8Array, at: number): MessageMemo {
  const form = u8(b, at + 4);
  const p = seqidAt(b, at);
  const p2 = typeAt(b, at);
  return {
    form: u8(b, at + 4) as Form,
    name: form === Form.strict ? byteNames.read(b, at + 12, p) : byteNames.read(b, at + 8, p2),
    seqid: form === Form.strict ? i32(b, p) : i32(b, p2 + 1),
  };
}

/** A TApplicationException in the form of the call, with its method, as servers answer, and its sequence id. */
function hijack(memo: MessageMemo, status: Status, reason: string): Uint8Array {
  return encodeMessage({
    form: memo.form as Form,
    type: MessageType.exception,
    name: memo.name.endsWith(':') ? memo.name : (textAfter(memo.name, ':') ?? memo.name),
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

  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get form(): Form {
    return u8(this.bytes, this.start + 4) as Form;
  }

  get version(): number | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return form === Form.strict ? u8(b, at + 5) : undefined;
  }

  get unused(): number | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return form === Form.strict ? u8(b, at + 6) : undefined;
  }

  get type(): MessageType | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return (form === Form.strict ? u8(b, at + 7) : form === Form.old ? u8(b, typeAt(b, at)) : undefined) as
      MessageType | undefined;
  }

  get nameLen(): number | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return form === Form.strict ? u32(b, at + 8) : undefined;
  }

  /** A byte a character, so that an error reply has the very bytes. */
  get name(): string | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    if (form === Form.strict) {
      return readLatin1(b, at + 12, seqidAt(b, at));
    }

    if (form === Form.old) {
      return readLatin1(b, at + 8, typeAt(b, at));
    }

    return undefined;
  }

  get seqid(): number | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return form === Form.strict
      ? i32(b, seqidAt(b, at))
      : form === Form.old
        ? i32(b, typeAt(b, at) + 1)
        : undefined;
  }

  get len(): number | undefined {
    const { bytes: b, start: at } = this;
    const form = u8(b, at + 4);
    return form === Form.old ? u24(b, at + 5) : undefined;
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

/** Apache Thrift's binary protocol over the framed transport, with both forms of a message.
 *
 * After doc/specs/thrift-binary-protocol.md and thrift-rpc.md of apache/thrift, and its own libraries. */
export const thrift: XProtocol<MessageInit> = defineProtocol<MessageInit, MessageMemo>({
  name: 'thrift',
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
  encode: encodeMessage,
  remember,
  hijack,
});
