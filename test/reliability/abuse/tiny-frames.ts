import { startNode } from '../../support/child.js';
import { launchSidecar, sidecarYaml } from '../../support/sidecar.js';
import { pause, quantile, type Result, scenario } from '../scenario.js';
import type { SteadyCaller } from '../steady-caller.js';

const ABUSERS = 4;
const CALLERS = 8;
/** A connection's share of a turn, see framer.ts. */
const SHARE = 128;
/** Turns that a request and its reply need: in, to the host, back, out, and some when the callers are late. */
const TURNS = 16;
/**
 * What the abusers' shares may add to half of the replies, and to all but one in a hundred, in ms: four turns of
 * the design's 10 ms. Without shares they added 70 and 380.
 */
const HALF_MS = 40;
const MOST_MS = 200;

/**
 * C10. Connections that send nothing but tiny requests, hundreds in each chunk: how many of theirs pass before
 * others get a reply, and how much longer those wait than when the abusers bother another sidecar, and this one
 * only has to share the machine with both.
 */
export function tinyFrames(frames: number, seed: number): Promise<Result> {
  return scenario('C10 many tiny frames', seed, {}, async (stage) => {
    const { steady, sidecar, atMost, check, notes } = stage;
    const callers = steady(CALLERS);
    await pause(1_000);
    const other = await launchSidecar(sidecarYaml({ upstreams: [] }));
    const control = await bother(other.port, callers, frames);
    await other.stop();
    const abused = await bother(sidecar.port, callers, frames);
    check(abused.least > 0, 'a caller was not served at all');
    atMost(
      'frames of theirs for each reply',
      Math.round(frames / (abused.least || 1)),
      '',
      SHARE * ABUSERS * TURNS,
    );
    atMost('what half of the replies waited longer', abused.median - control.median, ' ms', HALF_MS);
    atMost('p99 of the replies later', abused.p99 - control.p99, ' ms', MOST_MS);
    notes.push(`median ${control.median.toFixed(1)} ms and p99 ${control.p99.toFixed(1)} ms without them`);
    notes.push(`${Math.round(frames / abused.seconds)} tiny requests a second`);
  });
}

interface Bothered {
  /** Replies that the caller with the fewest got. */
  readonly least: number;
  readonly median: number;
  readonly p99: number;
  readonly seconds: number;
}

/** How callers are served while abusers send so many frames to a port. */
async function bother(port: number, callers: readonly SteadyCaller[], frames: number): Promise<Bothered> {
  const abuser = startNode('test/dist/reliability/processes/tiny-frames.js', [
    String(port),
    String(ABUSERS),
    String(frames),
  ]);
  await abuser.line(/sending/);
  const from = performance.now();
  for (const caller of callers) caller.took = [];
  await abuser.line(/done/, 120_000);
  const seconds = (performance.now() - from) / 1000;
  const took = callers.map((caller) => caller.took);
  await abuser.stop();
  const all = took.flat();
  return {
    least: Math.min(...took.map(({ length }) => length)),
    median: quantile(all, 0.5),
    p99: quantile(all, 0.99),
    seconds,
  };
}
