import { FrameKind, type RequestId } from '@proto-frame/api';
import type { ReferenceEntry } from '../reference-frames.js';
import type { WireReference } from './wire-reference.js';

// RocketMQ's remoting protocol in the plainest way, after RemotingCommand.java, RocketMQSerializable.java and
// codec.go: the header parsed by JSON.parse, or read field by field.

const HEAD = 8;

interface Header {
  code: number;
  flag: number;
  opaque: number;
  entries: ReferenceEntry[];
}

function parts(bytes: Uint8Array): { head: Buffer; header: Buffer; body: Buffer } {
  const b = Buffer.from(bytes);
  const bodyStart = HEAD + b.readUIntBE(5, 3);
  return { head: b.subarray(0, HEAD), header: b.subarray(HEAD, bodyStart), body: b.subarray(bodyStart) };
}

const isJson = (header: Buffer): boolean => header[0] === 0x7b;

/** The value of extFields in a header of JSON, as it is written; null if there is none. */
function extText(text: string): string | null {
  const found = /"extFields"\s*:\s*(null|\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})/.exec(text);
  return found === null ? null : found[1]!;
}

/** What stands between the commas of an object's text. */
function pieces(text: string): string[] {
  const inside = text.slice(1, -1);
  return inside.trim() === '' ? [] : (inside.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []);
}

function entryOf(piece: string): ReferenceEntry {
  const [[key, value]] = Object.entries(JSON.parse(`{${piece}}`) as object) as [[string, string | null]];
  return { key, value, raw: Buffer.from(piece) };
}

function readHeader(header: Buffer): Header {
  if (isJson(header)) {
    const text = header.toString();
    const { code, flag, opaque } = JSON.parse(text) as { code: number; flag: number; opaque: number };
    const ext = extText(text);
    return { code, flag, opaque, entries: ext === null || ext === 'null' ? [] : pieces(ext).map(entryOf) };
  }
  const entries: ReferenceEntry[] = [];
  for (let p = 17 + header.readInt32BE(13) + 4; p < header.length;) {
    const keyEnd = p + 2 + header.readInt16BE(p);
    const end = keyEnd + 4 + header.readInt32BE(keyEnd);
    const [key, value] = [header.toString('utf8', p + 2, keyEnd), header.toString('utf8', keyEnd + 4, end)];
    entries.push({ key, value, raw: header.subarray(p, end) });
    p = end;
  }
  return {
    code: header.readInt16BE(0),
    flag: header.readInt32BE(9),
    opaque: header.readInt32BE(5),
    entries,
  };
}

function withOpaque(header: Buffer, id: RequestId): Buffer {
  if (isJson(header)) {
    const old = new RegExp(`("opaque"\\s*:\\s*)${readHeader(header).opaque}(?!\\d)`);
    return Buffer.from(header.toString('latin1').replace(old, `$1${id}`), 'latin1');
  }
  const made = Buffer.from(header);
  made.writeInt32BE(Number(id), 5);
  return made;
}

function withTexts(header: Buffer, block: Uint8Array): Buffer {
  if (!isJson(header)) {
    const start = 17 + header.readInt32BE(13);
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    return Buffer.concat([header.subarray(0, start), size, block]);
  }
  const text = header.toString('latin1');
  const ext = extText(text);
  const made = Buffer.from(block).toString('latin1');
  const none = made === '{}';
  if (none && (ext === null || ext === 'null' || pieces(ext).length === 0)) return Buffer.from(header);
  if (ext !== null)
    return Buffer.from(
      text.replace(ext, () => made),
      'latin1',
    );
  const comma = text === '{}' ? '' : ',';
  return Buffer.from(`${text.slice(0, -1)}${comma}"extFields":${made}}`, 'latin1');
}

function frame(type: number, header: Buffer, body: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(4 + header.length + body.length);
  head[4] = type;
  head.writeUIntBE(header.length, 5, 3);
  return Buffer.concat([head, header, body]);
}

export const rocketmqReference: WireReference = {
  hasHeaders: true,
  headerForm: {
    block(entries, bytes) {
      if (isJson(parts(bytes).header)) {
        const texts = entries.map((e) =>
          'raw' in e ? e.raw : Buffer.from(`${JSON.stringify(e[0])}:${JSON.stringify(e[1])}`),
        );
        const all = texts.flatMap((text, i) => (i === 0 ? [text] : [Buffer.from(','), text]));
        return Buffer.concat([Buffer.from('{'), ...all, Buffer.from('}')]);
      }
      return Buffer.concat(
        entries.map((e) => {
          if ('raw' in e) return e.raw;
          const [key, value] = [Buffer.from(e[0]), Buffer.from(e[1] ?? '')];
          const sizes = Buffer.alloc(6);
          sizes.writeInt16BE(key.length);
          sizes.writeInt32BE(value.length, 2);
          return Buffer.concat([sizes.subarray(0, 2), key, sizes.subarray(2), value]);
        }),
      );
    },
    most: Infinity,
    takes: (text, bytes) => text !== null || isJson(parts(bytes).header),
    takesKey: () => true,
  },
  facts(bytes) {
    const { header, body } = parts(bytes);
    const { code, flag, opaque, entries } = readHeader(header);
    const first = (key: string): string | undefined => entries.find((e) => e.key === key)?.value ?? undefined;
    const isResponse = (flag & 1) !== 0;
    return {
      kind: isResponse ? FrameKind.response : (flag & 2) !== 0 ? FrameKind.oneway : FrameKind.request,
      heartbeat: false,
      goaway: false,
      id: opaque,
      timeout: 0,
      wireStatus: isResponse ? code : 0,
      entries,
      service: first('topic') ?? first('b') ?? 'rocketmq',
      method: String(code),
      bodyStart: bytes.length - body.length,
      body,
    };
  },
  rebuild(bytes, { id, headerBlock, body }) {
    const { head, ...rest } = parts(bytes);
    let { header } = rest;
    if (id !== undefined) header = withOpaque(header, id);
    if (headerBlock !== undefined) header = withTexts(header, headerBlock);
    return frame(head[4]!, header, body ?? rest.body);
  },
  length: (b) => (b.length < 4 ? 0 : 4 + b.readUInt32BE(0)),
  request(id, text) {
    const header = `{"code":10,"language":"GO","version":317,"opaque":${id},"flag":0,"remark":"","extFields":{"topic":"orders","queueId":"1"}}`;
    return frame(0, Buffer.from(header), Buffer.from(text));
  },
  reply(request, text) {
    const { opaque } = readHeader(parts(request).header);
    const header = `{"code":0,"extFields":{"msgId":"7F"},"flag":1,"language":"JAVA","opaque":${opaque},"serializeTypeCurrentRPC":"JSON","version":399}`;
    return frame(0, Buffer.from(header), Buffer.from(text));
  },
};
