import { describe, expect, it } from 'vitest';
import { BlockPool } from '../../../runtime/network/block-pool.js';
import { type Sink, WriteQueue } from '../../../runtime/network/write-queue.js';

/** A socket that takes all at once, or keeps what it is given until it is drained. */
class FakeSink implements Sink {
  writableLength = 0;
  readonly writes: Buffer[] = [];
  constructor(private readonly blocked = false) {}
  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes));
    if (this.blocked) this.writableLength += bytes.length;
    return !this.blocked;
  }
  cork(): void {}
  uncork(): void {}
  get all(): string {
    return Buffer.concat(this.writes).toString('latin1');
  }
}

function text(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => 33 + ((i * 7 + seed * 13) % 90)));
}

describe('write queue', () => {
  it('joins neighbouring ranges of one chunk into one write of the chunk itself', () => {
    const queue = new WriteQueue(new BlockPool());
    const sink = new FakeSink();
    const chunk = text(300, 1);
    queue.append(chunk, 0, 100);
    queue.append(chunk, 100, 180);
    queue.append(chunk, 180, 300);
    expect(queue.length).toBe(300);
    queue.flushTo(sink);
    expect(sink.writes).toHaveLength(1);
    expect(sink.all).toBe(chunk.toString('latin1'));
    expect(queue.length).toBe(0);
  });

  it('copies small strays into one write', () => {
    const queue = new WriteQueue(new BlockPool());
    const sink = new FakeSink();
    const a = text(200, 1);
    const b = text(3_000, 2);
    queue.append(a, 10, 50);
    queue.append(b, 0, 2_500);
    queue.append(a, 60, 200);
    queue.flushTo(sink);
    expect(sink.writes).toHaveLength(1);
    expect(sink.all).toBe(
      a.toString('latin1', 10, 50) + b.toString('latin1', 0, 2_500) + a.toString('latin1', 60, 200),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps order and bytes for any mix of sizes, seed %i', (seed) => {
    const queue = new WriteQueue(new BlockPool());
    const sink = new FakeSink();
    let random = seed;
    const next = (below: number): number => (random = (random * 48_271) % 2_147_483_647) % below;
    let expected = '';
    for (let round = 0; round < 20; round++) {
      for (let n = next(12); n >= 0; n--) {
        const sizes = [1, 40, 64, 65, 500, 8_192, 8_193, 40_000, 200_000];
        const chunk = text(sizes[next(sizes.length)]!, next(100));
        const cut = next(chunk.length);
        queue.append(chunk, 0, cut);
        queue.append(chunk, cut, chunk.length);
        expected += chunk.toString('latin1');
      }
      queue.flushTo(sink);
      expect(queue.length).toBe(0);
    }
    expect(sink.all === expected).toBe(true);
  });

  it('hands a peer that does not read a bounded amount, and the rest when it has drained', () => {
    const queue = new WriteQueue(new BlockPool());
    const sink = new FakeSink(true);
    const chunk = text(1_000_000, 3);
    queue.append(chunk, 0, chunk.length);
    queue.flushTo(sink);
    expect(sink.writableLength).toBeLessThanOrEqual(128 * 1024);
    expect(sink.writableLength + queue.length).toBe(chunk.length);
    while (queue.length > 0) {
      sink.writableLength = 0;
      queue.flushTo(sink);
      expect(sink.writableLength).toBeLessThanOrEqual(128 * 1024);
    }
    expect(sink.all === chunk.toString('latin1')).toBe(true);
  });

  it('joins small output for a peer that does not read, so that chunks are not kept for a few bytes', () => {
    const queue = new WriteQueue(new BlockPool());
    const sink = new FakeSink(true);
    let expected = '';
    for (let i = 0; i < 5_000; i++) {
      const chunk = text(80, i);
      queue.append(chunk, 0, 80);
      expected += chunk.toString('latin1');
      if (i % 3 === 0) queue.flushTo(sink);
    }
    while (queue.length > 0) {
      sink.writableLength = 0;
      queue.flushTo(sink);
    }
    expect(sink.all === expected).toBe(true);
    expect(sink.writes.length).toBeLessThan(5_000);
  });
});
