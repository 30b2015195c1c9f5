import { pause, type Result, scenario, type Setup } from '../scenario.js';

/** The host closes a connection that was idle for so long, and callers ask again around that time, in ms. */
const IDLE = 50;
const AROUND = 5;
/** Enough between the two idle timeouts for a busy machine. */
const [LONG_IDLE, SHORTER_IDLE] = [600, 100];
const CALLERS = 16;

/**
 * C9. A host closes idle connections just when the pool uses them again. Without retries such a request ends
 * with one error; where the route says a request may be repeated it is; with a shorter idle timeout of the
 * pool's own it does not happen.
 */
export async function reuseRace(ms: number, seed: number): Promise<Result[]> {
  const budget = ['idle_timeout: 0s', 'retry_budget: { min_retries: 100 }'];
  const route = ['retry: { num_retries: 3, on: [connect_failure, reset], idempotent: true }'];
  return [
    await race('C9 reuse race without retries', ms, seed, {}, (errors, asked) => errors < asked),
    await race('C9 with retries', ms, seed, { route, cluster: budget }, (errors) => errors === 0),
    await race('C9 with a shorter idle timeout', ms, seed, SHORTER, (errors) => errors === 0),
  ];
}

const SHORTER = { manners: { idle: LONG_IDLE }, cluster: [`idle_timeout: ${SHORTER_IDLE}ms`] };
const POOL = ['pool: pingpong', 'keepalive: { enabled: false }', 'reconnect: { base: 1ms, max: 5ms }'];

function race(
  name: string,
  ms: number,
  seed: number,
  { manners = { idle: IDLE }, cluster = ['idle_timeout: 0s'], route = [] }: Setup,
  allowed: (errors: number, asked: number) => boolean,
): Promise<Result> {
  const setup = { manners, route, cluster: [...POOL, ...cluster] };
  const idle = manners.idle!;
  return scenario(name, seed, setup, async ({ steady, random, verdict, upstream, check, notes }) => {
    const callers = steady(CALLERS, { pause: () => idle - AROUND + random.below(2 * AROUND + 1) });
    await pause(ms);
    await Promise.all(callers.map((caller) => caller.stop()));
    check(verdict.closed === 0, `${verdict.closed} requests ended without a word`);
    const asked = callers.reduce((sum, { sent }) => sum + sent, 0);
    check(allowed(verdict.localError, asked), `${verdict.localError} requests failed`);
    notes.push(`${upstream.connections} upstream connections`);
  });
}
