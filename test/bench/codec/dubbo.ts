import { dubbo, DubboFrame } from '#codecs/dubbo.js';
import { ScanState } from '@proto-frame/api';
import { createRequire } from 'node:module';
import { recorded } from './recorded.js';
import type { Contender } from '../measure.js';
import type { Claim, Part } from './claim.js';
import { chunkOf, framesOf, overChunk, overFrames, type Sliceable } from './over-frames.js';

/** A request as dubbo2.js writes it, recorded: one text argument and five attachments. */
const SAMPLE = recorded('dubbo', 'dubbo2js-apache-service-01-request');

function sample(id: number): Buffer {
  const frame = Buffer.from(SAMPLE);
  frame.writeUInt32BE(id, 8);
  return frame;
}

const chunk = chunkOf(sample);
const apart = framesOf(sample);

// Hand-written: as a person would who knows what is wanted of it, with the checks that the codec makes. Each value is
// held to the frame's end, depth to a limit, arguments are skipped whatever they are, which takes a look at all values
// to find the last one, and the attachments are a map. It knows no classes, no dates and no typed lists.

const HEADER = 16;
const LONGEST = 8 * 1024 * 1024;
const WANTED = Buffer.from('interface');

/** Where the text at p ends, its characters counted, not its bytes; 0 for what is none, or is not all there. */
function handTextEnd(b: Buffer, p: number, end: number): number {
  if (p >= end) return 0;
  let left = b[p]!;
  let at = p + 1;
  if (left >= 0x20) {
    if (left < 0x30 || left > 0x33) return left === 0x4e ? at : 0;
    left = ((left - 0x30) << 8) | b[at++]!;
  }
  for (; left > 0 && at < end; left--) {
    const byte = b[at]!;
    if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else if (byte < 0xf0) at += 3;
    else {
      at += 4;
      left--;
    }
  }
  return left > 0 || at > end ? 0 : at;
}

/** Where any value ends; 0 as for a text. */
function handEnd(b: Buffer, p: number, end: number, depth: number): number {
  if (p >= end || depth > 64) return 0;
  const tag = b[p]!;
  if (tag < 0x20 || (tag >= 0x30 && tag < 0x34)) return handTextEnd(b, p, end);
  let at = p + 1;
  if (tag === 0x48) {
    while (at < end && b[at] !== 0x5a) {
      at = handEnd(b, at, end, depth + 1);
      if (at === 0) return 0;
    }
    return at < end ? at + 1 : 0;
  }
  if (tag >= 0x78 && tag < 0x80) {
    for (let left = tag - 0x78; left > 0; left--) {
      at = handEnd(b, at, end, depth + 1);
      if (at === 0) return 0;
    }
    return at;
  }
  if (tag === 0x49 || tag === 0x59) at += 4;
  else if (tag === 0x44 || tag === 0x4c) at += 8;
  else if (tag >= 0xc0 && tag < 0xd0) at += 1;
  else if (tag >= 0xd0 && tag < 0xd8) at += 2;
  else if (tag >= 0xf0) at += 1;
  else if (tag < 0x80 && tag !== 0x4e && tag !== 0x54 && tag !== 0x46) return 0;
  return at > end ? 0 : at;
}

function handText(b: Buffer, p: number, end: number): string {
  return (b as Sliceable).latin1Slice(b[p]! < 0x20 ? p + 1 : p + 2, end);
}

/** Length, kind, the caller's id, another id in its place; then service and method. 0 for what is no call. */
function handForward(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < HEADER || b[at] !== 0xda || b[at + 1] !== 0xbb) return 0;
  const size = b.readUInt32BE(at + 12);
  if (size > LONGEST) return 0;
  const length = HEADER + size;
  const end = at + length;
  const flags = b[at + 2]!;
  const caller = b.readUInt32BE(at + 4) * 0x1_0000_0000 + b.readUInt32BE(at + 8);
  b.writeUInt32BE(0, at + 4);
  b.writeUInt32BE(id, at + 8);
  if ((flags & 0xbf) !== 0x82) return length;
  const path = handTextEnd(b, at + HEADER, end);
  const version = path && handTextEnd(b, path, end);
  const method = version && handTextEnd(b, version, end);
  const types = method && handTextEnd(b, method, end);
  const args = types && handTextEnd(b, types, end);
  if (args === 0) return 0;
  let attachments = args;
  for (let p = args; p < end;) {
    attachments = p;
    p = handEnd(b, p, end, 0);
    if (p === 0) return 0;
  }
  if (b[attachments] !== 0x48) return 0;
  const service = handAttachment(b, attachments + 1, end) ?? handText(b, path, version);
  return length + flags + caller + service.length + handText(b, method, types).length;
}

function handAttachment(b: Buffer, p: number, end: number): string | undefined {
  for (let at = p; at < end && b[at] !== 0x5a;) {
    const value = handTextEnd(b, at, end);
    const next = value && handEnd(b, value, end, 1);
    if (next === 0) return undefined;
    if (b[at] === WANTED.length) {
      let i = 0;
      while (i < WANTED.length && b[at + 1 + i] === WANTED[i]) i++;
      if (i === WANTED.length) return handText(b, value, next);
    }
    at = next;
  }
  return undefined;
}

// The codec under test, through the contract that the proxy uses.

const state = new ScanState(8 * 1024 * 1024);

function codecForward(b: Buffer, at: number, to: number, id: number): number {
  const end = at + dubbo.scan(b, at, to, state);
  dubbo.check(b, at, end);
  const kind = dubbo.kindOf(b, at, end);
  const caller = dubbo.idOf(b, at, end) as number;
  const service = dubbo.serviceOf(b, at, end)!.length;
  const method = dubbo.methodOf(b, at, end)!.length;
  dubbo.setId(b, at, end, id);
  return end - at + kind + caller + service + method;
}

/** Every field but the arguments' values, which a proxy has no use for, and the attachments as strings. */
function codecFullRead(b: Buffer, at: number, end: number): number {
  dubbo.check(b, at, end);
  const frame = new DubboFrame(b, at, end);
  const headers = frame.attachments!;
  let sum = Number(frame.id) + frame.dubboVersion!.length + frame.path!.length + frame.version!.length;
  sum += frame.method!.length + frame.paramDesc!.length + frame.args!.length;
  for (let i = 0; i < headers.size; i++) sum += headers.keyAt(i).length + headers.valueAt(i)!.length;
  return sum;
}

// The peers' own decoders, which ship no types.

interface DubboRemoting {
  decode(frame: Buffer, options: object): { data: { methodName: string; requestProps: object } };
}
interface HessianDecoder {
  read(): unknown;
}

const require = createRequire(import.meta.url);
const remoting = require('dubbo-remoting/lib/protocol') as DubboRemoting;
const { DecoderV2 } = require('hessian.js') as { DecoderV2: new (bytes: Buffer) => HessianDecoder };

function remotingRead(frame: Buffer): number {
  const { data } = remoting.decode(frame, {});
  return data.methodName.length + Object.keys(data.requestProps).length;
}

/** The payload's seven values with hessian.js alone: the header is left out. */
function hessianRead(frame: Buffer): number {
  const decoder = new DecoderV2(frame.subarray(HEADER));
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += (decoder.read() as string).length;
  return sum + Object.keys(decoder.read() as object).length;
}

function claims(): Claim[] {
  const fullRead = overChunk('codec: every field, five attachments', chunk, codecFullRead);
  const decoder = (name: string, read: (frame: Buffer) => number): Contender => overFrames(name, apart, read);
  return [
    {
      says: 'forward, service and method read, times hand-written',
      first: overChunk('codec: forward, service, method', chunk, codecForward),
      second: overChunk('hand: forward, service, method', chunk, handForward),
      most: 1.5,
    },
    {
      says: "full read, faster than dubbo-remoting's decoder",
      first: decoder("dubbo-remoting's decoder", remotingRead),
      second: fullRead,
      least: 2,
    },
    {
      says: 'full read, faster than hessian.js',
      first: decoder('hessian.js, payload only', hessianRead),
      second: fullRead,
      least: 2,
    },
  ];
}

/** A recorded call of dubbo2.js. */
export const DUBBO: Part = {
  name: 'dubbo',
  about: `one request of ${SAMPLE.length} bytes with five attachments`,
  claims,
};
