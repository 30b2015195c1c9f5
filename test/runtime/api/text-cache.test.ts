import { readUtf8, TextCache } from '@proto-frame/api';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads texts by turns and gives how many of them were decoded, each of which has to be right. */
function decoded(turns: number, textsOf: (turn: number) => readonly string[]): number {
  let count = 0;
  const cache = new TextCache((bytes, start, end) => {
    count++;
    return readUtf8(bytes, start, end);
  });
  for (let turn = 0; turn < turns; turn++)
    for (const text of textsOf(turn)) {
      const bytes = bytesOf(`*${text}*`);
      expect(cache.read(bytes, 1, bytes.length - 1)).toBe(text);
    }
  return count;
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

it('decodes any two texts that keep coming twice each at most, wherever they are kept', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(decoded(8, () => [a, b])).toBeLessThanOrEqual(4);
    }),
    { numRuns: 400 },
  );
});

it('keeps two that meet at one place, one of which comes more often', () => {
  // Both are at home in the same pair of places.
  expect(decoded(20, () => ['1.0.0', 'sayHello', '1.0.0'])).toBeLessThanOrEqual(4);
});

it('does not let texts that come once push out one that keeps coming', () => {
  const ids = (turn: number): string => `id ${(turn * 7919) % 100003}`;
  expect(decoded(2000, (turn) => ['interface', ids(turn)])).toBeLessThanOrEqual(2000 + 4);
});
