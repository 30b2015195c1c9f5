import { EncodeError } from '@proto-frame/api';
import { expect, test } from 'vitest';
import { fieldOf, withField } from '../../generated/extern/protobuf.js';

// Fields of messages that nobody decodes: { 1: { 1: "ab", 3: 300 }, 4: 5, 4: 7 } by the encoding's own text.
const MESSAGE = Buffer.from('0a070a02616218ac0220052007', 'hex');

test('a field is found by its path, and the last one of a number counts', () => {
  expect(Buffer.from(fieldOf(MESSAGE, [1, 1]) as Uint8Array).toString()).toBe('ab');
  expect(fieldOf(MESSAGE, [1, 3])).toBe(300);
  expect(fieldOf(MESSAGE, [4])).toBe(7);
  for (const path of [[2], [1, 2], [4, 1], [1, 1, 1]]) expect(fieldOf(MESSAGE, path)).toBeUndefined();
});

test('a field is replaced with the lengths around it, and all else stays', () => {
  const hex = (path: number[], value: number | string): string =>
    Buffer.from(withField(MESSAGE, path, value)).toString('hex');
  expect(hex([1, 3], 1)).toBe('0a060a02616218012005' + '2007');
  expect(hex([1, 1], 'longer')).toBe('0a0b0a066c6f6e67657218ac0220052007');
  expect(hex([4], 300)).toBe('0a070a02616218ac02200520ac02');
  // What is not there comes behind the others, in a message of its own where it has to.
  expect(hex([1, 2], 'x')).toBe('0a0a0a02616218ac02120178' + '20052007');
  expect(hex([9, 8], 1)).toBe(`${MESSAGE.toString('hex')}4a024001`);
});

test('bytes that are no message give nothing, and nothing is written into them', () => {
  for (let cut = 1; cut < MESSAGE.length; cut++) {
    const part = MESSAGE.subarray(0, cut);
    const whole = cut === 9 || cut === 11;
    if (whole) expect(fieldOf(part, [1, 3])).toBe(300);
    else expect(fieldOf(part, [1, 3])).toBeUndefined();
    if (!whole) expect(() => withField(part, [4], 1)).toThrow(EncodeError);
  }
});
