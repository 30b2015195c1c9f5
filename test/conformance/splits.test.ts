import type { XProtocol } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { Framer, FramerState } from '../../runtime/protocol/framer.js';
import { corpus } from '../support/corpus.js';
import { protocolsUnderTest } from '../support/protocols.js';

/** What a framer hands on when it is fed the pieces one by one, each read to its end. */
function framed(
  protocol: XProtocol<never>,
  pieces: readonly Uint8Array[],
  limit?: number,
): Buffer[] | FramerState {
  const framer = new Framer(protocol, limit ?? protocol.traits.maxFrame);
  const frames: Buffer[] = [];
  const sink = {
    onFrame: (bytes: Uint8Array, at: number, end: number) =>
      void frames.push(Buffer.from(bytes.subarray(at, end))),
  };
  for (const piece of pieces) {
    if (piece.length > 0) framer.push(piece);
    let state: FramerState;
    while ((state = framer.read(sink)) === FramerState.more);
    if (state !== FramerState.empty) return state;
  }
  return framer.incomplete ? FramerState.empty : frames;
}

/** Whether the pieces give exactly these frames. */
function gives(
  protocol: XProtocol<never>,
  pieces: readonly Uint8Array[],
  expected: readonly Uint8Array[],
): boolean {
  const frames = framed(protocol, pieces);
  if (!Array.isArray(frames) || frames.length !== expected.length) return false;
  return frames.every((frame, i) => frame.equals(expected[i]!));
}

for (const { name, protocol, corpus: folder } of protocolsUnderTest) {
  const frames = corpus(folder, 'valid');
  const small = frames.filter(({ bytes }) => bytes.length <= 256);
  const medium = frames.filter(({ bytes }) => bytes.length <= 4096);

  describe(`${name} through the framer`, () => {
    it.each(medium)('$name split in two at every place', ({ bytes }) => {
      const wrong: number[] = [];
      for (let i = 0; i <= bytes.length; i++) {
        if (!gives(protocol, [bytes.subarray(0, i), bytes.subarray(i)], [bytes])) wrong.push(i);
      }
      expect(wrong).toEqual([]);
    });

    it.each(small)('$name split in three at every two places', ({ bytes }) => {
      const wrong: [number, number][] = [];
      for (let i = 1; i < bytes.length - 1; i++) {
        for (let j = i + 1; j < bytes.length; j++) {
          const pieces = [bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)];
          if (!gives(protocol, pieces, [bytes])) wrong.push([i, j]);
        }
      }
      expect(wrong).toEqual([]);
    });

    it.each(medium)('$name byte by byte, twice', ({ bytes }) => {
      const pieces = [...bytes, ...bytes].map((byte) => Uint8Array.of(byte));
      expect(gives(protocol, pieces, [bytes, bytes])).toBe(true);
    });

    it('all frames in one stream, cut into pieces of every small size', () => {
      const all = medium.map(({ bytes }) => bytes);
      const stream = Buffer.concat(all);
      for (const size of [1, 2, 3, 5, 7, 11, 13, 19, 20, 21, 22, 23, 24, 25, 64, 100, 997, stream.length]) {
        const pieces: Buffer[] = [];
        for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
        expect(gives(protocol, pieces, all), `pieces of ${size}`).toBe(true);
      }
    });

    it('a frame of one byte over the limit is refused before its end has come', () => {
      const { bytes } = medium.reduce((a, b) => (a.bytes.length > b.bytes.length ? a : b));
      expect(framed(protocol, [bytes], bytes.length)).toHaveLength(1);
      let head = 1;
      const refused = (): boolean =>
        framed(protocol, [bytes.subarray(0, head)], bytes.length - 1) === FramerState.tooLarge;
      while (head < bytes.length && !refused()) head++;
      expect(head).toBeLessThan(bytes.length);
    });
  });
}
