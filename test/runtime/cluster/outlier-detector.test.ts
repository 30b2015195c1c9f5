import { beforeEach, describe, expect, it } from 'vitest';
import { OutlierDetector } from '../../../runtime/cluster/health/outlier-detector.js';
import type { OutlierConfig } from '../../../runtime/config/snapshot.js';
import type { Timer } from '../../../runtime/network/timing-wheel.js';
import type { WorkerLoop } from '../../../runtime/network/worker-loop.js';
import { hosts, type FakeHost } from './load-balancer/fake-host.js';

const CONFIG: OutlierConfig = {
  consecutiveFailures: 3,
  successRate: null,
  interval: 1_000,
  baseEjection: 2_000,
  maxEjection: 5_000,
  maxEjected: 0.5,
};

/** A loop whose time a test moves, timer by timer. */
class FakeLoop {
  now = 0;
  private readonly due = new Map<Timer, number>();

  arm(timer: Timer, delay: number): void {
    this.due.set(timer, this.now + delay);
  }

  disarm(timer: Timer): void {
    this.due.delete(timer);
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.due].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
      if (next === undefined) break;
      this.now = next[1];
      this.due.delete(next[0]);
      next[0].onExpire();
    }
    this.now = end;
  }
}

let loop: FakeLoop;
let list: FakeHost[];
let changes: string[];

function detector(changed: Partial<OutlierConfig> = {}): OutlierDetector {
  const made = new OutlierDetector({ ...CONFIG, ...changed }, loop as unknown as WorkerLoop, (host) =>
    changes.push(`${host.config.address.host} ${host.ejected ? 'out' : 'in'}`),
  );
  made.update(list);
  return made;
}

const fail = (made: OutlierDetector, host: FakeHost, times = 3): void => {
  for (let i = 0; i < times; i++) made.note(host, false);
};

beforeEach(() => {
  loop = new FakeLoop();
  list = hosts(6);
  changes = [];
});

describe('failures in a row', () => {
  it('eject, others do not', () => {
    const made = detector();
    fail(made, list[0]!, 2);
    made.note(list[0]!, true);
    fail(made, list[0]!, 2);
    expect(changes).toEqual([]);
    made.note(list[0]!, false);
    expect(changes).toEqual(['h0 out']);
    expect(list[0]!.stats.ejections).toBe(1);
    // What was under way when it was ejected counts no more.
    fail(made, list[0]!, 10);
    expect(changes).toEqual(['h0 out']);
  });

  it('eject for longer each time, up to a limit, and for less after good times', () => {
    const made = detector();
    const out = (): number => {
      fail(made, list[0]!);
      const from = loop.now;
      while (list[0]!.ejected) loop.advance(100);
      return Math.round((loop.now - from) / 1_000);
    };
    expect([out(), out(), out(), out()]).toEqual([2, 4, 5, 5]);
    for (let i = 0; i < 4; i++) {
      made.note(list[0]!, true);
      loop.advance(1_000);
    }
    expect(out()).toBe(2);
  });

  it('eject for exactly as long, however seldom shares are compared', () => {
    const made = detector({ interval: 60_000 });
    fail(made, list[0]!);
    loop.advance(500);
    fail(made, list[1]!);
    loop.advance(1_499);
    expect(changes).toEqual(['h0 out', 'h1 out']);
    loop.advance(1);
    expect(changes).toEqual(['h0 out', 'h1 out', 'h0 in']);
    loop.advance(499);
    expect(list[1]!.ejected).toBe(true);
    loop.advance(1);
    expect(list[1]!.ejected).toBe(false);
  });

  it('eject no more than max_ejected, and always may eject one', () => {
    const made = detector();
    for (const host of list) fail(made, host);
    expect(list.filter((host) => host.ejected).length).toBe(3);
    list = hosts(2);
    const small = detector({ maxEjected: 0.1 });
    for (const host of list) fail(small, host);
    expect(list.map((host) => host.ejected)).toEqual([true, false]);
  });

  it('of 0 never eject', () => {
    const made = detector({ consecutiveFailures: 0 });
    fail(made, list[0]!, 1_000);
    expect(changes).toEqual([]);
  });
});

describe('shares of successes', () => {
  const successRate = { minHosts: 5, minRequests: 100, deviations: 1.9 };
  const run = (made: OutlierDetector, host: FakeHost, failures: number, total = 100): void => {
    for (let i = 0; i < total; i++) made.note(host, i >= failures);
  };

  it('eject a host far below the others, though never three failures in a row', () => {
    const made = detector({ successRate, consecutiveFailures: 0 });
    for (const host of list) run(made, host, host === list[4] ? 40 : 2);
    loop.advance(1_000);
    expect(changes).toEqual(['h4 out']);
    loop.advance(2_000);
    expect(changes).toEqual(['h4 out', 'h4 in']);
  });

  it('compare nobody with too few requests, nor too few hosts', () => {
    const made = detector({ successRate, consecutiveFailures: 0 });
    for (const host of list.slice(0, 4)) run(made, host, host === list[0] ? 90 : 0);
    run(made, list[4]!, 0, 99);
    loop.advance(1_000);
    expect(changes).toEqual([]);
  });
});

it('a host that goes is forgotten, one that stops being watched is let in', () => {
  const made = detector();
  fail(made, list[0]!);
  made.update(list.slice(1));
  expect(list[0]!.ejected).toBe(false);
  fail(made, list[1]!);
  made.stop();
  expect(list[1]!.ejected).toBe(false);
  expect(changes).toEqual(['h0 out', 'h0 in', 'h1 out', 'h1 in']);
});
