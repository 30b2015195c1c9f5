// Generated from dubbo.proto-frame (sha256 e6cb85e967b16180) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Dubbo, in bytes:
//   0              magic          u16 = 0xdabb
//   2              request two_way event serialization bits of u8
//   3              status         Status default none
//   4              id             u64
//   12             length         u32
//   16             dubbo_version  h2.str
//   path           path           h2.str
//   version        version        h2.str nullable
//   method         method         h2.str
//   paramDesc      param_desc     h2.str
//   args           args           h2.all_but_last
//   attachments    attachments    h2.strmap
//   16             data           h2.any
//   16             result         bytes rest
//   16             error          h2.str
//   after          after          bytes rest
//   16             opaque         bytes rest

import {
  CONTRACT_VERSION,
  copyBytes,
  DecodeError,
  defineProtocol,
  EncodeError,
  ended,
  equalsText,
  frameBytes,
  FrameKind,
  HeaderMap,
  headerMapOf,
  Marks,
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
  requirePresent,
  ScanFault,
  type ScanState,
  Status as ApiStatus,
  textNumber,
  u16,
  u32,
  u64,
  u8,
  utf8Bytes,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  allButLast as hessian2AllButLast,
  any as hessian2Any,
  str as hessian2Str,
  strmap as hessian2Strmap,
} from './extern/hessian2.js';

/** How the payload is serialized; what is not Hessian 2 passes unread. */
export const Serialization = {
  hessian2: 2,
  java: 3,
  compactedJava: 4,
  fastjson: 6,
  nativeJava: 7,
  kryo: 8,
  fst: 9,
  protostuff: 12,
  gson: 16,
  protobuf: 22,
} as const;
export type Serialization = number;

/** The answer's own verdict; exceptions of the service itself come with ok. */
export const Status = {
  none: 0,
  ok: 20,
  clientTimeout: 30,
  serverTimeout: 31,
  channelInactive: 35,
  badRequest: 40,
  badResponse: 50,
  serviceNotFound: 60,
  serviceError: 70,
  serverError: 80,
  clientError: 90,
  threadpoolExhausted: 100,
} as const;
export type Status = number;

/** What a new Dubbo is made of; lengths, constants and checksums are not given. */
export interface DubboInit {
  readonly request: boolean;
  readonly twoWay: boolean;
  readonly event: boolean;
  readonly serialization: Serialization;
  readonly status?: Status | undefined;
  readonly id: bigint;
  readonly dubboVersion?: string | undefined;
  readonly path?: string | undefined;
  readonly version?: string | null | undefined;
  readonly method?: string | undefined;
  /** The arguments' types as a JVM descriptor: Ljava/lang/String;I */
  readonly paramDesc?: string | undefined;
  /** Skipped, never decoded. */
  readonly args?: Uint8Array | undefined;
  readonly attachments?: HeaderEntries | undefined;
  readonly data?: Uint8Array | undefined;
  readonly result?: Uint8Array | undefined;
  readonly error?: string | undefined;
  /** Some servers send attachments here too; Dubbo itself does not look. */
  readonly after?: Uint8Array | undefined;
  readonly opaque?: Uint8Array | undefined;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(9);

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 218) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) !== 187) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 16) {
    state.need = 16;
    return 0;
  }

  if (u16(b, from) !== 55995) return ScanFault.malformed;
  if (u32(b, from + 12) > 8388608) return ScanFault.tooLarge;
  return from + 16 + u32(b, from + 12) - from;
}

/** Where path starts. */
function pathAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  return marks.keep(
    1,
    ended(
      hessian2Str.end(b, at + 16, endAt(b, at)),
      'Dubbo.dubbo_version',
      at + 16 - at,
      'dubbo.proto-frame:60:11',
    ),
  );
}

/** Where version starts. */
function versionAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  const p = pathAt(b, at);
  return marks.keep(
    2,
    ended(hessian2Str.end(b, p, endAt(b, at)), 'Dubbo.path', p - at, 'dubbo.proto-frame:61:11'),
  );
}

/** Where method starts. */
function methodAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 3);
  if (known > 0) return known;
  const p = versionAt(b, at);
  return marks.keep(
    3,
    ended(hessian2Str.end(b, p, endAt(b, at)), 'Dubbo.version', p - at, 'dubbo.proto-frame:62:11'),
  );
}

/** Where paramDesc starts. */
function paramDescAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 4);
  if (known > 0) return known;
  const p = methodAt(b, at);
  return marks.keep(
    4,
    ended(hessian2Str.end(b, p, endAt(b, at)), 'Dubbo.method', p - at, 'dubbo.proto-frame:63:11'),
  );
}

/** Where args starts. */
function argsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 7);
  if (known > 0) return known;
  const p = paramDescAt(b, at);
  return marks.keep(
    7,
    ended(hessian2Str.end(b, p, endAt(b, at)), 'Dubbo.param_desc', p - at, 'dubbo.proto-frame:65:11'),
  );
}

/** Where attachments starts. */
function attachmentsAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 5);
  if (known > 0) return known;
  const p = argsAt(b, at);
  return marks.keep(
    5,
    ended(hessian2AllButLast.end(b, p, endAt(b, at)), 'Dubbo.args', p - at, 'dubbo.proto-frame:67:11'),
  );
}

/** Where payloadEnd starts. */
function payloadEndAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 6);
  if (known > 0) return known;
  const p = attachmentsAt(b, at);
  return marks.keep(
    6,
    ended(hessian2Strmap.end(b, p, endAt(b, at)), 'Dubbo.attachments', p - at, 'dubbo.proto-frame:68:11'),
  );
}

/** Where payloadEnd2 starts. */
function payloadEnd2At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  return marks.keep(
    0,
    ended(hessian2Any.end(b, at + 16, endAt(b, at)), 'Dubbo.data', at + 16 - at, 'dubbo.proto-frame:70:56'),
  );
}

/** Where after starts. */
function afterAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 8);
  if (known > 0) return known;
  return marks.keep(
    8,
    ended(hessian2Str.end(b, at + 16, endAt(b, at)), 'Dubbo.error', at + 16 - at, 'dubbo.proto-frame:73:11'),
  );
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 16 + u32(b, at + 12);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 16) {
    throw new DecodeError('window', 'Dubbo', 0, `has ${end - at} bytes, needs 16`, 'dubbo.proto-frame:46:9');
  }

  if (u16(b, at) !== 55995) {
    throw new DecodeError(
      'constant',
      'Dubbo.magic',
      0,
      `is ${u16(b, at)}, has to be 55995`,
      'dubbo.proto-frame:47:5',
    );
  }

  if (u32(b, at + 12) > 8388608) {
    throw new DecodeError(
      'limit',
      'Dubbo.payload',
      16,
      `has ${u32(b, at + 12)} bytes, the limit is 8388608`,
      'dubbo.proto-frame:57:5',
    );
  }

  const p = endAt(b, at);
  if (end !== p) {
    throw new DecodeError(
      'window',
      'Dubbo',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'dubbo.proto-frame:46:9',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const twoWay = ((u8(b, at + 2) >>> 6) & 1) !== 0;
  return request && twoWay ? FrameKind.request : request && !twoWay ? FrameKind.oneway : FrameKind.response;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  return (
    ((u8(b, at + 2) >>> 5) & 1) !== 0 &&
    event &&
    serialization === Serialization.hessian2 &&
    equalsText(b, at + 16, payloadEnd2At(b, at), 'N')
  );
}

function isGoaway(b: Uint8Array, at: number): boolean {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  return (
    ((u8(b, at + 2) >>> 5) & 1) !== 0 &&
    event &&
    serialization === Serialization.hessian2 &&
    equalsText(b, at + 16, payloadEnd2At(b, at), '\u0001R')
  );
}

function idOf(b: Uint8Array, at: number): RequestId {
  return requestId64(b, at + 4);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  putRequestId64(b, at + 4, id);
  return true;
}

function timeoutOf(b: Uint8Array, at: number): number {
  return textNumber(knownHeader(b, at, 'timeout'));
}

function wireStatusOf(b: Uint8Array, at: number): number {
  return u8(b, at + 3);
}

function serviceOf(b: Uint8Array, at: number): string | undefined {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  return (
    knownHeader(b, at, 'interface') ??
    (!event && request && serialization === Serialization.hessian2
      ? (hessian2Str.read(b, pathAt(b, at), versionAt(b, at)) ?? undefined)
      : undefined)
  );
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  return !event && request && serialization === Serialization.hessian2
    ? (hessian2Str.read(b, methodAt(b, at), paramDescAt(b, at)) ?? undefined)
    : undefined;
}

function groupOf(b: Uint8Array, at: number): string | undefined {
  return knownHeader(b, at, 'group');
}

function versionOf(b: Uint8Array, at: number): string | undefined {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  return (
    knownHeader(b, at, 'version') ??
    (!event && request && serialization === Serialization.hessian2
      ? (hessian2Str.read(b, versionAt(b, at), methodAt(b, at)) ?? undefined)
      : undefined)
  );
}

function bodyStart(_b: Uint8Array, at: number): number {
  return at + 16;
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): ApiStatus {
  switch (wire) {
    case Status.ok:
    case Status.none:
      return ApiStatus.OK;
    case Status.serverTimeout:
    case Status.clientTimeout:
      return ApiStatus.TIMEOUT;
    case Status.serviceNotFound:
      return ApiStatus.NO_ROUTE;
    case Status.threadpoolExhausted:
      return ApiStatus.OVERLOADED;
    case Status.badRequest:
      return ApiStatus.CODEC_ERROR;
    case Status.serverError:
      return ApiStatus.INTERNAL;
    default:
      return ApiStatus.UNKNOWN;
  }
}

function toWire(status: ApiStatus): number {
  switch (status) {
    case ApiStatus.OK:
      return Status.ok;
    case ApiStatus.TIMEOUT:
      return Status.serverTimeout;
    case ApiStatus.NO_ROUTE:
    case ApiStatus.NO_HEALTHY_UPSTREAM:
      return Status.serviceNotFound;
    case ApiStatus.OVERLOADED:
      return Status.threadpoolExhausted;
    case ApiStatus.CODEC_ERROR:
      return Status.badRequest;
    case ApiStatus.UNKNOWN:
      return Status.serviceError;
    default:
      return Status.serverError;
  }
}

/** Header entries as an encoder takes them: pairs, or the headers of another frame. */
export type HeaderEntries = Iterable<readonly [key: string, value: string | null]>;

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  if (!(!event && request && serialization === Serialization.hessian2)) return undefined;
  return hessian2Strmap.get(b, attachmentsAt(b, at), payloadEndAt(b, at), key);
}

/** A header for a role: null counts as none. */
function knownHeader(b: Uint8Array, at: number, key: string): string | undefined {
  return headerOf(b, at, 0, key) ?? undefined;
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  if (!(!event && request && serialization === Serialization.hessian2)) return;
  const p = attachmentsAt(b, at);
  const p2 = payloadEndAt(b, at);
  const from = p;
  if (hessian2Strmap.readHeaders(b, from, p2, into, 256)) return;
  throw new DecodeError(
    'limit',
    'Dubbo.attachments',
    from - at,
    'is no map of at most 256 entries',
    'dubbo.proto-frame:68:11',
  );
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Dubbo. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeDubbo(init: DubboInit): Uint8Array {
  const {
    request,
    twoWay,
    event,
    serialization,
    status = Status.none,
    id,
    dubboVersion,
    path,
    version = null,
    method,
    paramDesc,
    args,
    attachments = [],
    data,
    result = NO_BYTES,
    error,
    after = NO_BYTES,
    opaque = NO_BYTES,
  } = init;
  requireInteger('Dubbo.serialization', serialization, 0, 31);
  requireInteger('Dubbo.status', status, 0, 255);
  requireBigInteger('Dubbo.id', id, 0n, 18446744073709551615n);
  if (!event && request && serialization === Serialization.hessian2) {
    requirePresent('Dubbo.dubbo_version', dubboVersion);
    requirePresent('Dubbo.path', path);
    requirePresent('Dubbo.method', method);
    requirePresent('Dubbo.param_desc', paramDesc);
    requirePresent('Dubbo.args', args);
  } else if (event && serialization === Serialization.hessian2) {
    requirePresent('Dubbo.data', data);
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    (status === Status.none || status === Status.ok)
  ) {
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    ((status >= 1 && status <= 19) || (status >= 21 && status <= 255))
  ) {
    requirePresent('Dubbo.error', error);
  }

  let size = 16;
  const payloadFrom = size;
  if (!event && request && serialization === Serialization.hessian2) {
    size += hessian2Str.size(dubboVersion!);
    size += hessian2Str.size(path!);
    size += hessian2Str.size(version);
    size += hessian2Str.size(method!);
    size += hessian2Str.size(paramDesc!);
    size += hessian2AllButLast.size(args!);
    size += hessian2Strmap.size(headerMapOf(attachments));
  } else if (event && serialization === Serialization.hessian2) {
    size += hessian2Any.size(data!);
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    (status === Status.none || status === Status.ok)
  ) {
    size += result.length;
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    ((status >= 1 && status <= 19) || (status >= 21 && status <= 255))
  ) {
    size += hessian2Str.size(error!);
    size += after.length;
  } else {
    size += opaque.length;
  }

  const payloadSize = size - payloadFrom;
  requireInteger('Dubbo.payload (bytes)', payloadSize, 0, 8388608);
  const length = payloadSize;
  requireInteger('Dubbo.length', length, 0, 4294967295);
  if (size > 8388624) throw new EncodeError('Dubbo', `has ${size} bytes, the limit is 8388624`);
  const b = frameBytes(size);
  let p = 0;
  put16(b, p, 55995);
  put8(b, p + 2, ((request ? 1 : 0) << 7) | ((twoWay ? 1 : 0) << 6) | ((event ? 1 : 0) << 5) | serialization);
  put8(b, p + 3, status);
  put64(b, p + 4, id);
  put32(b, p + 12, length);
  p += 16;
  if (!event && request && serialization === Serialization.hessian2) {
    p = hessian2Str.write(b, p, dubboVersion!);
    p = hessian2Str.write(b, p, path!);
    p = hessian2Str.write(b, p, version);
    p = hessian2Str.write(b, p, method!);
    p = hessian2Str.write(b, p, paramDesc!);
    p = hessian2AllButLast.write(b, p, args!);
    p = hessian2Strmap.write(b, p, headerMapOf(attachments), b);
  } else if (event && serialization === Serialization.hessian2) {
    p = hessian2Any.write(b, p, data!);
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    (status === Status.none || status === Status.ok)
  ) {
    b.set(result, p);
    p += result.length;
  } else if (
    !event &&
    !request &&
    serialization === Serialization.hessian2 &&
    ((status >= 1 && status <= 19) || (status >= 21 && status <= 255))
  ) {
    p = hessian2Str.write(b, p, error!);
    b.set(after, p);
    p += after.length;
  } else {
    b.set(opaque, p);
    p += opaque.length;
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
  if (body !== null) {
    if (headers !== null) throw new EncodeError('Dubbo', 'has its headers in the body: change one of them');
    const p = endAt(b, at);
    const bodyFrom = at + 16;
    const bodyTo = p;
    const bodySize = body.length;
    const length_ = bodySize;
    requireInteger('Dubbo.length', length_, 0, 4294967295);
    const size = end - at + bodySize - (bodyTo - bodyFrom);
    if (size > 8388624) throw new EncodeError('Dubbo', `has ${size} bytes, the limit is 8388624`);
    const out = frameBytes(size);
    out.set(b.subarray(at, bodyFrom), 0);
    const q = bodyFrom - at;
    out.set(body, q);
    put32(out, 12, length_);
    return out;
  }

  if (headers === null) return copyBytes(b, at, end);
  const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
  const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
  const serialization = u8(b, at + 2) & 31;
  if (!(!event && request && serialization === Serialization.hessian2)) {
    if (headers.size > 0) throw new EncodeError('Dubbo', 'has no headers');
    return copyBytes(b, at, end);
  }

  const p = attachmentsAt(b, at);
  const p2 = payloadEndAt(b, at);
  const headersFrom = p;
  const headersTo = p2;
  const headersSize = hessian2Strmap.size(headers, b, headersFrom, headersTo);
  const p3 = endAt(b, at);
  const length_ = p3 - (at + 16) + headersSize - (headersTo - headersFrom);
  requireInteger('Dubbo.length', length_, 0, 4294967295);
  requireInteger(
    'Dubbo.payload (bytes)',
    p3 - (at + 16) + headersSize - (headersTo - headersFrom),
    0,
    8388608,
  );
  const size = end - at + headersSize - (headersTo - headersFrom);
  if (size > 8388624) throw new EncodeError('Dubbo', `has ${size} bytes, the limit is 8388624`);
  const out = frameBytes(size);
  out.set(b.subarray(at, headersFrom), 0);
  let q = headersFrom - at;
  hessian2Strmap.write(out, q, headers, b, headersFrom, headersTo);
  q += headersSize;
  out.set(b.subarray(headersTo, end), q);
  put32(out, 12, length_);
  return out;
}

function heartbeat(id: number): Uint8Array {
  return encodeDubbo({
    request: true,
    twoWay: true,
    event: true,
    serialization: Serialization.hessian2,
    id: BigInt(id),
    data: utf8Bytes('N'),
  });
}

function heartbeatAck(b: Uint8Array, at: number): Uint8Array {
  return encodeDubbo({
    request: false,
    twoWay: false,
    event: true,
    serialization: u8(b, at + 2) & 31,
    status: Status.ok,
    id: u64(b, at + 4),
    data: utf8Bytes('N'),
  });
}

function goaway(id: number): Uint8Array {
  return encodeDubbo({
    request: true,
    twoWay: false,
    event: true,
    serialization: Serialization.hessian2,
    id: BigInt(id),
    data: utf8Bytes('\u0001R'),
  });
}

/** What an error reply takes from its request. */
export interface DubboMemo {
  readonly id: bigint;
}

function remember(b: Uint8Array, at: number): DubboMemo {
  return { id: u64(b, at + 4) };
}

function hijack(memo: DubboMemo, status: ApiStatus, reason: string): Uint8Array {
  return encodeDubbo({
    request: false,
    twoWay: false,
    event: false,
    serialization: Serialization.hessian2,
    status: toWire(status),
    id: memo.id,
    error: reason,
  });
}

/** Every field of a Dubbo, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class DubboFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get magic(): number {
    return u16(this.bytes, this.start);
  }

  get request(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 7) & 1) !== 0;
  }

  get twoWay(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 6) & 1) !== 0;
  }

  get event(): boolean {
    return ((u8(this.bytes, this.start + 2) >>> 5) & 1) !== 0;
  }

  get serialization(): Serialization {
    return u8(this.bytes, this.start + 2) & 31;
  }

  get status(): Status {
    return u8(this.bytes, this.start + 3);
  }

  get id(): bigint {
    return u64(this.bytes, this.start + 4);
  }

  get length_(): number {
    return u32(this.bytes, this.start + 12);
  }

  get dubboVersion(): string | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2Str.read(b, at + 16, pathAt(b, at)) ?? '';
    }

    return undefined;
  }

  get path(): string | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2Str.read(b, pathAt(b, at), versionAt(b, at)) ?? '';
    }

    return undefined;
  }

  get version(): string | null | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2Str.read(b, versionAt(b, at), methodAt(b, at));
    }

    return undefined;
  }

  get method(): string | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2Str.read(b, methodAt(b, at), paramDescAt(b, at)) ?? '';
    }

    return undefined;
  }

  /** The arguments' types as a JVM descriptor: Ljava/lang/String;I */
  get paramDesc(): string | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2Str.read(b, paramDescAt(b, at), argsAt(b, at)) ?? '';
    }

    return undefined;
  }

  /** Skipped, never decoded. */
  get args(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      return hessian2AllButLast.read(b, argsAt(b, at), attachmentsAt(b, at));
    }

    return undefined;
  }

  get attachments(): HeaderMap | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (!event && request && serialization === Serialization.hessian2) {
      const p = attachmentsAt(b, at);
      const p2 = payloadEndAt(b, at);
      const entries = new HeaderMap(dubbo.traits.headerCase);
      if (!hessian2Strmap.readHeaders(b, p, p2, entries, 1024))
        throw new DecodeError('window', 'Dubbo.attachments', 0, 'is no such map', 'dubbo.proto-frame:68:11');
      return entries;
    }

    return undefined;
  }

  get data(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    if (event && serialization === Serialization.hessian2) {
      return hessian2Any.read(b, at + 16, payloadEnd2At(b, at));
    }

    return undefined;
  }

  get result(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    const status_ = u8(b, at + 3);
    if (
      !event &&
      !request &&
      serialization === Serialization.hessian2 &&
      (status_ === Status.none || status_ === Status.ok)
    ) {
      return b.subarray(at + 16, endAt(b, at));
    }

    return undefined;
  }

  get error(): string | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    const status_ = u8(b, at + 3);
    if (
      !event &&
      !request &&
      serialization === Serialization.hessian2 &&
      ((status_ >= 1 && status_ <= 19) || (status_ >= 21 && status_ <= 255))
    ) {
      return hessian2Str.read(b, at + 16, afterAt(b, at)) ?? '';
    }

    return undefined;
  }

  /** Some servers send attachments here too; Dubbo itself does not look. */
  get after(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    const status_ = u8(b, at + 3);
    if (
      !event &&
      !request &&
      serialization === Serialization.hessian2 &&
      ((status_ >= 1 && status_ <= 19) || (status_ >= 21 && status_ <= 255))
    ) {
      return b.subarray(afterAt(b, at), endAt(b, at));
    }

    return undefined;
  }

  get opaque(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const event = ((u8(b, at + 2) >>> 5) & 1) !== 0;
    const request = ((u8(b, at + 2) >>> 7) & 1) !== 0;
    const serialization = u8(b, at + 2) & 31;
    const status_ = u8(b, at + 3);
    if (!(
      (!event && request && serialization === Serialization.hessian2) ||
      (event && serialization === Serialization.hessian2) ||
      (!event &&
        !request &&
        serialization === Serialization.hessian2 &&
        (status_ === Status.none || status_ === Status.ok)) ||
      (!event &&
        !request &&
        serialization === Serialization.hessian2 &&
        ((status_ >= 1 && status_ <= 19) || (status_ >= 21 && status_ <= 255)))
    )) {
      return b.subarray(at + 16, endAt(b, at));
    }

    return undefined;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): DubboFrame {
    return new DubboFrame(frame.bytes, frame.start, frame.end);
  }
}

/** Apache Dubbo 2.x: a 16-byte header, then a payload whose Hessian 2 metadata says what is called. */
export const dubbo: XProtocol<DubboInit> = defineProtocol<DubboInit, DubboMemo>({
  name: 'dubbo',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 9007199254740991,
    idReserved: [],
    maxFrame: 8388624,
    maxHeaders: 256,
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
  timeoutHeader: 'timeout',
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
  encode: encodeDubbo,
  remember,
  heartbeat,
  heartbeatAck,
  goaway,
  hijack,
});
