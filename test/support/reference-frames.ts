import { crc32Bitwise } from './crc32-bitwise.js';

/**
 * SOFA Bolt v1, v2 and MOSN's x_example, read and written in the plainest way and independently of any
 * codec under test: what the tests believe the wire to be. Layouts: shared/reference/mosn.md 2.1, 2.2, 2.6,
 * and sofa-bolt-node's lib/protocol/v1.js and v2.js.
 */
export type ReferenceHeaders = readonly (readonly [key: string, value: string | null])[];

export interface ReferenceBolt {
  /** The first byte: 1 or 2. */
  proto: 1 | 2;
  /** v2 only: 1 or 2. */
  ver1: number;
  /** 0 response, 1 request, 2 oneway. */
  type: number;
  /** 0 heartbeat, 1 request, 2 response, 100 goaway. */
  cmd: number;
  ver2: number;
  id: number;
  serializer: number;
  /** v2 only: bit 0 is "a CRC-32 follows". */
  switches: number;
  /** Requests only, ms. */
  timeout: number;
  /** Responses only. */
  status: number;
  className: string;
  headers: ReferenceHeaders;
  content: Uint8Array;
}

const BOLT: ReferenceBolt = {
  proto: 1,
  ver1: 1,
  type: 1,
  cmd: 1,
  ver2: 1,
  id: 1,
  serializer: 1,
  switches: 0,
  timeout: 3000,
  status: 0,
  className: '',
  headers: [],
  content: new Uint8Array(0),
};

/** Header entries as SimpleMapSerializer writes them: two 32-bit lengths, -1 for null. */
export function buildHeaderBlock(headers: ReferenceHeaders): Buffer {
  const parts: Buffer[] = [];
  for (const entry of headers)
    for (const text of entry) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(text === null ? -1 : Buffer.byteLength(text));
      parts.push(length, Buffer.from(text ?? ''));
    }
  return Buffer.concat(parts);
}

/** A bolt frame from its fields; `headerBlock` replaces the bytes of the headers, for frames that are wrong. */
export function buildBolt(given: Partial<ReferenceBolt>, headerBlock?: Uint8Array): Buffer {
  const f = { ...BOLT, ...given };
  const v2 = f.proto === 2;
  const className = Buffer.from(f.className, 'latin1');
  const block = headerBlock ?? buildHeaderBlock(f.headers);
  const head = Buffer.alloc((f.type === 0 ? 20 : 22) + (v2 ? 2 : 0));
  let p = head.writeUInt8(f.proto, 0);
  if (v2) p = head.writeUInt8(f.ver1, p);
  p = head.writeUInt8(f.type, p);
  p = head.writeUInt16BE(f.cmd, p);
  p = head.writeUInt8(f.ver2, p);
  p = head.writeUInt32BE(f.id, p);
  p = head.writeUInt8(f.serializer, p);
  if (v2) p = head.writeUInt8(f.switches, p);
  p = f.type === 0 ? head.writeUInt16BE(f.status, p) : head.writeInt32BE(f.timeout, p);
  p = head.writeUInt16BE(className.length, p);
  p = head.writeUInt16BE(block.length, p);
  head.writeUInt32BE(f.content.length, p);
  const frame = Buffer.concat([head, className, block, f.content]);
  if (!v2 || f.ver1 !== 2 || (f.switches & 1) === 0) return frame;
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32Bitwise(frame));
  return Buffer.concat([frame, crc]);
}

/** The fields of one complete bolt frame of either version; throws if its lengths or its CRC are wrong. */
export function parseBolt(bytes: Uint8Array): ReferenceBolt & { headerBlock: Buffer; contentStart: number } {
  const b = Buffer.from(bytes);
  const f: ReferenceBolt = { ...BOLT };
  let p = 0;
  f.proto = b.readUInt8(p++) as 1 | 2;
  const v2 = f.proto === 2;
  if (v2) f.ver1 = b.readUInt8(p++);
  f.type = b.readUInt8(p++);
  f.cmd = b.readUInt16BE(p);
  f.ver2 = b.readUInt8(p + 2);
  f.id = b.readUInt32BE(p + 3);
  f.serializer = b.readUInt8(p + 7);
  p += 8;
  if (v2) f.switches = b.readUInt8(p++);
  if (f.type === 0) f.status = b.readUInt16BE(p);
  else f.timeout = b.readInt32BE(p);
  p += f.type === 0 ? 2 : 4;
  const [classLength, headerLength, contentLength] = [
    b.readUInt16BE(p),
    b.readUInt16BE(p + 2),
    b.readUInt32BE(p + 4),
  ];
  p += 8;
  f.className = b.toString('latin1', p, p + classLength);
  p += classLength;
  const headerBlock = b.subarray(p, p + headerLength);
  p += headerLength;
  const contentStart = p;
  f.content = b.subarray(p, p + contentLength);
  p += contentLength;
  if (v2 && f.ver1 === 2 && (f.switches & 1) === 1) {
    const crc = crc32Bitwise(b, 0, p);
    if (b.readUInt32BE(p) !== crc) throw new Error(`CRC ${b.readUInt32BE(p)} where ${crc} was expected`);
    p += 4;
  }
  if (p !== b.length) throw new Error(`the lengths add up to ${p}, the frame has ${b.length} bytes`);
  f.headers = parseHeaderBlock(headerBlock).map(({ key, value }) => [key, value]);
  return { ...f, headerBlock, contentStart };
}

/** One header entry, and the bytes it is made of. */
export interface ReferenceEntry {
  key: string;
  value: string | null;
  raw: Buffer;
}

/** The entries of a header block that ends exactly at its end; throws if it does not. */
export function parseHeaderBlock(block: Buffer): ReferenceEntry[] {
  const entries: ReferenceEntry[] = [];
  for (let p = 0; p < block.length;) {
    const from = p;
    const texts = [0, 1].map(() => {
      const length = block.readInt32BE(p);
      p += 4 + Math.max(length, 0);
      if (length < -1 || p > block.length) throw new Error(`a text of ${length} bytes ends at ${p}`);
      return length < 0 ? null : block.toString('utf8', p - length, p);
    });
    entries.push({ key: texts[0] ?? '', value: texts[1]!, raw: block.subarray(from, p) });
  }
  return entries;
}

export interface ReferenceX {
  /** 0 heartbeat, 1 message, 2 goaway. */
  type: number;
  /** 0 request, 1 response. */
  direction: number;
  id: number;
  /** Responses only. */
  status: number;
  payload: Uint8Array;
}

/** A frame of MOSN's x_example from its fields. */
export function buildX(given: Partial<ReferenceX>): Buffer {
  const f: ReferenceX = { type: 1, direction: 0, id: 1, status: 0, payload: new Uint8Array(0), ...given };
  const head = Buffer.alloc(f.direction === 0 ? 11 : 13);
  head.write('x', 0, 'latin1');
  head.writeUInt8(f.type, 1);
  head.writeUInt8(f.direction, 2);
  head.writeUInt32BE(f.id, 3);
  if (f.direction === 1) head.writeUInt16BE(f.status, 7);
  head.writeUInt32BE(f.payload.length, head.length - 4);
  return Buffer.concat([head, f.payload]);
}

/** The fields of one complete frame of x_example. */
export function parseX(bytes: Uint8Array): ReferenceX {
  const b = Buffer.from(bytes);
  const direction = b.readUInt8(2);
  const head = direction === 0 ? 11 : 13;
  const length = b.readUInt32BE(head - 4);
  if (b.toString('latin1', 0, 1) !== 'x' || head + length !== b.length) throw new Error('no x_example frame');
  return {
    type: b.readUInt8(1),
    direction,
    id: b.readUInt32BE(3),
    status: direction === 1 ? b.readUInt16BE(7) : 0,
    payload: b.subarray(head),
  };
}

/** The length of the frame of any of the three protocols that starts at `at`, or 0 if that can't be told yet. */
export function referenceLength(b: Buffer, at: number): number {
  const have = b.length - at;
  if (have < 3) return 0;
  if (b[at] === 0x78) {
    const head = b[at + 2] === 0 ? 11 : 13;
    return have < head ? 0 : head + b.readUInt32BE(at + head - 4);
  }
  const v2 = b[at] === 2 ? 2 : 0;
  const head = (b[at + 1 + v2 / 2] === 0 ? 20 : 22) + v2;
  if (have < head) return 0;
  const p = at + head - 8;
  const trailer = v2 > 0 && b[at + 1] === 2 && (b[at + 11]! & 1) === 1 ? 4 : 0;
  return head + b.readUInt16BE(p) + b.readUInt16BE(p + 2) + b.readUInt32BE(p + 4) + trailer;
}
