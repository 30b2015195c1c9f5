import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, ScanFault, ScanState, type XProtocol } from '@proto-frame/api';
import { readFrame } from '../../../compiler/interpret/read-frame.js';
import { compileSchema, loadCodec } from './load-codec.js';

// Scans that go on where they stopped, and depths that are bounded.

type Codec = XProtocol<Record<string, unknown>>;

function schema(frame: string, declarations = '', limits = ''): string {
  return `protocol long_walks {
    limits { frame = 64MiB; elements = 1048576; ${limits} }
    const CRLF = "\\r\\n";
    ${declarations}
    frame Frame { id : u32; asks : bool(u8); ${frame} last : u8; }
    semantics { kind = match (asks) { true => request, false => response }; id = id; }
    synth hijack none;
  }`;
}

async function codecOf(text: string): Promise<{ codec: Codec; exports: Readonly<Record<string, unknown>> }> {
  const { exports } = await loadCodec('long-walks.proto-frame', text);
  const codec = Object.values(exports).find(
    (e): e is Codec => typeof e === 'object' && e !== null && 'scan' in e,
  )!;
  return { codec, exports };
}

/** Bytes that count how often one of them is looked at. */
function counted(bytes: Uint8Array): { bytes: Uint8Array; looks: () => number } {
  let looks = 0;
  const proxy = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && key !== 'length') looks++;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  return { bytes: proxy, looks: () => looks };
}

const ARGS = 'struct Arg { n : dec(u32) until CRLF in 0..1000; data : bytes size n; }';
const VALUE = `recursive struct Value {
  tag : u8;
  variant (tag) {
    42 => Items { n : dec(i32) until CRLF in -1..1048576; items : list of Value count n nullable; }
    58 => Number { number : dec(i64) until CRLF; }
    _ => Line { line : text until CRLF max 1MiB; }
  }
}`;

const MIB = 1024 * 1024;
/** About how many bytes the frames have. */
const SIZE = MIB / 4;
const HEAD = '\0\0\0\x01\x01';

/** A frame by its text: latin1, the head and the last byte around it. */
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`${HEAD}${text}.`, 'latin1'));
}

const numbers = (count: number): string => ':7\r\n'.repeat(count);

const LONG: Record<string, readonly [schema: string, text: string]> = {
  'a list of small elements': [
    schema('count : dec(u32) until CRLF in 0..1048576; args : list of Arg count count;', ARGS),
    `${SIZE / 8}\r\n${'3\r\nabc'.repeat(SIZE / 8)}`,
  ],
  'a list in a recursive value': [schema('value : Value;', VALUE), `*${SIZE / 4}\r\n${numbers(SIZE / 4)}`],
  'lists in lists': [
    schema('value : Value;', VALUE),
    `*3\r\n*1\r\n:1\r\n*${SIZE / 16}\r\n${`*3\r\n${numbers(3)}`.repeat(SIZE / 16)}:1\r\n`,
  ],
  'a list after a list': [
    schema(
      'first : varint(leb128) in 0..1000000; a : list of cstr count first; second : varint(leb128) in 0..1000000; b : list of cstr count second;',
    ),
    `\xa8\xc3\x01${'ab\0'.repeat(25_000)}\xa8\xc3\x01${'abcdef\0'.repeat(25_000)}`,
  ],
  'a long line': [schema('value : Value;', VALUE), `+${'x'.repeat(SIZE - 100)}\r\n`],
};

describe.each(Object.entries(LONG))('%s in many small chunks', (_name, [text, content]) => {
  test('is looked at a few times, and comes out right', async () => {
    const { codec } = await codecOf(text);
    const whole = bytesOf(content);
    const { bytes, looks } = counted(whole);
    const state = new ScanState(64 * MIB);
    let length = 0;
    for (let have = 64; length === 0; have = Math.min(have + 64, whole.length)) {
      length = codec.scan(bytes, 0, have, state);
      if (length === 0) expect(state.need).toBeGreaterThan(have);
    }
    expect(length).toBe(whole.length);
    // Anew for each chunk it would be thousands of times as many.
    expect(looks()).toBeLessThan(whole.length * 8);
  });
});

describe('values in each other', () => {
  const deep = (depth: number): Uint8Array => bytesOf(`${'*1\r\n'.repeat(depth - 1)}:1\r\n`);

  test.each([
    [8, 'depth = 8;'],
    [64, ''],
    [256, 'depth = 256;'],
  ])('as deep as %i are taken, deeper ones are not', async (depth, limits) => {
    const text = schema('value : Value;', VALUE, limits);
    const { codec, exports } = await codecOf(text);
    const protocol = compileSchema('long-walks.proto-frame', text);
    const scan = (bytes: Uint8Array): number => codec.scan(bytes, 0, bytes.length, new ScanState(MIB));
    const most = deep(depth);
    expect(scan(most)).toBe(most.length);
    codec.check(most, 0, most.length);
    const Frame = exports['FrameFrame'] as new (b: Uint8Array, at: number, end: number) => { value: object };
    const view = new Frame(most, 0, most.length);
    expect(codec.encode(view as unknown as Record<string, unknown>)).toEqual(Buffer.from(most));
    expect(readFrame(protocol, most, 0, most.length).kind).toBe('frame');
    for (const over of [depth + 1, 100_000]) {
      const bytes = deep(over);
      expect(scan(bytes)).toBe(ScanFault.malformed);
      expect(() => codec.check(bytes, 0, bytes.length)).toThrow(DecodeError);
      expect(() => new Frame(bytes, 0, bytes.length).value).toThrow(DecodeError);
      expect(readFrame(protocol, bytes, 0, bytes.length).kind).toBe('bad');
    }
    const circle: { tag: number; items: unknown[] } = { tag: 42, items: [] };
    circle.items.push(circle);
    expect(() => codec.encode({ id: 1, asks: true, value: circle, last: 1 })).toThrow(EncodeError);
  });

  test('deeper than any stack is no limit', () => {
    const text = schema('value : Value;', VALUE, 'depth = 100000;');
    expect(() => compileSchema('long-walks.proto-frame', text)).toThrow('PF113');
  });

  test('in a window that nothing has walked', async () => {
    const { codec, exports } = await codecOf(
      schema('n : u32 in 1..16777216; within (n) { values : list of Value rest; }', VALUE),
    );
    const content = `${'*1\r\n'.repeat(100_000)}:1\r\n`;
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.length);
    const bytes = bytesOf(size.toString('latin1') + content);
    expect(codec.scan(bytes, 0, bytes.length, new ScanState(MIB))).toBe(bytes.length);
    const Frame = exports['FrameFrame'] as new (
      b: Uint8Array,
      at: number,
      end: number,
    ) => { values: unknown };
    expect(() => new Frame(bytes, 0, bytes.length).values).toThrow('is over 64 structs deep');
  });
});
