import { FrameKind } from '@proto-frame/api';
import type { FrameReference, WireReference } from './wire-reference.js';

// Kafka in the plainest way, after RequestHeader.json, ResponseHeader.json and ProduceRequest.json of apache/kafka.

const [PRODUCE, CONTROLLED_SHUTDOWN, API_VERSIONS] = [0, 7, 18];

/** The APIs that the tests use: their names, and their first flexible versions. */
const APIS: Readonly<Record<number, readonly [name: string, flexible: number]>> = {
  0: ['Produce', 9],
  1: ['Fetch', 12],
  3: ['Metadata', 9],
  7: ['ControlledShutdown', 3],
  10: ['FindCoordinator', 3],
  11: ['JoinGroup', 6],
  12: ['Heartbeat', 4],
  16: ['ListGroups', 3],
  17: ['SaslHandshake', Infinity],
  18: ['ApiVersions', 3],
  36: ['SaslAuthenticate', 2],
};

interface Head {
  readonly key: number;
  readonly version: number;
  readonly flexible: boolean;
  readonly acks: number | null;
  readonly bodyStart: number;
}

function headOf(bytes: Uint8Array): Head {
  const b = Buffer.from(bytes);
  const [key, version] = [b.readInt16BE(4), b.readInt16BE(6)];
  const flexible = version >= (APIS[key]?.[1] ?? 0);
  let at = 12;
  if (key !== CONTROLLED_SHUTDOWN || version > 0) at += 2 + Math.max(0, b.readInt16BE(at));
  if (flexible) at = tagsEnd(b, at);
  let acks: number | null = null;
  if (key === PRODUCE) {
    if (version >= 9) {
      const [length, next] = varint(b, at);
      at = next + Math.max(0, length - 1);
    } else if (version >= 3) at += 2 + Math.max(0, b.readInt16BE(at));
    acks = b.readInt16BE(at);
    at += 2;
  }
  return { key, version, flexible, acks, bodyStart: at };
}

function varint(b: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; ; i++) {
    const byte = b[at + i]!;
    value += (byte % 128) * 2 ** (7 * i);
    if (byte < 128) return [value, at + i + 1];
  }
}

function tagsEnd(b: Buffer, start: number): number {
  let [count, at] = varint(b, start);
  for (; count > 0; count--) {
    [, at] = varint(b, at);
    const [size, next] = varint(b, at);
    at = next + size;
  }
  return at;
}

function withLength(parts: readonly Uint8Array[]): Buffer {
  const made = Buffer.concat([Buffer.alloc(4), ...parts]);
  made.writeInt32BE(made.length - 4);
  return made;
}

function length(b: Buffer): number {
  return b.length < 4 ? 0 : 4 + b.readInt32BE(0);
}

/** Requests. What the host answers to has a header of either version, by turns. */
export const kafkaReference: WireReference = {
  hasHeaders: false,
  isTold: () => false,
  facts(bytes) {
    const b = Buffer.from(bytes);
    const { key, acks, bodyStart } = headOf(b);
    return {
      kind: acks === 0 ? FrameKind.oneway : FrameKind.request,
      heartbeat: false,
      goaway: false,
      id: b.readInt32BE(8),
      timeout: 0,
      wireStatus: 0,
      entries: [],
      service: 'kafka',
      method: APIS[key]?.[0] ?? `api-${key}`,
      bodyStart,
      body: b.subarray(bodyStart),
    };
  },
  rebuild(bytes, { id, body }) {
    const { bodyStart } = headOf(bytes);
    const made = withLength([bytes.subarray(4, bodyStart), body ?? bytes.subarray(bodyStart)]);
    if (id !== undefined) made.writeInt32BE(Number(id), 8);
    return made;
  },
  length,
  /** Metadata, in version 1 or 12. */
  request(id, text) {
    const head = Buffer.from([0, 3, 0, text.length % 2 === 0 ? 1 : 12, 0, 0, 0, 0, 0, 1, 0x63]);
    head.writeInt32BE(Number(id), 4);
    const tags = text.length % 2 === 0 ? [] : [1, 0, 2, 0x61, 0x62];
    return withLength([head, Buffer.from(tags), Buffer.from(text)]);
  },
  reply(request, text) {
    const { key, flexible } = headOf(request);
    const tags = flexible && key !== API_VERSIONS ? [1, 7, 1, 0x63] : [];
    return withLength([request.subarray(8, 12), Buffer.from(tags), Buffer.from(text)]);
  },
};

/** Responses with a header of version 1 (`flexible`) or 0. */
export function kafkaReplyReference(flexible: boolean): FrameReference {
  const bodyStartOf = (b: Buffer): number => (flexible ? tagsEnd(b, 8) : 8);
  return {
    hasHeaders: false,
    isTold: () => false,
    facts(bytes) {
      const b = Buffer.from(bytes);
      const bodyStart = bodyStartOf(b);
      return {
        kind: FrameKind.response,
        heartbeat: false,
        goaway: false,
        id: b.readInt32BE(4),
        timeout: 0,
        wireStatus: 0,
        entries: [],
        service: undefined,
        method: undefined,
        bodyStart,
        body: b.subarray(bodyStart),
      };
    },
    rebuild(bytes, { id, body }) {
      const b = Buffer.from(bytes);
      const bodyStart = bodyStartOf(b);
      const made = withLength([b.subarray(4, bodyStart), body ?? b.subarray(bodyStart)]);
      if (id !== undefined) made.writeInt32BE(Number(id), 4);
      return made;
    },
  };
}
