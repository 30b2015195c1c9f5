import { describe, expect, it } from 'vitest';
import { KeyedBuckets } from '../../../runtime/filter/keyed-buckets.js';
import { TokenBucket } from '../../../runtime/filter/token-bucket.js';

const CONFIG = { maxTokens: 3, tokensPerFill: 2, fillInterval: 100 };

describe('token bucket', () => {
  it('gives what it holds, then what each step brings, and never more than it holds', () => {
    const bucket = new TokenBucket(CONFIG, 1_000);
    const take = (now: number, times: number): number =>
      Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;
    expect(take(1_000, 5)).toBe(3);
    expect(take(1_099.9, 5)).toBe(0);
    expect(take(1_100, 5)).toBe(2);
    // Half a step is not lost.
    expect(take(1_150, 5)).toBe(0);
    expect(take(1_200, 5)).toBe(2);
    expect(take(1_000_000, 9)).toBe(3);
  });

  it('never gives more than its definition allows, whatever the times', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const bucket = new TokenBucket(CONFIG, 0);
    let now = 0;
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      now += random() * 60;
      if (bucket.take(now)) taken++;
      expect(taken).toBeLessThanOrEqual(3 + Math.floor(now / 100) * 2);
    }
    // Asked every 30 ms on average, more often than the 50 ms a token takes to come back.
    expect(taken).toBeGreaterThan((now / 100) * 2 * 0.95);
  });
});

describe('keyed buckets', () => {
  it('have one for each key', () => {
    const buckets = new KeyedBuckets({ ...CONFIG, maxTokens: 1 }, 10);
    expect(['a', 'a', 'b', 'a', 'b'].map((key) => buckets.take(key, 0))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('stay bounded: full ones make room, beyond that one is shared', () => {
    const buckets = new KeyedBuckets({ ...CONFIG, maxTokens: 1 }, 4);
    for (const key of ['a', 'b', 'c', 'd']) expect(buckets.take(key, 0)).toBe(true);
    expect(['e', 'f'].map((key) => buckets.take(key, 0))).toEqual([true, false]);
    expect(buckets.size).toBe(4);
    expect(buckets.take('a', 0)).toBe(false);
    // All are full again, so new keys take their places.
    expect(['g', 'h', 'g'].map((key) => buckets.take(key, 100))).toEqual([true, true, false]);
    expect(buckets.size).toBe(4);
  });

  it('a flood of keys does not give a key that is used up a new bucket', () => {
    const buckets = new KeyedBuckets({ maxTokens: 1, tokensPerFill: 1, fillInterval: 1_000_000 }, 100);
    expect(buckets.take('victim', 0)).toBe(true);
    for (let i = 0; i < 5_000; i++) buckets.take(`key ${i}`, i);
    expect(buckets.take('victim', 5_000)).toBe(false);
    expect(buckets.size).toBe(100);
  });
});
