/** Random numbers that a seed brings back: mulberry32. */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** True in `share` of cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}

/**
 * The seed of all that tests make up: what SEED= gives, a new one with SEED=clock, else always the same, so that
 * a red run is red again. Long runs of their own (test:reliability, fuzz) take the clock's.
 */
export function seedFromEnvironment(fallback: 'same' | 'clock' = 'same'): number {
  const given = process.env['SEED'] ?? (fallback === 'clock' ? 'clock' : '20261122');
  return given === 'clock' ? Date.now() % 2 ** 31 : Number(given);
}
