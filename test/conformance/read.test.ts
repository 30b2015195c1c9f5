import { DecodeError, HeaderMap, Match, ScanState, XFrame } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { corpus, type CorpusFrame, type FailsAt } from '../support/corpus.js';
import { type ProtocolUnderTest, protocolsUnderTest } from '../support/protocols.js';

/** The frame in the middle of a buffer of other bytes, as it lies in a received chunk. */
function embedded(bytes: Uint8Array): [buffer: Uint8Array, at: number, end: number] {
  const buffer = new Uint8Array(bytes.length + 20).fill(0xa5);
  buffer.set(bytes, 13);
  return [buffer, 13, 13 + bytes.length];
}

/** How far a frame gets before it is refused, or null if it is not. */
function refusedAt({ protocol, isTold }: ProtocolUnderTest, { bytes }: CorpusFrame): FailsAt | null {
  const state = new ScanState(protocol.traits.maxFrame);
  const told = isTold?.(bytes) ?? true;
  if (told && protocol.match(bytes, 0, bytes.length) === Match.no) return 'match';
  const length = protocol.scan(bytes, 0, bytes.length, state);
  if (length > state.limit) return 'limit';
  if (length !== bytes.length) return 'scan';
  try {
    protocol.check(bytes, 0, length);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return 'check';
  }
  try {
    protocol.readHeaders(bytes, 0, length, new HeaderMap());
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return 'headers';
  }
  try {
    protocol.reencode(bytes, 0, length, null, Uint8Array.of(1));
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return 'rewrite';
  }
  return null;
}

const STAGES: readonly FailsAt[] = ['match', 'scan', 'limit', 'check', 'headers', 'rewrite'];

for (const tested of protocolsUnderTest) {
  const { protocol } = tested;

  describe(`${tested.name}: a valid frame`, () => {
    it.each(corpus(tested.corpus, 'valid'))('$name is recognised by its first bytes', ({ bytes }) => {
      const answers = Array.from({ length: 21 }, (_, n) =>
        protocol.match(bytes, 0, Math.min(n, bytes.length)),
      );
      const told = tested.isTold?.(bytes) ?? true;
      // Where no frame of a protocol is told by its bytes the first answer is no already.
      if (told) expect(answers[0]).toBe(Match.more);
      expect(answers).not.toContain(told ? Match.no : Match.yes);
      expect(answers.at(-1)).toBe(told ? Match.yes : Match.no);
    });

    it.each(corpus(tested.corpus, 'valid'))('$name gives its length as soon as it can', ({ bytes }) => {
      const [buffer, at] = embedded(bytes);
      const state = new ScanState(protocol.traits.maxFrame);
      let enough = -1;
      const needs: number[] = [];
      for (let have = 0; have <= Math.min(bytes.length, 8000); have++) {
        const length = protocol.scan(buffer, at, at + have, state);
        // An expect() for each of a hundred thousand bytes takes seconds.
        if (length === 0) {
          if (enough >= 0) expect.fail('more bytes made it forget the length');
          if (state.need <= have) expect.fail(`with ${have} bytes it asks for ${state.need}`);
          needs.push(state.need);
        } else {
          if (length !== bytes.length) expect.fail(`with ${have} bytes it says ${length}`);
          if (enough < 0) enough = have;
        }
      }
      expect(enough).toBeGreaterThan(0);
      expect(Math.max(...needs)).toBeLessThanOrEqual(enough);
    });

    it.each(corpus(tested.corpus, 'valid'))('$name reads as the reference reads it', ({ bytes }) => {
      const [buffer, at, end] = embedded(bytes);
      const before = Uint8Array.from(buffer);
      protocol.check(buffer, at, end);
      const facts = tested.facts(bytes);
      const frame = new XFrame(protocol, buffer, at, end);
      expect(frame.kind).toBe(facts.kind);
      expect(frame.isHeartbeat).toBe(facts.heartbeat);
      expect(frame.isGoaway).toBe(facts.goaway);
      expect(frame.id).toBe(facts.id);
      expect(frame.timeout).toBe(facts.timeout);
      expect(frame.wireStatus).toBe(facts.wireStatus);
      expect(frame.service).toBe(facts.service);
      expect(frame.method).toBe(facts.method);
      for (const key of new Set(facts.entries.map((entry) => entry.key))) {
        expect(frame.header(key)).toBe(facts.entries.find((entry) => entry.key === key)!.value);
      }
      expect(frame.header('a key that no frame has')).toBeUndefined();
      expect([...frame.headers]).toEqual(facts.entries.map(({ key, value }) => [key, value]));
      expect(protocol.bodyStart(buffer, at, end) - at).toBe(facts.bodyStart);
      expect(Buffer.from(frame.body).equals(facts.body)).toBe(true);
      expect(Buffer.from(buffer).equals(before), 'reading changed the buffer').toBe(true);
    });
  });

  describe(`${tested.name}: an invalid frame`, () => {
    it.each(corpus(tested.corpus, 'invalid'))('$name is refused where it says', (frame) => {
      const stage = refusedAt(tested, frame);
      expect(stage).not.toBeNull();
      expect(STAGES.indexOf(stage!)).toBeLessThanOrEqual(STAGES.indexOf(frame.failsAt));
    });
  });
}
