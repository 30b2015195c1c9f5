import { EncodeError, type ExternMap, HeaderMap } from '@proto-frame/api';
import { expect, it } from 'vitest';
import { ROOT } from '../support/root.js';

// Objects of JSON as headers: what is not set keeps its bytes, what is set has the form of what it takes the place of.

// No bundled protocol has it, so that it is in no generated folder.
const { jsonObject } = (await import(`${ROOT}schemas/std/json-object.ts`)) as { jsonObject: ExternMap };

function read(block: Buffer, most = 100): HeaderMap {
  const headers = new HeaderMap();
  expect(jsonObject.readHeaders(block, 0, block.length, headers, most)).toBe(true);
  return headers;
}

/** The headers as they are written where `source` was, between bytes that are none of theirs. */
function written(headers: HeaderMap, source?: Buffer): string {
  const [given, from] = source === undefined ? [Buffer.alloc(0), -1] : [source, 0];
  const to = source === undefined ? -1 : source.length;
  const bytes = Buffer.alloc(jsonObject.size(headers, given, from, to) + 2, 0xa5);
  expect(jsonObject.write(bytes, 1, headers, given, from, to)).toBe(bytes.length - 1);
  expect([bytes[0], bytes.at(-1)]).toEqual([0xa5, 0xa5]);
  return bytes.toString('latin1', 1, bytes.length - 1);
}

const ODD = ' { "a" : "1" ,\n"n":-5e3, "deep":{"x":[1,"}"]}, "yes":true,"no" :null,"q\\"uo":"\\u0041\\n" } ';

it('members are read as texts, and others as they are written', () => {
  const block = Buffer.from(ODD);
  const entries = { a: '1', n: '-5e3', deep: '{"x":[1,"}"]}', yes: 'true', no: null, 'q"uo': 'A\n' };
  expect(Object.fromEntries(read(block))).toEqual(entries);
  for (const [key, value] of Object.entries(entries))
    expect(jsonObject.get(block, 0, block.length, key)).toBe(value);
  expect(jsonObject.get(block, 0, block.length, 'none')).toBeUndefined();
});

it('members that are not set keep their bytes, in their order', () => {
  const block = Buffer.from(ODD);
  expect(written(read(block), block)).toBe(ODD);
  const edited = read(block);
  edited.set('a', 'tw"o');
  edited.delete('deep');
  edited.add('new', 'ü');
  expect(Buffer.from(written(edited, block), 'latin1').toString()).toBe(
    ' {"a":"tw\\"o",\n"n":-5e3, "yes":true,"no" :null,"q\\"uo":"\\u0041\\n" ,"new":"ü"} ',
  );
  expect(JSON.parse(Buffer.from(written(edited, block), 'latin1').toString())).toMatchObject({ new: 'ü' });
});

it.each([
  ['timeout', '300', '300'],
  ['timeout', 'soon', '"soon"'],
  ['timeout', '"7"', '"\\"7\\""'],
  ['flag', 'false', 'false'],
  ['text', '300', '"300"'],
  ['absent', '300', '"300"'],
  ['timeout', null, 'null'],
])('%s set to %j becomes %s', (key, value, json) => {
  const block = Buffer.from('{"timeout":500,"flag":true,"text":"500"}');
  const headers = read(block);
  headers.set(key, value);
  expect(written(headers, block)).toContain(`"${key}":${json}`);
  expect(jsonObject.get(Buffer.from(written(headers, block)), 0, 1000, key)).toBe(value);
});

it('no bytes are no members, and stay so until one is set', () => {
  const none = Buffer.alloc(0);
  expect(written(read(none), none)).toBe('');
  const headers = read(none);
  headers.set('a', 'b');
  expect(written(headers, none)).toBe('{"a":"b"}');
  expect(written(new HeaderMap())).toBe('{}');
  const last = read(Buffer.from('{"a":1}'));
  last.delete('a');
  expect(written(last, Buffer.from('{"a":1}'))).toBe('{}');
});

it.each(['{', '[]', '"a"', '{"a"}', '{"a":1,}', '{"a":1}x', '{"a":1 "b":2}', '{"a":1,"a":2}', '{"a":}', ' '])(
  '%j is refused',
  (text) => {
    const block = Buffer.from(text);
    expect(jsonObject.readHeaders(block, 0, block.length, new HeaderMap(), 100)).toBe(false);
  },
);

it('more members than are taken are refused, and nothing beyond the window is read', () => {
  const block = Buffer.from('{"a":1,"b":2}{"c":3}');
  expect(jsonObject.readHeaders(block, 0, 13, new HeaderMap(), 1)).toBe(false);
  expect(jsonObject.get(block, 0, 13, 'c')).toBeUndefined();
  expect([...Array(12).keys()].every((to) => jsonObject.get(block, 0, to, 'b') === undefined)).toBe(true);
});

it('a key without characters can not be set', () => {
  const headers = new HeaderMap();
  headers.add('', 'x');
  expect(() => jsonObject.size(headers)).toThrow(EncodeError);
});
