import { Match, type XProtocol } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { XProtocolEngine } from '../../../runtime/protocol/engine.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';

/** Says yes after `magic`, no at the first byte that differs. */
function withMagic(name: string, magic: string): XProtocol {
  return {
    ...handWrittenBolt,
    name,
    match(bytes, from, to) {
      for (let i = 0; i < magic.length; i++) {
        if (from + i >= to) return Match.more;
        if (bytes[from + i] !== magic.charCodeAt(i)) return Match.no;
      }
      return Match.yes;
    },
  };
}

function engine(): XProtocolEngine {
  const made = new XProtocolEngine();
  for (const [name, magic] of [
    ['one', 'AB'],
    ['two', 'AC1'],
    ['three', 'X'],
  ] as const) {
    made.register(withMagic(name, magic));
  }
  return made;
}

describe('protocol engine', () => {
  it.each([
    ['', 'more'],
    ['A', 'more'],
    ['AB', 'one'],
    ['ABxyz', 'one'],
    ['AC', 'more'],
    ['AC1', 'two'],
    ['AC2', 'no'],
    ['AD', 'no'],
    ['X', 'three'],
    ['Q', 'no'],
  ])('decides %j as %s', (text, expected) => {
    const found = engine().matcher(null).match(Buffer.from(text), 0, text.length);
    const name = found === Match.no ? 'no' : found === Match.more ? 'more' : found.name;
    expect(name).toBe(expected);
  });

  it('tries only the protocols of a list, in its order', () => {
    const made = engine();
    made.register(withMagic('also one', 'AB'));
    const bytes = Buffer.from('AB');
    expect(made.matcher(['also one', 'one']).match(bytes, 0, 2)).toBe(made.get('also one'));
    expect(made.matcher(['one', 'also one']).match(bytes, 0, 2)).toBe(made.get('one'));
    expect(made.matcher(['three']).match(bytes, 0, 2)).toBe(Match.no);
    expect(made.matcher(['three']).only).toBe(made.get('three'));
    expect(made.matcher(null).only).toBeNull();
  });

  it('refuses a second codec of the same name, a codec of another contract and an unknown name', () => {
    const made = engine();
    expect(() => made.register(withMagic('one', 'Z'))).toThrow('two codecs are called one');
    expect(() => made.register({ ...handWrittenBolt, contract: 99 })).toThrow('contract 99');
    expect(() => made.matcher(['one', 'nine'])).toThrow('no codec for protocol nine');
  });
});
