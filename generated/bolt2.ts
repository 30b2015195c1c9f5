// Generated from bolt2.proto-frame (sha256 41812bd9f0128f54) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Bolt, in bytes:
//   0              proto          u8 = 2
//   1              ver1           u8 in 1..2 default 1
//   2              type           CmdType
//   3              cmd            CmdCode
//   5              ver2           u8 default 1
//   6              request_id     u32
//   10             serializer     Serializer default hessian2
//   11             switches       Switch default 0
//   12             timeout        i32 default -1
//   12             status         Status
//   classLen       class_len      u16
//   classLen + 2   header_len     u16
//   classLen + 4   content_len    u32
//   classLen + 8   class_name     text ascii size class_len
//   header         headers        map of Pair rest max 1024
//   content        content        bytes size content_len
//   crc            crc            u32 checksum crc32 over proto..content

import {
  byteText,
  CONTRACT_VERSION,
  crc32,
  crc32Delta,
  DecodeError,
  defineProtocol,
  EncodeError,
  equalsText,
  frameBytes,
  FrameKind,
  HeaderMap,
  i32,
  Match,
  put16,
  put32,
  put8,
  readAscii,
  type RequestId,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  Status as ApiStatus,
  TextCache,
  u16,
  u32,
  u8,
  utf8Length,
  writeLatin1,
  writeUtf8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

/** What a frame is. One-way requests are never answered. */
export const CmdType = {
  response: 0,
  request: 1,
  oneway: 2,
} as const;
export type CmdType = (typeof CmdType)[keyof typeof CmdType];

/** What a frame is about. */
export const CmdCode = {
  heartbeat: 0,
  rpcRequest: 1,
  rpcResponse: 2,
  goaway: 100,
} as const;
export type CmdCode = number;

/** How class name and content were serialized. */
export const Serializer = {
  hessian2: 1,
  protobuf: 11,
} as const;
export type Serializer = number;

/** The answer's own verdict. */
export const Status = {
  success: 0,
  error: 1,
  serverException: 2,
  unknown: 3,
  threadpoolBusy: 4,
  errorComm: 5,
  noProcessor: 6,
  timeout: 7,
  clientSendError: 8,
  codecException: 9,
  connectionClosed: 16,
  serverSerialException: 17,
  serverDeserialException: 18,
} as const;
export type Status = number;

/** What the frame is switched to. */
export const Switch = {
  crc: 1,
} as const;
export type Switch = number;

/** What a new Bolt is made of; lengths, constants and checksums are not given. */
export interface BoltInit {
  readonly ver1?: number | undefined;
  readonly type: CmdType;
  readonly cmd: CmdCode;
  readonly ver2?: number | undefined;
  readonly requestId: number;
  readonly serializer?: Serializer | undefined;
  readonly switches?: Switch | undefined;
  readonly timeout?: number | undefined;
  readonly status?: Status | undefined;
  readonly className?: string | undefined;
  readonly headers?: HeaderEntries | undefined;
  readonly content?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 2) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) < 1 || u8(b, from + 1) > 2) return Match.no;
  if (to <= from + 2) return Match.more;
  if (u8(b, from + 2) > 2) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 22) {
    state.need = 22;
    return 0;
  }

  if (u8(b, from) !== 2) return ScanFault.malformed;
  const type = u8(b, from + 2);
  if (type > 2) return ScanFault.malformed;
  const p = type === CmdType.request || type === CmdType.oneway ? from + 16 : from + 14;
  if (to < p + 8) {
    state.need = p + 8 - from;
    return 0;
  }

  const p2 = p + 8 + u16(b, p);
  const p3 = p2 + u16(b, p + 2);
  const p4 = p3 + u32(b, p + 4);
  const ver1 = u8(b, from + 1);
  if (ver1 < 1 || ver1 > 2) return ScanFault.malformed;
  return (ver1 === 2 && (u8(b, from + 11) & 1) !== 0 ? p4 + 4 : p4) - from;
}

/** Where classLen starts. */
function classLenAt(b: Uint8Array, at: number): number {
  const type = u8(b, at + 2);
  return type === CmdType.request || type === CmdType.oneway ? at + 16 : at + 14;
}

/** Where header starts. */
function headerAt(b: Uint8Array, at: number): number {
  const p = classLenAt(b, at);
  return p + 8 + u16(b, p);
}

/** Where content starts. */
function contentAt(b: Uint8Array, at: number): number {
  const p = classLenAt(b, at);
  return p + 8 + u16(b, p) + u16(b, p + 2);
}

/** Where crc starts. */
function crcAt(b: Uint8Array, at: number): number {
  const p = classLenAt(b, at);
  return p + 8 + u16(b, p) + u16(b, p + 2) + u32(b, p + 4);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  const p = crcAt(b, at);
  return u8(b, at + 1) === 2 && (u8(b, at + 11) & 1) !== 0 ? p + 4 : p;
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 22) {
    throw new DecodeError('window', 'Bolt', 0, `has ${end - at} bytes, needs 22`, 'bolt2.proto-frame:8:9');
  }

  if (u8(b, at) !== 2) {
    throw new DecodeError(
      'constant',
      'Bolt.proto',
      0,
      `is ${u8(b, at)}, has to be 2`,
      'bolt2.proto-frame:9:5',
    );
  }

  if (u8(b, at + 1) < 1 || u8(b, at + 1) > 2) {
    throw new DecodeError(
      'range',
      'Bolt.ver1',
      1,
      `is ${u8(b, at + 1)}, has to be 1 to 2`,
      'bolt2.proto-frame:10:5',
    );
  }

  if (u8(b, at + 2) > 2) {
    throw new DecodeError('enum', 'Bolt.type', 2, `${u8(b, at + 2)} is no CmdType`, 'bolt2.proto-frame:11:5');
  }

  const p2 = endAt(b, at);
  if (end !== p2) {
    throw new DecodeError(
      'window',
      'Bolt',
      0,
      `has ${end - at} bytes, its fields take ${p2 - at}`,
      'bolt2.proto-frame:8:9',
    );
  }
}

/** An id on its way into a frame whose checksum covers it. */
const newId = new Uint8Array(4);

/** A timeout on its way into a frame whose checksum covers it. */
const newTimeout = new Uint8Array(4);

/** Names of services and methods: few, and the same again and again. */
const names = new TextCache();

function kindOf(b: Uint8Array, at: number): FrameKind {
  const type = u8(b, at + 2);
  return type === CmdType.request
    ? FrameKind.request
    : type === CmdType.oneway
      ? FrameKind.oneway
      : FrameKind.response;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  return u16(b, at + 3) === CmdCode.heartbeat;
}

function isGoaway(b: Uint8Array, at: number): boolean {
  return u16(b, at + 3) === CmdCode.goaway;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return u32(b, at + 6);
}

/** A checksum over the id changes by what the id changes: a frame that came damaged stays so. */
function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  if (u8(b, at + 1) === 2 && (u8(b, at + 11) & 1) !== 0) {
    const p = crcAt(b, at);
    put32(newId, 0, id as number);
    const change = crc32Delta(b, at + 6, newId, 0, 4, p - (at + 6 + 4));
    put32(b, p, u32(b, p) ^ change);
  }

  put32(b, at + 6, id as number);
  return true;
}

function timeoutOf(b: Uint8Array, at: number): number {
  const type = u8(b, at + 2);
  return (type === CmdType.request || type === CmdType.oneway ? i32(b, at + 12) : undefined) ?? 0;
}

function setTimeout(b: Uint8Array, at: number, _end: number, ms: number): boolean {
  const type = u8(b, at + 2);
  if (type === CmdType.request || type === CmdType.oneway) {
    if (ms > 2147483647) return false;
    if (u8(b, at + 1) === 2 && (u8(b, at + 11) & 1) !== 0) {
      const p = crcAt(b, at);
      put32(newTimeout, 0, ms);
      const change = crc32Delta(b, at + 12, newTimeout, 0, 4, p - (at + 12 + 4));
      put32(b, p, u32(b, p) ^ change);
    }

    put32(b, at + 12, ms);
    return true;
  }

  return false;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const type = u8(b, at + 2);
  return (type === CmdType.response ? u16(b, at + 12) : undefined) ?? 0;
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'service') ?? knownHeader(b, at, 'sofa_head_target_service');
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'sofa_head_method_name');
}

function bodyStart(b: Uint8Array, at: number): number {
  return contentAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return crcAt(b, at);
}

function toCanonical(wire: number): ApiStatus {
  switch (wire) {
    case Status.success:
      return ApiStatus.OK;
    case Status.timeout:
      return ApiStatus.TIMEOUT;
    case Status.threadpoolBusy:
      return ApiStatus.OVERLOADED;
    case Status.codecException:
      return ApiStatus.CODEC_ERROR;
    case Status.serverDeserialException:
      return ApiStatus.DESERIALIZE_ERROR;
    case Status.noProcessor:
      return ApiStatus.NO_ROUTE;
    case Status.serverException:
    case Status.error:
    case Status.errorComm:
    case Status.clientSendError:
    case Status.connectionClosed:
    case Status.serverSerialException:
      return ApiStatus.INTERNAL;
    default:
      return ApiStatus.UNKNOWN;
  }
}

function toWire(status: ApiStatus): number {
  switch (status) {
    case ApiStatus.OK:
      return Status.success;
    case ApiStatus.TIMEOUT:
      return Status.timeout;
    case ApiStatus.OVERLOADED:
    case ApiStatus.LIMIT_EXCEEDED:
      return Status.threadpoolBusy;
    case ApiStatus.CODEC_ERROR:
      return Status.codecException;
    case ApiStatus.DESERIALIZE_ERROR:
      return Status.serverDeserialException;
    case ApiStatus.NO_ROUTE:
    case ApiStatus.NO_HEALTHY_UPSTREAM:
      return Status.noProcessor;
    case ApiStatus.INTERNAL:
    case ApiStatus.PERMISSION_DENIED:
      return Status.serverException;
    default:
      return Status.unknown;
  }
}

/** Where the text that starts at `p` ends, which is inside its window. @throws DecodeError */
function pairTextEnd(b: Uint8Array, p: number, to: number, at: number): number {
  const length = p + 4 <= to ? i32(b, p) : -2;
  if (length === -1 && p + 4 <= to) return p + 4;
  if (length < 0 || p + 4 + length > to) {
    throw new DecodeError(
      'window',
      'Pair',
      p - at,
      'a text runs over the end of the headers',
      'bolt.proto-frame:37:5',
    );
  }

  return p + 4 + length;
}

/** Header keys and values: most are the same again and again. */
const keys = new TextCache();
const values = new TextCache();

/** Where the value of the first entry under `key` starts, or -1. @throws DecodeError */
function findHeader(b: Uint8Array, at: number, key: string): number {
  const p = headerAt(b, at);
  const p2 = contentAt(b, at);
  const to = p2;
  for (let q = p; q < to;) {
    const v = pairTextEnd(b, q, to, at);
    const next = pairTextEnd(b, v, to, at);
    if (equalsText(b, q + 4, v, key)) return v;
    q = next;
  }

  return -1;
}

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  const v = findHeader(b, at, key);
  if (v < 0) return undefined;
  const to = pairTextEnd(b, v, b.length, at);
  return i32(b, v) === -1 ? null : values.read(b, v + 4, to);
}

/** A header whose values are few, as the very same string each time. */
function knownHeader(b: Uint8Array, at: number, key: string): string | undefined {
  const v = findHeader(b, at, key);
  if (v < 0 || i32(b, v) === -1) return undefined;
  return names.read(b, v + 4, pairTextEnd(b, v, b.length, at));
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const p = headerAt(b, at);
  const p2 = contentAt(b, at);
  const to = p2;
  for (let q = p; q < to;) {
    if (into.size === 1024) {
      throw new DecodeError(
        'limit',
        'Bolt.headers',
        q - at,
        'has over 1024 entries',
        'bolt2.proto-frame:27:7',
      );
    }

    const v = pairTextEnd(b, q, to, at);
    const next = pairTextEnd(b, v, to, at);
    into.append(keys.read(b, q + 4, v), i32(b, v) === -1 ? null : values.read(b, v + 4, next), q, next);
    q = next;
  }
}

/** Whether the checksum of the frame b[at, end) is right. Frames passed on unchanged are left to the receiver to verify. @throws DecodeError */
export function verify(b: Uint8Array, at: number, _end: number): void {
  if (!(u8(b, at + 1) === 2 && (u8(b, at + 11) & 1) !== 0)) return;
  const p = crcAt(b, at);
  const sum = crc32(b, at, p);
  const found = u32(b, p);
  if (sum !== found) {
    throw new DecodeError(
      'checksum',
      'Bolt.crc',
      p - at,
      `is ${found}, the bytes give ${sum}`,
      'bolt2.proto-frame:31:7',
    );
  }
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function sizeOfPairText(text: string | null): number {
  return 4 + (text === null ? 0 : utf8Length(text));
}

function writePairKey(b: Uint8Array, p: number, text: string): number {
  const end = writeUtf8(b, p + 4, text);
  requireInteger('Pair.key (bytes)', end - p - 4, 0, 2147483647);
  put32(b, p, end - p - 4);
  return end;
}

function writePairValue(b: Uint8Array, p: number, text: string | null): number {
  if (text === null) {
    put32(b, p, -1);
    return p + 4;
  }

  const end = writeUtf8(b, p + 4, text);
  requireInteger('Pair.value (bytes)', end - p - 4, 0, 2147483647);
  put32(b, p, end - p - 4);
  return end;
}

function sizeOfBoltHeaders(entries: HeaderEntries): number {
  let size = 0;
  let count = 0;
  for (const [key, value] of entries) {
    if (++count > 1024) throw new EncodeError('Bolt.headers', 'has over 1024 entries');
    size += sizeOfPairText(key) + sizeOfPairText(value);
  }

  return size;
}

function writeBoltHeaders(b: Uint8Array, at: number, entries: HeaderEntries): number {
  let p = at;
  for (const [key, value] of entries) {
    p = writePairValue(b, writePairKey(b, p, key), value);
  }

  return p;
}

function sizeOfPairEntries(headers: HeaderMap): number {
  if (headers.size > 1024) throw new EncodeError('Bolt.headers', 'has over 1024 entries');
  let size = 0;
  for (let i = 0; i < headers.size; i++) {
    const start = headers.startAt(i);
    if (start >= 0) size += headers.endAt(i) - start;
    else size += sizeOfPairText(headers.keyAt(i)) + sizeOfPairText(headers.valueAt(i));
  }

  return size;
}

/** Writes all entries at `at`: those that came in `b` as their own bytes, the others anew. */
function splicePairEntries(out: Uint8Array, at: number, b: Uint8Array, headers: HeaderMap): void {
  let p = at;
  for (let i = 0; i < headers.size; i++) {
    const start = headers.startAt(i);
    if (start >= 0) {
      out.set(b.subarray(start, headers.endAt(i)), p);
      p += headers.endAt(i) - start;
    } else p = writePairValue(out, writePairKey(out, p, headers.keyAt(i)), headers.valueAt(i));
  }
}

/** A new Bolt. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeBolt(init: BoltInit): Uint8Array {
  const {
    ver1 = 1,
    type,
    cmd,
    ver2 = 1,
    requestId,
    serializer = Serializer.hessian2,
    switches = 0,
    timeout = -1,
    status,
    className = '',
    headers = [],
    content = NO_BYTES,
  } = init;
  requireInteger('Bolt.ver1', ver1, 1, 2);
  requireInteger('Bolt.type', type, 0, 2);
  requireInteger('Bolt.cmd', cmd, 0, 65535);
  requireInteger('Bolt.ver2', ver2, 0, 255);
  requireInteger('Bolt.request_id', requestId, 0, 4294967295);
  requireInteger('Bolt.serializer', serializer, 0, 255);
  requireInteger('Bolt.switches', switches, 0, 255);
  if (type === CmdType.request || type === CmdType.oneway) {
    requireInteger('Bolt.timeout', timeout, -2147483648, 2147483647);
  } else {
    requirePresent('Bolt.status', status);
    requireInteger('Bolt.status', status!, 0, 65535);
  }

  let size = 12 + (type === CmdType.request || type === CmdType.oneway ? 4 : 2);
  const classNameSize = byteText('Bolt.class_name', className, 128).length;
  size += 8 + classNameSize;
  const headerFrom = size;
  size += sizeOfBoltHeaders(headers);
  const headerSize = size - headerFrom;
  const contentSize = content.length;
  size += contentSize;
  size += ver1 === 2 && (switches & 1) !== 0 ? 4 : 0;
  const classLen = classNameSize;
  requireInteger('Bolt.class_len', classLen, 0, 65535);
  const headerLen = headerSize;
  requireInteger('Bolt.header_len', headerLen, 0, 65535);
  const contentLen = contentSize;
  requireInteger('Bolt.content_len', contentLen, 0, 4294967295);
  if (size > 67108864) throw new EncodeError('Bolt', `has ${size} bytes, the limit is 67108864`);
  const b = frameBytes(size);
  let p = 0;
  const crcFrom = p;
  put8(b, p, 2);
  put8(b, p + 1, ver1);
  put8(b, p + 2, type);
  put16(b, p + 3, cmd);
  put8(b, p + 5, ver2);
  put32(b, p + 6, requestId);
  put8(b, p + 10, serializer);
  put8(b, p + 11, switches);
  p += 12;
  if (type === CmdType.request || type === CmdType.oneway) {
    put32(b, p, timeout);
    p += 4;
  } else {
    put16(b, p, status!);
    p += 2;
  }

  put16(b, p, classLen);
  put16(b, p + 2, headerLen);
  put32(b, p + 4, contentLen);
  p += 8;
  p = writeLatin1(b, p, className);
  p = writeBoltHeaders(b, p, headers);
  b.set(content, p);
  p += contentSize;
  const crcTo = p;
  if (ver1 === 2 && (switches & 1) !== 0) {
    put32(b, p, crc32(b, crcFrom, crcTo));
    p += 4;
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
  verify(b, at, end);
  const p = headerAt(b, at);
  const p2 = contentAt(b, at);
  const p3 = crcAt(b, at);
  const headersFrom = p;
  const headersTo = p2;
  const bodyFrom = p2;
  const bodyTo = p3;
  const headersSize = headers === null ? headersTo - headersFrom : sizeOfPairEntries(headers);
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const headerLen = headersSize;
  requireInteger('Bolt.header_len', headerLen, 0, 65535);
  const contentLen = bodySize;
  requireInteger('Bolt.content_len', contentLen, 0, 4294967295);
  const size = end - at + headersSize - (headersTo - headersFrom) + bodySize - (bodyTo - bodyFrom);
  if (size > 67108864) throw new EncodeError('Bolt', `has ${size} bytes, the limit is 67108864`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  if (headers === null) out.set(b.subarray(headersFrom, headersTo), q);
  else splicePairEntries(out, q, b, headers);
  q += headersSize;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  q += bodySize;
  out.set(b.subarray(bodyTo, end), q);
  const o = classLenAt(out, 0);
  put16(out, o + 2, headerLen);
  put32(out, o + 4, contentLen);
  if (u8(out, 1) === 2 && (u8(out, 11) & 1) !== 0) {
    const s = crcAt(out, 0);
    put32(out, s, crc32(out, 0, s));
  }

  return out;
}

function heartbeat(id: number): Uint8Array {
  return encodeBolt({ type: CmdType.request, cmd: CmdCode.heartbeat, requestId: id });
}

function heartbeatAck(b: Uint8Array, at: number): Uint8Array {
  return encodeBolt({
    ver1: u8(b, at + 1),
    type: CmdType.response,
    cmd: CmdCode.heartbeat,
    ver2: u8(b, at + 5),
    requestId: u32(b, at + 6),
    serializer: u8(b, at + 10),
    switches: u8(b, at + 11),
    status: Status.success,
  });
}

function goaway(id: number): Uint8Array {
  return encodeBolt({ type: CmdType.request, cmd: CmdCode.goaway, requestId: id });
}

/** What an error reply takes from its request. */
export interface BoltMemo {
  readonly ver1: number;
  readonly ver2: number;
  readonly requestId: number;
  readonly serializer: Serializer;
  readonly switches: Switch;
}

function remember(b: Uint8Array, at: number): BoltMemo {
  return {
    ver1: u8(b, at + 1),
    ver2: u8(b, at + 5),
    requestId: u32(b, at + 6),
    serializer: u8(b, at + 10),
    switches: u8(b, at + 11),
  };
}

function hijack(memo: BoltMemo, status: ApiStatus): Uint8Array {
  return encodeBolt({
    ver1: memo.ver1,
    type: CmdType.response,
    cmd: CmdCode.rpcResponse,
    ver2: memo.ver2,
    requestId: memo.requestId,
    serializer: memo.serializer,
    switches: memo.switches,
    status: toWire(status),
  });
}

/** Every field of a Bolt, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class BoltFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get proto(): number {
    return u8(this.bytes, this.start);
  }

  get ver1(): number {
    return u8(this.bytes, this.start + 1);
  }

  get type(): CmdType {
    return u8(this.bytes, this.start + 2) as CmdType;
  }

  get cmd(): CmdCode {
    return u16(this.bytes, this.start + 3);
  }

  get ver2(): number {
    return u8(this.bytes, this.start + 5);
  }

  get requestId(): number {
    return u32(this.bytes, this.start + 6);
  }

  get serializer(): Serializer {
    return u8(this.bytes, this.start + 10);
  }

  get switches(): Switch {
    return u8(this.bytes, this.start + 11);
  }

  get timeout(): number | undefined {
    const { bytes: b, start: at } = this;
    const type = u8(b, at + 2);
    return type === CmdType.request || type === CmdType.oneway ? i32(b, at + 12) : undefined;
  }

  get status(): Status | undefined {
    const { bytes: b, start: at } = this;
    const type = u8(b, at + 2);
    return type === CmdType.response ? u16(b, at + 12) : undefined;
  }

  get classLen(): number {
    const { bytes: b, start: at } = this;
    return u16(b, classLenAt(b, at));
  }

  get headerLen(): number {
    const { bytes: b, start: at } = this;
    return u16(b, classLenAt(b, at) + 2);
  }

  get contentLen(): number {
    const { bytes: b, start: at } = this;
    return u32(b, classLenAt(b, at) + 4);
  }

  get className(): string {
    const { bytes: b, start: at } = this;
    return readAscii(
      b,
      classLenAt(b, at) + 8,
      headerAt(b, at),
      'Bolt.class_name',
      at,
      'bolt2.proto-frame:25:5',
    );
  }

  get headers(): HeaderMap {
    const { bytes: b, start: at, end } = this;
    const entries = new HeaderMap(bolt2.traits.headerCase);
    readHeaders(b, at, end, entries);
    return entries;
  }

  get content(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(contentAt(b, at), crcAt(b, at));
  }

  get crc(): number | undefined {
    const { bytes: b, start: at } = this;
    return u8(b, at + 1) === 2 && (u8(b, at + 11) & 1) !== 0 ? u32(b, crcAt(b, at)) : undefined;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): BoltFrame {
    return new BoltFrame(frame.bytes, frame.start, frame.end);
  }
}

/** SOFA Bolt v2: a second version byte, a switch byte and an optional trailing CRC32. */
export const bolt2: XProtocol<BoltInit> = defineProtocol<BoltInit, BoltMemo>({
  name: 'bolt2',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 4294967295,
    idReserved: [],
    maxFrame: 67108864,
    maxHeaders: 1024,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  isHeartbeat,
  isGoaway,
  idOf,
  setId,
  timeoutOf,
  setTimeout,
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
  encode: encodeBolt,
  remember,
  heartbeat,
  heartbeatAck,
  goaway,
  hijack,
});
