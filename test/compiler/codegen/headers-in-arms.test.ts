import { readFileSync } from 'node:fs';
import { deflateRawSync, deflateSync, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { DecodeError, HeaderMap, ScanState, crc32c, type XProtocol } from '@proto-frame/api';
import { ROOT } from '../../support/root.js';
import { loadCodec } from './load-codec.js';

type Codec = XProtocol<Record<string, unknown>>;

type Verify = (b: Uint8Array, at: number, end: number) => void;

/** The codec of a golden shape, and what holds its checksums against the bytes. */
async function load(shape: string): Promise<{ codec: Codec; verify: Verify | undefined }> {
  const text = readFileSync(`${ROOT}test/golden/shapes/${shape}/input.proto-frame`, 'utf8');
  const { exports } = await loadCodec(`${shape}.proto-frame`, text);
  const codec = Object.values(exports).find(
    (e): e is Codec => typeof e === 'object' && e !== null && 'scan' in e,
  )!;
  return { codec, verify: exports['verify'] as Verify | undefined };
}

function headersOf(codec: Codec, frame: Uint8Array): HeaderMap {
  const headers = new HeaderMap();
  codec.readHeaders(frame, 0, frame.length, headers);
  return headers;
}

const PAIRS = [
  ['service', 'demo'],
  ['x', '1'],
] as const;
const entries = PAIRS.map(([key, value]) => ({ key, value }));
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

describe.each([
  [
    'packed-headers',
    'zlib',
    {
      answer: false,
      id: 1,
      packing: 1,
      content: bytes('body'),
      deflated: { client: 'c', flags: [7], headers: entries, rest: bytes('tail') },
    },
  ],
  [
    'packed-headers',
    'gzip',
    { answer: true, id: 1, packing: 2, content: bytes('body'), gzipped: { heads: entries } },
  ],
  [
    'headers-of-two-arms',
    'requests',
    { answer: false, id: 1, path: 'p', attachments: PAIRS, data: bytes('body') },
  ],
  [
    'headers-of-two-arms',
    'replies',
    { answer: true, id: 1, result: bytes('r'), extras: PAIRS, data: bytes('body') },
  ],
  [
    'entries-of-two-arms',
    'requests',
    { answer: false, id: 1, method: 'm', fields: PAIRS, data: bytes('body') },
  ],
  ['entries-of-two-arms', 'replies', { answer: true, id: 1, code: 3, extras: PAIRS, data: bytes('body') }],
] as const)('headers of %s, %s', (shape, _arm, init) => {
  let codec: Codec;
  let verify: Verify | undefined;
  let frame: Uint8Array;
  const edit = (
    change: (headers: HeaderMap) => void,
    body: Uint8Array | null = null,
  ): [string, string | null][] => {
    const headers = headersOf(codec, frame);
    change(headers);
    const edited = codec.reencode(frame, 0, frame.length, headers, body);
    expect(codec.scan(edited, 0, edited.length, new ScanState(1 << 20))).toBe(edited.length);
    codec.check(edited, 0, edited.length);
    verify?.(edited, 0, edited.length);
    const given = edited.subarray(
      codec.bodyStart(edited, 0, edited.length),
      codec.bodyEnd(edited, 0, edited.length),
    );
    expect(Buffer.from(given).toString()).toBe(body === null ? 'body' : Buffer.from(body).toString());
    return [...headersOf(codec, edited)];
  };
  beforeAll(async () => {
    ({ codec, verify } = await load(shape));
    frame = codec.encode(init);
  });

  it('are looked up, set, added and deleted', () => {
    codec.check(frame, 0, frame.length);
    expect(codec.serviceOf(frame, 0, frame.length)).toBe('demo');
    expect(codec.headerOf(frame, 0, frame.length, 'x')).toBe('1');
    expect(codec.headerOf(frame, 0, frame.length, 'y')).toBeUndefined();
    expect([...headersOf(codec, frame)]).toEqual(PAIRS);
    expect(edit((h) => h.set('service', 'longer than it was'))).toEqual([
      ['service', 'longer than it was'],
      PAIRS[1],
    ]);
    expect(edit((h) => h.add('y', 'ü'), bytes('another'))).toEqual([...PAIRS, ['y', 'ü']]);
    expect(edit((h) => h.delete('x'))).toEqual([PAIRS[0]]);
    expect(codec.reencode(frame, 0, frame.length, null, null)).toEqual(frame);
  });

  it('are no more than the limit', () => {
    const many = (h: HeaderMap): void => {
      for (let i = 0; i < 30; i++) h.add(`k${i}`, 'v');
    };
    expect(() => edit(many)).toThrow(/over (20|8) entries|at most 20 entries/);
  });
});

describe('headers that others packed', () => {
  let codec: Codec;
  beforeAll(async () => {
    ({ codec } = await load('packed-headers'));
  });
  /** What a window holds whose headers are these bytes, with a name of the client. */
  const plain = (client: Buffer, headers: Buffer, rest = ''): Buffer => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(headers.length);
    return Buffer.concat([Buffer.of(client.length), client, Buffer.of(0), size, headers, Buffer.from(rest)]);
  };
  const text = (value: string | Buffer): Buffer => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(Buffer.from(value).length);
    return Buffer.concat([size, Buffer.from(value)]);
  };
  const message = (packed: Uint8Array): Uint8Array => {
    const head = Buffer.from([0, 0, 0, 0, 0x0f, 0xff, 0, 1, 0, 0, 0, 9, 0, 0]);
    head.writeUInt32BE(10 + packed.length, 0);
    head.writeUInt16BE(packed.length, 12);
    const frame = Buffer.concat([head, packed, Buffer.alloc(4)]);
    frame.writeUInt32BE(crc32c(frame, 0, frame.length - 4), frame.length - 4);
    return Uint8Array.from(frame);
  };
  const set = (frame: Uint8Array): Uint8Array => {
    const headers = headersOf(codec, frame);
    headers.set('service', 'b');
    return codec.reencode(frame, 0, frame.length, headers, null);
  };

  it.each([0, 1, 9])('at level %i are edited, and the rest stays', (level) => {
    const frame = message(
      deflateSync(plain(Buffer.from('me'), Buffer.concat([text('service'), text('a')]), 'rest'), { level }),
    );
    codec.check(frame, 0, frame.length);
    const edited = set(frame);
    expect(codec.headerOf(edited, 0, edited.length, 'service')).toBe('b');
    expect(inflateSync(edited.subarray(14, -4))).toEqual(
      plain(Buffer.from('me'), Buffer.concat([text('service'), text('b')]), 'rest'),
    );
  });

  it('are not edited beside what an encoder would write otherwise', () => {
    const frame = message(deflateSync(plain(Buffer.of(0xff), Buffer.alloc(0))));
    codec.check(frame, 0, frame.length);
    expect(() => set(frame)).toThrow(
      'Message.deflated: holds bytes that an encoder would write otherwise, the first at 0',
    );
    expect(codec.reencode(frame, 0, frame.length, null, bytes('new'))).toHaveLength(frame.length + 3);
  });

  it.each([
    ['no zlib', Buffer.from('this is none')],
    ['no head', deflateRawSync('abc')],
    ['a bomb', deflateSync(plain(Buffer.from('me'), Buffer.alloc(0), 'x'.repeat(70_000)))],
    ['a size over the end', deflateSync(Buffer.of(0, 0, 0xff, 0xff, 1))],
    ['too many', deflateSync(plain(Buffer.from('me'), Buffer.alloc(21 * 4)))],
  ])('with %s are refused by those only who ask', (_what, packed) => {
    const frame = message(packed);
    codec.check(frame, 0, frame.length);
    expect(codec.idOf(frame, 0, frame.length)).toBe(9);
    expect(Buffer.from(frame).equals(codec.reencode(frame, 0, frame.length, null, null))).toBe(true);
    expect(() => headersOf(codec, frame)).toThrow(DecodeError);
  });
});
