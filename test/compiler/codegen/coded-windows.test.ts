import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecodeError, Status, type XProtocol } from '@proto-frame/api';
import { ROOT } from '../../support/root.js';
import { protoFrame } from '../cli/cli.js';
import { typeErrorsIn } from './load-codec.js';

const HERE = `${ROOT}test/compiler/codegen/coded`;
const PACKED = { zlib: [1, 'deflated'], gzip: [2, 'gzipped'], snappy: [3, 'snapped'] } as const;

interface Content {
  readonly topic: string;
  readonly text: Uint8Array;
}

let out: string;
let letters: XProtocol<object>;
let Letter: new (bytes: Uint8Array, start: number, end: number) => Record<string, unknown>;

beforeAll(async () => {
  mkdirSync(`${ROOT}test/dist`, { recursive: true });
  out = mkdtempSync(`${ROOT}test/dist/coded-`);
  const compiled = await protoFrame(HERE, ['compile', 'letters.proto-frame', '--out', out]);
  expect([compiled.code, compiled.err]).toEqual([0, '']);
  const module = (await import(pathToFileURL(join(out, 'letters.ts')).href)) as Record<string, unknown>;
  letters = module['letters'] as XProtocol<object>;
  Letter = module['LetterFrame'] as typeof Letter;
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

/** A letter with these bytes in its window. */
function letter(packing: keyof typeof PACKED, packed: Uint8Array): Uint8Array {
  const head = Buffer.from([0, 0, 0, 0, 7, PACKED[packing][0], 0, 0]);
  head.writeUInt16BE(packed.length, 6);
  return Uint8Array.from(Buffer.concat([head, packed, Buffer.from([0xab, 0xcd])]));
}

/** What a letter holds: a topic, a text. */
const plain = (topic: string, text: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([topic.length]), Buffer.from(topic), Buffer.from(text)]);

it('makes modules without type errors', () => {
  expect(typeErrorsIn([join(out, 'letters.ts')])).toEqual([]);
});

describe.each(Object.keys(PACKED) as (keyof typeof PACKED)[])('a window of %s', (packing) => {
  const [number, field] = PACKED[packing];

  it('is written and read', () => {
    const content: Content = { topic: 'spring', text: Uint8Array.from(Buffer.from('sun '.repeat(100))) };
    const init = { answer: false, id: 7, packing: number, [field]: content, tail: 9 };
    const frame = letters.encode(init);
    letters.check(frame, 0, frame.length);
    expect(letters.serviceOf(frame, 0, frame.length)).toBe('spring');
    const view = new Letter(frame, 0, frame.length);
    expect(view[field]).toEqual(content);
    expect(view['topic']).toBe('spring');
    expect(view['tail']).toBe(9);
    expect(letters.encode(view)).toEqual(frame);
  });

  it('passes as it came whatever it holds, and is refused by those only who look into it', () => {
    const frame = letter(packing, Buffer.from('this is no packed data'));
    letters.check(frame, 0, frame.length);
    expect(letters.setId(frame, 0, frame.length, 8)).toBe(true);
    expect(letters.reencode(frame, 0, frame.length, null, null)).toEqual(frame);
    expect(() => letters.serviceOf(frame, 0, frame.length)).toThrow(DecodeError);
    expect(() => letters.remember(frame, 0, frame.length)).toThrow(/can't be decoded/);
  });
});

describe('bytes that others packed', () => {
  it.each([
    ['zlib', deflateSync(plain('best', 'x'.repeat(500)), { level: 9 })],
    ['zlib', deflateSync(plain('stored', 'x'), { level: 0 })],
    ['gzip', gzipSync(plain('gz', 'y'), { level: 9 })],
    // A literal of five bytes and a copy of eight from four before, as the format's description has them.
    ['snappy', Buffer.from([13, 4 << 2, 4, 97, 98, 99, 100, 0x11, 4])],
  ] as const)('%s is read', (packing, packed) => {
    const frame = letter(packing, packed);
    letters.check(frame, 0, frame.length);
    const topic = letters.serviceOf(frame, 0, frame.length)!;
    expect(['best', 'stored', 'gz', 'abcd']).toContain(topic);
    const hijack = letters.hijack(letters.remember(frame, 0, frame.length), Status.INTERNAL, '')!;
    expect(letters.serviceOf(hijack, 0, hijack.length)).toBe(topic);
  });

  it('what is written is read by others', () => {
    const content = { topic: 'a', text: new Uint8Array(3) };
    const bytes = (packing: number, of: object): Buffer =>
      Buffer.from(letters.encode({ answer: false, id: 1, packing, tail: 0, ...of })).subarray(8, -2);
    expect(inflateSync(bytes(1, { deflated: content }))).toEqual(plain('a', '\0\0\0'));
    expect(gunzipSync(bytes(2, { gzipped: content }))).toEqual(plain('a', '\0\0\0'));
  });
});

describe('hostile windows', () => {
  const refused = (packing: keyof typeof PACKED, packed: Uint8Array): DecodeError => {
    const frame = letter(packing, packed);
    letters.check(frame, 0, frame.length);
    try {
      letters.serviceOf(frame, 0, frame.length);
    } catch (error) {
      return error as DecodeError;
    }
    throw new Error('was taken');
  };

  it('a bomb stops at the limit', () => {
    const bomb = plain('boom', Buffer.alloc(10 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    for (const [packing, packed] of [
      ['zlib', deflateSync(bomb)],
      ['gzip', gzipSync(bomb)],
    ] as const) {
      const error = refused(packing, packed);
      expect([error.name, error.code]).toEqual(['DecodeError', 'limit']);
      expect(error.message).toContain('holds more than 65536 bytes');
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    const announced = refused('snappy', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]));
    expect(announced.message).toContain('the limit is 65536');
  });

  it('what is one byte short of whole, or long, is none', () => {
    const whole = deflateSync(plain('a', 'b'));
    for (const packed of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.of(0)]), Buffer.alloc(0)])
      expect(refused('zlib', packed)).toMatchObject({
        name: 'DecodeError',
        field: 'Letter.deflated',
        offset: 8,
      });
  });

  it('what it holds is checked like a frame', () => {
    expect(refused('zlib', deflateSync(Buffer.from([200, 1, 2])))).toMatchObject({ code: 'window' });
  });

  it('an encoder keeps to the limit as well', () => {
    const deflated = { topic: 'a', text: new Uint8Array(65_536) };
    expect(() => letters.encode({ answer: false, id: 1, packing: 1, deflated, tail: 0 })).toThrow(
      'Letter.deflated (bytes in it)',
    );
  });
});

describe('the command line', () => {
  it('decodes and encodes what stands in windows, by an extern codec too', async () => {
    const frame = letter('snappy', Buffer.from([13, 4 << 2, 4, 97, 98, 99, 100, 0x11, 4]));
    const hex = Buffer.from(frame).toString('hex');
    const shown = await protoFrame(HERE, ['decode', '--schema', 'letters.proto-frame', '--hex', hex]);
    expect(shown.out).toContain('snappy of 13 bytes');
    expect(shown.out).toMatch(/topic\s+"abcd"/);
    expect(shown.out).toContain('service abcd');
  });

  it.each([
    ['zlib', deflateSync(Buffer.alloc(70_000)), 'deflated'],
    ['gzip', Buffer.from('junk'), 'gzipped'],
  ] as const)('refuses %s that is no such window', async (packing, packed, field) => {
    const hex = Buffer.from(letter(packing, packed)).toString('hex');
    const shown = await protoFrame(HERE, ['decode', '--schema', 'letters.proto-frame', '--hex', hex]);
    expect(shown.code).not.toBe(0);
    expect(shown.out + shown.err).toContain(`Letter.${field}`);
  });
});
