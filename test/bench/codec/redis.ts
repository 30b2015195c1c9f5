import { redis } from '#codecs/redis.js';
import { ScanState } from '@proto-frame/api';
import { createRequire } from 'node:module';
import type { Claim, Part } from './claim.js';
import { chunkOf, framesOf, overChunk, overFrames, type Sliceable } from './over-frames.js';

/** SET with a value of 100 bytes, as clients write it. */
const COMMAND = resp('SET', 'user:1000', 'v'.repeat(100));
/** What MGET brings for ten keys. */
const REPLY = resp(...Array.from({ length: 10 }, (_, i) => `value ${i} of thirty characters.`));

function resp(...texts: string[]): Buffer {
  const elements = texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
  return Buffer.from(`*${texts.length}\r\n${elements.join('')}`);
}

const commands = chunkOf(() => COMMAND);
const replies = chunkOf(() => REPLY);
const repliesApart = framesOf(() => REPLY);

// Hand-written: one walk over the array, and the command's name compared where it lies.

/** The number in digits at p; the place after its line is left in `after`. -1 for what is none. */
let after = 0;
function handNumber(b: Buffer, p: number, to: number): number {
  let at = p;
  let value = 0;
  for (; at < to; at++) {
    const digit = b[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === p || at + 2 > to || b[at] !== 13 || b[at + 1] !== 10) return -1;
  after = at + 2;
  return value;
}

/** Where an array of bulk strings ends; 0 if it is not all there, or none. */
function handArrayEnd(b: Buffer, at: number, to: number): number {
  if (at >= to || b[at] !== 0x2a) return 0;
  const count = handNumber(b, at + 1, to);
  if (count < 0) return 0;
  let p = after;
  for (let i = 0; i < count; i++) {
    if (p >= to || b[p] !== 0x24) return 0;
    const length = handNumber(b, p + 1, to);
    if (length < 0) return 0;
    p = after + length + 2;
    if (p > to || b[p - 2] !== 13 || b[p - 1] !== 10) return 0;
  }
  return p;
}

/** Commands by their names in capitals, which is what a proxy looks up. */
const NAMES = new Map([
  ['SET', 'SET'],
  ['GET', 'GET'],
  ['set', 'SET'],
  ['get', 'GET'],
]);
const EXCLUSIVE = new Set(['MULTI', 'SUBSCRIBE', 'BLPOP', 'SELECT', 'HELLO']);

/** Length, the command's name, and whether it is a heartbeat or needs a connection of its own. */
function handForward(b: Buffer, at: number, to: number): number {
  const end = handArrayEnd(b, at, to);
  handNumber(b, at + 1, to);
  const length = handNumber(b, after + 1, to);
  const name = (b as Sliceable).latin1Slice(after, after + length);
  const method = NAMES.get(name) ?? name.toUpperCase();
  const heartbeat = method === 'PING';
  const exclusive = EXCLUSIVE.has(method);
  return end - at + method.length + (heartbeat ? 1 : 0) + (exclusive ? 1 : 0);
}

/** Length, and whether it is an error. */
function handReply(b: Buffer, at: number, to: number): number {
  return handArrayEnd(b, at, to) - at + (b[at] === 0x2d ? 1 : 0);
}

// The codec under test, through the contract that the proxy uses.

const state = new ScanState(512 * 1024 * 1024);

function codecForward(b: Buffer, at: number, to: number): number {
  const end = at + redis.scan(b, at, to, state);
  state.reset();
  redis.check(b, at, end);
  const kind = redis.kindOf(b, at, end);
  const exclusive = redis.isExclusive(b, at, end);
  const heartbeat = redis.isHeartbeat(b, at, end);
  const method = redis.methodOf(b, at, end)!;
  return end - at + kind + method.length + (heartbeat ? 1 : 0) + (exclusive ? 1 : 0);
}

function codecReply(b: Buffer, at: number, to: number): number {
  const end = at + redis.replies.scan(b, at, to, state);
  state.reset();
  redis.replies.check(b, at, end);
  return end - at + redis.replies.kindOf(b, at, end) + redis.replies.wireStatusOf(b, at, end);
}

// The clients' own parsers; redis-parser, which ioredis uses, ships no types.

interface ReplyParser {
  execute(bytes: Buffer): void;
}
type ReplyParserClass = new (options: {
  returnReply(reply: string[]): void;
  returnError(error: Error): void;
}) => ReplyParser;
interface NodeRedisDecoder {
  write(bytes: Buffer): void;
}
type NodeRedisDecoderClass = new (options: {
  onReply(reply: string[]): void;
  onErrorReply(error: Error): void;
  onPush(push: unknown): void;
  getTypeMapping(): object;
}) => NodeRedisDecoder;

const require = createRequire(import.meta.url);

/** What the last reply was; both parsers hand them to a callback. */
let elements = 0;
const onReply = (reply: string[]): void => {
  elements = reply.length;
};
const onError = (error: Error): void => {
  throw error;
};

function ioredisRead(): (frame: Buffer) => number {
  const Parser = require('redis-parser') as ReplyParserClass;
  const parser = new Parser({ returnReply: onReply, returnError: onError });
  return (frame) => {
    parser.execute(frame);
    return elements;
  };
}

function nodeRedisRead(): (frame: Buffer) => number {
  const { Decoder } = require('@redis/client/dist/lib/RESP/decoder.js') as { Decoder: NodeRedisDecoderClass };
  const mapping = {};
  const decoder = new Decoder({
    onReply,
    onErrorReply: onError,
    onPush: () => {},
    getTypeMapping: () => mapping,
  });
  return (frame) => {
    decoder.write(frame);
    return elements;
  };
}

function claims(): Claim[] {
  const reply = overChunk('codec: forward a reply', replies, codecReply);
  return [
    {
      says: 'forward a command, its name read, times hand-written',
      first: overChunk('codec: forward a command', commands, codecForward),
      second: overChunk('hand: forward a command', commands, handForward),
      most: 1.5,
    },
    {
      says: 'forward a reply of ten texts, times hand-written',
      first: reply,
      second: overChunk('hand: forward a reply', replies, handReply),
      most: 1.5,
    },
    {
      says: 'the same, faster than redis-parser (ioredis)',
      first: overFrames('redis-parser', repliesApart, ioredisRead()),
      second: reply,
      least: 1.5,
    },
    {
      says: "the same, faster than redis' own decoder",
      first: overFrames('redis, Decoder', repliesApart, nodeRedisRead()),
      second: reply,
      least: 1.5,
    },
  ];
}

/** A command of a client and the reply of a server. */
export const REDIS: Part = {
  name: 'redis',
  about: `a command of ${COMMAND.length} bytes and a reply of ${REPLY.length}`,
  claims,
};
