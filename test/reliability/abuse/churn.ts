import { ROOT } from '../../support/root.js';
import { Act } from '../oracle.js';
import { pause, type Result, scenario } from '../scenario.js';
import { repeat } from './half-close.js';

const SIDE_BY_SIDE = 200;
const ORDERS = { act: Act.reply, delay: 0, size: 100 };
/** Pages that the allocator keeps are in here; the design's 0.1 KiB is for 200,000 connections. */
const RESIDUE_KIB = 1;
/** Preloaded by a sidecar whose garbage is to be collected on SIGWINCH. */
export const COLLECT = `${ROOT}test/dist/reliability/processes/collect-on-signal.js`;

/** C6. Connection after connection with one request each: none fails, and none leaves memory behind. */
export function churn(connections: number, seed: number): Promise<Result> {
  const setup = { nodeArgs: ['--expose-gc', '--import', COLLECT] };
  return scenario('C6 churn of connections', seed, setup, async (stage) => {
    const { once, sidecar, verdict, atMost, check, notes } = stage;
    let failed = 0;
    const settled = async (): Promise<number> => {
      for (let i = 0; i < 3; i++) {
        sidecar.process.kill('SIGWINCH');
        await pause(300);
      }
      return (await sidecar.memory()).rss;
    };
    const some = (count: number): Promise<void> =>
      repeat(
        count,
        async () => {
          const { connected } = await once({ requests: 1, orders: ORDERS });
          if (!connected) failed++;
        },
        SIDE_BY_SIDE,
      );
    // The first ones grow what stays: code, pools, the heap itself.
    await some(connections / 2);
    const before = await settled();
    const from = performance.now();
    await some(connections / 2);
    const rate = connections / 2 / ((performance.now() - from) / 1000);
    const residue = ((await settled()) - before) / 1024 / (connections / 2);
    failed += verdict.closed + verdict.localError;
    check(failed === 0, `${failed} of ${connections} failed`);
    atMost('left of a connection', residue, ' KiB', RESIDUE_KIB);
    notes.push(`${Math.round(rate)} connections a second, those of clients and upstream included`);
  });
}
