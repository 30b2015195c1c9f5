import { startNode } from '../../support/child.js';
import { pause, type Result, scenario } from '../scenario.js';
import { percentile } from '../steady-caller.js';

const FIRST_BYTES = 3_000;
const FRAME = 5_000;
/** On a busy machine the abuser, or the proxy, may get to it late. */
const LATE = 5_000;
const WINDOW = 2_000;

/**
 * C1. Connections that say nothing, or dribble a header or a body, are cut at their deadline, counted from the
 * first byte however often they send another; others hardly notice.
 */
export function slowLoris(connections: number, seed: number): Promise<Result> {
  const listener = [
    `deadlines: { first_bytes: ${FIRST_BYTES}ms, frame: ${FRAME}ms }`,
    `max_connections: ${connections + 100}`,
  ];
  const setup = { protocol: '[bolt, dubbo]', listener };
  return scenario('C1 slow loris', seed, setup, async ({ sidecar, steady, atMost, check }) => {
    const callers = steady(8, { inFlight: 4, pause: 5 });
    const p99 = async (): Promise<number> => {
      for (const caller of callers) caller.took = [];
      await pause(WINDOW);
      return percentile(
        callers.flatMap(({ took }) => took),
        0.99,
      );
    };
    await pause(1_000);
    const before = await p99();
    const abuser = startNode('test/dist/reliability/processes/slow-loris.js', [
      String(sidecar.port),
      String(connections),
      '1000',
    ]);
    await abuser.line(/all open/, 30_000);
    const during = await p99();
    const [told] = await abuser.line(/^\{.*\}$/, 60_000);
    await abuser.stop();
    const lives = JSON.parse(told) as Record<string, { closed: number; shortest: number; longest: number }>;
    for (const [kind, { closed, shortest, longest }] of Object.entries(lives)) {
      const deadline = kind === 'silent' ? FIRST_BYTES : FRAME;
      check(closed > 0 && shortest >= deadline - 50, `a ${kind} one was cut after ${shortest} ms already`);
      atMost(`${kind} ones cut after`, Math.round(longest), ' ms', deadline + LATE);
    }
    const cut = await sidecar.metric('downstream_frame_timeouts_total');
    const silent = await sidecar.metric('downstream_first_bytes_timeouts_total');
    check(cut + silent === connections, `${cut} + ${silent} cuts were counted of ${connections}`);
    // Within one run on a shared machine; the abuser's own work is part of it.
    atMost("others' p99, times that before", during / before, '', 4);
  });
}
