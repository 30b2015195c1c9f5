import { tars, RequestFrame } from '#codecs/tars.js';
import { ScanState } from '@proto-frame/api';
import { createRequire } from 'node:module';
import type { Claim, Part } from './claim.js';
import { chunkOf, framesOf, overChunk, overFrames, type Sliceable } from './over-frames.js';
import { recorded } from './recorded.js';

/** A request as @tars/rpc writes it, recorded: one text argument, no context. Its id takes one byte. */
const SAMPLE = recorded('tars/client', 'request-name');
const ID_AT = 9;

function sample(id: number): Buffer {
  const frame = Buffer.from(SAMPLE);
  frame[ID_AT] = id;
  return frame;
}

const chunk = chunkOf(sample);
const apart = framesOf(sample);

// Hand-written: one walk over the struct that looks at every entry and remembers what is wanted of it.

const SIZES = [1, 2, 4, 8, 4, 8];

/** Where the value of this type ends that starts at p; 0 for what no request has. */
function handEnd(b: Buffer, p: number, type: number): number {
  if (type < 6) return p + SIZES[type]!;
  if (type === 6) return p + 1 + b[p]!;
  if (type === 7) return p + 4 + b.readUInt32BE(p);
  if (type === 12) return p;
  if (type === 13) {
    const count = handEnd(b, p + 2, b[p + 1]! & 15);
    return count + handInt(b, p + 1);
  }
  if (type !== 8) return 0;
  let end = handEnd(b, p + 1, b[p]! & 15);
  for (let left = 2 * handInt(b, p); left > 0 && end > 0; left--) end = handEnd(b, end + 1, b[end]! & 15);
  return end;
}

function handInt(b: Buffer, p: number): number {
  switch (b[p]! & 15) {
    case 0:
      return b.readInt8(p + 1);
    case 1:
      return b.readInt16BE(p + 1);
    case 2:
      return b.readInt32BE(p + 1);
    default:
      return 0;
  }
}

/** Length, kind, the caller's id, another id in its place, service and method; 0 for what is no request. */
function handForward(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < 7) return 0;
  const length = b.readUInt32BE(at);
  if (length < 7 || length > 16777215 || b[at + 4] !== 0x10 || b[at + 5]! < 1 || b[at + 5]! > 5) return 0;
  const end = at + length;
  let [packet, caller, idAt, service, method] = [0, 0, 0, '', ''];
  let before = -1;
  for (let p = at + 6; p < end;) {
    const [tag, type] = [b[p]! >> 4, b[p]! & 15];
    const next = handEnd(b, p + 1, type);
    if (tag <= before || next === 0 || next > end) return 0;
    before = tag;
    if (tag === 2) packet = handInt(b, p);
    else if (tag === 4) {
      caller = handInt(b, p);
      idAt = type === 0 ? p + 1 : 0;
    } else if (tag === 5) service = (b as Sliceable).latin1Slice(p + 2, next);
    else if (tag === 6) method = (b as Sliceable).latin1Slice(p + 2, next);
    p = next;
  }
  if (idAt === 0) return 0;
  b.writeInt8(id, idAt);
  return length + packet + caller + service.length + method.length;
}

// The codec under test, through the contract that the proxy uses.

const state = new ScanState(16777215);

function codecForward(b: Buffer, at: number, to: number, id: number): number {
  const end = at + tars.scan(b, at, to, state);
  tars.check(b, at, end);
  const kind = tars.kindOf(b, at, end);
  const caller = tars.idOf(b, at, end) as number;
  const service = tars.serviceOf(b, at, end)!.length;
  const method = tars.methodOf(b, at, end)!.length;
  tars.setId(b, at, end, id);
  return end - at + kind + caller + service + method;
}

/** Every field, the buffer as a view, context and status as maps. */
function codecFullRead(b: Buffer, at: number, end: number): number {
  tars.check(b, at, end);
  const f = new RequestFrame(b, at, end);
  const numbers = f.version + f.packetType + f.messageType! + f.requestId! + f.timeout!;
  const texts = f.servant!.length + f.func!.length + f.buffer!.length;
  return numbers + texts + f.context!.size + f.status!.size;
}

// The peer's own decoder, which ships no types.

interface Packet {
  iRequestId: number;
  sServantName: string;
  sFuncName: string;
}
const require = createRequire(import.meta.url);
const { TarsInputStream, BinBuffer } = require('@tars/stream') as {
  TarsInputStream: new (bytes: object) => object;
  BinBuffer: new (bytes: Buffer) => object;
};
const { RequestPacket } = (
  require('@tars/rpc/core/rpc-tars/RequestF.js') as {
    tars: { RequestPacket: { _readFrom(stream: object): Packet } };
  }
).tars;

function streamRead(frame: Buffer): number {
  const packet = RequestPacket._readFrom(new TarsInputStream(new BinBuffer(frame.subarray(4))));
  return packet.iRequestId + packet.sServantName.length + packet.sFuncName.length;
}

/** Ids that take as many bytes as the sample's. */
function narrow(one: typeof codecForward): typeof codecForward {
  return (b, at, to, turn) => one(b, at, to, 1 + (turn & 63));
}

function claims(): Claim[] {
  return [
    {
      says: 'forward, service and method read, times hand-written',
      first: overChunk('codec: forward, service, method', chunk, narrow(codecForward)),
      second: overChunk('hand: forward, service, method', chunk, narrow(handForward)),
      most: 1.5,
    },
    {
      says: "full read, faster than @tars/stream's decoder",
      first: overFrames("@tars/stream's decoder", apart, streamRead),
      second: overChunk('codec: every field', chunk, codecFullRead),
      least: 2,
    },
  ];
}

/** A recorded call of @tars/rpc. */
export const TARS: Part = { name: 'tars', about: `one request of ${SAMPLE.length} bytes`, claims };
