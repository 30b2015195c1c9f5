import {
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  equalsText,
  FrameKind,
  type HeaderMap,
  i32,
  Match,
  put16,
  put32,
  readUtf8,
  type ScanState,
  Status,
  TextCache,
  u16,
  u32,
  u8,
  utf8Length,
  writeUtf8,
} from '@proto-frame/api';

/**
 * SOFA Bolt v1 written by hand against the contract, in the least code that does the work: the yardstick
 * that the generated codec is compared with, in speed and in behaviour.
 */
const RESPONSE = 0;
const REQUEST = 1;

/** Where class_len stands: the request header has a 4-byte timeout where the response has a 2-byte status. */
function lengthsAt(b: Uint8Array, at: number): number {
  return u8(b, at + 1) === RESPONSE ? at + 12 : at + 14;
}

function headersAt(b: Uint8Array, at: number): number {
  const p = lengthsAt(b, at);
  return p + 8 + u16(b, p);
}

function contentAt(b: Uint8Array, at: number): number {
  const p = lengthsAt(b, at);
  return p + 8 + u16(b, p) + u16(b, p + 2);
}

function match(b: Uint8Array, from: number, to: number): Match {
  if (to === from) return Match.more;
  return u8(b, from) === 1 ? Match.yes : Match.no;
}

function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 20) {
    state.need = 20;
    return 0;
  }
  const p = lengthsAt(b, from);
  if (to < p + 8) {
    state.need = p + 8 - from;
    return 0;
  }
  return p + 8 - from + u16(b, p) + u16(b, p + 2) + u32(b, p + 4);
}

function check(b: Uint8Array, at: number): void {
  if (u8(b, at) !== 1) throw new DecodeError('constant', 'Bolt.proto', 0, `expected 1, found ${u8(b, at)}`);
  if (u8(b, at + 1) > 2) throw new DecodeError('enum', 'Bolt.type', 1, `${u8(b, at + 1)} is no CmdType`);
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const type = u8(b, at + 1);
  return type === REQUEST ? FrameKind.request : type === RESPONSE ? FrameKind.response : FrameKind.oneway;
}

function pairEnd(b: Uint8Array, at: number, end: number): number {
  const length = at + 4 > end ? -2 : i32(b, at);
  const next = at + 4 + (length < 0 ? 0 : length);
  if (length < -1 || next > end) throw new DecodeError('window', 'Pair', at, `runs over the end of header`);
  return next;
}

function headerOf(b: Uint8Array, at: number, _end: number, key: string): string | null | undefined {
  const end = contentAt(b, at);
  for (let p = headersAt(b, at); p < end;) {
    const keyEnd = pairEnd(b, p, end);
    const valueEnd = pairEnd(b, keyEnd, end);
    if (equalsText(b, p + 4, keyEnd, key))
      return i32(b, keyEnd) < 0 ? null : readUtf8(b, keyEnd + 4, valueEnd);
    p = valueEnd;
  }
  return undefined;
}

const keys = new TextCache();
const services = new TextCache();

function service(b: Uint8Array, at: number, key: string): string | undefined {
  const end = contentAt(b, at);
  for (let p = headersAt(b, at); p < end;) {
    const keyEnd = pairEnd(b, p, end);
    const valueEnd = pairEnd(b, keyEnd, end);
    if (equalsText(b, p + 4, keyEnd, key)) return services.read(b, keyEnd + 4, valueEnd);
    p = valueEnd;
  }
  return undefined;
}

function readHeaders(b: Uint8Array, at: number, _end: number, into: HeaderMap): void {
  const end = contentAt(b, at);
  for (let p = headersAt(b, at); p < end;) {
    const keyEnd = pairEnd(b, p, end);
    const valueEnd = pairEnd(b, keyEnd, end);
    const value = i32(b, keyEnd) < 0 ? null : readUtf8(b, keyEnd + 4, valueEnd);
    into.append(keys.read(b, p + 4, keyEnd), value, p, valueEnd);
    p = valueEnd;
  }
}

function headersSize(headers: HeaderMap): number {
  let size = 0;
  for (let i = 0; i < headers.size; i++) {
    const start = headers.startAt(i);
    if (start >= 0) size += headers.endAt(i) - start;
    else size += 8 + utf8Length(headers.keyAt(i)) + utf8Length(headers.valueAt(i) ?? '');
  }
  return size;
}

function putText(b: Uint8Array, at: number, text: string | null): number {
  const end = text === null ? at + 4 : writeUtf8(b, at + 4, text);
  put32(b, at, text === null ? -1 : end - at - 4);
  return end;
}

function reencode(
  b: Uint8Array,
  at: number,
  end: number,
  headers: HeaderMap | null,
  body: Uint8Array | null,
): Uint8Array {
  const from = headersAt(b, at);
  const content = contentAt(b, at);
  const headerLength = headers === null ? content - from : headersSize(headers);
  if (headerLength > 0xffff) throw new EncodeError('Bolt.header_len', `${headerLength} is over 65535`);
  const bodyLength = body === null ? end - content : body.length;
  const out = new Uint8Array(from - at + headerLength + bodyLength);
  out.set(b.subarray(at, from));
  let p = from - at;
  if (headers === null) out.set(b.subarray(from, content), p);
  else
    for (let i = 0, q = p; i < headers.size; i++) {
      const start = headers.startAt(i);
      if (start >= 0) {
        out.set(b.subarray(start, headers.endAt(i)), q);
        q += headers.endAt(i) - start;
      } else q = putText(out, putText(out, q, headers.keyAt(i)), headers.valueAt(i));
    }
  p += headerLength;
  out.set(body ?? b.subarray(content, end), p);
  const lengths = lengthsAt(out, 0);
  put16(out, lengths + 2, headerLength);
  put32(out, lengths + 4, bodyLength);
  return out;
}

/** The fixed head of a frame without class, headers and content. */
function head(
  type: number,
  cmd: number,
  ver2: number,
  id: number,
  serializer: number,
  statusOrTimeout: number,
): Uint8Array {
  const out = new Uint8Array(type === RESPONSE ? 20 : 22);
  out[0] = 1;
  out[1] = type;
  put16(out, 2, cmd);
  out[4] = ver2;
  put32(out, 5, id);
  out[9] = serializer;
  if (type === RESPONSE) put16(out, 10, statusOrTimeout);
  else put32(out, 10, statusOrTimeout);
  return out;
}

const TO_CANONICAL = new Map<number, Status>([
  [0, Status.OK],
  [3, Status.UNKNOWN],
  [4, Status.OVERLOADED],
  [6, Status.NO_ROUTE],
  [7, Status.TIMEOUT],
  [9, Status.CODEC_ERROR],
  [18, Status.DESERIALIZE_ERROR],
]);
const TO_WIRE = new Map<Status, number>([
  [Status.OK, 0],
  [Status.NO_ROUTE, 6],
  [Status.NO_HEALTHY_UPSTREAM, 6],
  [Status.OVERLOADED, 4],
  [Status.CODEC_ERROR, 9],
  [Status.DESERIALIZE_ERROR, 18],
  [Status.TIMEOUT, 7],
  [Status.PERMISSION_DENIED, 2],
  [Status.INTERNAL, 2],
  [Status.LIMIT_EXCEEDED, 4],
]);

export const handWrittenBolt = defineProtocol<never, { ver2: number; id: number; serializer: number }>({
  name: 'bolt',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'multiplex',
    correlation: 'id',
    idMin: 0,
    idMax: 0xffffffff,
    idReserved: [],
    maxFrame: 64 * 1024 * 1024,
    maxHeaders: 1024,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  isHeartbeat: (b, at) => u16(b, at + 2) === 0,
  isGoaway: (b, at) => u16(b, at + 2) === 100,
  idOf: (b, at) => u32(b, at + 5),
  setId(b, at, _end, id) {
    put32(b, at + 5, Number(id));
    return true;
  },
  timeoutOf: (b, at) => (u8(b, at + 1) === RESPONSE ? 0 : i32(b, at + 10)),
  setTimeout(b, at, _end, ms) {
    if (u8(b, at + 1) === RESPONSE) return false;
    put32(b, at + 10, ms);
    return true;
  },
  serviceOf: (b, at) => service(b, at, 'service') ?? service(b, at, 'sofa_head_target_service'),
  methodOf: (b, at) => service(b, at, 'sofa_head_method_name'),
  wireStatusOf: (b, at) => (u8(b, at + 1) === RESPONSE ? u16(b, at + 10) : 0),
  toCanonical: (wire) => TO_CANONICAL.get(wire) ?? Status.INTERNAL,
  toWire: (status) => TO_WIRE.get(status) ?? 3,
  headerOf,
  readHeaders,
  bodyStart: contentAt,
  bodyEnd: (_b, _at, end) => end,
  reencode,
  encode() {
    throw new EncodeError('Bolt', 'the hand-written codec makes no new frames');
  },
  remember: (b, at) => ({ ver2: u8(b, at + 4), id: u32(b, at + 5), serializer: u8(b, at + 9) }),
  heartbeat: (id) => head(REQUEST, 0, 1, id, 1, -1),
  heartbeatAck: (b, at) => head(RESPONSE, 0, u8(b, at + 4), u32(b, at + 5), u8(b, at + 9), 0),
  goaway: (id) => head(REQUEST, 100, 1, id, 1, -1),
  hijack: (memo, status) => head(RESPONSE, 2, memo.ver2, memo.id, memo.serializer, TO_WIRE.get(status) ?? 3),
});
