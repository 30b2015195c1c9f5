import { describe, expect, it } from 'vitest';
import { NO_TICKET, OrderQueue } from '../../../runtime/stream/order-queue.js';
import { Random } from '../../support/random.js';

interface Owner {
  readonly name: number;
}

describe('OrderQueue', () => {
  it('gives replies to those who wait, in their order', () => {
    const queue = new OrderQueue<Owner>();
    const owners = [0, 1, 2].map((name) => ({ name }));
    queue.push(owners[0]!, 1);
    queue.push(owners[1]!, 2);
    queue.push(owners[2]!, 1);
    const taken = [0, 1, 2, 3].map(() => [queue.take(), queue.more]);
    expect(taken).toEqual([
      [owners[0], false],
      [owners[1], true],
      [owners[1], false],
      [owners[2], false],
    ]);
    expect([queue.length, queue.inFlight]).toEqual([0, 0]);
  });

  it('takes no reply for one that was pushed after the reply came', () => {
    const queue = new OrderQueue<Owner>();
    expect(queue.unasked).toBe(true);
    queue.push({ name: 0 }, 1);
    expect(queue.unasked).toBe(true);
    queue.mark();
    expect(queue.unasked).toBe(false);
    queue.take();
    queue.push({ name: 1 }, 1);
    expect(queue.unasked).toBe(true);
  });

  it('refuses more than it holds, and gives everybody back in order', () => {
    const queue = new OrderQueue<Owner>();
    let pushed = 0;
    while (queue.push({ name: pushed }, 1) !== NO_TICKET) pushed++;
    expect([pushed, queue.full]).toEqual([65_536, true]);
    expect(queue.clear().map(({ name }) => name)).toEqual(Array.from({ length: pushed }, (_, i) => i));
    expect([queue.length, queue.inFlight, queue.full]).toEqual([0, 0, false]);
  });

  it('does what a list would do, whatever happens', () => {
    const random = new Random(3);
    const queue = new OrderQueue<Owner>();
    const model: { ticket: number; owner: Owner | null; left: number }[] = [];
    for (let step = 0; step < 20_000; step++) {
      const action = random.below(10);
      // Phases of growth and of shrinking, so that it wraps at several sizes.
      const grows = Math.floor(step / 1_000) % 2 === 0;
      if (action < (grows ? 6 : 3)) {
        const owner = { name: step };
        const left = 1 + random.below(3);
        model.push({ ticket: queue.push(owner, left), owner, left });
        if (random.below(10) === 0) {
          queue.unpush();
          model.pop();
        }
      } else if (action < 9) {
        const first = model[0];
        if (first === undefined) continue;
        first.left--;
        expect(queue.take()).toBe(first.owner);
        expect(queue.more).toBe(first.left > 0);
        if (first.left === 0) model.shift();
      } else if (model.length > 0) {
        const one = model[random.below(model.length)]!;
        queue.abandon(one.ticket);
        one.owner = null;
      }
      const wanted = model.filter(({ owner }) => owner !== null).length;
      expect([queue.length, queue.inFlight, queue.abandoned]).toEqual([
        model.length,
        wanted,
        model.length - wanted,
      ]);
    }
  });
});
