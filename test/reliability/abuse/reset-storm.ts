import { Act } from '../oracle.js';
import { type Result, scenario } from '../scenario.js';
import { repeat } from './half-close.js';

/**
 * C5. Callers reset their connections at any moment: before a byte, within a frame, while replies come; now and
 * then the host resets all of its own. Callers that do nothing wrong are served throughout.
 */
export function resetStorm(resets: number, seed: number): Promise<Result> {
  const setup = { cluster: ['reconnect: { base: 1ms, max: 5ms }'] };
  return scenario('C5 storm of resets', seed, setup, async (stage) => {
    const { random, once, steady, upstream, sidecar, check, notes } = stage;
    const good = steady(4, { pause: 5 });
    let refused = 0;
    let done = 0;
    let byHost = 0;
    await repeat(
      resets,
      async () => {
        const { connected } = await once({
          requests: 1 + random.below(8),
          orders: { act: Act.reply, delay: random.below(4), size: random.below(20_000) },
          share: random.chance(0.5) ? 1 : random.next(),
          resetAfter: random.below(6),
        });
        if (!connected) refused++;
        if (++done % 2_000 === 0) {
          byHost++;
          upstream.resetAll();
        }
      },
      64,
    );
    await Promise.all(good.map((caller) => caller.stop()));
    const cut = good.reduce((sum, caller) => sum + caller.cut, 0);
    check(cut === 0, `${cut} connections of callers that do nothing wrong were cut`);
    check(refused === 0, `${refused} connects failed`);
    const cancels = await sidecar.metric('downstream_cancels_total');
    notes.push(`${resets} resets by callers, ${byHost} by the host, ${cancels} requests cancelled`);
  });
}
