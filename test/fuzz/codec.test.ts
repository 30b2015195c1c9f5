import { describe, expect, it } from 'vitest';
import { protocolsUnderTest } from '../support/protocols.js';
import { seedFromEnvironment } from '../support/random.js';
import { fuzzCodec } from './fuzz-codec.js';

const FRAMES = 1000;

describe('a codec fed with mutated frames', () => {
  const seed = seedFromEnvironment();
  it.each([...protocolsUnderTest])(`$name survives ${FRAMES} of them (SEED=${seed})`, (tested) => {
    const report = fuzzCodec(tested, FRAMES, seed);
    expect(report.failures.join('\n')).toBe('');
    expect(report.frames).toBe(FRAMES);
    // A mutator that only makes rubbish, or nothing but valid frames, would prove nothing.
    expect(report.accepted).toBeGreaterThan(FRAMES / 50);
    expect([...report.refused.values()].reduce((a, b) => a + b)).toBeGreaterThan(FRAMES / 10);
  });
});
