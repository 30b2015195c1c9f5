import { MessageFrame, thrift } from '#codecs/thrift.js';
import { MessageFrame as CompactFrame, thriftCompact } from '#codecs/thrift-compact.js';
import { ScanState, type XProtocol } from '@proto-frame/api';
import { createRequire } from 'node:module';
import type { Claim, Part } from './claim.js';
import { chunkOf, framesOf, overChunk, overFrames, type Sliceable } from './over-frames.js';
import { recorded } from './recorded.js';

/** Calls of a multiplexed service as npm's thrift writes them, recorded: `Calc:add` with two numbers. */
const BINARY = recorded('thrift', 'npm-multiplexed-call-add');
const COMPACT = recorded('thrift-compact', 'npm-multiplexed-call-add');
/** Where the ids stand: four bytes behind the name, and one byte of the compact form. */
const BINARY_ID = 12 + BINARY.readUInt32BE(8);
const COMPACT_ID = 6;

function binarySample(id: number): Buffer {
  const frame = Buffer.from(BINARY);
  frame.writeUInt32BE(id, BINARY_ID);
  return frame;
}

function compactSample(id: number): Buffer {
  const frame = Buffer.from(COMPACT);
  frame[COMPACT_ID] = id;
  return frame;
}

const binary = chunkOf(binarySample);
const compact = chunkOf(compactSample);

// Hand-written: both forms of a binary message and the compact one, each length and type held to what the codec holds
// it to: the frame's length, the version, the type of the message, the name inside of the frame.

const LONGEST = 16384000;
const LONGEST_NAME = 65535;

/** Length, type, the caller's id, another id in its place, service and method; 0 for what is no message. */
function handBinary(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < 14) return 0;
  const length = b.readUInt32BE(at);
  if (length < 10 || length > LONGEST) return 0;
  const end = at + 4 + length;
  let [type, name, nameEnd, idAt] = [0, 0, 0, 0];
  if (b[at + 4] === 0x80 && b[at + 5] === 1) {
    type = b[at + 7]!;
    const size = b.readUInt32BE(at + 8);
    if (size > LONGEST_NAME) return 0;
    name = at + 12;
    idAt = nameEnd = name + size;
  } else if (b[at + 4] === 0) {
    const size = (b[at + 5]! << 16) | (b[at + 6]! << 8) | b[at + 7]!;
    if (size < 1 || size > 255) return 0;
    name = at + 8;
    nameEnd = name + size;
    if (nameEnd >= end) return 0;
    type = b[nameEnd]!;
    idAt = nameEnd + 1;
  } else return 0;
  if (type < 1 || type > 4 || idAt + 4 > end) return 0;
  const caller = b.readInt32BE(idAt);
  b.writeInt32BE(id, idAt);
  return 4 + length + type + caller + handName(b, name, nameEnd);
}

function handName(b: Buffer, from: number, to: number): number {
  const name = (b as Sliceable).latin1Slice(from, to);
  const colon = name.indexOf(':');
  const service = colon < 0 ? 'thrift' : name.slice(0, colon);
  const method = colon < 0 ? name : name.slice(colon + 1);
  return service.length + method.length;
}

/** The number in groups of seven bits at p; the place after it is left in `after`. -1 for what is none. */
let after = 0;
function handVarint(b: Buffer, p: number, to: number): number {
  let value = 0;
  for (let i = 0, unit = 1; i < 8 && p + i < to; i++, unit *= 0x80) {
    const byte = b[p + i]!;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) {
      after = p + i + 1;
      return value;
    }
  }
  return -1;
}

function handCompact(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < 8) return 0;
  const length = b.readUInt32BE(at);
  if (length < 4 || length > LONGEST || b[at + 4] !== 0x82 || (b[at + 5]! & 31) !== 1) return 0;
  const end = at + 4 + length;
  const type = b[at + 5]! >> 5;
  if (type < 1 || type > 4) return 0;
  const caller = handVarint(b, at + 6, end);
  if (caller < 0 || caller > 0xffffffff) return 0;
  const idEnd = after;
  const size = handVarint(b, idEnd, end);
  if (size < 0 || size > LONGEST_NAME || after + size > end) return 0;
  const name = after;
  // An id of another width needs another frame.
  if (idEnd !== at + 7 || id > 127) return 0;
  b[at + 6] = id;
  return 4 + length + type + caller + handName(b, name, name + size);
}

// The codecs under test, through the contract that the proxy uses.

function forward<Init>(codec: XProtocol<Init>): typeof handBinary {
  const state = new ScanState(LONGEST + 4);
  return (b, at, to, id) => {
    const end = at + codec.scan(b, at, to, state);
    codec.check(b, at, end);
    const kind = codec.kindOf(b, at, end);
    const caller = codec.idOf(b, at, end) as number;
    const names = codec.serviceOf(b, at, end)!.length + codec.methodOf(b, at, end)!.length;
    codec.setId(b, at, end, id);
    return end - at + kind + caller + names;
  };
}

/** Every field; the struct of arguments as a view, which is all that a proxy has of it. */
function readBinary(b: Buffer, at: number, end: number): number {
  thrift.check(b, at, end);
  const f = new MessageFrame(b, at, end);
  return f.form + f.type! + f.seqid! + f.name!.length + f.fields.length;
}

function readCompact(b: Buffer, at: number, end: number): number {
  thriftCompact.check(b, at, end);
  const f = new CompactFrame(b, at, end);
  return f.type + f.seqid + f.name.length + f.fields.length;
}

// The peer's own decoders of a message's beginning, which ship no types.

interface ThriftProtocol {
  readMessageBegin(): { fname: string; mtype: number; rseqid: number };
}
type ThriftProtocolClass = new (transport: object) => ThriftProtocol;

const require = createRequire(import.meta.url);
const { TBinaryProtocol, TCompactProtocol, TFramedTransport } = require('thrift') as {
  TBinaryProtocol: ThriftProtocolClass;
  TCompactProtocol: ThriftProtocolClass;
  TFramedTransport: new (bytes: Buffer) => object;
};

function peerRead(Protocol: ThriftProtocolClass): (frame: Buffer) => number {
  return (frame) => {
    const message = new Protocol(new TFramedTransport(frame.subarray(4))).readMessageBegin();
    return message.fname.length + message.mtype + message.rseqid;
  };
}

/** Ids that take as many bytes as the sample's. */
function narrow(one: typeof handBinary): typeof handBinary {
  return (b, at, to, turn) => one(b, at, to, 1 + (turn & 63));
}

function claims(): Claim[] {
  return [
    {
      says: 'binary: forward, service and method, times hand-written',
      first: overChunk('codec: forward, service, method', binary, narrow(forward(thrift))),
      second: overChunk('hand: forward, service, method', binary, narrow(handBinary)),
      most: 1.5,
    },
    {
      says: 'compact: the same',
      first: overChunk('codec: forward, service, method', compact, narrow(forward(thriftCompact))),
      second: overChunk('hand: forward, service, method', compact, narrow(handCompact)),
      most: 1.5,
    },
    {
      says: "binary: a message's fields, faster than thrift of npm",
      first: overFrames("thrift's TBinaryProtocol", framesOf(binarySample), peerRead(TBinaryProtocol)),
      second: overChunk('codec: every field', binary, readBinary),
      // Most of both is the native call that makes the name a string.
      least: 1.2,
    },
    {
      says: 'compact: the same',
      first: overFrames("thrift's TCompactProtocol", framesOf(compactSample), peerRead(TCompactProtocol)),
      second: overChunk('codec: every field', compact, readCompact),
      least: 2,
    },
  ];
}

/** Recorded calls of npm's thrift, binary and compact. */
export const THRIFT: Part = {
  name: 'thrift',
  about: `calls of ${BINARY.length} bytes in the binary protocol and ${COMPACT.length} in the compact one`,
  claims,
};
