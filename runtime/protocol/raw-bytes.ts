import {
  CONTRACT_VERSION,
  copyBytes,
  defineProtocol,
  EncodeError,
  FrameKind,
  Match,
  type XProtocol,
} from '@proto-frame/api';

/**
 * Bytes that no protocol of a listener matched, on their way to its `fallback` cluster: whatever arrives
 * together is a frame, and both sides are bound to each other.
 */
export const RAW_BYTES: XProtocol = defineProtocol<never, object>({
  name: 'tcp',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'binding',
    correlation: 'none',
    idMin: 0,
    idMax: 0,
    idReserved: [],
    maxFrame: 1024 * 1024,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  match: () => Match.yes,
  scan: (_bytes, from, to, state) => Math.min(to - from, state.limit),
  check() {
    // Every byte is right.
  },
  kindOf: () => FrameKind.control,
  reencode: (bytes, at, end) => copyBytes(bytes, at, end),
  encode() {
    throw new EncodeError('tcp', 'has no frames of its own');
  },
});
