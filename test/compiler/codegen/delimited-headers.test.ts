import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, HeaderMap, ScanFault, ScanState, type XProtocol } from '@proto-frame/api';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { compileSchema, loadCodec } from './load-codec.js';

// Headers whose texts and whose map end with a delimiter: what is hostile, and what would be read back as something else.

const SHAPES = new URL('../../golden/shapes/', import.meta.url);

type Codec = XProtocol<Record<string, unknown>>;

async function codecOf(shape: string): Promise<Codec> {
  const text = readFileSync(new URL(`${shape}/input.proto-frame`, SHAPES), 'utf8');
  const { exports } = await loadCodec(`${shape}.proto-frame`, text);
  return Object.values(exports).find((e): e is Codec => typeof e === 'object' && e !== null && 'scan' in e)!;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function headersOf(codec: Codec, frame: Uint8Array): HeaderMap {
  const headers = new HeaderMap();
  codec.readHeaders(frame, 0, frame.length, headers);
  return headers;
}

describe('a map up to a delimiter', () => {
  let codec: Codec;
  const scan = (frame: Uint8Array, to = frame.length): number =>
    codec.scan(frame, 0, to, new ScanState(1 << 20));
  const frame = bytesOf('SEND\ndestination:/queue/a\nempty:\n\nhi\0');
  /** The frame with its headers changed, as a text. */
  const changed = (change: (headers: HeaderMap) => void, body: Uint8Array | null = null): string => {
    const headers = headersOf(codec, frame);
    change(headers);
    return Buffer.from(codec.reencode(frame, 0, frame.length, headers, body)).toString('latin1');
  };
  beforeAll(async () => {
    codec = await codecOf('stomp-headers');
  });

  test('a frame cut anywhere needs more, and is whole then', () => {
    const state = new ScanState(1 << 20);
    for (let to = 0; to < frame.length; to++) {
      expect(scan(frame, to), String(to)).toBe(0);
      expect(codec.scan(frame, 0, to, state), String(to)).toBe(0);
    }
    expect(codec.scan(frame, 0, frame.length, state)).toBe(frame.length);
    expect(scan(frame)).toBe(frame.length);
  });

  test.each([
    ['a key over its max', `SEND\n${'k'.repeat(257)}:`],
    ['a value over the longest line', `SEND\nk:${'v'.repeat(1026)}`],
    ['more entries than may be', `SEND\n${'k:v\n'.repeat(33)}`],
  ])('%s is refused before it has ended', (_what, text) => {
    expect(scan(bytesOf(text))).toBe(ScanFault.malformed);
  });

  test('as many entries as may be are read', () => {
    const full = bytesOf(`SEND\n${'k:v\n'.repeat(32)}\n\0`);
    expect(scan(full)).toBe(full.length);
    expect(headersOf(codec, full).size).toBe(32);
  });

  test('what filters set is written, and the rest stays', () => {
    expect(codec.headerOf(frame, 0, frame.length, 'empty')).toBe('');
    expect(codec.headerOf(frame, 0, frame.length, 'emp')).toBeUndefined();
    expect(changed((h) => h.set('empty', 'a:b'))).toBe('SEND\ndestination:/queue/a\nempty:a:b\n\nhi\0');
    expect(changed((h) => h.add('', ''))).toBe('SEND\ndestination:/queue/a\nempty:\n:\n\nhi\0');
    const none = (h: HeaderMap): void => [...h].forEach(([key]) => void h.delete(key));
    expect(changed(none, bytesOf('other'))).toBe('SEND\n\nother\0');
  });

  test.each<[what: string, change: (headers: HeaderMap) => void, body?: string]>([
    ['a key with its delimiter', (h) => h.add('a:b', 'c')],
    ['a value with its delimiter', (h) => h.set('empty', 'a\nb:c')],
    ['a key that begins as the map ends', (h) => h.add('\nk', 'v')],
    ['a key over its max', (h) => h.add('k'.repeat(257), 'v')],
    ['a value over the longest line', (h) => h.add('k', 'v'.repeat(1025))],
    ['null', (h) => h.set('empty', null)],
    ['more entries than may be', (h) => Array.from({ length: 31 }, (_, i) => h.add(`k${i}`, 'v'))],
    ['a body with its delimiter', () => undefined, 'a\0b'],
  ])('%s is not written', (_what, change, body) => {
    expect(() => changed(change, body === undefined ? null : bytesOf(body))).toThrow(EncodeError);
  });
});

describe('texts in ASCII and Latin-1', () => {
  let codec: Codec;
  beforeAll(async () => {
    codec = await codecOf('tag-values');
  });
  const set = (frame: Uint8Array, change: (headers: HeaderMap) => void): string => {
    const headers = headersOf(codec, frame);
    change(headers);
    return Buffer.from(codec.reencode(frame, 0, frame.length, headers, null)).toString('latin1');
  };
  const message = (...tags: string[]): Uint8Array => {
    const text = tags.map((tag) => `${tag}\x01`).join('');
    return bytesOf(`8=FIX.4.4\x019=${text.length}\x01${text}|10=000\x01`);
  };
  const textOf = (frame: Uint8Array): string => Buffer.from(frame).toString('latin1');

  test('values are a byte a character, read, looked up and written', () => {
    const frame = message('35=D', '58=été', '55=ab');
    expect([...headersOf(codec, frame)].map((entry) => entry.join('='))).toEqual(['35=D', '58=été', '55=ab']);
    expect(codec.headerOf(frame, 0, frame.length, '58')).toBe('été');
    expect(codec.serviceOf(frame, 0, frame.length)).toBe('été');
    expect(set(frame, (h) => h.set('55', 'ÿ¡'))).toBe(textOf(message('35=D', '58=été', '55=ÿ¡')));
    expect(set(frame, (h) => void h.delete('58'))).toBe(textOf(message('35=D', '55=ab')));
  });

  test('a key that is no ASCII stays as it came', () => {
    const frame = message('35=D', 'é=x', '55=ab');
    codec.check(frame, 0, frame.length);
    expect(headersOf(codec, frame).size).toBe(3);
    expect(codec.headerOf(frame, 0, frame.length, 'é')).toBeUndefined();
    expect(set(frame, (h) => h.set('55', 'c'))).toBe(textOf(message('35=D', 'é=x', '55=c')));
  });

  test.each<[what: string, change: (headers: HeaderMap) => void, field: RegExp]>([
    ['a key that is no ASCII', (h) => h.add('é', 'v'), /Tag\.tag.*character 0 is U\+00E9, over U\+007F/],
    [
      'a value that is no Latin-1',
      (h) => h.set('35', '5 €'),
      /Tag\.value.*character 2 is U\+20AC, over U\+00FF/,
    ],
    ['a value with its delimiter', (h) => h.set('35', 'a\x01b'), /Tag\.value/],
  ])('%s is not written', (_what, change, field) => {
    const frame = message('35=D');
    expect(() => set(frame, change)).toThrow(EncodeError);
    expect(() => set(frame, change)).toThrow(field);
  });

  test('what an encoding can not hold is not written from JSON either', () => {
    const text = readFileSync(new URL('tag-values/input.proto-frame', SHAPES), 'utf8');
    const protocol = compileSchema('tag-values.proto-frame', text);
    const write = (tag: string, value: string, sum: string): unknown =>
      writeFrame(protocol, { tags: [[tag, value]], sum });
    expect(() => write('35', 'é', '000')).not.toThrow();
    expect(() => write('é', 'D', '000')).toThrow(/tags\.key.*written as ascii/);
    expect(() => write('35', '5 €', '000')).toThrow(/tags\.value.*written as latin1/);
    expect(() => write('35', 'D', 'é')).toThrow(/sum.*written as ascii/);
  });

  test('keys beyond ASCII are the same in any case', async () => {
    const other = await codecOf('latin1-headers');
    const head = '\0\0\0\0\x01';
    const frame = bytesOf(`${head}EMPFÄNGER: a\r\nGRÖßE: 2\r\n\r\nhi`);
    expect(other.scan(frame, 0, frame.length, new ScanState(1 << 20))).toBe(frame.length);
    expect(other.headerOf(frame, 0, frame.length, 'empfänger')).toBe('a');
    expect(other.headerOf(frame, 0, frame.length, 'empfanger')).toBeUndefined();
    expect(other.serviceOf(frame, 0, frame.length)).toBe('a');
    const longer = Buffer.from(other.reencode(frame, 0, frame.length, null, bytesOf('hello'))).toString(
      'latin1',
    );
    expect(longer).toBe(`${head}EMPFÄNGER: a\r\nGRÖßE: 5\r\n\r\nhello`);
  });
});

test('a map in a window with a text that does not end is refused when it is read, at its place', async () => {
  const codec = await codecOf('c-string-pairs');
  const frame = bytesOf('\0\0\0\0\x01\0\x07user\0ab;');
  expect(codec.scan(frame, 0, frame.length, new ScanState(1 << 20))).toBe(frame.length);
  expect(() => headersOf(codec, frame)).toThrow(DecodeError);
  expect(() => headersOf(codec, frame)).toThrow(/12.*"\\u0000" after it/);
});
