import { Act } from '../oracle.js';
import { pause, type Result, scenario } from '../scenario.js';
import type { SteadyCaller } from '../steady-caller.js';

const CALLERS = 63;
const ROUND_MS = 3_000;
const ROUNDS = 2;
const REPLY = 4096;
/** The staller asks for so many replies of so many bytes, and takes none: more than the kernel hides. */
const STALLED = { inFlight: 64, size: 512 * 1024 };

/**
 * C3. One of 64 callers on one upstream connection takes nothing of what it asked for. It is cut off; until
 * then, and after, the others go on. Rounds with and without a staller alternate.
 */
export function stalledCaller(seed: number): Promise<Result> {
  const cluster = ['max_connections: 1'];
  return scenario('C3 one of 64 callers stalls', seed, { cluster }, async (stage) => {
    const { steady, atLeast, upstream, check, notes } = stage;
    const others = steady(CALLERS, {
      inFlight: 4,
      pause: 1,
      orders: () => ({ act: Act.reply, delay: 0, size: REPLY }),
    });
    await pause(1_000);
    const [quiet, stalled] = [[] as number[], [] as number[]];
    const stallers: SteadyCaller[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(await answered(others));
      const orders = { act: Act.reply, delay: 0, size: STALLED.size };
      stallers.push(...steady(1, { inFlight: STALLED.inFlight, deaf: true, orders: () => orders }));
      stalled.push(await answered(others));
    }
    await Promise.all(stallers.map((staller) => staller.stop()));
    check(
      stallers.every(({ cut }) => cut === 1),
      'a caller that takes nothing was not cut off',
    );
    check(
      others.every(({ cut, errors }) => cut + errors.size === 0),
      'others noticed',
    );
    check(upstream.connections === 1, `${upstream.connections} upstream connections instead of 1`);
    const share = Math.max(...stalled) / Math.max(...quiet);
    notes.push(`${ROUNDS} rounds of ${ROUND_MS / 1000} s each`);
    atLeast("the others' requests with a staller, times those without", share, '', 0.5);
  });
}

/** How many requests all of them got answered in a round. */
async function answered(callers: readonly SteadyCaller[]): Promise<number> {
  for (const caller of callers) caller.took = [];
  await pause(ROUND_MS);
  return callers.reduce((sum, { took }) => sum + took.length, 0);
}
