import { Act } from './oracle.js';
import { quantile, type Result, scenario } from './scenario.js';

const TICK_MS = 10;

/**
 * D5. Requests with timeouts of their own, 20 to 500 ms, that nobody answers: each gets its error when the time
 * is up, and the host was told no more time than the caller had.
 */
export function callersDeadlines(requests: number, seed: number): Promise<Result> {
  const options = { route: ['retry: { num_retries: 2, on: [connect_failure, overload] }'] };
  return scenario('D5 deadlines of bolt', seed, options, async (stage) => {
    const { upstream, verdict, figure, check } = stage;
    const early: number[] = [];
    const late: number[] = [];
    let told = 0;
    for (const timeout of [20, 50, 200, 500]) {
      await stage.drive(4, {
        requests: Math.ceil(requests / 16),
        inFlight: 16,
        timeout,
        orders: () => ({ act: Act.hold, delay: 0, size: 0 }),
        onEnded: (_, took) => void (took < timeout - 1 ? early : late).push(took - timeout),
      });
      if (upstream.lastTimeout > timeout) told++;
    }
    check(verdict.localError === 4 * 4 * Math.ceil(requests / 16), 'not every request timed out');
    figure('errors before the time was up', early.length, '0', early.length === 0);
    figure('timeouts longer than the caller waits', told, '0', told === 0);
    await stage.timed('error after the time was up, p99', quantile(late, 0.99), TICK_MS);
  });
}
