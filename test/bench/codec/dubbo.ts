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

// Hand-written: one walk from the front to the attachments, as a person would who knows what is wanted of it.

const HEADER = 16;
const WANTED = Buffer.from('interface');

/** Where the text at p ends, which has one chunk; its characters are counted, not its bytes. */
function handTextEnd(b: Buffer, p: number): number {
  let left = b[p]!;
  let at = p + 1;
  if (left >= 0x30) left = ((left - 0x30) << 8) | b[at++]!;
  for (; left > 0; left--) {
    const byte = b[at]!;
    if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else if (byte < 0xf0) at += 3;
    else {
      at += 4;
      left--;
    }
  }
  return at;
}

function handText(b: Buffer, p: number, end: number): string {
  return (b as Sliceable).latin1Slice(b[p]! < 0x20 ? p + 1 : p + 2, end);
}

/** Length, kind, the caller's id, another id in its place; then service and method. */
function handForward(b: Buffer, at: number, to: number, id: number): number {
  if (to - at < HEADER || b[at] !== 0xda || b[at + 1] !== 0xbb) return 0;
  const length = HEADER + b.readUInt32BE(at + 12);
  const end = at + length;
  const flags = b[at + 2]!;
  const caller = b.readUInt32BE(at + 4) * 0x1_0000_0000 + b.readUInt32BE(at + 8);
  b.writeUInt32BE(0, at + 4);
  b.writeUInt32BE(id, at + 8);
  if ((flags & 0xbf) !== 0x82) return length;
  const path = handTextEnd(b, at + HEADER);
  const version = handTextEnd(b, path);
  const method = handTextEnd(b, version);
  const types = handTextEnd(b, method);
  let attachments = handTextEnd(b, types);
  // Texts are all that the sample has for arguments.
  while (b[attachments] !== 0x48) attachments = handTextEnd(b, attachments);
  const service = handAttachment(b, attachments + 1, end) ?? handText(b, path, version);
  return length + flags + caller + service.length + handText(b, method, types).length;
}

function handAttachment(b: Buffer, p: number, end: number): string | undefined {
  for (let at = p; at < end && b[at] !== 0x5a;) {
    const value = handTextEnd(b, at);
    const next = handTextEnd(b, value);
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
