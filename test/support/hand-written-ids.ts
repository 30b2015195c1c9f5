import {
  copyBytes,
  CONTRACT_VERSION,
  DecodeError,
  defineProtocol,
  EncodeError,
  FrameKind,
  leb128,
  leb128End,
  leb128Size,
  Match,
  put16,
  put64,
  putLeb128,
  type RequestId,
  requestId64,
  Status,
  u16,
  type XProtocol,
} from '@proto-frame/api';

/**
 * Two bytes of length, a kind (`?` a request, `!` a reply), an id, a payload: with ids whose width varies, and
 * with ids of 64 bits.
 */
export type IdWidth = 'varint' | 'u64';

const AT_ID = 3;

export function idFrame(width: IdWidth, kind: '?' | '!', id: RequestId, payload: string): Buffer {
  const size = width === 'u64' ? 8 : leb128Size(Number(id));
  const out = Buffer.alloc(AT_ID + size + payload.length);
  put16(out, 0, out.length);
  out.write(kind, 2);
  if (width === 'u64') put64(out, AT_ID, BigInt(id));
  else putLeb128(out, AT_ID, Number(id));
  out.write(payload, AT_ID + size);
  return out;
}

/** The id, and the payload behind it. */
export function readIdFrame(width: IdWidth, b: Uint8Array): { id: RequestId; payload: string } {
  const end = width === 'u64' ? AT_ID + 8 : leb128End(b, AT_ID, b.length);
  const id = width === 'u64' ? requestId64(b, AT_ID) : leb128(b, AT_ID);
  return { id, payload: Buffer.from(b.subarray(end)).toString() };
}

export function idsProtocol(width: IdWidth): XProtocol {
  const idEnd = (b: Uint8Array, at: number, end: number): number =>
    width === 'u64' ? at + AT_ID + 8 : leb128End(b, at + AT_ID, end);
  return defineProtocol<never, object>({
    name: width,
    contract: CONTRACT_VERSION,
    traits: {
      poolMode: 'multiplex',
      correlation: 'id',
      idMin: 0,
      idMax: Number.MAX_SAFE_INTEGER,
      idReserved: [],
      maxFrame: 0xffff,
      maxHeaders: 0,
      headerCase: 'sensitive',
    },
    match: () => Match.yes,
    scan(b, from, to, state) {
      if (to - from >= 2) return Math.max(4, u16(b, from));
      state.need = 2;
      return 0;
    },
    check(b, at, end) {
      if (idEnd(b, at, end) <= 0 || idEnd(b, at, end) > end)
        throw new DecodeError('window', 'Id.id', 3, 'is cut');
    },
    kindOf: (b, at) => (b[at + 2] === 0x3f ? FrameKind.request : FrameKind.response),
    idOf: (b, at) => (width === 'u64' ? requestId64(b, at + AT_ID) : leb128(b, at + AT_ID)),
    setId(b, at, end, id) {
      if (width === 'u64') put64(b, at + AT_ID, BigInt(id));
      else {
        if (leb128Size(Number(id)) !== idEnd(b, at, end) - at - AT_ID) return false;
        putLeb128(b, at + AT_ID, Number(id));
      }
      return true;
    },
    withId(b, at, end, id) {
      const from = idEnd(b, at, end);
      const to = AT_ID + leb128Size(Number(id));
      const out = new Uint8Array(to + end - from);
      if (out.length > 0xffff) throw new EncodeError('Id.length', `${out.length} is over 65535`);
      put16(out, 0, out.length);
      out[2] = b[at + 2]!;
      putLeb128(out, AT_ID, Number(id));
      out.set(b.subarray(from, end), to);
      return out;
    },
    bodyStart: (b, at, end) => idEnd(b, at, end),
    reencode: (b, at, end) => copyBytes(b, at, end),
    encode() {
      throw new EncodeError('Id', 'the hand-written codec makes no new frames');
    },
    remember: (b, at) => ({ id: width === 'u64' ? requestId64(b, at + AT_ID) : leb128(b, at + AT_ID) }),
    toCanonical: () => Status.OK,
    hijack: (memo, status) => idFrame(width, '!', (memo as { id: RequestId }).id, `error ${status}`),
  });
}
