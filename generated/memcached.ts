// Generated from memcached.proto-frame (sha256 f045f2313767e3ec) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Packet, in bytes:
//   0              magic          Magic
//   1              opcode         Opcode
//   2              key_len        u16
//   4              extras_len     u8
//   5              data_type      u8 default 0
//   6              vbucket        u16 default 0
//   6              status         Status
//   8              body_len       u32
//   12             opaque         u32
//   16             cas            u64 default 0
//   24             extras         bytes size extras_len
//   key            key            text latin1 size key_len
//   value          value          bytes rest

import {
  byteText,
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  equalsText,
  frameBytes,
  FrameKind,
  type HeaderMap,
  Match,
  put16,
  put32,
  put64,
  put8,
  readLatin1,
  type RequestId,
  requireBigInteger,
  requireInteger,
  requirePresent,
  ScanFault,
  type ScanState,
  Status as ApiStatus,
  u16,
  u32,
  u64,
  u8,
  utf8Bytes,
  writeLatin1,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';

/** Says which way a packet goes, and the version of the protocol. */
export const Magic = {
  request: 128,
  response: 129,
} as const;
export type Magic = (typeof Magic)[keyof typeof Magic];

/** A Q at the end is for quiet: an uninteresting answer (a miss, a success) is left out. */
export const Opcode = {
  get: 0,
  set: 1,
  add: 2,
  replace: 3,
  delete: 4,
  increment: 5,
  decrement: 6,
  quit: 7,
  flush: 8,
  getq: 9,
  noop: 10,
  version: 11,
  getk: 12,
  getkq: 13,
  append: 14,
  prepend: 15,
  stat: 16,
  setq: 17,
  addq: 18,
  replaceq: 19,
  deleteq: 20,
  incrementq: 21,
  decrementq: 22,
  quitq: 23,
  flushq: 24,
  appendq: 25,
  prependq: 26,
  touch: 28,
  gat: 29,
  gatq: 30,
  saslListMechs: 32,
  saslAuth: 33,
  saslStep: 34,
  gatk: 35,
  gatkq: 36,
} as const;
export type Opcode = number;

/** 0x83 to 0x86 are those of Couchbase and other servers; memcached itself has no more than 0x82. */
export const Status = {
  success: 0,
  keyNotFound: 1,
  keyExists: 2,
  valueTooLarge: 3,
  invalidArguments: 4,
  itemNotStored: 5,
  nonNumeric: 6,
  authenticationError: 32,
  authenticationContinue: 33,
  unknownCommand: 129,
  outOfMemory: 130,
  notSupported: 131,
  internalError: 132,
  busy: 133,
  temporaryFailure: 134,
} as const;
export type Status = number;

/** What a new Packet is made of; lengths, constants and checksums are not given. */
export interface PacketInit {
  readonly magic: Magic;
  readonly opcode: Opcode;
  /** Reserved; 0 is raw bytes. */
  readonly dataType?: number | undefined;
  readonly vbucket?: number | undefined;
  readonly status?: Status | undefined;
  /** Copied into the response. */
  readonly opaque: number;
  /** Data version check. */
  readonly cas?: bigint | undefined;
  readonly extras?: Uint8Array | undefined;
  readonly key?: string | undefined;
  /** Of a response whose status is not success: a text that says why. */
  readonly value?: Uint8Array | undefined;
}

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) < 128 || u8(b, from) > 129) return Match.no;
  if (to <= from + 5) return Match.more;
  if (u8(b, from + 5) !== 0) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 24) {
    state.need = 24;
    return 0;
  }

  const magic = u8(b, from);
  if (magic < 128 || magic > 129) return ScanFault.malformed;
  if (u32(b, from + 8) > 67108840) return ScanFault.tooLarge;
  return from + 24 + u32(b, from + 8) - from;
}

/** Where key starts. */
function keyAt(b: Uint8Array, at: number): number {
  return at + 24 + u8(b, at + 4);
}

/** Where value starts. */
function valueAt(b: Uint8Array, at: number): number {
  return at + 24 + u8(b, at + 4) + u16(b, at + 2);
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  return at + 24 + u32(b, at + 8);
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  if (end - at < 24) {
    throw new DecodeError(
      'window',
      'Packet',
      0,
      `has ${end - at} bytes, needs 24`,
      'memcached.proto-frame:74:9',
    );
  }

  if (u8(b, at) < 128 || u8(b, at) > 129) {
    throw new DecodeError(
      'enum',
      'Packet.magic',
      0,
      `${u8(b, at)} is no Magic`,
      'memcached.proto-frame:75:5',
    );
  }

  if (u32(b, at + 8) > 67108840) {
    throw new DecodeError(
      'limit',
      'Packet.packet_body',
      24,
      `has ${u32(b, at + 8)} bytes, the limit is 67108840`,
      'memcached.proto-frame:91:5',
    );
  }

  const p = endAt(b, at);
  const packetBodyEnd = p;
  const p2 = keyAt(b, at);
  if (p2 > packetBodyEnd) {
    throw new DecodeError(
      'window',
      'Packet.extras',
      24,
      `runs ${p2 - packetBodyEnd} bytes over the end of its window`,
      'memcached.proto-frame:92:7',
    );
  }

  const p3 = valueAt(b, at);
  if (p3 > packetBodyEnd) {
    throw new DecodeError(
      'window',
      'Packet.key',
      p2 - at,
      `runs ${p3 - packetBodyEnd} bytes over the end of its window`,
      'memcached.proto-frame:93:7',
    );
  }

  if (end !== p) {
    throw new DecodeError(
      'window',
      'Packet',
      0,
      `has ${end - at} bytes, its fields take ${p - at}`,
      'memcached.proto-frame:74:9',
    );
  }
}

function kindOf(b: Uint8Array, at: number): FrameKind {
  const magic = u8(b, at);
  return magic === Magic.request ? FrameKind.request : FrameKind.response;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  return u8(b, at + 1) === Opcode.noop;
}

function idOf(b: Uint8Array, at: number): RequestId {
  return u32(b, at + 12);
}

function setId(b: Uint8Array, at: number, _end: number, id: RequestId): boolean {
  put32(b, at + 12, id as number);
  return true;
}

function wireStatusOf(b: Uint8Array, at: number): number {
  const magic = u8(b, at);
  return (magic === Magic.response ? u16(b, at + 6) : undefined) ?? 0;
}

function serviceOf(_b: Uint8Array, _at: number): string | undefined {
  return 'memcached';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const opcode = u8(b, at + 1);
  return opcode === Opcode.get || opcode === Opcode.getq || opcode === Opcode.getk || opcode === Opcode.getkq
    ? 'get'
    : opcode === Opcode.set || opcode === Opcode.setq
      ? 'set'
      : opcode === Opcode.add || opcode === Opcode.addq
        ? 'add'
        : opcode === Opcode.replace || opcode === Opcode.replaceq
          ? 'replace'
          : opcode === Opcode.delete || opcode === Opcode.deleteq
            ? 'delete'
            : opcode === Opcode.increment || opcode === Opcode.incrementq
              ? 'increment'
              : opcode === Opcode.decrement || opcode === Opcode.decrementq
                ? 'decrement'
                : opcode === Opcode.append || opcode === Opcode.appendq
                  ? 'append'
                  : opcode === Opcode.prepend || opcode === Opcode.prependq
                    ? 'prepend'
                    : opcode === Opcode.touch
                      ? 'touch'
                      : opcode === Opcode.gat ||
                          opcode === Opcode.gatq ||
                          opcode === Opcode.gatk ||
                          opcode === Opcode.gatkq
                        ? 'gat'
                        : opcode === Opcode.flush || opcode === Opcode.flushq
                          ? 'flush'
                          : opcode === Opcode.noop
                            ? 'noop'
                            : opcode === Opcode.version
                              ? 'version'
                              : opcode === Opcode.stat
                                ? 'stat'
                                : opcode === Opcode.quit || opcode === Opcode.quitq
                                  ? 'quit'
                                  : opcode === Opcode.saslListMechs ||
                                      opcode === Opcode.saslAuth ||
                                      opcode === Opcode.saslStep
                                    ? 'sasl'
                                    : 'other';
}

function isExclusive(b: Uint8Array, at: number): boolean {
  const opcode = u8(b, at + 1);
  const extrasLen = u8(b, at + 4);
  const keyLen = u16(b, at + 2);
  const p = valueAt(b, at);
  const p2 = endAt(b, at);
  return (opcode === Opcode.get || opcode === Opcode.getk || opcode === Opcode.delete) &&
    extrasLen === 0 &&
    keyLen >= 1 &&
    keyLen <= 250
    ? !equalsText(b, p, p2, '')
    : ((opcode === Opcode.set || opcode === Opcode.add || opcode === Opcode.replace) &&
          extrasLen === 8 &&
          keyLen >= 1 &&
          keyLen <= 250) ||
        ((opcode === Opcode.append || opcode === Opcode.prepend) &&
          extrasLen === 0 &&
          keyLen >= 1 &&
          keyLen <= 250)
      ? false
      : ((opcode === Opcode.increment || opcode === Opcode.decrement) &&
            extrasLen === 20 &&
            keyLen >= 1 &&
            keyLen <= 250) ||
          ((opcode === Opcode.touch || opcode === Opcode.gat || opcode === Opcode.gatk) &&
            extrasLen === 4 &&
            keyLen >= 1 &&
            keyLen <= 250)
        ? !equalsText(b, p, p2, '')
        : (opcode === Opcode.flush && (extrasLen === 0 || extrasLen === 4) && keyLen === 0) ||
            ((opcode === Opcode.version || opcode === Opcode.noop) && extrasLen === 0 && keyLen === 0)
          ? !equalsText(b, p, p2, '')
          : true;
}

function bodyStart(b: Uint8Array, at: number): number {
  return valueAt(b, at);
}

function bodyEnd(b: Uint8Array, at: number): number {
  return endAt(b, at);
}

function toCanonical(wire: number): ApiStatus {
  switch (wire) {
    case Status.success:
    case Status.keyNotFound:
    case Status.keyExists:
    case Status.itemNotStored:
    case Status.authenticationContinue:
      return ApiStatus.OK;
    case Status.authenticationError:
      return ApiStatus.PERMISSION_DENIED;
    case Status.invalidArguments:
      return ApiStatus.CODEC_ERROR;
    case Status.valueTooLarge:
      return ApiStatus.LIMIT_EXCEEDED;
    case Status.unknownCommand:
      return ApiStatus.NO_ROUTE;
    case Status.temporaryFailure:
      return ApiStatus.NO_HEALTHY_UPSTREAM;
    case Status.busy:
    case Status.outOfMemory:
      return ApiStatus.OVERLOADED;
    case Status.internalError:
      return ApiStatus.INTERNAL;
    default:
      return ApiStatus.UNKNOWN;
  }
}

function toWire(status: ApiStatus): number {
  switch (status) {
    case ApiStatus.OK:
      return Status.success;
    case ApiStatus.PERMISSION_DENIED:
      return Status.authenticationError;
    case ApiStatus.CODEC_ERROR:
      return Status.invalidArguments;
    case ApiStatus.LIMIT_EXCEEDED:
      return Status.valueTooLarge;
    case ApiStatus.NO_ROUTE:
      return Status.unknownCommand;
    case ApiStatus.NO_HEALTHY_UPSTREAM:
      return Status.temporaryFailure;
    case ApiStatus.OVERLOADED:
      return Status.busy;
    default:
      return Status.internalError;
  }
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** A new Packet. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodePacket(init: PacketInit): Uint8Array {
  const {
    magic,
    opcode,
    dataType = 0,
    vbucket = 0,
    status,
    opaque,
    cas = 0n,
    extras = NO_BYTES,
    key = '',
    value = NO_BYTES,
  } = init;
  requireInteger('Packet.magic', magic, 128, 129);
  requireInteger('Packet.opcode', opcode, 0, 255);
  requireInteger('Packet.data_type', dataType, 0, 255);
  if (magic === Magic.request) {
    requireInteger('Packet.vbucket', vbucket, 0, 65535);
  } else {
    requirePresent('Packet.status', status);
    requireInteger('Packet.status', status!, 0, 65535);
  }

  requireInteger('Packet.opaque', opaque, 0, 4294967295);
  requireBigInteger('Packet.cas', cas, 0n, 18446744073709551615n);
  let size = 24;
  const packetBodyFrom = size;
  const extrasSize = extras.length;
  size += extrasSize;
  const keySize = byteText('Packet.key', key, 256).length;
  size += keySize;
  size += value.length;
  const packetBodySize = size - packetBodyFrom;
  requireInteger('Packet.packet_body (bytes)', packetBodySize, 0, 67108840);
  const keyLen = keySize;
  requireInteger('Packet.key_len', keyLen, 0, 65535);
  const extrasLen = extrasSize;
  requireInteger('Packet.extras_len', extrasLen, 0, 255);
  const bodyLen = packetBodySize;
  requireInteger('Packet.body_len', bodyLen, 0, 4294967295);
  if (size > 67108864) throw new EncodeError('Packet', `has ${size} bytes, the limit is 67108864`);
  const b = frameBytes(size);
  let p = 0;
  put8(b, p, magic);
  put8(b, p + 1, opcode);
  put16(b, p + 2, keyLen);
  put8(b, p + 4, extrasLen);
  put8(b, p + 5, dataType);
  p += 6;
  if (magic === Magic.request) {
    put16(b, p, vbucket);
    p += 2;
  } else {
    put16(b, p, status!);
    p += 2;
  }

  put32(b, p, bodyLen);
  put32(b, p + 4, opaque);
  put64(b, p + 8, cas);
  p += 16;
  b.set(extras, p);
  p += extrasSize;
  p = writeLatin1(b, p, key);
  b.set(value, p);
  p += value.length;
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
  if (headers !== null && headers.size > 0) throw new EncodeError('Packet', 'has no headers');
  const p = valueAt(b, at);
  const p2 = endAt(b, at);
  const bodyFrom = p;
  const bodyTo = p2;
  const bodySize = body === null ? bodyTo - bodyFrom : body.length;
  const bodyLen = p2 - (at + 24) + bodySize - (bodyTo - bodyFrom);
  requireInteger('Packet.body_len', bodyLen, 0, 4294967295);
  requireInteger('Packet.packet_body (bytes)', p2 - (at + 24) + bodySize - (bodyTo - bodyFrom), 0, 67108840);
  const size = end - at + bodySize - (bodyTo - bodyFrom);
  if (size > 67108864) throw new EncodeError('Packet', `has ${size} bytes, the limit is 67108864`);
  const out = frameBytes(size);
  out.set(b.subarray(at, bodyFrom), 0);
  const q = bodyFrom - at;
  if (body === null) out.set(b.subarray(bodyFrom, bodyTo), q);
  else out.set(body, q);
  put32(out, 8, bodyLen);
  return out;
}

function heartbeat(id: number): Uint8Array {
  return encodePacket({ magic: Magic.request, opcode: Opcode.noop, opaque: id });
}

function heartbeatAck(b: Uint8Array, at: number): Uint8Array {
  return encodePacket({
    magic: Magic.response,
    opcode: Opcode.noop,
    status: Status.success,
    opaque: u32(b, at + 12),
  });
}

/** What an error reply takes from its request. */
export interface PacketMemo {
  readonly opcode: Opcode;
  readonly opaque: number;
}

function remember(b: Uint8Array, at: number): PacketMemo {
  return { opcode: u8(b, at + 1), opaque: u32(b, at + 12) };
}

function hijack(memo: PacketMemo, status: ApiStatus, reason: string): Uint8Array {
  return encodePacket({
    magic: Magic.response,
    opcode: memo.opcode,
    status: toWire(status),
    opaque: memo.opaque,
    value: utf8Bytes(reason),
  });
}

/** Every field of a Packet, read from bytes[start, end) when asked for. The bytes have to be accepted by check. */
export class PacketFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get magic(): Magic {
    return u8(this.bytes, this.start) as Magic;
  }

  get opcode(): Opcode {
    return u8(this.bytes, this.start + 1);
  }

  get keyLen(): number {
    return u16(this.bytes, this.start + 2);
  }

  get extrasLen(): number {
    return u8(this.bytes, this.start + 4);
  }

  /** Reserved; 0 is raw bytes. */
  get dataType(): number {
    return u8(this.bytes, this.start + 5);
  }

  get vbucket(): number | undefined {
    const { bytes: b, start: at } = this;
    const magic = u8(b, at);
    return magic === Magic.request ? u16(b, at + 6) : undefined;
  }

  get status(): Status | undefined {
    const { bytes: b, start: at } = this;
    const magic = u8(b, at);
    return magic === Magic.response ? u16(b, at + 6) : undefined;
  }

  /** Extras, key and value together. */
  get bodyLen(): number {
    return u32(this.bytes, this.start + 8);
  }

  /** Copied into the response. */
  get opaque(): number {
    return u32(this.bytes, this.start + 12);
  }

  /** Data version check. */
  get cas(): bigint {
    return u64(this.bytes, this.start + 16);
  }

  get extras(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(at + 24, keyAt(b, at));
  }

  get key(): string {
    const { bytes: b, start: at } = this;
    return readLatin1(b, keyAt(b, at), valueAt(b, at));
  }

  /** Of a response whose status is not success: a text that says why. */
  get value(): Uint8Array {
    const { bytes: b, start: at } = this;
    return b.subarray(valueAt(b, at), endAt(b, at));
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): PacketFrame {
    return new PacketFrame(frame.bytes, frame.start, frame.end);
  }
}

/** memcached's binary protocol: a 24-byte head both ways, then extras, key and value.
 *
 * After doc/protocol-binary.txt and protocol_binary.h of memcached 1.6 (draft-stone-memcache-binary-01). */
export const memcached: XProtocol<PacketInit> = defineProtocol<PacketInit, PacketMemo>({
  name: 'memcached',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'pipeline',
    correlation: 'order',
    idMin: 0,
    idMax: 4294967295,
    idReserved: [],
    maxFrame: 67108864,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match,
  scan,
  check,
  kindOf,
  isHeartbeat,
  isExclusive,
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
  encode: encodePacket,
  remember,
  heartbeat,
  heartbeatAck,
  hijack,
});
