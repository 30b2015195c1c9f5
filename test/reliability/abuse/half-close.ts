import { Act } from '../oracle.js';
import { type Result, scenario } from '../scenario.js';

const AT_ONCE = 50;

/**
 * C4. Callers that end their side right after their last request get their replies, then the proxy ends its
 * side, too; hosts that end theirs after a reply cost nobody anything.
 */
export async function halfClose(rounds: number, seed: number): Promise<Result[]> {
  const callers = await scenario('C4 callers end their side early', seed, {}, async (stage) => {
    const { random, once, verdict, check } = stage;
    let left = 0;
    await repeat(rounds, async () => {
      const orders = { act: Act.reply, delay: random.below(20), size: random.below(100_000) };
      const { endedByProxy } = await once({ requests: 1 + random.below(8), orders, then: 'end' });
      if (!endedByProxy) left++;
    });
    check(verdict.localError + verdict.closed === 0, 'not every request was answered');
    check(left === 0, `the proxy did not end its side of ${left} connections`);
  });
  // With a host that ends each connection when it is idle for a moment, requests come before and after that.
  const setup = {
    manners: { idle: 5 },
    cluster: ['pool: pingpong', 'max_connections: 64', 'retry_budget: { min_retries: 100 }'],
    route: ['retry: { num_retries: 5, on: [connect_failure, reset], idempotent: true }'],
  };
  const hosts = await scenario('C4 hosts end theirs after a reply', seed, setup, async (stage) => {
    const { random, once, verdict, check, upstream, notes } = stage;
    await repeat(rounds, async () => {
      await once({ requests: 1, orders: { act: Act.reply, delay: random.below(5), size: 10 } });
    });
    check(verdict.localError + verdict.closed === 0, 'not every request was answered');
    notes.push(`${upstream.connections} upstream connections`);
  });
  return [callers, hosts];
}

/** Runs something so many times, some of them side by side. */
export async function repeat(times: number, run: () => Promise<void>, sideBySide = AT_ONCE): Promise<void> {
  let left = times;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
}
