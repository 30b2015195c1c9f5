import { EncodeError, HeaderMap, XFrame } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { rocketmq } from '#codecs/rocketmq.js';

// Headers that are JSON, but not as RocketMQ's own writers have it: they are read and changed all the same, and what
// is not changed keeps its bytes.

function frame(header: string): XFrame {
  const json = Buffer.from(header);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(json.length + 8);
  head.writeUIntBE(json.length, 5, 3);
  const bytes = Buffer.concat([head, json, Buffer.from('body')]);
  rocketmq.check(bytes, 0, bytes.length);
  return new XFrame(rocketmq, bytes, 0, bytes.length);
}

function headerOf(changed: XFrame): string {
  changed.apply();
  const bytes = Buffer.from(changed.bytes.subarray(changed.start, changed.end));
  rocketmq.check(bytes, 0, bytes.length);
  expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
  const end = 8 + bytes.readUIntBE(5, 3);
  expect(bytes.toString('utf8', end)).toBe('body');
  return bytes.toString('utf8', 8, end);
}

const SPACED =
  '{ "code" : 10 , "opaque" :\t15 , "flag":0, "extFields" : { "topic" : "T" ,\n "k":"v" } , "version" : 1 }';
const ESCAPED =
  '{"code":10,"extFields":{"to\\u0070ic":"a\\"b\\\\c","x":"}{\\"opaque\\":9","\\n":"\\u00fc"},"flag":0,"opaque":17}';

describe('white space wherever JSON takes it', () => {
  it('is read', () => {
    const read = frame(SPACED);
    expect([read.id, read.service, read.method]).toEqual([15, 'T', '10']);
    expect([...read.headers]).toEqual([
      ['topic', 'T'],
      ['k', 'v'],
    ]);
  });

  it.each([
    [7, SPACED.replace('15', '7')],
    [123_456, SPACED.replace('15', '123456')],
    [-1, SPACED.replace('15', '-1')],
  ])('stays around the id %i', (id, header) => {
    const changed = frame(SPACED);
    expect(changed.setId(id)).toBe(true);
    expect(changed.id).toBe(id);
    expect(headerOf(changed)).toBe(header);
  });

  it('stays around what is not changed', () => {
    const set = frame(SPACED);
    set.headers.set('k', 'w');
    set.headers.add('n', 'm');
    expect(headerOf(set)).toBe(SPACED.replace('\n "k":"v" ', '"k":"w","n":"m"'));
    const deleted = frame(SPACED);
    deleted.headers.delete('topic');
    expect(headerOf(deleted)).toBe(SPACED.replace(' "topic" : "T" ,', ''));
  });
});

it('escapes are read as the texts they stand for, and a text that looks like a member is none', () => {
  const read = frame(ESCAPED);
  expect([read.id, read.service]).toEqual([17, 'a"b\\c']);
  expect([...read.headers]).toEqual([
    ['topic', 'a"b\\c'],
    ['x', '}{"opaque":9'],
    ['\n', 'ü'],
  ]);
  read.headers.set('x', '"');
  expect(headerOf(read)).toBe(ESCAPED.replace('"}{\\"opaque\\":9"', '"\\""'));
});

it.each([
  [
    '{"code":10,"extFields":{ },"flag":0,"opaque":16}',
    '{"code":10,"extFields":{"a":"b"},"flag":0,"opaque":16}',
  ],
  [
    '{"code":10,"extFields":null,"flag":0,"opaque":16}',
    '{"code":10,"extFields":{"a":"b"},"flag":0,"opaque":16}',
  ],
  ['{"code":10,"flag":0,"opaque":16}', '{"code":10,"flag":0,"opaque":16,"extFields":{"a":"b"}}'],
])('the first field of %s', (header, expected) => {
  const changed = frame(header);
  expect(headerOf(changed)).toBe(header);
  changed.headers.set('a', 'b');
  expect(headerOf(changed)).toBe(expected);
  changed.headers.delete('a');
  expect(headerOf(changed)).toBe(expected.replace('{"a":"b"}', '{}'));
});

it.each([
  '{"code":10,"flag":0}',
  '{"code":10,"flag":0,"opaque":"1"}',
  '{"code":10,"flag":0,"opaque":1.5}',
  '{"code":10,"flag":0,"opaque":12345678901234567}',
  '{"code":10,"flag":0,"opaque":01}',
  '{"code":10,"flag":0,"opaque":1',
  '{"code":10,"flag":0,"opaque":1} ',
  '{"code":10,"extFields":"a","opaque":1}',
  `{"a":${'['.repeat(40)}${']'.repeat(40)},"opaque":1}`,
])('%s is refused when it is checked', (header) => {
  expect(() => frame(header)).toThrow(/Command\.header/);
});

it('a header over the range of its length is refused, and the frame is as it was', () => {
  const changed = frame(SPACED);
  changed.headers.set('large', 'x'.repeat(0x10000));
  expect(() => changed.apply()).toThrow(EncodeError);
  expect([changed.start, changed.id]).toEqual([0, 15]);
});

it('an error of our own is JSON, whatever its text', () => {
  const request = frame(SPACED);
  const memo = rocketmq.remember(request.bytes, request.start, request.end);
  const made = rocketmq.hijack(memo, 504, 'no "answer"\n in time')!;
  rocketmq.check(made, 0, made.length);
  expect(JSON.parse(Buffer.from(made).toString('utf8', 8))).toEqual({
    code: 1,
    flag: 1,
    language: 'OTHER',
    opaque: 15,
    remark: 'no "answer"\n in time',
    version: 0,
  });
  expect(rocketmq.readHeaders(made, 0, made.length, new HeaderMap())).toBeUndefined();
});
