import { describe, expect, it } from 'vitest';
import { TICK_MS, Timer, TimingWheel } from '../../../runtime/network/timing-wheel.js';

/** Moves the wheel tick by tick and notes when each timer expires. */
function scene(): {
  wheel: TimingWheel;
  expired: [name: string, at: number][];
  timer(name: string): Timer;
  to(ms: number): void;
} {
  const wheel = new TimingWheel(0);
  const expired: [string, number][] = [];
  let now = 0;
  return {
    wheel,
    expired,
    timer: (name) => new Timer(() => expired.push([name, now])),
    to(ms) {
      for (; now < ms;) {
        now += TICK_MS;
        wheel.advance(now);
      }
    },
  };
}

describe('timing wheel', () => {
  it.each([1, 9, 10, 11, 250, 10_230, 10_240, 10_250, 25_000, 60_000])(
    'lets a deadline of %i ms expire within one tick and not early',
    (delay) => {
      const { wheel, expired, timer, to } = scene();
      wheel.arm(timer('a'), 0, delay);
      to(delay + 2 * TICK_MS);
      expect(expired).toHaveLength(1);
      expect(expired[0]![1]).toBeGreaterThanOrEqual(delay);
      expect(expired[0]![1]).toBeLessThanOrEqual(delay + TICK_MS);
      expect(wheel.size).toBe(0);
    },
  );

  it('forgets a disarmed timer and counts what is armed', () => {
    const { wheel, expired, timer, to } = scene();
    const timers = ['a', 'b', 'c'].map(timer);
    for (const t of timers) wheel.arm(t, 0, 50);
    wheel.disarm(timers[1]!);
    wheel.disarm(timers[1]!);
    expect(wheel.size).toBe(2);
    to(100);
    expect(expired.map(([name]) => name)).toEqual(['a', 'c']);
  });

  it('moves a timer that is armed again', () => {
    const { wheel, expired, timer, to } = scene();
    const t = timer('a');
    wheel.arm(t, 0, 50);
    to(40);
    wheel.arm(t, 40, 100);
    expect(wheel.size).toBe(1);
    to(200);
    expect(expired).toEqual([['a', 140]]);
  });

  it('lets an expiring timer arm itself, disarm another that is due, and arm a third', () => {
    const wheel = new TimingWheel(0);
    const log: string[] = [];
    let again = 2;
    const victim = new Timer(() => log.push('victim'));
    const third = new Timer(() => log.push('third'));
    const first: Timer = new Timer(() => {
      log.push('first');
      wheel.disarm(victim);
      if (again-- > 0) wheel.arm(first, 20, 10);
      else wheel.arm(third, 40, 10);
    });
    wheel.arm(first, 0, 20);
    wheel.arm(victim, 0, 20);
    for (let now = 0; now <= 200; now += TICK_MS) wheel.advance(now);
    expect(log).toEqual(['first', 'first', 'first', 'third']);
    expect(wheel.size).toBe(0);
  });

  it('expires everything after a pause longer than a round, each once', () => {
    const wheel = new TimingWheel(0);
    let count = 0;
    for (let i = 0; i < 5_000; i++) wheel.arm(new Timer(() => count++), 0, i * 7);
    wheel.advance(1_000_000);
    expect(count).toBe(5_000);
    wheel.advance(2_000_000);
    expect(count).toBe(5_000);
  });
});
