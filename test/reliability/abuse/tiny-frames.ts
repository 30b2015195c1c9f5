import { startNode } from '../../support/child.js';
import { pause, type Result, scenario } from '../scenario.js';

const ABUSERS = 4;
const CALLERS = 8;
/** A connection's share of a turn, see framer.ts. */
const SHARE = 128;
/** Turns that a request and its reply need: in, to the host, back, out, and some when the callers are late. */
const TURNS = 16;

/**
 * C10. Connections that send nothing but tiny requests, hundreds in each chunk. Counted in frames and not in
 * time: how many of theirs pass before others get a reply.
 */
export function tinyFrames(frames: number, seed: number): Promise<Result> {
  return scenario('C10 many tiny frames', seed, {}, async ({ steady, sidecar, atMost, check, notes }) => {
    const callers = steady(CALLERS);
    await pause(1_000);
    for (const caller of callers) caller.took = [];
    const abuser = startNode('test/dist/reliability/processes/tiny-frames.js', [
      String(sidecar.port),
      String(ABUSERS),
      String(frames),
    ]);
    await abuser.line(/sending/);
    const from = performance.now();
    await abuser.line(/done/, 120_000);
    const seconds = (performance.now() - from) / 1000;
    await abuser.stop();
    const replies = callers.map(({ took }) => took.length);
    check(Math.min(...replies) > 0, 'a caller was not served at all');
    const between = frames / (Math.min(...replies) || 1);
    atMost('frames of theirs for each reply', Math.round(between), '', SHARE * ABUSERS * TURNS);
    notes.push(`${Math.round(frames / seconds)} tiny requests a second`);
  });
}
