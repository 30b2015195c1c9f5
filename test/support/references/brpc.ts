import { FrameKind, type RequestId } from '@proto-frame/api';
import type { ReferenceEntry } from '../reference-frames.js';
import type { Change, Facts } from '../protocols.js';
import type { WireReference } from './wire-reference.js';

// baidu_std in the plainest way, after docs/en/baidu_std.md of brpc and the encoding of protobuf: a meta is taken
// apart into its fields, and put together again.

interface Field {
  readonly number: number;
  readonly raw: Buffer;
  /** A number, or bytes. */
  readonly value: bigint | Buffer;
}

function readVarint(b: Buffer, at: number): { value: bigint; end: number } {
  let value = 0n;
  for (let end = at, shift = 0n; ; shift += 7n) {
    const byte = b[end++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end };
  }
}

function writeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const head = readVarint(message, at);
    const type = Number(head.value & 7n);
    const first = type === 5 || type === 1 ? { value: 0n, end: head.end } : readVarint(message, head.end);
    const end =
      type === 5
        ? head.end + 4
        : type === 1
          ? head.end + 8
          : type === 0
            ? first.end
            : first.end + Number(first.value);
    const value = type === 0 ? first.value : message.subarray(first.end, end);
    fields.push({ number: Number(head.value >> 3n), raw: message.subarray(at, end), value });
    at = end;
  }
  return fields;
}

function numberField(number: number, value: bigint): Buffer {
  return Buffer.concat([writeVarint(BigInt(number << 3)), writeVarint(value)]);
}

function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([writeVarint(BigInt((number << 3) | 2)), writeVarint(BigInt(bytes.length)), bytes]);
}

/** The last one counts. */
function last(fields: readonly Field[], number: number): bigint | Buffer | undefined {
  return fields.findLast((field) => field.number === number)?.value;
}

function parts(frame: Uint8Array): { meta: Field[]; payload: Buffer; bodyStart: number } {
  const b = Buffer.from(frame);
  const bodyStart = 12 + b.readUInt32BE(8);
  return { meta: fieldsOf(b.subarray(12, bodyStart)), payload: b.subarray(bodyStart), bodyStart };
}

function frameOf(meta: Buffer, payload: Uint8Array): Buffer {
  const head = Buffer.from('PRPC--------');
  head.writeUInt32BE(meta.length + payload.length, 4);
  head.writeUInt32BE(meta.length, 8);
  return Buffer.concat([head, meta, payload]);
}

function entriesOf(meta: readonly Field[]): ReferenceEntry[] {
  return meta
    .filter(({ number }) => number === 9)
    .map(({ raw, value }) => {
      const pair = fieldsOf(value as Buffer);
      const text = (number: number): string => (last(pair, number) as Buffer | undefined)?.toString() ?? '';
      return { key: text(1), value: text(2), raw };
    });
}

function asId(value: bigint): RequestId {
  const signed = BigInt.asIntN(64, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

/** @param inner the field that a request or a response has a message of its own in */
function side(inner: 1 | 2): {
  facts(frame: Uint8Array): Facts;
  rebuild(frame: Uint8Array, change: Change): Buffer;
} {
  return {
    facts(frame) {
      const { meta, payload, bodyStart } = parts(frame);
      const own = fieldsOf(
        Buffer.concat(meta.filter((f) => f.number === inner).map((f) => f.value as Buffer)),
      );
      const isRequest = inner === 1;
      const name = (number: number): string | undefined =>
        isRequest ? (last(own, number) as Buffer | undefined)?.toString() : undefined;
      return {
        kind: isRequest ? FrameKind.request : FrameKind.response,
        heartbeat: false,
        goaway: false,
        id: asId(last(meta, 4) as bigint),
        timeout: isRequest ? Number(last(own, 8) ?? 0) : 0,
        wireStatus: isRequest ? 0 : Number(last(own, 1) ?? 0),
        entries: entriesOf(meta),
        service: name(1),
        method: name(2),
        bodyStart,
        body: payload,
      };
    },
    rebuild(frame, { id, headerBlock, body }) {
      const { meta, payload } = parts(frame);
      const lastId = meta.findLast(({ number }) => number === 4);
      const firstEntry = meta.findIndex(({ number }) => number === 9);
      const at = firstEntry < 0 ? meta.length : firstEntry;
      const pieces = meta.map((field) => {
        if (id !== undefined && field === lastId && asId(field.value as bigint) !== id)
          return numberField(4, BigInt(id));
        return headerBlock !== undefined && field.number === 9 ? Buffer.alloc(0) : field.raw;
      });
      if (headerBlock !== undefined) pieces.splice(at, 0, Buffer.from(headerBlock));
      return frameOf(Buffer.concat(pieces), body ?? payload);
    },
  };
}

const common = {
  hasHeaders: true,
  headerForm: {
    block: (entries: Parameters<NonNullable<WireReference['headerForm']>['block']>[0]) =>
      Buffer.concat(
        entries.map((entry) =>
          'raw' in entry
            ? entry.raw
            : bytesField(
                9,
                Buffer.concat([bytesField(1, Buffer.from(entry[0])), bytesField(2, Buffer.from(entry[1]!))]),
              ),
        ),
      ),
    most: Infinity,
    takes: (value: string | null) => value !== null,
    takesKey: () => true,
  },
};

/** What a client sends, and how a server answers. */
export const brpcReference: WireReference = {
  ...common,
  ...side(1),
  length: (b) => (b.length < 12 ? 0 : 12 + b.readUInt32BE(4)),
  request(id, body) {
    const call = [bytesField(1, Buffer.from('example.EchoService')), bytesField(2, Buffer.from('Echo'))];
    const meta = [bytesField(1, Buffer.concat(call)), numberField(4, BigInt(id))];
    return frameOf(Buffer.concat(meta), Buffer.from(body));
  },
  reply(request, body) {
    const { id } = brpcReference.facts(request);
    const meta = [bytesField(2, numberField(1, 0n)), numberField(4, BigInt(id))];
    return frameOf(Buffer.concat(meta), Buffer.from(body));
  },
};

/** What a server sends. */
export const brpcReplyReference = { ...common, ...side(2) };
