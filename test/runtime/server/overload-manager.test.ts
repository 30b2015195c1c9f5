import { beforeEach, describe, expect, it } from 'vitest';
import { OverloadStats } from '../../../runtime/observe/overload-stats.js';
import { collectGarbage, heapShare, oldGeneration } from '../../../runtime/server/old-generation.js';
import { OverloadManager } from '../../../runtime/server/overload-manager.js';

const CONFIG = {
  shrinkHeap: 0.92,
  refuseRequests: 0.95,
  refuseConnections: 0.98,
  loopDelay: 500,
  maxQueued: 1_000,
};

let now: number;
let used: number;
let queued: number;
let stats: OverloadStats;
let said: string[];
let collections: number;
let manager: OverloadManager;

beforeEach(() => {
  now = 0;
  used = 0;
  queued = 0;
  collections = 0;
  said = [];
  stats = new OverloadStats();
  manager = new OverloadManager(CONFIG, {
    stats,
    now: () => now,
    heap: () => used / 1_000,
    queued: () => queued,
    shrink: () => void collections++,
    onChange: (message) => void said.push(message),
  });
});

/** What holds after a look, `later` ms after the one before, with so much of 1,000 in use. */
function look(heap: number, later = 100): string {
  now += later;
  used = heap;
  manager.tick();
  const { shrinking, refusesRequests, refusesConnections } = stats;
  return [shrinking && 'shrink', refusesRequests && 'requests', refusesConnections && 'connections']
    .filter((stage) => stage !== false)
    .join(' ');
}

describe('the stages', () => {
  it('begin one after the other as the heap fills up, and end a little below where they began', () => {
    expect([800, 919, 920, 949, 950, 979, 980, 1_000].map((heap) => look(heap))).toEqual([
      '',
      '',
      'shrink',
      'shrink',
      'shrink requests',
      'shrink requests',
      'shrink requests connections',
      'shrink requests connections',
    ]);
    expect([970, 960, 959, 930, 929, 901, 899].map((heap) => look(heap))).toEqual([
      'shrink requests connections',
      'shrink requests connections',
      'shrink requests',
      'shrink requests',
      'shrink',
      'shrink',
      '',
    ]);
    expect([stats.shrinks, stats.requestStops, stats.connectionStops]).toEqual([1, 1, 1]);
    expect(said).toEqual([
      'overload: memory is short: 92 % of the heap is in use',
      'overload: requests are refused: 95 % of the heap is in use',
      'overload: connections and requests are refused: 98 % of the heap is in use',
      'overload: requests are refused: 96 % of the heap is in use',
      'overload: memory is short: 93 % of the heap is in use',
      'overload is over: 90 % of the heap is in use',
    ]);
  });

  it('collect garbage at once, and then at times', () => {
    for (let i = 0; i < 101; i++) look(930);
    expect(collections).toBe(3);
    for (let i = 0; i < 100; i++) look(500);
    expect(collections).toBe(3);
  });

  it('take other thresholds when the configuration changes', () => {
    manager.update({ ...CONFIG, refuseRequests: 0.5 });
    expect(look(600)).toBe('requests');
  });
});

describe('what is queued for peers', () => {
  it('has the stages begin as a full heap does, but for garbage, which it is not', () => {
    const stages = [919, 920, 950, 980, 959, 899].map((bytes) => {
      queued = bytes;
      return look(100);
    });
    expect(stages).toEqual([
      '',
      'shrink',
      'shrink requests',
      'shrink requests connections',
      'shrink requests',
      '',
    ]);
    expect(said[1]).toBe(
      'overload: requests are refused: 95 % of the bytes that may be queued for peers are in use',
    );
    expect([stats.heapShare, stats.queuedShare]).toEqual([0.1, 0.899]);
    expect(collections).toBe(0);
  });

  it('has no limit if nobody asks for one', () => {
    manager.update({ ...CONFIG, maxQueued: 0 });
    queued = 1e12;
    expect(look(100)).toBe('');
  });
});

describe('a late event loop', () => {
  it('has requests refused while it is late more than once in a row', () => {
    expect(look(0, 700)).toBe('');
    expect(look(0, 700)).toBe('requests');
    expect(look(0, 590)).toBe('');
    expect(look(0, 700)).toBe('');
  });

  it('is none of our business if nobody asks for it', () => {
    manager.update({ ...CONFIG, loopDelay: 0 });
    expect([look(0, 10_000), look(0, 10_000)]).toEqual(['', '']);
  });
});

it('the heap is measured, and garbage collected', () => {
  const before = oldGeneration();
  let kept: object[] | null = Array.from({ length: 200_000 }, (_, i) => ({ i, text: [i] }));
  collectGarbage();
  const full = oldGeneration();
  expect(kept).toHaveLength(200_000);
  kept = null;
  collectGarbage();
  const after = oldGeneration();
  expect(full.used - after.used).toBeGreaterThan(5_000_000);
  expect(full.whole).toBe(before.whole);
  expect(after.used).toBeLessThan(after.committed);
  expect(heapShare(full)).toBeGreaterThan(heapShare(after));
  expect(heapShare(after)).toBeLessThan(1);
});

describe('how near V8 is to its end', () => {
  const MIB = 1024 * 1024;
  const share = (used: number, committed: number, whole: number): number =>
    heapShare({ used: used * MIB, committed: committed * MIB, whole: whole * MIB });

  it('is what is in use of the whole, but for a reserve', () => {
    expect(share(120, 125, 256)).toBe(0.5);
    expect(share(240, 250, 256)).toBe(1);
    expect(share(5, 6, 20)).toBe(0.5);
  });

  it('is what has been taken, where what lies between large objects is of no use and most is in use', () => {
    // Texts of 32 KiB, of which a page of 256 KiB holds seven: V8 gave up at 229 of 256.
    expect(share(229, 256, 256)).toBe(1);
    expect(share(210, 243, 256)).toBeCloseTo(0.949, 3);
    // Pages that are almost empty can be emptied.
    expect(share(60, 250, 256)).toBeLessThan(0.3);
  });
});
