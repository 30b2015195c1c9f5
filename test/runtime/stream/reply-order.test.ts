import { expect, it } from 'vitest';
import { ReplyOrder, type ReplySlot } from '../../../runtime/stream/reply-order.js';
import { Random } from '../../support/random.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

it('brings replies into the order of their slots, however they come', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new Random(seed);
    let written = '';
    const order = new ReplyOrder({
      writeNow: (b, at, end) => void (written += Buffer.from(b.subarray(at, end)).toString()),
    });
    const open: { slot: ReplySlot; left: string[] }[] = [];
    let expected = '';
    let next = 0;
    for (let step = 0; step < 300 || open.length > 0; step++) {
      if (step < 300 && random.below(2) === 0) {
        const left = Array.from({ length: random.below(3) }, (_, part) => `${next}.${part};`);
        expected += left.join('');
        next++;
        open.push({ slot: order.open(), left });
      } else if (open.length > 0) {
        const i = random.below(open.length);
        const { slot, left } = open[i]!;
        const part = left.shift();
        if (part === undefined) {
          order.finish(slot);
          open.splice(i, 1);
        } else {
          const padded = bytes(`--${part}--`);
          if (!order.park(slot, padded, 2, padded.length - 2)) written += part;
        }
      }
      expect(expected.startsWith(written)).toBe(true);
    }
    expect(written).toBe(expected);
    expect(order.parkedBytes).toBe(0);
  }
});

it('keeps nothing for whose turn it is, and what waits is counted', () => {
  const order = new ReplyOrder({ writeNow: () => {} });
  const [a, b] = [order.open(), order.open()];
  expect(order.park(a, bytes('xx'), 0, 2)).toBe(false);
  expect(order.park(b, bytes('xxx'), 0, 3)).toBe(true);
  expect(order.parkedBytes).toBe(3);
  order.finish(a);
  expect(order.parkedBytes).toBe(0);
  expect(order.park(b, bytes('x'), 0, 1)).toBe(false);
});
