import * as api from '@proto-frame/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../compiler/codegen/generate.js';
import { checksum } from '../../../compiler/interpret/checksum.js';
import { readFrame } from '../../../compiler/interpret/read-frame.js';
import { camelCase } from '../../../compiler/model/camel-case.js';
import { CHECKSUMS, type ChecksumName } from '../../../compiler/model/checksum-algorithms.js';
import { compileSchema, runModule } from './load-codec.js';

/** What each gives of "123456789": the check values of the CRC catalogue; the sums are worked out by hand. */
const CHECK: Readonly<Record<ChecksumName, number>> = {
  crc32: 0xcbf43926,
  crc32c: 0xe3069283,
  crc24: 0x21cf02,
  crc16_arc: 0xbb3d,
  crc16_ccitt_false: 0x29b1,
  crc16_kermit: 0x2189,
  crc16_modbus: 0x4b37,
  crc16_x25: 0x906e,
  crc16_xmodem: 0x31c3,
  adler32: 0x091e01de,
  internet: 0xf62a,
  sum8: 0xdd,
  sum16: 0x01dd,
  xor8: 0x31,
};
const NINE = new Uint8Array(Buffer.from('123456789'));
const functions = new Map<string, unknown>(Object.entries(api));

function apiFunction(name: string): (...given: (Uint8Array | number)[]) => number {
  const found = functions.get(name);
  if (typeof found !== 'function') throw new Error(`no ${name}`);
  return (...given) => Number(found(...given));
}

describe.each(Object.keys(CHECK) as ChecksumName[])('%s', (name) => {
  const sum = apiFunction(camelCase(name));
  const delta = apiFunction(`${camelCase(name)}Delta`);
  const { bits, change, asks } = CHECKSUMS[name];

  test('gives its check value, to codecs and to tools', () => {
    expect(sum(NINE, 0, 9)).toBe(CHECK[name]);
    expect(checksum(name, NINE, 0, 9)).toBe(CHECK[name]);
  });

  test('is the same for codecs and tools, of bytes anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(9), fc.nat(9), (bytes, from, less) => {
        const to = Math.max(from, bytes.length - less);
        if (to <= bytes.length) expect(sum(bytes, from, to)).toBe(checksum(name, bytes, from, to));
      }),
      { numRuns: 60 },
    );
  });

  test('of many bytes of all ones stays exact', () => {
    const bytes = new Uint8Array(70_001).fill(0xff);
    expect(sum(bytes, 0, bytes.length)).toBe(checksum(name, bytes, 0, bytes.length));
  });

  test('a change of covered bytes changes it, right or wrong, by as much', () => {
    const plus = change === 'plus' ? apiFunction(`${camelCase(name)}Plus`) : null;
    const wrong = name === 'adler32' ? 0x10002 : 5;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        fc.nat(80),
        (before, scratch, near) => {
          const width = Math.min(scratch.length, before.length);
          const at = Math.min(near, before.length - width);
          const after = before.slice();
          after.set(scratch.subarray(0, width), at);
          const ends = asks === 'trailing' ? [before.length - at - width] : asks === 'leading' ? [at] : [];
          const by = delta(before, at, scratch, 0, width, ...ends);
          const apply = (old: number): number => {
            if (plus !== null) return plus(old, by);
            const value = change === 'xor' ? old ^ by : old + by;
            return Number(BigInt.asUintN(bits, BigInt(value)));
          };
          const [old, expected] = [sum(before, 0, before.length), sum(after, 0, after.length)];
          // Where all is zero, who writes it makes it all ones.
          expect(apply(old)).toBe(name === 'internet' && expected === 0xffff ? 0 : expected);
          expect(apply(plus !== null ? plus(old, wrong) : old ^ 5)).not.toBe(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('the internet checksum is that of the example of RFC 1071', () => {
  const bytes = new Uint8Array([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
  expect(api.internet(bytes, 0, 8)).toBe(0xffff - 0xddf2);
});

describe.each([
  ['alone', 'sum : u16 checksum internet over id..id;'],
  ['over another', 'one : u8 checksum xor8 over id..id; sum : u16 checksum internet over id..one;'],
  ['in some frames', 'on : u8 default 1; if (on == 1) { sum : u16 checksum internet over id..id; }'],
])('an internet checksum %s', (_, members) => {
  const protocol = compileSchema(
    'zeros.proto-frame',
    `protocol zeros { endian big; pool multiplex; correlate id; limits { frame = 1KiB; }
      enum Kind : u8 { ask = 1, answer = 2 }
      frame F { kind : Kind; id : u32; ${members} }
      semantics { kind = match (kind) { ask => request, answer => response }; id = id; } synth hijack none; }`,
  );

  test('is all ones over nothing but zeros, and either zero is right over others', async () => {
    const exports = runModule(await generate(protocol, false));
    const { encodeF: encode, verify } = exports as {
      encodeF: (init: object) => Uint8Array;
      verify: (b: Uint8Array, at: number, end: number) => void;
    };
    const codec = Object.values(exports).find(
      (e): e is api.XProtocol => typeof e === 'object' && e !== null && 'scan' in e,
    )!;
    for (const [from, to] of [
      [0, 0],
      [7, 0],
      [0, 0xffff],
      [0x1ffff, 0xfffe],
      [0xffffffff, 0],
      [0, 0xffffffff],
    ] as const) {
      const frame = encode({ kind: 1, id: from });
      expect(codec.setId(frame, 0, frame.length, to)).toBe(true);
      expect(Buffer.from(frame).toString('hex')).toBe(
        Buffer.from(encode({ kind: 1, id: to })).toString('hex'),
      );
    }
    const frame = encode({ kind: 1, id: 0xffff });
    const at = frame.length - 2;
    expect([...frame.subarray(at)]).toEqual([0, 0]);
    frame.fill(0xff, at);
    verify(frame, 0, frame.length);
    const read = readFrame(protocol, frame, 0, frame.length);
    const field = read.kind === 'frame' ? read.tree.fields.at(-1) : undefined;
    expect(field).toMatchObject({ name: 'sum', value: 0xffffn, note: 'internet, right' });
    frame[at] = 0x12;
    expect(() => verify(frame, 0, frame.length)).toThrow('the bytes give');
  });
});
