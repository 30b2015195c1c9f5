import type { Contender } from '../measure.js';

/** How many frames a chunk holds: so many ids, and so much memory, that nothing is found in a register. */
export const FRAMES = 16;

/** The frames 1 to {@link FRAMES} that `make` gives, as they lie in one received chunk. */
export function chunkOf(make: (id: number) => Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: FRAMES }, (_, i) => make(i + 1)));
}

/** The same frames each in memory of its own, for parsers that can't start in the middle of a buffer. */
export function framesOf(make: (id: number) => Uint8Array): Buffer[] {
  return Array.from({ length: FRAMES }, (_, i) => {
    const frame = make(i + 1);
    const own = Buffer.from(new ArrayBuffer(frame.length));
    own.set(frame);
    return own;
  });
}

/**
 * Runs `one` over the frames of a chunk, again and again, each where it lies.
 *
 * @param chunk frames that are all of one length
 * @param one takes a frame at b[at, end) and the number of the turn, and gives something made of all it has read
 */
export function overChunk(
  name: string,
  chunk: Buffer,
  one: (b: Buffer, at: number, end: number, turn: number) => number,
): Contender {
  const length = chunk.length / FRAMES;
  const run = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const at = (i % FRAMES) * length;
      sum += one(chunk, at, at + length, i);
    }
    return sum;
  };
  return { name, run };
}

/** Runs `one` over frames that each have memory of their own, again and again. */
export function overFrames(
  name: string,
  frames: readonly Buffer[],
  one: (frame: Buffer, turn: number) => number,
): Contender {
  const run = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += one(frames[i % FRAMES]!, i);
    return sum;
  };
  return { name, run };
}

/** Buffer's own fast way from bytes to a string, which its types leave out. */
export type Sliceable = Buffer & { latin1Slice(start: number, end: number): string };
