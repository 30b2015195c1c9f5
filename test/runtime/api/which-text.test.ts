import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginsWith,
  endsWith,
  lowerCase,
  textWord,
  upperCase,
  whichInAnyCase,
  whichOf,
  whichText,
  wordEnd,
  wordStart,
} from '@proto-frame/api';

const LETTER = fc.constantFrom('a', 'B', 'z', 'Z', '@', '[', '\xe9', ' ', '');
const TEXT = fc.array(LETTER, { maxLength: 6 }).map((letters) => letters.join(''));
const TEXTS = fc.uniqueArray(TEXT, { maxLength: 5 });

/** A text among other bytes: nothing beside it may be looked at. */
function lying(text: string): [bytes: Uint8Array, start: number, end: number] {
  return [Buffer.from(`aZ${text}Za`, 'latin1'), 2, 2 + text.length];
}

describe('texts compared where they lie', () => {
  it('finds the text that the bytes are', () => {
    fc.assert(
      fc.property(TEXT, TEXTS, (text, texts) => {
        expect(whichText(...lying(text), texts)).toBe(texts.indexOf(text));
        expect(whichOf(text, texts)).toBe(texts.indexOf(text));
        const lower = [...new Set(texts.map(lowerCase))];
        expect(whichInAnyCase(...lying(text), lower)).toBe(lower.indexOf(lowerCase(text)));
        expect(whichInAnyCase(...lying(upperCase(text)), lower)).toBe(lower.indexOf(lowerCase(text)));
      }),
    );
    expect([whichOf(null, ['']), whichOf(undefined, [''])]).toEqual([-1, -1]);
  });

  it('finds how they begin and end', () => {
    fc.assert(
      fc.property(TEXT, TEXT, (text, part) => {
        expect(beginsWith(...lying(text), part)).toBe(text.startsWith(part));
        expect(endsWith(...lying(text), part)).toBe(text.endsWith(part));
      }),
    );
  });

  it('finds words as they are found in a text', () => {
    fc.assert(
      fc.property(TEXT, fc.nat(3), (text, index) => {
        const [bytes, from, to] = lying(text);
        const start = wordStart(bytes, from, to, index);
        const word = Buffer.from(bytes.subarray(start, wordEnd(bytes, start, to))).toString('latin1');
        expect(word).toBe(textWord(text, index) ?? '');
      }),
    );
  });

  it('changes the letters from A to Z only', () => {
    expect([lowerCase('A@Z[\xc9\u0130'), upperCase('a`z{\xe9\xdf')]).toEqual([
      'a@z[\xc9\u0130',
      'A`Z{\xe9\xdf',
    ]);
  });
});
