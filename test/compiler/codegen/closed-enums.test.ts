import { expect, test } from 'vitest';
import { EncodeError } from '@proto-frame/api';
import { generate } from '../../../compiler/codegen/generate.js';
import { JsonError, type Json } from '../../../compiler/interpret/json.js';
import { readFrame } from '../../../compiler/interpret/read-frame.js';
import { writeFrame } from '../../../compiler/interpret/write-frame.js';
import { compileSchema, runModule, typeErrorsOf } from './load-codec.js';

const TEXT = `protocol closed {
  correlate none;
  pool binding;
  enum Kind : u8 { ask = 1, answer = 4, stop = 200 }
  enum Level : u8 { low = 0, high = 2 }
  struct Part { kind : Kind; some : Kind in 1..100; }
  frame Frame {
    kind  : Kind;
    bits u8 { level : 2 as Level; flag : 1 as Bit; rest : 5; }
    part  : Part;
    count : u8;
    kinds : list of Kind count count;
  }
  enum Bit : u8 { off = 0, on = 1 }
  semantics { kind = match (kind) { ask => request, answer => response, stop => control }; }
  match {}
  synth hijack none;
}`;

const GOOD = { kind: 1, level: 2, flag: 1, rest: 0, part: { kind: 200, some: 4 }, kinds: [1, 200] };

/** Each with one value that is between or beyond the members. */
const BAD: readonly (readonly [field: string, init: object])[] = [
  ['Frame.kind', { ...GOOD, kind: 2 }],
  ['Frame.level', { ...GOOD, level: 1 }],
  ['Frame.level', { ...GOOD, level: 3 }],
  ['Frame.flag', { ...GOOD, flag: 2 }],
  ['Part.kind', { ...GOOD, part: { kind: 199, some: 4 } }],
  ['Part.some', { ...GOOD, part: { kind: 1, some: 5 } }],
  ['Part.some', { ...GOOD, part: { kind: 1, some: 200 } }],
  ['Frame.kinds', { ...GOOD, kinds: [1, 3] }],
];

const protocol = compileSchema('closed.proto-frame', TEXT);

test('encoders take members of closed enums only, as readers do', async () => {
  const text = await generate(protocol, false);
  expect(typeErrorsOf([new Map([[protocol.fileName, text]])]).flat()).toEqual([]);
  const codec = runModule(text, new Map()) as { encodeFrame(init: object): Uint8Array } & Record<
    string,
    unknown
  >;
  const frame = codec.encodeFrame(GOOD);
  expect(Buffer.from(frame).toString('hex')).toBe('01' + 'a0' + 'c804' + '02' + '01c8');
  for (const [field, init] of BAD) {
    const refused = (): unknown => codec.encodeFrame(init);
    expect(refused).toThrow(EncodeError);
    expect(refused).toThrow(field);
  }
});

test('encode and decode as well', () => {
  const read = readFrame(protocol, Buffer.from('01a0c8040201c8', 'hex'), 0, 7);
  expect(read.kind).toBe('frame');
  expect(Buffer.from(writeFrame(protocol, GOOD as { readonly [key: string]: Json })).toString('hex')).toBe(
    '01a0c8040201c8',
  );
  for (const [, init] of BAD)
    expect(() => writeFrame(protocol, init as { readonly [key: string]: Json })).toThrow(JsonError);
  for (const hex of [
    '02a0c8040201c8',
    '0160c8040201c8',
    '01a0c8050201c8',
    '01a0c8c80201c8',
    '01a0c8040201c7',
  ])
    expect(readFrame(protocol, Buffer.from(hex, 'hex'), 0, 7).kind, hex).toBe('bad');
});
