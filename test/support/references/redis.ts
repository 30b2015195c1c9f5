import { FrameKind } from '@proto-frame/api';
import type { FrameReference } from './wire-reference.js';

// RESP2 and RESP3 in the plainest way, after redis.io/docs/latest/develop/reference/protocol-spec: a frame is
// read to a tree and written again from it.

/** A line, a text with its length before it (null: -1), or values. */
type Value =
  | { readonly tag: string; readonly line: string }
  | { readonly tag: string; readonly text: Buffer | null }
  | { readonly tag: string; readonly values: readonly Value[] | null };

class RespReader {
  private at = 0;

  constructor(private readonly b: Buffer) {}

  value(): Value {
    const tag = String.fromCharCode(this.b[this.at++]!);
    const line = this.line();
    const count = Number(line);
    switch (tag) {
      case '$':
      case '!':
      case '=': {
        if (count < 0) return { tag, text: null };
        const text = this.b.subarray(this.at, this.at + count);
        this.at += count + 2;
        return { tag, text };
      }
      case '*':
      case '~':
      case '>':
        return { tag, values: count < 0 ? null : this.values(count) };
      case '%':
        return { tag, values: this.values(2 * count) };
      case '|':
        return { tag, values: this.values(2 * count + 1) };
      default:
        return { tag, line };
    }
  }

  private line(): string {
    const from = this.at;
    const to = this.b.indexOf('\r\n', from);
    this.at = to + 2;
    return this.b.toString('latin1', from, to);
  }

  private values(count: number): Value[] {
    return Array.from({ length: count }, () => this.value());
  }
}

function written(value: Value): Buffer {
  const { tag } = value;
  if ('line' in value) return Buffer.from(`${tag}${value.line}\r\n`, 'latin1');
  if ('text' in value) {
    const { text } = value;
    const head = Buffer.from(`${tag}${text === null ? -1 : text.length}\r\n`);
    return text === null ? head : Buffer.concat([head, text, Buffer.from('\r\n')]);
  }
  const { values } = value;
  const entries =
    values === null ? -1 : tag === '%' || tag === '|' ? Math.floor(values.length / 2) : values.length;
  return Buffer.concat([Buffer.from(`${tag}${entries}\r\n`), ...(values ?? []).map(written)]);
}

/** The same value with another text for the last one in it. */
function withLastText(value: Value, text: Buffer): Value {
  if ('text' in value) return { tag: value.tag, text };
  if (!('values' in value) || value.values === null || value.values.length === 0) return value;
  const { tag, values } = value;
  return { tag, values: [...values.slice(0, -1), withLastText(values.at(-1)!, text)] };
}

const shared = {
  hasHeaders: false,
  bodies: () => [],
  /** There is no body: one that the fuzzer makes up takes the place of the last text. */
  rebuild(frame, { body }) {
    const value = new RespReader(Buffer.from(frame)).value();
    return written(body === undefined ? value : withLastText(value, Buffer.from(body)));
  },
} satisfies Partial<FrameReference>;

const NOTHING = { goaway: false, id: 0, timeout: 0 };

export const redisCommandReference: FrameReference = {
  ...shared,
  /** A line that a person types is a command too, but tells nothing. */
  isTold: (frame) => frame[0] === 0x2a,
  facts(frame) {
    const value = new RespReader(Buffer.from(frame)).value();
    const name =
      'values' in value ? (value.values?.[0] as { text: Buffer }).text.toString('latin1') : undefined;
    return {
      ...NOTHING,
      entries: [],
      kind: FrameKind.request,
      heartbeat: name === 'PING' || name === 'ping',
      wireStatus: 0,
      service: 'redis',
      method: name?.toUpperCase(),
      bodyStart: frame.length,
      body: new Uint8Array(0),
    };
  },
};

export const redisReplyReference: FrameReference = {
  ...shared,
  facts(frame) {
    const { tag } = new RespReader(Buffer.from(frame)).value();
    return {
      ...NOTHING,
      entries: [],
      kind: tag === '>' ? FrameKind.push : FrameKind.response,
      heartbeat: false,
      wireStatus: tag === '-' || tag === '!' ? 1 : 0,
      service: undefined,
      method: undefined,
      bodyStart: frame.length,
      body: new Uint8Array(0),
    };
  },
};
