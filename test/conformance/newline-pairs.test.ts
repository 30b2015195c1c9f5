import { EncodeError, HeaderMap } from '@proto-frame/api';
import { expect, it } from 'vitest';
import { newlinePairs } from '#codecs/extern/newline-pairs.js';

// Lines of text as Motan 2 has them, where codecs differ: the newline at the end, and bytes that are no text.

function read(block: Buffer): HeaderMap {
  const headers = new HeaderMap();
  expect(newlinePairs.readHeaders(block, 0, block.length, headers, 100)).toBe(true);
  return headers;
}

function written(headers: HeaderMap, source: Buffer): string {
  const bytes = Buffer.alloc(newlinePairs.size(headers, source) + 1, 0xa5);
  expect(newlinePairs.write(bytes, 0, headers, source)).toBe(bytes.length - 1);
  expect(bytes.at(-1)).toBe(0xa5);
  return bytes.toString('latin1', 0, bytes.length - 1);
}

it.each([
  ['', []],
  ['k\nv', [['k', 'v']]],
  ['k\nv\n', [['k', 'v']]],
  ['k\n', [['k', '']]],
  ['k\n\n', [['k', '']]],
  [
    'k\n\nl\nw',
    [
      ['k', ''],
      ['l', 'w'],
    ],
  ],
  [
    'k\n\nl\n\n',
    [
      ['k', ''],
      ['l', ''],
    ],
  ],
  [
    'k\n\xff\xfe\nl\nw',
    [
      ['k', '��'],
      ['l', 'w'],
    ],
  ],
])('%j is read, and written as it was', (text, entries) => {
  const block = Buffer.from(text, 'latin1');
  const headers = read(block);
  expect([...headers]).toEqual(entries);
  expect(written(headers, block)).toBe(text);
  for (const [key, value] of entries as [string, string][])
    expect(newlinePairs.get(block, 0, block.length, key)).toBe(value);
  expect(newlinePairs.get(block, 0, block.length, 'none')).toBeUndefined();
});

it('a newline at the end is one before what is added, and goes with its entry', () => {
  const block = Buffer.from('a\n1\nb\n2\n');
  const added = read(block);
  added.add('c', '3');
  expect(written(added, block)).toBe('a\n1\nb\n2\nc\n3');
  const changed = read(block);
  changed.set('b', 'two');
  expect(written(changed, block)).toBe('a\n1\nb\ntwo');
  const deleted = read(block);
  deleted.delete('b');
  expect(written(deleted, block)).toBe('a\n1');
  deleted.delete('a');
  expect(written(deleted, block)).toBe('');
});

it.each(['k', 'k\nv\nl', '\nv', 'k\nv\n\n\n'])('%j is no row of pairs', (text) => {
  const block = Buffer.from(text);
  expect(newlinePairs.readHeaders(block, 0, block.length, new HeaderMap(), 100)).toBe(false);
});

it('more pairs than are taken are refused, and none beyond the window is read', () => {
  const block = Buffer.from('a\n1\nb\n2\nc\n3');
  expect(newlinePairs.readHeaders(block, 0, block.length, new HeaderMap(), 2)).toBe(false);
  expect(newlinePairs.get(block, 0, 3, 'b')).toBeUndefined();
  const first = new HeaderMap();
  expect(newlinePairs.readHeaders(block, 0, 3, first, 100)).toBe(true);
  expect([...first]).toEqual([['a', '1']]);
});

it.each([
  ['', 'v'],
  ['a\nb', 'v'],
  ['k', 'v\nw'],
  ['k', null],
])('%j with the value %j can not be written', (key, value) => {
  const headers = new HeaderMap();
  headers.add(key, value);
  expect(() => newlinePairs.size(headers)).toThrow(EncodeError);
});
