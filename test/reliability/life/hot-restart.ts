import { Act } from '../oracle.js';
import { pause, type Result, scenario } from '../scenario.js';
import { asked, mostAtOnce } from './most-at-once.js';
import { said, signal } from './versions.js';

const WORKERS = 2;
const LONG_LIVED = 200;
const HELD = 100;
const HELD_MS = 3_000;
/** ms between new connections: a hundred a second, as far as the machine gets to it. */
const NEW_EVERY = 10;

/** Half of it is for asking callers to leave, one after the other. */
const DRAIN_S = 20;

/**
 * E4. Hot restarts under load: connections that stay, connections that come, requests that take seconds. Nobody
 * is refused, every request is answered, and those that stay are not asked to leave all at once.
 */
export function hotRestart(times: number, seed: number): Promise<Result> {
  const setup = { top: [`workers: ${WORKERS}`, `drain_timeout: ${DRAIN_S}s`] };
  return scenario(`E4 ${times} hot restarts`, seed, setup, async (stage) => {
    const { sidecar, steady, once, verdict, check, atMost, notes } = stage;
    const callers = steady(LONG_LIVED, { pause: 100 });
    const fresh: Promise<{ connected: boolean }>[] = [];
    const coming = setInterval(() => fresh.push(once({ requests: 1 })), NEW_EVERY);
    const held: Promise<unknown>[] = [];
    for (let i = 0; i < times; i++) {
      await pause(500);
      const orders = { act: Act.reply, delay: HELD_MS, size: 100 };
      held.push(...Array.from({ length: HELD }, () => once({ requests: 1, orders })));
      await pause(200);
      check(await signal(sidecar, 'SIGUSR2', /hot restart done/), 'a hot restart did not come to its end');
    }
    const gone = (): boolean => said(sidecar, /worker ended/) === times * WORKERS;
    const most = await mostAtOnce(callers, gone, 2 * DRAIN_S * 1_000);
    check(gone(), 'a worker of before is still there');
    atMost('callers asked to leave within 100 ms', most, '', LONG_LIVED / 4);
    clearInterval(coming);
    await Promise.all(held);
    const refused = (await Promise.all(fresh)).filter(({ connected }) => !connected).length;
    await Promise.all(callers.map((caller) => caller.stop()));
    const again = callers.reduce((sum, caller) => sum + caller.refused, 0);
    check(refused + again === 0, `${refused + again} connections were refused`);
    check(verdict.localError + verdict.closed === 0, 'a request failed');
    notes.push(
      `${LONG_LIVED} long-lived (${asked(callers)} goaways), ${fresh.length} new, ${held.length} held`,
    );
  });
}
