import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, HeaderMap, ScanFault, ScanState, type XProtocol } from '@proto-frame/api';
import { loadCodec } from './load-codec.js';

// Bodies whose size stands in the headers: what is hostile, and what filters can not break.

type Codec = XProtocol<Record<string, unknown>>;

async function codecOf(text: string): Promise<Codec> {
  const { exports } = await loadCodec('sizes.proto-frame', text);
  return Object.values(exports).find((e): e is Codec => typeof e === 'object' && e !== null && 'scan' in e)!;
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A frame with its headers and body changed, as a text. */
function changed(codec: Codec, text: string, change: (headers: HeaderMap) => void, body?: string): string {
  const frame = bytesOf(text);
  const headers = new HeaderMap(codec.traits.headerCase);
  codec.readHeaders(frame, 0, frame.length, headers);
  change(headers);
  const given = headers.changed ? headers : null;
  return textOf(codec.reencode(frame, 0, frame.length, given, body === undefined ? null : bytesOf(body)));
}

describe('a body of the size that a header says, or up to a delimiter', () => {
  let codec: Codec;
  const scan = (text: string): number => {
    const frame = bytesOf(text);
    return codec.scan(frame, 0, frame.length, new ScanState(1 << 20));
  };
  beforeAll(async () => {
    const shape = new URL('../../golden/shapes/sizes-in-headers/input.proto-frame', import.meta.url);
    codec = await codecOf(readFileSync(shape, 'utf8'));
  });

  test.each([
    ['two sizes that differ', 'content-length:1\ncontent-length:2', ScanFault.malformed],
    ['a sign', 'content-length:+1', ScanFault.malformed],
    ['a sign of less than nothing', 'content-length:-1', ScanFault.malformed],
    ['a space', 'content-length: 1', ScanFault.malformed],
    ['nothing', 'content-length:', ScanFault.malformed],
    ['a list', 'content-length:1,1', ScanFault.malformed],
    ['hexadecimal digits', 'content-length:0x1', ScanFault.malformed],
    ['more than a number holds', `content-length:${'9'.repeat(16)}`, ScanFault.malformed],
    ['more than may be', 'content-length:32769', ScanFault.tooLarge],
    ['far more than may be', `content-length:${'9'.repeat(15)}`, ScanFault.tooLarge],
  ])('%s is refused before the body has come', (_what, headers, fault) => {
    expect(scan(`SEND\n${headers}\n\n`)).toBe(fault);
  });

  test('the same size twice is one, and zeros before it are none', () => {
    const frame = 'SEND\ncontent-length:02\ncontent-length:2\n\n\0\0\0';
    expect(scan(frame)).toBe(frame.length);
    expect(changed(codec, frame, (h) => h.set('a', 'b'))).toBe('SEND\ncontent-length:2\na:b\n\n\0\0\0');
  });

  test('bytes that no scan has seen are refused by check', () => {
    const frame = bytesOf('SEND\ncontent-length:x\n\n\0');
    expect(() => codec.check(frame, 0, frame.length)).toThrow(DecodeError);
    expect(() => codec.check(frame, 0, frame.length)).toThrow(/content-length/);
  });

  const sized = 'SEND\ncontent-length:1\nk:v\n\na\0';
  const open = 'SEND\nk:v\n\na\0';
  test.each<
    [what: string, frame: string, change: (h: HeaderMap) => void, body: string | undefined, wanted: string]
  >([
    ['a new body is measured', sized, () => undefined, 'b\0c', 'SEND\ncontent-length:3\nk:v\n\nb\0c\0'],
    ['an empty one too', sized, () => undefined, '', 'SEND\ncontent-length:0\nk:v\n\n\0'],
    ['another size is overruled', sized, (h) => h.set('content-length', '9'), undefined, sized],
    ['so is a further one', sized, (h) => h.add('content-length', '9'), undefined, sized],
    [
      'it is not taken away',
      sized,
      (h) => void h.delete('content-length'),
      undefined,
      'SEND\nk:v\ncontent-length:1\n\na\0',
    ],
    ['headers and body', sized, (h) => h.set('k', 'w'), 'bc', 'SEND\ncontent-length:2\nk:w\n\nbc\0'],
    [
      'it is not put where a delimiter ends the body',
      open,
      (h) => h.set('content-length', '1'),
      undefined,
      open,
    ],
    ['a new body up to its delimiter', open, () => undefined, 'bc', 'SEND\nk:v\n\nbc\0'],
  ])('%s', (_what, frame, change, body, wanted) => {
    expect(changed(codec, frame, change, body)).toBe(wanted);
    expect(scan(wanted)).toBe(wanted.length);
  });

  test('a delimiter in a body that ends with it is refused', () => {
    expect(() => changed(codec, open, () => undefined, 'b\0c')).toThrow(EncodeError);
  });
});

test('a size that may be missing is written where it is needed, whatever the case of its key', async () => {
  const codec = await codecOf(`protocol optional_size {
    pool pingpong; correlate fifo; header_case insensitive;
    limits { frame = 64KiB; headers = 8; line = 64; }
    struct Header { key : text until ": "; value : text until "\\r\\n"; }
    frame Message {
      headers : map of Header until "\\r\\n";
      body    : bytes size headers["Content-Length"] ?? 0 max 1KiB;
    }
    semantics { kind = request; headers = headers; body = body; }
    synth hijack none;
  }`);
  const none = 'a: b\r\n\r\n';
  const some = 'content-LENGTH: 2\r\n\r\nhi';
  for (const frame of [none, some])
    expect(codec.scan(bytesOf(frame), 0, frame.length, new ScanState(1 << 20))).toBe(frame.length);
  expect(changed(codec, none, () => undefined, 'new')).toBe('a: b\r\nContent-Length: 3\r\n\r\nnew');
  expect(changed(codec, none, () => undefined, '')).toBe(none);
  expect(changed(codec, some, (h) => h.set('content-length', '7'))).toBe(some);
  expect(changed(codec, some, () => undefined, '')).toBe('content-LENGTH: 0\r\n\r\n');
  expect(textOf(codec.encode({ headers: [['CONTENT-LENGTH', '']], body: bytesOf('x') }))).toBe(
    'CONTENT-LENGTH: 1\r\n\r\nx',
  );
});
