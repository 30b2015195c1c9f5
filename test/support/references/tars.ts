import { FrameKind, type RequestId } from '@proto-frame/api';
import type { ReferenceEntry } from '../reference-frames.js';
import type { Change, Facts } from '../protocols.js';
import type { FrameReference, WireReference } from './wire-reference.js';

// Tars in the plainest way, after the table of types in TarsProtocol.md: a packet is taken apart into its entries,
// and put together again.

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly raw: Buffer;
  /** What stands behind tag and type. */
  readonly content: Buffer;
}

const SIZES = [1, 2, 4, 8, 4, 8];

function readEntry(b: Buffer, at: number): Entry & { readonly end: number } {
  const [high, type] = [b[at]! >> 4, b[at]! & 15];
  const from = high === 15 ? at + 2 : at + 1;
  const end = contentEnd(b, from, type);
  return {
    tag: high === 15 ? b[at + 1]! : high,
    type,
    raw: b.subarray(at, end),
    content: b.subarray(from, end),
    end,
  };
}

function contentEnd(b: Buffer, from: number, type: number): number {
  if (type < 6) return from + SIZES[type]!;
  if (type === 6) return from + 1 + b[from]!;
  if (type === 7) return from + 4 + b.readUInt32BE(from);
  if (type === 12 || type === 11) return from;
  if (type === 13) {
    const count = readEntry(b, from + 1);
    return count.end + integer(count);
  }
  if (type === 10) {
    let inner = readEntry(b, from);
    while (inner.type !== 11) inner = readEntry(b, inner.end);
    return inner.end;
  }
  const count = readEntry(b, from);
  let { end } = count;
  for (let left = integer(count) * (type === 8 ? 2 : 1); left > 0; left--) ({ end } = readEntry(b, end));
  return end;
}

function integer({ type, content }: Entry): number {
  return type === 12 ? 0 : content.readIntBE(0, SIZES[type]!);
}

function text({ type, content }: Entry): string {
  return content.subarray(type === 6 ? 1 : 4).toString();
}

function writeInteger(tag: number, value: number): Buffer {
  if (value === 0) return Buffer.from([(tag << 4) | 12]);
  const type = [7, 15, 31].findIndex((bits) => value >= -(2 ** bits) && value < 2 ** bits);
  const b = Buffer.alloc(1 + SIZES[type]!);
  b[0] = (tag << 4) | type;
  b.writeIntBE(value, 1, SIZES[type]!);
  return b;
}

function writeText(tag: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length < 256) return Buffer.concat([Buffer.from([(tag << 4) | 6, bytes.length]), bytes]);
  const head = Buffer.alloc(5);
  head[0] = (tag << 4) | 7;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function writeBytes(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(tag << 4) | 13, 0]), writeInteger(0, bytes.length), bytes]);
}

function entriesOf(packet: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 4; at < packet.length;) {
    const entry = readEntry(packet, at);
    entries.push(entry);
    at = entry.end;
  }
  return entries;
}

function packetOf(entries: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const packet = Buffer.concat([length, ...entries]);
  packet.writeUInt32BE(packet.length);
  return packet;
}

function pairsOf(context: Entry | undefined): ReferenceEntry[] {
  if (context === undefined) return [];
  const count = readEntry(context.content, 0);
  const pairs: ReferenceEntry[] = [];
  for (let left = integer(count), at = count.end; left > 0; left--) {
    const key = readEntry(context.content, at);
    const value = readEntry(context.content, key.end);
    pairs.push({ key: text(key), value: text(value), raw: context.content.subarray(at, value.end) });
    at = value.end;
  }
  return pairs;
}

/** @param tags where id and buffer stand: a request and a response do not agree */
function side(tags: { readonly id: number; readonly buffer: number }): {
  facts(frame: Uint8Array): Facts;
  rebuild(frame: Uint8Array, change: Change): Buffer;
} {
  const find = (frame: Uint8Array): ((tag: number) => Entry | undefined) => {
    const entries = entriesOf(Buffer.from(frame));
    return (tag) => entries.find((entry) => entry.tag === tag);
  };
  return {
    facts(bytes) {
      const entry = find(bytes);
      const isRequest = tags.id === 4;
      const number = (tag: number): number => {
        const found = entry(tag);
        return found === undefined ? 0 : integer(found);
      };
      const name = (tag: number): string | undefined => {
        const found = isRequest ? entry(tag) : undefined;
        return found && text(found);
      };
      const buffer = entry(tags.buffer);
      const body =
        buffer === undefined ? Buffer.alloc(0) : buffer.content.subarray(readEntry(buffer.content, 1).end);
      return {
        kind: !isRequest ? FrameKind.response : number(2) === 1 ? FrameKind.oneway : FrameKind.request,
        heartbeat: name(6) === 'tars_ping',
        goaway: false,
        id: number(tags.id),
        timeout: isRequest ? number(8) : 0,
        wireStatus: isRequest ? 0 : number(5),
        entries: pairsOf(entry(9)),
        service: name(5),
        method: name(6),
        bodyStart: buffer === undefined ? bytes.length : endOf(bytes, buffer) - body.length,
        body,
      };
    },
    rebuild(bytes, { id, headerBlock, body }) {
      const changes = new Map<number, Uint8Array>();
      if (id !== undefined) changes.set(tags.id, writeInteger(tags.id, Number(id)));
      if (headerBlock !== undefined) changes.set(9, headerBlock);
      const { body: old } = this.facts(bytes);
      const isEmptyAndNew = body?.length === 0 && old.length === 0;
      if (body !== undefined && !isEmptyAndNew) changes.set(tags.buffer, writeBytes(tags.buffer, body));
      const kept = entriesOf(Buffer.from(bytes)).filter(({ tag }) => !changes.has(tag));
      const all = [...kept.map(({ tag, raw }) => [tag, raw] as const), ...changes];
      return packetOf(all.sort(([a], [b]) => a - b).map(([, raw]) => Buffer.from(raw)));
    },
  };
}

function endOf(frame: Uint8Array, { raw, tag }: Entry): number {
  let end = 4;
  for (const entry of entriesOf(Buffer.from(frame))) {
    end += entry.raw.length;
    if (entry.tag === tag) break;
  }
  return raw.length === 0 ? 4 : end;
}

const common = {
  hasHeaders: true,
  headerForm: {
    block: (entries: Parameters<NonNullable<WireReference['headerForm']>['block']>[0], frame: Uint8Array) => {
      const hasMap = entriesOf(Buffer.from(frame)).some(({ tag }) => tag === 9);
      if (entries.length === 0 && !hasMap) return Buffer.alloc(0);
      const pairs = entries.map((entry) =>
        'raw' in entry
          ? Buffer.from(entry.raw)
          : Buffer.concat([writeText(0, entry[0]), writeText(1, entry[1]!)]),
      );
      return Buffer.concat([Buffer.from([0x98]), writeInteger(0, pairs.length), ...pairs]);
    },
    most: Infinity,
    takes: (value: string | null) => value !== null,
    takesKey: () => true,
  },
};

/** What a client sends, and how a server answers. */
export const tarsReference: WireReference = {
  ...common,
  ...side({ id: 4, buffer: 7 }),
  length: (b) => (b.length < 4 ? 0 : b.readUInt32BE(0)),
  request(id: RequestId, body: string) {
    const head = [writeInteger(1, 1), writeInteger(2, 0), writeInteger(3, 0), writeInteger(4, Number(id))];
    const call = [
      writeText(5, 'Demo.Server.HelloObj'),
      writeText(6, 'say'),
      writeBytes(7, Buffer.from(body)),
    ];
    return packetOf([...head, ...call, writeInteger(8, 3000), Buffer.from('980ca80c', 'hex')]);
  },
  reply(request, body) {
    const { id } = tarsReference.facts(request);
    const head = [writeInteger(1, 1), writeInteger(2, 0), writeInteger(3, Number(id)), writeInteger(4, 0)];
    return packetOf([
      ...head,
      writeInteger(5, 0),
      writeBytes(6, Buffer.from(body)),
      Buffer.from('780c', 'hex'),
    ]);
  },
};

/** A response of TUP has the layout of a request. Its headers and body are for its client. */
function isTup(frame: Uint8Array): boolean {
  return frame[5] === 2 || frame[5] === 3;
}

const reply = side({ id: 3, buffer: 6 });
const tupReply = side({ id: 4, buffer: 7 });

/** What a server sends. */
export const tarsReplyReference: FrameReference = {
  ...common,
  headersIn: (frame) => !isTup(frame),
  bodies: (frame) =>
    isTup(frame) ? [] : [new Uint8Array(0), Buffer.from('x'), new Uint8Array(70_000).fill(0x5a)],
  facts(frame) {
    if (!isTup(frame)) return reply.facts(frame);
    const { id } = tupReply.facts(frame);
    const nothing = { heartbeat: false, goaway: false, timeout: 0, wireStatus: 0, entries: [] };
    const none = { service: undefined, method: undefined, bodyStart: frame.length, body: Buffer.alloc(0) };
    return { kind: FrameKind.response, id, ...nothing, ...none };
  },
  rebuild: (frame, change) => (isTup(frame) ? tupReply : reply).rebuild(frame, change),
};
