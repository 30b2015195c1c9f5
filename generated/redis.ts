// Generated from redis.proto-frame (sha256 81455dc584b82cb9) by @proto-frame/compiler 0.1.0. Do not edit.
//
// Layout of a Command, in bytes:
//   0              tag            u8
//   1              n              dec(i64) until CRLF in 1..1048576
//   nameTag        name_tag       u8 = "$"
//   nameTag + 1    name_len       dec(i64) until CRLF in 0..65536
//   name           name           text latin1 size name_len
//   nameEol        name_eol       bytes size 2 = CRLF
//   nameEol + 2    args           list of Argument count n - 1 max 1048576
//   1              line           text utf8 until CRLF

import {
  byteText,
  CONTRACT_VERSION,
  copyBytes,
  Cursor,
  decimal,
  decimalLineEnd,
  decimalOf,
  decimalPassed,
  decimalSize,
  DecodeError,
  defineProtocol,
  EncodeError,
  ended,
  frameBytes,
  FrameKind,
  type HeaderMap,
  Marks,
  Match,
  put8,
  putDecimal,
  readLatin1,
  readUtf8,
  requireDelimited,
  requireInteger,
  ScanFault,
  type ScanState,
  TextCache,
  u16,
  u8,
  unended,
  untilEnd,
  untilGoesOn,
  utf8Length,
  whenGiven,
  writeLatin1,
  writeUtf8,
  type XFrame,
  type XProtocol,
} from '@proto-frame/api';
import {
  commandName as redisCommandsCommandName,
  needsConnection as redisCommandsNeedsConnection,
} from './extern/redis-commands.js';
import { heartbeatAck, hijack, redisReplies, type ReplyMemo } from './replies/redis.js';

const CRLF = new Uint8Array([13, 10]);

/** One argument of a command. */
export interface Argument {
  readonly data?: Uint8Array | undefined;
}

/** What a new Command is made of; lengths, constants and checksums are not given. */
export interface CommandInit {
  readonly tag: number;
  readonly name?: string | undefined;
  readonly args?: readonly Argument[] | undefined;
  readonly line?: string | undefined;
}

/** Where parts of the frame at hand lie, found once for all who ask. */
const marks = new Marks(6, 1);

/** Whether a connection starts with this protocol. */
function match(b: Uint8Array, from: number, to: number): Match {
  if (to <= from) return Match.more;
  if (u8(b, from) !== 42) return Match.no;
  return Match.yes;
}

/** The length of the frame that starts at `from`, 0 if that takes more bytes than have come. */
function scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
  if (to - from < 3) {
    state.need = 3;
    return 0;
  }

  const walks = state.begin(from);
  marks.start(b, from);
  let p: number;
  const tag = u8(b, from);
  if (tag === 42) {
    if (to - from < 4) {
      state.need = 4;
      return 0;
    }

    const p2 = decimalLineEnd(b, from + 1, to, 20);
    if (p2 <= 0) return unended(p2, from, to, state);
    marks.keep(0, p2);
    if (to < p2 + 4) {
      state.need = p2 + 4 - from;
      return 0;
    }

    const p3 = decimalLineEnd(b, p2 + 1, to, 20);
    if (p3 <= 0) return unended(p3, from, to, state);
    marks.keep(1, p3);
    const nameLen = decimalOf(b, p2 + 1, p3 - 2);
    if (nameLen < 0 || nameLen > 65536) return ScanFault.malformed;
    const p4 = p3 + nameLen;
    marks.keep(2, p4);
    const n = decimalOf(b, from + 1, p2 - 2);
    if (n < 1 || n > 1048576) return ScanFault.malformed;
    const p5 = commandArgsEnd(b, p4 + 2, to, n - 1, walks);
    if (p5 <= 0) return unended(p5, from, to, state);
    marks.keep(3, p5);
    p = p5;
  } else {
    const p6 = untilGoesOn(b, from + 1, to, CRLF, 65536, walks);
    if (p6 <= 0) return unended(p6, from, to, state);
    marks.keep(4, p6);
    p = p6;
  }

  marks.end(5, p);
  return p - from;
}

/** Where `count` elements that start at `at` end; 0 and -n as for one element. */
function commandArgsEnd(
  b: Uint8Array,
  at: number,
  to: number,
  count: number,
  state: ScanState | null,
): number {
  const walk = state === null ? 0 : state.walk(at, count);
  let p = state === null ? at : state.place(walk);
  for (let left = state === null ? count : state.left(walk); left > 0; left--) {
    const next = argumentEnd(b, p, to);
    if (next <= 0) {
      if (state !== null) state.stopped(walk, p, left);
      return next;
    }

    p = next;
  }

  if (state !== null) state.ended(walk, p);
  return p;
}

/** Where the Argument that starts at `at` ends; 0 if it is malformed, -n if n bytes more are needed to know. */
function argumentEnd(b: Uint8Array, at: number, to: number): number {
  let p = at;
  if (to < p + 1) return to - (p + 1);
  if (u8(b, p) !== 36) return 0;
  p += 1;
  const lenEnd = decimalLineEnd(b, p, to, 20);
  if (lenEnd <= 0) return lenEnd;
  const len = decimalPassed;
  if (len < 0 || len > 536870912) return 0;
  p = lenEnd;
  p += len;
  if (p > to) return to - p;
  if (to < p + 2) return to - (p + 2);
  if (u16(b, p) !== 0x0d0a) return 0;
  return p + 2;
}

/** Where nameTag starts. */
function nameTagAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 0);
  if (known > 0) return known;
  return marks.keep(
    0,
    ended(decimalLineEnd(b, at + 1, b.length, 20), 'Command.n', at + 1 - at, 'redis.proto-frame:76:9'),
  );
}

/** Where name starts. */
function nameAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 1);
  if (known > 0) return known;
  const p = nameTagAt(b, at);
  return marks.keep(
    1,
    ended(decimalLineEnd(b, p + 1, b.length, 20), 'Command.name_len', p + 1 - at, 'redis.proto-frame:78:9'),
  );
}

/** Where nameEol starts. */
function nameEolAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 2);
  if (known > 0) return known;
  const p = nameAt(b, at);
  return marks.keep(2, p + decimalOf(b, nameTagAt(b, at) + 1, p - 2));
}

/** Where the frame ends. */
function endAt(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 3);
  if (known > 0) return known;
  const p = nameEolAt(b, at);
  return marks.keep(
    3,
    ended(
      commandArgsEnd(b, p + 2, b.length, decimal(b, at + 1, b.length) - 1, null),
      'Command.args',
      p + 2 - at,
      'redis.proto-frame:81:9',
    ),
  );
}

/** Where end2 starts. */
function end2At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 4);
  if (known > 0) return known;
  return marks.keep(
    4,
    ended(untilEnd(b, at + 1, b.length, CRLF, 65536), 'Command.line', at + 1 - at, 'redis.proto-frame:83:21'),
  );
}

/** Where end3 starts. */
function end3At(b: Uint8Array, at: number): number {
  const known = marks.of(b, at, 5);
  if (known > 0) return known;
  const tag = u8(b, at);
  return marks.keep(5, tag === 42 ? endAt(b, at) : end2At(b, at));
}

/** Whether b[at, end) is a frame as the schema has it. @throws DecodeError */
function check(b: Uint8Array, at: number, end: number): void {
  marks.begin(b, at);
  if (end - at < 3) {
    throw new DecodeError('window', 'Command', 0, `has ${end - at} bytes, needs 3`, 'redis.proto-frame:72:9');
  }

  const tag = u8(b, at);
  if (tag === 42) {
    const n = decimal(b, at + 1, b.length);
    if (n < 1 || n > 1048576) {
      throw new DecodeError(
        'range',
        'Command.n',
        1,
        `is ${n}, has to be 1 to 1048576`,
        'redis.proto-frame:76:9',
      );
    }

    const p = nameTagAt(b, at);
    if (u8(b, p) !== 36) {
      throw new DecodeError(
        'constant',
        'Command.name_tag',
        p - at,
        `is ${u8(b, p)}, has to be 36`,
        'redis.proto-frame:77:9',
      );
    }

    const nameLen = decimal(b, p + 1, b.length);
    if (nameLen < 0 || nameLen > 65536) {
      throw new DecodeError(
        'range',
        'Command.name_len',
        p + 1 - at,
        `is ${nameLen}, has to be 0 to 65536`,
        'redis.proto-frame:78:9',
      );
    }

    const p2 = nameEolAt(b, at);
    if (u16(b, p2) !== 0x0d0a) {
      throw new DecodeError(
        'constant',
        'Command.name_eol',
        p2 - at,
        'has to be "\\r\\n"',
        'redis.proto-frame:80:9',
      );
    }
  }

  const p3 = end3At(b, at);
  if (end !== p3) {
    throw new DecodeError(
      'window',
      'Command',
      0,
      `has ${end - at} bytes, its fields take ${p3 - at}`,
      'redis.proto-frame:72:9',
    );
  }
}

/** Names of services and methods, a byte a character. */
const byteNames = new TextCache(readLatin1);

/** The name, read once for all who ask. */
function nameText(b: Uint8Array, at: number): string {
  const known = marks.text(b, at, 0);
  if (known !== undefined) return known;
  const p = nameAt(b, at);
  const p2 = nameEolAt(b, at);
  return marks.keepText(0, byteNames.read(b, p, p2));
}

function kindOf(_b: Uint8Array, _at: number): FrameKind {
  return FrameKind.request;
}

function isHeartbeat(b: Uint8Array, at: number): boolean {
  const tag = u8(b, at);
  return (tag === 42 && nameText(b, at) === 'PING') || (tag === 42 && nameText(b, at) === 'ping');
}

function serviceOf(_b: Uint8Array, _at: number): string | undefined {
  return 'redis';
}

function methodOf(b: Uint8Array, at: number): string | undefined {
  const tag = u8(b, at);
  return whenGiven(tag === 42 ? nameText(b, at) : undefined, redisCommandsCommandName);
}

function isExclusive(b: Uint8Array, at: number): boolean {
  const tag = u8(b, at);
  return whenGiven(tag === 42 ? nameText(b, at) : undefined, redisCommandsNeedsConnection) ?? false;
}

/** What a bytes field is when it is not given. */
const NO_BYTES = new Uint8Array(0);

/** Reads a Argument at the cursor and moves it on. @throws DecodeError */
function readArgument(c: Cursor): Argument {
  const tagEnd = c.reach(1, 'Argument.tag', 'redis.proto-frame:65:5');
  const tag = u8(c.bytes, c.at);
  c.at = tagEnd;
  if (tag !== 36)
    throw new DecodeError(
      'constant',
      'Argument.tag',
      c.at,
      `is ${tag}, has to be 36`,
      'redis.proto-frame:65:5',
    );
  const lenEnd = ended(
    decimalLineEnd(c.bytes, c.at, c.end, 20),
    'Argument.len',
    c.at,
    'redis.proto-frame:66:5',
  );
  const len = decimalOf(c.bytes, c.at, lenEnd - 2);
  c.at = lenEnd;
  if (len < 0 || len > 536870912)
    throw new DecodeError(
      'range',
      'Argument.len',
      c.at,
      `is ${len}, has to be 0 to 536870912`,
      'redis.proto-frame:66:5',
    );
  const dataEnd = c.reach(len, 'Argument.data', 'redis.proto-frame:67:5');
  const data = c.bytes.subarray(c.at, dataEnd);
  c.at = dataEnd;
  const eolEnd = c.reach(2, 'Argument.eol', 'redis.proto-frame:68:5');
  if (u16(c.bytes, c.at) !== 0x0d0a)
    throw new DecodeError('constant', 'Argument.eol', c.at, 'has to be "\\r\\n"', 'redis.proto-frame:68:5');
  c.at = eolEnd;
  return { data };
}

/** How many bytes a Argument takes. @throws EncodeError */
function sizeOfArgument(v: Argument): number {
  const { data = NO_BYTES } = v;
  let size = 0;
  const dataSize = data.length;
  size += 1 + dataSize;
  size += 2;
  const len = dataSize;
  requireInteger('Argument.len', len, 0, 536870912);
  size += decimalSize(len) + 2;
  return size;
}

/** Writes a Argument and returns where it ends. */
function writeArgument(b: Uint8Array, at: number, v: Argument): number {
  const { data = NO_BYTES } = v;
  let size = 0;
  const dataSize = data.length;
  size += 1 + dataSize;
  size += 2;
  const len = dataSize;
  requireInteger('Argument.len', len, 0, 536870912);
  size += decimalSize(len) + 2;
  let p = at;
  put8(b, p, 36);
  p += 1;
  p = putDecimal(b, p, len);
  b.set(CRLF, p);
  p += 2;
  b.set(data, p);
  p += dataSize;
  p = writeLatin1(b, p, '\r\n');
  return p;
}

function sizeOfCommandArgs(items: readonly Argument[]): number {
  let size = 0;
  for (const item of items) size += sizeOfArgument(item);
  return size;
}

function writeCommandArgs(b: Uint8Array, at: number, items: readonly Argument[]): number {
  let p = at;
  for (const item of items) {
    p = writeArgument(b, p, item);
  }

  return p;
}

/** A new Command. Lengths and checksums follow from what is given. @throws EncodeError */
export function encodeCommand(init: CommandInit): Uint8Array {
  const { tag, name = '', args = [], line = '' } = init;
  requireInteger('Command.tag', tag, 0, 255);
  let n = 0,
    nameLen = 0;
  let size = 1;
  if (tag === 42) {
    const nameSize = byteText('Command.name', name, 256).length;
    size += 1 + nameSize;
    requireInteger('Command.args (elements)', args.length, 0, 1048576);
    const argsSize = sizeOfCommandArgs(args);
    size += 2 + argsSize;
    n = args.length + 1;
    requireInteger('Command.n', n, 1, 1048576);
    size += decimalSize(n) + 2;
    nameLen = nameSize;
    requireInteger('Command.name_len', nameLen, 0, 65536);
    size += decimalSize(nameLen) + 2;
  } else {
    size += 2 + utf8Length(line);
  }

  if (size > 536870912) throw new EncodeError('Command', `has ${size} bytes, the limit is 536870912`);
  const b = frameBytes(size);
  let p = 0;
  put8(b, p, tag);
  p += 1;
  if (tag === 42) {
    p = putDecimal(b, p, n);
    b.set(CRLF, p);
    p += 2;
    put8(b, p, 36);
    p += 1;
    p = putDecimal(b, p, nameLen);
    b.set(CRLF, p);
    p += 2;
    p = writeLatin1(b, p, name);
    p = writeLatin1(b, p, '\r\n');
    p = writeCommandArgs(b, p, args);
  } else {
    {
      const from = p;
      p = writeUtf8(b, p, line);
      b.set(CRLF, p);
      p += 2;
      requireDelimited('Command.line', b, from, p, CRLF, 65536);
    }
  }

  return b;
}

/** The frame with other headers, another body, or both; null leaves them as they are. @throws EncodeError */
function reencode(
  b: Uint8Array,
  at: number,
  end: number,
  headers: HeaderMap | null,
  body: Uint8Array | null,
): Uint8Array {
  if (headers !== null && headers.size > 0) throw new EncodeError('Command', 'has no headers');
  if (body !== null && body.length > 0) throw new EncodeError('Command', 'has no body');
  return copyBytes(b, at, end);
}

function heartbeat(_id: number): Uint8Array {
  return encodeCommand({ tag: 42, name: 'PING' });
}

function remember(): ReplyMemo {
  return {};
}

/**
 * A list of texts, the command first; or a line, as a person at a terminal types it.
 *
 * Every field of a Command, read from bytes[start, end) when asked for. The bytes have to be accepted by check.
 */
export class CommandFrame {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get tag(): number {
    return u8(this.bytes, this.start);
  }

  get n(): number | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    return tag === 42 ? decimal(b, at + 1, b.length) : undefined;
  }

  get nameTag(): number | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    return tag === 42 ? u8(b, nameTagAt(b, at)) : undefined;
  }

  get nameLen(): number | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    return tag === 42 ? decimal(b, nameTagAt(b, at) + 1, b.length) : undefined;
  }

  get name(): string | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    if (tag === 42) {
      return readLatin1(b, nameAt(b, at), nameEolAt(b, at));
    }

    return undefined;
  }

  get nameEol(): Uint8Array | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    if (tag === 42) {
      const p = nameEolAt(b, at);
      return b.subarray(p, p + 2);
    }

    return undefined;
  }

  get args(): readonly Argument[] | undefined {
    const { bytes: b, start: at, end } = this;
    const tag = u8(b, at);
    if (tag === 42) {
      const p = nameEolAt(b, at);
      const c = new Cursor(b, p + 2, end);
      const value: Argument[] = [];
      if (decimal(b, at + 1, b.length) - 1 > 1048576)
        throw new DecodeError(
          'limit',
          'Command.args',
          c.at,
          `has ${decimal(b, at + 1, b.length) - 1} elements, the limit is 1048576`,
          'redis.proto-frame:81:9',
        );
      for (let i = 0; i < decimal(b, at + 1, b.length) - 1; i++) {
        const item = readArgument(c);
        value.push(item);
      }

      return value;
    }

    return undefined;
  }

  get line(): string | undefined {
    const { bytes: b, start: at } = this;
    const tag = u8(b, at);
    if (!(tag === 42)) {
      return readUtf8(b, at + 1, end2At(b, at) - 2);
    }

    return undefined;
  }

  /** The fields of a frame of this protocol. */
  static of(frame: XFrame): CommandFrame {
    return new CommandFrame(frame.bytes, frame.start, frame.end);
  }
}

/** The Redis serialization protocol, RESP2 and RESP3: commands one way, values the other, in order. */
export const redis: XProtocol<CommandInit> = defineProtocol<CommandInit, ReplyMemo>({
  name: 'redis',
  contract: CONTRACT_VERSION,
  traits: {
    poolMode: 'pipeline',
    correlation: 'order',
    idMin: 0,
    idMax: 0,
    idReserved: [],
    maxFrame: 536870912,
    maxHeaders: 0,
    headerCase: 'sensitive',
  },
  replies: redisReplies,
  match,
  scan,
  check,
  kindOf,
  isHeartbeat,
  isExclusive,
  serviceOf,
  methodOf,
  reencode,
  encode: encodeCommand,
  remember,
  heartbeat,
  heartbeatAck,
  hijack,
});
