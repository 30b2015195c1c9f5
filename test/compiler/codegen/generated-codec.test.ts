import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, HeaderMap, ScanState, type XProtocol } from '@proto-frame/api';
import type { Protocol } from '@proto-frame/compiler';
import { arbitraryInit } from './arbitrary-init.js';
import { compileSchema, goldenSchema, loadCodec, typeErrorsOf } from './load-codec.js';

type Init = Record<string, unknown>;
type View = new (bytes: Uint8Array, start: number, end: number) => Init;

/** Schemas from test/golden/codegen: what they compile to is kept beside them and accepted with UPDATE_GOLDEN=1. */
const CASES = ['every-construct', 'name-clash'];
/** Names of protocols that generated code has, or could have, for something else. */
const NAMES = ['scan', 'match', 'keys', 'verify', 'set_id', 'switch', 'u32', 'head_at'];

/** What was generated here, for the last test: a program for each of them takes seconds. */
const sources: string[] = [];

describe.each(CASES)('the codec generated from %s', (name) => {
  let source: string;
  let protocol: Protocol;
  let codec: XProtocol<Init>;
  let Frame: View;

  beforeAll(async () => {
    const text = goldenSchema(name);
    protocol = compileSchema(`${name}.proto-frame`, text);
    const loaded = await loadCodec(`${name}.proto-frame`, text);
    source = loaded.source;
    sources.push(source);
    codec = Object.values(loaded.exports).find(
      (e): e is XProtocol<Init> => typeof e === 'object' && e !== null && 'scan' in e,
    )!;
    Frame = Object.entries(loaded.exports).find(([key]) => key === `${protocol.frame.name}Frame`)![1] as View;
  });

  // Names do not depend on values, and there are hundreds of them.
  const runs = (most: number): number => (name === 'name-clash' ? most / 10 : most);
  const inits = (): fc.Arbitrary<Init> => arbitraryInit(protocol);

  test('is the accepted text', () => {
    const path = fileURLToPath(new URL(`../../golden/codegen/${name}/output.ts.txt`, import.meta.url));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, source);
    expect(source).toBe(readFileSync(path, 'utf8'));
  });

  test('is the same text each time', async () => {
    expect((await loadCodec(`${name}.proto-frame`, goldenSchema(name))).source).toBe(source);
  });

  test('reads back what it wrote, and writes it again byte for byte', () => {
    fc.assert(
      fc.property(inits(), fc.nat(9), (init, offset) => {
        const frame = codec.encode(init);
        const bytes = new Uint8Array(offset + frame.length + 3);
        bytes.set(frame, offset);
        const end = offset + frame.length;
        codec.check(bytes, offset, end);
        const view = new Frame(bytes, offset, end);
        const read = Object.keys(init).map((key) => {
          const value = view[key];
          return [key, value instanceof HeaderMap ? [...value] : value];
        });
        expect(Object.fromEntries(read)).toEqual(init);
        expect(Buffer.compare(codec.encode(view), frame)).toBe(0);
      }),
      { numRuns: runs(300) },
    );
  });

  test('scan asks for bytes until the length is known, never for more than there are', () => {
    fc.assert(
      fc.property(inits(), (init) => {
        const frame = codec.encode(init);
        const state = new ScanState(1 << 20);
        for (let have = 0; have <= frame.length; have++) {
          state.reset();
          const length = codec.scan(frame, 0, have, state);
          const asks = length === 0 && state.need > have && state.need <= frame.length;
          if (!asks && length !== frame.length)
            expect.fail(`${have} of ${frame.length} bytes: length ${length}, need ${state.need}`);
        }
        expect(codec.scan(frame, 0, frame.length, state)).toBe(frame.length);
      }),
      { numRuns: runs(60) },
    );
  });

  test('a replaced id leaves all else as it was, and the checksum right', () => {
    fc.assert(
      fc.property(
        inits(),
        fc.integer({ min: codec.traits.idMin, max: Math.min(codec.traits.idMax, 2 ** 40 - 1) }),
        (init, id) => {
          const frame = codec.encode(init);
          expect(codec.setId(frame, 0, frame.length, id)).toBe(true);
          expect(codec.idOf(frame, 0, frame.length)).toBe(id);
          expect(frame).toEqual(codec.encode({ ...init, id }));
        },
      ),
      { numRuns: runs(100) },
    );
  });

  test('edited headers and bodies come out as if written so', () => {
    fc.assert(
      fc.property(
        inits(),
        fc.uint8Array({ maxLength: 50 }),
        fc.string({ maxLength: 9 }),
        (init, body, value) => {
          const frame = codec.encode(init);
          const headers = new HeaderMap();
          codec.readHeaders(frame, 0, frame.length, headers);
          headers.set('service', value);
          headers.delete('x');
          const edited = codec.reencode(frame, 0, frame.length, headers, body);
          codec.check(edited, 0, edited.length);
          expect(edited).toEqual(codec.encode({ ...init, headers: [...headers], body }));
          expect(codec.reencode(frame, 0, frame.length, null, null)).toEqual(frame);
          expect(codec.serviceOf(edited, 0, edited.length)).toBe(value);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  test('damaged frames give the typed error and nothing else', () => {
    fc.assert(
      fc.property(
        inits(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (init, damages) => {
          const frame = codec.encode(init);
          for (const [at, byte] of damages) frame[at % frame.length] = byte;
          const state = new ScanState(1 << 20);
          const length = codec.scan(frame, 0, frame.length, state);
          if (length !== frame.length) return;
          try {
            codec.check(frame, 0, length);
            const view = new Frame(frame, 0, length);
            for (const key of Object.keys(init)) void view[key];
            codec.headerOf(frame, 0, length, 'service');
            codec.encode(view);
          } catch (error) {
            if (!(error instanceof DecodeError) && !(error instanceof EncodeError)) throw error;
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });
});

test.each(NAMES)('a protocol named %s does not clash with what is generated for it', async (name) => {
  const text = `protocol ${name} {
      frame F { t : u8 in 0..1; id : u32; }
      semantics { kind = match (t) { 0 => request, 1 => response }; id = id; }
      synth hijack none;
    }`;
  const { source, exports } = await loadCodec(`${name}.proto-frame`, text);
  sources.push(source);
  expect(Object.values(exports)).toContainEqual(expect.objectContaining({ name }));
});

test('none has type errors under the strictest options', () => {
  expect(sources.length).toBe(CASES.length + NAMES.length);
  expect(typeErrorsOf(sources).flat()).toEqual([]);
});
