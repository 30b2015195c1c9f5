import { Act } from '../oracle.js';
import { pause, type Result, scenario } from '../scenario.js';

const CALLERS = 100;
const SLOW_MS = 1_500;

/** E8. SIGTERM with a thousand requests under way: all are answered, callers are asked to leave, exit code 0. */
export async function gracefulStop(inFlight: number, seed: number): Promise<Result[]> {
  const results: Result[] = [];
  for (const workers of [0, 2]) {
    const setup = { top: workers > 0 ? [`workers: ${workers}`] : [] };
    const name = `E8 stop with ${inFlight} under way${workers > 0 ? `, ${workers} workers` : ''}`;
    results.push(
      await scenario(name, seed, setup, async ({ steady, sidecar, upstream, verdict, check, notes }) => {
        const callers = steady(CALLERS, {
          inFlight: inFlight / CALLERS,
          orders: () => ({ act: Act.reply, delay: SLOW_MS, size: 1_000 }),
        });
        for (let tries = 0; tries < 500 && upstream.requests < inFlight; tries++) await pause(10);
        const from = performance.now();
        sidecar.process.kill('SIGTERM');
        // None of them asks again: where would they go.
        await Promise.all(callers.map((caller) => caller.stop()));
        check((await sidecar.ended) === 0, 'it did not end with 0');
        const goaways = callers.reduce((sum, caller) => sum + caller.goaways, 0);
        check(verdict.closed + verdict.localError === 0, 'a request was not answered');
        check(goaways === CALLERS, `${goaways} of ${CALLERS} callers were asked to leave`);
        notes.push(`stopped in ${((performance.now() - from) / 1000).toFixed(1)} s, ${goaways} goaways`);
      }),
    );
  }
  results.push(
    await scenario('E8 a second SIGTERM', seed, { exitCode: 143 }, async (stage) => {
      const { sidecar, once, verdict, check, notes } = stage;
      const held = once({ requests: 1, orders: { act: Act.hold, delay: 0, size: 0 } });
      await pause(300);
      sidecar.process.kill('SIGTERM');
      await sidecar.line(/draining/);
      const from = performance.now();
      sidecar.process.kill('SIGTERM');
      check((await sidecar.ended) === 143, 'it did not end with 143');
      await held;
      check(verdict.closed === 1, 'the request that was held did not end with its connection');
      notes.push(`gone after ${Math.round(performance.now() - from)} ms`);
    }),
  );
  return results;
}
