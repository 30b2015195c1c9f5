import { FrameKind, type RequestId } from '@proto-frame/api';
import type { ReferenceEntry } from '../reference-frames.js';
import type { WireReference } from './wire-reference.js';

// Motan 2 in the plainest way, after protocol/motanProtocol.go of motan-go: 13 bytes of head, the size of the
// metadata, the metadata, the size of the body, the body.

const HEAD = 13;

function parts(bytes: Uint8Array): { head: Buffer; meta: Buffer; body: Buffer } {
  const b = Buffer.from(bytes);
  const metaEnd = HEAD + 4 + b.readUInt32BE(HEAD);
  return { head: b.subarray(0, HEAD), meta: b.subarray(HEAD + 4, metaEnd), body: b.subarray(metaEnd + 4) };
}

function sized(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Pairs of lines; the last one may have a newline of its own. */
function entriesOf(meta: Buffer): ReferenceEntry[] {
  const lines = meta.toString('latin1').split('\n');
  if (lines.at(-1) === '' && lines.length % 2 === 1) lines.pop();
  const ended = meta.length > lines.join('\n').length;
  const text = (line: string): string => Buffer.from(line, 'latin1').toString();
  return Array.from({ length: lines.length / 2 }, (_, i) => {
    const [key, value] = [lines[2 * i]!, lines[2 * i + 1]!];
    const isLast = 2 * i + 2 === lines.length;
    const raw = Buffer.from(`${key}\n${value}${isLast && ended ? '\n' : ''}`, 'latin1');
    return { key: text(key), value: text(value), raw };
  });
}

function writeId(head: Buffer, id: RequestId): void {
  head.writeBigUInt64BE(BigInt(id), 5);
}

/** As the codec gives it: a number as far as numbers are exact. */
function idOf(head: Buffer): RequestId {
  const id = head.readBigUInt64BE(5);
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
}

export const motan2Reference: WireReference = {
  hasHeaders: true,
  headerForm: {
    block: (entries) =>
      entries.reduce<Buffer>((block, entry, i) => {
        const bytes = 'raw' in entry ? entry.raw : Buffer.from(`${entry[0]}\n${entry[1]}`);
        // An entry that came with a newline of its own needs none before the next.
        const before = i === 0 ? undefined : entries[i - 1];
        const ended =
          before !== undefined && 'raw' in before && before.raw.toString('latin1').split('\n').length > 2;
        return Buffer.concat([block, Buffer.from(i === 0 || ended ? '' : '\n'), bytes]);
      }, Buffer.alloc(0)),
    most: 0x10000,
    takes: (text) => text !== null && !text.includes('\n'),
    takesKey: (key) => key !== '',
  },
  facts(bytes) {
    const { head, meta, body } = parts(bytes);
    const isResponse = (head[2]! & 1) !== 0;
    const entries = entriesOf(meta);
    const first = (key: string): string | undefined => entries.find((e) => e.key === key)?.value ?? undefined;
    return {
      kind: isResponse ? FrameKind.response : (head[2]! & 4) !== 0 ? FrameKind.oneway : FrameKind.request,
      heartbeat: (head[2]! & 0x10) !== 0,
      goaway: false,
      id: idOf(head),
      timeout: Number(first('M_tmo') ?? 0),
      wireStatus: head[3]! & 7,
      entries,
      service: first('M_p'),
      method: first('M_m'),
      bodyStart: bytes.length - body.length,
      body,
    };
  },
  rebuild(bytes, { id, headerBlock, body }) {
    const { head, ...rest } = parts(bytes);
    if (id !== undefined) writeId(head, id);
    return Buffer.concat([head, sized(headerBlock ?? rest.meta), sized(body ?? rest.body)]);
  },
  length(b) {
    if (b.length < HEAD + 4) return 0;
    const metaEnd = HEAD + 4 + b.readUInt32BE(HEAD);
    return b.length < metaEnd + 4 ? 0 : metaEnd + 4 + b.readUInt32BE(metaEnd);
  },
  request(id, text) {
    const head = Buffer.from('f1f1000808' + '00'.repeat(8), 'hex');
    writeId(head, id);
    const meta = Buffer.from('M_p\ncom.demo.Hello\nM_m\nsay');
    return Buffer.concat([head, sized(meta), sized(Buffer.from(text))]);
  },
  reply(request, text) {
    const head = Buffer.from(request.subarray(0, HEAD));
    head[2] = 1;
    return Buffer.concat([head, sized(Buffer.from('M_pt\n3')), sized(Buffer.from(text))]);
  },
};
