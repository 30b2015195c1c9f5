import { existsSync } from 'node:fs';
import { DecodeError, ScanState } from '@proto-frame/api';
import { describe, expect, test } from 'vitest';
import { bundled, corpora } from '../compiler/interpret/bundled.js';
import { mutate } from '../fuzz/mutate.js';
import { corpus } from '../support/corpus.js';
import { Random, seedFromEnvironment } from '../support/random.js';
import { ROOT } from '../support/root.js';
import { againstInterpreter } from './against-interpreter.js';
import { generatedCodec } from './generated-codec.js';

// Every generated codec on its corpus, whichever side sends the frames, and against the interpreter on frames
// with something wrong. `npm run fuzz:interpreter` takes 200,000 of them a codec.

const FRAMES = Number(process.env['FRAMES'] ?? 600);
const seed = seedFromEnvironment();

const all = await Promise.all(
  corpora().map(async (name) => [name, await bundled(name), await generatedCodec(name)] as const),
);

describe.each(all)('%s', (name, model, { codec, Frame, facts }) => {
  const valid = corpus(name, 'valid');
  const invalid = existsSync(`${ROOT}test/corpus/${name}/invalid`) ? corpus(name, 'invalid') : [];

  test.each(valid)('$name is scanned at every split, and written again as it came', ({ name, bytes }) => {
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let have = 0; have < bytes.length; have += step) {
      const state = new ScanState(codec.traits.maxFrame);
      const early = codec.scan(bytes, 0, have, state);
      expect([0, bytes.length]).toContain(early);
      if (early === 0) expect(state.need).toBeGreaterThan(have);
      expect(codec.scan(bytes, 0, bytes.length, state)).toBe(bytes.length);
    }
    codec.check(bytes, 0, bytes.length);
    expect(againstInterpreter(codec, model, bytes)).toBe('accepted');
    // A view gives texts; bytes that are none are kept by reencode only.
    if (name.includes('invalid-utf8')) return;
    const again = codec.encode(new Frame(bytes, 0, bytes.length, facts));
    expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });

  test.each(invalid)('$name is refused by then', ({ bytes, failsAt }) => {
    if (failsAt === 'rewrite' || failsAt === 'limit') return;
    const state = new ScanState(codec.traits.maxFrame);
    const length = codec.scan(bytes, 0, bytes.length, state);
    if (failsAt === 'scan') expect(length).not.toBe(bytes.length);
    if (failsAt !== 'check' || length !== bytes.length) return;
    expect(() => codec.check(bytes, 0, bytes.length)).toThrow(DecodeError);
  });

  test(`of ${FRAMES} frames with something wrong it says what the interpreter says (SEED=${seed})`, () => {
    const random = new Random(seed);
    const outcomes = new Map<string, number>();
    for (let n = 0; n < FRAMES; n++) {
      const frame = mutate(
        random,
        null,
        valid.map((f) => f.bytes),
        invalid.map((f) => f.bytes),
      );
      const outcome = againstInterpreter(codec, model, frame);
      if (outcome.startsWith('!')) throw new Error(`${outcome.slice(1)}: ${frame.toString('hex')}`);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get('accepted') ?? 0).toBeGreaterThan(FRAMES / 100);
    expect((outcomes.get('refused') ?? 0) + (outcomes.get('incomplete') ?? 0)).toBeGreaterThan(FRAMES / 100);
  }, 600_000);
});
