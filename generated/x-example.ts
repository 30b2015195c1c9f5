// Generated from x-example.proto-frame (sha256 f33d649b6cd429d1) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Example, in bytes:
//   0              magic          u8 = "x"
//   1              type           Type
//   2              direction      Direction
//   3              id             u32
//   7              status         Status
//   payloadLen     payload_len    u32
//   payloadLen + 4 payload        bytes size payload_len

import {
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  frameBytes,
  FrameKind,
  type HeaderMap,
  Match,
  put16,
  put32,
  put8,
  type RequestId,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  Status as ApiStatus,
  u16,
  u32,
  u8,
  utf8Bytes,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

export const Type = {
  heartbeat: 0,
  message: 1,
  goaway: 2,
} as const;
export type Type = (typeof Type)[keyof typeof Type];

export const Direction = {
  request: 0,
  response: 1,
} as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

export const Status = {
  success: 0,
  error: 1,
  noRoute: 404,
  unavailable: 502,
  overloaded: 503,
  timeout: 504,
} as const;
export type Status = number;

/** What a new Example is made of; lengths, constants and checksums are not given. */
export interface ExampleInit {
  readonly type: Type;
  readonly direction: Direction;
  readonly id: number;
  readonly status?: Status | undefined;
  readonly payload?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 120) return Match.no;
  if (to <= from + 1) return Match.more;
  if (u8(b, from + 1) > 2) return Match.no;
  if (to <= from + 2) return Match.more;
  if (u8(b, from + 2) > 1) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 11) {
    state.need = 11;
    return 0;
  }

  if (u8(b, from) !== 120) return ScanFault.malformed;
  const direction = u8(b, from + 2);
  if (direction > 1) return ScanFault.malformed;
  const p = direction === Direction.request ? from + 7 : from + 9;
  if (to < p + 4) {
    state.need = p + 4 - from;
    return 0;
  }

  return p + 4 + u32(b, p) - from;
}

/** Where payloadLen starts. */
function payloadLenAt(b: Uint8Array, at: number): number {
  const direction = u8(b, at + 2);
  return direction === Direction.request ? at + 7 : at + 9;
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  const p = payloadLenAt(b, at);
  return p + 4 + u32(b, p);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 11) {
    throw new DecodeError(
      'window',
      'Example',
      0,
      `has ${end - at} bytes, needs 11`,
      'x-example.proto-frame:15:9',
    );
  }

  if (u8(b, at) !== 120) {
    throw new DecodeError(
      'constant',
      'Example.magic',
      0,
      `is ${u8(b, at)}, has to be 120`,
      'x-example.proto-frame:16:5',
    );
  }

  if (u8(b, at + 1) > 2) {
    throw new DecodeError(
      'enum',
      'Example.type',
      1,
      `${u8(b, at + 1)} is no Type`,
      'x-example.proto-frame:17:5',
    );
  }

  if (u8(b, at + 2) > 1) {
    throw new DecodeError(
      'enum',
      'Example.direction',
      2,
      `${u8(b, at + 2)} is no Direction`,
      'x-example.proto-frame:18:5',
    );
  }

  const p2 = endAt(b, at);
  if (end !== p2) {
    throw new DecodeError(
      'window',
      'Example',
      0,
      `has ${end - at} bytes, its fields take ${p2 - at}`,
      'x-example.proto-frame:15:9',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const direction = u8(b, at + 2);
  return direction === Direction.request ? FrameKind.request : FrameKind.response;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  return u8(b, at + 1) === Type.heartbeat;
}

function isGoaway(b: Uint8Array, at: number): boolean {
  return u8(b, at + 1) === Type.goaway;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return u32(b, at + 3);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  put32(b, at + 3, id as number);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const direction = u8(b, at + 2);
  return (direction === Direction.response ? u16(b, at + 7) : undefined) ?? 0;
}

function bodyStart(b: Uint8Array, at: number): number {
  return payloadLenAt(b, at) + 4;
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): ApiStatus {
  switch (wire) {
    case Status.success:
      return ApiStatus.OK;
    case Status.noRoute:
      return ApiStatus.NO_ROUTE;
    case Status.unavailable:
      return ApiStatus.NO_HEALTHY_UPSTREAM;
    case Status.overloaded:
      return ApiStatus.OVERLOADED;
    case Status.timeout:
      return ApiStatus.TIMEOUT;
    case Status.error:
      return ApiStatus.INTERNAL;
    default:
      return ApiStatus.UNKNOWN;
  }
}

function toWire(status: ApiStatus): number {
  switch (status) {
    case ApiStatus.OK:
      return Status.success;
    case ApiStatus.NO_ROUTE:
      return Status.noRoute;
    case ApiStatus.NO_HEALTHY_UPSTREAM:
      return Status.unavailable;
    case ApiStatus.OVERLOADED:
    case ApiStatus.LIMIT_EXCEEDED:
      return Status.overloaded;
    case ApiStatus.TIMEOUT:
      return Status.timeout;
    default:
      return Status.error;
  }
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Example. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeExample(init: ExampleInit): Uint8Array {
  const { type, direction, id, status, payload = NO_BYTES } = init;
  requireInteger('Example.type', type, 0, 2);
  requireInteger('Example.direction', direction, 0, 1);
  requireInteger('Example.id', id, 0, 4294967295);
  if (direction === Direction.request) {
  } else {
    requirePresent('Example.status', status);
    requireInteger('Example.status', status!, 0, 65535);
  }

  let size = 7 + (direction === Direction.request ? 0 : 2);
  const payloadSize = payload.length;
  size += 4 + payloadSize;
  const payloadLen = payloadSize;
  requireInteger('Example.payload_len', payloadLen, 0, 4294967295);
  if (size > 16777216) throw new EncodeError('Example', `has ${size} bytes, the limit is 16777216`);
  const b = frameBytes(size);
  let p = 0;
  put8(b, p, 120);
  put8(b, p + 1, type);
  put8(b, p + 2, direction);
  put32(b, p + 3, id);
  p += 7;
  if (direction === Direction.request) {
  } else {
    put16(b, p, status!);
    p += 2;
  }

  put32(b, p, payloadLen);
  p += 4;
  b.set(payload, p);
  p += payloadSize;
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
  if (headers !== null && headers.size > 0) throw new EncodeError('Example', 'has no headers');
  const p = payloadLenAt(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p + 4;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const payloadLen = bodySize;
  requireInteger('Example.payload_len', payloadLen, 0, 4294967295);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 16777216) throw new EncodeError('Example', `has ${size} bytes, the limit is 16777216`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  const o = payloadLenAt(out, 0);
  put32(out, o, payloadLen);
  return out;
}

function heartbeat(id: number): Uint8Array {
  return encodeExample({ type: Type.heartbeat, direction: Direction.request, id });
}

function heartbeatAck(b: Uint8Array, at: number): Uint8Array {
  return encodeExample({
    type: Type.heartbeat,
    direction: Direction.response,
    id: u32(b, at + 3),
    status: Status.success,
  });
}

function goaway(id: number): Uint8Array {
  return encodeExample({ type: Type.goaway, direction: Direction.request, id });
}

/** What an error reply takes from its request. */
export interface ExampleMemo {
  readonly id: number;
}

function remember(b: Uint8Array, at: number): ExampleMemo {
  return { id: u32(b, at + 3) };
}

function hijack(memo: ExampleMemo, status: ApiStatus, reason: string): Uint8Array {
  return encodeExample({
    type: Type.message,
    direction: Direction.response,
    id: memo.id,
    status: toWire(status),
    payload: utf8Bytes(reason),
  });
}

/** Every field of a Example, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ExampleFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get magic(): number {
    return u8(this.bytes, this.start);
  }

  get type(): Type {
    return u8(this.bytes, this.start + 1) as Type;
  }

  get direction(): Direction {
    return u8(this.bytes, this.start + 2) as Direction;
  }

  get id(): number {
    return u32(this.bytes, this.start + 3);
  }

  get status(): Status | undefined {
    const { bytes: b, start: at } = this;
    const direction = u8(b, at + 2);
    return direction === Direction.response ? u16(b, at + 7) : undefined;
  }

  get payloadLen(): number {
    const { bytes: b, start: at } = this;
    return u32(b, payloadLenAt(b, at));
  }

  get payload(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(payloadLenAt(b, at) + 4, endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ExampleFrame {
    return new ExampleFrame(frame.bytes, frame.start, frame.end);
  }
}

/** MOSN's example protocol: 'x', 11 bytes before the payload of a request, 13 before that of a response. */
export const xExample: XProtocol<ExampleInit> = defineProtocol<ExampleInit, ExampleMemo>({
  name: 'x_example',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 4294967295,
    idReserved: [],
    maxFrame: 16777216,
    maxHeaders: 0,
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
  wireStatusOf,
  toCanonical,
  toWire,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeExample,
  remember,
  heartbeat,
  heartbeatAck,
  goaway,
  hijack,
});
