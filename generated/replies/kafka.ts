// Generated from kafka.proto-frame (sha256 8ccda134d1e495f5) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Response, in bytes:
//   0              length         i32 in 4..104857600
//   4              correlation_id i32
//   8              body           bytes rest

import {
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  frameBytes,
  FrameKind,
  type HeaderMap,
  i32,
  Match,
  put32,
  type RequestId,
  requireInteger,
  ScanFault,
  type ScanState,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

/** What a new Response is made of; lengths, constants and checksums are not given. */
export interface ResponseInit {
  readonly correlationId: number;
  readonly body?: Uint8Array | undefined;
}

/** No byte of this protocol is known beforehand: it is chosen by port only. */
function match(): Match {
  return Match.no;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 8) {
    state.need = 8;
    return 0;
  }

  const length_ = i32(b, from);
  if (length_ < 4 || length_ > 104857600) return ScanFault.malformed;
  return from + 4 + length_ - from;
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 4 + i32(b, at);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 8) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, needs 8`,
      'kafka.proto-frame:75:9',
    );
  }

  if (i32(b, at) < 4 || i32(b, at) > 104857600) {
    throw new DecodeError(
      'range',
      'Response.length',
      0,
      `is ${i32(b, at)}, has to be 4 to 104857600`,
      'kafka.proto-frame:77:5',
    );
  }

  const p = endAt(b, at);
  if (end !== p) {
    throw new DecodeError(
      'window',
      'Response',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'kafka.proto-frame:75:9',
    );
  }
}

function kindOf(_b: Uint8Array, _at: number): FrameKind {
  return FrameKind.response;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return i32(b, at + 4);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  put32(b, at + 4, id as number);
  return true;
}

function bodyStart(_b: Uint8Array, at: number): number {
  return at + 8;
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Response. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeResponse(init: ResponseInit): Uint8Array {
  const { correlationId, body = NO_BYTES } = init;
  requireInteger('Response.correlation_id', correlationId, -2147483648, 2147483647);
  let size = 4;
  const responseFrom = size;
  size += 4 + body.length;
  const responseSize = size - responseFrom;
  const length = responseSize;
  requireInteger('Response.length', length, 4, 104857600);
  if (size > 104857604) throw new EncodeError('Response', `has ${size} bytes, the limit is 104857604`);
  const b = frameBytes(size);
  let p = 0;
  put32(b, p, length);
  put32(b, p + 4, correlationId);
  p += 8;
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
  if (headers !== null && headers.size > 0) throw new EncodeError('Response', 'has no headers');
  const p = endAt(b, at);
  const bodyFrom = at + 8;
  const bodyTo = p;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const length_ = p - (at + 4) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Response.length', length_, 4, 104857600);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 104857604) throw new EncodeError('Response', `has ${size} bytes, the limit is 104857604`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 0, length_);
  return out;
}

/** Every field of a Response, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class ResponseFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  /** Of all that follows. */
  get length_(): number {
    return i32(this.bytes, this.start);
  }

  get correlationId(): number {
    return i32(this.bytes, this.start + 4);
  }

  get body(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(at + 8, endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): ResponseFrame {
    return new ResponseFrame(frame.bytes, frame.start, frame.end);
  }
}

export const kafkaReplies: XProtocol<ResponseInit> = defineProtocol<ResponseInit, object>({
  name: 'kafka',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 2147483639,
    idReserved: [],
    maxFrame: 104857604,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  idOf,
  setId,
  bodyStart,
  bodyEnd,
  reencode,
  encode: encodeResponse,
});
