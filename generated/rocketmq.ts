// Generated from rocketmq.proto-frame (sha256 fad0e9fa37b66e43) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Command, in bytes:
//   0              length         u32 in 6..16777211
//   4              serialize      SerializeType default json
//   5              header_len     u24 in 2..65535
//   8              header         rmq.remoting_header rest
//   body           body           bytes rest

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
  put24,
  put32,
  put8,
  type RequestId,
  requireInteger,
  ScanFault,
  type ScanState,
  Status,
  textNumber,
  u24,
  u32,
  u8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import { remotingHeader as rocketmqHeaderRemotingHeader } from './extern/rocketmq-header.js';

/** The form of the header. */
export const SerializeType = {
  json: 0,
  rocketmq: 1,
} as const;
export type SerializeType = (typeof SerializeType)[keyof typeof SerializeType];

/** What a new Command is made of; lengths, constants and checksums are not given. */
export interface CommandInit {
  readonly serialize?: SerializeType | undefined;
  /** code, language, version, opaque, flag, remark and extFields. */
  readonly header?: HeaderEntries | undefined;
  readonly body?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 0) return Match.no;
  if (to <= from + 4) return Match.more;
  if (u8(b, from + 4) > 1) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 0) return Match.no;
  if (to <= from + 8) return Match.more;
  if (u8(b, from + 8) > 63 && u8(b, from + 8) !== 123) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 10) {
    state.need = 10;
    return 0;
  }

  const length_ = u32(b, from);
  if (length_ < 6 || length_ > 16777211) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where headerBytesEnd starts. */
function headerBytesEndAt(b: Uint8Array, at: number): number {
  return bodyAt(b, at);
}

/** Where body starts. */
function bodyAt(b: Uint8Array, at: number): number {
  return at + 8 + u24(b, at + 5);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + u32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 10) {
    throw new DecodeError(
      'window',
      'Command',
      0,
      `has ${end - at} bytes, needs 10`,
      'rocketmq.proto-frame:20:9',
    );
  }

  if (u32(b, at) < 6 || u32(b, at) > 16777211) {
    throw new DecodeError(
      'range',
      'Command.length',
      0,
      `is ${u32(b, at)}, has to be 6 to 16777211`,
      'rocketmq.proto-frame:22:5',
    );
  }

  const p = endAt(b, at);
  const commandEnd = p;
  if (u8(b, at + 4) > 1) {
    throw new DecodeError(
      'enum',
      'Command.serialize',
      4,
      `${u8(b, at + 4)} is no SerializeType`,
      'rocketmq.proto-frame:24:7',
    );
  }

  if (u24(b, at + 5) < 2 || u24(b, at + 5) > 65535) {
    throw new DecodeError(
      'range',
      'Command.header_len',
      5,
      `is ${u24(b, at + 5)}, has to be 2 to 65535`,
      'rocketmq.proto-frame:25:7',
    );
  }

  const p2 = bodyAt(b, at);
  if (p2 > commandEnd) {
    throw new DecodeError(
      'window',
      'Command.header_bytes',
      8,
      'runs over the end of the window around it',
      'rocketmq.proto-frame:26:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Command',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'rocketmq.proto-frame:20:9',
    );
  }

  idPlace(b, at);
  textsPlace(b, at);
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const chosen = knownHeader(b, at, ':type') === 'response';
  const chosen2 = knownHeader(b, at, ':type') === 'oneway';
  return chosen ? FrameKind.response : !chosen && chosen2 ? FrameKind.oneway : FrameKind.request;
}

/** Where the id stands. @throws DecodeError */
function idPlace(b: Uint8Array, at: number): number {
  const p = headerBytesEndAt(b, at);
  const place = rocketmqHeaderRemotingHeader.idStart(b, at + 8, p, ':opaque');
  if (place < 0)
    throw new DecodeError(
      'window',
      'Command.header[":opaque"]',
      at + 8 - at,
      'is missing',
      'rocketmq.proto-frame:28:9',
    );
  return place;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return rocketmqHeaderRemotingHeader.readId(b, at + 8, idPlace(b, at));
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  const place = idPlace(b, at);
  const head = at + 8;
  if (
    rocketmqHeaderRemotingHeader.idSize(b, head, id) !==
    rocketmqHeaderRemotingHeader.idEnd(b, head, place) - place
  )
    return false;
  rocketmqHeaderRemotingHeader.writeId(b, place, id, b, head);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  return textNumber(knownHeader(b, at, ':status'));
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'topic') ?? knownHeader(b, at, 'b') ?? 'rocketmq';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, ':code');
}

function bodyStart(b: Uint8Array, at: number): number {
  return bodyAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): Status {
  switch (wire) {
    case 0:
      return Status.OK;
    case 1:
      return Status.INTERNAL;
    case 2:
      return Status.OVERLOADED;
    case 3:
      return Status.NO_ROUTE;
    case 16:
      return Status.PERMISSION_DENIED;
    case 1500:
      return Status.NO_HEALTHY_UPSTREAM;
    default:
      return Status.UNKNOWN;
  }
}

function toWire(status: Status): number {
  switch (status) {
    case Status.OK:
      return 0;
    case Status.OVERLOADED:
      return 2;
    case Status.NO_ROUTE:
      return 3;
    case Status.PERMISSION_DENIED:
      return 16;
    case Status.NO_HEALTHY_UPSTREAM:
      return 1500;
    default:
      return 1;
  }
}

/** Where the headers stand in the head. @throws DecodeError */
function textsPlace(b: Uint8Array, at: number): number {
  const p = headerBytesEndAt(b, at);
  const place = rocketmqHeaderRemotingHeader.textsStart(b, at + 8, p);
  if (place < 0)
    throw new DecodeError(
      'window',
      'Command.header',
      at + 8 - at,
      'can not be read',
      'rocketmq.proto-frame:28:9',
    );
  return place;
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  return rocketmqHeaderRemotingHeader.get(b, at + 8, headerBytesEndAt(b, at), key);
}

/** A header for a role: null counts as none. */
function knownHeader(b: Uint8Array, at: number, key: string): string | undefined {
  return headerOf(b, at, 0, key) ?? undefined;
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const p = headerBytesEndAt(b, at);
  const from = at + 8;
  if (rocketmqHeaderRemotingHeader.readHeaders(b, from, p, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Command.header',
    from - at,
    'is no map of at most 256 entries',
    'rocketmq.proto-frame:28:9',
  );
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Command. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeCommand(init: CommandInit): Uint8Array {
  const { serialize = SerializeType.json, header = [], body = NO_BYTES } = init;
  requireInteger('Command.serialize', serialize, 0, 1);
  let size = 4;
  const commandFrom = size;
  size += 4;
  const headerBytesFrom = size;
  size += rocketmqHeaderRemotingHeader.size(headerMapOf(header));
  const headerBytesSize = size - headerBytesFrom;
  size += body.length;
  const commandSize = size - commandFrom;
  const length = commandSize;
  requireInteger('Command.length', length, 6, 16777211);
  const headerLen = headerBytesSize;
  requireInteger('Command.header_len', headerLen, 2, 65535);
  if (size > 16777215) throw new EncodeError('Command', `has ${size} bytes, the limit is 16777215`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put8(b, p + 4, serialize);
  put24(b, p + 5, headerLen);
  p += 8;
  p = rocketmqHeaderRemotingHeader.write(b, p, headerMapOf(header), b);
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
  const p = headerBytesEndAt(b, at);
  const p2 = bodyAt(b, at);
  const p3 = endAt(b, at);
  const headersFrom = textsPlace(b, at);
  const headersTo = rocketmqHeaderRemotingHeader.textsEnd(b, at + 8, p);
  const bodyFrom = p2;
  const bodyTo = p3;
  const headersSize =
    headers === null
      ? headersTo - headersFrom
      : rocketmqHeaderRemotingHeader.textsSize(headers, b, headersFrom, headersTo);
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p3 - (at + 4) + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Command.length', length_, 6, 16777211);
  const headerLen = p2 - (at + 8) + headersSize - (headersTo - headersFrom);
  requireInteger('Command.header_len', headerLen, 2, 65535);
  const size = end - at + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  if (size > 16777215) throw new EncodeError('Command', `has ${size} bytes, the limit is 16777215`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  if (headers === null) out.set(b.subarray(headersFrom, headersTo), q);
  else rocketmqHeaderRemotingHeader.writeTexts(out, q, headers, b, headersFrom, headersTo);
  q += headersSize;
  out.set(b.subarray(headersTo, bodyFrom), q);
  q += bodyFrom - headersTo;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 0, length_);
  put24(out, 5, headerLen);
  return out;
}

/** The frame with another id, where that takes another width. @throws EncodeError */
function withId(b: Uint8Array, at: number, end: number, id: RequestId): Uint8Array {
  const idFrom = idPlace(b, at);
  const idTo = rocketmqHeaderRemotingHeader.idEnd(b, at + 8, idFrom);
  const idSize = rocketmqHeaderRemotingHeader.idSize(b, at + 8, id);
  const p = endAt(b, at);
  const length_ = p - (at + 4) + idSize - (idTo - idFrom);
  requireInteger('Command.length', length_, 6, 16777211);
  const p2 = bodyAt(b, at);
  const headerLen = p2 - (at + 8) + idSize - (idTo - idFrom);
  requireInteger('Command.header_len', headerLen, 2, 65535);
  const size = end - at + idSize - (idTo - idFrom);
  if (size > 16777215) throw new EncodeError('Command', `has ${size} bytes, the limit is 16777215`);
  const out = frameBytes(size);
  out.set(b.subarray(at, idFrom), 0);
  let q = idFrom - at;
  q = rocketmqHeaderRemotingHeader.writeId(out, q, id, b, at + 8);
  out.set(b.subarray(idTo, end), q);
  put32(out, 0, length_);
  put24(out, 5, headerLen);
  return out;
}

/** What an error reply takes from its request. */
export interface CommandMemo {
  readonly id: RequestId;
}

function remember(b: Uint8Array, at: number): CommandMemo {
  return { id: idOf(b, at) };
}

function hijack(memo: CommandMemo, status: Status, reason: string): Uint8Array {
  return identified(
    encodeCommand({
      serialize: SerializeType.json,
      header: [
        [':code', String(toWire(status))],
        [':flag', String(1)],
        [':language', 'OTHER'],
        [':opaque', String(0)],
        [':remark', reason],
        [':version', String(0)],
      ],
    }),
    memo.id,
  );
}

/** A frame made here, with its id in the head. */
function identified(b: Uint8Array, id: RequestId): Uint8Array {
  return setId(b, 0, b.length, id) ? b : withId(b, 0, b.length, id);
}

/** Every field of a Command, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class CommandFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Of all that follows. */
  get length_(): number {
    return u32(this.bytes, this.start);
  }

  get serialize(): SerializeType {
    return u8(this.bytes, this.start + 4) as SerializeType;
  }

  get headerLen(): number {
    return u24(this.bytes, this.start + 5);
  }

  /** code, language, version, opaque, flag, remark and extFields. */
  get header(): HeaderMap {
    const { bytes: b, start: at } = this;
    const p = headerBytesEndAt(b, at);
    const entries = new HeaderMap(rocketmq.traits.headerCase);
    if (!rocketmqHeaderRemotingHeader.readAll(b, at + 8, p, entries, 1024))
      throw new DecodeError('window', 'Command.header', 0, 'is no such map', 'rocketmq.proto-frame:28:9');
    return entries;
  }

  get body(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(bodyAt(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): CommandFrame {
    return new CommandFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Apache RocketMQ's remoting protocol: a length, a header in one of two forms, a body.
 *
 * After RemotingCommand, RocketMQSerializable and RemotingSysResponseCode of apache/rocketmq (remoting/) and
 * internal/remote/codec.go of apache/rocketmq-client-go. */
export const rocketmq: XProtocol<CommandInit> = defineProtocol<CommandInit, CommandMemo>({
  name: 'rocketmq',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'binding',
    correlation: 'id',
    idMin: 0,
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
  serviceOf,
  methodOf,
  wireStatusOf,
  toCanonical,
  toWire,
  headerOf,
  readHeaders,
  bodyStart,
  bodyEnd,
  reencode,
  withId,
  encode: encodeCommand,
  remember,
  hijack,
});
