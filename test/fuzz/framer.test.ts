import { describe, expect, it } from 'vitest';
import { Framer, FramerState } from '../../runtime/protocol/framer.js';
import { corpus } from '../support/corpus.js';
import { protocolsUnderTest } from '../support/protocols.js';
import { Random, seedFromEnvironment } from '../support/random.js';
import { mutate } from './mutate.js';

const STREAMS = 800;
const LIMIT = 64 * 1024;

describe('the framer fed with mutated streams in pieces', () => {
  const seed = seedFromEnvironment();

  it.each([...protocolsUnderTest])(`$name: never throws, never hangs (SEED=${seed})`, (tested) => {
    const random = new Random(seed);
    const short = (verdict: 'valid' | 'invalid'): Uint8Array[] =>
      corpus(tested.corpus, verdict)
        .map(({ bytes }) => bytes)
        .filter((bytes) => bytes.length < 4096);
    const [valid, invalid] = [short('valid'), short('invalid')];
    const ends = new Map<FramerState, number>();
    for (let n = 0; n < STREAMS; n++) {
      const frames = Array.from({ length: 1 + random.below(4) }, () =>
        random.chance(0.7) ? Buffer.from(random.pick(valid)) : mutate(random, tested, valid, invalid),
      );
      const stream = Buffer.concat(frames);
      const framer = new Framer(tested.protocol, LIMIT);
      let delivered = 0;
      const sink = {
        onFrame(_bytes: Uint8Array, at: number, end: number): void {
          expect(end - at).toBeGreaterThan(0);
          expect(end - at).toBeLessThanOrEqual(LIMIT);
          delivered += end - at;
        },
      };
      let state: FramerState = FramerState.empty;
      for (let at = 0; at < stream.length && state === FramerState.empty;) {
        const piece = stream.subarray(at, at + 1 + random.below(200));
        at += piece.length;
        framer.push(piece);
        do state = framer.read(sink);
        while (state === FramerState.more);
      }
      expect(delivered).toBeLessThanOrEqual(stream.length);
      if (state === FramerState.empty) {
        expect(framer.waitingBytes).toBe(0);
        if (!framer.incomplete) expect(delivered).toBe(stream.length);
      }
      ends.set(state, (ends.get(state) ?? 0) + 1);
    }
    // Streams have to go well, and wrong: too large by a length at their head, or malformed where it is digits.
    const of = (state: FramerState): number => ends.get(state) ?? 0;
    expect(of(FramerState.empty)).toBeGreaterThan(STREAMS / 10);
    expect(of(FramerState.tooLarge) + of(FramerState.malformed)).toBeGreaterThan(0);
  });
});
