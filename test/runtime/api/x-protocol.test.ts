import { defineProtocol, EncodeError, XFrame } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';

/** What a schema without any of the optional parts makes. */
const bare = defineProtocol<never, object>({
  name: 'bare',
  contract: 1,
  traits: { ...handWrittenBolt.traits, correlation: 'none', poolMode: 'binding' },
  match: handWrittenBolt.match,
  scan: handWrittenBolt.scan,
  check: handWrittenBolt.check,
  kindOf: handWrittenBolt.kindOf,
  reencode: handWrittenBolt.reencode,
  encode: handWrittenBolt.encode,
});

describe('defineProtocol', () => {
  it('answers neutrally where the protocol lacks something', () => {
    const b = new Uint8Array(4);
    expect(bare.replies).toBe(bare);
    expect(bare.expects(b, 0, 4)).toBe(1);
    expect(bare.isExclusive(b, 0, 4)).toBe(false);
    expect(() => bare.withId(b, 0, 4, 1)).toThrow(TypeError);
  });

  it('keeps another protocol for replies', () => {
    const both = defineProtocol<never, object>({ ...bare, name: 'both', replies: handWrittenBolt });
    expect(both.replies).toBe(handWrittenBolt);
    expect(both.replies.replies).toBe(handWrittenBolt);
    expect(Object.keys(both)).toEqual(Object.keys(handWrittenBolt));
  });
});

describe('an id of variable width', () => {
  /** One byte of length, an id in digits. */
  const digits = defineProtocol<never, object>({
    ...bare,
    name: 'digits',
    traits: { ...bare.traits, correlation: 'id', idMin: 0, idMax: 10 ** 15 },
    idOf: (b, at, end) => Number(Buffer.from(b.subarray(at + 1, end)).toString('latin1')),
    setId(b, at, end, id) {
      const text = String(id);
      if (text.length !== end - at - 1) return false;
      b.set(Buffer.from(text, 'latin1'), at + 1);
      return true;
    },
    withId(_b, _at, _end, id) {
      const text = String(id);
      if (text.length > 9) throw new EncodeError('Digits.id', 'too long');
      return new Uint8Array(Buffer.from(`${text.length}${text}`, 'latin1'));
    },
  });

  it('is written in place or makes another frame', () => {
    const received = new Uint8Array(Buffer.from('..212..', 'latin1'));
    const frame = new XFrame(digits, received, 2, 5);
    expect(frame.setId(34)).toBe(true);
    expect([frame.id, frame.bytes]).toEqual([34, received]);
    expect(frame.setId(5678)).toBe(true);
    expect([frame.id, frame.start, frame.end]).toEqual([5678, 0, 5]);
    expect(() => frame.setId(10 ** 12)).toThrow(EncodeError);
    expect(frame.id).toBe(5678);
    expect(Buffer.from(received).toString('latin1')).toBe('..234..');
  });

  it('does not exist where there is none', () => {
    expect(new XFrame(bare, new Uint8Array(4), 0, 4).setId(1)).toBe(false);
  });
});
