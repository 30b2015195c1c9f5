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

// Hand-written: one walk, with the checks that the codec makes: numbers are digits with a sign in front and at most 15
// of them, lengths and counts are in range, lines are bounded, any value may stand where a reply's element does, and
// values in each other have a limit. The command's name is looked up as a text.

/** The number in digits at p; the place after its line is left in `after`. NaN for what is none. */
let after = 0;
function handNumber(b: Buffer, p: number, to: number): number {
  const negative = b[p] === 0x2d;
  const from = negative ? p + 1 : p;
  let at = from;
  let value = 0;
  for (; at < to; at++) {
    const digit = b[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === from || at - from > 15 || at + 2 > to || b[at] !== 13 || b[at + 1] !== 10) return NaN;
  after = at + 2;
  return negative ? -value : value;
}

const LONGEST = 536870912;
const MOST = 1048576;

/** Where the text of a length ends that starts at p, after its first byte; 0 if it is not all there, or none. */
function handTextEnd(b: Buffer, p: number, to: number): number {
  const length = handNumber(b, p, to);
  if (length === -1) return after;
  if (!(length >= 0 && length <= LONGEST)) return 0;
  const end = after + length + 2;
  return end > to || b[end - 2] !== 13 || b[end - 1] !== 10 ? 0 : end;
}

function handLineEnd(b: Buffer, p: number, to: number): number {
  const most = Math.min(to - 1, p + 65537);
  for (let at = p; at < most; at++) if (b[at] === 13 && b[at + 1] === 10) return at + 2;
  return 0;
}

/** Where a value ends. */
function handValueEnd(b: Buffer, p: number, to: number, depth: number): number {
  if (p >= to || depth > 32) return 0;
  switch (b[p]) {
    case 0x24: // $
    case 0x21: // !
    case 0x3d: // =
      return handTextEnd(b, p + 1, to);
    case 0x2b: // +
    case 0x2d: // -
    case 0x3a: // :
    case 0x28: // (
    case 0x2c: // ,
    case 0x23: // #
    case 0x5f: // _
      return handLineEnd(b, p + 1, to);
    case 0x2a: // *
    case 0x7e: // ~
    case 0x3e: // >
      return handValuesEnd(b, p + 1, to, depth, 1);
    case 0x25: // %
      return handValuesEnd(b, p + 1, to, depth, 2);
    default:
      return 0;
  }
}

function handValuesEnd(b: Buffer, p: number, to: number, depth: number, each: number): number {
  const count = handNumber(b, p, to);
  if (!(count >= -1 && count <= MOST)) return 0;
  let at = after;
  for (let left = count * each; left > 0; left--) {
    at = handValueEnd(b, at, to, depth + 1);
    if (at === 0) return 0;
  }
  return at;
}

/** Where a command ends, an array of texts. */
function handCommandEnd(b: Buffer, at: number, to: number): number {
  if (at >= to || b[at] !== 0x2a) return 0;
  const count = handNumber(b, at + 1, to);
  if (!(count >= 1 && count <= MOST)) return 0;
  let p = after;
  for (let i = 0; i < count; i++) {
    if (p >= to || b[p] !== 0x24) return 0;
    const length = handNumber(b, p + 1, to);
    if (!(length >= 0 && length <= LONGEST)) return 0;
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
  const end = handCommandEnd(b, at, to);
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
  return handValueEnd(b, at, to, 0) - at + (b[at] === 0x2d ? 1 : 0);
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
