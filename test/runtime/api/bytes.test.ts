import {
  ber,
  berEnd,
  berSize,
  decimal,
  DecodeError,
  decimalSize,
  decimalLineEnd,
  decimalPassed,
  decimalOf,
  decimalUntilEnd,
  digitsEnd,
  ended,
  f32,
  f32le,
  f64,
  f64le,
  hex,
  hexDigitsEnd,
  hexSize,
  hexUntilEnd,
  leb128,
  leb128End,
  leb128Size,
  mqtt,
  mqttEnd,
  mqttSize,
  putBer,
  putDecimal,
  putDigits,
  putF32,
  putF32le,
  putF64,
  putF64le,
  putHex,
  putHexDigits,
  putLeb128,
  putMqtt,
  putQuic,
  putVlq,
  putWideBer,
  putWideLeb128,
  putWideMqtt,
  putWideQuic,
  putWideVlq,
  putWideZigzag,
  putZigzag,
  quic,
  quicEnd,
  quicSize,
  untilEnd,
  vlq,
  vlqEnd,
  vlqSize,
  zigzag,
  zigzagEnd,
  zigzagSize,
} from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { Random } from '../../support/random.js';

const MAX = Number.MAX_SAFE_INTEGER;
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const CRLF = ascii('\r\n');

interface Varint {
  end(b: Uint8Array, p: number, to: number): number;
  read(b: Uint8Array, p: number): number;
  size(v: number): number;
  put(b: Uint8Array, p: number, v: number): number;
  readonly low: number;
  readonly high: number;
}

const VARINTS: Record<string, Varint> = {
  leb128: { end: leb128End, read: leb128, size: leb128Size, put: putLeb128, low: 0, high: MAX },
  zigzag: {
    end: zigzagEnd,
    read: zigzag,
    size: zigzagSize,
    put: putZigzag,
    low: -(2 ** 52),
    high: 2 ** 52 - 1,
  },
  mqtt: { end: mqttEnd, read: mqtt, size: mqttSize, put: putMqtt, low: 0, high: 268_435_455 },
  vlq: { end: vlqEnd, read: vlq, size: vlqSize, put: putVlq, low: 0, high: MAX },
  quic: { end: quicEnd, read: quic, size: quicSize, put: putQuic, low: 0, high: MAX },
  ber: { end: berEnd, read: ber, size: berSize, put: putBer, low: 0, high: MAX },
};

/** Numbers on both sides of every power of two in range, and some between. */
function samples(low: number, high: number): number[] {
  const random = new Random(17);
  const values = new Set([low, high, 0]);
  for (let bit = 0; bit <= 53; bit++) {
    for (const near of [-1, 0, 1, Math.floor(random.next() * 2 ** bit)]) {
      for (const sign of [1, -1]) values.add(sign * (2 ** bit + near));
    }
  }
  return [...values].filter((v) => v >= low && v <= high);
}

describe.each(Object.entries(VARINTS))('%s', (_name, varint) => {
  it('reads what it wrote, from every split, wherever it stands', () => {
    for (const v of samples(varint.low, varint.high)) {
      const size = varint.size(v);
      const b = new Uint8Array(size + 7).fill(0xff);
      const end = varint.put(b, 3, v);
      expect([v, end]).toEqual([v, 3 + size]);
      expect([b[2], b[end]]).toEqual([0xff, 0xff]);
      expect([v, varint.end(b, 3, end), varint.end(b, 3, b.length)]).toEqual([v, end, end]);
      expect(varint.read(b, 3)).toBe(v);
      for (let to = 3; to < end; to++) {
        const code = varint.end(b, 3, to);
        expect(code).toBeLessThan(0);
        expect(to - code).toBeLessThanOrEqual(end);
      }
    }
  });

  it('takes any bytes for a number in range or for none', () => {
    const random = new Random(23);
    for (let i = 0; i < 5_000; i++) {
      const b = Uint8Array.from({ length: 10 }, () => (random.next() < 0.3 ? 0xff : random.below(256)));
      const to = random.below(11);
      const end = varint.end(b, 0, to);
      if (end <= 0) continue;
      expect(end).toBeLessThanOrEqual(to);
      const v = varint.read(b, 0);
      expect(Number.isSafeInteger(v) && v >= varint.low && v <= varint.high).toBe(true);
    }
  });
});

describe.each([
  ['leb128', putWideLeb128, 'd3ad8000'],
  ['zigzag', putWideZigzag, 'a6db8000'],
  ['mqtt', putWideMqtt, 'd3ad8000'],
  ['vlq', putWideVlq, '8080ad53'],
  ['ber', putWideBer, '830016d3'],
  ['quic', putWideQuic, '800016d3'],
] as const)('%s in so many bytes', (name, put, hex) => {
  const varint = VARINTS[name]!;

  it('has zeros beside what it says', () => {
    const b = new Uint8Array(4);
    expect(put(b, 0, 5843, 4)).toBe(4);
    expect(Buffer.from(b).toString('hex')).toBe(hex);
  });

  it('is read as what it says, in every width that has room for it', () => {
    const wrong: [value: number, width: number][] = [];
    for (const v of samples(varint.low, varint.high))
      for (const width of name === 'quic' ? [1, 2, 4, 8] : [1, 2, 3, 4, 5, 6, 7, 8]) {
        if (width < varint.size(v) || (name === 'mqtt' && width > 4)) continue;
        const b = new Uint8Array(width + 7).fill(0xff);
        const end = put(b, 3, v, width);
        const isWritten = end === 3 + width && b[2] === 0xff && b[end] === 0xff;
        const isRead = varint.end(b, 3, b.length) === end && varint.read(b, 3) === v;
        if (!isWritten || !isRead) wrong.push([v, width]);
      }
    expect(wrong).toEqual([]);
  });
});

describe('varints on the wire', () => {
  it.each([
    ['leb128', 300, 'ac02'],
    ['zigzag', -1, '01'],
    ['zigzag', 150, 'ac02'],
    ['mqtt', 321, 'c102'], // MQTT 3.1.1, 2.2.3
    ['vlq', 0x200000, '81808000'], // Standard MIDI Files 1.0
    ['quic', 15293, '7bbd'], // RFC 9000, A.1
    ['quic', 494878333, '9d7f3e7d'],
    ['ber', 38, '26'], // X.690, 8.1.3.4
    ['ber', 201, '81c9'], // X.690, 8.1.3.5
    ['ber', 256, '820100'],
  ])('%s writes %d as %s', (name, v, expected) => {
    const { put, size, read } = VARINTS[name]!;
    const b = new Uint8Array(size(v));
    put(b, 0, v);
    expect(Buffer.from(b).toString('hex')).toBe(expected);
    expect(read(b, 0)).toBe(v);
  });

  it.each([
    ['leb128', 'ffffffffffffff10', 'over 2^53'],
    ['leb128', 'ffffffffffffff8f', 'nine groups'],
    ['zigzag', '808080808080808000', 'nine groups'],
    ['mqtt', '80808080', 'five bytes'],
    ['vlq', '90808080 80808000', 'over 2^53'],
    ['vlq', '8f808080 80808080', 'nine groups'],
    ['quic', 'c0200000 00000000', 'over 2^53'],
    ['ber', '80', 'without an end'],
    ['ber', '87 20000000000000', 'over 2^53'],
    ['ber', '88 0000000000000001', 'eight bytes'],
  ])('%s refuses %s: %s', (name, text) => {
    const b = bytes(text);
    expect(VARINTS[name]!.end(b, 0, b.length)).toBe(0);
  });
});

describe('floats', () => {
  it.each([
    ['3fc00000', f32, putF32, 1.5],
    ['0000c03f', f32le, putF32le, 1.5],
    ['ff800000', f32, putF32, -Infinity],
    ['400921fb54442d18', f64, putF64, Math.PI],
    ['182d4454fb210940', f64le, putF64le, Math.PI],
    ['8000000000000000', f64, putF64, -0],
    ['7ff8000000000000', f64, putF64, NaN],
  ] as const)('%s', (text, read, put, value) => {
    const b = bytes(`ee${text}ee`);
    expect(read(b, 1)).toBe(value);
    const out = new Uint8Array(b.length).fill(0xee);
    put(out, 1, value);
    expect(out).toEqual(b);
  });
});

describe('digits', () => {
  it.each([
    ['12\r\n', 4],
    ['-7\r\n', 4],
    ['+7\r\n', 4],
    ['0\r\nrest', 3],
    ['007\r\n', 5],
    ['9007199254740991\r\n', 18],
    ['9007199254740992\r\n', 0],
    ['12345678901234567\r\n', 0],
    ['', -3],
    ['-', -3],
    ['1', -2],
    ['12\r', -1],
    ['12\rx', 0],
    ['12x', 0],
    ['x', 0],
    ['-\r\n', 0],
    ['\r\n', 0],
    ['--1\r\n', 0],
  ])('decimalUntilEnd(%j) is %d', (text, code) => {
    const b = ascii(`**${text}`);
    expect(decimalUntilEnd(b, 2, b.length, CRLF, 16)).toBe(code > 0 ? code + 2 : code);
    expect(decimalLineEnd(b, 2, b.length, 16)).toBe(code > 0 ? code + 2 : code);
  });

  it.each([0, 7, 10, 999, 1000, -1, 9007199254740991, -9007199254740991])('decimalOf reads %d', (value) => {
    const b = ascii(`*${value}`);
    expect(decimalOf(b, 1, b.length)).toBe(value);
    const line = ascii(`*${value}\r\n`);
    expect(decimalLineEnd(line, 1, line.length, 16)).toBe(line.length);
    expect(decimalPassed).toBe(value);
  });

  it('does not look beyond `to`, nor at more digits than allowed', () => {
    const b = ascii('123456\r\n');
    expect(decimalUntilEnd(b, 0, 3, CRLF, 3)).toBe(-2);
    expect(decimalLineEnd(ascii('12\r\n'), 0, 3, 3)).toBe(-1);
    expect(decimalLineEnd(ascii('1\r\n'), 0, 2, 3)).toBe(-1);
    expect(decimalUntilEnd(b, 0, 4, CRLF, 3)).toBe(0);
    expect(hexUntilEnd(b, 0, 3, CRLF, 3)).toBe(-2);
    expect(hexUntilEnd(b, 0, 4, CRLF, 3)).toBe(0);
  });

  it.each([
    ['fF\r\n', 4],
    ['1fffffffffffff\r\n', 16],
    ['20000000000000\r\n', 0],
    ['', -3],
    ['a', -2],
    ['a\r', -1],
    ['a\n', 0],
    ['g\r\n', 0],
    ['\r\n', 0],
  ])('hexUntilEnd(%j) is %d', (text, code) => {
    const b = ascii(`**${text}`);
    expect(hexUntilEnd(b, 2, b.length, CRLF, 16)).toBe(code > 0 ? code + 2 : code);
  });

  it('reads what it wrote', () => {
    for (const v of samples(-MAX, MAX)) {
      const b = new Uint8Array(decimalSize(v) + 2).fill(0x2a);
      expect(putDecimal(b, 1, v)).toBe(b.length - 1);
      expect(Buffer.from(b).toString('latin1')).toBe(`*${v}*`);
      expect(decimal(b, 1, b.length - 1)).toBe(v);
    }
    for (const v of samples(0, MAX)) {
      const b = new Uint8Array(hexSize(v) + 2).fill(0x2a);
      expect(putHex(b, 1, v)).toBe(b.length - 1);
      expect(Buffer.from(b).toString('latin1')).toBe(`*${v.toString(16)}*`);
      expect(hex(b, 1, b.length - 1)).toBe(v);
    }
  });

  it('keeps a fixed width', () => {
    const b = ascii('******');
    expect(putDigits(b, 1, 42, 4)).toBe(5);
    expect(Buffer.from(b).toString('latin1')).toBe('*0042*');
    expect(digitsEnd(b, 1, 6, 4)).toBe(5);
    expect(digitsEnd(b, 1, 3, 4)).toBe(-2);
    expect(digitsEnd(b, 1, 6, 5)).toBe(0);
    expect(decimal(b, 1, 5)).toBe(42);
    expect(putHexDigits(b, 1, 0xbe, 4)).toBe(5);
    expect(Buffer.from(b).toString('latin1')).toBe('*00be*');
    expect(hexDigitsEnd(b, 1, 6, 4)).toBe(5);
    expect(hexDigitsEnd(b, 1, 4, 4)).toBe(-1);
    expect(hexDigitsEnd(b, 0, 6, 4)).toBe(0);
    expect(hex(b, 1, 5)).toBe(0xbe);
  });
});

describe('untilEnd', () => {
  it.each([
    ['abc\r\n', '\r\n', 9, 5],
    ['\r\n', '\r\n', 0, 2],
    ['abc\r\n', '\r\n', 3, 5],
    ['abc\r\n', '\r\n', 2, 0],
    ['abc', '\r\n', 9, -2],
    ['abc\r', '\r\n', 9, -1],
    ['abc\r', '\r\n', 3, -1],
    ['abc\r', '\r\n', 2, 0],
    ['abcd', '\r\n', 3, 0],
    ['', '\r\n', 3, -2],
    ['a\r\r\n', '\r\n', 9, 4],
    ['\r\n\r\r\n\r\n', '\r\n\r\n', 9, 7],
    ['x\r\n\r', '\r\n\r\n', 9, -1],
    ['a\0b', '\0', 9, 2],
    ['ab', '\0', 2, -1],
    ['abc', '\0', 2, 0],
  ])('%j until %j of at most %d is %d', (text, delimiter, max, code) => {
    const b = ascii(`**${text}\r\n`);
    expect(untilEnd(b, 2, b.length - 2, ascii(delimiter), max)).toBe(code > 0 ? code + 2 : code);
  });
});

describe('ended', () => {
  it('hands a place on and throws for all else', () => {
    expect(ended(7, 'A.b', 3, 'a:1:1')).toBe(7);
    expect(() => ended(0, 'A.b', 3, 'a:1:1')).toThrow(
      new DecodeError('window', 'A.b', 3, 'is malformed', 'a:1:1'),
    );
    expect(() => ended(-2, 'A.b', 3, '')).toThrow(
      'A.b at byte 3: needs at least 2 bytes more than there are',
    );
  });
});
