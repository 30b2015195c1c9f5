import { EncodeError, HeaderMap } from '@proto-frame/api';
import { expect, it } from 'vitest';
import { str, strmap } from '#codecs/extern/hessian2.js';
import { hessianText } from '../support/references/dubbo.js';

// Texts and maps of Hessian 2 in the forms that peers differ in.

const LONG = 'é'.repeat(0x8000 + 5);

it.each([
  ['nothing', '', '00'],
  ['ASCII', 'abc', '03616263'],
  ['two bytes', 'é', '01c3a9'],
  ['a character of two units, as Java writes it', '😀', '02eda0bdedb880'],
  ['one in a text of over 31 units', `${'x'.repeat(32)}😀`, `3022${'78'.repeat(32)}eda0bdedb880`],
])('a text with %s', (_, text, hex) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(hessianText(text)).toEqual(bytes);
  expect(str.end(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(str.read(bytes, 0, bytes.length)).toBe(text);
  expect(str.size(text)).toBe(bytes.length);
  const made = Buffer.alloc(bytes.length);
  expect(str.write(made, 0, text)).toBe(bytes.length);
  expect(made).toEqual(bytes);
});

it('a character of four bytes, as others write it, counts as two units', () => {
  const bytes = Buffer.from('02f09f9880', 'hex');
  expect(str.end(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(str.read(bytes, 0, bytes.length)).toBe('😀');
});

it('a long text is in chunks', () => {
  const bytes = hessianText(LONG);
  expect(bytes[0]).toBe(0x52);
  expect(str.end(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(str.read(bytes, 0, bytes.length)).toBe(LONG);
  const made = Buffer.alloc(str.size(LONG));
  expect(str.write(made, 0, LONG)).toBe(bytes.length);
  expect(made.equals(bytes)).toBe(true);
});

const ENTRY = '0161' + '0162';
const TYPE = '116a6176612e7574696c2e547265654d6170';

it.each([
  ['a plain map', `48${ENTRY}5a`],
  ['an empty one', '485a'],
  ['null', '4e'],
  ['a map with a type', `4d${TYPE}${ENTRY}5a`],
  ['a map with a type named before', `4d90${ENTRY}5a`],
  [
    'numbers, booleans, null and other values',
    '480161910162540163' + '4e' + '0164d44567' + '016549000f4240' + '01667991' + '5a',
  ],
  ['a key outside of the first plane', `4802eda0bdedb88001785a`],
])('%s is written again as it came, and takes one more', (_, hex) => {
  const bytes = Buffer.from(`a5a5${hex}`, 'hex');
  const headers = new HeaderMap();
  expect(strmap.end(bytes, 2, bytes.length)).toBe(bytes.length);
  expect(strmap.readHeaders(bytes, 2, bytes.length, headers, 100)).toBe(true);
  for (const [key, value] of headers) expect(strmap.get(bytes, 2, bytes.length, key)).toBe(value);
  const write = (): string => {
    const made = Buffer.alloc(strmap.size(headers, bytes, 2) + 1, 0xa5);
    expect(strmap.write(made, 0, headers, bytes, 2)).toBe(made.length - 1);
    expect(made.at(-1)).toBe(0xa5);
    return made.toString('hex', 0, made.length - 1);
  };
  expect(write()).toBe(hex);
  headers.set('new', null);
  const open = hex === '4e' ? '48' : hex.slice(0, -2);
  expect(write()).toBe(`${open}036e65774e5a`);
});

it.each([
  ['a number', '91'],
  ['a map without its end', `48${ENTRY}`],
  ['a key that is a number', '4891015a'],
])('%s is no map', (_, hex) => {
  const bytes = Buffer.from(hex, 'hex');
  const end = strmap.end(bytes, 0, bytes.length);
  expect(end === bytes.length && strmap.readHeaders(bytes, 0, bytes.length, new HeaderMap(), 100)).toBe(
    false,
  );
});

it('an attachment has a key', () => {
  const headers = new HeaderMap();
  headers.set('', 'x');
  expect(() => strmap.size(headers)).toThrow(EncodeError);
});

it.each(['4e', '485a'])('a map without bytes is none, also where %s stands behind its frame', (behind) => {
  const bytes = Buffer.from(`a5a5${behind}`, 'hex');
  expect(strmap.readHeaders(bytes, 2, 2, new HeaderMap(), 10)).toBe(false);
  expect(strmap.get(bytes, 2, 2, 'a')).toBeUndefined();
});
