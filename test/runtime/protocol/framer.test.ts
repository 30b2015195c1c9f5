import { Match, ScanFault, type ScanState, type XProtocol } from '@proto-frame/api';
import { describe, expect, it } from 'vitest';
import { Framer, FramerState } from '../../../runtime/protocol/framer.js';
import { handWrittenBolt } from '../../support/hand-written-bolt.js';
import { boltRequest } from '../../support/bolt-frames.js';

const LIMIT = 64 * 1024;

function readAll(
  protocol: XProtocol,
  chunks: Buffer[],
  limit = LIMIT,
): { frames: string[]; state: FramerState; framer: Framer } {
  const framer = new Framer(protocol, limit);
  const frames: string[] = [];
  let state: FramerState = FramerState.empty;
  for (const chunk of chunks) {
    framer.push(chunk);
    do {
      state = framer.read({
        onFrame: (bytes, at, end) => frames.push(Buffer.from(bytes.subarray(at, end)).toString('hex')),
      });
    } while (state === FramerState.more);
    if (state !== FramerState.empty) break;
  }
  return { frames, state, framer };
}

const A = boltRequest(1, 'service.A', Buffer.from('alpha'));
const B = boltRequest(2, 'service.B', Buffer.alloc(0));
const C = boltRequest(0xfffffffe, 'service.C', Buffer.from('c'.repeat(90)));
const STREAM = Buffer.concat([A, B, C]);
const EXPECTED = [A, B, C].map((frame) => frame.toString('hex'));

/** A self-delimiting protocol: a text line. Asks for one byte more than it has. */
const lines: XProtocol = {
  ...handWrittenBolt,
  name: 'lines',
  match: () => Match.yes,
  scan(b: Uint8Array, from: number, to: number, state: ScanState): number {
    for (let p = from + state.position; p < to; p++) if (b[p] === 10) return p + 1 - from;
    state.position = to - from;
    if (state.position > state.limit) return ScanFault.tooLarge;
    state.need = to - from + 1;
    return 0;
  },
};

describe('framer', () => {
  it('finds the same frames at every split in two', () => {
    for (let cut = 1; cut < STREAM.length; cut++) {
      const { frames, framer } = readAll(handWrittenBolt, [STREAM.subarray(0, cut), STREAM.subarray(cut)]);
      expect(frames).toEqual(EXPECTED);
      expect(framer.incomplete).toBe(false);
      expect(framer.waitingBytes).toBe(0);
    }
  });

  it('finds the same frames at every split in three', () => {
    const stream = Buffer.concat([A, B]);
    for (let i = 1; i < stream.length; i++) {
      for (let j = i + 1; j < stream.length; j++) {
        const { frames } = readAll(handWrittenBolt, [
          stream.subarray(0, i),
          stream.subarray(i, j),
          stream.subarray(j),
        ]);
        if (frames.length !== 2 || frames[0] !== EXPECTED[0] || frames[1] !== EXPECTED[1]) {
          expect.fail(`cut at ${i} and ${j}: ${frames.join(' ')}`);
        }
      }
    }
  });

  it.each([1, 2, 3, 5, 7, 19, 64])('finds the same frames in pieces of %i bytes', (size) => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < STREAM.length; at += size) pieces.push(STREAM.subarray(at, at + size));
    expect(readAll(handWrittenBolt, pieces).frames).toEqual(EXPECTED);
    const text = Buffer.from('one\n\ntwo\nthree is longer\n');
    const lineFrames = ['one\n', '\n', 'two\n', 'three is longer\n'].map((line) =>
      Buffer.from(line).toString('hex'),
    );
    const linePieces: Buffer[] = [];
    for (let at = 0; at < text.length; at += size) linePieces.push(text.subarray(at, at + size));
    expect(readAll(lines, linePieces).frames).toEqual(lineFrames);
  });

  it('hands a frame that lies whole in a chunk on where it lies', () => {
    const framer = new Framer(handWrittenBolt, LIMIT);
    const chunk = Buffer.concat([A, B]);
    const seen: [Uint8Array, number, number][] = [];
    framer.push(chunk);
    framer.read({ onFrame: (bytes, at, end) => seen.push([bytes, at, end]) });
    expect(seen.map(([bytes]) => bytes === chunk)).toEqual([true, true]);
    expect(seen.map(([, at, end]) => [at, end])).toEqual([
      [0, A.length],
      [A.length, chunk.length],
    ]);
  });

  it('refuses a frame over the limit at its header, before its body', () => {
    for (const announced of [LIMIT, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const header = boltRequest(1, 's', Buffer.alloc(0));
      header.writeUInt32BE(announced, 18);
      const { frames, state, framer } = readAll(handWrittenBolt, [header.subarray(0, 22)]);
      expect(frames).toEqual([]);
      expect(state).toBe(FramerState.tooLarge);
      expect(framer.incomplete).toBe(false);
    }
  });

  it('refuses it at the header as well if the header comes byte by byte', () => {
    const header = boltRequest(1, 's', Buffer.alloc(0));
    header.writeUInt32BE(0xfffffff0, 18);
    const { state } = readAll(
      handWrittenBolt,
      [...header].map((byte) => Buffer.of(byte)),
    );
    expect(state).toBe(FramerState.tooLarge);
  });

  it('reports what the scan can not read', () => {
    const refusing: XProtocol = { ...handWrittenBolt, scan: () => ScanFault.malformed };
    expect(readAll(refusing, [A]).state).toBe(FramerState.malformed);
    expect(readAll(lines, [Buffer.alloc(LIMIT + 1, 65)]).state).toBe(FramerState.tooLarge);
  });

  it('takes a frame of just the limit', () => {
    const body = Buffer.alloc(LIMIT - boltRequest(1, 's', Buffer.alloc(0)).length, 1);
    const frame = boltRequest(1, 's', body);
    expect(frame.length).toBe(LIMIT);
    expect(readAll(handWrittenBolt, [frame.subarray(0, 1000), frame.subarray(1000)]).frames).toEqual([
      frame.toString('hex'),
    ]);
    expect(readAll(handWrittenBolt, [frame], LIMIT - 1).state).toBe(FramerState.tooLarge);
  });

  it('collects 4 MiB that drip in small pieces without copying them over and over', () => {
    const frame = boltRequest(1, 's', Buffer.alloc(4 * 1024 * 1024, 7));
    for (const size of [1, 1024]) {
      const framer = new Framer(handWrittenBolt, 8 * 1024 * 1024);
      const lengths: number[] = [];
      const sink = { onFrame: (_bytes: Uint8Array, at: number, end: number) => void lengths.push(end - at) };
      const started = process.cpuUsage();
      for (let at = 0; at < frame.length; at += size) {
        framer.push(frame.subarray(at, at + size));
        framer.read(sink);
      }
      const { user, system } = process.cpuUsage(started);
      expect(lengths).toEqual([frame.length]);
      // One concat a chunk would take minutes for single bytes, 8 s for 1 KiB.
      expect((user + system) / 1000).toBeLessThan(size === 1 ? 4_000 : 500);
    }
  });

  it('grows with what arrived, not with what was announced', () => {
    const header = boltRequest(1, 's', Buffer.alloc(0));
    header.writeUInt32BE(1024 * 1024 * 1024, 18);
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 1_000 }, () => {
      const framer = new Framer(handWrittenBolt, 2 ** 31);
      framer.push(header.subarray(0, 30));
      framer.read({ onFrame() {} });
      return framer;
    });
    expect(framers.every((framer) => framer.incomplete)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000 * 1_024);
  });

  it('stops after 128 frames or 256 KiB and goes on where it was', () => {
    const many = Buffer.concat(Array.from({ length: 300 }, (_, i) => boltRequest(i, 's', Buffer.alloc(0))));
    const framer = new Framer(handWrittenBolt, LIMIT);
    const counts: number[] = [];
    let frames = 0;
    framer.push(many);
    for (let state: FramerState = FramerState.more; state === FramerState.more;) {
      state = framer.read({ onFrame: () => frames++ });
      counts.push(frames);
    }
    expect(counts).toEqual([128, 256, 300]);

    const large = Buffer.concat(Array.from({ length: 20 }, () => boltRequest(1, 's', Buffer.alloc(60_000))));
    const bySize = new Framer(handWrittenBolt, LIMIT);
    let first = 0;
    bySize.push(large);
    expect(bySize.read({ onFrame: () => first++ })).toBe(FramerState.more);
    expect(first).toBe(5);
  });

  it('stops at once when told to, and goes on with the next frame', () => {
    const framer = new Framer(handWrittenBolt, LIMIT);
    const seen: number[] = [];
    const sink = {
      onFrame(bytes: Uint8Array, at: number): void {
        seen.push(Number(handWrittenBolt.idOf(bytes, at, at + 9)));
        framer.stop();
      },
    };
    framer.push(STREAM);
    expect(framer.read(sink)).toBe(FramerState.stopped);
    expect(seen).toEqual([1]);
    expect(framer.waitingBytes).toBe(STREAM.length);
    framer.read(sink);
    framer.read(sink);
    expect(seen).toEqual([1, 2, 0xfffffffe]);
    expect(framer.read(sink)).toBe(FramerState.empty);
  });
});
