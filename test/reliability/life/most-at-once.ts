import { pause } from '../scenario.js';
import type { SteadyCaller } from '../steady-caller.js';

/** How often callers have been asked to leave, all together. */
export function asked(callers: readonly SteadyCaller[]): number {
  return callers.reduce((sum, { goaways }) => sum + goaways, 0);
}

/** Waits until it is `over`, at most for `patience` ms, and says how many were asked to leave within 100 ms. */
export async function mostAtOnce(
  callers: readonly SteadyCaller[],
  over: () => boolean,
  patience: number,
): Promise<number> {
  const end = performance.now() + patience;
  let [most, before] = [0, asked(callers)];
  while (!over() && performance.now() < end) {
    await pause(100);
    const now = asked(callers);
    most = Math.max(most, now - before);
    before = now;
  }
  return most;
}
