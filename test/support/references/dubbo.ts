import { FrameKind, type RequestId } from '@proto-frame/api';
import type { ReferenceEntry } from '../reference-frames.js';
import type { WireReference } from './wire-reference.js';

// Dubbo in the plainest way: 16 bytes of head (dubbo.apache.org, "Dubbo2 protocol"), then values of Hessian 2
// (hessian.caucho.com/doc/hessian-serialization.html, section 3), each read to the value it is.

const HEAD = 16;
const HESSIAN2 = 2;
const NONE = Symbol('no text is near it');

/** Reads value after value; class definitions are kept from one to the next. */
class HessianReader {
  private readonly classes: number[] = [];

  constructor(
    private readonly b: Buffer,
    public at: number,
  ) {}

  /** A text, null, a number or a boolean; for whatever else NONE, when it has been passed. */
  value(): string | null | number | bigint | boolean | typeof NONE {
    const tag = this.byte();
    if (tag < 0x20 || (tag >= 0x30 && tag <= 0x33) || tag === 0x52 || tag === 0x53) return this.text(tag);
    if (tag >= 0x80) return this.compact(tag);
    if (tag < 0x30) return this.pass(tag - 0x20);
    if (tag < 0x38) return this.pass((tag - 0x34) * 256 + this.byte());
    if (tag < 0x40) return (tag - 0x3c) * 65536 + this.byte() * 256 + this.byte();
    if (tag >= 0x70) return this.list(tag < 0x78, tag % 8);
    if (tag >= 0x60) return this.values(this.classes[tag - 0x60]!);
    switch (String.fromCharCode(tag)) {
      case 'N':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'I':
      case 'Y':
        return this.b.readInt32BE(this.pass(4));
      case 'L':
        return this.b.readBigInt64BE(this.pass(8));
      case '[':
      case '\\':
        return NONE;
      case ']':
        return (this.pass(1), NONE);
      case '^':
        return (this.pass(2), NONE);
      case '_':
      case 'K':
        return (this.pass(4), NONE);
      case 'D':
      case 'J':
        return (this.pass(8), NONE);
      case 'A':
        this.pass(this.byte() * 256 + this.byte());
        return this.value();
      case 'B':
        return (this.pass(this.byte() * 256 + this.byte()), NONE);
      case 'C': {
        this.value();
        const count = Number(this.value());
        this.values(count);
        this.classes.push(count);
        return this.value();
      }
      case 'O':
        return this.values(this.classes[Number(this.value())]!);
      case 'Q':
        return (this.value(), NONE);
      case 'M':
      case 'U':
        this.value();
        return this.untilZ();
      case 'H':
      case 'W':
        return this.untilZ();
      case 'V':
        this.value();
        return this.values(Number(this.value()));
      case 'X':
        return this.values(Number(this.value()));
      default:
        throw new Error(`no value of Hessian 2 begins with ${tag}`);
    }
  }

  private byte(): number {
    return this.b.readUInt8(this.at++);
  }

  /** Goes on by so many bytes; gives where they start. */
  private pass(count: number): number {
    this.at += count;
    return this.at - count;
  }

  private text(tag: number): string {
    const units =
      tag < 0x20 ? tag : tag < 0x34 ? (tag - 0x30) * 256 + this.byte() : this.byte() * 256 + this.byte();
    let text = '';
    while (text.length < units) text += this.character();
    return tag === 0x52 ? text + this.text(this.byte()) : text;
  }

  /** A character of UTF-8; Java writes one outside of the first plane as two of three bytes each. */
  private character(): string {
    const first = this.byte();
    if (first < 0x80) return String.fromCharCode(first);
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let code = first % (1 << (6 - more));
    for (let i = 0; i < more; i++) code = code * 64 + (this.byte() % 64);
    return String.fromCodePoint(code);
  }

  private compact(tag: number): number {
    if (tag < 0xc0) return tag - 0x90;
    if (tag < 0xd0) return (tag - 0xc8) * 256 + this.byte();
    if (tag < 0xd8) return (tag - 0xd4) * 65536 + this.byte() * 256 + this.byte();
    return tag < 0xf0 ? tag - 0xe0 : (tag - 0xf8) * 256 + this.byte();
  }

  private list(hasType: boolean, count: number): typeof NONE {
    if (hasType) this.value();
    return this.values(count);
  }

  private values(count: number): typeof NONE {
    for (let i = 0; i < count; i++) this.value();
    return NONE;
  }

  private untilZ(): typeof NONE {
    while (this.b[this.at] !== 0x5a) this.value();
    this.at++;
    return NONE;
  }
}

/** A text as Java writes it, in chunks of 32768 units at most. */
export function hessianText(text: string): Buffer {
  const parts: Buffer[] = [];
  let rest = text;
  for (; rest.length > 0x8000; rest = rest.slice(0x8000))
    parts.push(Buffer.from([0x52, 0x80, 0]), units(rest.slice(0, 0x8000)));
  const { length } = rest;
  const head =
    length < 32
      ? [length]
      : length < 1024
        ? [0x30 + (length >> 8), length & 255]
        : [0x53, length >> 8, length & 255];
  return Buffer.concat([...parts, Buffer.from(head), units(rest)]);
}

/** Each UTF-16 unit on its own, in one to three bytes. */
function units(text: string): Buffer {
  return Buffer.concat(
    text.split('').map((unit) => {
      const code = unit.charCodeAt(0);
      const isSurrogate = code >= 0xd800 && code < 0xe000;
      return isSurrogate
        ? Buffer.from([0xe0 + (code >> 12), 0x80 + ((code >> 6) % 64), 0x80 + (code % 64)])
        : Buffer.from(unit);
    }),
  );
}

/** The text nearest to a value, as a proxy shows it. */
function nearest(value: ReturnType<HessianReader['value']>): string | null {
  return value === null ? null : value === NONE ? '' : String(value);
}

interface Invocation {
  path: string;
  method: string;
  entries: ReferenceEntry[];
  /** Where the attachments start, and where their first entry does. */
  attachments: number;
  inside: number;
}

/** What a call says in Hessian 2; null for all other frames. */
function invocationOf(b: Buffer): Invocation | null {
  if ((b[2]! & 0xbf) !== (0x80 | HESSIAN2)) return null;
  const reader = new HessianReader(b, HEAD);
  const [, path, , method] = Array.from({ length: 5 }, () => reader.value());
  let attachments = reader.at;
  while (reader.at < b.length) {
    attachments = reader.at;
    reader.value();
  }
  const tag = b[attachments]!;
  const entries: ReferenceEntry[] = [];
  const inner = new HessianReader(b, attachments + 1);
  if (tag === 0x4d) inner.value();
  const inside = inner.at;
  while (tag !== 0x4e && inner.at < b.length - 1) {
    const from = inner.at;
    const key = String(inner.value());
    entries.push({ key, value: nearest(inner.value()), raw: b.subarray(from, inner.at) });
  }
  return { path: String(path), method: String(method), entries, attachments, inside };
}

function withPayload(head: Buffer, ...payload: Uint8Array[]): Buffer {
  const made = Buffer.concat([head.subarray(0, HEAD), ...payload]);
  made.writeUInt32BE(made.length - HEAD, 12);
  return made;
}

function call(id: RequestId, text: string, attachments: Buffer): Buffer {
  const head = Buffer.from('dabbc200'.padEnd(2 * HEAD, '0'), 'hex');
  head.writeBigUInt64BE(BigInt(id), 4);
  const texts = ['2.0.2', 'com.demo.Hello', '1.0.0', 'say', 'Ljava/lang/String;', text].map(hessianText);
  return withPayload(head, ...texts, attachments);
}

const TRACED = Buffer.concat([Buffer.from('H'), hessianText('trace'), hessianText('1'), Buffer.from('Z')]);

export const dubboReference: WireReference = {
  hasHeaders: true,
  headersIn: (bytes) => invocationOf(Buffer.from(bytes)) !== null,
  headersInBody: true,
  headerForm: {
    /** A map keeps its type; one that is null stays so until there is an entry. */
    block(entries, bytes) {
      const b = Buffer.from(bytes);
      const found = invocationOf(b);
      if (found === null) return Buffer.alloc(0);
      const isNull = b[found.attachments] === 0x4e;
      if (isNull && entries.length === 0) return Buffer.from('N');
      return Buffer.concat([
        isNull ? Buffer.from('H') : b.subarray(found.attachments, found.inside),
        ...entries.flatMap((e) =>
          'raw' in e ? [e.raw] : [hessianText(e[0]), e[1] === null ? Buffer.from('N') : hessianText(e[1])],
        ),
        Buffer.from('Z'),
      ]);
    },
    most: Infinity,
    takes: () => true,
    takesKey: (key) => key !== '',
  },
  bodies(bytes) {
    const [kind, status] = [bytes[2]!, bytes[3]!];
    const isHessian = (kind & 0x1f) === HESSIAN2;
    const isEvent = (kind & 0x20) !== 0;
    const texts = ['', 'x', 'größer 😀', 'long '.repeat(20_000)];
    if (isHessian && (isEvent || (kind & 0x80) === 0) && (isEvent || (status !== 0 && status !== 20)))
      return texts.map(hessianText);
    if (isHessian && (kind & 0x80) !== 0) return texts.map((text) => call(0, text, TRACED).subarray(HEAD));
    return texts.map((text) => Buffer.from(text));
  },
  facts(bytes) {
    const b = Buffer.from(bytes);
    const invocation = invocationOf(b);
    const isEvent = (b[2]! & 0x20) !== 0 && (b[2]! & 0x1f) === HESSIAN2;
    const payload = b.toString('latin1', HEAD);
    const entries = invocation?.entries ?? [];
    const first = (key: string): string | undefined => entries.find((e) => e.key === key)?.value ?? undefined;
    const id = b.readBigUInt64BE(4);
    return {
      kind:
        (b[2]! & 0x80) === 0
          ? FrameKind.response
          : (b[2]! & 0x40) === 0
            ? FrameKind.oneway
            : FrameKind.request,
      heartbeat: isEvent && payload === 'N',
      goaway: isEvent && payload === '\x01R',
      // As the codec gives it: a number as far as numbers are exact.
      id: id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id,
      timeout: Number(first('timeout') ?? 0),
      wireStatus: b[3]!,
      entries,
      service: first('interface') ?? invocation?.path,
      method: invocation?.method,
      bodyStart: HEAD,
      body: b.subarray(HEAD),
    };
  },
  rebuild(bytes, { id, headerBlock, body }) {
    const head = Buffer.from(bytes.subarray(0, HEAD));
    if (id !== undefined) head.writeBigUInt64BE(BigInt(id), 4);
    if (body !== undefined) return withPayload(head, body);
    const payload = Buffer.from(bytes.subarray(HEAD));
    const found = headerBlock === undefined ? null : invocationOf(Buffer.from(bytes));
    if (headerBlock === undefined || found === null) return withPayload(head, payload);
    return withPayload(head, payload.subarray(0, found.attachments - HEAD), headerBlock);
  },
  length: (b) => (b.length < HEAD ? 0 : HEAD + b.readUInt32BE(12)),
  request: (id, text) => call(id, text, TRACED),
  reply(request, text) {
    const head = Buffer.from(request.subarray(0, HEAD));
    head[2] = HESSIAN2;
    head[3] = 20;
    return withPayload(head, Buffer.from([0x94]), hessianText(text), TRACED);
  },
};
